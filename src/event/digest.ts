import { createHash } from 'node:crypto';
import type { Event } from './event.js';
import { eventLine } from './line.js';
import type { Names } from './names.js';

/** Hex digits of a digest. */
const LENGTH = 16;

/** The digest of a run, taken event by event. */
export class Digest {
  readonly #names: Names;
  readonly #hash = createHash('sha256');
  #steps = 0;

  constructor(names: Names) {
    this.#names = names;
  }

  /** The next event of the run. */
  add(event: Event): void {
    this.#steps++;
    this.#hash.update(`${eventLine(event, this.#steps, this.#names)}\n`);
  }

  /** The end of the run: `kind` null where there was no violation. Nothing can be added after it. */
  end(outcome: string, kind: string | null): string {
    this.#hash.update(`end ${outcome} ${kind ?? '-'}\n`);
    return this.#hash.digest('hex').slice(0, LENGTH);
  }
}
