import type { Event, RunResult, Violation } from '../event/event.js';
import type { Scenario } from '../scenario/scenario.js';
import { applyAction } from './actions.js';
import { checksOf, type Finding } from './check.js';
import { endStateOf } from './end-state.js';
import type { Frame } from './frame.js';
import type { Mark } from './marks.js';
import { stepFrame } from './step.js';
import { createWorld, currentTask, runningFrame, type World } from './world.js';

export interface ReferenceOptions {
  /** The watchdog: a run that would make more micro-steps is stopped. */
  readonly maxSteps?: number;
  /** Takes the names of all branches that the run comes by. */
  readonly marks?: Set<Mark>;
  /** Tells the end state in the result. */
  readonly endState?: boolean;
}

/**
 * Runs a scenario, micro-step by micro-step; each event is a fresh object.
 *
 * @throws where the scenario needs what the reference does not have.
 */
export function* runReference(
  scenario: Scenario,
  options: ReferenceOptions = {},
): Generator<Event, RunResult, void> {
  const { maxSteps = Number.POSITIVE_INFINITY, marks = null, endState = false } = options;
  const world = createWorld(scenario, marks);
  const checks = checksOf(world);
  const skipped: number[] = [];
  let steps = 0;
  let applied = 0;
  let lastAction = 0;
  let lastCpu = 0;

  const result = (found: Finding | null, watchdog: boolean): RunResult => {
    const violation: Violation | null =
      found === null
        ? null
        : {
            kind: found.kind,
            step: steps,
            action: lastAction,
            cpu: found.cpu ?? lastCpu,
            mm: found.mm,
            cid: found.cid,
            tasks: found.tasks,
          };
    const outcome = { violation, steps, applied, skipped, watchdog };
    return endState ? { ...outcome, endState: endStateOf(world) } : outcome;
  };

  for (let number = 1; number <= scenario.actions.length; number++) {
    const action = scenario.actions[number - 1]!;
    if (action.op !== 'step') {
      if (applyAction(world, action)) applied++;
      else skipped.push(number);
      continue;
    }
    const frame = runningFrame(world, action.cpu);
    if (frame === null) {
      skipped.push(number);
      continue;
    }
    applied++;
    for (let left = action.count; left > 0 && frame.pending !== null; left--) {
      if (steps >= maxSteps) return result(null, true);
      const event = stepFrame(world, frame, action.cpu, number);
      if (frame.pending === null) removeFrame(world, frame, action.cpu);
      steps++;
      lastAction = number;
      lastCpu = action.cpu;
      yield event;
      const found = checks.afterStep();
      if (found !== null) return result(found, false);
    }
  }
  return result(checks.atEnd(), false);
}

/** A routine that has ended leaves its cpu or its task. */
function removeFrame(world: World, frame: Frame, cpu: number): void {
  const onCpu = world.cpus[cpu]!;
  if (onCpu.context === frame) onCpu.context = null;
  else currentTask(world, cpu).frame = null;
}
