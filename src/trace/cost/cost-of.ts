import type { Divergence } from '../../check/divergence.js';
import { lockstep } from '../../check/lockstep.js';
import { Engine } from '../../engine/engine.js';
import type { Scenario } from '../../scenario/scenario.js';
import type { Algo } from '../../words.js';
import { type Counts, count, noCounts, switchesOf } from '../counts.js';
import { cpusOf } from '../cpus.js';
import type { Happening } from '../happening.js';
import { Collector } from '../import/collector.js';
import { type Trace, walkTrace } from '../read-trace.js';
import { type Departures, Schedule, type ScheduleTarget } from '../schedule.js';
import type { Assumed } from '../timeline.js';
import type { Cost } from './tally.js';
import { CostTarget, type MmUse } from './target.js';
import { Tee } from './tee.js';

export interface CostOptions {
  readonly algos: readonly Algo[];
  /** Ticks a second where the trace has none. */
  readonly hz: number;
  /** So many switches at the start are run in lockstep with the reference as well. */
  readonly lockstep: number;
}

/** A stretch of the trace's time, of which all have the same length. */
export interface Sample {
  /** Its end, in seconds since the trace begins. */
  readonly seconds: number;
  readonly switches: number;
  /** The most threads of one mm that ran at once. */
  readonly running: number;
  /** By algorithm, in the order of the options: what was done in it, and the highest cid that a running task held (-1: none). */
  readonly costs: readonly { readonly rmw: number; readonly locks: number; readonly highest: number }[];
}

/** What an algorithm pays on a trace. */
export interface AlgoCost {
  readonly algo: Algo;
  readonly cost: Cost;
  /** The highest cid of all mms. */
  readonly maxCid: number;
  /** KIND_* that the replay has come to, or 0. */
  readonly violation: number;
}

export interface TraceCost {
  readonly counts: Counts;
  readonly seconds: number;
  readonly cpus: number;
  readonly algos: readonly AlgoCost[];
  /** The most threads of one mm that ran at once. */
  readonly maxConcurrency: number;
  readonly uses: readonly MmUse[];
  readonly samples: readonly Sample[];
  readonly assumed: Assumed;
  readonly departures: Departures;
  /** Switches that were run in lockstep with the reference, and where the two part, if they do. */
  readonly compared: number;
  readonly divergence: { readonly algo: Algo; readonly divergence: Divergence } | null;
}

/** Stretches of time that a trace is cut into. */
const SAMPLES = 120;

/** Replays the schedule of a trace through several algorithms, and counts what each does. */
export async function costOf(trace: Trace, options: CostOptions): Promise<TraceCost> {
  const replay = new Replay(trace, options);
  const { assumed } = await walkTrace(trace, (happening) => replay.add(happening));
  return replay.finish(assumed);
}

class Replay {
  private readonly counts = noCounts();
  private readonly samples: Sample[] = [];
  private readonly cpus: number;
  private readonly target: CostTarget;
  private readonly prefix: Prefix;
  private readonly schedule: Schedule;
  private readonly start: number;
  private readonly stretch: number;
  private sampleEnd: number;
  private before: { switches: number; costs: { rmw: number; locks: number }[] };
  private maxConcurrency = 0;

  constructor(
    private readonly trace: Trace,
    private readonly options: CostOptions,
  ) {
    const { survey } = trace;
    this.cpus = cpusOf(trace);
    this.start = survey.firstNs;
    this.stretch = Math.max(1, (survey.lastNs - survey.firstNs) / SAMPLES);
    this.sampleEnd = this.start + this.stretch;
    this.target = new CostTarget(options.algos, this.cpus);
    this.prefix = new Prefix(this.target, this.cpus);
    this.before = { switches: 0, costs: options.algos.map(() => ({ rmw: 0, locks: 0 })) };
    const hz = survey.ticks > 0 ? 0 : options.hz;
    this.schedule = new Schedule(this.prefix.tee, { hz, cpus: this.cpus }, this.start);
  }

  add(happening: Happening): void {
    while (happening.ns >= this.sampleEnd && this.samples.length < SAMPLES - 1) this.sample();
    count(this.counts, happening);
    this.schedule.add(happening);
    if (this.prefix.isOpen && switchesOf(this.counts) >= this.options.lockstep) this.endPrefix();
  }

  /** What was scheduled until now is what is compared. */
  private endPrefix(): void {
    this.target.run();
    this.prefix.end(
      switchesOf(this.counts),
      this.target.lanes.map(({ replayer }) => replayer.steps()),
    );
  }

  private sample(): void {
    this.target.run();
    const switches = switchesOf(this.counts);
    const running = this.target.takePeakRunning();
    this.maxConcurrency = Math.max(this.maxConcurrency, running);
    this.samples.push({
      seconds: (this.sampleEnd - this.start) / 1e9,
      switches: switches - this.before.switches,
      running,
      costs: this.target.lanes.map(({ tally }, i) => ({
        rmw: tally.cost.rmw - this.before.costs[i]!.rmw,
        locks: tally.cost.locks - this.before.costs[i]!.locks,
        highest: tally.takePeak(),
      })),
    });
    this.before = {
      switches,
      costs: this.target.lanes.map(({ tally: { cost } }) => ({ rmw: cost.rmw, locks: cost.locks })),
    };
    this.sampleEnd += this.stretch;
  }

  finish(assumed: Assumed): TraceCost {
    const { survey } = this.trace;
    if (this.prefix.isOpen) this.endPrefix();
    this.sample();
    this.target.finish();
    const { lanes, uses } = this.target;
    return {
      counts: this.counts,
      seconds: (survey.lastNs - survey.firstNs) / 1e9,
      cpus: this.cpus,
      algos: lanes.map(({ algo, tally, violation }, i) => ({
        algo,
        cost: tally.cost,
        maxCid: uses.reduce((most, { highest }) => Math.max(most, highest[i]!), -1),
        violation,
      })),
      maxConcurrency: this.maxConcurrency,
      uses,
      samples: this.samples,
      assumed,
      departures: this.schedule.departures,
      compared: this.prefix.switches,
      divergence: this.prefix.compare(this.options.algos),
    };
  }
}

/** The first switches of a trace, as a scenario that is run in both implementations. */
class Prefix {
  private readonly collector: Collector;
  /** Where a schedule has to go to be in it. */
  readonly tee: Tee;
  switches = 0;
  isOpen = true;
  private steps: readonly number[] = [];

  constructor(target: ScheduleTarget, cpus: number) {
    const all = Number.POSITIVE_INFINITY;
    this.collector = new Collector(cpus, () => true, { tasks: all, mms: all });
    this.tee = new Tee(target, this.collector);
  }

  /** @param steps that the replay of each algorithm has made until here */
  end(switches: number, steps: readonly number[]): void {
    this.isOpen = false;
    // Where the collector could not follow, its end is not known.
    this.switches = this.tee.open ? switches : 0;
    this.tee.open = false;
    this.steps = steps;
  }

  compare(algos: readonly Algo[]): TraceCost['divergence'] {
    if (this.switches === 0) return null;
    const engine = new Engine();
    for (const [i, algo] of algos.entries()) {
      const { result, divergence } = lockstep(engine, this.scenario(algo));
      const strayed = result.steps === this.steps[i] ? null : strayedFrom(result.steps, this.steps[i]!);
      const apart = divergence ?? strayed;
      if (apart !== null) return { algo, divergence: apart };
    }
    return null;
  }

  /** The checks that sweep over all mms are left out: there may be thousands. The replay in the engine makes all. */
  private scenario(algo: Algo): Scenario {
    return {
      ...this.collector.scenario(algo),
      oracle: ['duplicate-cid', 'freed-in-use', 'bad-cid', 'null-mm'],
    };
  }
}

function strayedFrom(scenario: number, replay: number): Divergence {
  return {
    step: Math.min(scenario, replay),
    what: `the same schedule makes ${replay} steps in the replay of the trace, ${scenario} as a scenario`,
    engine: [],
    reference: [],
  };
}
