import { clientScript } from '../chart/client-script.js';
import { escaped, pageOf } from '../chart/page.js';
import { campaignTitle, campaignWords } from '../dashboard/campaign-words.js';
import { campaignCharts } from '../dashboard/charts.js';
import type { Figure } from '../dashboard/figures.js';
import type { CampaignView } from '../fuzz/progress.js';

const STYLE = `
body { max-width: 76rem; }
h1 { font-size: 1.3rem; overflow-wrap: anywhere; margin-bottom: 0; }
h1 small { display: block; font-weight: normal; font-size: 1rem; opacity: .75; }
#state { margin-top: .25rem; }
#state::before { content: '●'; color: #009e73; margin-right: .5rem; }
.ending #state::before { color: #b58900; }
.done #state::before { color: #888; }
.gone #state { color: #d33; font-weight: bold; }
.gone #state::before { content: '○'; color: inherit; }
.gone .boxes, .gone .charts { opacity: .6; }
.boxes { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: .75rem; }
.boxes section { border: 1px solid var(--line); border-radius: .5rem; padding: .5rem .75rem; margin: 0; }
h2 { font-size: .85rem; text-transform: uppercase; letter-spacing: .06em; opacity: .75; margin: 0 0 .25rem; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .1rem .75rem; margin: 0; }
dt { opacity: .75; }
dd { margin: 0; text-align: right; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 28rem), 1fr)); gap: 1rem; margin: 1.5rem 0; }
figure { margin: 0; min-height: 10rem; }
figure svg { width: 100%; height: auto; max-width: 36rem; }
#findings { padding: 0; list-style: none; }
#findings > li { border-left: 4px solid #d55e00; padding: .25rem .75rem; margin: .75rem 0; }
#findings p { margin: .25rem 0; }
#findings ul { margin: .25rem 0; padding-left: 1.2rem; font: .85em/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
#findings ul:empty { display: none; }
#findings span { opacity: .75; overflow-wrap: anywhere; }
#messages { font-size: .9em; opacity: .85; overflow-wrap: anywhere; padding-left: 1.2rem; }
`;

/** The page of a campaign: a frame, whose script asks for the rest. */
export async function livePage({ config, out }: CampaignView): Promise<string> {
  const title = campaignTitle(config);
  const box = (id: string, name: string, figures: readonly Figure[] = []) =>
    `<section><h2>${name}</h2><dl id="${id}">${figures.map(figureHtml).join('')}</dl></section>`;
  const charts = campaignCharts([]).map(
    ({ name, title }) => `<figure data-chart="${name}" role="img" aria-label="${escaped(title)}"></figure>`,
  );
  return pageOf({
    title: `cidfuzz: ${title}`,
    style: STYLE,
    script: await clientScript('live/client/client.js'),
    allow: "connect-src 'self'",
    body: `<h1>cidfuzz: ${escaped(title)} <small>${escaped(out)}</small></h1>
<p id="state" role="status">…</p>
<div class="boxes">
${box('time', 'Time')}
${box('work', 'Work')}
${box('coverage', 'Coverage')}
${box('strategies', 'Strategies')}
${box('machine', 'Machine')}
${box('campaign', 'Campaign', campaignWords(config))}
</div>
<div class="charts">
${charts.join('\n')}
</div>
<h2>Findings</h2>
<p id="nothing">none yet</p>
<ul id="findings"></ul>
<h2>Messages</h2>
<ul id="messages"></ul>
<noscript><p>This page needs JavaScript; the same figures are in <a href="view.json">view.json</a>.</p></noscript>
<p><a href="metrics">metrics for Prometheus</a></p>`,
  });
}

function figureHtml({ label, value }: Figure): string {
  return `<dt>${escaped(label)}</dt><dd>${escaped(value)}</dd>`;
}
