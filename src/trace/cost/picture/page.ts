import { costRows } from '../table.js';
import { type CostOfFile, traceTitle } from './charts.js';

const STYLE = `
:root { color-scheme: light dark; --line: #8886; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
section { margin: 3rem 0; }
h2 { font-size: 1.1rem; overflow-wrap: anywhere; }
figure { margin: 1rem 0; overflow-x: auto; }
svg { width: 100%; min-width: 38rem; height: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; max-width: 100%; }
caption { text-align: left; padding: .5rem 0; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .5rem; text-align: right; }
th:first-child { text-align: left; font-weight: normal; }
@media (max-width: 30rem) { body { font-size: 13px; } th, td { padding: .25rem; } }
`;

/** Text of whatever origin, as HTML. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** A page that needs nothing but itself. */
export function page(costs: readonly CostOfFile[], charts: readonly string[]): string {
  const sections = costs.map((one, i) => section(one, charts[i]!)).join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>What mm_cid costs on real schedules</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>What mm_cid costs on real schedules</h1>
<p>The schedules of traces, replayed access by access through each algorithm by cidfuzz.</p>
${sections}
</main>
</body>
</html>
`;
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
