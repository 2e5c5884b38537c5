import {
  KIND_COMPACTNESS,
  KIND_DUPLICATE_CID,
  KIND_FREED_IN_USE,
  KINDS,
  MAX_MMS,
  MAX_TASKS,
} from '../abi.js';
import type { Event, RunResult, Violation } from '../event/event.js';
import { mmNameAt, taskNameAt } from '../scenario/names.js';
import type { Action, Scenario } from '../scenario/scenario.js';
import {
  ACTION_SHIFT,
  ACTIONS,
  BUCKETS,
  CONFIG,
  DECK,
  DECK_HEADER,
  DECLS,
  FUZZ_CONFIG,
  FUZZ_SEED,
  LAYOUT,
  MORE_MMS,
  MORE_TASKS,
  PC_CAUSES,
  RESULT,
  RUN_PAUSED,
  RUN_WATCHDOG,
  SEED,
  TOUCHED,
} from './addresses.js';
import { decodeAction, Locations, taskOf } from './decode.js';
import { bytesNeeded, encodeAction, encodeConfig, encodeHeader } from './encode.js';
import { readEndState } from './end-state.js';
import { type Build, type Exports, instantiate } from './wasm.js';

const PAGE = 65536;

/** What a batch of schedules is drawn from (class FuzzConfig of assembly/fuzz.ts). Ranges are inclusive. */
export interface FuzzSettings {
  /** A safe integer, not negative. */
  readonly seed: number;
  readonly cpus: readonly [number, number];
  readonly tasks: readonly [number, number];
  readonly mms: readonly [number, number];
  /** The most actions of a schedule. */
  readonly actions: number;
  /** One schedule in so many is handed to the reference; 0: none. */
  readonly compareEvery: number;
  /** False leaves the checks out (only to measure the bare engine). */
  readonly checks: boolean;
  /** Whether schedules are watched for what they cover; guided search and the portfolio are nothing without it. */
  readonly coverage: boolean;
  /** STRATEGY_* */
  readonly strategy: number;
  /** A strategy that learns begins anew at every multiple of this many schedules. */
  readonly epoch: number;
}

/** A schedule in whose midst others begin (assembly/search/seeds.ts). */
export interface Seed {
  /** With the header words of the batch. */
  readonly scenario: Scenario;
  /** Its actions before the one that violates something; all of them where none does. */
  readonly sound: number;
}

/** A scenario in the engine's own form. */
export interface Prepared {
  readonly config: Uint8Array;
  readonly decls: Uint8Array;
  readonly actions: Uint8Array;
}

/** How a batch is begun, to do the same with the same module elsewhere. */
export interface BatchStart {
  /** What the host writes, and where: all that lies between CONFIG and LAYOUT. */
  readonly at: number;
  readonly bytes: Uint8Array;
  /** Pages of memory that the engine has. */
  readonly pages: number;
  /** What the module's `beginBatch` is called with. */
  readonly args: readonly number[];
}

/** What happened so often in a batch: KIND_*, and the access that broke the property. */
export interface Bucket {
  readonly kind: number;
  readonly pc: number;
  readonly count: number;
}

function lo(n: number): number {
  return n % 2 ** 32;
}

function hi(n: number): number {
  return Math.floor(n / 2 ** 32);
}

function batchArguments(
  { checks, coverage, strategy }: FuzzSettings,
  first: number,
  count: number,
): Parameters<Exports['beginBatch']> {
  return [lo(first), hi(first), count, checks ? 1 : 0, coverage ? 1 : 0, strategy];
}

/**
 * One instance of the Wasm engine, and a typed face on its memory. Not to be shared between runs under way: a
 * run that is traced must be read to its end, or given up, before the next begins.
 */
export class Engine {
  private readonly wasm: Exports;
  private view: DataView;
  private bytes: Uint8Array;
  private header: Scenario | null = null;
  private prefix: readonly Action[] = [];
  private seeds: readonly Seed[] = [];
  /** The one that the module has at hand. */
  private seed: Seed | null = null;
  /** Seeds' actions in the module's form. */
  private readonly encoded = new WeakMap<Seed, Uint8Array>();
  /** Schedules in the deck. */
  private deck = 0;

  /** @throws Error when the build is not there */
  constructor(source: Build | Uint8Array = 'release') {
    this.wasm = instantiate(source);
    this.view = new DataView(this.wasm.memory.buffer);
    this.bytes = new Uint8Array(this.wasm.memory.buffer);
    this.reserve(0);
  }

  private reserve(actions: number): void {
    // Room for a fuzzed schedule's log, at least.
    this.reserveBytes(bytesNeeded(Math.max(actions, 4 * PAGE)));
  }

  private reserveBytes(bytes: number): void {
    const missing = bytes - this.wasm.memory.buffer.byteLength;
    if (missing > 0) this.wasm.memory.grow(Math.ceil(missing / PAGE));
    if (this.view.buffer !== this.wasm.memory.buffer) {
      this.view = new DataView(this.wasm.memory.buffer);
      this.bytes = new Uint8Array(this.wasm.memory.buffer);
    }
  }

  private load(scenario: Scenario): void {
    this.reserve(scenario.actions.length);
    encodeConfig(this.view, scenario);
    for (let i = 0; i < scenario.actions.length; i++) encodeAction(this.view, i, scenario.actions[i]!);
  }

  private resultWord(i: number): number {
    return this.view.getInt32(RESULT + 4 * i, true);
  }

  /** Micro-steps of the run so far. */
  private steps(): number {
    return this.view.getUint32(RESULT + 16, true) + this.view.getUint32(RESULT + 20, true) * 2 ** 32;
  }

  /** Class Result of assembly/layout.ts. */
  private result(actions: number, cpus: number, watchdog: boolean): RunResult {
    const skipped: number[] = [];
    const applied = this.resultWord(7);
    const action = this.resultWord(6);
    for (let i = 0; i < actions && i < action; i++) {
      if (this.view.getUint8(ACTIONS + (i << ACTION_SHIFT) + 1) !== 0) skipped.push(i + 1);
    }
    const result = { violation: this.violation(cpus), steps: this.steps(), applied, skipped, watchdog };
    const pc = this.schedulePc();
    return pc >= PC_CAUSES ? { ...result, cause: pc } : result;
  }

  private violation(cpus: number): Violation | null {
    const kind = this.resultWord(0);
    if (kind === 0) return null;
    const mm = this.resultWord(2);
    const cid = this.resultWord(3);
    const held = kind === KIND_DUPLICATE_CID || kind === KIND_FREED_IN_USE || kind === KIND_COMPACTNESS;
    return {
      kind,
      step: this.steps(),
      action: this.resultWord(10),
      cpu: this.resultWord(1),
      mm,
      cid,
      tasks: held ? this.holders(mm, cid, cpus) : [],
    };
  }

  private holders(mm: number, cid: number, cpus: number): number[] {
    const locations = new Locations(this.view, cpus);
    const tasks: number[] = [];
    for (let c = 0; c < cpus; c++) {
      const at = locations.cpu(c);
      if (this.view.getInt32(at + 16, true) === mm && this.view.getInt32(at + 20, true) === cid) {
        // Cpu.current: what the cpu itself sees, its waiting stores included.
        tasks.push(taskOf(this.view.getInt32(at + 28, true), cpus));
      }
    }
    return tasks;
  }

  /**
   * Runs a scenario without telling its events.
   *
   * @param maxSteps micro-steps after which the watchdog ends the run
   */
  run(scenario: Scenario, maxSteps = Number.MAX_SAFE_INTEGER): RunResult {
    this.load(scenario);
    const code = this.wasm.run(0, 1, lo(maxSteps), hi(maxSteps));
    return this.result(scenario.actions.length, scenario.cpus, code === RUN_WATCHDOG);
  }

  /**
   * Runs a scenario, and tells what it covers.
   *
   * @returns features: distinct numbers 0 … 65535 (assembly/coverage.ts), in the order in which they were touched
   */
  runCovered(
    scenario: Scenario,
    maxSteps = Number.MAX_SAFE_INTEGER,
  ): { readonly result: RunResult; readonly features: Uint16Array } {
    this.wasm.cover(1);
    try {
      const result = this.run(scenario, maxSteps);
      return { result, features: this.features() };
    } finally {
      this.wasm.cover(0);
    }
  }

  /** A scenario as the engine reads it, to be run without encoding it again. */
  prepare(scenario: Scenario): Prepared {
    this.load(scenario);
    const copy = (at: number, bytes: number) => this.bytes.slice(at, at + bytes);
    return {
      config: copy(CONFIG, FUZZ_CONFIG - CONFIG),
      decls: copy(DECLS, 4 * scenario.tasks.length),
      actions: copy(ACTIONS, scenario.actions.length << ACTION_SHIFT),
    };
  }

  /**
   * Lays schedules down, so that {@link runDeck} runs them all in one call: what the bench measures. A longer scenario
   * than the fuzz loop draws, run in between, may overwrite them.
   */
  layDeck(deck: readonly Prepared[]): void {
    const declsOf = ({ decls }: Prepared) => Math.ceil(decls.length / 16) * 16;
    const size = (one: Prepared) => DECK_HEADER + declsOf(one) + one.actions.length;
    this.reserve((DECK - ACTIONS + deck.reduce((sum, one) => sum + size(one), 0)) >> ACTION_SHIFT);
    let at = DECK;
    for (const one of deck) {
      this.bytes.fill(0, at, at + size(one));
      this.bytes.set(one.config.subarray(0, DECK_HEADER), at);
      this.bytes.set(one.decls, at + DECK_HEADER);
      this.bytes.set(one.actions, at + DECK_HEADER + declsOf(one));
      at += size(one);
    }
    this.deck = deck.length;
  }

  /** Runs the deck from the first schedule to the last, and tells how many micro-steps they made. */
  runDeck(checks: boolean, coverage = false): number {
    this.wasm.cover(coverage ? 1 : 0);
    const steps = this.wasm.runDeck(this.deck, checks ? 1 : 0) >>> 0;
    this.wasm.cover(0);
    return steps;
  }

  /** Runs a scenario event by event, and with the end state where that is asked for. */
  *trace(
    scenario: Scenario,
    maxSteps = Number.MAX_SAFE_INTEGER,
    endState = false,
  ): Generator<Event, RunResult, void> {
    this.load(scenario);
    let code = this.wasm.run(1, 1, lo(maxSteps), hi(maxSteps));
    const locations = new Locations(this.view, scenario.cpus);
    for (;;) {
      const events = this.resultWord(9);
      for (let i = 0; i < events; i++) yield locations.event(i);
      if (code !== RUN_PAUSED) break;
      this.view.setInt32(RESULT + 36, 0, true);
      code = this.wasm.goOn();
    }
    const result = this.result(scenario.actions.length, scenario.cpus, code === RUN_WATCHDOG);
    if (endState) {
      const { cpus, taskNames, mmNames } = scenario;
      result.endState = readEndState(this.view, cpus, taskNames.length, mmNames.length);
    }
    return result;
  }

  /**
   * Begins the batch of schedules [first, first + count): worlds and schedules drawn from `settings`, or, with
   * actions in `header`, schedules of its world that all begin with them; or, with `seeds`, schedules that each begin
   * somewhere in one of those.
   *
   * @param header algo, mutants, memory, arch, preempt and oracle of every schedule
   */
  beginBatch(
    header: Scenario,
    settings: FuzzSettings,
    first: number,
    count: number,
    seeds: readonly Seed[] = [],
  ): void {
    this.writeBatch(header, settings, seeds.length);
    this.header = header;
    this.prefix = header.actions;
    this.seeds = seeds;
    this.seed = null;
    this.wasm.beginBatch(...batchArguments(settings, first, count));
  }

  /** What {@link beginBatch} would write and call, where it is the first call of this instance. */
  batchStart(header: Scenario, settings: FuzzSettings, first: number, count: number): BatchStart {
    this.writeBatch(header, settings, 0);
    return {
      at: CONFIG,
      bytes: this.bytes.slice(CONFIG, LAYOUT),
      pages: this.bytes.length / PAGE,
      args: batchArguments(settings, first, count),
    };
  }

  private writeBatch(header: Scenario, settings: FuzzSettings, seeds: number): void {
    this.load(header);
    const { view } = this;
    view.setUint32(FUZZ_CONFIG, lo(settings.seed), true);
    view.setUint32(FUZZ_CONFIG + 4, hi(settings.seed), true);
    [
      ...settings.cpus,
      ...settings.tasks,
      ...settings.mms,
      settings.actions,
      settings.compareEvery,
      settings.epoch,
      header.actions.length,
      seeds,
    ].forEach((word, i) => {
      view.setInt32(FUZZ_CONFIG + 8 + 4 * i, word, true);
    });
  }

  /** Goes on with the batch: FUZZ_DONE, or FUZZ_FINDING or FUZZ_SAMPLE with a schedule to take. */
  fuzz(): number {
    let code = this.wasm.fuzz();
    for (; code === FUZZ_SEED; code = this.wasm.fuzz()) this.bring(this.seeds[this.wasm.seedWanted()]!);
    return code;
  }

  private bring(seed: Seed): void {
    const { scenario, sound } = seed;
    const { actions, taskNames, mmNames } = scenario;
    if (seed !== this.seed) {
      const bytes = this.encodedActions(seed);
      this.reserveBytes(SEED + bytes.length);
      encodeConfig(this.view, scenario);
      encodeHeader(this.view, scenario, {
        cpus: scenario.cpus,
        mms: scenario.mms,
        mmsTotal: Math.min(mmNames.length + MORE_MMS, MAX_MMS),
        tasks: scenario.tasks.length,
        tasksTotal: Math.min(taskNames.length + MORE_TASKS, MAX_TASKS),
        actions: 0,
      });
      this.bytes.set(bytes, SEED);
      this.seed = seed;
    }
    this.wasm.seedBrought(actions.length, sound);
  }

  private encodedActions(seed: Seed): Uint8Array {
    const known = this.encoded.get(seed);
    if (known !== undefined) return known;
    const { actions } = seed.scenario;
    const bytes = new Uint8Array(actions.length << ACTION_SHIFT);
    const view = new DataView(bytes.buffer);
    for (const [i, action] of actions.entries()) encodeAction(view, i, action, 0);
    this.encoded.set(seed, bytes);
    return bytes;
  }

  /** The number of the schedule that `fuzz` stopped at. */
  scheduleIndex(): number {
    return (this.wasm.lastIndexLo() >>> 0) + (this.wasm.lastIndexHi() >>> 0) * 2 ** 32;
  }

  /** The pc of the access that broke the property in that schedule, or what is to blame for it (PC_CAUSES). */
  schedulePc(): number {
    return this.resultWord(8);
  }

  /** KIND_* of that schedule, 0 for none. */
  scheduleKind(): number {
    return this.resultWord(0);
  }

  /** Micro-steps of the batch. */
  batchSteps(): number {
    return (this.wasm.batchStepsLo() >>> 0) + (this.wasm.batchStepsHi() >>> 0) * 2 ** 32;
  }

  /** The schedule that `fuzz` stopped at, as a scenario. */
  takeSchedule(): Scenario {
    const header = this.header!;
    const word = (i: number) => this.view.getInt32(CONFIG + 4 * i, true);
    const cpus = word(6);
    const mms = word(7);
    const from = this.seed?.scenario;
    const actions = from === undefined ? [] : from.actions.slice(0, this.wasm.seedBase());
    for (let i = 0; i < word(11); i++) actions.push(decodeAction(this.view, i));
    const tasks = Array.from({ length: word(9) }, (_, i) => ({
      mm: this.view.getInt16(DECLS + 4 * i, true),
      home: this.view.getUint16(DECLS + 4 * i + 2, true),
    }));
    const forks = actions.filter((a) => a.op === 'fork-thread' || a.op === 'fork-process').length;
    const fresh = actions.filter((a) => a.op === 'exec' || a.op === 'fork-process').length;
    const given = from ?? (this.prefix.length > 0 ? header : null);
    const names = (own: readonly string[] = [], count: number, nameAt: (i: number) => string) =>
      Array.from({ length: count }, (_, i) => own[i] ?? nameAt(i));
    return {
      ...header,
      cpus,
      mms,
      tasks,
      taskNames: uniqueNames(names(given?.taskNames, tasks.length + forks, taskNameAt)),
      mmNames: uniqueNames(names(given?.mmNames, mms + fresh, mmNameAt)),
      actions,
    };
  }

  /** The entries of what guided search keeps of the batch: schedules on the way to some feature. */
  kept(): number[] {
    const entries: number[] = [];
    for (let i = 1; i <= this.wasm.corpusSize(); i++) if (this.wasm.isUsed(i)) entries.push(i);
    return entries;
  }

  /** Runs one of them, and tells its features; {@link takeSchedule} gives it. The batch cannot go on after that. */
  runKept(entry: number): Uint16Array {
    this.wasm.cover(1);
    this.wasm.runEntry(entry);
    this.wasm.cover(0);
    return this.features();
  }

  /** What the schedule that `fuzz` stopped at covers, in the order in which it was touched. */
  features(): Uint16Array {
    return new Uint16Array(this.view.buffer, TOUCHED, this.wasm.features()).slice();
  }

  /** How many schedules of the batch a strategy has chosen. */
  plays(strategy: number): number {
    return this.wasm.playsOf(strategy);
  }

  /** The most threads and events of a schedule of the batch: n and k of PCT's bound (assembly/strategy/pct.ts). */
  pctBound(): { readonly threads: number; readonly events: number } {
    return { threads: this.wasm.pctBoundThreads(), events: this.wasm.pctBoundEvents() };
  }

  /** What the batch met so far, by bucket, in order of kind and pc. */
  buckets(): Bucket[] {
    const found: Bucket[] = [];
    for (let kind = 1; kind < KINDS; kind++) {
      for (let pc = 0; pc < 256; pc++) {
        const count = this.view.getUint32(BUCKETS + (((kind << 8) | pc) << 2), true);
        if (count > 0) found.push({ kind, pc, count });
      }
    }
    return found;
  }
}

/** Given names first: a generated one that is taken already is made longer. */
function uniqueNames(names: string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let unique = name;
    for (let i = 0; taken.has(unique); i++) unique = `${name}_${i}`;
    taken.add(unique);
    return unique;
  });
}
