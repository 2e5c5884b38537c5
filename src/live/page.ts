import { clientScript } from '../chart/client-script.js';
import { escaped, pageOf } from '../chart/page.js';
import { campaignCharts } from '../dashboard/charts.js';
import type { CampaignView } from '../fuzz/progress.js';

const STYLE = `
body { max-width: 76rem; }
h1 { font-size: 1.3rem; overflow-wrap: anywhere; margin-bottom: 0; }
#state { margin-top: 0; opacity: .75; }
.gone #state { color: #d33; opacity: 1; font-weight: bold; }
.boxes { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr)); gap: .75rem; }
.boxes section { border: 1px solid var(--line); border-radius: .5rem; padding: .5rem .75rem; margin: 0; }
h2 { font-size: .8rem; text-transform: uppercase; letter-spacing: .06em; opacity: .7; margin: 0 0 .25rem; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .1rem .75rem; margin: 0; }
dt { opacity: .75; }
dd { margin: 0; text-align: right; font-variant-numeric: tabular-nums; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); gap: 1rem; margin: 1.5rem 0; }
figure { margin: 0; min-height: 10rem; }
figure svg { width: 100%; height: auto; }
#findings { padding: 0; list-style: none; }
#findings li { border-left: 4px solid #d55e00; padding: .25rem .75rem; margin: .75rem 0; }
#findings p { margin: .25rem 0; }
#findings code { font-size: .85em; overflow-wrap: anywhere; }
#findings span { opacity: .75; overflow-wrap: anywhere; }
#messages { font-size: .9em; opacity: .85; overflow-wrap: anywhere; }
`;

/** The page of a campaign: a frame, whose script asks for the rest. */
export async function livePage({ config, out }: CampaignView): Promise<string> {
  const { algo, mutants, memory, arch, preempt, seed } = config;
  const what = [algo, ...mutants, memory, arch, `preempt ${preempt}`, `seed ${seed}`].join(' · ');
  const box = (id: string, title: string) => `<section><h2>${title}</h2><dl id="${id}"></dl></section>`;
  const charts = campaignCharts([]).map(
    ({ name, title }) => `<figure data-chart="${name}" role="img" aria-label="${escaped(title)}"></figure>`,
  );
  return pageOf({
    title: `cidfuzz: ${what}`,
    style: STYLE,
    script: await clientScript('live/client/client.js'),
    allow: "connect-src 'self'",
    body: `<h1>cidfuzz: ${escaped(what)} → ${escaped(out)}</h1>
<p id="state" role="status">…</p>
<div class="boxes">
${box('time', 'Time')}
${box('work', 'Work')}
${box('coverage', 'Coverage')}
${box('machine', 'Machine')}
</div>
<div class="charts">
${charts.join('\n')}
</div>
<h2>Findings</h2>
<p id="nothing">none yet</p>
<ul id="findings"></ul>
<h2>Messages</h2>
<ul id="messages"></ul>
<p><a href="metrics">metrics for Prometheus</a></p>`,
  });
}
