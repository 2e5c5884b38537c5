/**
 * The visited set is a module of its own (assembly/visited/), linked by the host; what is declared here is imported from it, by
 * the name of this file, and called directly.
 */

export declare function insert(fp: u64): bool;
export declare function touch(fp: u64): u64;
export declare function word(i: i32, value: u64): void;
export declare function insertWhole(words: i32, fp: u64): bool;
/** Of another set: the states that an exploration has met (`follow` of start.ts). */
export declare function has(fp: u64): bool;
