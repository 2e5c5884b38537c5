/**
 * A scenario with a mutant and its twin, the same one without, side by side. With an access more or less, the
 * same counts of `step` reach other points, so that the twin may come to its end before anything can happen:
 * here it is kept in step instead. Where the mutant makes an access, the twin goes on up to and including that
 * same access, or to the end of the routine where it has none such; a routine that the mutant ends, it ends.
 */

/**
 * The reference's parts: a script takes them from dist/, a test from src/.
 * @typedef {object} Reference
 * @property {typeof import('../../src/reference/actions.js').applyAction} applyAction
 * @property {typeof import('../../src/reference/check.js').checksOf} checksOf
 * @property {typeof import('../../src/reference/step.js').stepFlush} stepFlush
 * @property {typeof import('../../src/reference/step.js').stepFrame} stepFrame
 * @property {typeof import('../../src/reference/world.js').createWorld} createWorld
 * @property {typeof import('../../src/reference/world.js').currentTask} currentTask
 * @property {typeof import('../../src/reference/world.js').runningFrame} runningFrame
 */
/** @typedef {import('../../src/scenario/scenario.js').Scenario} Scenario */
/** @typedef {import('../../src/scenario/scenario.js').Action} Action */
/** @typedef {import('../../src/event/event.js').Event} Event */
/** @typedef {import('../../src/reference/check.js').Finding} Finding */

/** Far beyond the steps of any routine in a small world. */
const MANY = 10_000;

/**
 * The kinds (KIND_*, 0 for none) that the scenario ends with, and that its twin does when it is kept in step.
 *
 * @param {Reference} reference
 * @param {Scenario} scenario with mutants
 * @returns {{ mutant: number, twin: number }}
 */
export function inStep(reference, scenario) {
  const mutant = new Side(reference, scenario);
  const twin = new Side(reference, { ...scenario, mutants: [] });
  const found = () => mutant.found !== null || twin.found !== null;
  for (const action of scenario.actions) {
    if (found()) break;
    if (action.op !== 'step') {
      mutant.apply(action);
      twin.apply(action);
      continue;
    }
    const frame = mutant.frameOn(action.cpu);
    for (let left = action.count; left > 0 && frame !== null && frame.pending !== null && !found(); left--) {
      twin.follow(mutant.step(action.cpu));
    }
  }
  for (let cpu = 0; cpu < scenario.cpus && !found(); cpu++) {
    if (mutant.frameOn(cpu) === null) twin.finish(cpu);
  }
  return { mutant: mutant.kind(), twin: twin.kind() };
}

/** One of the two runs. */
class Side {
  /** @type {Finding | null} */
  found = null;

  /**
   * @param {Reference} reference
   * @param {Scenario} scenario
   */
  constructor(reference, scenario) {
    this.reference = reference;
    this.world = reference.createWorld(scenario, null);
    this.checks = reference.checksOf(this.world);
  }

  /** @param {Exclude<Action, { op: 'step' }>} action */
  apply(action) {
    if (action.op === 'flush') {
      if (!this.world.memory.mayFlush(action.cpu, action.index)) return;
      this.reference.stepFlush(this.world, action.cpu, action.index, 0);
      this.found ??= this.checks.afterStep();
      return;
    }
    this.reference.applyAction(this.world, action);
  }

  /** @param {number} cpu */
  frameOn(cpu) {
    return this.reference.runningFrame(this.world, cpu);
  }

  /**
   * One micro-step of what the cpu is in the middle of.
   * @param {number} cpu
   * @returns {Event}
   */
  step(cpu) {
    const frame = this.frameOn(cpu);
    if (frame === null) throw new Error(`cpu ${cpu} is in no routine`);
    const event = this.reference.stepFrame(this.world, frame, cpu, 0);
    if (frame.pending === null) {
      const onCpu = this.world.cpus[cpu];
      if (onCpu?.context === frame) onCpu.context = null;
      else this.reference.currentTask(this.world, cpu).frame = null;
    }
    this.found ??= this.checks.afterStep();
    return event;
  }

  /**
   * The steps up to the other side's access.
   * @param {Event} access
   */
  follow({ cpu, routine, task, op, loc, a, b }) {
    const frame = this.frameOn(cpu);
    if (frame === null || frame.routine !== routine || frame.task !== task) return;
    for (let n = 0; n < MANY && frame.pending !== null && this.found === null; n++) {
      const own = this.step(cpu);
      if (own.op === op && own.loc === loc && own.a === a && own.b === b) return;
    }
  }

  /** @param {number} cpu */
  finish(cpu) {
    for (let n = 0; n < MANY && this.frameOn(cpu) !== null && this.found === null; n++) this.step(cpu);
  }

  kind() {
    if (this.found === null) this.world.memory.drainAll();
    return (this.found ?? this.checks.atEnd())?.kind ?? 0;
  }
}
