import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readScenario } from '../../src/corpus/read-scenario.js';
import { Engine } from '../../src/engine/engine.js';
import { nameOf, type Signature, signatureOf } from '../../src/fuzz/signature.js';
import type { Scenario } from '../../src/scenario/scenario.js';

const KNOWN = join(import.meta.dirname, '../../corpus/known');
const engine = new Engine();

async function signature(name: string, change: Partial<Scenario> = {}): Promise<Signature> {
  return signatureOf(engine, { ...(await readScenario(join(KNOWN, `${name}.cid`))), ...change });
}

const CURR = 'clear-old: load rq->curr';
const ABA = [
  'clear-old: cmpxchg(pcpu_cid->cid, cid, lazy)',
  'clear-old: cmpxchg(pcpu_cid->cid, lazy, unset)',
];

describe('a signature', () => {
  it.each<[string, string, string, readonly string[]]>([
    ['freed-in-use', 'freed-in-use', 'sc', ABA],
    ['freed-in-use-preempt-none', 'freed-in-use', 'sc', ABA],
    [
      'inactive-prev.freed-in-use',
      'freed-in-use',
      'tso',
      ['switch: rq->curr = next (within an mm, prev not active)', CURR],
    ],
    [
      'inactive-next',
      'stranded-lazy',
      'tso',
      ['switch: rq->curr = next (within an mm, next not active)', CURR],
    ],
    [
      'arm64-user-user.freed-in-use',
      'freed-in-use',
      'tso',
      ['switch: rq->curr = next (between two mms)', CURR],
    ],
    ['active-prev.freed-in-use', 'freed-in-use', 'tso', ['switch: rq->curr = next (within an mm)', CURR]],
    ['stranded-lazy', 'stranded-lazy', 'sc', ['switch: load pcpu_cid->cid', ABA[0]!]],
    ['compactness-frozen-clock', 'compactness', 'sc', ["an idle cpu's rq->clock stands still"]],
    ['compactness-postponed-scan', 'compactness', 'sc', ['forks put mm_cid_next_scan off']],
    ['compactness-one-thread', 'compactness', 'sc', ['mm_cid_get: pcpu_cid->cid = cid']],
  ])('of %s says what races', async (name, kind, memory, race) => {
    expect(await signature(name)).toEqual({ algo: 'rfc-v6', mutants: [], kind, memory, race });
  });

  it.each([
    ['duplicate-cid', 'freed-in-use'],
    ['duplicate-cid-preempt-none', 'freed-in-use-preempt-none'],
    ['inactive-prev', 'inactive-prev.freed-in-use'],
    ['arm64-user-user', 'arm64-user-user.freed-in-use'],
    ['active-prev', 'active-prev.freed-in-use'],
  ])(
    'of %s is that of %s, where both kinds count: it is the same fault, some steps later',
    async (duplicate, freed) => {
      // With all checks a duplicate cid is seen where it is the first that breaks: here the freeing does.
      expect((await signature(duplicate, { oracle: null })).race).toEqual((await signature(freed)).race);
      expect(nameOf(await signature(duplicate, { oracle: null }))).toBe(nameOf(await signature(freed)));
      // Where somebody looks for duplicate cids alone, it is called one.
      expect(await signature(duplicate, { oracle: ['duplicate-cid'] })).toMatchObject({
        kind: 'duplicate-cid',
      });
    },
  );

  it('is the same whatever the tasks and mms are called', async () => {
    const scenario = await readScenario(join(KNOWN, 'inactive-prev.freed-in-use.cid'));
    const { mmNames, taskNames } = scenario;
    const renamed = {
      ...scenario,
      mmNames: mmNames.map((name) => `${name}X`),
      taskNames: taskNames.map((name) => `t${name}`),
    };
    const name = nameOf(signatureOf(engine, scenario));
    expect(nameOf(signatureOf(engine, renamed))).toBe(name);
    expect(name).toMatch(/^freed-in-use-[0-9a-f]{8}$/);
  });

  it('tells apart what breaks at one access: the names of all known faults', async () => {
    const names = new Map<string, string[]>();
    for (const file of readdirSync(KNOWN).filter((name) => name.endsWith('.cid'))) {
      const name = nameOf(
        await signature(file.slice(0, -4), {
          oracle: file.startsWith('compactness') ? ['compactness'] : null,
        }),
      );
      names.set(name, [...(names.get(name) ?? []), file.replace(/\.cid$/, '')].sort());
    }
    expect([...names.values()].sort()).toEqual([
      ['active-prev', 'active-prev.freed-in-use'],
      ['arm64-user-user', 'arm64-user-user.freed-in-use'],
      ['compactness-frozen-clock'],
      ['compactness-one-thread'],
      ['compactness-postponed-scan'],
      ['duplicate-cid', 'duplicate-cid-preempt-none', 'freed-in-use', 'freed-in-use-preempt-none'],
      ['inactive-next'],
      ['inactive-prev', 'inactive-prev.freed-in-use'],
      ['stranded-lazy', 'stranded-lazy-3-cpus', 'stranded-lazy-preempt-none'],
    ]);
  });
});
