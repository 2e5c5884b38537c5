import { basename, dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expectationOf } from '../check/verdict.js';
import { listScenarios } from '../corpus/list-scenarios.js';
import { readScenario } from '../corpus/read-scenario.js';
import { type CampaignConfig, defaultConfig, type Strategy } from '../fuzz/config.js';
import type { Scenario } from '../scenario/scenario.js';
import {
  type Algo,
  ARCHES,
  type Arch,
  type Kind,
  MEMORIES,
  type Memory,
  MUTANTS,
  type Mutant,
  type Preempt,
} from '../words.js';

/** A bug that the corpus knows, and the machine to look for it on: the header words of its scenario. */
export interface Bug {
  /** The file's name without `.cid`; of a mutant's the mutant. */
  readonly name: string;
  /** Of its scenario, from corpus/known. */
  readonly file: string;
  /** Null for a fault of the patch itself. */
  readonly mutant: Mutant | null;
  readonly algo: Algo;
  readonly mutants: readonly Mutant[];
  readonly memory: Memory;
  readonly arch: Arch;
  readonly preempt: Preempt;
  readonly cpus: number;
  /** Kinds that count as finding it; null: all but compactness. */
  readonly oracle: readonly Kind[] | null;
}

const KNOWN = fileURLToPath(new URL('../../corpus/known', import.meta.url));

/**
 * The bugs of corpus/known: first each fault of the patch, by name, looked for by the kind that its file expects;
 * then each mutant once, in the order of {@link MUTANTS}: in the repaired algorithm, where nothing else is to be found,
 * on the first machine that shows it, or else in RFC v6. `compactness` is none: it is how the patch is meant.
 *
 * @param known the folder corpus/known
 * @throws UserError where it cannot be read, ScenarioError where a file is malformed
 */
export async function knownBugs(known: string = KNOWN): Promise<Bug[]> {
  const all: Bug[] = [];
  for (const file of await listScenarios([known])) {
    const scenario = await readScenario(file);
    const expected = expectationOf(scenario);
    if (expected === null || expected === 'ok' || expected === 'compactness') continue;
    all.push(bugOf(relative(known, file), scenario, expected));
  }
  const ofPatch = all.filter(({ mutant }) => mutant === null);
  const ofMutants = all.filter(({ mutant }) => mutant !== null).sort(byMachine);
  const firsts = MUTANTS.flatMap((mutant) => ofMutants.find((bug) => bug.mutant === mutant) ?? []);
  return [...ofPatch, ...firsts];
}

function bugOf(file: string, scenario: Scenario, expected: Kind): Bug {
  const { algo, mutants, memory, arch, preempt, cpus, oracle } = scenario;
  const [mutant = null] = mutants;
  return {
    name: mutant ?? basename(file, '.cid'),
    file: `${dirname(file) === '.' ? '' : `${dirname(file)}/`}${basename(file)}`,
    mutant,
    algo,
    mutants,
    memory,
    arch,
    preempt,
    cpus,
    // What breaks a mutant first is as good as any other kind.
    oracle: mutant === null ? (oracle ?? [expected]) : oracle,
  };
}

/** The repaired algorithm first, then the stronger memory, then x86; else as the files come. */
function byMachine(a: Bug, b: Bug): number {
  return (
    Number(b.algo === 'rfc-v6-fixed') - Number(a.algo === 'rfc-v6-fixed') ||
    MEMORIES.indexOf(a.memory) - MEMORIES.indexOf(b.memory) ||
    ARCHES.indexOf(a.arch) - ARCHES.indexOf(b.arch)
  );
}

/** The campaign that looks for a bug: worlds with as many cpus as its scenario, of tasks and mms the default. */
export function campaignFor(bug: Bug, strategy: Strategy, seed: number): CampaignConfig {
  const { algo, mutants, memory, arch, preempt, cpus, oracle } = bug;
  return {
    ...defaultConfig,
    algo,
    mutants,
    memory,
    arch,
    preempt,
    oracle,
    cpus: [cpus, cpus],
    strategy,
    seed,
    compareEvery: 0,
  };
}
