import { isUtf8 } from 'node:buffer';
import { expect, test } from 'vitest';
import { firstInvalidUtf8 } from '../../src/scenario/utf8.js';

/** What it must be: the length of the longest valid beginning, or -1 where that is all. */
function expected(bytes: Uint8Array): number {
  let longest = bytes.length;
  while (!isUtf8(bytes.subarray(0, longest))) longest--;
  return longest === bytes.length ? -1 : longest;
}

test('the first invalid byte ends the longest valid beginning, for all leads and seconds', () => {
  const wrong: string[] = [];
  for (const tail of [[], [0x80], [0x80, 0x80], [0xbf, 0xbf], [0x80, 0x41], [0x41, 0x80], [0x80, 0xc0]]) {
    for (let first = 0; first < 0x100; first++) {
      for (let second = 0; second < 0x100; second++) {
        const bytes = Uint8Array.of(0xc3, 0xa9, first, second, ...tail);
        if (firstInvalidUtf8(bytes) !== expected(bytes)) wrong.push(Buffer.from(bytes).toString('hex'));
      }
    }
  }
  expect(wrong).toEqual([]);
});

test('no bytes are valid', () => {
  expect(firstInvalidUtf8(new Uint8Array())).toBe(-1);
});
