import { type Figures, figuresOf, findingWords } from '../dashboard/figures.js';
import { thinned } from '../dashboard/thinned.js';
import type { CampaignView, FindingRow } from '../fuzz/progress.js';

/** Samples that are sent along: what the charts are drawn from stays here. */
const MOST_SAMPLES = 100;

/** What the page is given every time that it asks: `/view.json`. */
export interface Shown extends CampaignView {
  readonly figures: Figures;
  readonly findings: readonly (FindingRow & { readonly about: string })[];
}

export function shownOf(view: CampaignView): Shown {
  return {
    ...view,
    history: thinned(view.history, MOST_SAMPLES),
    figures: figuresOf(view),
    findings: view.findings.map((row) => ({ ...row, about: findingWords(row) })),
  };
}
