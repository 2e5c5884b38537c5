/** The states of a timeline against the reference's, after every step of the whole corpus. */
import { describe, expect, it } from 'vitest';
import { LOC_NEXT_SCAN, OP_LOAD, OP_RMW } from '../../src/abi.js';
import type { EndState } from '../../src/event/end-state.js';
import { cidWord, maskWord, mmWord, momentWord, taskWord, valueWord } from '../../src/report/wording.js';
import type { Scenario } from '../../src/scenario/scenario.js';
import { type Cell, cellOfPlace, keyOf } from '../../src/timeline/cells.js';
import { type State, stateAt } from '../../src/timeline/state.js';
import type { Timeline } from '../../src/timeline/timeline.js';
import { MEMORIES } from '../../src/words.js';
import { loadVectors } from '../vectors/load.js';
import { corpusFiles, type Run, readRun, runOf, scenarioOf, timelineOfRun } from './runs.js';

const FILES = corpusFiles('known', 'ok');
/** Every step of a run of so many is looked at; of longer ones, one in so many more. */
const DENSE = 24;

/** What a cell must say where a run has left this state; null: an end state does not tell. */
function expected(scenario: Scenario, end: EndState, { kind, a, b, label }: Cell): string | null {
  switch (kind) {
    case 'curr':
      return taskWord(scenario, end.cpus[a]!.curr);
    case 'clock':
      return momentWord(end.cpus[a]!.clock);
    case 'mask':
      return maskWord(end.mms[a]!.mask[b]!, b);
    case 'next-scan':
      return valueWord(scenario, { loc: LOC_NEXT_SCAN, a, b }, end.mms[a]!.nextScan);
    case 'slot':
      return cidWord(end.mms[a]!.cid[b]!);
    case 'time':
      return momentWord(end.mms[a]!.time[b]!);
    case 'lock':
      if (label === 'cid_lock') return `${end.cidLock}`;
      return `${label === 'use_cid_lock' ? end.useCidLock : end.mms[a]!.cidLock}`;
    case 'task-mm':
      return mmWord(scenario, end.tasks[a]?.mm ?? -1);
    case 'active':
      return `${end.tasks[a]?.active ?? 0}`;
    case 'mm-cid':
      return `${end.tasks[a]?.mmCid ?? -1}`;
    case 'holds':
      return null;
  }
}

/** The cells that say something else than the state that the reference leaves. */
function faults(
  scenario: Scenario,
  timeline: Timeline,
  state: State,
  end: EndState,
  where: string,
): string[] {
  return timeline.cells.flatMap((cell, i) => {
    const wanted = expected(scenario, end, cell);
    const shown = state.words[i]!;
    return wanted === null || wanted === shown
      ? []
      : [`${where}: ${cell.label} is ${wanted}, shown ${shown}`];
  });
}

/** Positions that a fork follows, which changes memory without a step: there the reference is further. */
function isBeforeFork({ scenario, events }: Run, step: number): boolean {
  const from = events[step - 1]?.action ?? 0;
  const to = events[step]?.action ?? scenario.actions.length + 1;
  return scenario.actions.slice(from, to).some(({ op }) => op.startsWith('fork'));
}

/** Every difference of a run's timeline from the reference stopped after each step. */
function faultsOfRun(run: Run, where: string, every = 1): string[] {
  const timeline = timelineOfRun(run);
  const found = faults(run.scenario, timeline, stateAt(timeline, timeline.last), run.result.endState!, where);
  for (let step = 0; step < run.result.steps; step += every) {
    if (isBeforeFork(run, step)) continue;
    const { endState } = runOf(run.scenario, step).result;
    found.push(...faults(run.scenario, timeline, stateAt(timeline, step), endState!, `${where} ${step}`));
  }
  return found;
}

describe('the states of a timeline', () => {
  it.each(MEMORIES)('are those of the reference, in all of the corpus under %s', (memory) => {
    const found = FILES.flatMap((file) => {
      const run = readRun(file, { memory });
      return faultsOfRun(run, file, Math.max(1, Math.floor(run.result.steps / DENSE)));
    });
    expect(found).toEqual([]);
  });

  it.each(['sc', 'tso'] as const)('agree with what every access finds, under %s', (memory) => {
    const found: string[] = [];
    let compared = 0;
    for (const file of FILES) {
      const run = readRun(file, { memory });
      const timeline = timelineOfRun(run);
      const cells = new Map(timeline.cells.map((cell, i) => [keyOf(cell), i]));
      for (const [before, event] of run.events.entries()) {
        const place = cellOfPlace(run.scenario, event);
        const cell = place === null ? undefined : cells.get(keyOf(place));
        if (cell === undefined || isBeforeFork(run, before)) continue;
        const state = stateAt(timeline, before);
        const own = state.waiting.get(event.cpu)?.findLast((store) => store.cell === cell);
        if (event.op !== OP_LOAD && event.op !== OP_RMW) continue;
        const seen = own?.value ?? state.words[cell]!;
        const value = valueWord(run.scenario, event, event.value);
        compared++;
        if (seen !== value) found.push(`${file} ${before + 1}: ${place!.label} is ${value}, shown ${seen}`);
      }
    }
    expect(found).toEqual([]);
    expect(compared).toBeGreaterThan(1000);
  });

  it.each(['sc', 'tso'] as const)('are those of the reference in random scenarios under %s', (model) => {
    const vectors = loadVectors(model).filter((_, i) => i % 2 === 0);
    const found = vectors.flatMap(({ name, text, steps }) =>
      faultsOfRun(runOf(scenarioOf(text)), name, Math.max(1, Math.floor(steps / 5))),
    );
    expect(found).toEqual([]);
  });

  it('follow next_scan through forks, and what a fork drains', () => {
    for (const algo of ['rfc-v6', 'rfc-v6-fixed'] as const) {
      for (const memory of MEMORIES) {
        const run = runOf(
          scenarioOf(`cidfuzz 1
algo ${algo}
memory ${memory}
cpus 2
mm A
task a A 0
---
switch 0 a
step 0 30
advance 101ms
tick 0
step 0 9
work 0
step 0 99
fork 0 process b B 1
fork 0 thread c
switch 1 b
step 1 30
exec 1 C
step 1 30
advance 3ms
fork 1 thread d
fork 1 process e D
exit 1
step 1 30
switch 0 c
step 0 30
`),
        );
        expect(run.result.violation).toBeNull();
        expect(run.result.steps).toBeGreaterThan(60);
        expect(faultsOfRun(run, `${algo} ${memory}`)).toEqual([]);
      }
    }
  });

  it('name each change with the step that makes it', () => {
    const run = readRun('corpus/known/duplicate-cid.cid');
    const timeline = timelineOfRun(run);
    const labels = (step: number) =>
      [...stateAt(timeline, step).changed].map((i) => timeline.cells[i]!.label);
    expect(labels(59)).toEqual(['cid[A][1]']);
    expect(labels(67)).toEqual(['cid[A][1]']);
    expect(labels(68)).toEqual(['mask[A]']);
    expect(labels(97)).toEqual(["what CPU0's task holds", 'cid[A][0]', 'c->mm_cid']);
    expect(labels(58)).toEqual([]);
  });

  it('show a waiting store in the buffer, and not in memory', () => {
    const timeline = timelineOfRun(readRun('corpus/known/inactive-prev.cid'));
    const curr = timeline.cells.findIndex(({ kind, a }) => kind === 'curr' && a === 0);
    for (const [step, memory, waits] of [
      [46, 'b', false],
      [47, 'b', true],
      [67, 'b', true],
      [68, 'c', false],
    ] as const) {
      const { words, waiting } = stateAt(timeline, step);
      expect([step, words[curr]]).toEqual([step, memory]);
      const texts = (waiting.get(0) ?? []).map(({ text }) => text);
      expect([step, texts.includes('cpu_rq(0)->curr = c')]).toEqual([step, waits]);
    }
  });

  it('never have a cpu wait with more stores than its buffer holds', () => {
    for (const memory of ['tso', 'weak'] as const) {
      for (const file of FILES) {
        const run = readRun(file, { memory });
        const timeline = timelineOfRun(run);
        for (let at = 0; at <= timeline.last; at++) {
          for (const stores of stateAt(timeline, at).waiting.values())
            expect(stores.length).toBeLessThanOrEqual(8);
        }
        if (run.result.violation === null) expect(stateAt(timeline, timeline.last).waiting.size).toBe(0);
      }
    }
  });
});
