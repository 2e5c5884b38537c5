import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Log, Run } from 'sarif';
import { afterAll, describe, expect, it } from 'vitest';
import { judgeScenario } from '../../src/check/judge.js';
import { type CiResult, hasTable, MOST_TOLD, plainResult, runResult } from '../../src/ci/result.js';
import { sarifOf } from '../../src/ci/sarif.js';
import { Engine } from '../../src/engine/engine.js';
import type { Event } from '../../src/event/event.js';
import { explain } from '../../src/report/explain.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { corpusText } from '../corpus/files.js';

const folder = mkdtempSync(join(tmpdir(), 'cidfuzz-result-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const engine = new Engine();
const DUPLICATE = corpusText('known/duplicate-cid.cid');

function judged(text: string, file = join(folder, 'x.cid')) {
  writeFileSync(file, text);
  const events: Event[] = [];
  const judgement = judgeScenario(engine, parseScenario(text, file), {
    implementation: 'both',
    maxSteps: 1_000_000,
    onEvent: (event) => events.push(event),
  });
  return { file, judgement, events };
}

async function resultOf(text: string): Promise<CiResult> {
  const { file, judgement, events } = judged(text);
  return runResult(file, judgement, events);
}

const runOf = (results: readonly CiResult[]): Run => (JSON.parse(sarifOf('1', results)) as Log).runs[0]!;

describe('runResult', () => {
  it('has the sentence and the table of explain', async () => {
    const { file, judgement, events } = judged(DUPLICATE);
    const table = explain(judgement.scenario, events, judgement.result, 'text', { file });
    const result = await runResult(file, judgement, events);
    expect(result.details).toBe(table);
    expect(result.message).toBe(table.trimEnd().split('\n').at(-1));
    expect(result.kind).toBe('duplicate-cid');
  });

  it.each([
    ['the one of its algorithm', 'algo v6.3', 'expect ok\nexpect v6.3 livelock', 1],
    ['the one of all', 'algo v6.3', 'expect rfc-v6 ok\n# expect ok\nexpect livelock', 2],
  ])('is about the `expect` that did not come: %s', async (_, algo, expects, below) => {
    const text = `cidfuzz 1\n${algo}\ncpus 1\nmm A\ntask a A 0\n${expects}\n---\nswitch 0 a\n`;
    const { line, kind, message } = await resultOf(text);
    expect([line, kind, message]).toEqual([6 + below, 'unmet', 'expected livelock: nothing is violated']);
  });

  it('has no table of what is too long, and needs no events for it', async () => {
    const { file, judgement } = judged(DUPLICATE);
    expect(hasTable(judgement)).toBe(true);
    const { result } = judgement;
    const long = { ...judgement, result: { ...result, steps: MOST_TOLD + 1 } };
    expect(hasTable(long)).toBe(false);
    const told = await runResult(file, long, []);
    expect(told).toMatchObject({ kind: 'duplicate-cid', run: null });
    expect(told.details).toMatch(/^100001 steps: too many for a table/);
    expect(told.line).toBeGreaterThan(1);
    expect(hasTable({ ...judgement, result: { ...result, watchdog: true } })).toBe(false);
  });

  it('has the fingerprint of the file, however it is named', async () => {
    const { file, judgement, events } = judged(DUPLICATE);
    const one = await runResult(file, judgement, events);
    const other = await runResult(relative(process.cwd(), file), judgement, events);
    expect(other.fingerprint).toBe(one.fingerprint);
    // Mended in another line, it is still the one that cannot be read.
    const bad = (line: number) => plainResult('a.cid', 'unreadable', `a.cid:${line}:1: no`).fingerprint;
    expect(bad(3)).toBe(bad(7));
    expect(plainResult('b.cid', 'unreadable', 'no').fingerprint).not.toBe(bad(3));
  });
});

describe("GitHub's limits", () => {
  it('leave results out, the last ones, and a notification says how many', () => {
    const results = Array.from({ length: 5003 }, (_, i) => plainResult(`${i}.cid`, 'unreadable', `no ${i}`));
    const { results: told, invocations } = runOf(results);
    expect(told).toHaveLength(5000);
    expect(told!.at(-1)!.message.text).toBe('no 4999');
    expect(invocations![0]).toMatchObject({
      executionSuccessful: true,
      toolExecutionNotifications: [{ message: { text: '3 more results are left out' } }],
    });
    expect(runOf(results.slice(0, 5000)).invocations).toBeUndefined();
  });

  it('leave flows out where all of them would be too long for a file', async () => {
    const result = await resultOf(DUPLICATE);
    const steps = result.run!.story.rows.filter(({ steps }) => steps !== null).length;
    const fit = Math.floor(100_000 / steps);
    const { results: told, invocations } = runOf(Array.from({ length: fit + 2 }, () => result));
    expect(told!.filter(({ codeFlows }) => codeFlows !== undefined)).toHaveLength(fit);
    expect(told!.at(-1)!.locations).toEqual(told![0]!.locations);
    expect(invocations![0]!.toolExecutionNotifications).toMatchObject([
      { message: { text: 'the code flows of 2 results are left out' } },
    ]);
  });
});

describe('a step of a flow', () => {
  it('is in the function that the table has it in: the call, or where that is over the routine', async () => {
    const [told] = runOf([await resultOf(DUPLICATE)]).results!;
    const steps = told!.codeFlows![0]!.threadFlows.flatMap(({ locations }) => locations);
    const places = steps.map(({ location, nestingLevel }) => [
      location!.logicalLocations![0]!.fullyQualifiedName!,
      nestingLevel!,
    ]) as [string, number][];
    for (const [place] of places) expect(place).toMatch(/^[a-z_]+$/);
    const routines = ['context_switch', 'scheduler_tick', 'task_mm_cid_work'];
    for (const [place, depth] of places) expect(routines.includes(place)).toBe(depth < 2);
    const essential = steps.filter(({ importance }) => importance === 'essential');
    expect(essential.map(({ location }) => location!.logicalLocations![0]!.fullyQualifiedName)).toEqual([
      '__mm_cid_get',
    ]);
  });
});
