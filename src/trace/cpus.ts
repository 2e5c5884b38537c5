import { MAX_CPUS } from '../abi.js';
import { UserError } from '../errors.js';
import type { Trace } from './read-trace.js';

/** As many as the trace says that there are, or shows. */
export function cpusOf({ path, head, survey }: Trace): number {
  const cpus = Math.max(head.cpus ?? 0, survey.lastCpu + 1);
  if (cpus > MAX_CPUS) throw new UserError(`${path}: ${cpus} cpus (expected at most ${MAX_CPUS})`);
  return cpus;
}
