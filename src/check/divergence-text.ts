import type { Divergence } from './divergence.js';

/** A divergence for people: what differs, and the last events of both sides. */
export function divergenceText({ what, engine, reference }: Divergence): string {
  const side = (name: string, lines: readonly string[]) => [
    `${name}, last events:`,
    ...(lines.length > 0 ? lines.map((line) => `  ${line}`) : ['  (none)']),
  ];
  return [
    `engine and reference part: ${what}`,
    ...side('engine', engine),
    ...side('reference', reference),
    '',
  ].join('\n');
}
