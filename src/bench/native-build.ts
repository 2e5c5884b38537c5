import { existsSync, realpathSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KINDS } from '../abi.js';
import { BUCKETS } from '../engine/addresses.js';
import type { BatchStart } from '../engine/engine.js';
import { Missing } from './missing.js';
import { inPath, runTool } from './tools.js';

/** What turns the module into a program: two programs, and the folder of wabt's runtime. */
export interface Tools {
  readonly wasm2c: string;
  readonly gcc: string;
  readonly runtime: string;
}

const MODULE = fileURLToPath(new URL('../../build/release.wasm', import.meta.url));
const DRIVER = fileURLToPath(new URL('../../scripts/bench/native.c', import.meta.url));

/** Where wabt keeps its runtime, from the folder above that of wasm2c: Debian, its own install, its checkout. */
const RUNTIME_FOLDERS = ['share/wabt/wasm2c', 'src/wasm2c', 'share/wabt', 'wasm2c'];
/** Younger versions have the memory's part in a file of its own. */
const RUNTIME_FILES = ['wasm-rt-impl.c', 'wasm-rt-mem-impl.c'];

/**
 * @param path folders as PATH names them
 * @throws Missing where a tool is not there
 */
export function findTools(path: string): Tools {
  const wasm2c = inPath('wasm2c', path);
  const gcc = inPath('gcc', path);
  const prefix = dirname(dirname(realpathSync(wasm2c)));
  const runtime = RUNTIME_FOLDERS.map((folder) => join(prefix, folder)).find((folder) =>
    existsSync(join(folder, 'wasm-rt-impl.c')),
  );
  if (runtime === undefined) throw new Missing(`no wasm-rt-impl.c of wabt below ${prefix}`);
  if (!existsSync(DRIVER)) throw new Missing('no scripts/bench/native.c (it takes a checkout)');
  return { wasm2c, gcc, runtime };
}

/**
 * Makes `folder/native` of the release build, and `folder/image` for it: a program that runs one batch.
 *
 * @throws Missing where a tool fails (they differ from version to version), with the first line that it says;
 *   AbortError where `signal` aborts it
 */
export async function buildNative(
  tools: Tools,
  start: BatchStart,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const { wasm2c, gcc, runtime } = tools;
  const c = join(folder, 'engine.c');
  await runTool(wasm2c, [MODULE, '-n', 'engine', '-o', c], { signal });
  const header = await readFile(join(folder, 'engine.h'), 'utf8');
  await writeFile(join(folder, 'names.h'), namesFor(header, start));
  await writeFile(join(folder, 'image'), start.bytes);
  const parts = RUNTIME_FILES.map((file) => join(runtime, file)).filter((file) => existsSync(file));
  const includes = [folder, runtime, join(dirname(dirname(wasm2c)), 'include')].map((path) => `-I${path}`);
  const files = [DRIVER, c, ...parts];
  await runTool(gcc, ['-O3', ...includes, ...files, '-lm', '-o', join(folder, 'native')], { signal });
}

/** What scripts/bench/native.c asks for. wasm2c has its names since 1.0.33 in another form than before. */
function namesFor(header: string, { at, pages, args }: BatchStart): string {
  const old = header.includes('Z_engine_instance_t');
  const words = args.map((word) => `${word >>> 0}u`).join(', ');
  const names = old
    ? ['#define ENGINE Z_engine_instance_t', '#define EXPORT(name) Z_engineZ_##name']
    : ['#define ENGINE w2c_engine', '#define EXPORT(name) w2c_engine_##name'];
  return [
    ...names,
    ...instantiation(header, old),
    `#define BEGIN_BATCH(e) EXPORT(beginBatch)(e, ${words})`,
    `#define IMAGE_AT ${at}`,
    `#define PAGES ${pages}u`,
    `#define BUCKETS_AT ${BUCKETS}`,
    `#define KINDS ${KINDS}u`,
    '',
  ].join('\n');
}

/** The one import that the engine may have is that of its assertions; the release build is made without them. */
function instantiation(header: string, old: boolean): string[] {
  const abort = old ? 'Z_envZ_abort' : 'w2c_env_abort';
  const env = old ? 'Z_env_instance_t' : 'w2c_env';
  const imports = header.includes(abort);
  const call = `${old ? 'Z_engine_instantiate' : 'wasm2c_engine_instantiate'}(e${imports ? ', 0' : ''})`;
  return [
    `#define INSTANTIATE(e) ${old ? `(Z_engine_init_module(), ${call})` : call}`,
    ...(imports
      ? [
          `void ${abort}(struct ${env} *e, u32 m, u32 f, u32 l, u32 c) { (void)e; (void)m; (void)f; (void)l; (void)c; abort(); }`,
        ]
      : []),
  ];
}
