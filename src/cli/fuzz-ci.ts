import { join } from 'node:path';
import { judgeScenario } from '../check/judge.js';
import { type CiResult, plainResult, runResult } from '../ci/result.js';
import { readScenario } from '../corpus/read-scenario.js';
import { Engine } from '../engine/engine.js';
import type { Event } from '../event/event.js';
import { type CampaignState, findingsOf } from '../fuzz/state.js';
import type { Store } from '../fuzz/store.js';
import { grouped } from '../numbers.js';
import { MAX_STEPS } from './replay.js';

/**
 * A campaign as results: one for each finding, by its minimized scenario, one for each contradiction, and one that passes for
 * the campaign as a whole, so that a clean one is not taken for one that did not run.
 *
 * @throws UserError where a finding cannot be read
 */
export async function ciResultsOf(state: CampaignState, store: Store): Promise<CiResult[]> {
  const engine = new Engine();
  const schedules = grouped(state.next - (state.config.from ?? 0));
  const results: CiResult[] = [
    { ...plainResult(join(store.dir, 'campaign'), null, ''), name: `${schedules} schedules` },
  ];
  for (const { name } of findingsOf(state)) {
    const file = store.path(name, 'minimized.cid');
    const events: Event[] = [];
    const judgement = judgeScenario(engine, await readScenario(file), {
      implementation: 'both',
      maxSteps: MAX_STEPS,
      onEvent: (event) => events.push(event),
    });
    const { signature, sentence } = await store.readFinding(name);
    const race = signature.race.length === 0 ? '' : ` Race: ${signature.race.join(' | ')}.`;
    const result = await runResult(file, judgement, events, JSON.stringify(signature));
    results.push({ ...result, name, message: `${sentence}${race}` });
  }
  for (const { finding } of [...state.parted, ...state.faults]) {
    if (finding === null) continue;
    const file = store.path(finding, 'explained.txt');
    const text = await store.read(finding, 'explained.txt');
    const kind = finding.startsWith('fault') ? 'fault' : 'divergence';
    results.push({ ...plainResult(file, kind, text.split('\n')[0]!, text), name: finding });
  }
  return results;
}
