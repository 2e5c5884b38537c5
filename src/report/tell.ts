import {
  KIND_LOCK_LEAK,
  KIND_STRANDED_LAZY,
  LOC_CID,
  LOC_CID_LOCK,
  LOC_MASK,
  LOC_MM,
  LOC_NEXT_SCAN,
  LOC_USE_CID_LOCK,
  NS_PER_JIFFY,
  OP_DRAIN,
  OP_LOAD,
  OP_RMW,
  OP_SPIN,
  OP_STORE,
  ROUTINE_EXEC,
  ROUTINE_EXIT,
  ROUTINE_SWITCH,
  ROUTINE_TICK,
  ROUTINE_WORK,
  SCAN_DELAY_JIFFIES,
  START_NS,
} from '../abi.js';
import type { Event, RunResult, Violation } from '../event/event.js';
import { type Action, IDLE, NO_MM, type Scenario } from '../scenario/scenario.js';
import { accessWord, spinKey, visibleWord } from './access.js';
import { Delays } from './delays.js';
import { facts, legend } from './facts.js';
import { type Foldable, fold } from './fold.js';
import { type Frame, Frames, type Scan, scanIsDue } from './frames.js';
import { hiddenOf } from './hidden.js';
import { reorderings } from './reorderings.js';
import { type Change, hasBit, Replay } from './replay.js';
import { type Circumstances, cidOfSlot, violationSentence } from './sentence.js';
import type { Row, Story } from './story.js';
import {
  cidWord,
  durationWord,
  maskWord,
  mmWord,
  momentWord,
  placeWord,
  samePlace,
  storeWord,
  taskWord,
  valueWord,
} from './wording.js';

/** What a run looks like at a moment, for who watches it being told. Only to be read, and not to be kept. */
export interface Moment {
  /** After this step, and before any action that follows it; one more than there are: after the end of the run. */
  readonly step: number;
  readonly replay: Replay;
  readonly frames: Frames;
  readonly delays: Delays;
}

export interface TellOptions {
  /** Whether uninteresting lines are told in one (fold.ts). Default: they are. */
  readonly fold?: boolean;
  /** Is told of the moment after each step, and of the end where the run came to it. */
  readonly watch?: (moment: Moment) => void;
}

/** Tells a run from its scenario, its events and its result. `file` is what the scenario is called. */
export function tell(
  scenario: Scenario,
  events: readonly Event[],
  result: RunResult,
  file: string | null = null,
  options: TellOptions = {},
): Story {
  return new Teller(scenario, events, result, options).tell(file);
}

const ROUTINE_OF_ACTION: Partial<Record<Action['op'], number>> = {
  switch: ROUTINE_SWITCH,
  tick: ROUTINE_TICK,
  work: ROUTINE_WORK,
  exit: ROUTINE_EXIT,
  exec: ROUTINE_EXEC,
  'exec-fail': ROUTINE_EXEC,
};

/** After so many lines of other cpus, a column says again where it is. */
const LONGEST_GAP = 12;

class Teller {
  private readonly delays: Delays;
  private readonly replay: Replay;
  private readonly frames: Frames;
  private readonly rows: Foldable[] = [];
  /** The routine whose heading was the last in a cpu's column. */
  private readonly shown = new Map<number, Frame>();
  private readonly holders = new Map<number, string>();
  /** How many rows there were after the last in a cpu's column. */
  private readonly lastRow = new Map<number, number>();
  /** The mm that a task is a user of, by the stores that it has issued. */
  private readonly userOf = new Map<number, number>();
  private nowNs = START_NS;

  constructor(
    private readonly scenario: Scenario,
    private readonly events: readonly Event[],
    private readonly result: RunResult,
    private readonly options: TellOptions,
  ) {
    scenario.tasks.forEach(({ mm }, task) => {
      this.userOf.set(task, mm);
    });
    this.delays = new Delays(scenario.memory, events, hiddenOf(scenario, result.steps));
    this.replay = new Replay(scenario, this.delays);
    this.frames = new Frames(scenario, this.replay);
  }

  tell(file: string | null): Story {
    const { scenario, result } = this;
    const skipped = new Set(result.skipped);
    let next = 0;
    for (const [index, action] of scenario.actions.entries()) {
      const number = index + 1;
      if (!skipped.has(number)) this.action(action, next);
      while (this.events[next]?.action === number) this.event(this.events[next]!, ++next);
      if (next === this.events.length && this.endsWith(number)) break;
    }
    this.drainAtEnd();
    if (isOver(result)) this.watch(result.steps + 1);
    const columns = [...new Set(this.rows.flatMap(({ row }) => (row.cpu === null ? [] : [row.cpu])))];
    return {
      facts: facts(scenario, file),
      legend: legend(scenario, this.delays),
      cpus: columns.sort((one, other) => one - other),
      rows: this.options.fold === false ? this.rows.map(({ row }) => row) : fold(this.rows),
      end: this.endState(columns),
      reordered: reorderings(scenario, this.events, this.delays),
      sentence: this.sentence(),
      violated: result.violation !== null,
    };
  }

  /** Whether the run was over with this action. */
  private endsWith(number: number): boolean {
    const { violation } = this.result;
    return violation !== null && number >= violation.action && !isFoundAtEnd(violation);
  }

  private push(
    row: Partial<Row> & Pick<Row, 'kind' | 'text'>,
    scan: Scan | null = null,
    spin: string | null = null,
    delayed = false,
  ): void {
    const whole = { steps: null, cpu: null, depth: 0, changes: [], broken: false, ...row };
    this.rows.push({ row: whole, scan, spin, delayed });
    if (whole.cpu !== null) this.lastRow.set(whole.cpu, this.rows.length);
  }

  // ---- actions -----------------------------------------------------------------------------------------------

  /** `made`: the steps before it. */
  private action(action: Action, made: number): void {
    const { scenario } = this;
    const routine = ROUTINE_OF_ACTION[action.op];
    switch (action.op) {
      case 'step':
      case 'flush':
      case 'stale':
        // Told with their steps.
        break;
      case 'advance':
        this.nowNs += action.ns;
        this.push({
          kind: 'action',
          text: `${durationWord(action.ns)} pass: now ${momentWord(this.nowNs)}`,
        });
        break;
      case 'migrate':
        this.push({
          kind: 'action',
          text: `${taskWord(scenario, action.task)} moves to cpu ${action.cpu}`,
        });
        break;
      case 'fork-thread':
      case 'fork-process':
        this.fork(action, made);
        break;
      default:
        this.heading(
          action.cpu,
          this.frames.start(
            routine!,
            action.cpu,
            action.op !== 'switch'
              ? this.frames.currentOf(action.cpu)
              : action.task === IDLE
                ? -1 - action.cpu
                : action.task,
          ),
        );
    }
  }

  private fork(action: Extract<Action, { op: 'fork-thread' | 'fork-process' }>, made: number): void {
    const { scenario, replay } = this;
    const parent = this.frames.currentOf(action.cpu);
    const parentMm = Number(replay.seenBy(action.cpu, { loc: LOC_MM, a: parent, b: 0 }));
    const mm = action.op === 'fork-process' ? action.mm : parentMm;
    replay.fork(action.cpu, made + 1);
    this.forkNextScan(parentMm, action.op === 'fork-process' ? mm : null);
    replay.startTask(action.task, mm);
    this.userOf.set(action.task, mm);
    const child = taskWord(scenario, action.task);
    const what = action.op === 'fork-process' ? 'a process with a fresh mm' : 'a thread of';
    this.push({
      kind: 'action',
      cpu: action.cpu,
      text: `${taskWord(scenario, parent)} forks ${child}, ${what} ${mmWord(scenario, mm)}`,
      changes: [`${child} is there, home cpu ${action.home ?? action.cpu}`],
    });
  }

  /** A fork puts the scan of an mm with one user off; a fresh mm is a copy of it. */
  private forkNextScan(mm: number, fresh: number | null): void {
    const { replay } = this;
    const place = (of: number) => ({ loc: LOC_NEXT_SCAN, a: of, b: 0 });
    const users = [...this.userOf.values()].filter((used) => used === mm).length;
    if (users === 1) replay.write(place(mm), Math.floor(this.nowNs / NS_PER_JIFFY) + SCAN_DELAY_JIFFIES);
    if (fresh === null) return;
    replay.write(place(fresh), this.scenario.algo === 'rfc-v6-fixed' ? 0 : replay.inMemory(place(mm)));
  }

  private heading(cpu: number, frame: Frame, text = frame.title, scan: Scan | null = null): void {
    this.push({ kind: 'routine', cpu, text }, scan);
    this.shown.set(cpu, frame);
    frame.shownOn = cpu;
  }

  // ---- events ------------------------------------------------------------------------------------------------

  private event(event: Event, step: number): void {
    if (event.op === OP_STORE && event.loc === LOC_MM) this.userOf.set(event.a, Number(event.value));
    if (event.op === OP_DRAIN) {
      this.access(event, step, { depth: 0, verdict: '', scan: null, clockStored: true, frame: null });
      return;
    }
    const frame = this.frames.of(event);
    const { clockStored, title } = frame;
    const reading = this.frames.read(frame, event);
    const { cpu } = event;
    const away = this.rows.length - (this.lastRow.get(cpu) ?? 0) > LONGEST_GAP;
    if (reading.retitles === null && (this.shown.get(cpu) !== frame || away)) {
      const isNew = frame.shownOn === null;
      const name = taskWord(this.scenario, frame.task);
      this.heading(cpu, frame, isNew ? title : `... ${title}${title.includes(name) ? '' : `: ${name}`}`);
      if (reading.opens === null && frame.call !== null && reading.depth === 2) {
        this.push({ kind: 'call', cpu, depth: 1, text: `... ${frame.call}` }, reading.scan);
      }
    }
    if (reading.retitles !== null) this.heading(cpu, frame);
    if (reading.opens !== null) {
      this.push({ kind: 'call', cpu, depth: 1, text: reading.opens }, reading.scan);
    }
    for (const [task, cid] of reading.ids) this.frames.ids.set(task, cid);
    const verdict = reading.verdict + this.scanVerdict(event);
    this.access(event, step, { depth: reading.depth, verdict, scan: reading.scan, clockStored, frame });
  }

  /** What tick and work conclude from next_scan. */
  private scanVerdict(event: Event): string {
    if (event.op !== OP_LOAD || event.loc !== LOC_NEXT_SCAN) return '';
    const due = scanIsDue(this.nowNs, Number(event.value));
    return due ? '' : ': not due';
  }

  private access(
    event: Event,
    step: number,
    how: { depth: number; verdict: string; scan: Scan | null; clockStored: boolean; frame: Frame | null },
  ): void {
    const { scenario, replay, result } = this;
    const { frame } = how;
    const mmOf = (task: number | undefined) =>
      task === undefined ? NO_MM : this.frames.mmOf(event.cpu, task);
    const word = accessWord(scenario, event, {
      routine: event.routine,
      clockStored: how.clockStored,
      prevMm: mmOf(frame?.prev),
      nextMm: mmOf(frame?.task),
    });
    const visible = replay.drain(step);
    let changes = visible.flatMap((store) => this.changeWord(store, false));
    if (visible.length > 0 && event.op !== OP_DRAIN) {
      const word = visibleWord(scenario, visible);
      this.push({ kind: 'access', cpu: event.cpu, depth: how.depth, text: word, changes });
      changes = [];
    }
    for (const change of replay.apply(event, step)) {
      changes.push(...this.changeWord(change, event.op === OP_RMW));
    }
    if (event.bit !== -1 && !event.ok) changes.push(`bit ${event.bit} is already set`);
    const finds = event.op === OP_LOAD && event.loc === LOC_NEXT_SCAN;
    if (finds && event.routine === ROUTINE_TICK && scanIsDue(this.nowNs, Number(event.value))) {
      changes.push(`${taskWord(scenario, event.task)}'s task work is queued`);
    }
    changes.push(...this.holderChanges(event));
    const { violation } = result;
    this.push(
      {
        kind: 'access',
        steps: [step, step],
        cpu: event.cpu,
        depth: how.depth,
        text: word + this.foundWord(event, step) + how.verdict + this.waitsWord(step),
        changes,
        broken: violation !== null && violation.step === step && !isFoundAtEnd(violation),
      },
      how.scan,
      spinKey(scenario, event),
      this.delays.missedAt(step).length > 0 || this.delays.staleAt(step) !== undefined,
    );
    this.watch(step);
  }

  private watch(step: number): void {
    this.options.watch?.({ step, replay: this.replay, frames: this.frames, delays: this.delays });
  }

  /** What is left in the buffers drains once the run is over. */
  private drainAtEnd(): void {
    for (const store of this.replay.drain(this.result.steps + 1)) {
      const text = `${visibleWord(this.scenario, [store])} (the run is over)`;
      this.push({ kind: 'access', cpu: store.cpu, text, changes: this.changeWord(store, false) });
    }
  }

  /** What an access found that is not the newest. */
  private foundWord(event: Event, step: number): string {
    const { scenario, delays } = this;
    const value = (word: number | bigint) => valueWord(scenario, event, word);
    const stale = delays.staleAt(step);
    const older = stale === undefined ? '' : ` (stale: older than ${value(stale.newest)})`;
    return (
      older +
      delays
        .missedAt(step)
        .map((store) => ` (${value(store.value)} waits in CPU${store.cpu}'s buffer)`)
        .join('')
    );
  }

  private waitsWord(step: number): string {
    const store = this.delays.issuedAt(step);
    return store !== undefined && this.delays.isTold(store) ? ' (in the store buffer)' : '';
  }

  private changeWord(change: Change, atomic: boolean): string[] {
    const { scenario } = this;
    const place = placeWord(scenario, change);
    const [from, to] = [change.from, change.to].map((value) => valueWord(scenario, change, value));
    if (change.loc === LOC_MASK) return [`${place}: ${from} -> ${to}`];
    if (change.loc !== LOC_CID) return [];
    // The patch's names for the two transitions that need no rq lock.
    const mark = !atomic ? '' : to === 'unset' ? ' (TMB)' : ' (TMA)';
    return [`${place}: ${from} -> ${to}${mark}`];
  }

  /** Who holds an id on this cpu now, and did not before; or the other way round. */
  private holderChanges({ cpu }: Event): string[] {
    const { scenario, frames } = this;
    const before = this.holders.get(cpu) ?? '';
    const task = frames.currentOf(cpu);
    const mm = frames.activeIn(cpu, task);
    const cid = frames.ids.get(task) ?? -1;
    const holds = mm !== null && mm !== NO_MM && cid >= 0;
    const of = holds && scenario.mmNames.length > 1 ? ` of ${mmWord(scenario, mm)}` : '';
    const after = holds ? `${taskWord(scenario, task)} holds ${cid}${of}` : '';
    if (before === after) return [];
    this.holders.set(cpu, after);
    return [
      ...(before === '' ? [] : [before.replace(' holds ', ' lets go of ')]),
      ...(after === '' ? [] : [after]),
    ];
  }

  // ---- the end -----------------------------------------------------------------------------------------------

  private endState(cpus: readonly number[]): string[] {
    const { scenario, replay } = this;
    const lines = cpus.map((cpu) => {
      const holds = this.holders.get(cpu) ?? '';
      const current = taskWord(scenario, this.frames.currentOf(cpu));
      const buffer = replay.buffered(cpu).map((store) => storeWord(scenario, store));
      return `cpu ${cpu}: ${holds === '' ? `${current} runs` : `${holds.replace(' holds ', ' runs and holds ')}`}${
        buffer.length === 0 ? '' : `; not yet visible to others: ${buffer.join(', ')}`
      }`;
    });
    const mms = new Set([...replay.written(LOC_CID), ...replay.written(LOC_MASK)].map(({ a }) => a));
    for (const mm of mms) {
      const slots = replay
        .written(LOC_CID)
        .filter(({ a }) => a === mm)
        .map((place) => `${placeWord(scenario, place)} = ${cidWord(Number(replay.inMemory(place)))}`);
      const bits = replay
        .written(LOC_MASK)
        .filter(({ a }) => a === mm)
        .map((place) => maskWord(BigInt(replay.inMemory(place)), place.b));
      lines.push([`mask[${mmWord(scenario, mm)}] = ${bits.join(' ') || '{}'}`, ...slots].join(', '));
    }
    return lines;
  }

  private sentence(): string {
    const { scenario, result } = this;
    const { violation } = result;
    if (violation !== null) return violationSentence(scenario, violation, this.circumstances(violation));
    const skipped = result.skipped.length === 0 ? '' : `, ${result.skipped.length} skipped`;
    const counts = `${result.steps} ${result.steps === 1 ? 'step' : 'steps'}, ${result.applied} ${
      result.applied === 1 ? 'action' : 'actions'
    } applied${skipped}`;
    return result.watchdog
      ? `The watchdog stopped the run: ${counts}; nothing was violated until then.`
      : `Nothing is violated: ${counts}.`;
  }

  private circumstances({ mm, cid, tasks, cpu: actor }: Violation): Circumstances {
    const { scenario, replay, frames } = this;
    const cpus = Array.from({ length: scenario.cpus }, (_, cpu) => cpu);
    const running = new Map(cpus.map((cpu) => [frames.currentOf(cpu), cpu] as const));
    const holderCpu = tasks.length === 0 ? undefined : running.get(tasks[0]!);
    const slotWord = (cpu: number) => Number(replay.inMemory({ loc: LOC_CID, a: mm, b: cpu }));
    const slots = replay
      .written(LOC_CID)
      .filter(({ a, b }) => a === mm && cidWord(slotWord(b)) !== 'unset' && cidOfSlot(slotWord(b)) === cid)
      .map(({ b }) => b);
    const buffered = cpus.filter((cpu) =>
      replay
        .buffered(cpu)
        .some((store) => samePlace(store, { loc: LOC_CID, a: mm, b: cpu }) && Number(store.value) === cid),
    );
    const mask = replay.inMemory({ loc: LOC_MASK, a: mm, b: Math.floor(cid / 64) });
    const last = this.events.at(-1);
    const held = Number(replay.inMemory({ loc: LOC_CID_LOCK, a: 0, b: 0 })) !== 0;
    const forced = Number(replay.inMemory({ loc: LOC_USE_CID_LOCK, a: 0, b: 0 })) !== 0;
    const frame = last === undefined || last.op === OP_DRAIN ? null : frames.of(last);
    return {
      cpuOf: (task) => running.get(task),
      ...(holderCpu === undefined
        ? {}
        : {
            slot: {
              cpu: holderCpu,
              word: cidWord(Number(replay.seenBy(holderCpu, { loc: LOC_CID, a: mm, b: holderCpu }))),
            },
          }),
      ...(cid < 0 ? {} : { ownership: { slots, buffered, bitSet: hasBit(mask, cid) } }),
      ...(last?.op === OP_SPIN
        ? { waitsFor: placeWord(scenario, last) }
        : last?.loc === LOC_MASK
          ? { waitsFor: `the full ${placeWord(scenario, { ...last, b: 0 })}` }
          : {}),
      ...(frame === null ? {} : { leaving: taskWord(scenario, frame.prev) }),
      ...(frame === null ? {} : { actor: `${taskWord(scenario, frame.task)} on cpu ${actor}` }),
      leaked: [
        ...(held ? ['cid_lock is still held'] : []),
        ...(forced ? ['use_cid_lock is still set'] : []),
      ].join(' and '),
    };
  }
}

/** Whether a run came to its end, and its buffers drained: no violation and no watchdog stopped it before. */
export function isOver({ violation, watchdog }: RunResult): boolean {
  return !watchdog && (violation === null || isFoundAtEnd(violation));
}

/** Kinds that are looked for only once the run is over. */
function isFoundAtEnd({ kind }: Violation): boolean {
  return kind === KIND_STRANDED_LAZY || kind === KIND_LOCK_LEAK;
}
