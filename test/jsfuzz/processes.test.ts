/** The two files that run inside jsfuzz's own processes, as they are built. */
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.js';
import type { JsfuzzConfig } from '../../src/jsfuzz/config.js';
import { confined } from '../../src/jsfuzz/config.js';
import { Coverage } from '../../src/jsfuzz/coverage.js';
import { seedInputs } from '../../src/jsfuzz/inputs.js';
import { Session } from '../../src/jsfuzz/session.js';
import { newTally } from '../../src/jsfuzz/tally.js';
import { scenarioFromBytes } from '../../src/scenario/bytes.js';

const BUILT = join(import.meta.dirname, '../../dist/jsfuzz');
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'cidfuzz-session-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('preload', () => {
  const drawn = (seed: string): number[] => {
    const script = 'console.log(JSON.stringify([0, 0, 0].map(() => Math.random())))';
    const args = ['--require', join(BUILT, 'preload.cjs'), '-e', script];
    const env = { ...process.env, CIDFUZZ_JSFUZZ_SEED: seed };
    return JSON.parse(execFileSync(process.execPath, args, { env, encoding: 'utf8' }));
  };

  it('makes Math.random splitmix64', () => {
    // The numbers that the algorithm's own reference implementation gives for this seed.
    const known = [6457827717110365317n, 3203168211198807973n, 9817491932198370423n];
    expect(drawn('1234567')).toEqual(known.map((z) => Number(z >> 11n) / 2 ** 53));
    expect(drawn('1234568')).not.toEqual(drawn('1234567'));
  });
});

describe("jsfuzz's worker", () => {
  const config: JsfuzzConfig = {
    seed: 1,
    algo: 'rfc-v6',
    mutants: [],
    memory: 'sc',
    arch: 'x86',
    preempt: 'full',
    oracle: null,
    cpus: 4,
  };

  it("counts the engine's features and nothing else, and ends where the runs are over", async () => {
    const inputs = (await seedInputs()).slice(0, 5);
    const session = new Session(folder);
    session.settings = { config, out: folder, runs: inputs.length, deadline: null, until: 'never' };
    session.tally = newTally(config);
    const worker = createRequire(import.meta.url).resolve('jsfuzz/build/src/worker.js');
    const child = fork(worker, [relative(folder, join(BUILT, 'fuzz.cjs'))], { cwd: folder, execArgv: [] });
    const exit = once(child, 'exit');
    const engine = new Engine();
    const coverage = new Coverage();
    for (const { bytes } of inputs) {
      child.send({ type: 0, buf: Buffer.from(bytes) });
      coverage.add(engine.runCovered(confined(scenarioFromBytes(bytes), config), 100_000).features);
      const [answer] = await once(child, 'message');
      expect(answer).toEqual({ type: 0, coverage: coverage.count });
    }
    child.send({ type: 0, buf: Buffer.of() });
    expect(await exit).toEqual([0, null]);
    expect(session.tally).toMatchObject({
      next: inputs.length,
      features: coverage.count,
      ended: 'runs',
      fault: null,
    });
  });
});
