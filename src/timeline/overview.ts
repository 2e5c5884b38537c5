import type { TopLevelSpec } from 'vega-lite';
import { drawSvg } from '../chart/svg.js';
import { GREY } from '../chart/theme.js';
import { colorOf, RED } from './colors.js';
import type { Timeline } from './timeline.js';

/** Its own units: a page stretches it to whatever width there is, so it has no text. */
const WIDTH = 1000;
const LANE = 20;
/** In a lane: the marks, and below them the band of stores that wait. */
const MARK = [3, 13] as const;
const BUFFER = [14.5, 17.5] as const;
/** Up to so many positions each step is a mark of its own; beyond, its neighbours of one routine touch it. */
const MOST_APART = 400;

interface Box {
  readonly x: number;
  readonly x2: number;
  readonly y: number;
  readonly y2: number;
  readonly color: string;
  readonly opacity: number;
}

/**
 * The whole run at a glance: time flows to the right, one lane a cpu, a mark a micro-step, coloured by its routine; a
 * grey band where a store waits; the violation as a red line through all lanes.
 */
export async function overviewSvg(timeline: Timeline): Promise<string> {
  const height = LANE * Math.max(1, timeline.cpus.length);
  const svg = await drawSvg({
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    width: WIDTH,
    height,
    padding: 0,
    autosize: 'none',
    background: 'transparent',
    config: { view: { stroke: null }, aria: false },
    data: { values: boxesOf(timeline, height) },
    mark: { type: 'rect' },
    encoding: {
      ...at('x'),
      ...at('x2'),
      ...at('y'),
      ...at('y2'),
      color: { field: 'color', type: 'nominal', scale: null },
      opacity: { field: 'opacity', type: 'quantitative', scale: null },
    },
  } as TopLevelSpec);
  return svg.replace('<svg', '<svg aria-hidden="true" preserveAspectRatio="none"');
}

/** A field of the data that is a place already. */
function at(channel: 'x' | 'x2' | 'y' | 'y2') {
  const main = channel.length === 1 ? { type: 'quantitative', scale: null, axis: null } : {};
  return { [channel]: { field: channel, ...main } };
}

function boxesOf(timeline: Timeline, height: number): Box[] {
  const { cpus, marks, stores, last, violation } = timeline;
  const unit = WIDTH / Math.max(1, last);
  const gap = last <= MOST_APART ? Math.min(1.5, unit / 5) : 0;
  const lanes = new Map(cpus.map((cpu, lane) => [cpu, lane * LANE]));
  const round = (n: number) => Math.round(n * 100) / 100;
  const box = (from: number, to: number, y: number, y2: number, color: string, opacity = 1): Box => ({
    x: round(from),
    x2: round(to),
    y,
    y2,
    color,
    opacity,
  });
  const boxes = [...lanes.values()].map((top) => box(0, WIDTH, top + MARK[0], top + MARK[1], GREY, 0.15));
  for (const { cpu, issued, reached, told } of stores) {
    const top = lanes.get(cpu) ?? 0;
    const until = Math.min(WIDTH, (reached - 0.5) * unit);
    boxes.push(box((issued - 0.5) * unit, until, top + BUFFER[0], top + BUFFER[1], GREY, told ? 1 : 0.35));
  }
  if (violation !== null) boxes.push(box((violation - 1) * unit, violation * unit, 0, height, RED, 0.35));
  for (const { cpu, routine, first, steps } of runsOf(marks, gap > 0)) {
    const top = lanes.get(cpu) ?? 0;
    const end = (first + steps - 1) * unit - gap;
    boxes.push(box((first - 1) * unit, end, top + MARK[0], top + MARK[1], colorOf(routine)));
  }
  if (violation !== null) {
    const middle = (violation - 0.5) * unit;
    boxes.push(box(middle - 1, middle + 1, 0, height, RED));
  }
  return boxes;
}

/** Neighbouring steps of one routine as one; `apart`: each by itself. */
function runsOf(marks: Timeline['marks'], apart: boolean) {
  const runs: { cpu: number; routine: string; first: number; steps: number }[] = [];
  for (const [index, { cpu, routine }] of marks.entries()) {
    const run = runs.at(-1);
    if (!apart && run?.cpu === cpu && run.routine === routine) run.steps++;
    else runs.push({ cpu, routine, first: index + 1, steps: 1 });
  }
  return runs;
}
