import type { Event, RunResult } from '../event/event.js';
import type { Scenario } from '../scenario/scenario.js';
import { markdownOf } from './markdown.js';
import { tell } from './tell.js';
import { textOf } from './text.js';

export interface ExplainOptions {
  /** ANSI colors, for a terminal. Default: none. */
  readonly color?: boolean;
  /** What the scenario is called, for the head line. */
  readonly file?: string;
}

/**
 * A run as a table in the manner of the patch's own comments: one column a cpu, time flows down, and beside it
 * what each access changed; then one sentence that says what broke.
 *
 * `events` and `result` must be those of the scenario's run; everything told is derived from them.
 */
export function explain(
  scenario: Scenario,
  events: readonly Event[],
  result: RunResult,
  format: 'text' | 'markdown',
  options: ExplainOptions = {},
): string {
  const story = tell(scenario, events, result, options.file ?? null);
  return format === 'markdown' ? markdownOf(story) : textOf(story, options.color ?? false);
}
