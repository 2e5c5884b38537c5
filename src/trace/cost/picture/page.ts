import { escaped, pageOf } from '../../../chart/page.js';
import { costRows } from '../table.js';
import { type CostOfFile, traceTitle } from './charts.js';

const TITLE = 'What mm_cid costs on real schedules';

const STYLE = 'svg { width: 100%; min-width: 38rem; height: auto; }';

/** A page that needs nothing but itself. */
export function page(costs: readonly CostOfFile[], charts: readonly string[]): string {
  const sections = costs.map((one, i) => section(one, charts[i]!)).join('\n');
  const body = `<h1>${TITLE}</h1>
<p>The schedules of traces, replayed access by access through each algorithm by cidfuzz.</p>
${sections}`;
  return pageOf({ title: TITLE, style: STYLE, body });
}

function section(one: CostOfFile, chart: string): string {
  const title = escaped(traceTitle(one));
  return `<section>
<h2>${title}</h2>
<figure>${chart.replace('<svg', `<svg role="img" aria-label="${title}"`)}</figure>
${table(one)}
</section>`;
}

function table({ cost }: CostOfFile): string {
  const rows = costRows(cost).map(
    ([label, ...cells]) =>
      `<tr><th scope="row">${escaped(label)}</th>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`,
  );
  return `<table>
<caption>Per 1 000 switches; at most ${cost.maxConcurrency} threads of one address space ran at once</caption>
<thead><tr><th></th>${cost.algos.map(({ algo }) => `<th scope="col">${escaped(algo)}</th>`).join('')}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>`;
}
