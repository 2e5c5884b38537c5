import type { TopLevelSpec } from 'vega-lite';
import { CHART_CONFIG, COLORS, DASHES, GREY } from '../chart/theme.js';
import { STRATEGIES } from '../fuzz/config.js';
import type { Sample } from '../fuzz/progress.js';
import { ratesOf } from './rates.js';
import { thinned } from './thinned.js';

/** A chart of how a campaign did. */
export interface Chart {
  /** For file names and addresses. */
  readonly name: string;
  /** What it shows, in a few words. */
  readonly title: string;
  readonly spec: TopLevelSpec;
}

/** Of a size to be read where a page makes it as narrow as a phone. */
const WIDTH = 380;
const HEIGHT = 150;
const FONT_SIZE = 12;
const TITLE_SIZE = 14;

/** Points of a line beyond which nobody sees another one. */
const MOST_POINTS = 400;

/** Points of a rate or a share: what is counted a batch at a time is rough. */
const MOST_RATES = 80;

/** The charts of a campaign, from its samples of all sessions, the oldest first. */
export function campaignCharts(all: readonly Sample[]): Chart[] {
  const samples = thinned(all, MOST_POINTS);
  const unit = unitOf(samples.at(-1)?.seconds ?? 0);
  const at = (sample: Sample | null) => (sample?.seconds ?? 0) / unit.seconds;
  const time = {
    field: 'time',
    type: 'quantitative',
    title: `${unit.word} of work`,
    axis: { format: '~g' },
    // Also of a campaign that has just begun there is something to draw.
    scale: {
      nice: false,
      domain: [at(samples[0] ?? null), Math.max(at(samples.at(-1) ?? null), at(samples[0] ?? null) + 0.001)],
    },
  };
  return [
    throughput(all, time, at),
    coverage(samples, time, at),
    strategies(thinned(all, MOST_RATES), time, at),
    memory(samples, time, at),
  ];
}

type At = (sample: Sample | null) => number;

/** From 0 to the largest value, or to something where all are 0. */
function fromZero(values: readonly number[]): object {
  return { domain: [0, values.reduce((most, value) => Math.max(most, value), 1)], nice: true };
}

/** The unit that a time axis is in. */
function unitOf(seconds: number): { readonly word: string; readonly seconds: number } {
  if (seconds > 3 * 86_400) return { word: 'days', seconds: 86_400 };
  if (seconds > 3 * 3600) return { word: 'hours', seconds: 3600 };
  return seconds > 300 ? { word: 'minutes', seconds: 60 } : { word: 'seconds', seconds: 1 };
}

function chart(name: string, title: string, spec: object): Chart {
  const whole = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    description: title,
    width: WIDTH,
    height: HEIGHT,
    title: { text: title, anchor: 'start', frame: 'group', fontSize: TITLE_SIZE },
    ...spec,
    config: {
      ...CHART_CONFIG,
      axis: { ...CHART_CONFIG.axis, labelFontSize: FONT_SIZE, titleFontSize: FONT_SIZE },
      legend: { ...CHART_CONFIG.legend, labelFontSize: FONT_SIZE, labelLimit: 200 },
    },
  };
  return { name, title, spec: whole as TopLevelSpec };
}

/** Thousands and millions in short; nothing is `0`, and not `0k`. */
const COUNTS_AXIS = { labelExpr: "datum.value === 0 ? '0' : format(datum.value, '~s')" };

/** Solid, then dashed: for black and white. */
const SOLID_THEN_DASHED = { range: DASHES.slice(0, 2) };

/** A new session is a line of its own, or a point. */
function throughput(samples: readonly Sample[], time: object, at: At): Chart {
  const values = ratesOf(samples, MOST_RATES).map(({ end, rate }) => ({
    time: at(end),
    session: end.session,
    rate,
  }));
  return chart('throughput', 'Schedules a second', {
    data: { values },
    mark: { type: 'line', strokeWidth: 1.5, color: COLORS[1], point: { size: 8, color: COLORS[1] } },
    encoding: {
      x: time,
      y: {
        field: 'rate',
        type: 'quantitative',
        title: null,
        axis: COUNTS_AXIS,
        scale: fromZero(values.map(({ rate }) => rate)),
      },
      detail: { field: 'session', type: 'nominal' },
    },
  });
}

/** Features and files of the corpus, and where findings were new. */
function coverage(samples: readonly Sample[], time: object, at: At): Chart {
  const values = samples.flatMap((sample) => [
    { time: at(sample), what: 'features', n: sample.features },
    { time: at(sample), what: 'files of the corpus', n: sample.corpus },
  ]);
  const found = samples.flatMap((sample, i) => {
    const more = sample.findings - (samples[i - 1]?.findings ?? 0);
    return more > 0 ? [{ time: at(sample), findings: sample.findings }] : [];
  });
  return chart('coverage', 'Coverage, and new findings (dashed)', {
    layer: [
      {
        data: { values },
        mark: { type: 'line', strokeWidth: 1.5 },
        encoding: {
          x: time,
          y: {
            field: 'n',
            type: 'quantitative',
            title: null,
            axis: COUNTS_AXIS,
            scale: fromZero(values.map(({ n }) => n)),
          },
          color: {
            field: 'what',
            type: 'nominal',
            scale: { domain: ['features', 'files of the corpus'], range: [COLORS[1], COLORS[2]] },
          },
          strokeDash: { field: 'what', type: 'nominal', scale: SOLID_THEN_DASHED },
        },
      },
      {
        data: { values: found },
        mark: { type: 'rule', color: COLORS[0], strokeDash: [4, 3] },
        encoding: { x: time },
      },
    ],
  });
}

/** How the schedules since the sample before were shared out. */
function strategies(samples: readonly Sample[], time: object, at: At): Chart {
  const values = samples.flatMap((sample, i) => {
    const before = samples[i - 1]?.plays ?? {};
    // What a killed session had counted, and not saved, is counted once more.
    const since = STRATEGIES.map((strategy) =>
      Math.max(0, (sample.plays[strategy] ?? 0) - (before[strategy] ?? 0)),
    );
    const all = since.reduce((sum, n) => sum + n, 0);
    if (all <= 0) return [];
    return STRATEGIES.flatMap((strategy, s) =>
      sample.plays[strategy] === undefined ? [] : [{ time: at(sample), strategy, share: since[s]! / all }],
    );
  });
  return chart('strategies', 'Who chose the schedules', {
    data: { values },
    mark: { type: 'area', opacity: 0.8 },
    encoding: {
      x: time,
      y: {
        field: 'share',
        type: 'quantitative',
        title: null,
        stack: 'zero',
        axis: { format: '.0%' },
        scale: { domain: [0, 1], clamp: true },
      },
      color: {
        field: 'strategy',
        type: 'nominal',
        // A strategy has its colour in all charts; the legend has those that there are.
        scale: { domain: [...STRATEGIES.slice(0, 5)], range: [...COLORS.slice(0, 5)] },
        legend: { values: STRATEGIES.filter((name) => values.some(({ strategy }) => strategy === name)) },
      },
    },
  });
}

function memory(samples: readonly Sample[], time: object, at: At): Chart {
  const values = samples.flatMap((sample) => [
    { time: at(sample), session: sample.session, what: 'campaign', bytes: sample.memory / 2 ** 20 },
    { time: at(sample), session: sample.session, what: 'workers', bytes: sample.workerMemory / 2 ** 20 },
  ]);
  return chart('memory', 'Memory (MiB)', {
    data: { values },
    mark: { type: 'line', strokeWidth: 1.5 },
    encoding: {
      x: time,
      y: {
        field: 'bytes',
        type: 'quantitative',
        title: null,
        scale: fromZero(values.map(({ bytes }) => bytes)),
      },
      color: {
        field: 'what',
        type: 'nominal',
        scale: { domain: ['campaign', 'workers'], range: [GREY, COLORS[3]] },
      },
      strokeDash: { field: 'what', type: 'nominal', scale: SOLID_THEN_DASHED },
      detail: { field: 'session', type: 'nominal' },
    },
  });
}
