import { describe, expect, it } from 'vitest';
import { minimize } from '../../src/minimize/minimize.js';
import { explain } from '../../src/report/explain.js';
import { tell } from '../../src/report/tell.js';
import { parseScenario } from '../../src/scenario/parse.js';
import type { Scenario } from '../../src/scenario/scenario.js';
import { fixture, runWithReference, trace } from '../minimize/runner.js';

const FREED = minimize(fixture('kind-freed-1'), runWithReference).scenario;

function explained(scenario: Scenario, format: 'text' | 'markdown', color = false): string {
  const { events, result } = trace(scenario);
  return explain(scenario, events, result, format, { color, file: 'x.cid' });
}

/** A cleaner on cpu 0 of many, and exec, fork and exit after it. */
const WIDE = parseScenario(
  `cidfuzz 1
cpus 20
mm A
task a A 0
task b A 7
---
switch 7 b
step 7 20
switch 7 idle
step 7 20
advance 101ms
tick 7
step 7 2
switch 0 a
step 0 30
switch 5 idle
tick 0
step 0 9
work 0
step 0 400
exec 0 B
step 0 100
fork 0 process c C 3
fork 0 thread d
migrate d 2
exit 0
step 0 20
switch 0 idle
step 0 20
`,
  'wide',
);

describe('explain', () => {
  it('draws a finding as a table with a column for each cpu', () => {
    expect(explained(FREED, 'text')).toMatchInlineSnapshot(`
      "x.cid: rfc-v6, mutant no-second-check
      memory sc, arch x86, preempt full, 2 cpus
      mm A: a (home cpu 1), b (home cpu 0)

      Time flows down, one access a line. cid[A][0] is mm A's pcpu_cid->cid on cpu 0, mask[A] its cidmask; a task
      holds an id while it runs with it. (TSA), (TSB), (TMA), (TMB) are those of the comment above clear-old.

        step │ CPU0                                     │ CPU1                                │ what changed
      ───────┼──────────────────────────────────────────┼─────────────────────────────────────┼─────────────────────────────────
             │                                          │ context_switch(): idle1 -> a        │
           1 │                                          │  smp_mb__after_spinlock()           │
           2 │                                          │  rq->clock = +0ms                   │
           3 │                                          │  rq->curr = a (TSA)                 │
           4 │                                          │  smp_mb()                           │
             │                                          │  mm_cid_get(A)                      │
           5 │                                          │   READ_ONCE(pcpu_cid->cid) == unset │
           6 │                                          │   READ_ONCE(use_cid_lock) == 0      │
           7 │                                          │   cpumask_first_zero({}) == 0       │
           8 │                                          │   test_and_set_bit(0, cidmask)      │ mask[A]: {} -> {0}
           9 │                                          │   pcpu_cid->time = +0ms             │
          10 │                                          │   pcpu_cid->cid = 0                 │ cid[A][1]: unset -> 0
             │                                          │                                     │ a holds 0
          11 │                                          │  idle1->on_cpu = 0 (release)        │
             ┈ 100ms pass: now +100ms
             │                                          │ context_switch(): a -> idle1        │
          12 │                                          │  smp_mb__after_spinlock()           │
          13 │                                          │  rq->clock = +100ms                 │
          14 │                                          │  rq->curr = idle1 (TSB)             │ a lets go of 0
          15 │                                          │  smp_mb__after_mmgrab()             │
             │                                          │  mm_cid_put_lazy(a)                 │
          16 │                                          │   READ_ONCE(pcpu_cid->cid) == 0     │
          17 │                                          │  a->on_cpu = 0 (release)            │
             │ context_switch(): idle0 -> b             │                                     │
          18 │  smp_mb__after_spinlock()                │                                     │
          19 │  rq->clock = +100ms                      │                                     │
          20 │  rq->curr = b (TSA)                      │                                     │
          21 │  smp_mb()                                │                                     │
             │  mm_cid_get(A)                           │                                     │
          22 │   READ_ONCE(pcpu_cid->cid) == unset      │                                     │
          23 │   READ_ONCE(use_cid_lock) == 0           │                                     │
          24 │   cpumask_first_zero({0}) == 1           │                                     │
          25 │   test_and_set_bit(1, cidmask)           │                                     │ mask[A]: {0} -> {0,1}
          26 │   pcpu_cid->time = +100ms                │                                     │
          27 │   pcpu_cid->cid = 1                      │                                     │ cid[A][0]: unset -> 1
             │                                          │                                     │ b holds 1
          28 │  idle0->on_cpu = 0 (release)             │                                     │
             │ scheduler_tick(): b                      │                                     │
          29 │  rq->clock = +100ms                      │                                     │
          30 │  READ_ONCE(mm_cid_next_scan) == +0ms     │                                     │ b's task work is queued
             │ task_mm_cid_work(): b of A               │                                     │
          31 │  READ_ONCE(mm_cid_next_scan) == +0ms     │                                     │
          32 │  cmpxchg(mm_cid_next_scan, +0ms, +200ms) │                                     │
             │  sched_mm_cid_clear_old(A, cpu 0)        │                                     │
          33 │   cpu_rq(0)->clock == +100ms             │                                     │
          34 │   pcpu_cid->time == +100ms: not due      │                                     │
             │  sched_mm_cid_clear_old(A, cpu 1)        │                                     │
          35 │   cpu_rq(1)->clock == +100ms             │                                     │
          36 │   pcpu_cid->time == +0ms: due            │                                     │
          37 │   READ_ONCE(pcpu_cid->cid) == 0          │                                     │
          38 │   cpu_rq(1)->curr == idle1               │                                     │
             │                                          │ context_switch(): idle1 -> a        │
          39 │                                          │  smp_mb__after_spinlock()           │
          40 │                                          │  rq->clock = +100ms                 │
          41 │                                          │  rq->curr = a (TSA)                 │
          42 │                                          │  smp_mb()                           │
             │                                          │  mm_cid_get(A)                      │
          43 │                                          │   READ_ONCE(pcpu_cid->cid) == 0     │ a holds 0
          44 │   idle1->mm_cid_active == 0: unused      │                                     │
          45 │   cmpxchg(pcpu_cid->cid, 0, lazy 0)      │                                     │ cid[A][1]: 0 -> lazy 0 (TMA)
      >>> 46 │   cmpxchg(pcpu_cid->cid, lazy 0, unset)  │                                     │ cid[A][1]: lazy 0 -> unset (TMB)
      ───────┴──────────────────────────────────────────┴─────────────────────────────────────┴─────────────────────────────────

      In the end
        cpu 0: b runs and holds 1
        cpu 1: a runs and holds 0
        mask[A] = {0,1}, cid[A][0] = 1, cid[A][1] = unset

      At step 46 b on cpu 0 makes cid[A][1] unset while a on cpu 1 runs with concurrency id 0 of A: the id can be given to another task while a still uses it.
      "
    `);
  });

  it('writes the same as a Markdown table', () => {
    expect(explained(FREED, 'markdown')).toMatchInlineSnapshot(`
      "- x.cid: rfc-v6, mutant no-second-check
      - memory sc, arch x86, preempt full, 2 cpus
      - mm A: a (home cpu 1), b (home cpu 0)

      Time flows down, one access a line. cid[A][0] is mm A's pcpu_cid->cid on cpu 0, mask[A] its cidmask; a task
      holds an id while it runs with it. (TSA), (TSB), (TMA), (TMB) are those of the comment above clear-old.

      | step | CPU0 | CPU1 | what changed |
      | ---: | --- | --- | --- |
      |  |  | **\`context_switch(): idle1 -> a\`** |  |
      | 1 |  | &nbsp;&nbsp;\`smp_mb__after_spinlock()\` |  |
      | 2 |  | &nbsp;&nbsp;\`rq->clock = +0ms\` |  |
      | 3 |  | &nbsp;&nbsp;\`rq->curr = a (TSA)\` |  |
      | 4 |  | &nbsp;&nbsp;\`smp_mb()\` |  |
      |  |  | &nbsp;&nbsp;*\`mm_cid_get(A)\`* |  |
      | 5 |  | &nbsp;&nbsp;&nbsp;&nbsp;\`READ_ONCE(pcpu_cid->cid) == unset\` |  |
      | 6 |  | &nbsp;&nbsp;&nbsp;&nbsp;\`READ_ONCE(use_cid_lock) == 0\` |  |
      | 7 |  | &nbsp;&nbsp;&nbsp;&nbsp;\`cpumask_first_zero({}) == 0\` |  |
      | 8 |  | &nbsp;&nbsp;&nbsp;&nbsp;\`test_and_set_bit(0, cidmask)\` | \`mask[A]: {} -> {0}\` |
      | 9 |  | &nbsp;&nbsp;&nbsp;&nbsp;\`pcpu_cid->time = +0ms\` |  |
      | 10 |  | &nbsp;&nbsp;&nbsp;&nbsp;\`pcpu_cid->cid = 0\` | \`cid[A][1]: unset -> 0\`<br>\`a holds 0\` |
      | 11 |  | &nbsp;&nbsp;\`idle1->on_cpu = 0 (release)\` |  |
      |  |  |  | *100ms pass: now +100ms* |
      |  |  | **\`context_switch(): a -> idle1\`** |  |
      | 12 |  | &nbsp;&nbsp;\`smp_mb__after_spinlock()\` |  |
      | 13 |  | &nbsp;&nbsp;\`rq->clock = +100ms\` |  |
      | 14 |  | &nbsp;&nbsp;\`rq->curr = idle1 (TSB)\` | \`a lets go of 0\` |
      | 15 |  | &nbsp;&nbsp;\`smp_mb__after_mmgrab()\` |  |
      |  |  | &nbsp;&nbsp;*\`mm_cid_put_lazy(a)\`* |  |
      | 16 |  | &nbsp;&nbsp;&nbsp;&nbsp;\`READ_ONCE(pcpu_cid->cid) == 0\` |  |
      | 17 |  | &nbsp;&nbsp;\`a->on_cpu = 0 (release)\` |  |
      |  | **\`context_switch(): idle0 -> b\`** |  |  |
      | 18 | &nbsp;&nbsp;\`smp_mb__after_spinlock()\` |  |  |
      | 19 | &nbsp;&nbsp;\`rq->clock = +100ms\` |  |  |
      | 20 | &nbsp;&nbsp;\`rq->curr = b (TSA)\` |  |  |
      | 21 | &nbsp;&nbsp;\`smp_mb()\` |  |  |
      |  | &nbsp;&nbsp;*\`mm_cid_get(A)\`* |  |  |
      | 22 | &nbsp;&nbsp;&nbsp;&nbsp;\`READ_ONCE(pcpu_cid->cid) == unset\` |  |  |
      | 23 | &nbsp;&nbsp;&nbsp;&nbsp;\`READ_ONCE(use_cid_lock) == 0\` |  |  |
      | 24 | &nbsp;&nbsp;&nbsp;&nbsp;\`cpumask_first_zero({0}) == 1\` |  |  |
      | 25 | &nbsp;&nbsp;&nbsp;&nbsp;\`test_and_set_bit(1, cidmask)\` |  | \`mask[A]: {0} -> {0,1}\` |
      | 26 | &nbsp;&nbsp;&nbsp;&nbsp;\`pcpu_cid->time = +100ms\` |  |  |
      | 27 | &nbsp;&nbsp;&nbsp;&nbsp;\`pcpu_cid->cid = 1\` |  | \`cid[A][0]: unset -> 1\`<br>\`b holds 1\` |
      | 28 | &nbsp;&nbsp;\`idle0->on_cpu = 0 (release)\` |  |  |
      |  | **\`scheduler_tick(): b\`** |  |  |
      | 29 | &nbsp;&nbsp;\`rq->clock = +100ms\` |  |  |
      | 30 | &nbsp;&nbsp;\`READ_ONCE(mm_cid_next_scan) == +0ms\` |  | \`b's task work is queued\` |
      |  | **\`task_mm_cid_work(): b of A\`** |  |  |
      | 31 | &nbsp;&nbsp;\`READ_ONCE(mm_cid_next_scan) == +0ms\` |  |  |
      | 32 | &nbsp;&nbsp;\`cmpxchg(mm_cid_next_scan, +0ms, +200ms)\` |  |  |
      |  | &nbsp;&nbsp;*\`sched_mm_cid_clear_old(A, cpu 0)\`* |  |  |
      | 33 | &nbsp;&nbsp;&nbsp;&nbsp;\`cpu_rq(0)->clock == +100ms\` |  |  |
      | 34 | &nbsp;&nbsp;&nbsp;&nbsp;\`pcpu_cid->time == +100ms: not due\` |  |  |
      |  | &nbsp;&nbsp;*\`sched_mm_cid_clear_old(A, cpu 1)\`* |  |  |
      | 35 | &nbsp;&nbsp;&nbsp;&nbsp;\`cpu_rq(1)->clock == +100ms\` |  |  |
      | 36 | &nbsp;&nbsp;&nbsp;&nbsp;\`pcpu_cid->time == +0ms: due\` |  |  |
      | 37 | &nbsp;&nbsp;&nbsp;&nbsp;\`READ_ONCE(pcpu_cid->cid) == 0\` |  |  |
      | 38 | &nbsp;&nbsp;&nbsp;&nbsp;\`cpu_rq(1)->curr == idle1\` |  |  |
      |  |  | **\`context_switch(): idle1 -> a\`** |  |
      | 39 |  | &nbsp;&nbsp;\`smp_mb__after_spinlock()\` |  |
      | 40 |  | &nbsp;&nbsp;\`rq->clock = +100ms\` |  |
      | 41 |  | &nbsp;&nbsp;\`rq->curr = a (TSA)\` |  |
      | 42 |  | &nbsp;&nbsp;\`smp_mb()\` |  |
      |  |  | &nbsp;&nbsp;*\`mm_cid_get(A)\`* |  |
      | 43 |  | &nbsp;&nbsp;&nbsp;&nbsp;\`READ_ONCE(pcpu_cid->cid) == 0\` | \`a holds 0\` |
      | 44 | &nbsp;&nbsp;&nbsp;&nbsp;\`idle1->mm_cid_active == 0: unused\` |  |  |
      | 45 | &nbsp;&nbsp;&nbsp;&nbsp;\`cmpxchg(pcpu_cid->cid, 0, lazy 0)\` |  | \`cid[A][1]: 0 -> lazy 0 (TMA)\` |
      | **>>> 46** | &nbsp;&nbsp;&nbsp;&nbsp;\`cmpxchg(pcpu_cid->cid, lazy 0, unset)\` |  | \`cid[A][1]: lazy 0 -> unset (TMB)\`<br>**broken** |

      In the end:

      - cpu 0: b runs and holds 1
      - cpu 1: a runs and holds 0
      - mask[A] = {0,1}, cid[A][0] = 1, cid[A][1] = unset

      **At step 46 b on cpu 0 makes cid[A][1] unset while a on cpu 1 runs with concurrency id 0 of A: the id can be given to another task while a still uses it.**
      "
    `);
  });

  it('folds what leaves its slot alone, follows exec, fork and exit, and says when nothing broke', () => {
    expect(explained(WIDE, 'text')).toMatchInlineSnapshot(`
      "x.cid: rfc-v6
      memory sc, arch x86, preempt full, 20 cpus
      mm A: a (home cpu 0), b (home cpu 7)

      Time flows down, one access a line. cid[A][0] is mm A's pcpu_cid->cid on cpu 0, mask[A] its cidmask; a task
      holds an id while it runs with it. (TSA), (TSB), (TMA), (TMB) are those of the comment above clear-old.

       step │ CPU0                                              │ CPU7                                │ what changed
      ──────┼───────────────────────────────────────────────────┼─────────────────────────────────────┼─────────────────────────────────
            │                                                   │ context_switch(): idle7 -> b        │
          1 │                                                   │  smp_mb__after_spinlock()           │
          2 │                                                   │  rq->clock = +0ms                   │
          3 │                                                   │  rq->curr = b (TSA)                 │
          4 │                                                   │  smp_mb()                           │
            │                                                   │  mm_cid_get(A)                      │
          5 │                                                   │   READ_ONCE(pcpu_cid->cid) == unset │
          6 │                                                   │   READ_ONCE(use_cid_lock) == 0      │
          7 │                                                   │   cpumask_first_zero({}) == 0       │
          8 │                                                   │   test_and_set_bit(0, cidmask)      │ mask[A]: {} -> {0}
          9 │                                                   │   pcpu_cid->time = +0ms             │
         10 │                                                   │   pcpu_cid->cid = 0                 │ cid[A][7]: unset -> 0
            │                                                   │                                     │ b holds 0 of A
         11 │                                                   │  idle7->on_cpu = 0 (release)        │
            │                                                   │ context_switch(): b -> idle7        │
         12 │                                                   │  smp_mb__after_spinlock()           │
         13 │                                                   │  rq->clock = +0ms                   │
         14 │                                                   │  rq->curr = idle7 (TSB)             │ b lets go of 0 of A
         15 │                                                   │  smp_mb__after_mmgrab()             │
            │                                                   │  mm_cid_put_lazy(b)                 │
         16 │                                                   │   READ_ONCE(pcpu_cid->cid) == 0     │
         17 │                                                   │  b->on_cpu = 0 (release)            │
            ┈ 101ms pass: now +101ms
            │                                                   │ scheduler_tick(): idle7             │
         18 │                                                   │  rq->clock = +101ms                 │
            │ context_switch(): idle0 -> a                      │                                     │
         19 │  smp_mb__after_spinlock()                         │                                     │
         20 │  rq->clock = +101ms                               │                                     │
         21 │  rq->curr = a (TSA)                               │                                     │
         22 │  smp_mb()                                         │                                     │
            │  mm_cid_get(A)                                    │                                     │
         23 │   READ_ONCE(pcpu_cid->cid) == unset               │                                     │
         24 │   READ_ONCE(use_cid_lock) == 0                    │                                     │
         25 │   cpumask_first_zero({0}) == 1                    │                                     │
         26 │   test_and_set_bit(1, cidmask)                    │                                     │ mask[A]: {0} -> {0,1}
         27 │   pcpu_cid->time = +101ms                         │                                     │
         28 │   pcpu_cid->cid = 1                               │                                     │ cid[A][0]: unset -> 1
            │                                                   │                                     │ a holds 1 of A
         29 │  idle0->on_cpu = 0 (release)                      │                                     │
            │ scheduler_tick(): a                               │                                     │
         30 │  rq->clock = +101ms                               │                                     │
         31 │  READ_ONCE(mm_cid_next_scan) == +0ms              │                                     │ a's task work is queued
            │ task_mm_cid_work(): a of A                        │                                     │
         32 │  READ_ONCE(mm_cid_next_scan) == +0ms              │                                     │
         33 │  cmpxchg(mm_cid_next_scan, +0ms, +201ms)          │                                     │
      34-53 │  clear-old of 7 cpus (0 to 6): 1 not due, 6 unset │                                     │
            │  sched_mm_cid_clear_old(A, cpu 7)                 │                                     │
         54 │   cpu_rq(7)->clock == +101ms                      │                                     │
         55 │   pcpu_cid->time == +0ms: due                     │                                     │
         56 │   READ_ONCE(pcpu_cid->cid) == 0                   │                                     │
         57 │   cpu_rq(7)->curr == idle7                        │                                     │
         58 │   idle7->mm_cid_active == 0: unused               │                                     │
         59 │   cmpxchg(pcpu_cid->cid, 0, lazy 0)               │                                     │ cid[A][7]: 0 -> lazy 0 (TMA)
         60 │   cpu_rq(7)->curr == idle7                        │                                     │
         61 │   idle7->mm_cid_active == 0: unused               │                                     │
         62 │   cmpxchg(pcpu_cid->cid, lazy 0, unset)           │                                     │ cid[A][7]: lazy 0 -> unset (TMB)
         63 │   clear_bit(0, cidmask)                           │                                     │ mask[A]: {0,1} -> {1}
      64-99 │  clear-old of 12 cpus (8 to 19): unset            │                                     │
            │ sched_mm_cid_before_execve(a)                     │                                     │
        100 │  a->mm_cid_active = 0                             │                                     │ a lets go of 1 of A
        101 │  smp_mb()                                         │                                     │
            │  mm_cid_put(A)                                    │                                     │
        102 │   READ_ONCE(pcpu_cid->cid) == 1                   │                                     │
        103 │   cmpxchg(pcpu_cid->cid, 1, unset)                │                                     │ cid[A][0]: 1 -> unset (TMB)
        104 │   clear_bit(1, cidmask)                           │                                     │ mask[A]: {1} -> {}
            │ exec_mmap(a)                                      │                                     │
        105 │  a->mm = B                                        │                                     │
            │ sched_mm_cid_after_execve(a)                      │                                     │
        106 │  a->mm_cid_active = 1                             │                                     │
        107 │  smp_mb()                                         │                                     │
            │  mm_cid_get(B)                                    │                                     │
        108 │   READ_ONCE(pcpu_cid->cid) == unset               │                                     │
        109 │   READ_ONCE(use_cid_lock) == 0                    │                                     │
        110 │   cpumask_first_zero({}) == 0                     │                                     │
        111 │   test_and_set_bit(0, cidmask)                    │                                     │ mask[B]: {} -> {0}
        112 │   pcpu_cid->time = +101ms                         │                                     │
        113 │   pcpu_cid->cid = 0                               │                                     │ cid[B][0]: unset -> 0
            │                                                   │                                     │ a holds 0 of B
            │ a forks c, a process with a fresh mm C            │                                     │ c is there, home cpu 3
            │ a forks d, a thread of B                          │                                     │ d is there, home cpu 0
            ┈ d moves to cpu 2
            │ sched_mm_cid_exit_signals(a)                      │                                     │
        114 │  a->mm_cid_active = 0                             │                                     │ a lets go of 0 of B
        115 │  smp_mb()                                         │                                     │
            │  mm_cid_put(B)                                    │                                     │
        116 │   READ_ONCE(pcpu_cid->cid) == 0                   │                                     │
        117 │   cmpxchg(pcpu_cid->cid, 0, unset)                │                                     │ cid[B][0]: 0 -> unset (TMB)
        118 │   clear_bit(0, cidmask)                           │                                     │ mask[B]: {0} -> {}
            │ exit_mm(a)                                        │                                     │
        119 │  a->mm = NULL                                     │                                     │
            │ context_switch(): a -> idle0                      │                                     │
        120 │  smp_mb__after_spinlock()                         │                                     │
        121 │  rq->clock = +101ms                               │                                     │
        122 │  rq->curr = idle0                                 │                                     │
        123 │  a->on_cpu = 0 (release)                          │                                     │
      ──────┴───────────────────────────────────────────────────┴─────────────────────────────────────┴─────────────────────────────────

      In the end
        cpu 0: idle0 runs
        cpu 7: idle7 runs
        mask[A] = {}, cid[A][0] = unset, cid[A][7] = unset
        mask[B] = {}, cid[B][0] = unset

      Nothing is violated: 123 steps, 22 actions applied, 1 skipped.
      "
    `);
  });

  it('has two columns in 125 characters, the sentence aside', () => {
    const table = explained(FREED, 'text').split('\n').slice(0, -2);
    expect(Math.max(...table.map((line) => line.length))).toBeLessThanOrEqual(125);
  });

  it('is plain without color, and the same with it', () => {
    const plain = explained(FREED, 'text');
    const colored = explained(FREED, 'text', true);
    expect(plain).not.toContain('\u001b');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is these that are looked for
    expect(colored.replaceAll(/\u001b\[\d+m/g, '')).toBe(plain);
    const red = colored.split('\n').filter((line) => line.startsWith('\u001b[31m'));
    expect(red).toHaveLength(2);
    expect(red[0]).toContain('>>> 46');
    expect(red[1]).toContain('At step 46');
  });

  it('escapes pipes in Markdown', () => {
    const { events, result } = trace(FREED);
    const text = explain(FREED, events, result, 'markdown', { file: 'a|b.cid' });
    expect(text).toContain('a\\|b.cid');
  });

  it('says of more cpus than fit whose each line is', () => {
    const cpus = 9;
    const switches = Array.from({ length: cpus }, (_, cpu) => `switch ${cpu} t${cpu}\nstep ${cpu} 2\n`);
    const tasks = Array.from({ length: cpus }, (_, cpu) => `task t${cpu} A ${cpu}\n`);
    const scenario = parseScenario(
      `cidfuzz 1\ncpus ${cpus}\nmm A\n${tasks.join('')}---\n${switches.join('')}`,
      'many',
    );
    const text = explained(scenario, 'text');
    expect(text).toContain('CPU0 to CPU8');
    expect(text).toContain('  18 │ CPU8  rq->clock = +0ms');
  });
});

describe('tell', () => {
  const scenarios = {
    WIDE,
    FREED,
    cleaner: fixture('delayed-cleaner'),
    stranded: fixture('kind-stranded-1'),
  };

  it.each(Object.entries(scenarios))('tells every step of %s once, in order', (_, scenario) => {
    const { events, result } = trace(scenario);
    const steps = tell(scenario, events, result).rows.flatMap((row) => {
      if (row.steps === null) return [];
      const [first, last] = row.steps;
      return Array.from({ length: last - first + 1 }, (_, i) => first + i);
    });
    expect(events.length).toBeGreaterThan(0);
    expect(steps).toEqual(events.map((_, i) => i + 1));
  });

  it('has a column for each cpu that acts, and for no other', () => {
    const { events, result } = trace(WIDE);
    expect(tell(WIDE, events, result).cpus).toEqual([0, 7]);
  });

  it('marks the step that breaks, and none where the run as a whole does', () => {
    const freed = trace(FREED);
    const broken = tell(FREED, freed.events, freed.result).rows.filter((row) => row.broken);
    expect(broken.map((row) => row.steps)).toEqual([[46, 46]]);

    const scenario = minimize(fixture('kind-stranded-1'), runWithReference).scenario;
    const stranded = trace(scenario);
    const story = tell(scenario, stranded.events, stranded.result);
    expect(story.rows.filter((row) => row.broken)).toEqual([]);
    expect(story.sentence).toMatch(/^At the end A's slot on cpu 0 is left as lazy 0: /);
  });

  it('leaves out skipped actions', () => {
    const scenario = parseScenario(
      'cidfuzz 1\ncpus 1\nmm A\ntask a A 0\n---\nexit 0\nswitch 0 a\nstep 0\nswitch 0 idle\n',
      'skips',
    );
    const { events, result } = trace(scenario);
    expect(result.skipped).toEqual([1, 4]);
    const story = tell(scenario, events, result);
    expect(story.rows.map((row) => row.text)).toEqual([
      'context_switch(): idle0 -> a',
      'smp_mb__after_spinlock()',
    ]);
    expect(story.sentence).toBe('Nothing is violated: 1 step, 2 actions applied, 2 skipped.');
  });
});
