/** Colours that differ for everybody (Okabe and Ito, 2008), on light and on dark. */
export const COLORS = ['#d55e00', '#3b8fd4', '#009e73', '#cc79a7', '#b58900', '#7a7a7a'] as const;

/** Dashes beside the colours, for black and white. */
export const DASHES = [
  [1, 0],
  [6, 3],
  [2, 2],
] as const;

export const GREY = '#888888';

/** What a drawing takes from the page around it: so a chart is readable on light and on dark. */
export const TEXT = 'currentColor';

/** vega-lite's `config` of all charts. */
export const CHART_CONFIG = {
  background: 'transparent',
  font: 'sans-serif',
  title: { color: TEXT },
  axis: {
    labelColor: TEXT,
    titleColor: TEXT,
    tickColor: TEXT,
    domainColor: TEXT,
    gridColor: GREY,
    gridOpacity: 0.3,
    titleFontWeight: 'normal',
  },
  legend: { labelColor: TEXT, titleColor: TEXT, orient: 'top', title: null },
  view: { stroke: null },
} as const;
