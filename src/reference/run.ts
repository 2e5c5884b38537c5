import type { Event, RunResult, Violation } from '../event/event.js';
import type { Scenario } from '../scenario/scenario.js';
import { applyAction } from './actions.js';
import { checksOf, type Finding } from './check.js';
import { endStateOf } from './end-state.js';
import type { Frame } from './frame.js';
import type { Mark } from './marks.js';
import type { ReachedStore, StaleLoad, Watch } from './memory.js';
import { stepFlush, stepFrame } from './step.js';
import { createWorld, currentTask, runningFrame, type World } from './world.js';

export interface ReferenceOptions {
  /** The watchdog: a run that would make more micro-steps is stopped. */
  readonly maxSteps?: number;
  /** Takes the names of all branches that the run comes by. */
  readonly marks?: Set<Mark>;
  /** Tells the end state in the result. */
  readonly endState?: boolean;
  /**
   * Takes every store that went through a buffer, when it reaches memory: before the event of that step, or,
   * for the draining at the end, before the result. A store that a violation or the watchdog leaves waiting
   * never does.
   */
  readonly onReached?: (store: ReachedStore) => void;
  /** Takes every load that returns an older value, before its event. */
  readonly onStale?: (load: StaleLoad) => void;
}

/** Runs a scenario, micro-step by micro-step; each event is a fresh object. */
export function* runReference(
  scenario: Scenario,
  options: ReferenceOptions = {},
): Generator<Event, RunResult, void> {
  const { maxSteps = Number.POSITIVE_INFINITY, marks = null, endState = false } = options;
  const watch: Watch = { step: 0, onReached: options.onReached, onStale: options.onStale };
  const world = createWorld(scenario, marks, watch);
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

  /** Makes one step of an action, tells it and checks after it; the result if the run ends there. */
  function* step(number: number, cpu: number, make: () => Event): Generator<Event, RunResult | null, void> {
    if (steps >= maxSteps) return result(null, true);
    watch.step = steps + 1;
    const event = make();
    steps++;
    lastAction = number;
    lastCpu = cpu;
    yield event;
    const found = checks.afterStep();
    return found === null ? null : result(found, false);
  }

  for (let number = 1; number <= scenario.actions.length; number++) {
    const action = scenario.actions[number - 1]!;
    if (action.op === 'step') {
      const { cpu, count } = action;
      const frame = runningFrame(world, cpu);
      if (frame === null) {
        skipped.push(number);
        continue;
      }
      applied++;
      for (let left = count; left > 0 && frame.pending !== null; left--) {
        const end = yield* step(number, cpu, () => stepAndRemove(world, frame, cpu, number));
        if (end !== null) return end;
      }
    } else if (action.op === 'flush') {
      const { cpu, index } = action;
      if (!world.memory.mayFlush(cpu, index)) {
        skipped.push(number);
        continue;
      }
      applied++;
      const end = yield* step(number, cpu, () => stepFlush(world, cpu, index, number));
      if (end !== null) return end;
    } else if (applyAction(world, action)) {
      applied++;
    } else {
      skipped.push(number);
    }
  }
  watch.step = steps + 1;
  world.memory.drainAll();
  return result(checks.atEnd(), false);
}

/** One step of a frame. A routine that has ended with it leaves its cpu or its task. */
function stepAndRemove(world: World, frame: Frame, cpu: number, number: number): Event {
  const event = stepFrame(world, frame, cpu, number);
  if (frame.pending === null) removeFrame(world, frame, cpu);
  return event;
}

function removeFrame(world: World, frame: Frame, cpu: number): void {
  const onCpu = world.cpus[cpu]!;
  if (onCpu.context === frame) onCpu.context = null;
  else currentTask(world, cpu).frame = null;
}
