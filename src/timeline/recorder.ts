import {
  LOC_ACTIVE,
  LOC_CID,
  LOC_CLOCK,
  LOC_CURR,
  LOC_MASK,
  LOC_MM,
  LOC_NEXT_SCAN,
  LOC_NONE,
  LOC_TIME,
} from '../abi.js';
import type { Event } from '../event/event.js';
import { Delays } from '../report/delays.js';
import type { Frames } from '../report/frames.js';
import { Replay } from '../report/replay.js';
import type { Moment } from '../report/tell.js';
import { mmWord, type Place, valueWord } from '../report/wording.js';
import { NO_MM, type Scenario } from '../scenario/scenario.js';
import { type Cell, cellOfPlace, holdsCell, keyOf, mmCidCell } from './cells.js';

/** The states of a run; the parts of a timeline of the same names. */
export interface Recorded {
  readonly cells: readonly Cell[];
  readonly words: readonly string[];
  readonly start: readonly number[];
  readonly changes: readonly (readonly number[])[];
}

/** What a cell says where there is nothing to say. */
const NOTHING = '';

/** Watches a run being told, and keeps what changes with each step. */
export class Recorder {
  /** By position, from 1. */
  private readonly log: { readonly key: string; readonly word: string }[][] = [];
  private readonly places = new Map<string, Place>();
  private readonly ids = new Map<number, number>();
  private readonly mms = new Set<number>();
  private readonly tasks = new Set<number>();
  private delays: Delays | null = null;
  private readonly running = new Map<number, number>();

  constructor(private readonly scenario: Scenario) {
    for (let mm = 0; mm < scenario.mms; mm++) this.mms.add(mm);
    scenario.tasks.forEach(({ mm }, task) => {
      if (mm !== NO_MM) this.tasks.add(task);
    });
  }

  /** The next moment, and the event that led to it; none at the end of the run. */
  take({ replay, frames, delays }: Moment, event: Event | undefined): void {
    const changes: { key: string; word: string }[] = [];
    this.log.push(changes);
    this.delays = delays;
    if (event !== undefined && event.loc !== LOC_NONE) this.meet(event);
    for (const place of replay.takeWritten()) {
      const cell = this.meet(place);
      if (cell !== null) {
        changes.push({ key: keyOf(cell), word: valueWord(this.scenario, place, replay.inMemory(place)) });
      }
    }
    for (const [task, cid] of frames.ids) {
      if ((this.ids.get(task) ?? -1) === cid) continue;
      this.ids.set(task, cid);
      changes.push({ key: keyOf(mmCidCell(this.scenario, task)), word: `${cid}` });
    }
    if (event !== undefined) {
      this.running.set(event.cpu, frames.currentOf(event.cpu));
      changes.push({ key: keyOf(holdsCell(event.cpu)), word: heldWord(this.scenario, frames, event.cpu) });
    }
  }

  /** The delays of the run; null: it has no step. */
  delaysOf(): Delays | null {
    return this.delays;
  }

  /** The task that each cpu with a step runs, as it sees it, by now. */
  runningNow(): ReadonlyMap<number, number> {
    return this.running;
  }

  /** All that was taken, as indices; `cpus` are those that are shown. */
  end(cpus: readonly number[]): Recorded {
    const cells = this.shown(cpus);
    const index = new Map(cells.map(({ cell }, i) => [keyOf(cell), i]));
    const words = new Words();
    const now = cells.map(({ word }) => words.of(word));
    const start = [...now];
    const changes = this.log.map((entries) => {
      const changed = new Map<number, number>();
      for (const { key, word } of entries) {
        const cell = index.get(key);
        if (cell !== undefined) changed.set(cell, words.of(word));
      }
      return [...changed]
        .filter(([cell, word]) => now[cell] !== word)
        .sort(([one], [other]) => one - other)
        .flatMap(([cell, word]) => {
          now[cell] = word;
          return [cell, word];
        });
    });
    return { cells: cells.map(({ cell }) => cell), words: words.all, start, changes };
  }

  /** Remembers that a place, its mm and its task are met. */
  private meet({ loc, a, b }: Place): Cell | null {
    const cell = cellOfPlace(this.scenario, { loc, a, b });
    if (cell === null) return null;
    this.places.set(keyOf(cell), { loc, a, b });
    if (loc === LOC_CID || loc === LOC_MASK || loc === LOC_NEXT_SCAN || loc === LOC_TIME) this.mms.add(a);
    if (loc === LOC_ACTIVE || loc === LOC_MM) this.tasks.add(a);
    return cell;
  }

  /** The cells that are shown, in that order, and what they say at the start. */
  private shown(cpus: readonly number[]): { cell: Cell; word: string }[] {
    const { scenario } = this;
    const untouched = new Replay(scenario, new Delays('sc', [], { reached: [], stale: [] }));
    const shown: { cell: Cell; word: string }[] = [];
    const add = (loc: number, a: number, b = 0) => {
      const place = { loc, a, b };
      const cell = cellOfPlace(scenario, place)!;
      shown.push({ cell, word: valueWord(scenario, place, untouched.inMemory(place)) });
    };
    for (const cpu of cpus) {
      add(LOC_CURR, cpu);
      shown.push({ cell: holdsCell(cpu), word: NOTHING });
      add(LOC_CLOCK, cpu);
    }
    for (const mm of sorted(this.mms)) {
      for (let word = 0; word * 64 < scenario.cpus; word++) add(LOC_MASK, mm, word);
      if (scenario.algo !== 'v6.3') add(LOC_NEXT_SCAN, mm);
      for (const cpu of this.slotsOf(mm)) {
        add(LOC_CID, mm, cpu);
        add(LOC_TIME, mm, cpu);
      }
    }
    // What is left to show are locks, where any is taken.
    for (const [key, { loc, a, b }] of [...this.places].sort(([one], [other]) => (one < other ? -1 : 1))) {
      if (cellOfPlace(scenario, { loc, a, b })?.kind === 'lock' && this.changes(key)) add(loc, a, b);
    }
    for (const task of sorted(this.tasks)) {
      add(LOC_MM, task);
      add(LOC_ACTIVE, task);
      shown.push({ cell: mmCidCell(scenario, task), word: '-1' });
    }
    return shown;
  }

  /** The cpus whose slots of an mm anybody has looked at. */
  private slotsOf(mm: number): number[] {
    const met = [...this.places.values()].filter(
      ({ loc, a }) => (loc === LOC_CID || loc === LOC_TIME) && a === mm,
    );
    return sorted(new Set(met.map(({ b }) => b)));
  }

  private changes(key: string): boolean {
    return this.log.some((entries) => entries.some((entry) => entry.key === key));
  }
}

/** The id that a cpu's task runs with; of which mm, where there are several. */
function heldWord(scenario: Scenario, frames: Frames, cpu: number): string {
  const task = frames.currentOf(cpu);
  const mm = frames.activeIn(cpu, task);
  const cid = frames.ids.get(task) ?? -1;
  if (mm === null || mm === NO_MM || cid < 0) return NOTHING;
  return scenario.mmNames.length > 1 ? `${cid} of ${mmWord(scenario, mm)}` : `${cid}`;
}

function sorted(numbers: ReadonlySet<number>): number[] {
  return [...numbers].sort((one, other) => one - other);
}

/** Words, numbered as they come. */
class Words {
  readonly all: string[] = [];
  private readonly numbers = new Map<string, number>();

  of(word: string): number {
    const known = this.numbers.get(word);
    if (known !== undefined) return known;
    this.numbers.set(word, this.all.length);
    return this.all.push(word) - 1;
  }
}
