import { Box, renderToString, Text } from 'ink';
import { createElement as h, type ReactNode } from 'react';
import { type Figure, figuresOf, sharesOf } from '../dashboard/figures.js';
import { printable } from '../errors.js';
import type { CampaignView, FindingRow } from '../fuzz/progress.js';
import { grouped } from '../numbers.js';
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

/** Two boxes stand beside each other from here on. */
const TWO_COLUMNS = 76;
/** More than that are hard to read from side to side. */
const WIDEST = 110;
/** A bar of the whole. */
const BAR = 20;
/** Lines beside boxes, findings and messages: the head, the machine, the hint, and the one below that the cursor is in. */
const OTHER_LINES = 4;
/** A box's border, and its title. */
const BOX_LINES = 3;

/**
 * How a campaign does, as a screen full of text: laid out by ink, and drawn by whoever asks for it. Boxes and figures are those that
 * people know from afl-fuzz. Where there is no room for them it is a line.
 */
export function screenOf(view: CampaignView, options: ScreenOptions): string {
  const columns = Math.min(options.columns, WIDEST);
  const two = columns >= TWO_COLUMNS;
  const { time, work, coverage } = figuresOf(view);
  const heights = [time, work, coverage, sharesOf(view.now)].map(({ length }) => length + BOX_LINES);
  const [a, b, c, d] = heights as [number, number, number, number];
  const room = options.rows - OTHER_LINES;
  const all = two ? Math.max(a, b) + Math.max(c, d) : a + b + c + d;
  // A terminal that is not high enough for all does without the strategies.
  const shares = two || all <= room;
  const spare = room - (shares ? all : a + b + c);
  if (spare < 0) return lineOf(view);
  const screen = new Screen(view, options.color, columns, two, spare, shares);
  return renderToString(screen.draw(options.address), { columns });
}

class Screen {
  constructor(
    private readonly view: CampaignView,
    private readonly color: boolean,
    private readonly columns: number,
    private readonly two: boolean,
    /** Rows that are left for findings and messages. */
    private readonly spare: number,
    private readonly shares: boolean,
  ) {}

  draw(address: string | null): ReactNode {
    const { time, work, coverage, machine } = figuresOf(this.view);
    const boxes: ReactNode[][] = [
      [this.box('time', time.map(this.figure)), this.box('work', work.map(this.figure))],
      [
        this.box('coverage', coverage.map(this.figure)),
        ...(this.shares ? [this.box('strategies', this.strategies())] : []),
      ],
    ];
    return h(
      Box,
      { flexDirection: 'column', width: this.columns },
      this.head(),
      ...boxes.map((row, i) => h(Box, { key: `${i}`, flexDirection: this.two ? 'row' : 'column' }, ...row)),
      ...this.findings(),
      this.text('machine', machine.map(({ label, value }) => `${label} ${value}`).join(' · ')),
      ...this.messages(),
      this.text('hint', this.hint(address), { dimColor: this.color }),
    );
  }

  private head(): ReactNode {
    const { config, out, state } = this.view;
    const { algo, mutants, memory, arch, preempt, seed } = config;
    const what = [algo, ...mutants, memory, arch, `preempt ${preempt}`, `seed ${seed}`].join(' · ');
    const phase = state === 'running' ? '' : state === 'ending' ? ' (ending)' : ' (done)';
    return this.text('head', `cidfuzz${phase} ${what} → ${out}`, { bold: this.color });
  }

  private hint(address: string | null): string {
    return `Ctrl-C saves and ends${address === null ? '' : ` · ${address}`}`;
  }

  /** A line that is cut where it is too long, and has nothing in it that a terminal would obey. */
  private text(key: string, text: string, style: object = {}): ReactNode {
    return h(Text, { key, wrap: 'truncate-end', ...style }, printable(text));
  }

  private box(title: string, lines: readonly ReactNode[]): ReactNode {
    const style = { borderStyle: 'round', ...(this.color ? { borderColor: 'gray' } : {}) } as const;
    return h(
      Box,
      { key: title, flexDirection: 'column', flexGrow: 1, flexBasis: 0, paddingX: 1, ...style },
      this.text('title', title, this.color ? { color: 'cyan' } : {}),
      ...lines,
    );
  }

  private readonly figure = ({ label, value }: Figure): ReactNode => {
    const bad = label === 'faults of cidfuzz' && value !== '0';
    return h(
      Box,
      { key: label, justifyContent: 'space-between' },
      h(Text, { dimColor: this.color }, `${label} `),
      h(Text, { wrap: 'truncate-end', ...(bad && this.color ? { color: 'red' } : {}) }, value),
    );
  };

  private strategies(): ReactNode[] {
    return sharesOf(this.view.now).map(({ strategy, share }) => {
      const bar = '█'.repeat(Math.round(share * BAR));
      const percent = `${(100 * share).toFixed(0).padStart(3)} %`;
      return this.text(strategy, `${strategy.padEnd(11)} ${percent} ${bar}`);
    });
  }

  /** The last findings: they have half of the lines that are left, or what the messages leave. */
  private findings(): ReactNode[] {
    const { findings } = this.view;
    const room = this.roomForFindings();
    if (room === 0) return [];
    const shown = findings.length <= room ? findings : findings.slice(findings.length - room + 1);
    const more = findings.length - shown.length;
    return [
      ...shown.map((row) =>
        this.text(row.name, findingLine(row), this.color ? { color: 'red', bold: true } : {}),
      ),
      ...(more > 0 ? [this.text('more', `and ${grouped(more)} before`)] : []),
    ];
  }

  private roomForFindings(): number {
    const { findings, messages } = this.view;
    const half = Math.ceil(this.spare / 2);
    return Math.min(findings.length, Math.max(half, this.spare - messages.length));
  }

  private messages(): ReactNode[] {
    const room = this.spare - this.roomForFindings();
    if (room === 0) return [];
    return this.view.messages.slice(-room).map((message, i) => this.text(`message ${i}`, `· ${message}`));
  }
}

function findingLine({ kind, race, met, schedule }: FindingRow): string {
  const where = race.length === 0 ? `schedule ${grouped(schedule)}` : race.join(' | ');
  return `${kind} ×${grouped(met)}: ${where}`;
}
