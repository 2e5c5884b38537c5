import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { cidfuzz, listing, rows, temporaryFolder } from './cidfuzz.js';

const cwd = temporaryFolder();

/** Why the kernel here cannot be traced by us, or null. */
let unable: string | null = null;
beforeAll(async () => {
  const { code, stderr } = await cidfuzz(['record', '-o', 'probe.txt', '--quiet', '--', 'true'], { cwd });
  if (code !== 0) unable = stderr.trim();
});

function needsTracing(context: TestContext): void {
  if (unable !== null) context.skip(`tracing is not possible here: ${unable}`);
}

/** What a recording must leave as it was. */
function tracing(): { readonly mounts: string[]; readonly instances: string[] } {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  const at = mounts.find((line) => line.includes(' tracefs '))?.split(' ')[1];
  return {
    mounts: mounts.filter((line) => line.includes(' tracefs ')),
    instances: at !== undefined && existsSync(`${at}/instances`) ? listing(`${at}/instances`) : [],
  };
}

describe('record', () => {
  it('records what a shell loop does, and audit, cost and import read it', async (context) => {
    needsTracing(context);
    const before = tracing();
    const recorded = await cidfuzz(['record', '--', 'sh', '-c', 'for i in 1 2 3; do true; done'], { cwd });
    expect(recorded).toMatchObject({ code: 0, stderr: '' });
    expect(recorded.stdout).toMatch(/^trace\.ftrace\.txt\.gz: \d+ events; sh ended with 0\n/);
    expect(tracing()).toEqual(before);

    const text = gunzipSync(readFileSync(`${cwd}/trace.ftrace.txt.gz`)).toString('latin1');
    for (const event of ['sched_switch', 'sched_process_exec', 'rseq_update'])
      expect(text).toContain(`: ${event}: `);
    expect(text).toMatch(/#P:\d+/);
    expect(readFileSync(`${cwd}/trace.tasks.txt`, 'latin1')).toMatch(/^# .*\(before\)\n1 1 0 .*\n/);

    const audit = await cidfuzz(['audit', '--json', 'trace.ftrace.txt.gz'], { cwd });
    expect(audit.code).toBe(0);
    expect(rows(audit.stdout).at(-1)).toMatchObject({ summary: true, findings: 0 });
    const cost = await cidfuzz(['cost', '--json', 'trace.ftrace.txt.gz'], { cwd });
    expect(rows(cost.stdout).map(({ algo }) => algo)).toEqual(['v6.3', 'rfc-v6', 'rfc-v6-fixed']);
    expect((await cidfuzz(['import', 'trace.ftrace.txt.gz', '-o', 'x.cid'], { cwd })).code).toBe(0);
    expect((await cidfuzz(['replay', 'x.cid'], { cwd })).stdout).toContain('engine and reference agree');
  });

  it('keeps data alone on stdout with --json, and tells how the command ended', async (context) => {
    needsTracing(context);
    const args = ['record', '--json', '-o', 'j.txt', '--', 'sh', '-c', 'echo words; exit 3'];
    const { code, stdout, stderr } = await cidfuzz(args, { cwd });
    expect(code).toBe(0);
    expect(rows(stdout)).toEqual([
      expect.objectContaining({ output: 'j.txt', status: 3, signal: null, lost: 0 }),
    ]);
    expect(stderr).toContain('words');
  });

  it('saves what was recorded when it is interrupted', async (context) => {
    needsTracing(context);
    const before = tracing();
    const args = ['record', '-o', 'i.txt', '--', 'sh', '-c', 'echo ready >&2; exec sleep 60'];
    const { code, stdout } = await cidfuzz(args, {
      cwd,
      onStderr: (child, all) => {
        if (all === 'ready\n') child.kill('SIGINT');
      },
    });
    expect(code).toBe(130);
    expect(stdout).toMatch(/i\.txt: \d+ events; sh was ended by SIGTERM/);
    expect(readFileSync(`${cwd}/i.txt`, 'latin1')).toContain('sched_switch');
    expect(tracing()).toEqual(before);
  });

  it('says that a command cannot be run, and leaves nothing', async (context) => {
    needsTracing(context);
    const before = tracing();
    const { code, stderr } = await cidfuzz(['record', '-o', 'n.txt', '--', './no-such-program'], { cwd });
    expect(code).toBe(1);
    expect(stderr).toBe('cidfuzz record: ./no-such-program: cannot be run (no such program)\n');
    expect(listing(cwd).filter((name) => name.startsWith('n.txt'))).toEqual([]);
    expect(tracing()).toEqual(before);
  });

  it('asks for a command, and for a sensible buffer', async () => {
    expect(await cidfuzz(['record', '-o', 'x.txt'], { cwd })).toMatchObject({ code: 1 });
    const { code, stderr } = await cidfuzz(['record', '--buffer-kb', '1', '--', 'true'], { cwd });
    expect(code).toBe(1);
    expect(stderr).toMatch(/expected KiB, from 64/);
  });
});
