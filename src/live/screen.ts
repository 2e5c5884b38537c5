import type { ReactNode } from 'react';
import { campaignTitle } from '../dashboard/campaign-words.js';
import { type Figure, figuresOf, percentOf, sharesOf } from '../dashboard/figures.js';
import { printable } from '../errors.js';
import type { CampaignView, FindingRow } from '../fuzz/progress.js';
import { grouped } from '../numbers.js';
import { Box, createElement as h, renderToString, Text } from './ink.js';
import { lineOf } from './line.js';

/** What a screen is drawn for. */
export interface ScreenOptions {
  readonly columns: number;
  readonly rows: number;
  /** False: no colours. */
  readonly color: boolean;
  /** Where the same is served as a page; null: nowhere. */
  readonly address: string | null;
}

/** A terminal that is narrower has a line. */
const NARROWEST = 40;
/** Two boxes stand beside each other from here on. */
const TWO_COLUMNS = 76;
/** More than that are hard to read from side to side. */
const WIDEST = 120;
/** A bar of the whole. */
const BAR = 20;
/** Lines beside boxes, findings and messages: the head, the machine, the hint, and the one below that the cursor is in. */
const OTHER_LINES = 4;
/** A box's border, and its title. */
const BOX_LINES = 3;

/** How the figures are laid out. */
interface Layout {
  readonly two: boolean;
  /** Boxes have a border and a title. */
  readonly boxed: boolean;
  /** The strategies are shown. */
  readonly shares: boolean;
}

/** From the roomiest to the tightest. */
const LAYOUTS: readonly Layout[] = [
  { boxed: true, shares: true },
  { boxed: true, shares: false },
  { boxed: false, shares: true },
  { boxed: false, shares: false },
].flatMap((layout) => [
  { ...layout, two: true },
  { ...layout, two: false },
]);

/**
 * How a campaign does, as a screen full of text: laid out by ink, and drawn by whoever asks for it. Boxes and figures are those that
 * people know from afl-fuzz. A terminal that is too low for boxes has the figures without them, and where there is no room for
 * these either, a line.
 */
export function screenOf(view: CampaignView, options: ScreenOptions): string {
  const columns = Math.min(options.columns, WIDEST);
  if (columns < NARROWEST) return lineOf(view);
  const room = options.rows - OTHER_LINES;
  const layout = LAYOUTS.find((one) => one.two === columns >= TWO_COLUMNS && linesOf(view, one) <= room);
  if (layout === undefined) return lineOf(view);
  const screen = new Screen(view, options.color, columns, layout, room - linesOf(view, layout));
  return renderToString(screen.draw(options.address), { columns });
}

/** Lines of the figures. */
function linesOf(view: CampaignView, { two, boxed, shares }: Layout): number {
  const { time, work, coverage, strategies } = figuresOf(view);
  const heights = [time, work, coverage, ...(shares ? [strategies] : [])].map(
    ({ length }) => length + (boxed ? BOX_LINES : 0),
  );
  const [a = 0, b = 0, c = 0, d = 0] = heights;
  return two ? Math.max(a, b) + Math.max(c, d) : a + b + c + d;
}

class Screen {
  constructor(
    private readonly view: CampaignView,
    private readonly color: boolean,
    private readonly columns: number,
    private readonly layout: Layout,
    /** Rows that are left for findings and messages. */
    private readonly spare: number,
  ) {}

  draw(address: string | null): ReactNode {
    const { time, work, coverage, machine } = figuresOf(this.view);
    const { two, shares } = this.layout;
    const boxes: ReactNode[][] = [
      [this.box('time', time.map(this.figure)), this.box('work', work.map(this.figure))],
      [
        this.box('coverage', coverage.map(this.figure)),
        ...(shares ? [this.box('strategies', this.strategies())] : []),
      ],
    ];
    return h(
      Box,
      { flexDirection: 'column', width: this.columns },
      this.head(),
      ...boxes.map((row, i) => h(Box, { key: `${i}`, flexDirection: two ? 'row' : 'column' }, ...row)),
      ...this.findings(),
      this.text('machine', machine.map(({ label, value }) => `${label} ${value}`).join(' · ')),
      ...this.messages(),
      this.text('hint', this.hint(address), { dimColor: this.color }),
    );
  }

  private head(): ReactNode {
    const { config, out, state } = this.view;
    const phase = state === 'running' ? '' : ` (${state})`;
    return this.text('head', `cidfuzz${phase} ${campaignTitle(config)} → ${out}`, { bold: this.color });
  }

  private hint(address: string | null): string {
    return `Ctrl-C saves and ends${address === null ? '' : ` · ${address}`}`;
  }

  /** A line that is cut where it is too long, and has nothing in it that a terminal would obey. */
  private text(key: string, text: string, style: object = {}): ReactNode {
    return h(Text, { key, wrap: 'truncate-end', ...style }, printable(text));
  }

  private box(title: string, lines: readonly ReactNode[]): ReactNode {
    const look = { key: title, flexDirection: 'column', flexGrow: 1, flexBasis: 0, paddingX: 1 } as const;
    // As wide as beside a border, and as high as its lines.
    if (!this.layout.boxed)
      return h(Box, { ...look, ...(this.layout.two ? {} : { flexBasis: 'auto' }) }, ...lines);
    const border = { borderStyle: 'round', ...(this.color ? { borderColor: 'gray' } : {}) } as const;
    return h(
      Box,
      { ...look, ...border },
      this.text('title', title, this.color ? { color: 'cyan' } : {}),
      ...lines,
    );
  }

  private readonly figure = ({ label, value }: Figure): ReactNode => {
    const bad = label === 'faults of cidfuzz' && value !== '0';
    return h(
      Box,
      { key: label, justifyContent: 'space-between' },
      h(Text, { dimColor: this.color, wrap: 'truncate-end' }, `${label} `),
      h(Text, { wrap: 'truncate-end', ...(bad && this.color ? { color: 'red' } : {}) }, value),
    );
  };

  private strategies(): ReactNode[] {
    return sharesOf(this.view.now).map(({ strategy, share }) => {
      const bar = '█'.repeat(Math.round(share * BAR));
      return this.text(strategy, `${strategy.padEnd(11)} ${percentOf(share).padStart(5)} ${bar}`);
    });
  }

  /** The last findings: they have half of the lines that are left, or what the messages leave. */
  private findings(): ReactNode[] {
    const { findings } = this.view;
    const room = this.roomForFindings();
    const style = this.color ? { color: 'red', bold: true } : {};
    const whole = findings.flatMap((row) => findingLines(row, this.columns));
    if (whole.length <= room) return whole.map((line, i) => this.text(`finding ${i}`, line, style));
    const shown = findings.length <= room ? findings : findings.slice(findings.length - room + 1);
    const more = findings.length - shown.length;
    return [
      ...shown.map((row) => this.text(row.name, findingLine(row), style)),
      ...(more > 0 && room > 0 ? [this.text('more', `and ${grouped(more)} before`)] : []),
    ];
  }

  private roomForFindings(): number {
    const { findings, messages } = this.view;
    const wanted = findings.flatMap((row) => findingLines(row, this.columns)).length;
    const half = Math.ceil(this.spare / 2);
    return Math.min(wanted, Math.max(half, this.spare - messages.length));
  }

  private messages(): ReactNode[] {
    const room = this.spare - this.findings().length;
    if (room <= 0) return [];
    return this.view.messages.slice(-room).map((message, i) => this.text(`message ${i}`, `· ${message}`));
  }
}

function findingLine({ kind, race, met, schedule }: FindingRow): string {
  const where = race.length === 0 ? `schedule ${grouped(schedule)}` : race.join(' | ');
  return `${kind} ×${grouped(met)}: ${where}`;
}

/** A finding in one line, or, where that is too long, its accesses below each other. */
function findingLines(row: FindingRow, columns: number): string[] {
  const line = findingLine(row);
  if (line.length <= columns) return [line];
  const [first, ...more] = row.race;
  const head = findingLine({ ...row, race: first === undefined ? [] : [first] });
  const indent = ' '.repeat(Math.max(0, head.length - (first?.length ?? 0)));
  return [head, ...more.map((access) => indent + access)];
}
