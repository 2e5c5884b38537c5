/**
 * `node scripts/bench/fast-check.mjs TASK`: fast-check's scheduler on the reference, for `cidfuzz bench`. Each cpu
 * is an async task with its share of actions; it awaits the scheduler before each action and each micro-step, so
 * that fast-check chooses whose turn it is, as it would for any program with promises.
 *
 * TASK is JSON: { config: CampaignConfig, seconds: how long at most, untilFound: whether a finding ends it }. It
 * prints { found, schedules, steps, seconds }, or { missing: why it cannot run }.
 */

import { built } from './built.mjs';

/**
 * What a cpu is to do: an action, then so many micro-steps of what it is in the middle of.
 * @typedef {{ op: string, task: number, ns: number, steps: number }} Turn
 * @typedef {{ mm: number, home: number }} Decl
 */

/** More micro-steps than any routine has in a small world. */
const TO_ITS_END = 200;
const MS = 1_000_000;
/** The actions and steps of one schedule that is drawn, about as many as the engine's walk makes. */
const TURNS = { minLength: 4, maxLength: 40, size: /** @type {const} */ ('max') };

const task = JSON.parse(process.argv[2] ?? '{}');

/** @returns {Promise<object>} */
async function run() {
  /** @type {typeof import('fast-check')} */
  let fc;
  try {
    fc = await import('fast-check');
  } catch {
    return { missing: 'fast-check is not installed' };
  }
  const { headerOf } = await built('fuzz/config.js');
  const { mmNameAt, taskNameAt } = await built('scenario/names.js');
  const reference = {
    ...(await built('reference/actions.js')),
    ...(await built('reference/check.js')),
    ...(await built('reference/step.js')),
    ...(await built('reference/world.js')),
  };
  const { config, seconds, untilFound } = task;
  const header = headerOf(config);
  let schedules = 0;
  let steps = 0;
  let found = false;

  const turn = fc.record({
    op: fc.constantFrom(
      'switch',
      'switch',
      'switch',
      'pull',
      'tick',
      'tick',
      'work',
      'advance',
      'exec-fail',
      'exit',
      'flush',
    ),
    task: fc.nat({ max: config.tasks[1] - 1 }),
    ns: fc.constantFrom(MS, 100 * MS),
    steps: fc.oneof(fc.constant(TO_ITS_END), fc.nat({ max: 16 })),
  });
  const world = fc.integer({ min: config.cpus[0], max: config.cpus[1] }).chain((cpus) =>
    fc.record({
      tasks: fc.array(
        fc.record({ mm: fc.nat({ max: config.mms[1] - 1 }), home: fc.nat({ max: cpus - 1 }) }),
        { minLength: config.tasks[0], maxLength: config.tasks[1] },
      ),
      shares: fc.array(fc.array(turn, TURNS), { minLength: cpus, maxLength: cpus }),
    }),
  );

  const began = performance.now();
  const { failed, errorInstance } = await fc.check(
    fc.asyncProperty(fc.scheduler(), world, async (scheduler, { tasks, shares }) => {
      const one = new Run(reference, scenarioOf(tasks, shares.length));
      for (const [cpu, share] of shares.entries())
        void one.cpu(cpu, share, () => scheduler.schedule(Promise.resolve()));
      await scheduler.waitIdle();
      schedules++;
      steps += one.steps;
      found ||= one.atEnd();
      return !(untilFound && found);
    }),
    {
      seed: config.seed,
      numRuns: 2 ** 31 - 1,
      endOnFailure: true,
      interruptAfterTimeLimit: seconds * 1000,
      markInterruptAsFailure: false,
    },
  );
  if (failed && !found) throw errorInstance;
  return { found, schedules, steps, seconds: (performance.now() - began) / 1000 };

  /**
   * @param {Decl[]} tasks
   * @param {number} cpus
   */
  function scenarioOf(tasks, cpus) {
    const mms = config.mms[1];
    return {
      ...header,
      cpus,
      mms,
      tasks,
      mmNames: Array.from({ length: mms }, (_, i) => mmNameAt(i)),
      taskNames: tasks.map((_, i) => taskNameAt(i)),
    };
  }
}

/** A run of the reference whose cpus go on by themselves. */
class Run {
  steps = 0;
  found = false;

  /**
   * @param {any} reference
   * @param {any} scenario
   */
  constructor(reference, scenario) {
    this.reference = reference;
    this.tasks = scenario.tasks.length;
    this.world = reference.createWorld(scenario, null);
    this.checks = reference.checksOf(this.world);
  }

  /**
   * @param {number} cpu
   * @param {Turn[]} share
   * @param {() => Promise<void>} myTurn
   */
  async cpu(cpu, share, myTurn) {
    for (const turn of share) {
      await myTurn();
      if (this.found) return;
      this.act(cpu, turn);
      for (let left = turn.steps; left > 0 && this.reference.runningFrame(this.world, cpu) !== null; left--) {
        await myTurn();
        if (this.found) return;
        this.step(cpu);
      }
    }
  }

  /**
   * @param {number} cpu
   * @param {Turn} turn
   */
  act(cpu, { op, task: drawn, ns }) {
    const task = drawn % this.tasks;
    const { applyAction, stepFlush } = this.reference;
    if (op === 'flush') {
      if (!this.world.memory.mayFlush(cpu, 0)) return;
      stepFlush(this.world, cpu, 0, 0);
      this.count();
    } else if (op === 'pull') {
      applyAction(this.world, { op: 'migrate', task, cpu });
      applyAction(this.world, { op: 'switch', cpu, task });
    } else {
      applyAction(this.world, { op, cpu, task, ns });
    }
  }

  /** @param {number} cpu */
  step(cpu) {
    const frame = this.reference.runningFrame(this.world, cpu);
    // Another cpu's step may have ended it meanwhile.
    if (frame === null) return;
    this.reference.stepFrame(this.world, frame, cpu, 0);
    if (frame.pending === null) {
      const onCpu = this.world.cpus[cpu];
      if (onCpu.context === frame) onCpu.context = null;
      else this.reference.currentTask(this.world, cpu).frame = null;
    }
    this.count();
  }

  count() {
    this.steps++;
    this.found ||= this.checks.afterStep() !== null;
  }

  /** What is only to be seen at the end counts, too. */
  atEnd() {
    if (!this.found) this.world.memory.drainAll();
    return this.found || this.checks.atEnd() !== null;
  }
}

process.stdout.write(`${JSON.stringify(await run())}\n`);
