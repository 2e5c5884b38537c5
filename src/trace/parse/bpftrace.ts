import { dies, type Fields, idles } from './fields.js';

/**
 * A recording by bpftrace that tells the kernel's own `mm` and `mm_cid` with each event:
 *
 * ```
 * NS CPU sw PREV_PID PREV_TGID PREV_MM PREV_MM_CID PREV_MM_CID_ACTIVE PREV_STATE -> NEXT_PID
 * NS CPU mig PID ORIG DEST
 * NS CPU new PARENT CHILD PARENT_MM PARENT_CID 0xCLONE_FLAGS
 * NS CPU pex|exec|exit PID MM MM_CID ACTIVE
 * NS CPU rseq PID MM CPU_ID MM_CID
 * ```
 */
const LINE = /^(\d{1,19}) (\d{1,10}) (sw|mig|new|pex|exec|exit|rseq) (.*)$/;
const NUMBER = /^(?:-?\d{1,10}|0x[0-9a-f]{1,16})$/;

export interface BpftraceLine {
  readonly ns: string;
  readonly cpu: number;
  /** Who ran: -1 where the line does not tell it. */
  readonly tid: number;
  readonly tgid: number;
  readonly fields: Fields | null;
  /** The kernel's mm of that task, `0x0` for none; null where the line does not tell it. */
  readonly mm: string | null;
}

/** A line of such a recording, or null; `fields` null where its shape is right and its numbers are not. */
export function parseBpftrace(line: string): BpftraceLine | null {
  const m = LINE.exec(line);
  if (m === null) return null;
  const words = m[4]!.split(' ');
  return { ns: m[1]!, cpu: Number(m[2]), ...parseWords(m[3]!, words) };
}

function parseWords(kind: string, words: readonly string[]): Omit<BpftraceLine, 'ns' | 'cpu'> {
  const n = (i: number) => Number(words[i]);
  const bad = { tid: -1, tgid: -1, fields: null, mm: null };
  const numbers = words.every((word, i) => (kind === 'sw' && i === 6 ? word === '->' : NUMBER.test(word)));
  // A task that is born, executes or exits is not the idle task.
  if (!numbers || (kind === 'new' ? n(1) < 1 : /^(?:pex|exec|exit)$/.test(kind) && n(0) < 1)) return bad;
  switch (kind) {
    case 'sw': {
      if (words.length !== 8) return bad;
      const fields: Fields = {
        kind: 'switch',
        prev: n(0),
        prevComm: '',
        prevDies: dies(words[5]!),
        prevIdles: idles(words[5]!),
        next: n(7),
        nextComm: '',
      };
      return { tid: n(0), tgid: n(1), fields, mm: words[2]! };
    }
    case 'mig':
      if (words.length !== 3) return bad;
      return { ...bad, fields: { kind: 'migrate', task: n(0), from: n(1), to: n(2) } };
    case 'new':
      if (words.length !== 5) return bad;
      return {
        tid: n(0),
        tgid: -1,
        fields: { kind: 'newtask', child: n(1), childComm: '', flags: n(4) },
        mm: words[2]!,
      };
    case 'rseq':
      if (words.length !== 4) return bad;
      return { tid: n(0), tgid: -1, fields: { kind: 'rseq', cpuId: n(2), cid: n(3) }, mm: words[1]! };
    default: {
      if (words.length !== 4) return bad;
      const task = n(0);
      const fields: Fields =
        kind === 'pex'
          ? { kind: 'prepare-exec', task }
          : kind === 'exec'
            ? { kind: 'exec', task, old: task }
            : { kind: 'exit', task };
      return { tid: task, tgid: -1, fields, mm: words[1]! };
    }
  }
}
