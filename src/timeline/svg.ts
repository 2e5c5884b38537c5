import type { TopLevelSpec } from 'vega-lite';
import { drawSvg } from '../chart/svg.js';
import { type Drawing, drawingOf, FONT_SIZE } from './drawing.js';
import type { Timeline } from './timeline.js';

const FONT = 'DejaVu Sans Mono, Liberation Mono, Menlo, Consolas, monospace';
const PADDING = 16;

/**
 * A timeline as a picture on white: time flows down, one lane a cpu, each micro-step a mark with its text, a bar
 * where a store waits in its buffer, what changed beside, and the violation in red. The same timeline gives the same
 * bytes.
 */
export async function timelineSvg(timeline: Timeline): Promise<string> {
  return `${await drawSvg(specOf(drawingOf(timeline)))}\n`;
}

function specOf({ width, height, boxes, lines, marks, texts }: Drawing): TopLevelSpec {
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    width,
    height,
    padding: PADDING,
    autosize: 'none',
    background: 'white',
    config: { view: { stroke: null }, aria: false },
    layer: [
      { data: { values: boxes }, mark: 'rect', encoding: { ...AREA, ...LOOK } },
      {
        data: { values: lines },
        mark: 'rule',
        encoding: { ...AREA, ...LOOK, strokeWidth: { field: 'thick', type: 'quantitative', scale: null } },
      },
      {
        data: { values: marks },
        mark: { type: 'point', size: 56, strokeWidth: 1.6, opacity: 1 },
        encoding: {
          ...POINT,
          shape: { field: 'shape', type: 'nominal', scale: null },
          stroke: { field: 'color', type: 'nominal', scale: null },
          fill: { field: 'fill', type: 'nominal', scale: null },
        },
      },
      ...[false, true].map((bold) => ({
        data: { values: texts.filter((text) => text.bold === bold) },
        mark: {
          type: 'text',
          align: 'left',
          baseline: 'middle',
          font: FONT,
          fontSize: FONT_SIZE,
          fontWeight: bold ? 'bold' : 'normal',
        },
        encoding: { ...POINT, text: { field: 'text', type: 'nominal' }, color: LOOK.color },
      })),
    ],
  } as TopLevelSpec;
}

/** All is laid out in pixels already. */
const POINT = {
  x: { field: 'x', type: 'quantitative', scale: null, axis: null },
  y: { field: 'y', type: 'quantitative', scale: null, axis: null },
};
const AREA = { ...POINT, x2: { field: 'x2' }, y2: { field: 'y2' } };
const LOOK = {
  color: { field: 'color', type: 'nominal', scale: null },
  opacity: { field: 'opacity', type: 'quantitative', scale: null },
};
