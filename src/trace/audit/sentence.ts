import type { Task } from '../happening.js';
import type { AuditFinding } from './finding.js';

/** What a finding says, in one sentence. */
export function findingSentence(finding: AuditFinding): string {
  switch (finding.kind) {
    case 'duplicate-cid': {
      const { first, second, mm, overlapNs } = finding;
      return (
        `${thread(first.task)} on cpu ${first.cpu} and ${thread(second.task)} on cpu ${second.cpu}, both of process ${mm.tgid}, ` +
        `run with cid ${first.cid} at once, for ${micros(overlapNs)} at least (if the clocks of the cpus agree)`
      );
    }
    case 'out-of-range': {
      const { told, cpus, certain } = finding;
      const told_by = certain ? 'there are' : 'only';
      return `${thread(told.task)} on cpu ${told.cpu} is told cid ${told.cid}, and ${told_by} ${cpus} cpus${certain ? '' : ' were seen'}`;
    }
    case 'not-compact': {
      const { told, needed, certain } = finding;
      const most = needed === 1 ? 'one thread' : `${needed} threads`;
      const before = certain
        ? ''
        : ' (since the trace began: what it had before, or in lines that are missing, nothing tells)';
      return `${thread(told.task)} on cpu ${told.cpu} is told cid ${told.cid}, and its mm has never had more than ${most} at once${before}`;
    }
  }
}

function thread({ comm, tid }: Task): string {
  return `${comm || 'thread'} ${tid}`;
}

function micros(ns: number): string {
  return `${(ns / 1000).toFixed(ns % 1000 === 0 ? 0 : 3)} us`;
}
