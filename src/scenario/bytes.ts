/**
 * The byte form of a scenario: small, and every byte string is one.
 *
 * ```
 *  head      0      algo: 0 rfc-v6, 1 v6.3, 2 rfc-v6-fixed, …            modulo their number
 *            1      memory:2 (modulo 3)  x86/arm64:1  full/none:1  follows:4, low bits first
 *                     follows: 13 an oracle, 14 mutants, 15 both; any other: neither
 *            2      cpus: < 240 → ((b + 1) mod 16) + 1
 *                     else the low nibble and the next byte: 1 + (12 bits modulo 1024)
 *            .      mms: < 192 → (b + 1) mod 4, else b - 191 (1 … 64)
 *            .      tasks: < 240 → (b + 2) mod 16, else 1 + the next byte
 *            [3]    if mutants follow: the set, bit i is the i-th mutant
 *            [2]    if an oracle follows: the set, bit i is the i-th kind
 *  task      0      mm: < 240 → modulo the mms, else none (as with no mm at all)
 *            1 (2)  home, modulo the cpus; two bytes if wide
 *  action    0      operation:4 (high)  cpu:4 (low)
 *            .      only if wide: the cpu's upper 8 bits                cpu is modulo the cpus
 *            .      operand
 *                      0 step     < 192 → (b mod 32) + 1, else b - 159      (1 … 96)
 *                      1 switch   task, modulo the tasks so far; none so far: idle
 *                      2 switch to idle, 3 tick, 4 work, 5 exit, 7 exec-fail   operand unused
 *                      6 exec     operand unused; an exec-fail when there are 64 mms
 *                      8 fork thread, 9 fork process   < 128 no home, else home b - 128
 *                                 modulo the cpus; a step when there is no room for the child
 *                     10 migrate  task, modulo the tasks so far; none so far: a step
 *                     11 advance  by b units; cpu's low two bits: 1 ms, 100 ms, 1 us, 1 ns
 *                                 (100 ms: modulo 51)
 *                     12 flush    index: < 224 → b mod 8, else b - 216       (0 … 39)
 *                     13 stale    age: the same, plus 1
 *                     14 step     as 0
 *                     15 long     modulo 6: 0 step, 1 advance, 2 flush, 3 stale, 4 fork thread, 5 fork process;
 *                                 then a number of at most 5 bytes in little-endian base 128: the count less
 *                                 1, ns, index, age less 1, home, modulo what is allowed
 * ```
 *
 * Wide: more than 16 cpus. Actions go on to the end of the bytes (at most a million); what is cut off at the end
 * reads as zeros. A new task or mm needs no operand, it is always the next one. Names, expectations and comments
 * are not carried: names come back as those of names.ts, in the order of their introduction.
 *
 * All ordinary actions have one length, so that a byte changed in the middle changes its own action and hardly
 * any other; bytes drawn at random give few cpus, mms and tasks, and step counts about as long as a routine.
 */
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { readByteActions, writeByteActions } from './bytes-actions.js';
import { readByteHeader, writeByteHeader } from './bytes-header.js';
import { mmNameAt, taskNameAt } from './names.js';
import type { Scenario } from './scenario.js';

/**
 * The byte form of a valid scenario; {@link scenarioFromBytes} gives an equal one back, but for the names
 * (replaced) and the expectations (gone).
 */
export function scenarioToBytes(scenario: Scenario): Uint8Array {
  const to = new ByteWriter();
  writeByteHeader(to, scenario);
  writeByteActions(to, scenario);
  return to.finish();
}

/** The scenario that a byte string stands for. Total: every byte string, the empty one too, gives a valid one. */
export function scenarioFromBytes(bytes: Uint8Array): Scenario {
  const from = new ByteReader(bytes);
  const header = readByteHeader(from);
  const { actions, tasks, mms } = readByteActions(from, header);
  return {
    ...header,
    mmNames: Array.from({ length: mms }, (_, i) => mmNameAt(i)),
    taskNames: Array.from({ length: tasks }, (_, i) => taskNameAt(i)),
    expects: [],
    actions,
  };
}
