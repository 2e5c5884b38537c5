import { type Figures, figuresOf, sharesOf } from '../dashboard/figures.js';
import type { CampaignView } from '../fuzz/progress.js';

/** What the page is given every time that it asks: `/view.json`. */
export interface Shown extends CampaignView {
  readonly figures: Figures;
  readonly shares: readonly { readonly strategy: string; readonly share: number }[];
}

export function shownOf(view: CampaignView): Shown {
  return { ...view, figures: figuresOf(view), shares: sharesOf(view.now) };
}
