import { NO_MM, type Scenario } from '../scenario/scenario.js';
import type { Delays } from './delays.js';
import { mmWord } from './wording.js';

/** Of an mm; a file with more than that is not read from here. */
const MOST_TASKS_TOLD = 6;

/** What was run: the algorithm and its surroundings, then who there is. */
export function facts(scenario: Scenario, file: string | null): string[] {
  const { algo, mutants, memory, arch, preempt, cpus } = scenario;
  const changed = algo === 'v6.3' || mutants.length === 0 ? '' : `, mutant ${mutants.join(', ')}`;
  const lines = [
    `${file === null ? '' : `${file}: `}${algo}${changed}`,
    `memory ${memory}, arch ${arch}, preempt ${preempt}, ${cpus} ${cpus === 1 ? 'cpu' : 'cpus'}`,
  ];
  const tasksOf = (mm: number) => {
    const all = scenario.tasks.flatMap((decl, task) =>
      decl.mm === mm ? [`${scenario.taskNames[task]} (home cpu ${decl.home})`] : [],
    );
    const more = all.length - MOST_TASKS_TOLD;
    return more > 0 ? `${all.slice(0, MOST_TASKS_TOLD).join(', ')} and ${more} more` : all.join(', ');
  };
  for (let mm = 0; mm < scenario.mms; mm++) {
    lines.push(`mm ${mmWord(scenario, mm)}: ${tasksOf(mm) || 'no task'}`);
  }
  const kernelThreads = tasksOf(NO_MM);
  if (kernelThreads !== '') lines.push(`kernel threads: ${kernelThreads}`);
  return lines;
}

/** What a reader who knows the patch, but not this table, needs to be told. */
export function legend(scenario: Scenario, delays: Delays): string[] {
  return [...names(scenario), ...notation(delays)];
}

function names(scenario: Scenario): string[] {
  const mm = scenario.mmNames[0] ?? 'A';
  if (scenario.algo === 'v6.3') {
    return [`Time flows down, one access a line. mask[${mm}] is mm ${mm}'s cidmask.`];
  }
  return [
    `Time flows down, one access a line. cid[${mm}][0] is mm ${mm}'s pcpu_cid->cid on cpu 0, mask[${mm}] its cidmask; a task`,
    'holds an id while it runs with it. (TSA), (TSB), (TMA), (TMB) are those of the comment above clear-old.',
  ];
}

/** How delays are written, where there are any. */
function notation(delays: Delays): string[] {
  const lines: string[] = [];
  if (delays.stores.some((store) => delays.isTold(store))) {
    lines.push(
      '(in the store buffer): only its own cpu sees the store until "↳ visible", when it reaches memory. Of slots, times,',
      'clocks and locks this is told only where another cpu finds an older value meanwhile, or the run ends before.',
    );
  }
  if (delays.staleLoads().length > 0) {
    lines.push(
      '(stale: older than X): the load returns what memory held before X, as if it had been made earlier.',
    );
  }
  return lines;
}
