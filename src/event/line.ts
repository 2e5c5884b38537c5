import type { Event } from './event.js';
import { eventJson } from './json.js';
import type { Names } from './names.js';

/**
 * An event as the digest takes it, without the newline:
 * `step cpu task routine op loc value-or-old new ok bit`, absent parts as `-`.
 */
export function eventLine(event: Event, step: number, names: Names): string {
  const { cpu, task, routine, op, loc, value, old, new: after, ok, bit } = eventJson(event, step, names);
  return [step, cpu, task, routine, op, loc, value ?? old, after, ok, bit]
    .map((part) => part ?? '-')
    .join(' ');
}
