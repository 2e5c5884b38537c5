import { appendFileSync } from 'node:fs';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeWhole } from '../corpus/write-whole.js';
import { fileError } from '../errors.js';
import { assertOurs } from './lock.js';
import type { Sample } from './progress.js';

/** A line is written when a campaign has gone on for one part in so many of its time: a week has some thousand. */
const PART = 300;
const AT_LEAST_S = 1;

/** A campaign's statistics, `DIR/stats/KEY.ndjson`: one sample a line, the oldest first. */
export class Statistics {
  private constructor(
    private readonly path: string,
    /** The last line: what a campaign goes on from. */
    public last: Sample | null,
  ) {}

  /**
   * Reads what is there. A line that a killed writer has left unfinished is taken away: nothing was reported of it but what the
   * next one says.
   *
   * @param torn is called where what is there is no statistics of ours: it must be out of the way afterwards
   * @throws UserError where it cannot be read or written
   */
  static async open(path: string, torn: () => Promise<void>): Promise<Statistics> {
    // A folder that is called like it is as foreign as garbage in it.
    const isFolder = (await stat(path).catch(() => null))?.isDirectory() ?? false;
    const { samples, rest, foreign } = isFolder ? NOT_OURS : parse(await textOf(path));
    if (foreign) await torn();
    if (foreign || rest !== '') await writeWhole(path, samples.map(line).join(''));
    return new Statistics(path, samples.at(-1) ?? null);
  }

  /** Whether it is time for a line. */
  isDue({ seconds, session }: Sample): boolean {
    const { last } = this;
    if (last === null || last.session !== session) return true;
    return seconds - last.seconds >= Math.max(AT_LEAST_S, seconds / PART);
  }

  /** Adds a line. @throws UserError where it cannot be written */
  async add(sample: Sample): Promise<void> {
    this.last = sample;
    try {
      await mkdir(dirname(this.path), { recursive: true });
      assertOurs(join(dirname(this.path), '..'));
      appendFileSync(this.path, line(sample));
    } catch (error) {
      throw fileError(this.path, 'write', error);
    }
  }
}

/** The samples of a campaign, for its report: lines that are none are left out. @throws UserError where it cannot be read */
export async function readStatistics(path: string): Promise<Sample[]> {
  return parse(await textOf(path)).samples;
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw fileError(path, 'read', error);
  }
}

interface Parsed {
  readonly samples: Sample[];
  /** What follows the last whole line. */
  readonly rest: string;
  readonly foreign: boolean;
}

const NOT_OURS: Parsed = { samples: [], rest: '', foreign: true };

function parse(text: string): Parsed {
  const lines = text.split('\n');
  const rest = lines.pop()!;
  const samples: Sample[] = [];
  let foreign = false;
  for (const one of lines) {
    const sample = sampleOf(one);
    if (sample === null) foreign = true;
    else samples.push(sample);
  }
  return { samples, rest, foreign };
}

function sampleOf(text: string): Sample | null {
  try {
    const sample = JSON.parse(text) as Sample;
    const numbers = [
      sample.session,
      sample.at,
      sample.seconds,
      sample.cpuSeconds,
      sample.schedules,
      sample.steps,
    ];
    const sound = sample.format === 1 && numbers.every(Number.isFinite) && typeof sample.plays === 'object';
    return sound ? sample : null;
  } catch {
    return null;
  }
}

const line = (sample: Sample): string => `${JSON.stringify(sample)}\n`;
