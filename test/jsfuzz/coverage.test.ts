import { expect, it } from 'vitest';
import { Coverage } from '../../src/jsfuzz/coverage.js';

it('has a slot for each feature that was reached, and no other', () => {
  const coverage = new Coverage();
  const { engine } = coverage.published;
  expect(engine).toEqual({ s: {}, f: {}, b: { features: [] } });
  expect(coverage.add(Uint16Array.of(0, 7, 65_535))).toBe(true);
  expect(coverage.add(Uint16Array.of(7, 0))).toBe(false);
  expect(coverage.add(Uint16Array.of())).toBe(false);
  expect(coverage.add(Uint16Array.of(8, 7))).toBe(true);
  expect(engine).toEqual({ s: {}, f: {}, b: { features: [1, 1, 1, 1] } });
  expect(coverage.count).toBe(4);
});
