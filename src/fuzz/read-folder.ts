import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileError, UserError } from '../errors.js';
import type { FaultJson } from './faults.js';
import type { FindingJson } from './finding-files.js';
import type { Sample } from './progress.js';
import { type CampaignState, FOLDER_FORMAT } from './state.js';
import { readStatistics } from './stats.js';
import { wholeFinding } from './tidy.js';

/** A campaign of one configuration, and how it did over time. */
export interface FolderCampaign {
  readonly key: string;
  readonly state: CampaignState;
  /** The oldest first. */
  readonly samples: readonly Sample[];
}

/** A finding's folder that is whole. */
export interface FolderFinding {
  readonly name: string;
  readonly path: string;
  readonly json: Partial<FindingJson> & Partial<FaultJson>;
}

/** What a campaign's folder holds. */
export interface Folder {
  readonly dir: string;
  /** By their keys. */
  readonly campaigns: readonly FolderCampaign[];
  /** By their names. */
  readonly findings: readonly FolderFinding[];
  readonly corpusFiles: number;
  /** What was set aside, by name. */
  readonly aside: readonly string[];
  /** What is no part of a campaign's folder, or not whole. */
  readonly left: readonly string[];
}

/**
 * Reads a campaign's folder as it is, also while a campaign works in it: nothing is changed.
 *
 * @throws UserError where it is none, or cannot be read
 */
export async function readFolder(dir: string): Promise<Folder> {
  const left: string[] = [];
  const top = await namesIn(dir, true);
  if (!top.includes('findings') && !top.includes('format.json')) {
    throw new UserError(`${dir}: no campaign in it (expected the --out folder of cidfuzz fuzz)`);
  }
  const campaigns: FolderCampaign[] = [];
  for (const name of top) {
    if (!name.endsWith('.json') || name === 'format.json') continue;
    const state = await parsedFile<CampaignState>(join(dir, name));
    if (state?.format !== FOLDER_FORMAT || !Array.isArray(state.sites)) {
      left.push(name);
      continue;
    }
    const key = basename(name, '.json');
    campaigns.push({ key, state, samples: await readStatistics(join(dir, 'stats', `${key}.ndjson`)) });
  }
  const findings: FolderFinding[] = [];
  for (const name of await namesIn(join(dir, 'findings'))) {
    const path = join(dir, 'findings', name);
    const json = (await wholeFinding(path))
      ? await parsedFile<FolderFinding['json']>(join(path, 'finding.json'))
      : undefined;
    if (json === undefined) left.push(join('findings', name));
    else findings.push({ name, path, json });
  }
  return {
    dir,
    campaigns,
    findings,
    corpusFiles: (await namesIn(join(dir, 'corpus'))).length,
    aside: await namesIn(join(dir, 'aside')),
    left,
  };
}

async function namesIn(folder: string, needed = false): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (!needed && (error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw fileError(folder, 'read', error);
  }
}

async function parsedFile<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw fileError(path, 'read', error);
  }
}
