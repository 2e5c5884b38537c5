import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CLEAN, cidfuzz, FREED, rows, temporaryFolder, write } from './cidfuzz.js';

/** A missing barrier: k to a, whose rq->curr still waits when b's clear-old looks at it. */
const BUFFERED = `cidfuzz 1
algo rfc-v6-fixed
mutant no-mb-kernel-user
memory tso
cpus 2
mm A
task a A 0
task b A 1
---
switch 0 a
step 0 10
advance 100ms
switch 0 idle
step 0 6
switch 0 a
step 0 4
switch 1 b
step 1 10
tick 1
step 1 2
work 1
step 1 11
`;
const cwd = temporaryFolder();
write(cwd, { 'freed.cid': FREED, 'clean.cid': CLEAN, 'tso.cid': BUFFERED });

describe('explain', () => {
  it('text: a column a cpu, and the sentence last', async () => {
    const { code, stdout, stderr } = await cidfuzz(['explain', 'freed.cid'], { cwd });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^freed\.cid: rfc-v6/);
    expect(stdout).toMatch(/CPU0.*CPU1.*CPU2/);
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(
      /^At step 99 a on cpu 2 makes cid\[A\]\[1\] unset while b on cpu 1 runs/,
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be in it
    expect(stdout).not.toMatch(/\u001b/);
  });

  it('markdown: a table', async () => {
    const { code, stdout } = await cidfuzz(['explain', 'freed.cid', '--format', 'markdown'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\|.*CPU0.*\|.*CPU1.*\|.*CPU2.*\|/m);
    expect(stdout).toMatch(/^\|[ :|-]+\|$/m);
  });

  it('tells of a store where it waits, who misses it, and names the reordering', async () => {
    const { code, stdout } = await cidfuzz(['explain', 'tso.cid'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain('memory tso, arch x86');
    expect(stdout).toContain('(in the store buffer): only its own cpu sees the store');
    expect(stdout).toMatch(/│ {2}rq->curr = a \(TSA\) \(in the store buffer\) +│/);
    expect(stdout).toMatch(/│ {3}cpu_rq\(0\)->curr == idle0 \(a waits in CPU0's buffer\) +│/);
    expect(stdout).toMatch(
      /\n\nReordered\n {2}CPU0's cpu_rq\(0\)->curr = a \(step \d+\) was still in its store buffer when CPU1 found/,
    );
    const markdown = (await cidfuzz(['explain', 'tso.cid', '--format', 'markdown'], { cwd })).stdout;
    expect(markdown).toMatch(/\n\nReordered:\n\n- CPU0's cpu_rq\(0\)->curr = a/);
    expect(markdown).toContain("`cpu_rq(0)->curr == idle0 (a waits in CPU0's buffer)`");
    // The same under sc has nothing of it.
    const sc = (await cidfuzz(['explain', 'tso.cid', '--memory', 'sc'], { cwd })).stdout;
    expect(sc).not.toMatch(/buffer|Reordered/);
  });

  it('of a run without a violation', async () => {
    const { code, stdout } = await cidfuzz(['explain', 'clean.cid'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain('CPU0');
  });

  it('--json: the object of replay, and the explanation', async () => {
    const text = (await cidfuzz(['explain', 'freed.cid'], { cwd })).stdout;
    const { stdout } = await cidfuzz(['explain', '--json', 'freed.cid'], { cwd });
    const replayed = (await cidfuzz(['replay', '--json', 'freed.cid'], { cwd })).stdout;
    const [{ explanation, ...rest } = {}, ...more] = rows(stdout);
    expect(more).toEqual([]);
    expect(explanation).toBe(text);
    expect([rest]).toEqual(rows(replayed));
  });

  it('svg and html: a timeline, the same every time, on stdout or in a file', async () => {
    for (const [format, begin, end] of [
      ['svg', /^<svg [^>]*xmlns=/, /<\/svg>\n$/],
      ['html', /^<!doctype html>/, /<\/html>\n$/],
    ] as const) {
      const { code, stdout, stderr } = await cidfuzz(['explain', 'tso.cid', '--format', format], { cwd });
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(begin);
      expect(stdout).toMatch(end);
      expect(stdout).toContain('rq-&gt;curr = a (TSA)'.replace('&gt;', format === 'svg' ? '&gt;' : '&#62;'));
      const file = `out.${format}`;
      const wrote = await cidfuzz(['explain', 'tso.cid', '--format', format, '-o', file], { cwd });
      expect(wrote).toMatchObject({ code: 0, stdout: '', stderr: '' });
      expect(readFileSync(join(cwd, file), 'utf8')).toBe(stdout);
      const json = await cidfuzz(['explain', 'tso.cid', '--json', '--format', format], { cwd });
      expect(rows(json.stdout)).toMatchObject([{ file: 'tso.cid', explanation: stdout }]);
    }
  });

  it('-o writes text and Markdown too', async () => {
    for (const format of ['text', 'markdown']) {
      const { stdout } = await cidfuzz(['explain', 'freed.cid', '--format', format], { cwd });
      const wrote = await cidfuzz(['explain', 'freed.cid', '--format', format, '-o', 'out.txt'], { cwd });
      expect(wrote).toMatchObject({ code: 0, stdout: '', stderr: '' });
      expect(readFileSync(join(cwd, 'out.txt'), 'utf8')).toBe(stdout);
    }
    const nowhere = await cidfuzz(['explain', 'freed.cid', '-o', 'no/such/folder'], { cwd });
    expect([nowhere.code, nowhere.stdout]).toEqual([1, '']);
    expect(nowhere.stderr).toMatch(/^no\/such\/folder: cannot write \(no such file or folder\)\n$/);
  });

  it('says that a run is too long for a page or a picture', async () => {
    const turn = 'switch 0 a\nstep 0 40\nswitch 0 idle\nstep 0 40\n';
    const head = 'cidfuzz 1\ncpus 1\nmm A\ntask a A 0\n---\n';
    writeFileSync(join(cwd, 'long.cid'), head + turn.repeat(3000));
    for (const [format, most] of [
      ['svg', 1000],
      ['html', 20_000],
    ]) {
      const { code, stdout, stderr } = await cidfuzz(['explain', 'long.cid', '--format', `${format}`], {
        cwd,
      });
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toBe(
        `long.cid: the run is too long for --format ${format} (expected at most ${most} steps)\n`,
      );
    }
    expect((await cidfuzz(['explain', 'long.cid'], { cwd })).code).toBe(0);
  });
});
