import { UserError } from '../../errors.js';
import type { Scenario } from '../../scenario/scenario.js';
import { validateScenario } from '../../scenario/validate.js';
import type { Algo } from '../../words.js';
import { type Counts, count, noCounts } from '../counts.js';
import { cpusOf } from '../cpus.js';
import type { Happening, Mm, Task } from '../happening.js';
import { type Trace, walkTrace } from '../read-trace.js';
import { type Departures, noDepartures, Schedule } from '../schedule.js';
import type { Assumed } from '../timeline.js';
import { Collector } from './collector.js';

export interface ImportOptions {
  readonly algo: Algo;
  /** The window, in the trace's ns: from the first happening at or after `from` to the last before `to`. */
  readonly from: number;
  readonly to: number;
  /** Only the mms of these processes, and of what they fork; null: of all. */
  readonly pids: readonly number[] | null;
  /** Ticks a second where the trace has none. */
  readonly hz: number;
}

/** What came of an import. */
export interface Imported {
  readonly scenario: Scenario;
  /** Of the window. */
  readonly counts: Counts;
  readonly assumed: Assumed;
  readonly departures: Departures;
  /** Threads at once of the mms that the trace comes to, those with most first. */
  readonly threads: readonly number[];
  /** The trace's ns at which the scenario had no more room for actions, or null. */
  readonly fullAt: number | null;
}

/**
 * Makes a scenario of a window of a trace.
 *
 * @throws UserError where nothing of it can be one
 */
export async function importTrace(trace: Trace, options: ImportOptions): Promise<Imported> {
  const cpus = cpusOf(trace);
  const window = new Window(options, cpus, trace.survey.ticks > 0);
  const { assumed, mms } = await walkTrace(trace, (happening) => window.add(happening));
  const scenario = window.scenario(trace.path);
  validateScenario(scenario);
  const threads = mms.map(({ mostUsers }) => mostUsers).sort((a, b) => b - a);
  return {
    scenario,
    counts: window.counts,
    assumed,
    departures: window.departures,
    threads,
    fullAt: window.fullAt,
  };
}

/** Follows the trace up to the window, and schedules what happens in it. */
class Window {
  readonly counts = noCounts();
  fullAt: number | null = null;
  private readonly collector: Collector;
  private readonly current: (Task | undefined)[] = [];
  private readonly lineage: Lineage;
  private schedule: Schedule | null = null;

  constructor(
    private readonly options: ImportOptions,
    private readonly cpus: number,
    private readonly hasTicks: boolean,
  ) {
    this.lineage = new Lineage(options.pids);
    this.collector = new Collector(cpus, (mm) => this.lineage.wants(mm));
  }

  get departures(): Departures {
    return this.schedule?.departures ?? noDepartures();
  }

  add(happening: Happening): void {
    const { ns, cpu } = happening;
    this.lineage.add(happening);
    if (ns >= this.options.from && ns < this.options.to) {
      // A loss has the time of the line before it.
      if (this.schedule === null && happening.kind !== 'lost') this.begin(ns);
      count(this.counts, happening);
      if (!this.collector.full) this.schedule?.add(happening);
      if (this.collector.full) this.fullAt ??= ns;
    }
    if (happening.kind === 'begins') this.current[cpu] = happening.task;
    if (happening.kind === 'switch') this.current[cpu] = happening.next;
  }

  private begin(ns: number): void {
    const hz = this.hasTicks ? 0 : this.options.hz;
    this.schedule = new Schedule(this.collector, { hz, cpus: this.cpus }, ns);
    this.schedule.begin(this.current);
  }

  scenario(path: string): Scenario {
    if (this.collector.actions === 0) {
      throw new UserError(
        `${path}: nothing happens in that window (expected --from and --to within the trace)`,
      );
    }
    const { pids } = this.options;
    if (pids !== null && this.collector.users === 0) {
      throw new UserError(
        `${path}: process ${pids.join(', ')} does not run in that window (expected a pid of the trace)`,
      );
    }
    return this.collector.scenario(this.options.algo);
  }
}

/** Which mms are wanted: all, or those of some processes and of what they fork. */
class Lineage {
  private readonly pids: Set<number> | null;

  constructor(pids: readonly number[] | null) {
    this.pids = pids === null ? null : new Set(pids);
  }

  add(happening: Happening): void {
    if (this.pids === null || happening.kind !== 'fork') return;
    if (this.pids.has(happening.parent.tgid)) this.pids.add(happening.child.tgid);
  }

  wants(mm: Mm): boolean {
    return this.pids === null || this.pids.has(mm.tgid);
  }
}
