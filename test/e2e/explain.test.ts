import { describe, expect, it } from 'vitest';
import { CLEAN, cidfuzz, FREED, rows, temporaryFolder, write } from './cidfuzz.js';

const cwd = temporaryFolder();
write(cwd, { 'freed.cid': FREED, 'clean.cid': CLEAN });

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
});
