import type { EndState, MmState, TaskState } from '../event/end-state.js';
import { CPU_SHIFT, LAYOUT, TASK_SHIFT, WORLD } from './addresses.js';
import { taskOf } from './decode.js';

/** Offsets in the records of assembly/layout.ts. */
const FRAME_IN_CPU = 40;
const FRAME_IN_TASK = 48;
const MASK_IN_MM = 32;
const NONE = 0xffffffff;

/** The world that is laid out now: `tasks` and `mms` count all that are ever named. */
export function readEndState(view: DataView, cpus: number, tasks: number, mms: number): EndState {
  const [cpuBase, taskBase, mmBase, mmShift, slotsInMm] = [0, 1, 2, 3, 4].map((i) =>
    view.getUint32(LAYOUT + 4 * i, true),
  ) as [number, number, number, number, number];
  const u64 = (at: number) => view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
  const range = <T>(length: number, at: (i: number) => T) => Array.from({ length }, (_, i) => at(i));

  const task = (i: number): TaskState | null => {
    const at = taskBase + ((cpus + i) << TASK_SHIFT);
    const flag = (n: number) => view.getUint8(at + 36 + n) !== 0;
    if (!flag(0)) return null;
    return {
      mm: view.getUint32(at, true) === NONE ? -1 : u64(at),
      active: u64(at + 8),
      onCpu: u64(at + 16),
      mmCid: view.getInt32(at + 24, true),
      lastMmCid: view.getInt32(at + 28, true),
      home: view.getInt32(at + 32, true),
      queued: flag(5),
      exiting: flag(4),
      dead: flag(1),
      routine: view.getUint8(at + FRAME_IN_TASK),
    };
  };

  const mm = (m: number): MmState => {
    const at = mmBase + (m << mmShift);
    return {
      nextScan: u64(at),
      cidLock: u64(at + 8),
      users: view.getInt32(at + 16, true),
      mask: range(Math.ceil(cpus / 64), (w) => view.getBigUint64(at + MASK_IN_MM + 8 * w, true)),
      cid: range(cpus, (c) => u64(at + slotsInMm + 16 * c + 8)),
      time: range(cpus, (c) => u64(at + slotsInMm + 16 * c)),
    };
  };

  return {
    now: u64(WORLD + 16),
    useCidLock: u64(WORLD),
    cidLock: u64(WORLD + 8),
    cpus: range(cpus, (c) => {
      const at = cpuBase + (c << CPU_SHIFT);
      return {
        curr: taskOf(view.getUint32(at, true), cpus),
        clock: u64(at + 8),
        routine: view.getUint8(at + FRAME_IN_CPU),
      };
    }),
    tasks: range(tasks, task),
    mms: range(mms, mm),
  };
}
