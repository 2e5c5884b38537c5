import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Engine } from '../engine/engine.js';
import { type CampaignConfig, headerOf, settingsOf } from '../fuzz/config.js';
import { fuzzLoop } from './fuzz-loop.js';
import { buildNative, findTools } from './native-build.js';
import { bucketsText, NativeEngine } from './native-engine.js';
import { Contradiction, type Rate, type Ratio } from './result.js';
import { type Pace, Rounds, timed, type Way, type Work } from './rounds.js';

export interface Native {
  readonly rates: readonly Rate[];
  readonly ratio: Ratio;
}

const WANTED = 0.8;
const WASM = 'engine as Wasm';
const NATIVE = 'engine as native code';

/**
 * Runs the same batch in rounds, in this process and in a program that wasm2c and `gcc -O3` make of the same module,
 * each timed on its own side, by the processor's time.
 *
 * @param path the PATH in which wasm2c and gcc are looked for
 * @throws Missing where one of them is not there; Contradiction where the two do not make the same micro-steps and
 *   find the same; the signal's reason
 */
export async function measureNative(
  config: CampaignConfig,
  count: number,
  rounds: number,
  pace: Pace,
  path: string = process.env.PATH ?? '',
): Promise<Native> {
  const tools = findTools(path);
  const header = headerOf(config);
  const settings = { ...settingsOf(config), compareEvery: 0, coverage: true };
  const folder = await mkdtemp(join(tmpdir(), 'cidfuzz-native-'));
  let native: NativeEngine | null = null;
  try {
    pace.tell('native: wasm2c and gcc -O3 make a program of the engine');
    await buildNative(tools, new Engine().batchStart(header, settings, 0, count), folder, pace.signal);
    native = new NativeEngine(join(folder, 'native'), join(folder, 'image'));
    const measured = await Rounds.measure(waysOf(native), rounds, pace);
    return {
      rates: [WASM, NATIVE].map((what) => ({
        what,
        stepsPerSecond: measured.rate(what, 'steps'),
        schedulesPerSecond: measured.rate(what, 'schedules'),
      })),
      ratio: {
        what: 'engine to native',
        ratio: measured.ratio(WASM, NATIVE, 'steps'),
        wanted: WANTED,
        bound: false,
      },
    };
  } finally {
    await native?.end();
    await rm(folder, { recursive: true, force: true });
  }

  /** The second compares what it did with what the first has done. Both begin fresh, and run the same batches. */
  function waysOf(program: NativeEngine): Way[] {
    const engine = new Engine();
    let wasm = '';
    const inWasm = (): Work => {
      const work = timed(() => fuzzLoop(engine, header, settings, count));
      wasm = `${work.steps} micro-steps, ${work.stops} stops, buckets ${bucketsText(engine.buckets())}`;
      return work;
    };
    const asNative = async (): Promise<Work> => {
      const { steps, stops, buckets, seconds } = await program.run();
      const theirs = `${steps} micro-steps, ${stops} stops, buckets ${buckets}`;
      if (theirs !== wasm) {
        throw new Contradiction(`the engine as Wasm made ${wasm}; as native code ${theirs}`);
      }
      return { schedules: count, steps, seconds };
    };
    return [
      [WASM, inWasm],
      [NATIVE, asNative],
    ];
  }
}
