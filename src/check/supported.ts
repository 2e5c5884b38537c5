import { unsupported } from '../engine/engine.js';
import { UserError } from '../errors.js';
import type { Scenario } from '../scenario/scenario.js';

/** @throws UserError where the memory model or the algorithm is not modelled yet */
export function assertSupported(scenario: Scenario, file: string): void {
  const refused = unsupported(scenario);
  if (refused !== null) throw new UserError(`${file}: ${refused}`);
}
