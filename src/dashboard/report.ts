import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { escaped, pageOf } from '../chart/page.js';
import { drawSvg } from '../chart/svg.js';
import { readScenario } from '../corpus/read-scenario.js';
import { Engine } from '../engine/engine.js';
import { FeatureSet } from '../engine/feature-set.js';
import { fileError } from '../errors.js';
import { drive } from '../event/drive.js';
import type { Event } from '../event/event.js';
import type { Sample } from '../fuzz/progress.js';
import type { Folder, FolderCampaign, FolderFinding } from '../fuzz/read-folder.js';
import { type FindingOf, findingsOf } from '../fuzz/state.js';
import { durationOf, grouped } from '../numbers.js';
import { TIMELINE_STYLE, timelineScript, timelineSection } from '../timeline/html.js';
import { timelineOf } from '../timeline/timeline.js';
import { KIND_WORDS } from '../words.js';
import { campaignWords } from './campaign-words.js';
import { campaignCharts } from './charts.js';
import { paceBetween, percentOf, sharesOf } from './figures.js';
import { REPORT_STYLE } from './report-style.js';

/** A finding, and how often each campaign of the folder met it. */
interface Told {
  readonly finding: FolderFinding;
  readonly met: readonly { readonly campaign: FolderCampaign; readonly of: FindingOf }[];
}

/**
 * A campaign's folder as one page that needs nothing but itself: what was found, how it did over time, and for each finding a
 * timeline. The same folder gives the same bytes.
 *
 * @throws UserError where a file of the folder cannot be read
 */
export async function reportPage(folder: Folder): Promise<string> {
  const told = inOrder(folder);
  const engine = new Engine();
  const campaigns: string[] = [];
  for (const campaign of folder.campaigns) campaigns.push(await campaignSection(campaign));
  const findings: string[] = [];
  for (const [i, one] of told.entries()) findings.push(await findingSection(engine, one, `f${i + 1}`));
  const title = `cidfuzz: ${folder.dir}`;
  return pageOf({
    title,
    style: TIMELINE_STYLE + REPORT_STYLE,
    script: await timelineScript(),
    body: `<h1>${escaped(title)}</h1>
${summary(folder, told)}
<h2>Campaigns</h2>
${campaigns.join('\n') || '<p>no campaign of <code>cidfuzz fuzz</code> in this folder</p>'}
<h2>Findings</h2>
${findings.join('\n') || '<p>nothing found</p>'}
${leftovers(folder)}`,
  });
}

/** The plainest harm first, what contradicts cidfuzz itself before all. */
function inOrder({ findings, campaigns }: Folder): Told[] {
  const rank = ({ json }: FolderFinding) =>
    json.signature === undefined ? -1 : KIND_WORDS.indexOf(json.signature.kind);
  return findings
    .toSorted((a, b) => rank(a) - rank(b))
    .map((finding) => ({
      finding,
      met: campaigns.flatMap((campaign) =>
        findingsOf(campaign.state)
          .filter(({ name }) => name === finding.name)
          .map((of) => ({ campaign, of })),
      ),
    }));
}

function summary({ campaigns, corpusFiles }: Folder, told: readonly Told[]): string {
  const sum = (of: (campaign: FolderCampaign) => number) =>
    campaigns.reduce((all, campaign) => all + of(campaign), 0);
  const schedules = sum(({ state }) => state.next - (state.config.from ?? 0));
  const faults = told.filter(({ finding }) => finding.json.signature === undefined).length;
  const rows = told.map(({ finding, met }, i) => {
    const { signature, minimized } = finding.json;
    const kind = signature?.kind ?? finding.name.split('-')[0]!;
    const times = met.reduce((all, { of }) => all + of.met, 0);
    const cells: [name: string, html: string][] = [
      ['finding', `<a href="#f${i + 1}">${escaped(kind)}</a>`],
      ['algorithm', escaped([signature?.algo ?? '', ...(signature?.mutants ?? [])].join(' '))],
      ['memory', escaped(signature?.memory ?? '')],
      ['race', (signature?.race ?? []).map((access) => `<code>${escaped(access)}</code>`).join('<br>')],
      ['actions', `${minimized?.actions ?? ''}`],
      ['met', times > 0 ? grouped(times) : ''],
    ];
    return `<tr>${cells.map(([name, html]) => `<td data-name="${name}">${html}</td>`).join('')}</tr>`;
  });
  const table =
    rows.length === 0
      ? ''
      : `<div class="wide"><table class="findings"><thead><tr><th>finding</th><th>algorithm</th><th>memory</th><th>the accesses that race</th><th>actions</th><th>met</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table></div>`;
  const found = told.length - faults;
  return `<p class="lead"><strong>${found}</strong> ${found === 1 ? 'finding' : 'findings'} in <strong>${grouped(
    schedules,
  )}</strong> schedules, <strong>${grouped(sum(({ state }) => state.steps))}</strong> micro-steps; <span>${grouped(
    sum(({ state }) => state.compared),
  )}</span> schedules were run in both implementations${
    faults > 0
      ? `; <strong class="bad">${faults} about cidfuzz itself</strong>`
      : ', and none told them apart'
  }. <span>${grouped(corpusFiles)}</span> schedules in the corpus.</p>
${table}`;
}

async function campaignSection({ key, state, samples }: FolderCampaign): Promise<string> {
  const { config } = state;
  const last = samples.at(-1);
  const words: [string, string][] = [
    ...campaignWords(config).map(({ label, value }): [string, string] => [label, value]),
    ['schedules', grouped(state.next - (config.from ?? 0))],
    ['micro-steps', grouped(state.steps)],
    ['compared', grouped(state.compared)],
    ['corpus', `${grouped(state.corpus)} files, ${grouped(new FeatureSet(state.features).size)} features`],
    ...(last === undefined ? [] : timeWords(last)),
  ];
  const charts: string[] = [];
  for (const { title, spec } of samples.length < 2 ? [] : campaignCharts(samples)) {
    const svg = await drawSvg(spec);
    charts.push(`<figure>${svg.replace('<svg', `<svg role="img" aria-label="${escaped(title)}"`)}</figure>`);
  }
  return `<section class="campaign" id="${escaped(key)}">
<dl class="words">${words.map(([name, text]) => `<div><dt>${name}</dt><dd>${escaped(text)}</dd></div>`).join('')}</dl>
<div class="charts">
${charts.join('\n')}
</div>
</section>`;
}

function timeWords(last: Sample): [string, string][] {
  const { seconds, session, jobs, at } = last;
  const shares = sharesOf(last).map(({ strategy, share }) => `${strategy} ${percentOf(share)}`);
  return [
    [
      'time',
      `${durationOf(seconds)} of work in ${session} ${session === 1 ? 'session' : 'sessions'}, ${jobs} jobs`,
    ],
    ['on average', `${grouped(paceBetween(null, last).schedules)} schedules a second`],
    ['last seen', `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`],
    ['shares', shares.join(', ')],
  ];
}

async function findingSection(engine: Engine, { finding, met }: Told, id: string): Promise<string> {
  const { name, path, json } = finding;
  if (json.signature === undefined) return contradictionSection(finding, id);
  const { signature, minimized, carried, steps, replays } = json;
  const seen = met.map(
    ({ campaign, of }) =>
      `met ${grouped(of.met)} times by seed ${campaign.state.config.seed}, first in schedule ${grouped(of.instances[0]!.schedule)}`,
  );
  const about = [
    ...seen,
    `${minimized?.actions} actions, ${steps} steps`,
    `confirmed by ${replays} replays in both implementations`,
  ];
  const timelines = [await timelineOfFile(engine, join(path, 'minimized.cid'), 'minimized.cid', id)];
  if (carried) {
    const more = await timelineOfFile(engine, join(path, 'carried.cid'), 'carried.cid', `${id}c`);
    timelines.push(`<h4>Carried on, until two tasks run with one cid</h4>\n${more}`);
  }
  const commands = [
    `cidfuzz explain ${join(path, 'minimized.cid')}`,
    `cidfuzz replay ${join(path, 'minimized.cid')}`,
  ];
  return `<article class="finding" id="${id}">
<h3>${escaped(signature.kind)} <small>${escaped(name)}</small></h3>
<p class="about">${escaped(about.join('; '))}</p>
<ul class="race">${signature.race.map((access) => `<li><code>${escaped(access)}</code></li>`).join('')}</ul>
${timelines.join('\n')}
<details><summary>Again, and to a mailing list</summary>
<pre>${escaped(commands.join('\n'))}</pre>
<pre>${escaped(await textOf(join(path, 'mail.txt')))}</pre>
</details>
</article>`;
}

async function contradictionSection({ name, path }: FolderFinding, id: string): Promise<string> {
  return `<article class="finding contradiction" id="${id}">
<h3>cidfuzz contradicts itself <small>${escaped(name)}</small></h3>
<pre>${escaped(await textOf(join(path, 'explained.txt')))}</pre>
</article>`;
}

async function timelineOfFile(engine: Engine, path: string, file: string, id: string): Promise<string> {
  const scenario = await readScenario(path);
  const events: Event[] = [];
  const result = drive(engine.trace(scenario), (event) => events.push(event));
  return timelineSection(timelineOf(scenario, events, result, file), `${id}-timeline`);
}

/** What there is beside, so that nobody takes it for a part of the campaigns. */
function leftovers({ aside, left }: Folder): string {
  const told = [
    ...(left.length > 0 ? [`Not whole, or not of this version: ${left.join(', ')}.`] : []),
    ...(aside.length > 0 ? [`Set aside, for it was torn or foreign: ${aside.join(', ')}.`] : []),
  ];
  return told.map((line) => `<p class="left">${escaped(line)}</p>`).join('\n');
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw fileError(path, 'read', error);
  }
}
