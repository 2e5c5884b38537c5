import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PERIOD_NS } from '../../src/abi.js';
import { readScenario } from '../../src/corpus/read-scenario.js';
import { Engine } from '../../src/engine/engine.js';
import { Store } from '../../src/fuzz/store.js';
import type { JsfuzzConfig } from '../../src/jsfuzz/config.js';
import { seedInputs } from '../../src/jsfuzz/inputs.js';
import { newTally } from '../../src/jsfuzz/tally.js';
import { Target } from '../../src/jsfuzz/target.js';
import { scenarioToBytes } from '../../src/scenario/bytes.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { withConstant } from '../check/broken.js';

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

const out = mkdtempSync(join(tmpdir(), 'cidfuzz-target-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

let store: Store;
beforeAll(async () => {
  store = await Store.open(out);
});

describe('an input', () => {
  it('that goes well gives its features and is counted', async () => {
    const target = new Target(new Engine(), store, newTally(config));
    const { bytes } = (await seedInputs())[0]!;
    const first = await target.run(bytes);
    expect(first.features!.length).toBeGreaterThan(10);
    expect(new Set(first.features).size).toBe(first.features!.length);
    expect((await target.run(bytes)).features).toEqual(first.features);
    expect(target.tally).toMatchObject({ next: 2, compared: 2, published: 2, sites: [], parted: [] });
    expect((await target.run(Uint8Array.of())).features).toHaveLength(0);
    expect(target.tally).toMatchObject({ next: 3, compared: 3, published: 2 });
  });

  it('that breaks a property becomes a finding, once, and gives jsfuzz nothing', async () => {
    const target = new Target(new Engine(), store, newTally(config));
    const bytes = scenarioToBytes(await readScenario('test/fuzz/fixtures/freed-in-use-found.cid'));
    for (let i = 0; i < 3; i++) expect((await target.run(bytes)).features).toBeNull();
    const [site, ...more] = target.tally.sites;
    expect(site).toMatchObject({ kind: 'freed-in-use', schedule: 0, count: 3 });
    expect(more).toEqual([]);
    const [instance] = target.tally.instances;
    const small = await readScenario(store.path(instance!.finding!, 'minimized.cid'));
    expect(small.expects).toEqual([{ algo: null, outcome: 'freed-in-use' }]);
    expect(target.tally).toMatchObject({ next: 3, published: 0, parted: [] });
  });

  it('on which engine and reference part becomes a finding of its own', async () => {
    const broken = new Engine(withConstant('release', PERIOD_NS, 120_000_000).wasm);
    const target = new Target(broken, store, newTally(config));
    const text =
      'cidfuzz 1\ncpus 2\nmm A\ntask a A 0\ntask b A 0\ntask c A 1\n---\n' +
      'switch 1 c\nstep 1 11\nswitch 0 a\nstep 0 11\nadvance 101ms\nswitch 0 b\nstep 0 20\n';
    const ran = await target.run(scenarioToBytes(parseScenario(text, 'text')));
    expect(ran.features).toBeNull();
    expect(target.tally.parted).toEqual([{ schedule: 0, finding: expect.stringMatching(/^divergence-/) }]);
    const told = readFileSync(store.path(target.tally.parted[0]!.finding!, 'explained.txt'), 'utf8');
    expect(told).toContain('engine and reference part');
  });
});
