import { describe, expect, it } from 'vitest';
import { lineOf } from '../../src/live/line.js';
import { type ScreenOptions, screenOf } from '../../src/live/screen.js';
import { findingRow, sampleAt, viewAt } from './views.js';

const PLAIN: ScreenOptions = { columns: 80, rows: 24, color: false, address: null };
const linesOf = (text: string) => text.split('\n');

describe('the screen', () => {
  it('has what people know from afl-fuzz', () => {
    const text = screenOf(viewAt(125), PLAIN);
    for (const words of [
      /run time +2 min 5 s/,
      /to go +57 min 55 s/,
      /last new coverage +1 s ago/,
      /last new finding +1 min 45 s ago/,
      /schedules +3 750 000/,
      /a second +30 000 \(30 000 on average\)/,
      /stability +100 %/,
      /features +14 509/,
      /corpus +4 836 files/,
      /guided +67 % █{13}/,
      /freed-in-use ×1 740: clear-old: cmpxchg/,
      /jobs 2 · memory 100 MiB · memory of workers 300 MiB · workers replaced 0/,
      /stored as freed-in-use-5b761a4c/,
      /Ctrl-C saves and ends/,
    ])
      expect(text).toMatch(words);
  });

  it.each([
    [80, 24],
    [76, 24],
    [120, 40],
    [200, 60],
    [75, 30],
    [40, 30],
    [40, 24],
    [80, 18],
    [80, 14],
    [40, 17],
  ])('is never wider than %i columns, nor higher than %i rows', (columns, rows) => {
    const many = Array.from({ length: 50 }, (_, i) => findingRow({ name: `freed-in-use-${i}` }));
    const messages = Array.from({ length: 50 }, (_, i) => `message ${i} ${'x'.repeat(300)}`);
    const text = screenOf(viewAt(100_000, { findings: many, messages, out: 'y'.repeat(300) }), {
      ...PLAIN,
      columns,
      rows,
      address: 'http://127.0.0.1:8080/',
    });
    expect(linesOf(text).length).toBeLessThanOrEqual(rows);
    for (const line of linesOf(text)) expect([...line].length, line).toBeLessThanOrEqual(columns);
    expect(text).toMatch(/stability +100 %/);
    if (rows > 17) expect(text).toContain('freed-in-use');
  });

  it.each([
    [39, 60],
    [80, 12],
    [200, 5],
    [20, 3],
  ])('is a line on %i columns and %i rows', (columns, rows) => {
    const view = viewAt(125);
    expect(screenOf(view, { ...PLAIN, columns, rows })).toBe(lineOf(view));
  });

  it('does without borders where it is low, then without strategies', () => {
    expect(screenOf(viewAt(60), { ...PLAIN, rows: 24 })).toContain('╭');
    const low = screenOf(viewAt(60), { ...PLAIN, rows: 14 });
    expect(low).not.toContain('╭');
    expect(low).toContain('█');
    const five = { 'random-walk': 1, guided: 1, pct: 1, pos: 1, surw: 1 };
    const all = viewAt(60, { now: sampleAt(60, { plays: five }) });
    expect(screenOf(all, { ...PLAIN, rows: 14 })).toContain('█');
    expect(screenOf(all, { ...PLAIN, rows: 13 })).not.toContain('█');
    expect(screenOf(viewAt(60), { ...PLAIN, columns: 60, rows: 30 })).toContain('╭');
  });

  it('has the accesses that race below each other where one line is too short', () => {
    const narrow = linesOf(screenOf(viewAt(60), PLAIN));
    const at = narrow.findIndex((line) => line.startsWith('freed-in-use ×1 740: clear-old'));
    expect(narrow[at + 1]).toMatch(/^ {21}clear-old: cmpxchg\(pcpu_cid->cid, lazy, unset\)$/);
    expect(screenOf(viewAt(60), { ...PLAIN, columns: 120, rows: 40 })).toContain('cid, lazy) | clear-old');
  });

  it('shows the last findings, and how many there are before', () => {
    const findings = Array.from({ length: 30 }, (_, i) => findingRow({ met: i + 1 }));
    const text = screenOf(viewAt(60, { findings }), PLAIN);
    expect(text).toContain('×30:');
    expect(text).not.toContain('×1:');
    expect(text).toMatch(/and \d+ before/);
  });

  it('of a campaign that has just begun', () => {
    const text = screenOf(
      viewAt(0, { now: sampleAt(0, { lastFeature: null, plays: {} }), history: [] }),
      PLAIN,
    );
    expect(text).toMatch(/last new coverage +none yet/);
    expect(text).toMatch(/stability +none compared yet/);
    expect(text).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('has colours only where they are wanted', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
    expect(screenOf(viewAt(60), PLAIN)).not.toMatch(/\u001b/);
  });

  it('leaves nothing behind, and the environment as it was', () => {
    const before = process.env.NODE_ENV;
    performance.clearMeasures();
    for (let i = 0; i < 20; i++) screenOf(viewAt(60 + i), PLAIN);
    // What React for developers would keep of every frame, for ever.
    expect(performance.getEntriesByType('measure')).toEqual([]);
    expect(process.env.NODE_ENV).toBe(before);
  });

  it('lets nothing through that a terminal obeys', () => {
    const evil = '\u001b[2J\u0007\u009b31m\r\n\u202e';
    const text = screenOf(
      viewAt(60, { out: evil, messages: [evil], findings: [findingRow({ race: [evil] })] }),
      { ...PLAIN, columns: 110, rows: 40 },
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(text).toContain('\\x1b[2J\\x07');
  });

  it('says that it ends, that cidfuzz fails, and where else it can be seen', () => {
    const now = sampleAt(60, { faults: 2, stable: 1799 });
    const text = screenOf(viewAt(60, { state: 'ending', now }), { ...PLAIN, address: 'http://[::1]:8080/' });
    expect(text).toContain('cidfuzz (ending)');
    expect(text).toMatch(/faults of cidfuzz +2/);
    expect(text).toMatch(/stability +99\.94 %/);
    expect(text).toContain('http://[::1]:8080/');
  });
});

describe('the line', () => {
  it('tells the same in short', () => {
    expect(lineOf(viewAt(125))).toBe(
      '2 min 5 s: 3 750 000 schedules (30 000/s), 9 000 k steps/s, 3 750 compared, corpus 4 836, 14 509 features, 1 finding',
    );
    expect(lineOf(viewAt(5, { now: sampleAt(5, { corpus: 0, faults: 1 }) }))).toMatch(
      /^5 s: .* compared, 0 findings, 1 fault of cidfuzz$/,
    );
  });
});
