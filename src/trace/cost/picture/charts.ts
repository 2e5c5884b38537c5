import { basename } from 'node:path';
import type { TopLevelSpec } from 'vega-lite';
import { CHART_CONFIG, COLORS, DASHES, GREY } from '../../../chart/theme.js';
import { printable } from '../../../errors.js';
import { ALGOS } from '../../../words.js';
import { switchesOf } from '../../counts.js';
import type { TraceCost } from '../cost-of.js';
import { COST_ROWS, traceLine } from '../table.js';

/** A trace's cost, and the file that it is of. */
export interface CostOfFile {
  readonly file: string;
  readonly cost: TraceCost;
}

const WIDTH = 640;
const SMALL = { anchor: 'start', frame: 'group', fontSize: 12 };

/** What a trace is, in one line. */
export function traceTitle({ file, cost }: CostOfFile): string {
  return printable(traceLine(basename(file), cost));
}

/** The charts of a trace, one above the other: atomic operations over time, compactness over time, all in all. */
export function traceCharts(one: CostOfFile): TopLevelSpec {
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: { text: traceTitle(one), anchor: 'start', fontSize: 14 },
    vconcat: [overTime(one.cost), compactness(one.cost), totals(one.cost)],
    spacing: 24,
    config: CHART_CONFIG,
  } as TopLevelSpec;
}

/** An algorithm has the same look everywhere. */
const byAlgo = {
  color: { field: 'algo', type: 'nominal', scale: { domain: ALGOS, range: COLORS.slice(0, ALGOS.length) } },
  strokeDash: { field: 'algo', type: 'nominal', scale: { domain: ALGOS, range: DASHES } },
};

const time = { field: 'seconds', type: 'quantitative', title: 'seconds' };
/** Logarithmic, but for what is next to nothing: there may be none at all. */
const logarithmic = { type: 'symlog', constant: 0.1 };
const POWERS_AXIS = { values: [0, 0.1, 1, 10, 100, 1000, 10_000], labelExpr: 'datum.value' };

/** By stretch of time and algorithm. */
function overTime({ samples, algos }: TraceCost): object {
  const values = samples.flatMap(({ seconds, switches, costs }) =>
    algos.map(({ algo }, i) => ({
      seconds,
      algo,
      rmw: switches === 0 ? null : (1000 * costs[i]!.rmw) / switches,
    })),
  );
  return {
    width: WIDTH,
    height: 180,
    title: { ...SMALL, text: 'Atomic read-modify-writes per 1 000 switches' },
    data: { values },
    mark: { type: 'line', strokeWidth: 1.5 },
    encoding: {
      x: time,
      y: { field: 'rmw', type: 'quantitative', title: null, scale: logarithmic, axis: POWERS_AXIS },
      ...byAlgo,
    },
  };
}

function compactness({ samples, algos }: TraceCost): object {
  const held = samples.flatMap(({ seconds, costs }) =>
    algos.map(({ algo }, i) => ({ seconds, algo, cids: costs[i]!.highest + 1 })),
  );
  const needed = samples.map(({ seconds, running }) => ({ seconds, running }));
  const axis = { tickMinStep: 1, format: 'd' };
  return {
    width: WIDTH,
    height: 110,
    title: { ...SMALL, text: 'Highest cid held, plus one (lines); threads of one mm at once (grey)' },
    layer: [
      {
        data: { values: needed },
        mark: { type: 'area', interpolate: 'step', color: GREY, opacity: 0.35 },
        encoding: { x: time, y: { field: 'running', type: 'quantitative', title: null, axis } },
      },
      {
        data: { values: held },
        mark: { type: 'line', interpolate: 'step', strokeWidth: 1.5 },
        encoding: { x: time, y: { field: 'cids', type: 'quantitative', title: null, axis }, ...byAlgo },
      },
    ],
  };
}

function totals({ counts, algos }: TraceCost): object {
  const switches = switchesOf(counts);
  const values = COST_ROWS.flatMap(([label, of]) =>
    algos.map(({ algo, cost }) => ({ label, algo, value: (1000 * cost[of]) / switches })),
  );
  return {
    width: WIDTH,
    height: { step: 9 },
    title: { ...SMALL, text: 'All in all, per 1 000 switches' },
    data: { values },
    mark: { type: 'bar' },
    encoding: {
      x: { field: 'value', type: 'quantitative', title: null, scale: logarithmic, axis: POWERS_AXIS },
      y: {
        field: 'label',
        type: 'nominal',
        title: null,
        sort: COST_ROWS.map(([label]) => label),
        axis: { labelLimit: 300 },
      },
      yOffset: { field: 'algo', type: 'nominal', sort: ALGOS },
      color: byAlgo.color,
    },
  };
}
