import { UserError } from '../../errors.js';
import { type Counts, count, noCounts } from '../counts.js';
import { cpusOf } from '../cpus.js';
import { readLines } from '../lines.js';
import { type Trace, walkTrace } from '../read-trace.js';
import type { Assumed } from '../timeline.js';
import { Auditor } from './auditor.js';
import type { AuditFinding, Told } from './finding.js';

/** Findings of each sort that are shown; all are counted. */
const SHOWN = 100;

export interface Audit {
  readonly findings: readonly AuditFinding[];
  readonly certain: number;
  readonly uncertain: number;
  readonly told: number;
  readonly unjudged: number;
  readonly counts: Counts;
  readonly assumed: Assumed;
  /** The lines of the trace that the findings name. */
  readonly lines: ReadonlyMap<number, string>;
}

/**
 * Audits the cids that a kernel has told user space.
 *
 * @throws UserError where the trace has none
 */
export async function auditTrace(trace: Trace): Promise<Audit> {
  const { survey, head, path } = trace;
  if (survey.rseqs === 0) {
    throw new UserError(
      `${path}: no rseq_update in it, so there is nothing to audit (expected a trace with rseq:rseq_update, of a kernel from 6.3 on)`,
    );
  }
  const auditor = new Auditor(
    {
      cpus: cpusOf(trace),
      cpusTold: head.cpus !== null,
      threadsBefore: (tgid) => survey.threadsBefore(tgid),
    },
    SHOWN,
  );
  const counts = noCounts();
  const { assumed } = await walkTrace(trace, (happening) => {
    count(counts, happening);
    auditor.add(happening);
  });
  const { findings, certain, uncertain, told, unjudged } = auditor;
  const lines = await linesAt(
    path,
    findings.flatMap(toldOf).flatMap(({ from, to }) => [from.line, to.line]),
  );
  return { findings, certain, uncertain, told, unjudged, counts, assumed, lines };
}

/** Who was told what, in a finding. */
export function toldOf(finding: AuditFinding): readonly Told[] {
  return finding.kind === 'duplicate-cid' ? [finding.first, finding.second] : [finding.told];
}

/** Lines of a trace by their numbers. */
async function linesAt(path: string, wanted: readonly number[]): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  if (wanted.length === 0) return found;
  const numbers = new Set(wanted);
  const last = Math.max(...wanted);
  let number = 0;
  const end = { lines: 0, cutLines: 0, unfinished: false, truncated: false };
  for await (const lines of readLines(path, end)) {
    for (const line of lines) if (numbers.has(++number)) found.set(number, line);
    if (number >= last) break;
  }
  return found;
}
