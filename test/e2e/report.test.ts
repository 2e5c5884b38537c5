import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { cidfuzz, contents, listing, rows, temporaryFolder } from './cidfuzz.js';

const cwd = temporaryFolder();
const report = (...args: string[]) => cidfuzz(['report', ...args], { cwd });
const textOf = (file: string) => readFileSync(join(cwd, file), 'utf8');

beforeAll(async () => {
  const args = ['--strategy', 'random-walk', '--runs', '10000', '--quiet', '--out', 'c'];
  await cidfuzz(['fuzz', '--mutant', 'exit-stays-active', ...args], { cwd });
  await cidfuzz(['fuzz', '--algo', 'v6.3', ...args], { cwd });
});

describe('report', () => {
  it('is one page of the folder alone: campaigns, charts, findings with timelines', async () => {
    const before = contents(join(cwd, 'c'));
    const told = await report('c');
    expect(told).toEqual({ code: 0, stdout: 'c/report.html: 2 campaigns, 1 finding\n', stderr: '' });
    const text = textOf('c/report.html');
    expect(text.match(/<section class="campaign"/g)).toHaveLength(2);
    expect(text.match(/<article class="finding"/g)).toHaveLength(1);
    expect(text).toContain('class="timeline');
    expect(text).toContain('confirmed by 20 replays in both implementations');
    expect(text).toContain('<strong>1</strong> finding in <strong>20 000</strong> schedules');
    // Nothing else of the folder is touched, and nothing is asked for.
    rmSync(join(cwd, 'c/report.html'));
    expect(contents(join(cwd, 'c'))).toEqual(before);
    expect(text).not.toMatch(/(src|href)="(https?:)?\/\//);
  });

  it('has the same bytes for the same folder, and --json', async () => {
    const one = await report('c', '-o', 'one.html', '--json');
    await report('c', '-o', 'two.html', '--quiet');
    expect(textOf('two.html')).toBe(textOf('one.html'));
    expect(rows(one.stdout)).toEqual([{ format: 1, file: 'one.html', campaigns: 2, findings: 1, left: [] }]);
  });

  it('leaves out what is not whole, and says so', async () => {
    cpSync(join(cwd, 'c'), join(cwd, 'torn'), { recursive: true });
    const [finding] = listing(join(cwd, 'torn/findings')).filter((name) => name.endsWith('/'));
    writeFileSync(join(cwd, 'torn/findings', finding!, 'explained.txt'), 'torn');
    writeFileSync(join(cwd, 'torn/v6.3-x.json'), '{');
    mkdirSync(join(cwd, 'torn/findings/<img src=x onerror=alert(1)>'));
    const { code, stdout, stderr } = await report('torn');
    expect(code).toBe(0);
    expect(stdout).toBe('torn/report.html: 2 campaigns, 0 findings\n');
    expect(
      stderr.split('\n').filter((line) => /left out: not whole, or not of this version$/.test(line)),
    ).toHaveLength(3);
    const text = textOf('torn/report.html');
    expect(text).not.toContain('<img');
    expect(text).toContain('Not whole, or not of this version');
  });

  it('of a folder with a name that is HTML runs nothing', async () => {
    const name = '<script>alert(1)<';
    cpSync(join(cwd, 'c'), join(cwd, name), { recursive: true });
    await report(name, '-o', 'evil.html');
    expect(textOf('evil.html').match(/<script/g)!.length).toBe(textOf('one.html').match(/<script/g)!.length);
  });

  it('of a folder of jsfuzz', async () => {
    await cidfuzz(
      ['jsfuzz', '--mutant', 'racy-set', '--runs', '300', '--seed', '1', '--out', 'js', '--quiet'],
      { cwd },
    );
    const { code, stdout } = await report('js');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^js\/report\.html: 0 campaigns, [1-9]\d* findings?\n$/);
  });

  it('of what is none says so in one line', async () => {
    mkdirSync(join(cwd, 'empty'));
    expect(await report('empty')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'empty: no campaign in it (expected the --out folder of cidfuzz fuzz)\n',
    });
    expect((await report('nowhere')).stderr).toBe('nowhere: cannot read (no such file or folder)\n');
    expect((await report('c', '-o', 'nowhere/x.html')).stderr).toMatch(
      /^nowhere\/x\.html: cannot write \([^\n]*\)\n$/,
    );
  });
});
