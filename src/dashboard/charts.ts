import type { TopLevelSpec } from 'vega-lite';
import { CHART_CONFIG, COLORS, GREY } from '../chart/theme.js';
import { STRATEGIES } from '../fuzz/config.js';
import type { Sample } from '../fuzz/progress.js';
import { paceBetween } from './figures.js';

/** A chart of how a campaign did. */
export interface Chart {
  /** For file names and addresses. */
  readonly name: string;
  /** What it shows, in a few words. */
  readonly title: string;
  readonly spec: TopLevelSpec;
}

const WIDTH = 440;
const HEIGHT = 150;

/** Points of a line beyond which nobody sees another one. */
const MOST_POINTS = 400;

/** Points of a rate: what is counted a batch at a time is rough. */
const MOST_RATES = 80;

/** At most so many of the samples, evenly spread over time, the first and the last among them. */
export function thinned(samples: readonly Sample[], most = MOST_POINTS): readonly Sample[] {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || samples.length <= most) return samples;
  const gap = (last.seconds - first.seconds) / (most - 2);
  const kept: Sample[] = [];
  for (const sample of samples) {
    const before = kept.at(-1);
    if (before === undefined || sample.seconds - before.seconds >= gap || sample === last) kept.push(sample);
  }
  return kept;
}

/** The charts of a campaign, from its samples of all sessions, the oldest first. */
export function campaignCharts(all: readonly Sample[]): Chart[] {
  const samples = thinned(all);
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
    throughput(thinned(samples, MOST_RATES), time, at),
    coverage(samples, time, at),
    strategies(samples, time, at),
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
    title: { text: title, anchor: 'start', frame: 'group', fontSize: 13 },
    ...spec,
    config: CHART_CONFIG,
  };
  return { name, title, spec: whole as TopLevelSpec };
}

/** Schedules a second from one sample to the next; a new session is a line of its own. */
function throughput(samples: readonly Sample[], time: object, at: At): Chart {
  const values = samples.flatMap((sample, i) => {
    const before = samples[i - 1];
    if (before === undefined || before.session !== sample.session || sample.seconds <= before.seconds)
      return [];
    return [{ time: at(sample), session: sample.session, rate: paceBetween(before, sample).schedules }];
  });
  return chart('throughput', 'Schedules a second', {
    data: { values },
    mark: { type: 'line', strokeWidth: 1.5, color: COLORS[1] },
    encoding: {
      x: time,
      y: {
        field: 'rate',
        type: 'quantitative',
        title: null,
        axis: { format: '~s' },
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
            axis: { format: '~s' },
            scale: fromZero(values.map(({ n }) => n)),
          },
          color: {
            field: 'what',
            type: 'nominal',
            scale: { domain: ['features', 'files of the corpus'], range: [COLORS[1], COLORS[2]] },
          },
          strokeDash: {
            field: 'what',
            type: 'nominal',
            scale: {
              range: [
                [1, 0],
                [6, 3],
              ],
            },
          },
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
    const since = STRATEGIES.map((strategy) => (sample.plays[strategy] ?? 0) - (before[strategy] ?? 0));
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
        scale: { domain: [...STRATEGIES.slice(0, 5)], range: [...COLORS.slice(0, 5)] },
      },
    },
  });
}

function memory(samples: readonly Sample[], time: object, at: At): Chart {
  const values = samples.flatMap((sample) => [
    { time: at(sample), what: 'campaign', bytes: sample.memory / 2 ** 20 },
    { time: at(sample), what: 'workers', bytes: sample.workerMemory / 2 ** 20 },
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
      strokeDash: {
        field: 'what',
        type: 'nominal',
        scale: {
          range: [
            [1, 0],
            [6, 3],
          ],
        },
      },
    },
  });
}
