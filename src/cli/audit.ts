import type { Command } from 'commander';
import { printable } from '../errors.js';
import { grouped } from '../numbers.js';
import { type Audit, auditTrace, toldOf } from '../trace/audit/audit-trace.js';
import type { AuditFinding } from '../trace/audit/finding.js';
import { findingSentence } from '../trace/audit/sentence.js';
import { traceNotes } from '../trace/notes.js';
import { openTrace } from '../trace/read-trace.js';
import { eachFile } from './each-file.js';
import { EXIT } from './exit-codes.js';
import { addCommonFlags, type CommonFlags } from './flags.js';
import { colorsFor, printJson, say } from './output.js';
import { addTraceFlags, type TraceFlags } from './trace-flags.js';

type AuditFlags = CommonFlags & TraceFlags;

export function addAudit(program: Command, setExit: (code: number) => void): void {
  const command = program
    .command('audit')
    .description(
      "a real kernel's own cids, from the rseq_update lines of traces: duplicate, out of range, or higher than needed",
    )
    .argument('<trace...>', 'traces, plain or gzip, of any kernel from 6.3 on');
  addTraceFlags(addCommonFlags(command)).action(async (paths: string[], flags: AuditFlags) => {
    const all = { events: 0, findings: 0, uncertain: 0, told: 0 };
    const code = await eachFile(paths, async (path) => {
      const trace = await openTrace(path, flags.taskTable ?? null);
      const audit = await auditTrace(trace);
      all.events += trace.head.events;
      all.findings += audit.certain;
      all.uncertain += audit.uncertain;
      all.told += audit.told;
      if (flags.json) for (const finding of audit.findings) printJson(findingJson(path, finding, audit));
      else tell(path, audit, flags);
      for (const note of notes(audit, traceNotes(trace, audit.counts, audit.assumed, null))) {
        say(`  ${note}`, flags);
      }
      return audit.certain > 0 ? EXIT.finding : EXIT.clean;
    });
    if (flags.json) {
      const { events, findings, uncertain, told } = all;
      printJson({ summary: true, events, findings, uncertain, rseq_updates: told });
    }
    setExit(code);
  });
}

function notes(audit: Audit, others: readonly string[]): string[] {
  const { certain, uncertain, unjudged, findings } = audit;
  const more = certain + uncertain - findings.length;
  return [
    ...(more > 0 ? [`${more} more findings are not shown`] : []),
    ...(unjudged > 0
      ? [`${unjudged} cids are not judged for compactness: nothing tells how many threads their process had`]
      : []),
    ...others,
  ];
}

function tell(path: string, audit: Audit, flags: AuditFlags): void {
  const { certain, uncertain, told, findings } = audit;
  const colors = colorsFor(process.stdout, flags.color);
  const summary = `${path}: ${grouped(told)} cids told to user space: ${
    certain === 0 ? 'nothing found' : `${certain} ${certain === 1 ? 'finding' : 'findings'}`
  }${uncertain === 0 ? '' : `, ${uncertain} uncertain`}`;
  say(certain === 0 ? summary : colors.red(summary), flags);
  for (const finding of findings) {
    say(
      printable(`  ${finding.certain ? '' : 'uncertain: '}${finding.kind}: ${findingSentence(finding)}`),
      flags,
    );
    for (const line of shownLines(finding, audit))
      say(printable(`    ${line.line}: ${line.text.trim()}`), flags);
  }
}

/** The lines that show a finding, in their order. */
function shownLines(finding: AuditFinding, { lines }: Audit): { line: number; text: string }[] {
  const numbers = new Set(toldOf(finding).flatMap(({ from, to }) => [from.line, to.line]));
  return [...numbers].sort((a, b) => a - b).map((line) => ({ line, text: lines.get(line) ?? '' }));
}

function findingJson(file: string, finding: AuditFinding, audit: Audit) {
  const told = toldOf(finding);
  return {
    file,
    kind: finding.kind,
    certain: finding.certain,
    cid: told[0]!.cid,
    process: finding.mm?.tgid ?? null,
    threads: told.map(({ task, cpu }) => ({ tid: task.tid, comm: task.comm, cpu })),
    ...(finding.kind === 'duplicate-cid' ? { overlap_ns: finding.overlapNs } : {}),
    ...(finding.kind === 'not-compact' ? { needed: finding.needed } : {}),
    ...(finding.kind === 'out-of-range' ? { cpus: finding.cpus } : {}),
    what: findingSentence(finding),
    lines: shownLines(finding, audit),
  };
}
