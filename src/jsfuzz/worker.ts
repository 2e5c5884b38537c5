import { join } from 'node:path';
import { writeWhole } from '../corpus/write-whole.js';
import { Engine } from '../engine/engine.js';
import { UserError } from '../errors.js';
import { Store } from '../fuzz/store.js';
import { printScenario } from '../scenario/print.js';
import { Coverage } from './coverage.js';
import { Session } from './session.js';
import type { Ended } from './tally.js';
import { Target } from './target.js';

/**
 * Runs after which the tally on disk is brought up to date, and after the first: where the process is killed, the
 * others since then are forgotten.
 */
const SAVE_EVERY = 64;

/** The function that jsfuzz calls with every input, in the process that it calls it in. */
export async function openTarget(folder: string): Promise<(bytes: Uint8Array) => Promise<void>> {
  const session = new Session(folder);
  const { out, runs, deadline, until } = session.settings;
  const { tally } = session;
  const before = tally.next;
  const store = await Store.open(out);
  const target = new Target(new Engine(), store, tally);
  const coverage = new Coverage();
  // In place of what istanbul put there when it instrumented the target's file: that would be counted, too.
  (globalThis as { __coverage__?: unknown }).__coverage__ = coverage.published;

  // jsfuzz ends this process in its own ways; a run that was made is told in all of them.
  process.on('exit', () => {
    session.tally = tally;
  });
  // jsfuzz is gone: nobody waits for an answer any more.
  process.on('disconnect', () => process.exit());

  const end = (why: Ended): never => {
    tally.ended = why;
    process.exit(0);
  };

  return async (bytes) => {
    if (session.stopped) end('stopped');
    if (runs !== null && tally.next >= runs) end('runs');
    if (deadline !== null && Date.now() >= deadline) end('time');
    try {
      const { scenario, features } = await target.run(bytes);
      if (features !== null && coverage.add(features)) {
        tally.features = coverage.count;
        if (await store.saveKept(printScenario(scenario))) tally.kept++;
      }
    } catch (error) {
      tally.fault = await faultOf(error as Error);
      throw error;
    }
    if (tally.parted.length > 0) end('divergence');
    if (until === 'finding' && tally.sites.length > 0) end('finding');
    if (tally.next === before + 1 || tally.next % SAVE_EVERY === 0) session.tally = tally;

    async function faultOf(fault: Error) {
      if (fault instanceof UserError) return { message: fault.message, users: true };
      const file = join(out, 'fault.cid');
      await writeWhole(file, printScenario(target.decode(bytes)));
      return { message: `${fault.message} (in the run of ${file})`, users: false };
    }
  };
}
