import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTaskTable, taskTablePath } from '../../src/trace/task-table.js';
import { dataPath, folderForTest, written } from './traces.js';

describe('the task table of a trace', () => {
  it.each([
    ['x.ftrace.txt.gz', 'x.tasks.txt'],
    ['x.txt', 'x.tasks.txt'],
    ['x', 'x.tasks.txt'],
    ['a.b/x.y.perf-script.txt.gz', 'a.b/x.y.tasks.txt'],
    ['x.trace-cmd-report.txt.gz', 'x.tasks.txt'],
    ['x.mmtruth.txt.gz', 'x.tasks.txt'],
    ['x.trace', 'x.tasks.txt'],
  ])('of %s is %s', (trace, table) => {
    expect(taskTablePath(trace)).toBe(table);
  });

  it('tells of each thread what it was before, else what it was after', async () => {
    const path = written(
      '# pid tgid kthread comm   (snapshot BEFORE)\n1 1 0 init\n7 1 0 a b: c\n\n2 2 1 kthreadd\n# pid (snapshot AFTER)\n7 9 1 later\n8 8 0 \n',
    );
    const table = await readTaskTable(path, true);
    expect([...table!.values()]).toEqual([
      { tid: 1, tgid: 1, kthread: false, comm: 'init', before: true },
      { tid: 7, tgid: 1, kthread: false, comm: 'a b: c', before: true },
      { tid: 2, tgid: 2, kthread: true, comm: 'kthreadd', before: true },
      { tid: 8, tgid: 8, kthread: false, comm: '', before: false },
    ]);
  });

  it('may have line ends of Windows, no last one, and comms with nothing in them', async () => {
    const table = await readTaskTable(written('1 1 0 init\r\n2 2 1\r\n3 3 0 \x1b[1m'), true);
    expect([...table!.values()].map(({ comm }) => comm)).toEqual(['init', '', '\x1b[1m']);
  });

  it.each(['1 1 2 x', '1 x 0 x', '1 1', 'words', '-1 1 0 x', '99999999999 1 0 x'])(
    'has no line %j',
    async (line) => {
      const path = written(`# pid\n1 1 0 init\n${line}\n`);
      await expect(readTaskTable(path, true)).rejects.toThrow(
        `${path}:3: no task (expected TID TGID 0|1 COMM)`,
      );
    },
  );

  it('need not be there, unless it is asked for', async () => {
    const folder = folderForTest();
    const path = join(folder, 'none.tasks.txt');
    expect(await readTaskTable(path, false)).toBeNull();
    await expect(readTaskTable(path, true)).rejects.toThrow(`${path}: cannot read (no such file or folder)`);
    writeFileSync(join(folder, 'file'), '');
    // As for a trace that is not there itself, or has the longest name of all.
    expect(await readTaskTable(join(folder, 'file/x.tasks.txt'), false)).toBeNull();
    expect(await readTaskTable(join(folder, `${'x'.repeat(250)}.tasks.txt`), false)).toBeNull();
    mkdirSync(path);
    await expect(readTaskTable(path, false)).rejects.toThrow(`${path}: cannot read (it is a folder`);
  });

  it('of a real recording', async () => {
    const table = (await readTaskTable(dataPath('odd-comms-and-vfork.tasks.txt'), true))!;
    expect(table.get(1)).toEqual({ tid: 1, tgid: 1, kthread: false, comm: expect.any(String), before: true });
    expect(table.get(2)).toMatchObject({ kthread: true, comm: 'kthreadd' });
    expect([...table.values()].filter(({ tgid }) => tgid === 1).length).toBeGreaterThan(5);
  });
});
