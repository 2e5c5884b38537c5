import { OP_DRAIN, OP_LOAD, OP_MB, OP_RMW, OP_SPIN, OP_STORE } from '../abi.js';
import { columnsOf } from '../report/columns.js';
import { colorOf, RED, ROUTINE_TITLES } from './colors.js';
import type { TimelineRow } from './rows.js';
import type { BufferedStore } from './stores.js';
import type { Timeline } from './timeline.js';

/** Where everything of the static picture goes, in pixels. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly lines: readonly Line[];
  readonly marks: readonly Glyph[];
  readonly texts: readonly Label[];
}

export interface Box {
  readonly x: number;
  readonly x2: number;
  readonly y: number;
  readonly y2: number;
  readonly color: string;
  readonly opacity: number;
}

export interface Line extends Box {
  readonly thick: number;
}

export interface Glyph {
  readonly x: number;
  readonly y: number;
  readonly shape: string;
  readonly color: string;
  readonly fill: string;
}

export interface Label {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly color: string;
  readonly bold: boolean;
}

export const FONT_SIZE = 12;
/** Of a letter of the widest monospace font that is usual, DejaVu Sans Mono: 0.602 em. */
const LETTER = 7.23;
const ROW = 17;
const INDENT = 12;
/** From a mark to its text, and from a bar of a store to the next. */
const MARK = 16;
const BAR = 6;
const GAP = 20;
const STEP = 60;
const NARROWEST_LANE = 200;
/** Letters in a line of what stands above and below the table. */
const FEWEST_LETTERS = 76;

const INK = '#1a1a1a';
const FAINT = '#6b6b6b';
const RULE = '#c8c8c8';
const WAITS = '#5a5a5a';
const NO_FILL = 'transparent';

/** Shapes of the marks, by what an access does to memory. */
const SHAPES: ReadonlyMap<number, readonly [shape: string, filled: boolean, title: string]> = new Map([
  [OP_LOAD, ['circle', false, 'load']],
  [OP_STORE, ['circle', true, 'store']],
  [OP_RMW, ['diamond', true, 'atomic']],
  [OP_MB, ['stroke', true, 'barrier']],
  [OP_DRAIN, ['triangle-down', true, 'visible']],
  [OP_SPIN, ['cross', true, 'spin']],
]);

/** Lays a timeline out: time flows down, one lane a cpu. */
export function drawingOf(timeline: Timeline): Drawing {
  return new Layout(timeline).drawing();
}

interface Lane {
  readonly title: string;
  /** Of its stores that wait, each with the bar that it has in the lane's gutter. */
  readonly bars: ReadonlyMap<BufferedStore, number>;
  readonly left: number;
  /** Where the marks are. */
  readonly marks: number;
  readonly right: number;
}

class Layout {
  private readonly boxes: Box[] = [];
  private readonly lines: Line[] = [];
  private readonly marks: Glyph[] = [];
  private readonly texts: Label[] = [];
  private readonly columns: ReturnType<typeof columnsOf>;
  private readonly lanes: readonly Lane[];
  /** Where what changed is told. */
  private readonly changes: number;
  private readonly width: number;
  /** By step: the middle of its line. */
  private readonly yOf = new Map<number, number>();

  constructor(private readonly timeline: Timeline) {
    this.columns = columnsOf(timeline);
    let left = STEP;
    this.lanes = this.columns.titles.map((title, lane) => {
      const mine = timeline.stores.filter((store) => this.columns.of(store) === lane);
      const bars = barsOf(mine);
      const marks = left + GAP / 2 + (bars.size === 0 ? 0 : BAR * (1 + Math.max(...bars.values()))) + BAR;
      const widest = timeline.rows
        .filter((row) => row.cpu !== null && this.columns.of(row) === lane)
        .reduce((most, row) => Math.max(most, row.depth * INDENT + this.textOf(row).length * LETTER), 0);
      const right = Math.max(left + NARROWEST_LANE, marks + MARK + widest + GAP / 2);
      const made = { title, bars, left, marks, right };
      left = right;
      return made;
    });
    this.changes = left + GAP / 2;
    const told = timeline.rows.flatMap(({ changes }) => changes.map((change) => change.length));
    const changesWidth = Math.max('what changed'.length, ...told) * LETTER;
    this.width = Math.ceil(Math.max(this.changes + changesWidth, FEWEST_LETTERS * LETTER));
  }

  drawing(): Drawing {
    let y = this.paragraphs(ROW, this.timeline.facts, INK);
    y = this.paragraphs(y, this.timeline.legend, FAINT) + ROW / 2;
    const top = y;
    y = this.head(y);
    const end = this.rows(y);
    this.frame(top, end);
    this.bars(end);
    y = this.key(end + ROW * 1.5);
    y = this.paragraphs(y + ROW / 2, this.timeline.reordered, INK);
    y = this.paragraphs(y, [this.timeline.sentence], this.timeline.violated ? RED : INK, true);
    const { boxes, lines, marks, texts, width } = this;
    return { width, height: Math.ceil(y), boxes, lines, marks, texts };
  }

  private textOf(row: Pick<TimelineRow, 'cpu' | 'depth' | 'text'>): string {
    return this.columns.text(row, '');
  }

  private write(x: number, y: number, text: string, color = INK, bold = false): void {
    this.texts.push({ x, y, text, color, bold });
  }

  /** Text over the whole width; the place below it. */
  private paragraphs(y: number, texts: readonly string[], color: string, bold = false): number {
    let at = y;
    for (const text of texts) {
      for (const line of wrapped(text, Math.floor(this.width / LETTER))) {
        this.write(0, at, line, color, bold);
        at += ROW;
      }
    }
    return texts.length === 0 ? y : at + ROW / 2;
  }

  private head(y: number): number {
    this.write(STEP - GAP / 2 - 4 * LETTER, y, 'step', FAINT);
    for (const lane of this.lanes) this.write(lane.marks - BAR, y, lane.title, INK, true);
    this.write(this.changes, y, 'what changed', FAINT);
    return y + ROW * 1.5;
  }

  /** The table; the place below it. */
  private rows(top: number): number {
    let y = top;
    /** By lane: the routine whose lines are being drawn. */
    const open = new Map<number, { from: number; to: number; color: string }>();
    const close = (lane: number) => {
      const block = open.get(lane);
      if (block !== undefined) this.block(this.lanes[lane]!, block);
      open.delete(lane);
    };
    for (const row of this.timeline.rows) {
      const height = ROW * Math.max(1, row.changes.length);
      if (row.cpu === null) {
        if (row.broken) this.redBand(y, height);
        this.write(this.lanes[0]?.marks ?? STEP, y, `┈ ${row.text}`, row.broken ? RED : FAINT, row.broken);
      } else {
        const lane = this.columns.of(row);
        // A store that drains by itself belongs to no routine.
        if (row.kind === 'routine' || row.kind === 'action' || row.routine === '-') close(lane);
        this.row(row, this.lanes[lane]!, y, height);
        const block = open.get(lane);
        if (row.kind === 'routine') open.set(lane, { from: y, to: y + height, color: colorOf(row.routine) });
        else if (block !== undefined) block.to = y + height;
      }
      y += height;
    }
    for (const lane of this.lanes.keys()) close(lane);
    return y;
  }

  private row(row: TimelineRow, lane: Lane, y: number, height: number): void {
    const { step, text, changes, broken, depth, kind } = row;
    const ink = broken ? RED : kind === 'routine' || kind === 'access' ? INK : FAINT;
    const x = lane.marks + MARK - BAR + depth * INDENT;
    this.write(x, y, this.textOf({ cpu: row.cpu, depth, text }), ink, broken || kind === 'routine');
    if (broken) this.redBand(y, height);
    for (const [i, change] of changes.entries()) {
      this.write(this.changes, y + i * ROW, change, broken ? RED : INK, broken);
    }
    if (step === null) return;
    this.yOf.set(step, y);
    const number = `${broken ? '>' : ''}${step}`;
    this.write(STEP - GAP / 2 - number.length * LETTER, y, number, broken ? RED : FAINT, broken);
    this.mark(lane.marks, y, this.timeline.marks[step - 1]!.op, broken ? RED : colorOf(row.routine));
  }

  private redBand(y: number, height: number): void {
    this.boxes.push({ x: 0, x2: this.width, ...span(y, height), color: RED, opacity: 0.12 });
  }

  private mark(x: number, y: number, op: number, color: string): void {
    const [shape, filled] = SHAPES.get(op)!;
    this.marks.push({ x, y, shape, color, fill: filled ? color : NO_FILL });
  }

  private block(lane: Lane, { from, to, color }: { from: number; to: number; color: string }): void {
    const box = { y: from - ROW / 2 + 1, y2: to - ROW / 2 - 1, color };
    this.boxes.push({ x: lane.marks - BAR - 2, x2: lane.right - 4, ...box, opacity: 0.1 });
    this.boxes.push({ x: lane.marks - BAR - 2, x2: lane.marks - BAR, ...box, opacity: 0.9 });
  }

  /** The lines between the lanes, and around the table. */
  private frame(top: number, end: number): void {
    const rule = (x: number, x2: number, y: number, y2: number) =>
      this.lines.push({ x, x2, y, y2, color: RULE, opacity: 1, thick: 1 });
    const [first, last] = [top - ROW * 0.8, end - ROW / 2 + 2];
    for (const y of [first, top + ROW * 0.7, last]) rule(0, this.width, y, y);
    for (const { left } of this.lanes) rule(left, left, first, last);
    rule(this.changes - GAP / 2, this.changes - GAP / 2, first, last);
  }

  /** From where a store is issued until it is visible, with a cap at the end where it gets there. */
  private bars(end: number): void {
    const { last } = this.timeline;
    for (const lane of this.lanes) {
      for (const [{ issued, reached, told }, bar] of lane.bars) {
        const x = lane.marks - BAR - 5 - bar * BAR;
        const from = this.yOf.get(issued)!;
        const to = this.yOf.get(reached) ?? end - ROW / 2;
        const look = { color: WAITS, opacity: told ? 1 : 0.4, thick: told ? 2.5 : 1.5 };
        this.lines.push({ x, x2: x, y: from, y2: to, ...look });
        if (reached <= last) this.lines.push({ x: x - 2.5, x2: x + 2.5, y: to, y2: to, ...look });
      }
    }
  }

  /** What the shapes and colours stand for; the place below it. */
  private key(y: number): number {
    const { timeline } = this;
    const ops = new Set(timeline.marks.map(({ op }) => op));
    const routines = new Set(timeline.marks.map(({ routine }) => routine));
    let x = 6;
    let at = y;
    const place = (title: string, draw: (x: number) => void) => {
      const width = MARK + (title.length + 2) * LETTER;
      if (x + width > this.width) [x, at] = [6, at + ROW];
      draw(x);
      this.write(x + 10, at, title, FAINT);
      x += width;
    };
    for (const [op, [, , title]] of SHAPES) {
      if (ops.has(op)) place(title, (left) => this.mark(left, at, op, WAITS));
    }
    if (timeline.stores.length > 0) {
      const bar = { color: WAITS, opacity: 1, thick: 2.5 };
      place('waits in the store buffer', (left) =>
        this.lines.push({ x: left, x2: left, y: at - 6, y2: at + 6, ...bar }),
      );
    }
    for (const [routine, title] of ROUTINE_TITLES) {
      const box = { color: colorOf(routine), opacity: 0.9 };
      if (routines.has(routine)) {
        place(title, (left) => this.boxes.push({ x: left - 5, x2: left + 5, y: at - 5, y2: at + 5, ...box }));
      }
    }
    return at + ROW;
  }
}

/** A line of the table that begins at `y`, which is the middle of its text. */
function span(y: number, height: number) {
  return { y: y - ROW / 2, y2: y - ROW / 2 + height };
}

/** Gives each store a bar that no other has at that time, as far to the right as there is room. */
function barsOf(stores: readonly BufferedStore[]): Map<BufferedStore, number> {
  const free: number[] = [];
  const bars = new Map<BufferedStore, number>();
  for (const store of stores) {
    const found = free.findIndex((until) => until < store.issued);
    const bar = found === -1 ? free.length : found;
    free[bar] = store.reached;
    bars.set(store, bar);
  }
  return bars;
}

/** A text in lines of at most so many letters, broken at blanks. */
function wrapped(text: string, letters: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= letters) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    let rest = word;
    for (; rest.length > letters; rest = rest.slice(letters)) lines.push(rest.slice(0, letters));
    line = rest;
  }
  return [...lines, line];
}
