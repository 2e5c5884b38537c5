import type { Scenario } from '../scenario/scenario.js';
import type { Kind } from '../words.js';
import { MEANING } from './meaning.js';

/** What a message about a finding says. */
export interface MailParts {
  readonly scenario: Scenario;
  readonly kind: Kind;
  readonly race: readonly string[];
  /** The run as a table (explain.ts). */
  readonly table: string;
  /** How it goes on to two tasks with one cid; null: it was not seen to, or does so already. */
  readonly carried: string | null;
  /** The scenario, as text. */
  readonly text: string;
}

/** Where the subject was sent to (the patch's Message-ID). */
const PATCH = '20230413223356.17195-1-mathieu.desnoyers@efficios.com';

/** What was run, for somebody who knows the patch. */
function subjectOf({ algo, mutants }: Scenario): string {
  if (algo === 'v6.3') return 'mm_cid as of v6.3';
  const what = algo === 'rfc-v6' ? 'RFC PATCH v6 mm_cid' : 'RFC PATCH v6 mm_cid with the repairs of cidfuzz';
  return mutants.length === 0 ? what : `${what}, changed on purpose (${mutants.join(', ')})`;
}

/** Longer lines of prose are for no mail program. */
const WIDTH = 100;

/** A table as it is, and the prose around it in lines that can be read. */
function tableLines(table: string): string[] {
  return table
    .trimEnd()
    .split('\n')
    .flatMap((line) => (/[│─┈]/.test(line) ? [line.trimEnd()] : wrapped(line)));
}

function wrapped(text: string): string[] {
  const lines = [''];
  for (const word of text.split(/(?<=\S) /)) {
    const last = lines.at(-1)!;
    if (last !== '' && last.length + 1 + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.map((line) => line.trimEnd());
}

/** A message about a finding, ready to be sent: a subject, an empty line, the text. */
export function mailOf({ scenario, kind, race, table, carried, text }: MailParts): string {
  const { memory, arch, preempt, cpus, algo } = scenario;
  const what = subjectOf(scenario);
  const lines = [
    `Subject: [BUG] sched: ${what}: ${kind}`,
    ...(algo === 'v6.3' ? [] : [`In-Reply-To: <${PATCH}>`]),
    '',
    `In ${what}, cidfuzz finds a schedule with this result: ${kind}.`,
    MEANING[kind],
    '',
    race.length === 2 ? 'The accesses that race:' : race.length === 1 ? 'The access to blame:' : '',
    ...race.map((access) => `  ${access}`),
    '',
    `Memory model: ${memory}${memory === 'sc' ? ' (no reordering is needed)' : ''}; arch ${arch}; preempt ${preempt}; ${cpus} cpus.`,
    ...wrapped(
      'Every access of the algorithm is one step; the schedule below cannot be made shorter by leaving out a step. ' +
        'Two independent implementations agree on every one of its steps, in 20 replays each.',
    ),
    '',
    ...tableLines(table),
    '',
    ...(carried === null
      ? []
      : ['It goes on to two running threads with one id:', '', ...tableLines(carried), '']),
    'To see it again, save what is between the lines as x.cid, then: cidfuzz explain x.cid',
    '',
    '8<----',
    ...text.trimEnd().split('\n'),
    '---->8',
  ];
  return `${lines.filter((line, i) => line !== '' || lines[i - 1] !== '').join('\n')}\n`;
}
