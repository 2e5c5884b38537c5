import type { Mm, Task } from '../happening.js';
import type { Refusal, ScheduleAction, ScheduleTarget } from '../schedule.js';

/**
 * One schedule for two targets, of which the first decides what there is room for. Where the second does not follow it, it gets
 * nothing more.
 */
export class Tee implements ScheduleTarget {
  /** The second one still gets what the first one gets. */
  open = true;

  constructor(
    private readonly first: ScheduleTarget,
    private readonly second: ScheduleTarget,
  ) {}

  act(action: ScheduleAction): void {
    this.first.act(action);
    if (this.open) this.second.act(action);
  }

  declare(task: Task, mm: Mm, home: number): Refusal | null {
    const refusal = this.first.declare(task, mm, home);
    if (refusal === null && this.open) this.open = this.second.declare(task, mm, home) === null;
    return refusal;
  }

  admit(task: Task, mm: Mm): Refusal | null {
    const refusal = this.first.admit(task, mm);
    if (refusal === null && this.open) this.open = this.second.admit(task, mm) === null;
    return refusal;
  }

  admitMm(mm: Mm): Refusal | null {
    const refusal = this.first.admitMm(mm);
    if (refusal === null && this.open) this.open = this.second.admitMm(mm) === null;
    return refusal;
  }

  abandons(mm: Mm): void {
    this.first.abandons(mm);
    if (this.open) this.second.abandons(mm);
  }

  leaves(task: Task): void {
    this.first.leaves(task);
    if (this.open) this.second.leaves(task);
  }
}
