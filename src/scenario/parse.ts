import { Cursor } from './cursor.js';
import { parseActions } from './parse-actions.js';
import { parseHeader } from './parse-header.js';
import type { Scenario } from './scenario.js';

/**
 * The scenario that a text describes: the line `cidfuzz 1`, a header, a line `---`, one action a line.
 *
 * @param text - the file: UTF-8 bytes, or the string that they encode.
 * @param file - its name, for messages only.
 * @throws ScenarioError with line and column for anything malformed; nothing else.
 */
export function parseScenario(text: string | Uint8Array, file: string): Scenario {
  const cursor = new Cursor(text, file);
  const { mmTable, taskTable, ...header } = parseHeader(cursor);
  const actions = parseActions(cursor, header.cpus, taskTable, mmTable);
  return { ...header, mmNames: mmTable.names, taskNames: taskTable.names, actions };
}
