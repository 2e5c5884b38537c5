import { type Algo, ARCHES, type Arch, MEMORIES, type Memory, type Mutant } from '../words.js';
import type { Cell } from './plan.js';

/** Mutants that break nothing on some machines, and why. */
export interface Harmless {
  readonly mutants: readonly Mutant[];
  readonly memories: readonly Memory[];
  readonly arches: readonly Arch[];
  /** In words, to go after `: `; it holds for each of the mutants on each of the machines. */
  readonly reason: string;
}

/** Those that take a full barrier away and nothing else. */
const BARRIERS: readonly Mutant[] = [
  'no-entry-mb',
  'no-mb-kernel-user',
  'no-mb-user-kernel',
  'no-mb-user-user',
  'no-exit-mb',
  'no-before-exec-mb',
  'no-after-exec-mb',
];

/** What corpus/known/mutants-of-fixed/README.md says at length. Where two entries speak of a cell, the first counts. */
const HARMLESS: readonly Harmless[] = [
  { mutants: BARRIERS, memories: ['sc'], arches: ARCHES, reason: 'a barrier orders nothing under sc' },
  {
    mutants: ['no-exit-mb', 'no-before-exec-mb'],
    memories: ['tso', 'weak'],
    arches: ARCHES,
    reason:
      'a slot that is not unset is put by a cmpxchg, which drains S active = 0; an unset slot needs no barrier',
  },
  {
    mutants: ['no-entry-mb'],
    memories: ['tso', 'weak'],
    arches: ARCHES,
    reason:
      'no store overtakes those before the rq lock, and that of S curr before the loads of the slots is the work of step 4',
  },
];

/** With one cleaner of an mm at a time, what spares it work is for economy alone. */
const REPAIRED: readonly Harmless[] = [
  {
    mutants: ['no-age-check'],
    memories: MEMORIES,
    arches: ARCHES,
    reason: 'a young slot that no task uses may be unset as well as an old one; it costs an allocation',
  },
  {
    mutants: ['no-first-check'],
    memories: MEMORIES,
    arches: ARCHES,
    reason: 'the second check is the one that decides; the first spares slots in use the detour by lazy',
  },
];

/** The reasons that hold under an algorithm. */
export function harmlessUnder(algo: Algo): readonly Harmless[] {
  return algo === 'rfc-v6-fixed' ? [...HARMLESS, ...REPAIRED] : HARMLESS;
}

/** Why a mutant breaks nothing there, or null where no reason is known. */
export function reasonFor({ row, memory, arch }: Cell, list: readonly Harmless[]): string | null {
  if (row === 'none') return null;
  const entry = list.find(
    ({ mutants, memories, arches }) =>
      mutants.includes(row) && memories.includes(memory) && arches.includes(arch),
  );
  return entry?.reason ?? null;
}

/** `sc x86 and arm64, tso x86`: the machines of some cells of one row. */
export function machinesText(cells: readonly Cell[]): string {
  const byMemory = MEMORIES.flatMap((memory) => {
    const arches = cells.filter((cell) => cell.memory === memory).map(({ arch }) => arch);
    return arches.length === 0 ? [] : [`${memory} ${arches.join(' and ')}`];
  });
  return byMemory.join(', ');
}
