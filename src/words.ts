/** The header's and the reports' words for the numbers in abi.ts, in the order of those numbers. */

export const ALGOS = ['v6.3', 'rfc-v6', 'rfc-v6-fixed'] as const;
export const MEMORIES = ['sc', 'tso', 'weak'] as const;
export const ARCHES = ['x86', 'arm64'] as const;
export const PREEMPTS = ['none', 'full'] as const;

/** Bit i of a mutant set is MUTANTS[i] (model.md 7). */
export const MUTANTS = [
  'no-entry-mb',
  'no-mb-kernel-user',
  'no-mb-user-kernel',
  'no-mb-user-user',
  'late-curr',
  'no-put-lazy',
  'lazy-is-valid',
  'no-age-check',
  'no-first-check',
  'no-second-check',
  'plain-lazy',
  'plain-unset',
  'racy-set',
  'clear-before-unset',
  'exit-stays-active',
  'no-exit-mb',
  'no-before-exec-mb',
  'no-after-exec-mb',
  'full-mask-fails',
  'no-scan-limit',
] as const;

/** Kinds of violation; index 0 is none (model.md 5, in the order in which they are checked). */
export const KIND_WORDS = [
  'none',
  'duplicate-cid',
  'freed-in-use',
  'ownership',
  'bad-cid',
  'null-mm',
  'livelock',
  'compactness',
  'stranded-lazy',
  'lock-leak',
] as const;

/** Routines as events name them; index 0 is none (a drain). */
export const ROUTINE_WORDS = ['-', 'switch', 'tick', 'work', 'exit', 'exec'] as const;
export const OP_WORDS = ['load', 'store', 'rmw', 'mb', 'drain', 'spin'] as const;

export type Algo = (typeof ALGOS)[number];
export type Memory = (typeof MEMORIES)[number];
export type Arch = (typeof ARCHES)[number];
export type Preempt = (typeof PREEMPTS)[number];
export type Mutant = (typeof MUTANTS)[number];
export type Kind = Exclude<(typeof KIND_WORDS)[number], 'none'>;
