import type { Divergence } from '../check/divergence.js';
import { lockstep } from '../check/lockstep.js';
import { kindWord } from '../check/verdict.js';
import { Engine } from '../engine/engine.js';
import type { RunResult } from '../event/event.js';
import type { Parted } from '../fuzz/batch.js';
import { smallFinding, smallParted } from '../fuzz/finding.js';
import { findingFiles, partedFiles } from '../fuzz/finding-files.js';
import type { Store } from '../fuzz/store.js';
import { scenarioFromBytes } from '../scenario/bytes.js';
import type { Scenario } from '../scenario/scenario.js';
import { confined } from './config.js';
import type { Tally } from './tally.js';

/** Micro-steps after which the watchdog ends a run: several times what 4096 bytes, jsfuzz's most, usually make. */
const MAX_STEPS = 100_000;

/** What came of an input. */
export interface Ran {
  readonly scenario: Scenario;
  /** What the run touched; null where it ended with a violation: its input is no start for others. */
  readonly features: Uint16Array | null;
}

/**
 * Runs inputs: decodes the bytes, runs the scenario in both implementations, and makes what breaks a property an
 * ordinary finding, the first of each bucket, as a campaign does. So jsfuzz, which stops at its first crash, never
 * sees one.
 */
export class Target {
  /** Takes turns in the replays of a finding. */
  private readonly other = new Engine();

  constructor(
    private readonly engine: Engine,
    private readonly store: Store,
    readonly tally: Tally,
  ) {}

  /** The scenario that an input stands for in this campaign. */
  decode(bytes: Uint8Array): Scenario {
    return confined(scenarioFromBytes(bytes), this.tally.config);
  }

  /** @throws UserError where a finding cannot be written, Error where the engine itself fails */
  async run(bytes: Uint8Array): Promise<Ran> {
    const { tally } = this;
    const scenario = this.decode(bytes);
    const schedule = tally.next;
    const { result, features } = this.engine.runCovered(scenario, MAX_STEPS);
    const pc = this.engine.schedulePc();
    const { result: again, divergence } = lockstep(this.engine, scenario, { maxSteps: MAX_STEPS });
    tally.next++;
    tally.steps += result.steps;
    tally.compared++;
    if (result.watchdog) tally.watchdog++;
    const strayed = strayedFrom(result, again);
    if (divergence !== null) {
      await this.part(smallParted(this.engine, { schedule, scenario, divergence }));
    } else if (strayed !== null) {
      await this.part({ schedule, scenario, divergence: strayed });
    } else if (result.violation !== null) {
      await this.find(scenario, schedule, result.violation.kind, pc);
    } else {
      if (result.steps > 0) tally.published++;
      return { scenario, features };
    }
    return { scenario, features: null };
  }

  private async find(scenario: Scenario, schedule: number, kind: number, pc: number): Promise<void> {
    const { sites, instances } = this.tally;
    const met = sites.find((site) => site.kind === kindWord(kind) && site.pc === pc);
    if (met !== undefined) {
      met.count++;
      return;
    }
    const small = smallFinding(this.engine, this.other, { schedule, kind, pc, scenario });
    const { name: finding } = await this.store.saveFinding(await findingFiles(this.engine, small));
    sites.push({ kind: kindWord(kind), pc, schedule, count: 1 });
    instances.push({ site: sites.length - 1, schedule, actions: scenario.actions.length, finding });
    if (small.parted !== null) await this.part(small.parted);
  }

  private async part(parted: Parted): Promise<void> {
    const { name: finding } = await this.store.saveFinding(partedFiles(parted));
    this.tally.parted.push({ schedule: parted.schedule, finding });
  }
}

/** Where a run that tells its features is another one than the run that tells its events. */
function strayedFrom(covered: RunResult, traced: RunResult): Divergence | null {
  const word = ({ violation, steps }: RunResult) =>
    `kind ${violation?.kind ?? 0} at step ${violation?.step ?? steps}`;
  if (word(covered) === word(traced)) return null;
  const what = `the run with coverage saw ${word(covered)}, its replay ${word(traced)}`;
  return { step: covered.steps, what, engine: [], reference: [] };
}
