import { machineOf } from '../corpus/examine.js';
import { listScenarios } from '../corpus/list-scenarios.js';
import { readScenario } from '../corpus/read-scenario.js';
import type { Engine } from '../engine/engine.js';
import { FeatureSet } from '../engine/feature-set.js';
import { UserError } from '../errors.js';
import { ScenarioError } from '../scenario/scenario-error.js';
import { type CampaignConfig, headerOf } from './config.js';

/** Micro-steps after which a schedule of a corpus is left: far beyond what a fuzzed one makes. */
const MOST_STEPS = 1_000_000;

/**
 * What the corpus still covers after it has lost files: what only those covered is then kept again when it is met.
 *
 * @returns the features, and the files of this configuration's machine
 */
export async function recount(
  engine: Engine,
  corpus: string,
  config: CampaignConfig,
): Promise<{ features: FeatureSet; files: number }> {
  const features = new FeatureSet();
  let files = 0;
  for (const path of await scenariosIn(corpus)) {
    const scenario = await readScenario(path).catch((error) => {
      if (error instanceof ScenarioError) return null;
      throw error;
    });
    if (scenario === null || machineOf(scenario) !== machineOf(headerOf(config))) continue;
    features.add(engine.runCovered(scenario, MOST_STEPS).features);
    files++;
  }
  return { features, files };
}

/** An empty corpus is no mistake here. */
async function scenariosIn(folder: string): Promise<string[]> {
  try {
    return await listScenarios([folder]);
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}
