import { UserError } from '../errors.js';
import { ScenarioError } from '../scenario/scenario-error.js';
import { EXIT, graver } from './exit-codes.js';

/** Does one file after the other: one that is bad is told, and the others still have their turn. The gravest exit code counts. */
export async function eachFile(
  files: readonly string[],
  one: (file: string) => Promise<number>,
): Promise<number> {
  let code: number = EXIT.clean;
  for (const file of files) {
    try {
      code = graver(code, await one(file));
    } catch (error) {
      if (!(error instanceof UserError || error instanceof ScenarioError)) throw error;
      process.stderr.write(`${error.message}\n`);
      code = graver(code, EXIT.badInput);
    }
  }
  return code;
}
