import { describe, expect, it } from 'vitest';
import { readScenario } from '../../src/corpus/read-scenario.js';
import { Engine } from '../../src/engine/engine.js';
import { findingFiles } from '../../src/fuzz/finding-files.js';
import { signatureOf } from '../../src/fuzz/signature.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { printScenario } from '../../src/scenario/print.js';

const engine = new Engine();

async function mail(file: string, change: object = {}): Promise<string> {
  const minimized = { ...(await readScenario(file)), ...change };
  const found = { schedule: 1, kind: 2, pc: 24, scenario: minimized };
  const small = { found, minimized, signature: signatureOf(engine, minimized), carried: null, parted: null };
  return (await findingFiles(engine, small)).files['mail.txt']!;
}

describe('a message about a finding', () => {
  it('begins with a subject that names what was run, and what breaks', async () => {
    const text = await mail('corpus/known/freed-in-use.cid');
    expect(text).toMatch(
      /^Subject: \[BUG\] sched: RFC PATCH v6 mm_cid: freed-in-use\nIn-Reply-To: <2023[^\n]*>\n\n/,
    );
    expect(text).toContain('Memory model: sc (no reordering is needed); arch x86; preempt full; 2 cpus.');
    expect(text).toContain('  clear-old: cmpxchg(pcpu_cid->cid, lazy, unset)\n');
  });

  it('says so where the code was changed, or is another', async () => {
    const fixed = 'corpus/known/mutants-of-fixed/no-mb-kernel-user.tso-x86.cid';
    expect(await mail(fixed)).toMatch(
      /^Subject: \[BUG\] sched: RFC PATCH v6 mm_cid with the repairs of cidfuzz, changed on purpose \(no-mb-kernel-user\): freed-in-use\n/,
    );
  });

  it('has all that it takes to see it again', async () => {
    const file = 'corpus/known/inactive-prev.freed-in-use.cid';
    const text = await mail(file);
    const [, cut] = /^8<----\n([\s\S]*)\n---->8$/m.exec(text)!;
    expect(printScenario(parseScenario(`${cut}\n`, 'mail'))).toBe(printScenario(await readScenario(file)));
  });

  it('is ready to be sent: no trailing blanks, no prose that a reader would have to wrap, no two empty lines', async () => {
    const text = await mail('corpus/known/stranded-lazy.cid');
    expect(text).not.toMatch(/[ \t]\n/);
    expect(text).not.toMatch(/\n\n\n/);
    expect(text.endsWith('\n')).toBe(true);
    const prose = text
      .split('\n')
      .slice(1)
      .filter((line) => !/[│─┼┈┴]/.test(line));
    for (const line of prose) expect(line.length, line).toBeLessThanOrEqual(100);
  });
});
