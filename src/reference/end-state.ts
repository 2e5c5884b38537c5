import type { EndState } from '../event/end-state.js';
import {
  cidLock,
  cidmaskWord,
  mmCidActive,
  mmCidLock,
  nextScan,
  onCpu,
  pcpuCid,
  pcpuTime,
  rqClock,
  rqCurr,
  taskMm,
  useCidLock,
} from './location.js';
import { cidmaskWords } from './memory.js';
import { type Task, usersOf, type World } from './world.js';

/** What the run has left in memory, and in tasks and mms. */
export function endStateOf(world: World): EndState {
  const { memory, scenario, now } = world;
  const range = <T>(length: number, at: (i: number) => T) => Array.from({ length }, (_, i) => at(i));
  return {
    now,
    useCidLock: memory.inMemory(useCidLock),
    cidLock: memory.inMemory(cidLock),
    cpus: world.cpus.map(({ id, context }) => ({
      curr: memory.inMemory(rqCurr(id)),
      clock: memory.inMemory(rqClock(id)),
      routine: context?.routine ?? 0,
    })),
    tasks: world.tasks.map((task) => (task.exists ? taskState(world, task) : null)),
    mms: scenario.mmNames.map((_, mm) => ({
      nextScan: memory.inMemory(nextScan(mm)),
      cidLock: memory.inMemory(mmCidLock(mm)),
      users: usersOf(world, mm),
      mask: range(cidmaskWords(scenario.cpus), (word) => memory.inMemory(cidmaskWord(mm, word))),
      cid: range(scenario.cpus, (cpu) => memory.inMemory(pcpuCid(mm, cpu))),
      time: range(scenario.cpus, (cpu) => memory.inMemory(pcpuTime(mm, cpu))),
    })),
  };
}

function taskState({ memory }: World, task: Task): EndState['tasks'][number] {
  return {
    mm: memory.inMemory(taskMm(task.id)),
    active: memory.inMemory(mmCidActive(task.id)),
    onCpu: memory.inMemory(onCpu(task.id)),
    mmCid: task.mm_cid,
    lastMmCid: task.last_mm_cid,
    home: task.home,
    queued: task.workQueued,
    exiting: task.exiting,
    dead: task.dead,
    routine: task.frame?.routine ?? 0,
  };
}
