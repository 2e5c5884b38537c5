import { describe, expect, it } from 'vitest';
import { explain } from '../../src/report/explain.js';
import { tell } from '../../src/report/tell.js';
import { parseScenario } from '../../src/scenario/parse.js';
import type { Scenario } from '../../src/scenario/scenario.js';
import { fixture, trace } from '../minimize/runner.js';
import { SCAN } from '../minimize/scan.js';

const scenarioOf = (text: string) => parseScenario(`cidfuzz 1\n${text}`, 'delays');
const told = (scenario: Scenario) => {
  const { events, result } = trace(scenario);
  return tell(scenario, events, result);
};
const explained = (scenario: Scenario, format: 'text' | 'markdown' = 'text') => {
  const { events, result } = trace(scenario);
  return explain(scenario, events, result, format);
};

/** Two switches, up to before their second barrier. */
const TWO = `cpus 2
mm A
task a A 0
task b A 1
---
switch 0 a
step 0 3
switch 1 b
step 1 3
`;
const FLUSHED = scenarioOf(`memory tso\narch arm64\n${TWO}flush 1\nflush 0\nflush 0\nflush 1\nstep 0 1\n`);
const BARRIER = scenarioOf(`memory tso\n${TWO}step 0 1\nstep 1 1\n`);

const MISSED = scenarioOf(`memory tso\narch arm64\n${SCAN}step 1 8\nflush 0\nflush 0\nstep 1 3\n`);
const STALE = scenarioOf(`memory weak
arch arm64
cpus 2
mm A
task a A 0
task b A 1
---
switch 1 b
step 1 6
switch 0 a
step 0 11
stale 1 1
step 1 2
`);

/** RFC v6, tso, x86: prev is exiting and next shares its mm, so there is no barrier after the store of rq->curr. */
const INACTIVE = scenarioOf(`memory tso
cpus 2
mm A
task a A 0
task b A 0
task c A 1
---
switch 0 a
step 0 11
exit 0
step 0 5
switch 0 b
step 0 10
advance 100ms
switch 0 a
step 0 5
switch 0 b
step 0 4
switch 1 c
step 1 11
tick 1
step 1 2
work 1
step 1 11
`);
/** plain-unset under weak: the clear of the bit does not wait for the store before it. */
const UNSET = scenarioOf(`algo rfc-v6-fixed
mutant late-curr
mutant plain-unset
memory weak
arch x86
preempt full
cpus 2
mm A
task a A 1
task b A 0
---
switch 1 a
step 1 11
advance 100ms
switch 1 idle
step 1 6
switch 1 a
step 1
switch 0 b
step 0 11
tick 0
step 0 2
work 0
step 0 15
`);
/** v6.3: b finds the lock of the mm held, which a has let go of in its buffer. */
const SPINS = scenarioOf(`algo v6.3
memory tso
cpus 2
mm A
task a A 0
task b A 1
---
switch 0 a
step 0 7
switch 1 b
step 1 9
`);

describe('explain with store buffers', () => {
  it('shows a store where it waits, and where a flush makes it visible', () => {
    expect(explained(FLUSHED)).toMatchInlineSnapshot(`
      "rfc-v6
      memory tso, arch arm64, preempt full, 2 cpus
      mm A: a (home cpu 0), b (home cpu 1)

      Time flows down, one access a line. cid[A][0] is mm A's pcpu_cid->cid on cpu 0, mask[A] its cidmask; a task
      holds an id while it runs with it. (TSA), (TSB), (TMA), (TMB) are those of the comment above clear-old.
      (in the store buffer): only its own cpu sees the store until "↳ visible", when it reaches memory. Of slots, times,
      clocks and locks this is told only where another cpu finds an older value meanwhile, or the run ends before.

      step │ CPU0                                      │ CPU1                                      │ what changed
      ─────┼───────────────────────────────────────────┼───────────────────────────────────────────┼─────────────
           │ context_switch(): idle0 -> a              │                                           │
         1 │  smp_mb__after_spinlock()                 │                                           │
         2 │  rq->clock = +0ms (in the store buffer)   │                                           │
         3 │  rq->curr = a (TSA) (in the store buffer) │                                           │
           │                                           │ context_switch(): idle1 -> b              │
         4 │                                           │  smp_mb__after_spinlock()                 │
         5 │                                           │  rq->clock = +0ms (in the store buffer)   │
         6 │                                           │  rq->curr = b (TSA) (in the store buffer) │
         7 │                                           │ ↳ visible: cpu_rq(1)->clock = +0ms        │
         8 │ ↳ visible: cpu_rq(0)->clock = +0ms        │                                           │
         9 │ ↳ visible: cpu_rq(0)->curr = a            │                                           │
        10 │                                           │ ↳ visible: cpu_rq(1)->curr = b            │
        11 │  smp_mb()                                 │                                           │
      ─────┴───────────────────────────────────────────┴───────────────────────────────────────────┴─────────────

      In the end
        cpu 0: a runs
        cpu 1: b runs

      Nothing is violated: 11 steps, 9 actions applied.
      "
    `);
  });

  it('shows what a barrier makes visible before it', () => {
    expect(explained(BARRIER)).toMatchInlineSnapshot(`
      "rfc-v6
      memory tso, arch x86, preempt full, 2 cpus
      mm A: a (home cpu 0), b (home cpu 1)

      Time flows down, one access a line. cid[A][0] is mm A's pcpu_cid->cid on cpu 0, mask[A] its cidmask; a task
      holds an id while it runs with it. (TSA), (TSB), (TMA), (TMB) are those of the comment above clear-old.
      (in the store buffer): only its own cpu sees the store until "↳ visible", when it reaches memory. Of slots, times,
      clocks and locks this is told only where another cpu finds an older value meanwhile, or the run ends before.

      step │ CPU0                                      │ CPU1                                      │ what changed
      ─────┼───────────────────────────────────────────┼───────────────────────────────────────────┼─────────────
           │ context_switch(): idle0 -> a              │                                           │
         1 │  smp_mb__after_spinlock()                 │                                           │
         2 │  rq->clock = +0ms                         │                                           │
         3 │  rq->curr = a (TSA) (in the store buffer) │                                           │
           │                                           │ context_switch(): idle1 -> b              │
         4 │                                           │  smp_mb__after_spinlock()                 │
         5 │                                           │  rq->clock = +0ms                         │
         6 │                                           │  rq->curr = b (TSA) (in the store buffer) │
           │  ↳ visible: cpu_rq(0)->curr = a           │                                           │
         7 │  smp_mb()                                 │                                           │
           │                                           │  ↳ visible: cpu_rq(1)->curr = b           │
         8 │                                           │  smp_mb()                                 │
      ─────┴───────────────────────────────────────────┴───────────────────────────────────────────┴─────────────

      In the end
        cpu 0: a runs
        cpu 1: b runs

      Nothing is violated: 8 steps, 6 actions applied.
      "
    `);
  });

  it('says of an access what it misses, and names the reordering', () => {
    expect(explained(MISSED)).toMatchInlineSnapshot(`
      "rfc-v6
      memory tso, arch arm64, preempt full, 2 cpus
      mm A: a (home cpu 0), b (home cpu 1)
      mm B: c (home cpu 0)

      Time flows down, one access a line. cid[A][0] is mm A's pcpu_cid->cid on cpu 0, mask[A] its cidmask; a task
      holds an id while it runs with it. (TSA), (TSB), (TMA), (TMB) are those of the comment above clear-old.
      (in the store buffer): only its own cpu sees the store until "↳ visible", when it reaches memory. Of slots, times,
      clocks and locks this is told only where another cpu finds an older value meanwhile, or the run ends before.

      step │ CPU0                                              │ CPU1                                                          │ what changed
      ─────┼───────────────────────────────────────────────────┼───────────────────────────────────────────────────────────────┼─────────────────────────────
           │ context_switch(): idle0 -> a                      │                                                               │
         1 │  smp_mb__after_spinlock()                         │                                                               │
         2 │  rq->clock = +0ms                                 │                                                               │
         3 │  rq->curr = a (TSA)                               │                                                               │
         4 │  smp_mb()                                         │                                                               │
           │  mm_cid_get(A)                                    │                                                               │
         5 │   READ_ONCE(pcpu_cid->cid) == unset               │                                                               │
         6 │   READ_ONCE(use_cid_lock) == 0                    │                                                               │
         7 │   cpumask_first_zero({}) == 0                     │                                                               │
         8 │   test_and_set_bit(0, cidmask)                    │                                                               │ mask[A]: {} -> {0}
         9 │   pcpu_cid->time = +0ms                           │                                                               │
        10 │   pcpu_cid->cid = 0                               │                                                               │ cid[A][0]: unset -> 0
           │                                                   │                                                               │ a holds 0 of A
        11 │  idle0->on_cpu = 0 (release)                      │                                                               │
           │                                                   │ context_switch(): idle1 -> b                                  │
        12 │                                                   │  smp_mb__after_spinlock()                                     │
        13 │                                                   │  rq->clock = +0ms                                             │
        14 │                                                   │  rq->curr = b (TSA)                                           │
        15 │                                                   │  smp_mb()                                                     │
           │                                                   │  mm_cid_get(A)                                                │
        16 │                                                   │   READ_ONCE(pcpu_cid->cid) == unset                           │
        17 │                                                   │   READ_ONCE(use_cid_lock) == 0                                │
        18 │                                                   │   cpumask_first_zero({0}) == 1                                │
        19 │                                                   │   test_and_set_bit(1, cidmask)                                │ mask[A]: {0} -> {0,1}
        20 │                                                   │   pcpu_cid->time = +0ms                                       │
        21 │                                                   │   pcpu_cid->cid = 1                                           │ cid[A][1]: unset -> 1
           │                                                   │                                                               │ b holds 1 of A
        22 │                                                   │  idle1->on_cpu = 0 (release)                                  │
           ┈ 101ms pass: now +101ms
           │ context_switch(): a -> c                          │                                                               │
        23 │  smp_mb__after_spinlock()                         │                                                               │
        24 │  rq->clock = +101ms                               │                                                               │
        25 │  rq->curr = c (TSB) (TSA)                         │                                                               │ a lets go of 0 of A
           │  mm_cid_put_lazy(a)                               │                                                               │
        26 │   READ_ONCE(pcpu_cid->cid) == 0                   │                                                               │
           │  mm_cid_get(B)                                    │                                                               │
        27 │   READ_ONCE(pcpu_cid->cid) == unset               │                                                               │
        28 │   READ_ONCE(use_cid_lock) == 0                    │                                                               │
        29 │   cpumask_first_zero({}) == 0                     │                                                               │
        30 │   test_and_set_bit(0, cidmask)                    │                                                               │ mask[B]: {} -> {0}
        31 │   pcpu_cid->time = +101ms                         │                                                               │
        32 │   pcpu_cid->cid = 0                               │                                                               │ cid[B][0]: unset -> 0
           │                                                   │                                                               │ c holds 0 of B
        33 │  a->on_cpu = 0 (release)                          │                                                               │
           │                                                   │ scheduler_tick(): b                                           │
        34 │                                                   │  rq->clock = +101ms                                           │
        35 │                                                   │  READ_ONCE(mm_cid_next_scan) == +0ms                          │ b's task work is queued
           │ context_switch(): c -> a                          │                                                               │
        36 │  smp_mb__after_spinlock()                         │                                                               │
        37 │  rq->clock = +101ms (in the store buffer)         │                                                               │
        38 │  rq->curr = a (TSB) (TSA) (in the store buffer)   │                                                               │ c lets go of 0 of B
           │  mm_cid_put_lazy(c)                               │                                                               │
        39 │   READ_ONCE(pcpu_cid->cid) == 0                   │                                                               │
           │  mm_cid_get(A)                                    │                                                               │
        40 │   READ_ONCE(pcpu_cid->cid) == 0: older than 100ms │                                                               │
        41 │   cpumask_first_zero({0,1}): full                 │                                                               │
        42 │   pcpu_cid->time = +101ms (in the store buffer)   │                                                               │ a holds 0 of A
           │                                                   │ task_mm_cid_work(): b of A                                    │
        43 │                                                   │  READ_ONCE(mm_cid_next_scan) == +0ms                          │
        44 │                                                   │  cmpxchg(mm_cid_next_scan, +0ms, +201ms)                      │
           │                                                   │  sched_mm_cid_clear_old(A, cpu 0)                             │
        45 │                                                   │   cpu_rq(0)->clock == +101ms                                  │
        46 │                                                   │   pcpu_cid->time == +0ms (+101ms waits in CPU0's buffer): due │
        47 │                                                   │   READ_ONCE(pcpu_cid->cid) == 0                               │
        48 │                                                   │   cpu_rq(0)->curr == c (a waits in CPU0's buffer)             │
        49 │                                                   │   c->mm_cid_active == 1                                       │
        50 │                                                   │   c->mm == B: unused                                          │
        51 │ ↳ visible: cpu_rq(0)->clock = +101ms              │                                                               │
        52 │ ↳ visible: cpu_rq(0)->curr = a                    │                                                               │
        53 │                                                   │   cmpxchg(pcpu_cid->cid, 0, lazy 0)                           │ cid[A][0]: 0 -> lazy 0 (TMA)
        54 │                                                   │   cpu_rq(0)->curr == a                                        │
        55 │                                                   │   a->mm_cid_active == 1                                       │
           │ ↳ visible: time[A][0] = +101ms (the run is over)  │                                                               │
      ─────┴───────────────────────────────────────────────────┴───────────────────────────────────────────────────────────────┴─────────────────────────────

      In the end
        cpu 0: a runs and holds 0 of A
        cpu 1: b runs and holds 1 of A
        mask[A] = {0,1}, cid[A][0] = lazy 0, cid[A][1] = 1
        mask[B] = {0}, cid[B][0] = 0

      Reordered
        CPU0's time[A][0] = +101ms (step 42) was still in its store buffer when CPU1 found time[A][0] == +0ms (step 46).
        CPU0's cpu_rq(0)->curr = a (step 38) was still in its store buffer when CPU1 found cpu_rq(0)->curr == c (step 48).

      Nothing is violated: 55 steps, 16 actions applied.
      "
    `);
  });

  it('says of a load that it is stale', () => {
    expect(explained(STALE)).toMatchInlineSnapshot(`
      "rfc-v6
      memory weak, arch arm64, preempt full, 2 cpus
      mm A: a (home cpu 0), b (home cpu 1)

      Time flows down, one access a line. cid[A][0] is mm A's pcpu_cid->cid on cpu 0, mask[A] its cidmask; a task
      holds an id while it runs with it. (TSA), (TSB), (TMA), (TMB) are those of the comment above clear-old.
      (stale: older than X): the load returns what memory held before X, as if it had been made earlier.

      step │ CPU0                                │ CPU1                                                  │ what changed
      ─────┼─────────────────────────────────────┼───────────────────────────────────────────────────────┼──────────────────────
           │                                     │ context_switch(): idle1 -> b                          │
         1 │                                     │  smp_mb__after_spinlock()                             │
         2 │                                     │  rq->clock = +0ms                                     │
         3 │                                     │  rq->curr = b (TSA)                                   │
         4 │                                     │  smp_mb()                                             │
           │                                     │  mm_cid_get(A)                                        │
         5 │                                     │   READ_ONCE(pcpu_cid->cid) == unset                   │
         6 │                                     │   READ_ONCE(use_cid_lock) == 0                        │
           │ context_switch(): idle0 -> a        │                                                       │
         7 │  smp_mb__after_spinlock()           │                                                       │
         8 │  rq->clock = +0ms                   │                                                       │
         9 │  rq->curr = a (TSA)                 │                                                       │
        10 │  smp_mb()                           │                                                       │
           │  mm_cid_get(A)                      │                                                       │
        11 │   READ_ONCE(pcpu_cid->cid) == unset │                                                       │
        12 │   READ_ONCE(use_cid_lock) == 0      │                                                       │
        13 │   cpumask_first_zero({}) == 0       │                                                       │
        14 │   test_and_set_bit(0, cidmask)      │                                                       │ mask[A]: {} -> {0}
        15 │   pcpu_cid->time = +0ms             │                                                       │
        16 │   pcpu_cid->cid = 0                 │                                                       │ cid[A][0]: unset -> 0
           │                                     │                                                       │ a holds 0
        17 │  idle0->on_cpu = 0 (release)        │                                                       │
           │                                     │ ... context_switch(): idle1 -> b                      │
           │                                     │  ... mm_cid_get(A)                                    │
        18 │                                     │   cpumask_first_zero({}) == 0 (stale: older than {0}) │
        19 │                                     │   test_and_set_bit(0, cidmask)                        │ bit 0 is already set
      ─────┴─────────────────────────────────────┴───────────────────────────────────────────────────────┴──────────────────────

      In the end
        cpu 0: a runs and holds 0
        cpu 1: b runs
        mask[A] = {0}, cid[A][0] = 0

      Reordered
        CPU1 found the older mask[A] == {} (step 18): mask[A] = {0} was in memory since step 14.

      Nothing is violated: 19 steps, 6 actions applied.
      "
    `);
  });

  it('names the load that came before the store, and ends with what broke', () => {
    const { reordered, sentence, end } = told(INACTIVE);
    expect(reordered).toEqual([
      "CPU0's cpu_rq(0)->curr = b (step 34) was still in its store buffer when CPU1 found cpu_rq(0)->curr == a (steps 54 and 57); CPU0 had already gone on to find cid[A][0] == 0 (step 35), with no full barrier in between.",
    ]);
    expect(sentence).toMatch(/^At step 59 c on cpu 1 makes cid\[A\]\[0\] unset while b on cpu 0 runs/);
    expect(end[0]).toBe(
      'cpu 0: b runs and holds 0; not yet visible to others: cpu_rq(0)->clock = +100ms, cpu_rq(0)->curr = b',
    );
    const text = explained(INACTIVE);
    expect(text).toContain(`\nReordered\n  ${reordered[0]}\n\n${sentence}\n`);
    expect(explained(INACTIVE, 'markdown')).toContain(
      `\nReordered:\n\n- ${reordered[0]!.replaceAll(/[<|]/g, '\\$&')}\n\n**${sentence}**\n`,
    );
  });

  it('says nothing of buffers where there are none', () => {
    const story = told({ ...INACTIVE, memory: 'sc' });
    expect(story.reordered).toEqual([]);
    expect(explained({ ...INACTIVE, memory: 'sc' })).not.toMatch(/buffer|visible|stale|Reordered/);
    expect(explained({ ...BARRIER, actions: BARRIER.actions.slice(0, 2) })).not.toMatch(/\(in the store|↳/);
  });

  it('tells a store once that nobody could miss, and its slot where it is stored', () => {
    const rows = told(INACTIVE).rows.filter(({ text }) => text.startsWith('pcpu_cid->cid = 0'));
    expect(rows.map(({ text, changes }) => [text, ...changes])).toEqual([
      ['pcpu_cid->cid = 0', 'cid[A][0]: unset -> 0', 'a holds 0'],
      ['pcpu_cid->cid = 0', 'cid[A][0]: unset -> 0', 'b holds 0'],
    ]);
  });

  it.each(['tso-found-1', 'tso-found-2', 'tso-found-sc', 'weak-found-1'])(
    'tells every step of %s once, in order',
    (name) => {
      const scenario = fixture(name);
      const { events, result } = trace(scenario);
      const steps = tell(scenario, events, result).rows.flatMap(({ steps }) => {
        if (steps === null) return [];
        return Array.from({ length: steps[1] - steps[0] + 1 }, (_, i) => steps[0] + i);
      });
      expect(steps).toEqual(events.map((_, i) => i + 1));
    },
  );

  it('tells of a slot that still waits where the check finds it', () => {
    const { rows, sentence, end } = told(UNSET);
    const last = rows.slice(-2).map(({ text, changes, broken }) => [text, changes, broken]);
    expect(last).toEqual([
      ['pcpu_cid->cid = unset (in the store buffer)', [], false],
      ['clear_bit(0, cidmask)', ['mask[A]: {0,1} -> {1}'], true],
    ]);
    expect(sentence).toContain("bit 0 of A's cidmask is clear while cid[A][1] still holds 0");
    expect(end[0]).toContain('not yet visible to others: cid[A][1] = unset');
  });

  it('ends a run of spins that miss an unlock in one line', () => {
    const { rows, reordered } = told(SPINS);
    expect(rows.map(({ text }) => text)).toContain(
      "spins on cid_lock[A] (0 waits in CPU0's buffer), 6 times",
    );
    expect(reordered).toEqual([
      "CPU0's cid_lock[A] = 0 (step 7) was still in its store buffer when CPU1 found cid_lock[A] held (6 times from step 11 to step 16).",
    ]);
  });

  it('writes the same in Markdown', () => {
    expect(explained(FLUSHED, 'markdown')).toMatchInlineSnapshot(`
      "- rfc-v6
      - memory tso, arch arm64, preempt full, 2 cpus
      - mm A: a (home cpu 0), b (home cpu 1)

      Time flows down, one access a line. cid[A][0] is mm A's pcpu_cid->cid on cpu 0, mask[A] its cidmask; a task
      holds an id while it runs with it. (TSA), (TSB), (TMA), (TMB) are those of the comment above clear-old.
      (in the store buffer): only its own cpu sees the store until "↳ visible", when it reaches memory. Of slots, times,
      clocks and locks this is told only where another cpu finds an older value meanwhile, or the run ends before.

      | step | CPU0 | CPU1 | what changed |
      | ---: | --- | --- | --- |
      |  | **\`context_switch(): idle0 -> a\`** |  |  |
      | 1 | &nbsp;&nbsp;\`smp_mb__after_spinlock()\` |  |  |
      | 2 | &nbsp;&nbsp;\`rq->clock = +0ms (in the store buffer)\` |  |  |
      | 3 | &nbsp;&nbsp;\`rq->curr = a (TSA) (in the store buffer)\` |  |  |
      |  |  | **\`context_switch(): idle1 -> b\`** |  |
      | 4 |  | &nbsp;&nbsp;\`smp_mb__after_spinlock()\` |  |
      | 5 |  | &nbsp;&nbsp;\`rq->clock = +0ms (in the store buffer)\` |  |
      | 6 |  | &nbsp;&nbsp;\`rq->curr = b (TSA) (in the store buffer)\` |  |
      | 7 |  | \`↳ visible: cpu_rq(1)->clock = +0ms\` |  |
      | 8 | \`↳ visible: cpu_rq(0)->clock = +0ms\` |  |  |
      | 9 | \`↳ visible: cpu_rq(0)->curr = a\` |  |  |
      | 10 |  | \`↳ visible: cpu_rq(1)->curr = b\` |  |
      | 11 | &nbsp;&nbsp;\`smp_mb()\` |  |  |

      In the end:

      - cpu 0: a runs
      - cpu 1: b runs

      **Nothing is violated: 11 steps, 9 actions applied.**
      "
    `);
  });
});
