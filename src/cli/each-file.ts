import { UserError } from '../errors.js';
import { ScenarioError } from '../scenario/scenario-error.js';
import { EXIT, graver } from './exit-codes.js';

/** Does one file after the other: one that is bad is told, and the others still have their turn. The gravest exit code counts. */
export async function eachFile(
  files: readonly string[],
  one: (file: string) => Promise<number>,
): Promise<number> {
  let code: number = EXIT.clean;
  for (const file of files) code = graver(code, await attempt(() => one(file)));
  return code;
}

/** An exit code, also where the user has something to mend: that is told. */
export async function attempt(
  one: () => Promise<number>,
  told: (message: string) => void = () => undefined,
): Promise<number> {
  try {
    return await one();
  } catch (error) {
    if (!(error instanceof UserError || error instanceof ScenarioError)) throw error;
    process.stderr.write(`${error.message}\n`);
    told(error.message);
    return EXIT.badInput;
  }
}
