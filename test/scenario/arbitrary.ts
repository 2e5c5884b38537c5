import fc from 'fast-check';
import {
  MAX_ADVANCE_NS,
  MAX_CPUS,
  MAX_MMS,
  MAX_STEPS_PER_ACTION,
  MAX_TASKS,
  PERIOD_NS,
} from '../../src/abi.js';
import { KINDS } from '../../src/scenario/kinds.js';
import { MAX_FLUSH_INDEX, MAX_STALE_AGE } from '../../src/scenario/limits.js';
import { RESERVED_TASK_NAME } from '../../src/scenario/names.js';
import { type Action, type Expectation, IDLE, NO_MM, type Scenario } from '../../src/scenario/scenario.js';
import { ALGOS, ARCHES, MEMORIES, MUTANTS, PREEMPTS } from '../../src/words.js';

const OPS = [
  'switch',
  'step',
  'tick',
  'work',
  'exit',
  'exec-fail',
  'exec',
  'fork-thread',
  'fork-process',
  'migrate',
  'advance',
  'flush',
  'stale',
] as const;

/** Records with the prototype of an object literal, so that strict equality holds. */
const PLAIN = { noNullPrototype: true } as const;

/** How large the worlds are that an arbitrary gives. */
interface Sizes {
  readonly cpus: number;
  readonly mms: number;
  readonly tasks: number;
  readonly actions: number;
}

/** An action before it is known what exists when it runs; operands are taken modulo that. */
interface RawAction {
  readonly op: (typeof OPS)[number];
  readonly cpu: number;
  readonly operand: number;
  readonly home: number | null;
  readonly count: number;
  readonly ns: number;
  readonly index: number;
  readonly age: number;
}

/** A number up to `max`, often an end of the range or small. */
function edgy(min: number, max: number): fc.Arbitrary<number> {
  return fc.oneof(
    fc.integer({ min, max: Math.min(max, min + 20) }),
    fc.integer({ min, max }),
    fc.constantFrom(min, max),
  );
}

const WORDS = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789_';

function nameOf(first: string, rest: string): fc.Arbitrary<string> {
  const tail = fc.array(fc.constantFrom(...rest), { maxLength: 15 });
  return fc.tuple(fc.constantFrom(...first), tail).map(([head, more]) => head + more.join(''));
}

const taskName = fc.oneof(
  nameOf(WORDS, WORDS + DIGITS).filter((name) => !RESERVED_TASK_NAME.test(name)),
  fc.constantFrom('idlex', 'idle_1', 'thread', 'process', 'idl', 'ms'),
);
const mmName = nameOf(WORDS.toUpperCase(), WORDS.toUpperCase() + DIGITS);

const rawAction = fc.record<RawAction>(
  {
    op: fc.constantFrom(...OPS),
    cpu: fc.nat({ max: MAX_CPUS - 1 }),
    operand: fc.nat({ max: MAX_TASKS - 1 }),
    home: fc.option(fc.nat({ max: MAX_CPUS - 1 })),
    count: edgy(1, MAX_STEPS_PER_ACTION),
    ns: fc.oneof(
      edgy(0, MAX_ADVANCE_NS),
      fc.constantFrom(PERIOD_NS, PERIOD_NS + 1),
      fc.tuple(edgy(0, 5000), fc.constantFrom(1, 1_000, 1_000_000)).map(([n, unit]) => n * unit),
    ),
    index: edgy(0, MAX_FLUSH_INDEX),
    age: edgy(1, MAX_STALE_AGE),
  },
  PLAIN,
);

const expects = fc
  .uniqueArray(
    fc.record<Expectation>(
      {
        algo: fc.option(fc.constantFrom(...ALGOS)),
        outcome: fc.constantFrom('ok' as const, ...KINDS),
      },
      PLAIN,
    ),
    { selector: (expectation) => expectation.algo, maxLength: 4 },
  )
  .map((list): readonly Expectation[] => list);

/** `names`, then made-up ones, `count` in all. */
function fillNames(names: readonly string[], count: number, prefix: string): string[] {
  const all = new Set(names.slice(0, count));
  for (let i = 0; all.size < count; i++) all.add(`${prefix}${i}`);
  return [...all];
}

function scenarioOf(sizes: Sizes): fc.Arbitrary<Scenario> {
  return fc
    .record(
      {
        algo: fc.constantFrom(...ALGOS),
        mutants: fc.subarray([...MUTANTS]),
        memory: fc.constantFrom(...MEMORIES),
        arch: fc.constantFrom(...ARCHES),
        preempt: fc.constantFrom(...PREEMPTS),
        cpus: edgy(1, sizes.cpus),
        mms: edgy(0, sizes.mms),
        tasks: fc.integer({ min: 0, max: 3 }).chain((rare) =>
          fc.array(fc.record({ mm: fc.nat(MAX_MMS), home: fc.nat(MAX_CPUS - 1) }, PLAIN), {
            minLength: rare === 0 ? Math.min(200, sizes.tasks) : 0,
            maxLength: sizes.tasks,
          }),
        ),
        mmNames: fc.uniqueArray(mmName, { maxLength: 20 }),
        taskNames: fc.uniqueArray(taskName, { maxLength: 20 }),
        oracle: fc.option(fc.subarray([...KINDS])),
        expects,
        raw: fc.array(rawAction, { maxLength: sizes.actions, size: 'max' }),
      },
      PLAIN,
    )
    .map(({ raw, tasks: rawTasks, ...header }) => {
      const tasks = rawTasks.map(({ mm, home }) => ({
        mm: header.mms === 0 || mm % 5 === 4 ? NO_MM : mm % header.mms,
        home: home % header.cpus,
      }));
      const world = { cpus: header.cpus, tasks: tasks.length, mms: header.mms };
      const actions = raw.flatMap((action) => actionOf(action, world) ?? []);
      return {
        ...header,
        tasks,
        mmNames: fillNames(header.mmNames, world.mms, 'X_'),
        taskNames: fillNames(header.taskNames, world.tasks, 'x_'),
        actions,
      };
    });
}

/** The action that `raw` means in `world`, which gets what it introduces; null: none is possible. */
function actionOf(
  raw: RawAction,
  world: { readonly cpus: number; tasks: number; mms: number },
): Action | null {
  const cpu = raw.cpu % world.cpus;
  const home = raw.home === null ? null : raw.home % world.cpus;
  const { op } = raw;
  switch (op) {
    case 'switch': {
      const task = raw.operand % (world.tasks + 1);
      return { op, cpu, task: task === world.tasks ? IDLE : task };
    }
    case 'step':
      return { op, cpu, count: raw.count };
    case 'tick':
    case 'work':
    case 'exit':
    case 'exec-fail':
      return { op, cpu };
    case 'exec':
      return world.mms === MAX_MMS ? null : { op, cpu, mm: world.mms++ };
    case 'fork-thread':
      return world.tasks === MAX_TASKS ? null : { op, cpu, task: world.tasks++, home };
    case 'fork-process':
      if (world.tasks === MAX_TASKS || world.mms === MAX_MMS) return null;
      return { op, cpu, task: world.tasks++, mm: world.mms++, home };
    case 'migrate':
      return world.tasks === 0 ? null : { op, task: raw.operand % world.tasks, cpu };
    case 'advance':
      return { op, ns: raw.ns };
    case 'flush':
      return { op, cpu, index: raw.index };
    case 'stale':
      return { op, cpu, age: raw.age };
  }
}

/** Valid scenarios with few cpus, mms, tasks and actions, as a person would write them. */
export const smallScenario: fc.Arbitrary<Scenario> = scenarioOf({ cpus: 4, mms: 3, tasks: 6, actions: 30 });

/** Valid scenarios up to every limit but that on actions. */
export const extremeScenario: fc.Arbitrary<Scenario> = scenarioOf({
  cpus: MAX_CPUS,
  mms: MAX_MMS,
  tasks: MAX_TASKS,
  actions: 300,
});

/** Valid scenarios of every size. */
export const anyScenario: fc.Arbitrary<Scenario> = fc.oneof(
  { weight: 4, arbitrary: smallScenario },
  { weight: 1, arbitrary: extremeScenario },
);
