import type { Runner, ScheduleAction } from '../schedule.js';

/**
 * One object for all actions that are the same: a schedule has hundreds of thousands of them, and few that differ. What
 * introduces a name is never the same as another.
 */
export class SharedActions {
  private readonly switches = new Map<Runner, ScheduleAction[]>();
  private readonly advances = new Map<number, ScheduleAction>();
  private readonly others = new Map<string, ScheduleAction[]>();

  of(action: ScheduleAction): ScheduleAction {
    switch (action.op) {
      case 'advance':
        return entry(this.advances, action.ns, () => action);
      case 'switch':
        return byCpu(
          entry(this.switches, action.task, () => []),
          action.cpu,
          action,
        );
      case 'step':
        return byCpu(
          entry(this.others, action.to, () => []),
          action.cpu,
          action,
        );
      case 'tick':
      case 'work':
        return byCpu(
          entry(this.others, action.op, () => []),
          action.cpu,
          action,
        );
      default:
        return action;
    }
  }
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

function byCpu(all: ScheduleAction[], cpu: number, action: ScheduleAction): ScheduleAction {
  all[cpu] ??= action;
  return all[cpu]!;
}
