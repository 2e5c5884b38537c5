import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '../corpus/write-whole.js';
import { fileError } from '../errors.js';
import { printScenario } from '../scenario/print.js';
import type { Scenario } from '../scenario/scenario.js';

/** `DIR/corpus`: the inputs that reached something new, as ordinary scenarios. */
export class KeptInputs {
  /** Creates the folder where it is not there. @throws UserError where it cannot be created */
  static async open(out: string): Promise<KeptInputs> {
    const dir = join(out, 'corpus');
    await mkdir(dir, { recursive: true }).catch((error) => {
      throw fileError(dir, 'create the folder', error);
    });
    return new KeptInputs(dir);
  }

  private constructor(readonly dir: string) {}

  /** Whether it was not there yet. @throws UserError where it cannot be written */
  async keep(scenario: Scenario): Promise<boolean> {
    const text = printScenario(scenario);
    const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
    const path = join(this.dir, `${hash}.cid`);
    if (existsSync(path)) return false;
    await writeWhole(path, text);
    return true;
  }
}
