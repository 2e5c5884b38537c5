import { readFileSync } from 'node:fs';

/** The engine's builds: debug, checked (optimized, assertions on), release (asconfig.json). */
export type Build = 'debug' | 'checked' | 'release';

/** What the module exports (assembly/index.ts). */
export interface Exports extends WebAssembly.Exports {
  readonly memory: WebAssembly.Memory;
  run(trace: number, checks: number, budgetLo: number, budgetHi: number): number;
  goOn(): number;
  runDeck(schedules: number, checks: number): number;
  cover(on: number): void;
  features(): number;
  corpusSize(): number;
  featuresKnown(): number;
  isUsed(entry: number): number;
  runEntry(entry: number): void;
  beginBatch(
    firstLo: number,
    firstHi: number,
    count: number,
    checks: number,
    covers: number,
    strategy: number,
  ): void;
  playsOf(strategy: number): number;
  pctBoundThreads(): number;
  pctBoundEvents(): number;
  fuzz(): number;
  seedWanted(): number;
  seedBrought(actions: number, sound: number): void;
  seedBase(): number;
  batchStepsLo(): number;
  batchStepsHi(): number;
  lastIndexLo(): number;
  lastIndexHi(): number;
  // A run whose actions come in pieces (src/engine/replayer.ts).
  replayBegin(): void;
  replayMore(actions: number, mms: number): number;
  replayBring(task: number, mm: number, home: number): void;
  replayForgetTask(task: number): void;
  replayForgetMm(mm: number): void;
  replayEnd(): void;
  // The memory subsystem alone (assembly/litmus.ts); src/engine/litmus-memory.ts says what they do.
  litmusBegin(threads: number, model: number, locations: number): void;
  litmusInit(loc: number, value: number): void;
  litmusValue(loc: number): number;
  litmusAges(c: number, loc: number, after: number): number;
  litmusLoad(c: number, loc: number, age: number, after: number, acquire: number): number;
  litmusPosition(): number;
  litmusStore(c: number, loc: number, value: number, order: number, since: number): void;
  litmusRmwOld(c: number, loc: number): number;
  litmusRmwWrite(c: number, loc: number, value: number, order: number): void;
  litmusRmwFail(c: number, loc: number): void;
  litmusFence(c: number, kind: number): void;
  litmusWaiting(c: number): number;
  litmusMayFlush(c: number, i: number): number;
  litmusFlush(c: number, i: number): void;
  litmusNow(): number;
  litmusRaise(c: number, position: number): void;
  litmusDrain(c: number): void;
}

const modules = new Map<string, WebAssembly.Module>();

/** A string of the module's, for an assertion's message: UTF-16, its length in bytes four bytes before it. */
function stringAt(memory: WebAssembly.Memory, pointer: number): string {
  if (pointer === 0) return '';
  const bytes = new DataView(memory.buffer).getUint32(pointer - 4, true);
  return Buffer.from(memory.buffer, pointer, bytes).toString('utf16le');
}

/**
 * A fresh instance of the engine, with a memory of its own. Modules are compiled once a process.
 *
 * @param source a build, or the bytes of a module (a test breaks one on purpose)
 * @throws Error when the module is not there (`npm run setup` builds it)
 */
export function instantiate(source: Build | Uint8Array): Exports {
  let module: WebAssembly.Module | undefined;
  if (typeof source === 'string') {
    module = modules.get(source);
    if (!module) {
      module = new WebAssembly.Module(readFileSync(new URL(`../../build/${source}.wasm`, import.meta.url)));
      modules.set(source, module);
    }
  } else {
    module = new WebAssembly.Module(source as Uint8Array<ArrayBuffer>);
  }
  let memory: WebAssembly.Memory | undefined;
  const instance = new WebAssembly.Instance(module, {
    env: {
      abort(message: number, file: number, line: number, column: number): never {
        const text = memory
          ? `${stringAt(memory, message)} (${stringAt(memory, file)}:${line}:${column})`
          : '';
        throw new Error(`the engine's assertion failed: ${text}`);
      },
    },
  });
  const exports = instance.exports as Exports;
  memory = exports.memory;
  return exports;
}
