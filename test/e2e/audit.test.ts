import { describe, expect, it } from 'vitest';
import { atOnce, realRuns, withCid } from '../trace/audit/auditing.js';
import { Writer } from '../trace/traces.js';
import { cidfuzz, rows, temporaryFolder, write } from './cidfuzz.js';
import { expectPrintable, ODD, PERF, PERF_SCHED, TICKS, TRACE_CMD, textOf } from './traces.js';

const cwd = temporaryFolder();
const run = (...args: string[]) => cidfuzz(['audit', ...args], { cwd });
const lines = textOf(TRACE_CMD).toString('latin1').split('\n');
const [first, second] = atOnce(lines);
write(cwd, {
  'twice.txt': withCid(lines, second.line, first.cid),
  'range.txt': withCid(lines, realRuns(lines)[50]!.line, 2),
  'bad.txt': 'words\n',
});

describe('audit', () => {
  it('finds nothing in recordings of a kernel that does it right', async () => {
    const outcome = await run(TICKS, ODD, PERF, TRACE_CMD);
    expectPrintable(outcome);
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(outcome.stdout.match(/^\S.*$/gm)).toEqual([
      `${TICKS}: 5 460 cids told to user space: nothing found`,
      `${ODD}: 407 cids told to user space: nothing found`,
      `${PERF}: 19 170 cids told to user space: nothing found`,
      `${TRACE_CMD}: 10 835 cids told to user space: nothing found`,
    ]);
  });

  it('shows a finding with the lines that prove it, and ends with 77', async () => {
    const outcome = await run('twice.txt');
    expectPrintable(outcome);
    expect(outcome).toMatchObject({ code: 77, stderr: '' });
    const shown = [first.line, first.end, second.line, second.end].sort((a, b) => a - b);
    const text = withCid(lines, second.line, first.cid).split('\n');
    expect(outcome.stdout.split('\n').slice(0, 6)).toEqual([
      'twice.txt: 10 835 cids told to user space: 1 finding',
      expect.stringMatching(
        new RegExp(
          `^ {2}duplicate-cid: hackbench ${first.tid} on cpu ${first.cpu} and hackbench ${second.tid} on cpu ${second.cpu}, both of process \\d+, run with cid ${first.cid} at once, for \\d+ us at least `,
        ),
      ),
      ...shown.map((line) => `    ${line + 1}: ${text[line]!.trim()}`),
    ]);
  });

  it('--json: a row for each finding, and a summary', async () => {
    const { code, stdout, stderr } = await run('--json', '--quiet', 'twice.txt', 'range.txt', TICKS);
    expect([code, stderr]).toEqual([77, '']);
    const [twice, range, summary, ...more] = rows(stdout);
    expect(more).toEqual([]);
    expect(twice).toMatchObject({
      file: 'twice.txt',
      kind: 'duplicate-cid',
      certain: true,
      cid: first.cid,
      threads: [
        { tid: first.tid, comm: 'hackbench', cpu: first.cpu },
        { tid: second.tid, comm: 'hackbench', cpu: second.cpu },
      ],
      overlap_ns: expect.any(Number),
    });
    expect(twice!.overlap_ns as number).toBeGreaterThan(0);
    expect((twice!.lines as { line: number }[]).map(({ line }) => line - 1)).toEqual(
      [first.line, first.end, second.line, second.end].sort((a, b) => a - b),
    );
    expect(range).toMatchObject({ file: 'range.txt', kind: 'out-of-range', cid: 2, cpus: 2, threads: [{}] });
    expect(summary).toMatchObject({ summary: true, events: 2 * 22_319 + 11_445, findings: 2 });
  });

  it('--json: nothing but the summary where there is nothing; notes are on stderr', async () => {
    const { code, stdout, stderr } = await run('--json', ODD);
    expect(code).toBe(0);
    expect(rows(stdout)).toEqual([
      { summary: true, events: 1144, findings: 0, uncertain: 0, rseq_updates: 407 },
    ]);
    expect(stderr).toContain('22 switches inferred');
  });

  it('goes on to the other files after a bad one; the graver exit code counts', async () => {
    const { code, stdout, stderr } = await run('--json', '--quiet', 'bad.txt', 'twice.txt', PERF_SCHED);
    expect(rows(stdout).map(({ file, summary }) => file ?? summary)).toEqual(['twice.txt', true]);
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(/^bad\.txt:1: no line of a scheduler trace/),
      expect.stringMatching(/: no rseq_update in it, so there is nothing to audit \(expected /),
      '',
    ]);
    expect(code).toBe(1);
  });

  it('an uncertain finding is told, and is no reason for 77', async () => {
    const who = { tid: 100, comm: 'a' };
    write(cwd, { 'unsure.txt': new Writer(null).switch(0, { tid: 200 }, who).rseq(0, who, 5).text() });
    const { code, stdout } = await run('unsure.txt');
    expect(stdout).toMatch(
      /^unsure\.txt: 1 cids? told to user space: nothing found, 1 uncertain\n {2}uncertain: out-of-range: a 100 on cpu 0 is told cid 5, and only 1 cpus? (?:were|was) seen\n/,
    );
    expect(code).toBe(0);
    expect(rows((await run('--json', '--quiet', 'unsure.txt')).stdout)).toMatchObject([
      { certain: false },
      { findings: 0, uncertain: 1 },
    ]);
  });

  it('--quiet, and without colors', async () => {
    expect(await run('--quiet', 'twice.txt')).toEqual({ code: 77, stdout: '', stderr: '' });
    const plain = await run('--no-color', 'twice.txt');
    expect(await cidfuzz(['audit', 'twice.txt'], { cwd, env: { NO_COLOR: '1', FORCE_COLOR: '1' } })).toEqual(
      plain,
    );
  });
});
