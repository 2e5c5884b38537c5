import { type Columns, columnsOf, stepWord } from './columns.js';
import type { Row, Story } from './story.js';

/** The story as GitHub-flavoured Markdown. */
export function markdownOf(story: Story): string {
  const columns = columnsOf(story);
  const none = columns.titles.map(() => '');
  const table = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const lines = [
    ...story.facts.map((fact) => `- ${escaped(fact)}`),
    '',
    ...story.legend.map(escaped),
    '',
    table(['step', ...columns.titles, 'what changed']),
    table(['---:', ...columns.titles.map(() => '---'), '---']),
    ...story.rows.map((row) => {
      const changes = row.changes.map(code).concat(row.broken ? ['**broken**'] : []);
      if (row.cpu === null) return table(['', ...none, `*${escaped(row.text)}*`]);
      return table([
        row.broken ? `**>>> ${stepWord(row)}**` : stepWord(row),
        ...none.with(columns.of(row), cellOf(row, columns)),
        changes.join('<br>'),
      ]);
    }),
    '',
    'In the end:',
    '',
    ...story.end.map((words) => `- ${escaped(words)}`),
    ...(story.reordered.length > 0 ? ['', 'Reordered:', ''] : []),
    ...story.reordered.map((words) => `- ${escaped(words)}`),
    '',
    `**${escaped(story.sentence)}**`,
  ];
  return `${lines.join('\n')}\n`;
}

function cellOf(row: Row, columns: Columns): string {
  const text = columns.text(row, '');
  const indent = '&nbsp;&nbsp;'.repeat(row.depth);
  switch (row.kind) {
    case 'routine':
      return `**${code(text)}**`;
    case 'call':
      return `${indent}*${code(text)}*`;
    case 'action':
      return `${indent}*${escaped(text)}*`;
    default:
      return indent + code(text);
  }
}

/** A pipe ends a table's cell even between backticks. */
function code(text: string): string {
  return `\`${text.replaceAll('`', "'").replaceAll('|', '\\|')}\``;
}

/** Underscores within a word, brackets and braces mean nothing where no link is defined. */
function escaped(text: string): string {
  return text.replaceAll(/[\\`*<|]/g, '\\$&');
}
