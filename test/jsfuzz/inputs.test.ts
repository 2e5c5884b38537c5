import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { readInputs, seedInputs, startInput } from '../../src/jsfuzz/inputs.js';
import { scenarioFromBytes, scenarioToBytes } from '../../src/scenario/bytes.js';
import { parseScenario } from '../../src/scenario/parse.js';

const folder = mkdtempSync(join(tmpdir(), 'cidfuzz-inputs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const TEXT = 'cidfuzz 1\ncpus 2\nmm A\ntask a A 1\n---\nswitch 1 a\n';
const BYTES = scenarioToBytes(parseScenario(TEXT, 'text'));

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('readInputs', () => {
  it('takes scenarios and bytes, each input once, and leaves out what would break jsfuzz', async () => {
    mkdirSync(join(folder, 'deep/er'), { recursive: true });
    write('a.cid', TEXT);
    write('deep/er/bytes', Uint8Array.of(1, 2, 3));
    write('empty', '');
    write('same', BYTES);
    write('broken.cid', 'cidfuzz 1\ncpus none\n');
    write('huge.cid', TEXT);
    truncateSync(join(folder, 'huge.cid'), 2 ** 34);
    write('long', new Uint8Array(65_537));
    symlinkSync('nowhere', join(folder, 'dangling'));
    symlinkSync('.', join(folder, 'deep/loop'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);

    const { inputs, left } = await readInputs([folder]);
    expect(inputs.map(({ file, bytes }) => [file.slice(folder.length + 1), [...bytes]])).toEqual([
      ['a.cid', [...BYTES]],
      ['deep/er/bytes', [1, 2, 3]],
      ['empty', []],
    ]);
    expect(left.map((line) => line.slice(folder.length + 1))).toEqual([
      expect.stringMatching(/^broken\.cid:2:6: /),
      expect.stringMatching(/^dangling: cannot read/),
      expect.stringMatching(/^deep\/loop: no file/),
      expect.stringMatching(/^huge\.cid: 17179869184 bytes \(expected at most/),
      expect.stringMatching(/^long: 65537 bytes \(expected at most/),
      expect.stringMatching(/^pipe: no file/),
    ]);
  });

  it('tells of a path that is not there', async () => {
    await expect(readInputs([join(folder, 'not-there')])).rejects.toThrow(UserError);
  });
});

describe('what jsfuzz begins with', () => {
  it('are the scenarios of corpus/ok, or two tasks that run', async () => {
    expect((await seedInputs()).length).toBeGreaterThan(40);
    const { tasks, actions } = scenarioFromBytes(startInput().bytes);
    expect([tasks.length, actions.length]).toEqual([2, 4]);
  });
});
