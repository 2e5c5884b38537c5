import { readFile } from 'node:fs/promises';
import { fileError } from '../errors.js';
import { parseScenario } from '../scenario/parse.js';
import type { Scenario } from '../scenario/scenario.js';

/**
 * Reads and parses a scenario file.
 *
 * @throws UserError where it cannot be read, ScenarioError where it is malformed
 */
export async function readScenario(file: string): Promise<Scenario> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw fileError(file, 'read', error);
  }
  return parseScenario(bytes, file);
}
