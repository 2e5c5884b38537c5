import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import pLimit from 'p-limit';
import { divergenceText } from '../check/divergence-text.js';
import { kindWord, type ViolationJson, violationJson } from '../check/verdict.js';
import { writeWhole } from '../corpus/write-whole.js';
import type { Engine } from '../engine/engine.js';
import { fileError, UserError } from '../errors.js';
import { drive } from '../event/drive.js';
import type { Event } from '../event/event.js';
import { explain } from '../report/explain.js';
import { printScenario } from '../scenario/print.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Parted } from './batch.js';
import { type CampaignConfig, campaignKey } from './config.js';
import type { SmallFinding } from './finding.js';
import { type CampaignState, newState } from './state.js';

/** What `finding.json` holds: nothing of the campaign that met it, so that two may share the folder. */
export interface FindingJson {
  readonly format: 1;
  readonly violation: ViolationJson;
  readonly steps: number;
  readonly minimized: { readonly actions: number };
  readonly carried: { readonly actions: number } | null;
}

/** What a text says in JSON, or undefined where it is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}

/** The name of a text: 16 hex digits. */
function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** JSON for people too, with a newline. */
function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/**
 * A campaign's folder:
 *
 * ```
 * DIR/KEY.json                  how far the campaign of one configuration has come (state.ts)
 * DIR/findings/KIND-HASH/       one folder a finding, named after its minimized scenario
 *   original.cid minimized.cid explained.txt explained.md finding.json
 *   carried.cid carried.txt     how it goes on to a duplicate cid
 * DIR/corpus/HASH.cid           schedules that came to something new, named after what they hold
 * ```
 */
export class Store {
  private readonly saving = pLimit(1);

  /** Creates the folder where it is not there. @throws UserError where it cannot be written to */
  static async open(dir: string): Promise<Store> {
    try {
      // Not `recursive`: below a folder that answers ENOENT to mkdir, such as /proc, Node never comes back from it.
      const missing: string[] = [];
      for (const sub of ['findings', 'corpus']) {
        for (let at = resolve(dir, sub); !existsSync(at) && !missing.includes(at); at = dirname(at)) {
          missing.push(at);
        }
      }
      missing.sort((a, b) => a.length - b.length);
      for (const folder of missing) {
        await mkdir(folder).catch((error) => {
          if (error.code !== 'EEXIST') throw error;
        });
      }
    } catch (error) {
      throw fileError(dir, 'create the campaign folder', error);
    }
    return new Store(dir);
  }

  private constructor(readonly dir: string) {}

  /** Where scenarios are kept that came to something new. */
  get corpus(): string {
    return join(this.dir, 'corpus');
  }

  private statePath(config: CampaignConfig): string {
    return join(this.dir, `${campaignKey(config)}.json`);
  }

  /** The state of this configuration's campaign, or the start of one. */
  async load(config: CampaignConfig): Promise<CampaignState> {
    const path = this.statePath(config);
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return newState(config);
      throw fileError(path, 'read', error);
    }
    const state = parsed(text) as CampaignState | undefined;
    const ours =
      state?.format === 1 &&
      isDeepStrictEqual(state.config, JSON.parse(JSON.stringify(config))) &&
      [state.next, state.steps, state.compared].every(Number.isSafeInteger) &&
      [state.buckets, state.parted, state.plays].every(Array.isArray) &&
      typeof state.features === 'string' &&
      Number.isSafeInteger(state.corpus) &&
      [state.pct?.threads, state.pct?.events].every(Number.isSafeInteger);
    if (!ours) {
      throw new UserError(
        `${path}: not the state of this campaign (expected format 1; move it away or name another --out)`,
      );
    }
    return state;
  }

  /** Saves the state as it is now: one save after the other, so that the last one stays. */
  save(state: CampaignState): Promise<void> {
    const text = json(state);
    return this.saving(() => writeWhole(this.statePath(state.config), text));
  }

  /** Where a finding's files are. */
  path(finding: string, file = ''): string {
    return join(this.dir, 'findings', finding, file);
  }

  /** Whether a finding's folder is whole. */
  async has(finding: string): Promise<boolean> {
    const there = ['minimized.cid', 'explained.txt', 'finding.json'].map((file) =>
      stat(this.path(finding, file)),
    );
    return Promise.all(there).then(
      () => true,
      () => false,
    );
  }

  /** A file of a finding. @throws UserError where it cannot be read */
  async read(finding: string, file: string): Promise<string> {
    const path = this.path(finding, file);
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      throw fileError(path, 'read', error);
    }
  }

  /** A finding's `finding.json`. @throws UserError where it is not whole */
  async readFinding(finding: string): Promise<FindingJson> {
    const row = parsed(await this.read(finding, 'finding.json')) as FindingJson | undefined;
    if (row?.format !== 1) {
      throw new UserError(`${this.path(finding, 'finding.json')}: not a finding (expected format 1)`);
    }
    return row;
  }

  private async folder(kind: string, scenario: Scenario): Promise<string> {
    const finding = `${kind}-${hashOf(printScenario(scenario)).slice(0, 8)}`;
    try {
      await mkdir(this.path(finding), { recursive: true });
    } catch (error) {
      throw fileError(this.path(finding), 'create', error);
    }
    return finding;
  }

  /** Stores a scenario that came to something new. Whether it was not there yet. @throws UserError where it cannot be written */
  async saveKept(text: string): Promise<boolean> {
    const path = join(this.corpus, `${hashOf(text)}.cid`);
    if (existsSync(path)) return false;
    await writeWhole(path, text);
    return true;
  }

  /** Stores a finding, its `finding.json` last, where it is not there yet. Returns its folder's name. */
  async saveFinding(engine: Engine, small: SmallFinding): Promise<string> {
    const { found, minimized, carried } = small;
    const finding = await this.folder(kindWord(found.kind), minimized);
    if (await this.has(finding)) return finding;
    const told = await this.saveExplained(engine, finding, minimized, 'minimized', 'explained');
    await writeWhole(this.path(finding, 'original.cid'), printScenario(found.scenario));
    if (carried) await this.saveExplained(engine, finding, carried, 'carried', 'carried');
    else await rm(this.path(finding, 'carried.cid'), { force: true });
    const row: FindingJson = {
      format: 1,
      ...told,
      minimized: { actions: minimized.actions.length },
      carried: carried && { actions: carried.actions.length },
    };
    await writeWhole(this.path(finding, 'finding.json'), json(row));
    return finding;
  }

  private async saveExplained(
    engine: Engine,
    finding: string,
    scenario: Scenario,
    cid: string,
    told: string,
  ) {
    const events: Event[] = [];
    const result = drive(engine.trace(scenario), (event) => events.push(event));
    const file = `${cid}.cid`;
    await writeWhole(this.path(finding, file), printScenario(scenario));
    for (const [format, ending] of [
      ['text', 'txt'],
      ['markdown', 'md'],
    ] as const) {
      await writeWhole(
        this.path(finding, `${told}.${ending}`),
        explain(scenario, events, result, format, { file }),
      );
    }
    return { violation: violationJson(scenario, result.violation!), steps: result.steps };
  }

  /** Stores a schedule on which the implementations part. */
  async saveParted(parted: Parted): Promise<string> {
    const finding = await this.folder('divergence', parted.scenario);
    await writeWhole(this.path(finding, 'minimized.cid'), printScenario(parted.scenario));
    await writeWhole(this.path(finding, 'explained.txt'), divergenceText(parted.divergence));
    await writeWhole(this.path(finding, 'finding.json'), json({ format: 1, divergence: parted.divergence }));
    return finding;
  }
}
