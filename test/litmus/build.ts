/** Litmus tests in short, for tests. */
import type { LitmusTest } from '../../src/litmus/litmus-test.js';
import { parseLitmus } from '../../src/litmus/parse.js';

export const load = (dst: string, addr: unknown, order = 'once') => ({
  op: 'load',
  dst,
  addr: at(addr),
  order,
});
export const store = (addr: unknown, val: unknown, order = 'once') => ({
  op: 'store',
  addr: at(addr),
  val,
  order,
});
export const fence = (kind: string) => ({ op: 'fence', kind });
export const mov = (dst: string, val: unknown) => ({ op: 'mov', dst, val });
export const r = (register: string) => ['r', register];

/** A location's name stands for its address. */
function at(addr: unknown): unknown {
  return typeof addr === 'string' ? ['addr', addr] : addr;
}

export interface Parts {
  readonly init?: Record<string, unknown>;
  readonly regInit?: readonly Record<string, unknown>[];
  readonly threads: readonly (readonly object[])[];
  readonly reach?: unknown;
  readonly filter?: unknown;
  readonly expected?: object;
  readonly needs?: readonly string[];
}

/** A file with one test. */
export function fileOf({
  init = { x: 0, y: 0 },
  regInit,
  threads,
  reach = true,
  filter,
  ...rest
}: Parts): string {
  const test = {
    name: 'T',
    init,
    reg_init: regInit,
    threads,
    final: { quant: 'exists', reach, filter },
    ...rest,
  };
  return JSON.stringify({ format: 'litmus-json/1', count: 1, tests: [test] });
}

export function testOf(parts: Parts): LitmusTest {
  return parseLitmus(fileOf(parts), 'test.json')[0]!;
}
