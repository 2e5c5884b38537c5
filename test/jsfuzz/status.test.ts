import { expect, it } from 'vitest';
import { statusOf } from '../../src/jsfuzz/status.js';

it('reads the lines in which jsfuzz tells how it does', () => {
  expect(statusOf('#1500 NEW     cov: 495 corp: 226 exec/s: 733 rss: 215.33 MB')).toEqual({
    runs: 1500,
    coverage: 495,
    inputs: 226,
    runsPerSecond: 733,
  });
  expect(statusOf('#0 PULSE     cov: 0 corp: 44 exec/s: 0 rss: 1.5 MB')).toMatchObject({ coverage: 0 });
});

it.each(['#0 READ units: 44', 'Worker exited', 'crash(hex)=#1 NEW cov: 1', ''])(
  'and no other: %s',
  (line) => {
    expect(statusOf(line)).toBeNull();
  },
);
