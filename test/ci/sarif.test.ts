import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Location, Log, Result, Run, ThreadFlowLocation } from 'sarif';
import { afterAll, describe, expect, it } from 'vitest';
import { judgeScenario } from '../../src/check/judge.js';
import { type CiKind, type CiResult, plainResult, runResult } from '../../src/ci/result.js';
import { sarifOf } from '../../src/ci/sarif.js';
import { uriOf } from '../../src/ci/uri.js';
import { Engine } from '../../src/engine/engine.js';
import type { Event } from '../../src/event/event.js';
import { tell } from '../../src/report/tell.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { printScenario } from '../../src/scenario/print.js';
import { KIND_WORDS } from '../../src/words.js';
import { corpusFiles } from '../corpus/files.js';

const folder = mkdtempSync(join(tmpdir(), 'cidfuzz-sarif-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const engine = new Engine();
const FREED = readFileSync(new URL('../fuzz/fixtures/freed-in-use.cid', import.meta.url), 'utf8');

/** All that a result can be of. */
const KINDS: readonly CiKind[] = [
  ...(KIND_WORDS.slice(1) as CiKind[]),
  'unmet',
  'divergence',
  'watchdog',
  'unreadable',
  'fault',
];

/** A scenario's file, its run and what is told of it. */
interface Ran {
  readonly file: string;
  readonly text: string;
  readonly events: readonly Event[];
  readonly result: CiResult;
}

/** Writes a scenario below the temporary folder and runs it, as `regress` does. */
async function ran(name: string, text: string, maxSteps = 1_000_000): Promise<Ran> {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  const events: Event[] = [];
  const judgement = judgeScenario(engine, parseScenario(text, file), {
    implementation: 'both',
    maxSteps,
    onEvent: (event) => events.push(event),
  });
  return { file, text, events, result: await runResult(file, judgement, events) };
}

/** The one run of a log, after a look at its structure. */
function runOf(results: readonly CiResult[]): Run {
  const text = sarifOf('1.2.3', results);
  expect(text.endsWith('}\n')).toBe(true);
  const log = JSON.parse(text) as Log;
  check(log);
  return log.runs[0]!;
}

/** The file that a URI names, by the rules of URIs, from the folder that we are in. */
function fileOf(uri: string): string {
  // Nothing but what RFC 3986 lets stand in a URI.
  expect(uri).toMatch(/^(?:[\w.~!$&'()*+,;=:@/-]|%[0-9A-F]{2})+$/);
  return fileURLToPath(new URL(uri, pathToFileURL(`${process.cwd()}/`)));
}

/** What SARIF 2.1.0 demands of all that we write, and no member that it does not know. */
function check(log: Log): void {
  members(log, ['version', 'runs'], ['$schema']);
  expect(log.version).toBe('2.1.0');
  expect(log.$schema).toMatch(/sarif-2\.1\.0/);
  expect(log.runs).toHaveLength(1);
  const run = log.runs[0]!;
  members(run, ['tool', 'results', 'columnKind'], ['artifacts', 'invocations']);
  expect(run.columnKind).toBe('utf16CodeUnits');
  members(run.tool, ['driver'], []);
  const { driver } = run.tool;
  members(driver, ['name', 'version', 'informationUri', 'rules'], []);
  expect([driver.name, driver.version]).toEqual(['cidfuzz', '1.2.3']);
  expect(URL.canParse(driver.informationUri!)).toBe(true);
  const ids = driver.rules!.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const rule of driver.rules!) {
    members(rule, ['id', 'shortDescription', 'fullDescription', 'help', 'helpUri'], []);
    expect(rule.shortDescription!.text).toMatch(/\S/);
  }
  expect([...ids].sort()).toEqual([...KINDS].sort());
  for (const artifact of run.artifacts ?? []) members(artifact, ['location'], ['sourceLanguage']);
  for (const result of run.results!) checkResult(result, run);
}

function checkResult(result: Result, run: Run): void {
  members(
    result,
    ['level', 'message', 'ruleId', 'ruleIndex', 'locations', 'partialFingerprints'],
    ['codeFlows'],
  );
  expect(result.level).toBe('error');
  expect(result.message.text).toMatch(/\S/);
  expect(run.tool.driver.rules![result.ruleIndex!]!.id).toBe(result.ruleId);
  expect(result.locations).toHaveLength(1);
  checkLocation(result.locations![0]!, run);
  expect(Object.entries(result.partialFingerprints!)).toEqual([
    ['cidfuzzSignature/v1', expect.stringMatching(/^[0-9a-f]{16}$/)],
  ]);
  if (result.codeFlows === undefined) return;
  expect(result.codeFlows).toHaveLength(1);
  const [flow] = result.codeFlows;
  members(flow!, ['threadFlows'], []);
  // The schema wants one at least, in the flow and in its threads.
  expect(flow!.threadFlows.length).toBeGreaterThan(0);
  for (const thread of flow!.threadFlows) {
    members(thread, ['id', 'locations'], []);
    expect(thread.locations.length).toBeGreaterThan(0);
    for (const step of thread.locations) {
      members(step, ['location', 'executionOrder', 'importance', 'nestingLevel'], []);
      checkLocation(step.location!, run);
      expect(step.location!.message!.text).toMatch(/\S/);
      expect(step.executionOrder).toBeGreaterThan(0);
      expect(['important', 'essential', 'unimportant']).toContain(step.importance);
      expect([0, 1, 2]).toContain(step.nestingLevel);
    }
  }
}

function checkLocation(location: Location, run: Run): void {
  members(location, ['physicalLocation'], ['message', 'logicalLocations']);
  const { artifactLocation, region } = location.physicalLocation!;
  members(artifactLocation!, ['uri'], ['index']);
  const { uri, index } = artifactLocation!;
  if (index !== undefined) expect(run.artifacts![index]!.location!.uri).toBe(uri);
  members(region!, ['startLine'], []);
  expect(Number.isInteger(region!.startLine) && region!.startLine! >= 1).toBe(true);
  for (const place of location.logicalLocations ?? []) {
    members(place, ['fullyQualifiedName', 'kind'], []);
    expect(place.kind).toBe('function');
  }
}

function members(value: object, needed: readonly string[], allowed: readonly string[]): void {
  const keys = Object.keys(value);
  expect(keys).toEqual(expect.arrayContaining([...needed]));
  expect(keys.filter((key) => ![...needed, ...allowed].includes(key))).toEqual([]);
}

/** The steps of a result's flow with the cpu of their thread, in the order in which they are executed. */
function stepsOf(result: Result): { cpu: number; step: ThreadFlowLocation }[] {
  return (result.codeFlows ?? [])
    .flatMap(({ threadFlows }) => threadFlows)
    .flatMap(({ id, locations }) =>
      locations.map((step) => ({ cpu: Number(/^CPU(\d+)$/.exec(id!)![1]), step })),
    )
    .sort((a, b) => a.step.executionOrder! - b.step.executionOrder!);
}

/** A scenario's text with comments, blank lines, tabs and CRLF in between, and the line of each of its actions. */
function scattered(canonical: string, odd: readonly string[]): { text: string; lines: number[] } {
  const out: string[] = [];
  const lines: number[] = [];
  let actions = false;
  for (const [i, line] of canonical.trimEnd().split('\n').entries()) {
    if (i > 0) for (let n = 0; n < (i * 7) % 4; n++) out.push(odd[(i + n) % odd.length]!);
    out.push(i % 3 === 0 ? line : i % 3 === 1 ? `\t${line}  # ${line}` : `${line}#---`);
    if (actions) lines.push(out.length);
    if (line === '---') actions = true;
  }
  return { text: `${out.join('\n')}\n`, lines };
}

describe('a log', () => {
  it('without anything bad in it is whole, and has no result', () => {
    const run = runOf([plainResult('a.cid', null, ''), plainResult('b.cid', null, '')]);
    expect(run.results).toEqual([]);
    expect(runOf([]).results).toEqual([]);
  });

  it('has a result for each that is bad, in their order, and a rule for each kind', async () => {
    const results = [
      plainResult('b.cid', 'unreadable', 'b.cid:7:3: no'),
      plainResult('a.cid', null, ''),
      (await ran('freed.cid', FREED.replace('expect freed-in-use', 'expect ok'))).result,
      plainResult('c.cid', 'unreadable', 'c.cid: cannot read (no such file or folder)'),
      plainResult('d.cid', 'fault', 'a fault'),
    ];
    const run = runOf(results);
    expect(run.results!.map(({ ruleId }) => ruleId)).toEqual([
      'unreadable',
      'freed-in-use',
      'unreadable',
      'fault',
    ]);
    expect(run.results!.map(({ locations }) => locations![0]!.physicalLocation!.region!.startLine)).toEqual([
      7,
      FREED.trimEnd().split('\n').length,
      1,
      1,
    ]);
    expect(run.results!.map(({ message }) => message.text)).toEqual(
      results.filter(({ kind }) => kind !== null).map(({ message }) => message),
    );
  });

  it('has a rule for every kind that there is', () => {
    const run = runOf(KINDS.map((kind) => plainResult('a.cid', kind, 'no')));
    expect(run.results!.map(({ ruleId }) => ruleId)).toEqual(KINDS);
  });

  it('gives the same bytes for the same results', async () => {
    const results = async () => [
      (await ran('same.cid', FREED)).result,
      plainResult('x.cid', 'unreadable', 'x.cid: no'),
    ];
    expect(sarifOf('1', await results())).toBe(sarifOf('1', await results()));
  });

  it('holds a text that its library takes for a mistake, and characters that JSON has to escape', () => {
    const message = 'SARIF_BUILDER_INVALID "x" \\ \n \u0001 \ud800 😀';
    const [result] = runOf([plainResult('SARIF_BUILDER_INVALID.cid', 'fault', message)]).results!;
    expect(result!.message.text).toBe(message);
  });

  it('is made of thousands of results in seconds', () => {
    const began = performance.now();
    const results = Array.from({ length: 3000 }, (_, i) => plainResult(`${i}.cid`, 'unreadable', `${i}: no`));
    expect((JSON.parse(sarifOf('1', results)) as Log).runs[0]!.results).toHaveLength(3000);
    expect(performance.now() - began).toBeLessThan(5000);
  });
});

describe('a code flow', () => {
  const files = corpusFiles('known/').filter(({ name }) => !name.startsWith('known/mutants'));

  it.each([...files, ...corpusFiles('known/mutants-of-fixed/no-')])(
    'of $name is the table: a thread a cpu, every step once, in its own line',
    async ({ name, text, scenario }) => {
      const { events, result, file } = await ran(name, text);
      const [told] = runOf([result]).results!;
      const steps = stepsOf(told!);
      const { rows, cpus } = tell(scenario, events, engine.run(scenario), file);
      const shown = rows.filter(({ steps }) => steps !== null);
      expect(steps.map(({ step }) => step.executionOrder)).toEqual(shown.map(({ steps }) => steps![0]));
      expect(told!.codeFlows![0]!.threadFlows.map(({ id }) => id)).toEqual(cpus.map((cpu) => `CPU${cpu}`));
      const lines = text.split('\n');
      const dashes = lines.indexOf('---');
      const actions = lines.flatMap((line, i) => (i > dashes && /^\s*[a-z]/.test(line) ? [i + 1] : []));
      for (const { cpu, step } of steps) {
        const event = events[step.executionOrder! - 1]!;
        expect(event.cpu).toBe(cpu);
        expect(step.location!.physicalLocation!.region!.startLine).toBe(actions[event.action - 1]);
      }
      // No thread goes back in time, and no step is that of two.
      for (const { locations } of told!.codeFlows![0]!.threadFlows) {
        const orders = locations.map(({ executionOrder }) => executionOrder!);
        expect(orders).toEqual([...new Set(orders)].sort((a, b) => a - b));
      }
      // What is found at the end has no step of its own.
      const { violation } = engine.run(scenario);
      const essential = steps.filter(({ step }) => step.importance === 'essential');
      const atEnd = ['stranded-lazy', 'lock-leak'].includes(KIND_WORDS[violation!.kind]!);
      expect(essential.map(({ step }) => step.executionOrder)).toEqual(atEnd ? [] : [violation!.step]);
      expect(told!.locations![0]!.physicalLocation!.region!.startLine).toBe(actions[violation!.action - 1]);
    },
  );

  it.each([
    ['comments and blank lines', ['', '# a comment', '\t ', '  # step 0 1', '#---', '#']],
    ['line ends of other systems', ['\r', '# a comment\r', ' \t\r']],
    ['what others take for line ends', ['# a\u2028b', '# a\u2029step 0', '# a\u0085b', '#\u2028']],
  ])('has the lines of the file where it has %s in it', async (what, odd) => {
    const scenario = parseScenario(FREED, 'freed');
    const canonical = printScenario(scenario);
    const { text, lines } = scattered(canonical, odd);
    expect(printScenario(parseScenario(text, 'scattered'))).toBe(canonical);
    const { events, result } = await ran(`scattered ${what}.cid`, text);
    const [told] = runOf([result]).results!;
    const steps = stepsOf(told!);
    expect(steps.length).toBeGreaterThan(30);
    for (const { step } of steps) {
      const event = events[step.executionOrder! - 1]!;
      expect(step.location!.physicalLocation!.region!.startLine).toBe(lines[event.action - 1]);
    }
    expect(told!.locations![0]!.physicalLocation!.region!.startLine).toBe(lines.at(-1));
    // Every step of the last action's line.
    expect(steps.at(-1)!.step.location!.physicalLocation!.region!.startLine).toBe(lines.at(-1));
  });

  it('is left out where nothing makes a step', async () => {
    const nothing = await ran('nothing.cid', 'cidfuzz 1\ncpus 1\nmm A\ntask a A 0\nexpect livelock\n---\n');
    const time = await ran(
      'time.cid',
      'cidfuzz 1\ncpus 1\nmm A\ntask a A 0\nexpect livelock\n---\n\nadvance 1s\nadvance 1s\n',
    );
    const run = runOf([nothing.result, time.result]);
    expect(run.results!.map(({ codeFlows, ruleId }) => [codeFlows, ruleId])).toEqual([
      [undefined, 'unmet'],
      [undefined, 'unmet'],
    ]);
    expect(run.results!.map(({ locations }) => locations![0]!.physicalLocation!.region!.startLine)).toEqual([
      // Their `expect`: nothing else is to blame.
      5, 5,
    ]);
  });

  it('is left out where a run was stopped', async () => {
    const { result } = await ran('stopped.cid', FREED, 20);
    expect(result.kind).toBe('watchdog');
    const [told] = runOf([result]).results!;
    expect(told!.codeFlows).toBeUndefined();
    expect(told!.message.text).toBe('stopped by the watchdog after 20 steps');
  });

  it('names the function that a step is in, and nothing that is none', async () => {
    const { result } = await ran(
      'forks.cid',
      `cidfuzz 1
cpus 2
mm A
task a A 0
expect livelock
---
switch 0 a
step 0 20
fork 0 thread b 1
tick 0
step 0 1
fork 0 process c C 1
step 0 20
`,
    );
    const steps = stepsOf(runOf([result]).results![0]!);
    const places = steps.map(({ step }) => step.location!.logicalLocations?.[0]?.fullyQualifiedName ?? '');
    expect(places.length).toBeGreaterThan(5);
    for (const place of places) expect(place).not.toMatch(/forks|^\.\.\.|^$/);
    expect(new Set(places).size).toBeGreaterThan(1);
  });

  it('has 10 000 locations at most: the last ones, up to the violation', async () => {
    const before = 'switch 2 z\nstep 2 30\nswitch 2 idle\nstep 2 30\n'.repeat(1000);
    const text = FREED.replace('task b A 0\n', 'task b A 0\nmm B\ntask z B 2\n').replace(
      '---\n',
      `---\n${before}`,
    );
    const { events, result } = await ran('long.cid', text);
    expect(events.length).toBeGreaterThan(12_000);
    expect(result.kind).toBe('freed-in-use');
    const rows = result.run!.story.rows.filter(({ steps }) => steps !== null);
    expect(rows.length).toBeGreaterThan(10_000);
    const steps = stepsOf(runOf([result]).results![0]!);
    expect(steps).toHaveLength(10_000);
    expect(steps.map(({ step }) => step.executionOrder)).toEqual(
      rows.slice(-10_000).map(({ steps }) => steps![0]),
    );
    expect(steps.at(-1)!.step.executionOrder).toBe(events.length);
    expect(steps.at(-1)!.step.importance).toBe('essential');
  });
});

describe('a fingerprint', () => {
  it('is the same for the same file and kind, whatever its comments; and another for another', async () => {
    const print = ({ result }: Ran) => result.fingerprint;
    const once = print(await ran('print/a.cid', FREED));
    expect(print(await ran('print/a.cid', FREED.replace('---', '# comment\n\n---')))).toBe(once);
    expect(print(await ran('print/b.cid', FREED))).not.toBe(once);
    const unmet = FREED.replace('algo rfc-v6', 'algo v6.3');
    expect(print(await ran('print/a.cid', unmet))).not.toBe(once);
  });

  it('is that of the signature where there is one', async () => {
    const events: Event[] = [];
    const judged = (name: string) => {
      const file = join(folder, name);
      writeFileSync(file, FREED);
      return runResult(
        file,
        judgeScenario(engine, parseScenario(FREED, file), { implementation: 'wasm', maxSteps: 1000 }),
        events,
        '{"kind":"freed-in-use"}',
      );
    };
    const [one, other] = [await judged('one.cid'), await judged('other.cid')];
    expect(one.fingerprint).toBe(other.fingerprint);
  });
});

describe('uriOf', () => {
  it.each([
    'a.cid',
    'a b.cid',
    'a%20b.cid',
    '%.cid',
    'a#b?c.cid',
    'жук/漢字 é😀.cid',
    'http:a/b.cid',
    'C:/x.cid',
    '[a]{b}|c^`"<>\\.cid',
    "it's (1) *!.cid",
    'a\nb\tc.cid',
    './a/../b.cid',
    '..a/b.cid',
    '...cid',
    '-',
  ])('of %j names that file, from the folder that we run in', (file) => {
    const uri = uriOf(file);
    expect(URL.canParse(uri)).toBe(false);
    expect(fileOf(uri)).toBe(resolve(file));
    expect(uriOf(resolve(file))).toBe(uri);
  });

  it.each(['../a b.cid', '../../x%#?.cid', '/a/ж/b.cid', '/tmp/..a'])(
    'of %j, which is outside, is absolute',
    (file) => {
      const uri = uriOf(file);
      expect(uri).toMatch(/^file:\/\/\//);
      expect(fileOf(uri)).toBe(resolve(file));
    },
  );

  it('is the one of all locations of a result', async () => {
    for (const name of ['ein Name 100% #1?.cid', 'жук & 漢字.cid']) {
      const { result, file } = await ran(name, FREED);
      for (const path of [file, relative(process.cwd(), file)]) {
        const run = runOf([{ ...result, file: path }]);
        const [told] = run.results!;
        const all = [told!.locations![0]!, ...stepsOf(told!).map(({ step }) => step.location!)];
        const uris = new Set(all.map(({ physicalLocation }) => physicalLocation!.artifactLocation!.uri!));
        expect(uris.size).toBe(1);
        expect(fileOf([...uris][0]!)).toBe(file);
        expect(run.artifacts!.map(({ location }) => location!.uri)).toEqual([...uris]);
      }
    }
  });
});

describe('the line of what is no scenario', () => {
  it.each([
    ['a.cid', 'a.cid:12:3: no', 12],
    ['a.cid', 'a.cid: cannot read (no such file or folder)', 1],
    ['a:9:9: b.cid', 'a:9:9: b.cid:12:3: no', 12],
    ['a:9:9: b.cid', 'a:9:9: b.cid: cannot read', 1],
    ['a', 'b:12:3: no', 1],
    ['.*.cid', '.*.cid:12:3: no', 12],
    // A message has it printable.
    ['a\nb.cid', 'a\\x0ab.cid:12:3: no', 12],
  ])('of %j with the message %j is %i', (file, message, line) => {
    expect(plainResult(file, 'unreadable', message).line).toBe(line);
  });
});
