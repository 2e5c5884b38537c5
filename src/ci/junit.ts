import { dirname } from 'node:path';
import junit, { type Builder } from 'junit-report-builder';
import { printable } from '../errors.js';
import type { CiResult } from './result.js';

// Its types are written as if it were an ES module, which it is not.
const newBuilder = (): Builder => (junit as unknown as Builder).newBuilder();

/** Kinds that are no failure of what is tested, but that it could not be tested. */
const ERRORS: ReadonlySet<string> = new Set(['unreadable', 'fault', 'divergence', 'watchdog']);

/** What XML cannot hold, in the way of {@link printable}; lines stay lines. */
function xmlText(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** The same for CDATA: its end is spelt otherwise, for the library mends the first one of a text only. */
function cdata(text: string): string {
  return xmlText(text).replaceAll(']]>', ']]\\x3e');
}

/** Results as JUnit's XML: a suite a folder, a test case a file. No times: the same results give the same bytes. */
export function junitOf(name: string, results: readonly CiResult[]): string {
  const builder = newBuilder().name(printable(name));
  const byFolder = new Map<string, CiResult[]>();
  for (const result of results) {
    const folder = dirname(result.file);
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), result]);
  }
  for (const [folder, its] of byFolder) {
    const suite = builder.testSuite().name(printable(folder));
    for (const { name, file, kind, message, details } of its) {
      const test = suite.testCase().className(printable(folder)).name(printable(name)).file(printable(file));
      if (kind === null) continue;
      const text = cdata(details);
      if (ERRORS.has(kind)) test.error(xmlText(message), kind, text);
      else test.failure(xmlText(message), kind).stacktrace(text);
    }
  }
  return builder.build();
}
