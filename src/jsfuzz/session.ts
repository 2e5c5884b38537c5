/**
 * A session's private folder, jsfuzz's working folder, gone when the session ends. Through it the command and the
 * target, which jsfuzz runs in a process of its own, tell each other what jsfuzz would not pass on:
 *
 * ```
 * settings.json   what to do, written before jsfuzz is started
 * tally.json      what has been done, written by the target
 * stop            when it is there, the target ends before its next run
 * inputs/         jsfuzz's corpus: what to begin with, and what jsfuzz adds
 * killed          where jsfuzz writes the input under which the target was killed
 * ```
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsfuzzConfig } from './config.js';
import type { Tally } from './tally.js';

export interface Settings {
  readonly config: JsfuzzConfig;
  /** The campaign's folder, absolute. */
  readonly out: string;
  /** Runs in all; null: no limit. */
  readonly runs: number | null;
  /** No run begins after that time (Date.now()); null: no limit. */
  readonly deadline: number | null;
  readonly until: 'finding' | 'never';
}

export class Session {
  readonly inputs: string;
  readonly killed: string;
  private readonly stopFile: string;

  constructor(readonly folder: string) {
    this.inputs = join(folder, 'inputs');
    this.killed = join(folder, 'killed');
    this.stopFile = join(folder, 'stop');
  }

  get settings(): Settings {
    return JSON.parse(readFileSync(join(this.folder, 'settings.json'), 'utf8')) as Settings;
  }

  set settings(settings: Settings) {
    writeFileSync(join(this.folder, 'settings.json'), JSON.stringify(settings));
  }

  /** Whole whenever it is read. Synchronous, for the target writes it when its process exits, too. */
  get tally(): Tally {
    return JSON.parse(readFileSync(join(this.folder, 'tally.json'), 'utf8')) as Tally;
  }

  set tally(tally: Tally) {
    const aside = join(this.folder, 'tally.json.tmp');
    writeFileSync(aside, JSON.stringify(tally));
    renameSync(aside, join(this.folder, 'tally.json'));
  }

  /** Asks the target to end before its next run. */
  stop(): void {
    writeFileSync(this.stopFile, '');
  }

  get stopped(): boolean {
    return existsSync(this.stopFile);
  }
}
