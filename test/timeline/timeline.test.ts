import { describe, expect, it } from 'vitest';
import { OP_DRAIN } from '../../src/abi.js';
import { explain } from '../../src/report/explain.js';
import { clientData } from '../../src/timeline/data.js';
import { stateAt } from '../../src/timeline/state.js';
import { corpusFiles, readRun, runOf, scenarioOf, timelineOfRun } from './runs.js';

const KNOWN = corpusFiles('known');

describe('timelineOf', () => {
  it('has a line for each step, in order, and a mark', () => {
    for (const file of [...KNOWN, ...corpusFiles('ok')]) {
      const run = readRun(file);
      const { rows, marks, last, violation } = timelineOfRun(run);
      const steps = rows.flatMap(({ step }) => step ?? []);
      expect([file, steps]).toEqual([file, Array.from({ length: last }, (_, i) => i + 1)]);
      expect(marks).toHaveLength(run.result.steps);
      const broken = rows.flatMap((row) => (row.broken ? [row.step] : []));
      expect([file, broken]).toEqual([file, violation === null ? [] : [violation]]);
    }
  });

  it('says what the table of explain says', () => {
    for (const file of KNOWN) {
      const run = readRun(file);
      const table = explain(run.scenario, run.events, run.result, 'text').split('\n');
      const timeline = timelineOfRun(run);
      expect(table).toContain(timeline.sentence);
      // No run of known/ is so long that lines are folded.
      const lines = timeline.rows.filter(({ step, cpu }) => step !== null && cpu !== null);
      for (const { step, text } of lines) {
        const told = table.find((line) => line.replace('>>>', '   ').trimStart().startsWith(`${step} │`));
        expect(told).toContain(text);
      }
    }
  });

  it('is at the violation what its sentence says', () => {
    const timeline = timelineOfRun(readRun('corpus/known/duplicate-cid.cid'));
    expect([timeline.violation, timeline.last]).toEqual([97, 97]);
    const { words } = stateAt(timeline, 97);
    const says = (label: string) => words[timeline.cells.findIndex((cell) => cell.label === label)];
    expect(says('cpu_rq(0)->curr')).toBe('c');
    expect(says('cpu_rq(1)->curr')).toBe('b');
    expect(says('mask[A]')).toBe('{0}');
    expect(says('cid[A][0]')).toBe('0');
    expect(says('cid[A][1]')).toBe('unset');
    expect(timeline.blamed.map((i) => [timeline.cells[i]!.label, words[i]])).toEqual([
      ["what CPU0's task holds", '0'],
      ["what CPU1's task holds", '0'],
    ]);
  });

  it('has what is found at the end at the end, with the buffers drained', () => {
    const run = readRun('corpus/known/stranded-lazy-3-cpus.cid');
    const timeline = timelineOfRun(run);
    expect(timeline.violation).toBe(run.result.steps + 1);
    expect(timeline.blamed.map((i) => timeline.cells[i]!.label)).toEqual(['cid[A][2]']);
    expect(stateAt(timeline, timeline.last).words[timeline.blamed[0]!]).toBe('lazy 1');
  });

  it('blames something for every violation that is of a place or a task', () => {
    for (const file of KNOWN) {
      const run = readRun(file);
      const { blamed } = timelineOfRun(run);
      const tasks = run.result.violation?.tasks.length ?? 0;
      expect([file, blamed.length >= tasks]).toEqual([file, true]);
    }
  });

  it('knows from where to where each store waits', () => {
    const { stores, marks, last } = timelineOfRun(readRun('corpus/ok/weak-flush.cid'));
    expect(stores.length).toBeGreaterThan(4);
    for (const { issued, reached, cpu } of stores) {
      expect(issued).toBeLessThan(reached);
      expect(reached).toBeLessThanOrEqual(last + 1);
      expect(marks[issued - 1]!.cpu).toBe(cpu);
    }
    const drains = marks.flatMap(({ op }, i) => (op === OP_DRAIN ? [i + 1] : []));
    expect(drains.every((step) => stores.filter(({ reached }) => reached === step).length === 1)).toBe(true);
  });

  it('is small: a thousand steps are less than 40 kB', () => {
    const turns = Array.from(
      { length: 80 },
      () => 'switch 0 a\nstep 0 40\nswitch 0 idle\nstep 0 40\nadvance 1ms\n',
    );
    const run = runOf(scenarioOf(`cidfuzz 1\nmemory tso\ncpus 2\nmm A\ntask a A 0\n---\n${turns.join('')}`));
    const { steps } = run.result;
    expect(steps).toBeGreaterThan(900);
    const data = JSON.stringify(clientData(timelineOfRun(run)));
    expect(data.length / steps).toBeLessThan(40);
  });

  it('is the same every time', () => {
    const run = readRun('corpus/known/inactive-prev.cid');
    expect(JSON.stringify(timelineOfRun(run))).toBe(JSON.stringify(timelineOfRun(run)));
  });

  it('of a run without a step', () => {
    const timeline = timelineOfRun(runOf(scenarioOf('cidfuzz 1\ncpus 1\n---\n')));
    expect(timeline).toMatchObject({ cpus: [], marks: [], last: 1, violation: null, stores: [] });
    expect(stateAt(timeline, 1).words).toEqual([]);
  });

  it('of a run that the watchdog stopped', () => {
    const run = runOf(readRun('corpus/known/inactive-prev.cid').scenario, 50);
    expect(run.result.watchdog).toBe(true);
    const timeline = timelineOfRun(run);
    expect([timeline.last, timeline.violation]).toEqual([50, null]);
  });
});
