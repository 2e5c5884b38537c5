import { describe, expect, it } from 'vitest';
import {
  CID_LAZY_PUT,
  KIND_COMPACTNESS,
  NS_PER_JIFFY,
  PERIOD_NS,
  ROUTINE_WORK,
  START_NS,
} from '../../src/abi.js';
import { FUZZ_DONE, PC_FROZEN_CLOCK, PC_POSTPONED_SCAN } from '../../src/engine/addresses.js';
import { Engine, type Seed } from '../../src/engine/engine.js';
import type { EndState } from '../../src/event/end-state.js';
import { runBatch } from '../../src/fuzz/batch.js';
import { type CampaignConfig, defaultConfig, headerOf, settingsOf } from '../../src/fuzz/config.js';
import { shrink } from '../../src/fuzz/finding.js';
import { isOneMinimal } from '../../src/minimize/one-minimal.js';
import { runReference } from '../../src/reference/run.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { printScenario } from '../../src/scenario/print.js';
import type { Action, Scenario } from '../../src/scenario/scenario.js';
import { corpusFiles } from '../corpus/files.js';

const engine = new Engine();
const other = new Engine();
const known = (name: string) => corpusFiles(`known/${name}`)[0]!.scenario;
const seedOf = (name: string): Seed => {
  const { scenario } = corpusFiles(`seeds/${name}`)[0]!;
  return { scenario, sound: scenario.actions.length };
};

const CONFIG: CampaignConfig = { ...defaultConfig, oracle: ['compactness'] };
const SEEDED: CampaignConfig = { ...CONFIG, seeds: ['forking'] };
const SEEDS = [seedOf('forking')];

/** What a campaign of so many schedules finds for a cause, made small. */
function foundFor(cause: number, config: CampaignConfig, count: number, seeds: readonly Seed[] = []): string {
  const report = runBatch(engine, other, config, 0, count, { seeds });
  expect(report.parted).toEqual([]);
  const found = report.found.find(({ pc }) => pc === cause)!;
  return printScenario(shrink(other, found.scenario));
}

describe('a campaign for compactness', () => {
  it('tells by their cause apart what it finds, and finds what the corpus has', () => {
    const frozen = foundFor(PC_FROZEN_CLOCK, CONFIG, 10_000);
    expect(frozen).toBe(printScenario(known('compactness-frozen-clock')));
    const postponed = foundFor(PC_POSTPONED_SCAN, SEEDED, 5000, SEEDS);
    expect(postponed).toBe(printScenario(known('compactness-postponed-scan')));
  });

  it('finds the same causes as the reference shows them', () => {
    const met = new Map<number, number>();
    for (const [config, seeds] of [
      [{ ...CONFIG, tasks: [1, 3] as const, cpus: [3, 3] as const }, []],
      [SEEDED, SEEDS],
    ] as const) {
      engine.beginBatch(headerOf(config), { ...settingsOf(config), compareEvery: 1 }, 0, 5000, seeds);
      for (let told = 0; told < 60 && engine.fuzz() !== FUZZ_DONE; ) {
        if (engine.scheduleKind() !== KIND_COMPACTNESS) continue;
        const pc = engine.schedulePc();
        // Those without one are many.
        if (pc < PC_FROZEN_CLOCK && engine.scheduleIndex() % 50 !== 0) continue;
        told++;
        const cause = pc >= PC_FROZEN_CLOCK ? pc : 0;
        const scenario = engine.takeSchedule();
        expect(causeOf(scenario)).toBe(cause);
        expect(other.run(scenario).cause ?? 0).toBe(cause);
        met.set(cause, (met.get(cause) ?? 0) + 1);
      }
    }
    expect([...met.keys()].sort()).toEqual([0, PC_FROZEN_CLOCK, PC_POSTPONED_SCAN]);
  });
});

/** The state after the first k actions, by the reference (sc: nothing waits at the end). */
function stateAfter(scenario: Scenario, k: number): EndState {
  const run = runReference({ ...scenario, actions: scenario.actions.slice(0, k) }, { endState: true });
  for (;;) {
    const next = run.next();
    if (next.done === true) return next.value.endState!;
  }
}

/** The same question as assembly/causes.ts asks, of the states between the actions. */
function causeOf(scenario: Scenario): number {
  let now = START_NS;
  let state = stateAfter(scenario, 0);
  const moved = state.mms.map(() => 0);
  const scanned = state.mms.map(() => false);
  scenario.actions.forEach((action, i) => {
    if (action.op === 'advance') now += action.ns;
    const jiffies = Math.floor(now / NS_PER_JIFFY);
    const next = stateAfter(scenario, i + 1);
    next.mms.forEach(({ nextScan }, m) => {
      const before = state.mms[m]!.nextScan;
      if (nextScan === before || before > jiffies) return;
      moved[m] = jiffies * NS_PER_JIFFY;
      scanned[m] = action.op === 'step' && before !== 0;
    });
    state = next;
  });
  const m = other.run(scenario).violation!.mm;
  const mm = state.mms[m]!;
  if (state.tasks.some((task) => task?.routine === ROUTINE_WORK && task.mm === m)) return 0;
  for (const [c, cid] of mm.cid.entries()) {
    const task = state.tasks[state.cpus[c]!.curr];
    const used = task?.active === 1 && task.mm === m && task.mmCid >= 0;
    if (cid >= CID_LAZY_PUT || cid >= mm.users || used) continue;
    const old = mm.time[c]! + PERIOD_NS;
    const { clock } = state.cpus[c]!;
    if (clock < old && scanned[m] && moved[m]! >= old + PERIOD_NS) return PC_FROZEN_CLOCK;
    const isDue = mm.nextScan <= Math.floor(now / NS_PER_JIFFY);
    if (clock >= old && now >= old + 2 * PERIOD_NS && !isDue && moved[m]! <= old) return PC_POSTPONED_SCAN;
  }
  return 0;
}

/** The scenario with actions put in behind some, or some taken out. */
function changed(scenario: Scenario, change: (action: Action, index: number) => string | null): Scenario {
  const lines = printScenario({ ...scenario, expects: [] }).split('\n');
  const first = lines.indexOf('---') + 1;
  const text = [
    ...lines.slice(0, first),
    ...scenario.actions.map((action, i) => change(action, i) ?? lines[first + i]!),
  ];
  return parseScenario(`${text.join('\n')}\n`, 'changed.cid');
}

/** Ticks on these cpus, and on cpu 0 the work that they may have queued. */
const passing = (...cpus: number[]) =>
  `${cpus.map((c) => `tick ${c}\nstep ${c} 200`).join('\n')}\nwork 0\nstep 0 200`;

/** Kind and cause of what the engine and the reference see. */
function outcome(scenario: Scenario): [kind: number, cause: number | undefined] {
  const result = engine.run(scenario);
  const run = runReference(scenario);
  let next = run.next();
  while (next.done !== true) next = run.next();
  expect(next.value.violation).toEqual(result.violation);
  return [result.violation?.kind ?? 0, result.cause];
}

describe('the frozen clock', () => {
  const scenario = known('compactness-frozen-clock');
  const last = scenario.actions.length - 2;

  it('is what is to blame: with ticks on the idle cpu the same schedule is clean', () => {
    expect(outcome(scenario)).toEqual([KIND_COMPACTNESS, PC_FROZEN_CLOCK]);
    // A scan that takes something back has more steps.
    const whole = changed(scenario, (action) => (action.op === 'step' ? `step ${action.cpu} 200` : null));
    expect(outcome(whole)).toEqual([KIND_COMPACTNESS, PC_FROZEN_CLOCK]);
    const ticking = changed(whole, ({ op }) =>
      op === 'advance' ? 'advance 200ms\ntick 1\nstep 1 200' : null,
    );
    expect(outcome(ticking)).toEqual([0, undefined]);
  });

  it('stands still however many scans there are', () => {
    const scans = Array.from({ length: 20 }, () => `advance 150ms\n${passing(0)}`).join('\n');
    const more = changed(scenario, (_, i) => (i === last ? `${scans}\nswitch 2 b` : null));
    expect(outcome(more)).toEqual([KIND_COMPACTNESS, PC_FROZEN_CLOCK]);
    const whole = engine.run({ ...more, oracle: [] });
    expect(whole.skipped).toEqual([]);
  });

  it('is not to blame where no scan has come by', () => {
    const none = changed(scenario, ({ op }, i) => (op === 'work' || i === last - 1 ? '' : null));
    expect(outcome(none)).toEqual([KIND_COMPACTNESS, undefined]);
  });

  it('is kept by the minimizer', () => {
    expect(isOneMinimal(scenario, (candidate) => engine.run(candidate))).toEqual({ ok: true });
    const noisy = changed(scenario, ({ op }) => (op === 'advance' ? `${passing(0)}\nadvance 230ms` : null));
    expect(printScenario(shrink(engine, noisy))).toBe(printScenario(scenario));
  });
});

describe('the postponed scan', () => {
  const scenario = known('compactness-postponed-scan');
  const withTime = (time: string) =>
    changed(scenario, ({ op }, i) =>
      op === 'advance' && i > 4 ? `advance ${time}\n${passing(1, 0)}` : null,
    );

  it('comes of the forks: ticks change nothing, without the forks they do', () => {
    expect(outcome(scenario)).toEqual([KIND_COMPACTNESS, PC_POSTPONED_SCAN]);
    expect(outcome(withTime('60ms'))).toEqual([KIND_COMPACTNESS, PC_POSTPONED_SCAN]);
    const forkless = changed(withTime('60ms'), ({ op }) => (op === 'fork-process' ? '' : null));
    expect(forkless.actions.length).toBe(withTime('60ms').actions.length - 4);
    expect(outcome(forkless)).toEqual([0, undefined]);
  });

  it('comes of forks that are less than 100 ms apart', () => {
    expect(outcome(withTime('90ms'))).toEqual([KIND_COMPACTNESS, PC_POSTPONED_SCAN]);
    expect(outcome(withTime('150ms'))).toEqual([0, undefined]);
  });

  it('is not to blame where there was a moment for a scan', () => {
    // No tick came, but one could have.
    const later = changed(scenario, ({ op }, i) => (op === 'advance' && i > 4 ? 'advance 150ms' : null));
    expect(outcome(later)).toEqual([KIND_COMPACTNESS, undefined]);
  });
});
