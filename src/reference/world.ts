/** The state of a run: what is not shared memory, and questions about all of it. */
import { NS_PER_JIFFY, START_NS } from '../abi.js';
import { NO_MM, type Scenario } from '../scenario/scenario.js';
import type { Mutant } from '../words.js';
import type { Frame } from './frame.js';
import { type Loc, mmCidActive, nextScan, onCpu, rqClock, rqCurr, taskMm } from './location.js';
import type { Mark } from './marks.js';
import { createMemory, type SharedMemory, type Watch } from './memory.js';

/** What a task has besides its part of shared memory. */
export interface Task {
  /** As events name it: -1-c is cpu c's idle task. */
  readonly id: number;
  exists: boolean;
  home: number;
  mm_cid: number;
  last_mm_cid: number;
  /** The mm whose user it is, by the stores that it has executed; NO_MM for a kernel thread and a dead task. */
  usesMm: number;
  workQueued: boolean;
  /** PF_EXITING. */
  exiting: boolean;
  dead: boolean;
  /** A switch that is under way involves it. */
  claimed: boolean;
  /** Task work, exit or exec. */
  frame: Frame | null;
}

/** What a cpu has besides its part of shared memory. */
export interface Cpu {
  readonly id: number;
  /** A switch or a tick. */
  context: Frame | null;
  /** Which older value its next step returns, if that is a load and may; 0: none. `stale` sets it. */
  staleAge: number;
}

/** What the last step met that its state does not show; forgotten with the next step. */
export interface Noted {
  /** mm_cid_get ended for this mm with a cid that is none, else -1. */
  badCidIn: number;
  /** A switch found prev active without an mm. */
  nullMm: boolean;
  /** try_get found this mm's mask full, else -1. */
  maskFullIn: number;
  /** A lock found held. */
  spunOn: Loc<number> | null;
}

export interface World {
  readonly scenario: Scenario;
  readonly memory: SharedMemory;
  /** Empty under v6.3, which has none. */
  readonly mutants: ReadonlySet<Mutant>;
  readonly cpus: readonly Cpu[];
  /** All that are ever named, in the order of taskNames. */
  readonly tasks: readonly Task[];
  readonly idles: readonly Task[];
  /** In ns. */
  now: number;
  readonly noted: Noted;
  readonly marks: Set<Mark> | null;
}

/** The world at the start of a run. */
export function createWorld(scenario: Scenario, marks: Set<Mark> | null, watch: Watch = { step: 0 }): World {
  const { cpus, taskNames, mmNames } = scenario;
  const size = { cpus, tasks: taskNames.length, mms: mmNames.length };
  const memory = createMemory(scenario.memory, scenario.arch, size, watch);
  const world: World = {
    scenario,
    memory,
    mutants: new Set(scenario.algo === 'v6.3' ? [] : scenario.mutants),
    cpus: Array.from({ length: cpus }, (_, id) => ({ id, context: null, staleAge: 0 })),
    tasks: taskNames.map((_, id) => unbornTask(id)),
    idles: Array.from({ length: cpus }, (_, cpu) => ({ ...unbornTask(-1 - cpu), exists: true, home: cpu })),
    now: START_NS,
    noted: { badCidIn: -1, nullMm: false, maskFullIn: -1, spunOn: null },
    marks,
  };
  for (const idle of world.idles) {
    memory.place(rqCurr(idle.home), idle.id);
    memory.place(rqClock(idle.home), START_NS);
    memory.place(onCpu(idle.id), 1);
  }
  scenario.tasks.forEach(({ mm, home }, id) => {
    bringToLife(world, world.tasks[id]!, mm, home);
  });
  for (let mm = 0; mm < scenario.mms; mm++) memory.place(nextScan(mm), START_NS / NS_PER_JIFFY);
  memory.start();
  return world;
}

/** A new step starts: forgets what the last one met. */
export function forgetNoted({ noted }: World): void {
  noted.badCidIn = -1;
  noted.nullMm = false;
  noted.maskFullIn = -1;
  noted.spunOn = null;
}

function unbornTask(id: number): Task {
  return {
    id,
    exists: false,
    home: 0,
    mm_cid: -1,
    last_mm_cid: -1,
    usesMm: NO_MM,
    workQueued: false,
    exiting: false,
    dead: false,
    claimed: false,
    frame: null,
  };
}

/** A declared task, or a child: off cpu, mm_cid -1, and active if it has an mm. */
export function bringToLife(world: World, task: Task, mm: number, home: number): void {
  task.exists = true;
  task.home = home;
  task.usesMm = mm;
  world.memory.place(onCpu(task.id), 0);
  world.memory.place(taskMm(task.id), mm);
  world.memory.place(mmCidActive(task.id), mm === NO_MM ? 0 : 1);
}

/** The task with the number that events give it. */
export const taskOf = (world: World, id: number): Task =>
  id >= 0 ? world.tasks[id]! : world.idles[-1 - id]!;

/** A cpu's current task, as that cpu sees it. */
export const currentTask = (world: World, cpu: number): Task =>
  taskOf(world, world.memory.seen(cpu, rqCurr(cpu)));

/** The task's mm, as `cpu` sees it. */
export const mmOf = (world: World, cpu: number, task: Task): number =>
  world.memory.seen(cpu, taskMm(task.id));

/** mm_cid_active, as `cpu` sees it. */
export const isActive = (world: World, cpu: number, task: Task): boolean =>
  world.memory.seen(cpu, mmCidActive(task.id)) !== 0;

/** The repaired algorithm; what differs from the patch asks for it. */
export const isFixed = ({ scenario }: World): boolean => scenario.algo === 'rfc-v6-fixed';

/** mm_users: the live tasks of an mm. */
export function usersOf(world: World, mm: number): number {
  let users = 0;
  for (const task of world.tasks) if (task.usesMm === mm) users++;
  return users;
}

/** One jiffy is 1 ms. */
export const jiffies = (world: World): number => Math.floor(world.now / NS_PER_JIFFY);

/** What a cpu is in the middle of: its own routine, else its current task's; null in user mode. */
export const runningFrame = (world: World, cpu: number): Frame | null =>
  world.cpus[cpu]!.context ?? currentTask(world, cpu).frame;

/** All routines under way, those of tasks that are switched out too. */
export function framesInFlight(world: World): Frame[] {
  const frames: Frame[] = [];
  for (const { context } of world.cpus) if (context !== null) frames.push(context);
  for (const { frame } of world.tasks) if (frame !== null) frames.push(frame);
  return frames;
}
