import { describe, expect, it } from 'vitest';
import { drawingOf } from '../../src/timeline/drawing.js';
import { timelinePage, timelineScript, timelineSection } from '../../src/timeline/html.js';
import { overviewSvg } from '../../src/timeline/overview.js';
import { timelineSvg } from '../../src/timeline/svg.js';
import { corpusFiles, readRun, timelineOfRun } from './runs.js';

const NASTY = '<img src=x onerror="alert(1)">&\'</script><!--\u2028\u0001\ud800.cid';

/** What is wrong with an XML text, in a few words; null: all its elements are closed, and it has no odd letters. */
function xmlFault(xml: string): string | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udfff]/.test(xml))
    return 'a letter that XML has not';
  if (/&(?!(#\d+|#x[0-9a-f]+|amp|lt|gt|quot|apos);)/i.test(xml)) return 'a bare &';
  const open: string[] = [];
  for (const [, end, name, own] of xml.matchAll(/<(\/?)([a-z]+)(?:\s[^<>]*?)?(\/?)>/gi)) {
    if (end === '/') {
      if (open.pop() !== name) return `</${name}>`;
    } else if (own === '') open.push(name!);
  }
  if (xml.replaceAll(/<\/?[a-z]+(\s[^<>]*)?\/?>/gi, '').includes('<')) return 'a bare <';
  return open.length === 0 ? null : `<${open.at(-1)}>`;
}

describe('the static picture', () => {
  it('is drawn of all of corpus/known, as XML, on white', async () => {
    for (const file of corpusFiles('known')) {
      const svg = await timelineSvg(timelineOfRun(readRun(file), file));
      expect([file, xmlFault(svg)]).toEqual([file, null]);
      expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
      expect(svg).toMatch(/<rect[^>]*fill="white"/);
    }
  });

  it('has every text of the table, within its lane', () => {
    for (const file of [
      ...corpusFiles('known'),
      'corpus/ok/weak-flush.cid',
      'corpus/ok/get-second-word.cid',
    ]) {
      const timeline = timelineOfRun(readRun(file), file);
      const { texts, marks, width, lines } = drawingOf(timeline);
      expect(marks.length).toBeGreaterThanOrEqual(timeline.marks.length);
      for (const { x, text } of texts) expect(x + text.length * 7.2).toBeLessThanOrEqual(width + 1);
      // No text of a line reaches over the line at its right.
      const rules = lines.filter((line) => line.x === line.x2 && line.thick === 1).map(({ x }) => x);
      for (const row of timeline.rows) {
        if (row.cpu === null) continue;
        const text = texts.find((each) => each.text.endsWith(row.text) && each.x > 0)!;
        const next = Math.min(...rules.filter((x) => x > text.x));
        expect(text.x + text.text.length * 7.2).toBeLessThanOrEqual(next);
      }
    }
  });

  it('has a bar for each store that waits, and the violation in red', async () => {
    const timeline = timelineOfRun(readRun('corpus/known/inactive-prev.cid'));
    const { lines, texts } = drawingOf(timeline);
    const bars = lines.filter(({ x, x2, thick }) => x === x2 && thick > 1 && x > 0);
    expect(bars.length).toBeGreaterThanOrEqual(timeline.stores.length);
    const red = texts.filter(({ bold, color }) => bold && color === '#dc1440').map(({ text }) => text);
    expect(red).toContain('>96');
    expect(red).toContain('pcpu_cid->cid = 1 (in the store buffer)');
  });

  it('has a lane for all cpus together where they are many', async () => {
    const timeline = timelineOfRun(readRun('corpus/ok/get-second-word.cid'));
    const { texts, width } = drawingOf(timeline);
    expect(texts.map(({ text }) => text)).toContain('CPU0 to CPU64');
    expect(width).toBeLessThan(1500);
  });
});

describe('the page', () => {
  it('gives the same bytes every time', async () => {
    const make = () => timelineOfRun(readRun('corpus/known/inactive-prev.cid'), 'x.cid');
    expect(await timelinePage(make())).toBe(await timelinePage(make()));
    expect(await timelineSvg(make())).toBe(await timelineSvg(make()));
    expect(await overviewSvg(make())).toBe(await overviewSvg(make()));
  });

  it('escapes what the scenario is called', async () => {
    const timeline = timelineOfRun(readRun('corpus/known/inactive-prev.cid'), NASTY);
    const html = await timelinePage(timeline);
    expect(html).not.toContain('<img');
    expect(html).not.toContain('<!--');
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html.match(/<\/script/g)).toHaveLength(2);
    expect(xmlFault(await timelineSvg(timeline))).toBeNull();
  });

  it('loads nothing, and is let load nothing', async () => {
    const html = await timelinePage(timelineOfRun(readRun('corpus/known/duplicate-cid.cid')));
    expect(html).toMatch(/content="default-src 'none'; style-src 'unsafe-inline'; script-src '[^']*'">/);
    expect(html).not.toMatch(/\b(src|href)="(?!#)/);
    expect(html).not.toMatch(/@import|url\(/);
    expect(html).not.toContain('sourceMappingURL');
  });

  it('holds several timelines, told apart by their ids', async () => {
    const timeline = timelineOfRun(readRun('corpus/known/duplicate-cid.cid'));
    const both = (await timelineSection(timeline, 'one')) + (await timelineSection(timeline, 'two'));
    const ids = [...both.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id!);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain('one-97');
    expect(ids).toContain('two-97');
  });

  it('is a table without a script: every line, every change, the state at the violation', async () => {
    const timeline = timelineOfRun(readRun('corpus/known/duplicate-cid.cid'));
    const html = await timelineSection(timeline, 'x');
    expect(html.match(/<li class="tl-row/g)).toHaveLength(timeline.rows.length);
    expect(html).toContain('cid[A][0]: unset -&#62; 0');
    expect(html).toMatch(/<span data-cell="\d+" class="tl-changed tl-blamed">0<\/span>/);
    expect(html).toMatch(/<div class="tl-buttons"[^>]* hidden>/);
  });

  it('has a script that asks for nothing', async () => {
    const script = await timelineScript();
    expect(script).not.toMatch(/^\s*import|import\(|fetch\(|XMLHttpRequest|<\/script/m);
  });
});
