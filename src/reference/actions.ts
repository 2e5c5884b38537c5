/** Actions that make no step: what each one needs, and what it does at once. An unmet need skips it. */
import {
  ROUTINE_EXEC,
  ROUTINE_EXIT,
  ROUTINE_SWITCH,
  ROUTINE_TICK,
  ROUTINE_WORK,
  SCAN_DELAY_JIFFIES,
} from '../abi.js';
import { type Action, IDLE, NO_MM } from '../scenario/scenario.js';
import type { Routine } from './access.js';
import { Frame } from './frame.js';
import { bprm_execve } from './kernel/exec.js';
import { do_exit } from './kernel/exit.js';
import { schedule } from './kernel/switch.js';
import { task_mm_cid_work } from './kernel/task-work.js';
import { scheduler_tick } from './kernel/tick.js';
import { nextScan, onCpu } from './location.js';
import type { Mark } from './marks.js';
import {
  bringToLife,
  currentTask,
  isFixed,
  jiffies,
  mmOf,
  runningFrame,
  type Task,
  taskOf,
  usersOf,
  type World,
} from './world.js';

/** Applies an action other than `step` and `flush`; false if it is skipped. */
export function applyAction(world: World, action: Exclude<Action, { op: 'step' | 'flush' }>): boolean {
  switch (action.op) {
    case 'switch':
      return applySwitch(world, action.cpu, action.task);
    case 'tick':
      return applyTick(world, action.cpu);
    case 'work':
      return applyWork(world, action.cpu);
    case 'exit':
      return applyToUser(world, action.cpu, ROUTINE_EXIT, do_exit);
    case 'exec':
      return applyToUser(world, action.cpu, ROUTINE_EXEC, (f, t) => bprm_execve(f, t, action.mm));
    case 'exec-fail':
      return applyToUser(world, action.cpu, ROUTINE_EXEC, (f, t) => bprm_execve(f, t, null));
    case 'fork-thread':
      return applyFork(world, action.cpu, action.task, null, action.home);
    case 'fork-process':
      return applyFork(world, action.cpu, action.task, action.mm, action.home);
    case 'migrate':
      return applyMigrate(world, action.task, action.cpu);
    case 'advance':
      world.now += action.ns;
      return true;
    case 'stale':
      return applyStale(world, action.cpu, action.age);
  }
}

/** `switch c T`. */
function applySwitch(world: World, cpu: number, operand: number): boolean {
  const prev = currentTask(world, cpu);
  const next = operand === IDLE ? world.idles[cpu]! : taskOf(world, operand);
  if (!irqsOn(world, cpu) || !maySwitchOut(world, prev) || !isFree(world, next)) return false;
  if (operand !== IDLE && (next.home !== cpu || world.memory.seen(cpu, onCpu(next.id)) !== 0)) return false;
  world.marks?.add(howSwitchedOut(prev));
  world.memory.place(onCpu(next.id), 1); // prepare_task()
  world.memory.startSwitch(cpu);
  prev.claimed = true;
  next.claimed = true;
  const frame = new Frame(world, ROUTINE_SWITCH, next.id, cpu, true);
  world.cpus[cpu]!.context = frame;
  frame.start(schedule(frame, prev, next));
  return true;
}

function howSwitchedOut({ frame, dead }: Task): Mark {
  if (dead) return 'switch out: dead';
  if (frame === null) return 'switch out: in user mode';
  return frame.gap ? 'switch out: at a gap' : 'switch out: in the middle of a routine';
}

/** `tick c`. */
function applyTick(world: World, cpu: number): boolean {
  if (!irqsOn(world, cpu)) return false;
  const curr = currentTask(world, cpu);
  world.marks?.add(curr.frame === null ? 'tick: not in a routine' : 'tick: in the middle of a routine');
  const frame = new Frame(world, ROUTINE_TICK, curr.id, cpu, true);
  world.cpus[cpu]!.context = frame;
  frame.start(scheduler_tick(frame, curr));
  return true;
}

/** `work c`. */
function applyWork(world: World, cpu: number): boolean {
  if (!inUserMode(world, cpu) || !currentTask(world, cpu).workQueued) return false;
  startInTask(world, cpu, ROUTINE_WORK, task_mm_cid_work);
  return true;
}

/** `exit`, `exec`, `exec-fail`: of the current task, in user mode, with an mm. */
function applyToUser(
  world: World,
  cpu: number,
  routine: number,
  body: (f: Frame, t: Task) => Routine,
): boolean {
  if (!inUserMode(world, cpu) || mmOf(world, cpu, currentTask(world, cpu)) === NO_MM) return false;
  startInTask(world, cpu, routine, body);
  return true;
}

function startInTask(world: World, cpu: number, routine: number, body: (f: Frame, t: Task) => Routine): void {
  const task = currentTask(world, cpu);
  const frame = new Frame(world, routine, task.id, cpu, false);
  task.frame = frame;
  frame.start(body(frame, task));
}

/** `fork c thread T` (`freshMm` null) and `fork c process T M`: copy_process(), with init_sched_mm_cid(). */
function applyFork(
  world: World,
  cpu: number,
  child: number,
  freshMm: number | null,
  home: number | null,
): boolean {
  const parent = currentTask(world, cpu);
  const mm = mmOf(world, cpu, parent);
  if (!inUserMode(world, cpu) || mm === NO_MM) return false;
  // The child still has its parent's mm here, so it is that one's scan which is put off.
  if (usersOf(world, mm) === 1) {
    world.marks?.add('fork: first of its mm, scan put off');
    world.memory.settle(cpu, nextScan(mm));
    world.memory.place(nextScan(mm), jiffies(world) + SCAN_DELAY_JIFFIES);
  } else {
    world.marks?.add('fork: not the first of its mm');
  }
  if (freshMm !== null) {
    if (isFixed(world)) world.marks?.add('fixed fork: process, next_scan is 0');
    world.memory.place(nextScan(freshMm), isFixed(world) ? 0 : world.memory.inMemory(nextScan(mm)));
  }
  bringToLife(world, taskOf(world, child), freshMm ?? mm, home ?? cpu);
  world.memory.forked(cpu);
  return true;
}

/** `migrate T c`. */
function applyMigrate(world: World, id: number, cpu: number): boolean {
  const task = taskOf(world, id);
  const at = onCpu(id);
  if (!isFree(world, task) || task.home === cpu) return false;
  if (world.memory.inMemory(at) !== 0 || world.memory.buffered(at)) return false;
  task.home = cpu;
  return true;
}

/** `stale c k`: the next step of that cpu must be a load that may return such an old value by now. */
function applyStale(world: World, cpu: number, age: number): boolean {
  const next = runningFrame(world, cpu)?.pending;
  if (next?.op !== 'load' || !world.memory.mayBeStale(cpu, next.loc, next.order, age)) return false;
  world.cpus[cpu]!.staleAge = age;
  return true;
}

/** It exists, is live, and is neither current nor claimed anywhere. */
function isFree(world: World, task: Task): boolean {
  if (!task.exists || task.dead || task.claimed) return false;
  return world.cpus.every(({ id }) => currentTask(world, id) !== task);
}

/** Neither a switch nor a tick nor a part of the current task's routine keeps irqs off. */
function irqsOn(world: World, cpu: number): boolean {
  return world.cpus[cpu]!.context === null && currentTask(world, cpu).frame?.irqsOff !== true;
}

/** Neither the cpu nor its current task is in a routine, and that task is not dead. */
function inUserMode(world: World, cpu: number): boolean {
  const current = currentTask(world, cpu);
  return world.cpus[cpu]!.context === null && current.frame === null && !current.dead;
}

/** For the current task of a cpu whose irqs are on: in user mode, dead, or at such a point of its routine. */
function maySwitchOut(world: World, task: Task): boolean {
  return task.frame === null || world.scenario.preempt === 'full' || task.frame.gap;
}
