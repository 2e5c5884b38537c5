/**
 * What a run leaves behind, as both implementations tell it: all of shared memory, and of tasks and mms what no
 * event shows. Numbered like {@link Event}.
 */
export interface EndState {
  /** ns */
  readonly now: number;
  readonly useCidLock: number;
  readonly cidLock: number;
  readonly cpus: readonly CpuState[];
  /** The named tasks; null for one that no fork has brought to life. */
  readonly tasks: readonly (TaskState | null)[];
  readonly mms: readonly MmState[];
}

export interface CpuState {
  readonly curr: number;
  readonly clock: number;
  /** ROUTINE_* of its own frame. */
  readonly routine: number;
}

export interface TaskState {
  /** -1 for none. */
  readonly mm: number;
  readonly active: number;
  readonly onCpu: number;
  readonly mmCid: number;
  readonly lastMmCid: number;
  readonly home: number;
  readonly queued: boolean;
  readonly exiting: boolean;
  readonly dead: boolean;
  /** ROUTINE_* of its frame. */
  readonly routine: number;
}

export interface MmState {
  readonly nextScan: number;
  /** v6.3's lock. */
  readonly cidLock: number;
  readonly users: number;
  readonly mask: readonly bigint[];
  /** By cpu. */
  readonly cid: readonly number[];
  readonly time: readonly number[];
}
