import type { CampaignView } from '../fuzz/progress.js';
import { lineOf } from '../live/line.js';
import type { CommonFlags } from './flags.js';
import { colorsFor, say } from './output.js';
import { redraw } from './redraw.js';

/** Something that happens in a campaign: `event`, and what belongs to it. */
export interface CampaignEvent {
  readonly event: string;
  readonly [field: string]: unknown;
}

const SCREEN_EVERY_MS = 250;
const LINE_EVERY_MS = 10_000;
const EVENT_EVERY_MS = 1000;
/** A terminal that is narrower gets a line; the screen sees to one that is too low. */
const LEAST_COLUMNS = 40;

/**
 * Tells how a campaign does while it runs: a screen on a terminal, lines elsewhere; with `--json` events on stderr, an object a
 * line (stdout has the results alone, which are the same for the same seed).
 */
export class FuzzTeller {
  private readonly live: boolean;
  private view: (() => CampaignView) | null = null;
  private address: string | null = null;
  private toldAt = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined;
  private screenOf: ((view: CampaignView) => string) | null = null;

  constructor(private readonly flags: CommonFlags) {
    this.live = !flags.quiet && !flags.json && process.stdout.isTTY === true;
  }

  /** The campaign has begun. */
  async begun(view: () => CampaignView): Promise<void> {
    this.view = view;
    if (!this.live) return;
    // Also while no batch comes to its end.
    this.timer = setInterval(() => this.progress(), SCREEN_EVERY_MS).unref();
    // ink, and what it is made of, is for a terminal alone.
    const { screenOf } = await import('../live/screen.js');
    const color = colorsFor(process.stdout, this.flags.color).isColorSupported;
    this.screenOf = (shown) => {
      const { columns = 80, rows = 24 } = process.stdout;
      if (columns < LEAST_COLUMNS) return lineOf(shown);
      return screenOf(shown, { columns, rows, color, address: this.address });
    };
  }

  /** Where the same can be seen as a page. */
  served(address: string): void {
    this.address = address;
    this.tell({ event: 'serving', address }, `serving ${address}`);
  }

  /** A batch was counted. */
  progress(): void {
    const { flags, view } = this;
    if (view === null || flags.quiet) return;
    const now = performance.now();
    const every = flags.json ? EVENT_EVERY_MS : this.live ? SCREEN_EVERY_MS : LINE_EVERY_MS;
    if (now - this.toldAt < every) return;
    this.toldAt = now;
    if (flags.json) this.send({ event: 'progress', ...view().now });
    else if (!this.live) say(lineOf(view()), flags);
    else if (this.screenOf !== null) redraw.stdout?.(this.screenOf(view()));
  }

  /** Something that stays: an event, or its line. */
  tell(event: CampaignEvent, line: string): void {
    if (this.flags.quiet) return;
    if (this.flags.json) this.send(event);
    // The screen shows what was told last; lines above it would scroll for weeks.
    else if (this.screenOf === null) say(line, this.flags);
  }

  /** What needs no line: what is told for people says it. */
  event(event: CampaignEvent): void {
    if (this.flags.json && !this.flags.quiet) this.send(event);
  }

  /** The same as tell, whatever --quiet says: something is not as it was left, or how it goes on. */
  insist(event: CampaignEvent, line: string): void {
    if (this.flags.json) this.send(event);
    else if (this.flags.quiet) process.stderr.write(`${line}\n`);
    else {
      if (this.live) redraw.stdout?.clear();
      process.stdout.write(`${line}\n`);
    }
  }

  done(): void {
    clearInterval(this.timer);
    this.screenOf = null;
    if (this.live) redraw.stdout?.clear();
    this.view = null;
  }

  private send(event: CampaignEvent): void {
    process.stderr.write(`${JSON.stringify(event)}\n`);
  }
}
