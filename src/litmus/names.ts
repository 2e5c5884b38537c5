import type { Place } from './place.js';

/** The names of a test: its locations, and the registers of each thread, numbered as they come up. */
export class Names {
  readonly registers: string[][];

  constructor(
    readonly locations: readonly string[],
    threads: number,
  ) {
    this.registers = Array.from({ length: threads }, () => []);
  }

  /** The number of the location that is named there. */
  location(place: Place): number {
    const name = place.string('a location');
    const loc = this.locations.indexOf(name);
    return loc >= 0 ? loc : place.refuse('a location of `init`');
  }

  /** The number of the thread that is told there. */
  thread(place: Place): number {
    const thread = place.number('the number of a thread');
    if (thread < 0 || thread >= this.registers.length) {
      place.refuse(`the number of a thread, from 0 to ${this.registers.length - 1}`);
    }
    return thread;
  }

  /** The number of a register of a thread; every name is one. */
  register(thread: number, name: string): number {
    const registers = this.registers[thread]!;
    const known = registers.indexOf(name);
    return known >= 0 ? known : registers.push(name) - 1;
  }
}
