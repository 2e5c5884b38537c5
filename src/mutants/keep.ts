import { constants } from 'node:fs';
import { access, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '../corpus/write-whole.js';
import { fileError, UserError } from '../errors.js';
import { printScenario } from '../scenario/print.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Figures } from './figures.js';
import type { Plan } from './plan.js';
import { commandOf } from './words.js';

/**
 * Makes sure of the folder before anything is searched for; it is created in a folder that is there.
 *
 * @throws UserError where no file can be written into it
 */
export async function openKeep(dir: string): Promise<void> {
  try {
    await mkdir(dir).catch((error) => {
      if (error.code !== 'EEXIST') throw error;
    });
    if (!(await stat(dir)).isDirectory()) throw new UserError(`${dir}: it is a file (expected a folder)`);
    await access(dir, constants.W_OK);
  } catch (error) {
    throw fileError(dir, 'create the folder', error);
  }
}

/** `DIR/MUTANT.MEMORY-ARCH.cid` */
export function keptPath(dir: string, { mutant, memory, arch }: Figures): string {
  return join(dir, `${mutant}.${memory}-${arch}.cid`);
}

/** The file of a cell's smallest scenario, with comments that say what it is and how it was found. */
export function keptText(plan: Plan, { mutant, memory, arch }: Figures, scenario: Scenario): string {
  const what = mutant === 'none' ? plan.base.algo : `${plan.base.algo} with ${mutant}`;
  const kind = scenario.expects.map(({ outcome }) => outcome).join();
  const [first, ...rest] = printScenario(scenario).split('\n');
  const comments = [
    `# ${what} under ${memory}, ${arch}: ${kind}.`,
    `# Found by: ${commandOf(plan, { row: mutant, memory, arch })}`,
  ];
  return [first, ...comments, ...rest].join('\n');
}

/** Writes it whole, in place of an earlier one. @throws UserError where it cannot be written */
export function writeKept(dir: string, plan: Plan, figures: Figures, scenario: Scenario): Promise<void> {
  return writeWhole(keptPath(dir, figures), keptText(plan, figures, scenario));
}
