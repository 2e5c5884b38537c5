import { FeatureSet } from '../engine/feature-set.js';
import { STRATEGIES, type Strategy } from '../fuzz/config.js';
import { DEPTHS, pctBounds } from '../fuzz/pct-bound.js';
import type { CampaignState } from '../fuzz/state.js';
import { grouped } from '../numbers.js';
import type { SearchReport } from './fuzz-report.js';

/** How a campaign has searched: strategies, corpus, PCT's bound. */
export function searchReport(state: CampaignState): SearchReport {
  const pct = pctBounds(state);
  return {
    fields: {
      corpus: state.corpus,
      features: new FeatureSet(state.features).size,
      plays: playsOf(state),
      ...(pct === null ? {} : { pct }),
    },
    lines: linesOf(state),
  };
}

/** Schedules of each strategy that had any. */
function playsOf({ plays }: CampaignState): Partial<Record<Strategy, number>> {
  return Object.fromEntries(STRATEGIES.map((name, i) => [name, plays[i]!]).filter(([, n]) => n !== 0));
}

function linesOf(state: CampaignState): string[] {
  const lines: string[] = [];
  if (state.config.strategy === 'portfolio') {
    const shares = Object.entries(playsOf(state)).map(
      ([name, n]) => `${name} ${((100 * n) / Math.max(1, state.next)).toFixed(0)} %`,
    );
    lines.push(`portfolio: ${shares.join(', ')} of the schedules`);
  }
  if (state.corpus > 0) {
    const { size } = new FeatureSet(state.features);
    lines.push(`corpus: ${grouped(state.corpus)} schedules that cover ${grouped(size)} features`);
  }
  const pct = state.config.strategy === 'pct' ? pctBounds(state) : null;
  for (const { threads, events, depth, probability, schedules95 } of pct ?? []) {
    const power = depth === 1 ? 'n' : depth === 2 ? 'n·k' : `n·k^${depth - 1}`;
    lines.push(
      `pct, depth ${depth}: at least 1/(${power}) where the schedule is of that depth, one of ${DEPTHS.length}: with ` +
        `n = ${threads}, k = ${grouped(events)} that is ${probability.toPrecision(2)} a schedule; ` +
        `95 % after ${grouped(schedules95)} schedules of one program`,
    );
  }
  return lines;
}
