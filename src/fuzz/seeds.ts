import { createHash } from 'node:crypto';
import { listScenarios } from '../corpus/list-scenarios.js';
import { readScenario } from '../corpus/read-scenario.js';
import type { Engine, Seed } from '../engine/engine.js';
import { parseScenario } from '../scenario/parse.js';
import { printScenario } from '../scenario/print.js';
import type { Scenario } from '../scenario/scenario.js';
import { type CampaignConfig, headerOf } from './config.js';

/** Schedules that a campaign begins from, as texts: what they are called and what else stands in them does not count. */
export interface SeedTexts {
  readonly texts: readonly string[];
  /** A name for each: what CampaignConfig.seeds holds. */
  readonly names: readonly string[];
}

/** Micro-steps after which a seed is taken to go on for ever. */
const SEED_STEPS = 1_000_000_000;

/** A seed with a campaign's header words instead of its own. */
function withHeader(seed: Scenario, config: CampaignConfig): Scenario {
  const { cpus, mms, tasks, mmNames, taskNames, actions } = seed;
  return { ...headerOf(config), cpus, mms, tasks, mmNames, taskNames, actions };
}

/**
 * Reads files, and folders of them.
 *
 * @throws UserError where one cannot be read or a folder holds none, ScenarioError where one is malformed
 */
export async function readSeeds(paths: readonly string[], config: CampaignConfig): Promise<SeedTexts> {
  const texts: string[] = [];
  for (const file of await listScenarios(paths)) {
    texts.push(printScenario(withHeader(await readScenario(file), config)));
  }
  const names = texts.map((text) => createHash('sha256').update(text).digest('hex').slice(0, 16));
  return { texts, names };
}

/** What the engine needs of seeds. */
export function prepareSeeds(engine: Engine, { texts }: SeedTexts): Seed[] {
  return texts.map((text, i) => {
    const scenario = parseScenario(text, `seed ${i + 1}`);
    const { violation, watchdog } = engine.run(scenario, SEED_STEPS);
    // No schedule begins where something is violated already.
    const sound = watchdog ? 0 : violation === null ? scenario.actions.length : violation.action - 1;
    return { scenario, sound };
  });
}

/** The actions of the longest one. */
export function longestOf(seeds: readonly Seed[]): number {
  return Math.max(0, ...seeds.map(({ scenario }) => scenario.actions.length));
}
