import { expect, test } from 'vitest';
import { MAX_MMS, MAX_TASKS } from '../../src/abi.js';
import { MM_NAME, mmNameAt, RESERVED_TASK_NAME, TASK_NAME, taskNameAt } from '../../src/scenario/names.js';

test('generated task names are valid and all different', () => {
  const names = Array.from({ length: MAX_TASKS }, (_, i) => taskNameAt(i));
  expect(new Set(names).size).toBe(MAX_TASKS);
  for (const name of names) expect(name).toMatch(TASK_NAME);
  for (const name of names) expect(name).not.toMatch(RESERVED_TASK_NAME);
});

test('generated mm names are valid and all different', () => {
  const names = Array.from({ length: MAX_MMS }, (_, i) => mmNameAt(i));
  expect(new Set(names).size).toBe(MAX_MMS);
  for (const name of names) expect(name).toMatch(MM_NAME);
  expect([names[0], names[25], names[26], names[63]]).toEqual(['A', 'Z', 'A1', 'L2']);
});

test.each([
  ['idle', true],
  ['idle0', true],
  ['idle1023', true],
  ['idlex', false],
  ['idle_0', false],
  ['idle0x', false],
  ['xidle', false],
])('%s reserved: %s', (name, reserved) => {
  expect(RESERVED_TASK_NAME.test(name)).toBe(reserved);
});
