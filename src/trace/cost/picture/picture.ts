import { drawSvg } from '../../../chart/svg.js';
import { type CostOfFile, traceCharts } from './charts.js';
import { page } from './page.js';

/** What a picture can be written as. */
export type PictureFormat = 'svg' | 'html';

/** By the ending of a file's name; null: none that we write. */
export function pictureFormat(file: string): PictureFormat | null {
  const ending = /\.(svg|html)$/.exec(file)?.[1];
  return ending === undefined ? null : (ending as PictureFormat);
}

/** The costs of some traces as one self-contained file: the same costs give the same bytes. */
export async function costPicture(costs: readonly CostOfFile[], format: PictureFormat): Promise<string> {
  const charts: string[] = [];
  for (const one of costs) charts.push(await drawSvg(traceCharts(one)));
  return format === 'html' ? page(costs, charts) : stacked(charts);
}

/** Several drawings in one, each below the one before. */
function stacked(charts: readonly string[]): string {
  let below = 0;
  let width = 0;
  const parts = charts.map((chart) => {
    const size = /<svg[^>]*? width="(\d+(?:\.\d+)?)" height="(\d+(?:\.\d+)?)"/.exec(chart);
    const [w, h] = [Number(size?.[1]), Number(size?.[2])];
    const part = chart.replace('<svg', `<svg y="${below}"`);
    below += h;
    width = Math.max(width, w);
    return part;
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${below}" viewBox="0 0 ${width} ${below}">` +
    `<rect width="100%" height="100%" fill="white"/>${parts.join('')}</svg>\n`
  );
}
