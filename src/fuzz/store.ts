import { existsSync, statSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import pLimit from 'p-limit';
import { hashOf } from '../corpus/hash.js';
import { syncFolder, writeFolder } from '../corpus/write-folder.js';
import { writeWhole } from '../corpus/write-whole.js';
import { fileError, UserError } from '../errors.js';
import { KINDS } from '../scenario/kinds.js';
import { type CampaignConfig, campaignKey, STRATEGIES } from './config.js';
import { type FindingFiles, type FindingJson, isBetter, json, type Rank } from './finding-files.js';
import { assertOurs } from './lock.js';
import { type CampaignState, FOLDER_FORMAT, newState } from './state.js';
import { moveAside, wholeFinding } from './tidy.js';

/** What a text says in JSON, or undefined where it is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}

/**
 * A campaign's folder:
 *
 * ```
 * DIR/format.json               which version of this layout it is
 * DIR/lock/                     there while a campaign works in it (lock.ts)
 * DIR/KEY.json                  how far the campaign of one configuration has come (state.ts)
 * DIR/stats/KEY.ndjson          how it did over time (stats.ts): the only file with times
 * DIR/findings/KIND-HASH/       one folder a finding, named after its signature (finding-files.ts)
 * DIR/corpus/HASH.cid           schedules that came to something new, named after what they hold
 * DIR/seeds/HASH.cid            what schedules begin from (--corpus)
 * DIR/aside/                    what was torn or foreign (tidy.ts)
 * ```
 */
export class Store {
  private readonly saving = pLimit(1);
  /** Whether something was added to the corpus since it was synced. */
  private added = false;
  /** What was set aside when the folder was opened, and not told yet. */
  private readonly untold: string[] = [];

  /**
   * Creates the folder where it is not there.
   *
   * @throws UserError where it cannot be written to, or a newer cidfuzz has made it
   */
  static async open(dir: string): Promise<Store> {
    const store = new Store(dir);
    const format = await store.format();
    try {
      // Not `recursive`: below a folder that answers ENOENT to mkdir, such as /proc, Node never comes back from it.
      const missing: string[] = [];
      for (const sub of ['findings', 'corpus', 'stats']) {
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
    if (format !== FOLDER_FORMAT) await store.begin();
    return store;
  }

  /** What is looked at when something is made final. */
  private readonly mustBeOurs = () => assertOurs(this.dir);

  private constructor(readonly dir: string) {}

  /** Where scenarios are kept that came to something new. */
  get corpus(): string {
    return join(this.dir, 'corpus');
  }

  /** The version of the folder's layout; undefined: it says none. @throws UserError where a newer cidfuzz has made it */
  private async format(): Promise<unknown> {
    const path = join(this.dir, 'format.json');
    const { format } = existsSync(path) ? await readJson(path) : {};
    if (typeof format === 'number' && format > FOLDER_FORMAT) {
      throw new UserError(
        `${path}: a newer cidfuzz has made this folder (expected format ${FOLDER_FORMAT}; name another --out)`,
      );
    }
    return format;
  }

  /** Says which version the folder is of. An older one is no news; anything else that says so is not ours. */
  private async begin(): Promise<void> {
    const path = join(this.dir, 'format.json');
    if (existsSync(path) && typeof (await readJson(path)).format !== 'number') {
      await this.setAside('format.json');
      this.untold.push('format.json');
    }
    await writeWhole(path, json({ what: 'a campaign of cidfuzz', format: FOLDER_FORMAT }));
  }

  private statePath(config: CampaignConfig): string {
    return `${campaignKey(config)}.json`;
  }

  /** Where a campaign's statistics are. */
  statsPath(config: CampaignConfig): string {
    return join('stats', `${campaignKey(config)}.ndjson`);
  }

  /**
   * The state of this configuration's campaign, or the start of one.
   *
   * @param aside is told of a file that is not what it should be, and was set aside
   * @throws UserError where it cannot be read, or a newer cidfuzz has written it
   */
  async load(
    config: CampaignConfig,
    aside: (path: string) => void = () => undefined,
  ): Promise<CampaignState> {
    for (const path of this.untold.splice(0)) aside(path);
    const name = this.statePath(config);
    const path = join(this.dir, name);
    if (!existsSync(path)) return newState(config);
    const state = await readJson(path);
    if (isState(state, config)) return state;
    const { format } = state;
    if (typeof format === 'number' && format > FOLDER_FORMAT) {
      throw new UserError(`${path}: a newer cidfuzz has written it (expected format ${FOLDER_FORMAT})`);
    }
    await this.setAside(name);
    aside(name);
    return newState(config);
  }

  /** Moves a file of the folder to `DIR/aside/`. @throws UserError where that fails */
  async setAside(path: string): Promise<void> {
    try {
      await moveAside(this.dir, path);
    } catch (error) {
      throw fileError(join(this.dir, path), 'set aside', error);
    }
  }

  /** Saves the state as it is now: one save after the other, so that the last one stays. */
  save(state: CampaignState): Promise<void> {
    const text = json(state);
    return this.saving(async () => {
      if (this.added) {
        this.added = false;
        await syncFolder(this.corpus).catch((error) => {
          throw fileError(this.corpus, 'write', error);
        });
      }
      await writeWhole(join(this.dir, this.statePath(state.config)), text, this.mustBeOurs);
    });
  }

  /** Where a finding's files are. */
  path(finding: string, file = ''): string {
    return join(this.dir, 'findings', finding, file);
  }

  /** Whether a finding's folder is there, and whole. */
  has(finding: string): Promise<boolean> {
    return wholeFinding(this.path(finding));
  }

  /** A file of a finding. @throws UserError where it cannot be read */
  read(finding: string, file: string): Promise<string> {
    return readText(this.path(finding, file));
  }

  /** A finding's `finding.json`. @throws UserError where it is not whole */
  async readFinding(finding: string): Promise<FindingJson> {
    const row = parsed(await this.read(finding, 'finding.json')) as FindingJson | undefined;
    if (row?.format !== 1) {
      throw new UserError(`${this.path(finding, 'finding.json')}: not a finding (expected format 1)`);
    }
    return row;
  }

  /** Stores a scenario that came to something new. Whether it was not there yet. @throws UserError where it cannot be written */
  saveKept(text: string): Promise<boolean> {
    this.added = true;
    return this.saveNamed('corpus', text);
  }

  /** Stores what schedules begin from: a worker reads it there. @throws UserError where it cannot be written */
  async saveSeeds(texts: readonly string[]): Promise<void> {
    if (texts.length === 0) return;
    try {
      await mkdir(join(this.dir, 'seeds'), { recursive: true });
    } catch (error) {
      throw fileError(join(this.dir, 'seeds'), 'create', error);
    }
    for (const text of texts) await this.saveNamed('seeds', text);
  }

  private async saveNamed(sub: string, text: string): Promise<boolean> {
    const path = join(this.dir, sub, `${hashOf(text)}.cid`);
    if (existsSync(path)) return false;
    await writeWhole(path, text, this.mustBeOurs);
    return true;
  }

  /**
   * Stores a finding where it is not there yet, or the one that is there shows the same fault and is larger: the shortest
   * stays. Returns its folder's name, and whether it is news.
   */
  async saveFinding({ name, files }: FindingFiles): Promise<{ name: string; news: boolean }> {
    if (await this.has(name)) {
      const [old, fresh] = [await this.readFinding(name), parsed(files['finding.json']!) as Rank];
      if (old.measure === undefined || fresh.measure === undefined || !isBetter(fresh, old)) {
        return { name, news: false };
      }
    } else if (existsSync(this.path(name))) {
      await this.setAside(join('findings', name));
    }
    await writeFolder(this.path(name), files, this.mustBeOurs);
    return { name, news: true };
  }
}

/** A file of the folder. @throws UserError where it cannot be read */
async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw fileError(path, 'read', error);
  }
}

/** What a file of the folder says in JSON; nothing where it is not what it should be. @throws UserError where it cannot be read */
async function readJson(path: string): Promise<Record<string, unknown>> {
  // A folder that is called like a file is foreign, and no reason to stop.
  if (statSync(path).isDirectory()) return {};
  const value = parsed(await readText(path));
  return typeof value === 'object' ? (value as Record<string, unknown>) : {};
}

function isState(value: object, config: CampaignConfig): value is CampaignState {
  const state = value as CampaignState;
  return (
    state.format === FOLDER_FORMAT &&
    isDeepStrictEqual(state.config, JSON.parse(JSON.stringify(config))) &&
    [state.next, state.steps, state.compared, state.corpus, state.lost].every(isCount) &&
    state.next >= (config.from ?? 0) &&
    typeof state.features === 'string' &&
    areAll(state.plays, isCount) &&
    state.plays.length === STRATEGIES.length &&
    [state.pct?.threads, state.pct?.events].every(isCount) &&
    areAll(
      state.sites,
      (site) => KINDS.includes(site.kind) && [site.pc, site.schedule, site.count].every(isCount),
    ) &&
    areAll(state.instances, (instance) => isStored(instance) && state.sites[instance.site] !== undefined) &&
    [state.parted, state.faults].every((list) => areAll(list, isStored))
  );
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

function areAll<T>(list: readonly T[], are: (one: T) => boolean): boolean {
  return Array.isArray(list) && list.every((one) => one !== null && are(one));
}

/** A schedule, and the name of a finding's folder, where that is stored. */
function isStored({
  schedule,
  finding,
}: {
  readonly schedule: number;
  readonly finding: string | null;
}): boolean {
  return (
    isCount(schedule) && (finding === null || (typeof finding === 'string' && basename(finding) === finding))
  );
}
