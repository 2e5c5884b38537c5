import { expect, it } from 'vitest';
import { Undo } from '../../../src/trace/record/undo.js';

it('undoes in reverse order, each step whatever became of the others, and once', async () => {
  const log: string[] = [];
  const undo = new Undo();
  undo.add('do a', async () => void log.push('a'));
  undo.add('do b', async () => {
    throw new Error('busy');
  });
  undo.add('do c', async () => void log.push('c'));
  expect(await undo.run()).toEqual(['cannot do b (busy)']);
  expect(log).toEqual(['c', 'a']);
  expect(await undo.run()).toEqual([]);
});
