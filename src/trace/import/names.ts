import { RESERVED_TASK_NAME } from '../../scenario/names.js';
import type { Mm, Task } from '../happening.js';

/** The longest name. */
const LENGTH = 16;

/** What a name may hold of a comm. */
function letters(comm: string): string {
  return comm.toLowerCase().replace(/[^a-z0-9]+/g, '_');
}

/** `comm_tid`, as long as a name may be; the number is kept whole. */
function joined(comm: string, ending: string, first: string): string {
  const word = letters(comm).replace(/^_+|_+$/g, '');
  const start = /^[a-z]/.test(word) ? word : `${first}${word}`;
  return `${start.slice(0, LENGTH - ending.length).replace(/_+$/, '')}${ending}`;
}

/** Names for tasks and mms, none of them twice. */
export class TraceNames {
  private readonly taken = new Set<string>();

  /** `hackbench_1234` for thread 1234, `hackbench_1234b` where that tid has had a task before. */
  task({ comm, tid }: Task): string {
    return this.unique((more) => joined(comm, `_${tid}${more}`, 't'));
  }

  /** The kernel thread of a cpu. */
  kernel(cpu: number): string {
    return this.unique((more) => `kernel${cpu}${more}`);
  }

  /** `HACKBENCH_1234` for the mm of process 1234, `HACKBENCH_1234B` for its next one. */
  mm({ comm, tgid }: Mm): string {
    return this.unique((more) => joined(comm, `_${tgid}${more}`, 'm').toUpperCase());
  }

  private unique(make: (more: string) => string): string {
    for (let i = 0; ; i++) {
      const name = make(i === 0 ? '' : ending(i));
      if (this.taken.has(name) || RESERVED_TASK_NAME.test(name)) continue;
      this.taken.add(name);
      return name;
    }
  }
}

/** b … z, then b1 … z1, and so on. */
function ending(i: number): string {
  const letter = String.fromCharCode(0x61 + (i % 25) + (i % 25 === 0 ? 25 : 0));
  return i <= 25 ? letter : `${letter}${Math.floor((i - 1) / 25)}`;
}
