import { paceNow } from '../dashboard/figures.js';
import type { CampaignView } from '../fuzz/progress.js';
import { durationOf, grouped } from '../numbers.js';

/** How a campaign does, in one line: for a pipe, or a terminal that is too small. */
export function lineOf(view: CampaignView): string {
  const { now } = view;
  const pace = paceNow(view);
  return (
    `${durationOf(now.seconds)}: ${grouped(now.schedules)} schedules (${grouped(pace.schedules)}/s), ` +
    `${grouped(pace.steps / 1000)} k steps/s, ${grouped(now.compared)} compared, ` +
    (now.corpus > 0 ? `corpus ${grouped(now.corpus)}, ${grouped(now.features)} features, ` : '') +
    `${grouped(now.findings)} ${now.findings === 1 ? 'finding' : 'findings'}` +
    (now.faults > 0 ? `, ${now.faults} ${now.faults === 1 ? 'fault' : 'faults'} of cidfuzz` : '')
  );
}
