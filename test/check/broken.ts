/** An engine that is wrong on purpose: constants in the code of a built module are replaced by others. */
import { readFileSync } from 'node:fs';
import type { Build } from '../../src/engine/wasm.js';

const I32_CONST = 0x41;
const I64_CONST = 0x42;
const CODE_SECTION = 10;
const HEAD_BYTES = 8;

/** Signed LEB128, in as few bytes as it takes. */
function sleb(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = BigInt(value); ; ) {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    if ((rest === 0n && !(low & 0x40)) || (rest === -1n && low & 0x40)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

/** Where the code section's contents begin and end. */
function codeSection(wasm: Uint8Array): [number, number] {
  for (let at = HEAD_BYTES; at < wasm.length; ) {
    const id = wasm[at++]!;
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = wasm[at++]!;
      size += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    if (id === CODE_SECTION) return [at, at + size];
    at += size;
  }
  throw new Error('no code section');
}

/**
 * The module with every `i32.const from` and `i64.const from` of its code made a `const to`.
 *
 * @throws Error where there is none, or where the bytes are then no module any more
 */
export function withConstant(build: Build, from: number, to: number): { wasm: Uint8Array; places: number } {
  const wasm = new Uint8Array(readFileSync(new URL(`../../build/${build}.wasm`, import.meta.url)));
  const was = sleb(from);
  const is = sleb(to);
  if (was.length !== is.length) throw new Error(`${from} and ${to} are not of one length`);
  const [begin, end] = codeSection(wasm);
  let places = 0;
  for (let at = begin; at + was.length < end; at++) {
    if (wasm[at] !== I32_CONST && wasm[at] !== I64_CONST) continue;
    if (!was.every((byte, i) => wasm[at + 1 + i] === byte)) continue;
    wasm.set(is, at + 1);
    places++;
  }
  if (places === 0) throw new Error(`${build}.wasm has no constant ${from}`);
  if (!WebAssembly.validate(wasm)) throw new Error(`${build}.wasm is no module with ${to} for ${from}`);
  return { wasm, places };
}
