import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pageOf } from '../../src/chart/page.js';
import { TIMELINE_STYLE, timelineScript, timelineSection } from '../../src/timeline/html.js';
import { stateAt } from '../../src/timeline/state.js';
import type { Timeline } from '../../src/timeline/timeline.js';
import { cidfuzz } from '../e2e/cidfuzz.js';
import { readRun, timelineOfRun } from '../timeline/runs.js';
import { CHROMIUM, closeBrowser, type OpenPage, openPage, overflows, type PageOptions } from './browser.js';

const FILES = ['corpus/known/duplicate-cid.cid', 'corpus/known/inactive-prev.cid'] as const;
const [DUPLICATE, BUFFERED] = FILES;
const folder = mkdtempSync(join(tmpdir(), 'cidfuzz-timeline-'));
const addressOf = (file: string) => pathToFileURL(join(folder, `${file.replaceAll('/', '-')}.html`)).href;
const written = (file: string) => join(folder, `${file.replaceAll('/', '-')}.html`);
const WIDE = 'corpus/known/stranded-lazy-3-cpus.cid';

/** Opens a page, does something with it, and asserts that the browser had nothing to say. */
async function on(source: string, options: PageOptions, act: (page: Page, open: OpenPage) => Promise<void>) {
  const open = await openPage(source, options);
  try {
    await act(open.page, open);
    expect(open.faults).toEqual([]);
    expect(open.requests).toEqual([]);
  } finally {
    await open.close();
  }
}

/** What each cell of the first timeline of a page says, and which are marked. */
function shown(page: Page) {
  return page.evaluate(() => {
    const root = document.querySelector('.timeline')!;
    const cells = [...root.querySelectorAll<HTMLElement>('[data-cell]')];
    const marked = (name: string) =>
      cells.filter((cell) => cell.classList.contains(name)).map((cell) => Number(cell.dataset.cell));
    return {
      words: Object.fromEntries(cells.map((cell) => [cell.dataset.cell!, cell.textContent])),
      changed: marked('tl-changed').sort((a, b) => a - b),
      blamed: marked('tl-blamed').sort((a, b) => a - b),
      buffers: [...root.querySelectorAll('[data-buffer]')].map((buffer) =>
        [...buffer.querySelectorAll('span')].map((store) => store.textContent),
      ),
      at: root.querySelector('.tl-at')!.textContent,
      now: root.querySelector('.tl-now .tl-text')?.textContent ?? null,
    };
  });
}

/** What must be shown at a position. */
function wanted(timeline: Timeline, position: number) {
  const { words, changed, waiting } = stateAt(timeline, position);
  const row = timeline.rows.find(({ step }) => step === position);
  return {
    words: Object.fromEntries(words.map((word, i) => [`${i}`, word || '–'])),
    changed: [...changed],
    blamed: position === timeline.violation ? [...timeline.blamed] : [],
    buffers: timeline.buffers
      ? timeline.cpus.map((cpu) => (waiting.get(cpu) ?? []).map(({ text }) => text))
      : [],
    at: `Step ${position} of ${timeline.marks.length}: CPU${row?.cpu} ${row?.text}`,
    now: row?.text ?? null,
  };
}

/** Whether the line of a step is on the screen, below the head. */
function isInView(page: Page, step: number): Promise<boolean> {
  return page.evaluate((id) => {
    const { top, bottom } = document.getElementById(id)!.getBoundingClientRect();
    const head = document.querySelector('.tl-head')!.getBoundingClientRect().bottom;
    return top >= head - 1 && bottom <= window.innerHeight;
  }, `timeline-${step}`);
}

describe.skipIf(CHROMIUM === undefined)('a timeline in Chromium', () => {
  beforeAll(async () => {
    for (const file of [...FILES, WIDE]) {
      const { code, stderr } = await cidfuzz(['explain', file, '--format', 'html', '-o', written(file)], {
        cwd: '.',
      });
      expect([code, stderr]).toEqual([0, '']);
    }
  });
  afterAll(async () => {
    await closeBrowser();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(FILES)('%s: opens at the violation', async (file) => {
    const timeline = timelineOfRun(readRun(file));
    await on(addressOf(file), {}, async (page) => {
      expect(await shown(page)).toEqual(wanted(timeline, timeline.violation!));
      expect(await page.locator('.tl-sentence').textContent()).toBe(timeline.sentence);
      expect(await page.locator('.tl-violated').isVisible()).toBe(true);
      expect(await page.locator('li.tl-broken').count()).toBe(1);
      expect(await page.locator('.tl-map svg').isVisible()).toBe(true);
    });
  });

  it.each(FILES)('%s: every step shows its state, forwards and back', async (file) => {
    const timeline = timelineOfRun(readRun(file));
    await on(addressOf(file), {}, async (page) => {
      await page.keyboard.press('Home');
      for (let step = 1; step <= timeline.last; step++) {
        expect(await shown(page)).toEqual(wanted(timeline, step));
        if (step % 16 === 0) expect(await isInView(page, step)).toBe(true);
        await page.keyboard.press(step % 2 === 0 ? 'ArrowRight' : 'j');
      }
      for (let step = timeline.last - 1; step >= 1; step -= 1) {
        await page.keyboard.press(step % 2 === 0 ? 'ArrowLeft' : 'k');
        if (step % 5 === 0) expect(await shown(page)).toEqual(wanted(timeline, step));
      }
    });
  });

  it('the known table of duplicate-cid: who holds what at the steps that matter', async () => {
    await on(addressOf(DUPLICATE), {}, async (page) => {
      const row = (cpu: string) =>
        page.locator('.tl-cpus tbody tr', { hasText: cpu }).locator('td').allTextContents();
      expect(await row('CPU0')).toEqual(['c', '0', '+301ms']);
      expect(await row('CPU1')).toEqual(['b', '0', '+301ms']);
      await page.locator('#timeline-75').click();
      expect(await row('CPU0')).toEqual(['c', '1', '+200ms']);
      expect(await row('CPU1')).toEqual(['b', '0', '+301ms']);
      expect(await page.locator('.tl-mm').textContent()).toContain('cid[A][1] lazy 0');
      await page.keyboard.press(']');
      expect(await page.locator('.tl-at').textContent()).toMatch(/^Step 75 of 97/); // CPU1's last
      await page.keyboard.press('ArrowRight');
      expect(await page.locator('.tl-mm').textContent()).toContain('cid[A][1] unset');
    });
  });

  it('keys: tens, ends, the violation, the same cpu; those with a modifier are left alone', async () => {
    const timeline = timelineOfRun(readRun(DUPLICATE));
    const { marks } = timeline;
    await on(addressOf(DUPLICATE), {}, async (page) => {
      const at = async () => Number(/\d+/.exec((await page.locator('.tl-at').textContent())!)?.[0] ?? 0);
      const after = async (key: string) => {
        await page.keyboard.press(key);
        return at();
      };
      expect(await after('Home')).toBe(1);
      expect(await after('PageDown')).toBe(11);
      expect(await after('Shift+ArrowRight')).toBe(21);
      expect(await after('Shift+ArrowLeft')).toBe(11);
      expect(await after('PageUp')).toBe(1);
      expect(await after('v')).toBe(97);
      expect(await isInView(page, 97)).toBe(true);
      const before = marks.findLastIndex(({ cpu }, i) => cpu === marks[96]!.cpu && i < 96) + 1;
      expect(await after('[')).toBe(before);
      expect(await after(']')).toBe(97);
      expect(await after('End')).toBe(timeline.last);
      expect(await after('Control+ArrowLeft')).toBe(timeline.last);
      expect(await after('Alt+v')).toBe(timeline.last);
      expect(await after('x')).toBe(timeline.last);
    });
  });

  it('buttons, a line, the overview, and an address that names a step', async () => {
    await on(`${addressOf(BUFFERED)}#timeline-55`, {}, async (page, { requests }) => {
      expect(requests).toEqual([]);
      const at = () => page.locator('.tl-at').textContent();
      expect(await at()).toMatch(/^Step 55 of 96: CPU1 cpu_rq\(0\)->curr == b/);
      expect(await isInView(page, 55)).toBe(true);
      await page.locator('#timeline-47 a').click();
      expect(await at()).toMatch(/^Step 47 /);
      expect(page.url()).toMatch(/#timeline-47$/);
      await page.locator('#timeline-55').click();
      await page.getByRole('button', { name: 'Next step', exact: true }).click();
      expect(await at()).toMatch(/^Step 56 /);
      await page.getByRole('button', { name: 'Next step on this cpu' }).click();
      expect(await at()).toMatch(/^Step 57 /);
      await page.getByRole('button', { name: 'To the violation' }).click();
      expect(await at()).toMatch(/^Step 96 /);
      const { x, y, width, height } = (await page.locator('.tl-map').boundingBox())!;
      await page.mouse.click(x + (width * 46.5) / 96, y + height / 2);
      expect(await at()).toMatch(/^Step 47 of 96: CPU0 rq->curr = c/);
      expect((await shown(page)).buffers[0]).toContain('cpu_rq(0)->curr = c');
      expect(await page.locator('.tl-cpus tbody tr').first().textContent()).toContain('b (c waits)');
    });
  });

  it.each([
    [400, false],
    [400, true],
    [1280, false],
    [1280, true],
  ])('is readable at %i px (dark: %s)', async (width, dark) => {
    for (const file of [...FILES, WIDE]) {
      await on(addressOf(file), { width, dark, height: 800 }, async (page) => {
        for (const key of ['End', 'PageUp', 'Home']) {
          await page.keyboard.press(key);
          expect([file, key, await overflows(page)]).toEqual([file, key, false]);
        }
        const look = await page.evaluate(() => {
          const small: string[] = [];
          for (const element of document.querySelectorAll<HTMLElement>('.timeline *')) {
            const own = [...element.childNodes].some(
              ({ nodeType, textContent }) => nodeType === 3 && textContent?.trim(),
            );
            if (
              own &&
              element.checkVisibility() &&
              Number.parseFloat(getComputedStyle(element).fontSize) < 12
            ) {
              small.push(element.outerHTML.slice(0, 80));
            }
          }
          /** Of sRGB, by WCAG. */
          const light = (color: string) => {
            const [r = 0, g = 0, b = 0] = (color.match(/[\d.]+/g) ?? []).map((part) => {
              const c = Number(part) / 255;
              return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
            });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const back = light(getComputedStyle(document.querySelector('.tl-head')!).backgroundColor);
          const contrast = (query: string) => {
            const ink = light(getComputedStyle(document.querySelector(query)!).color);
            return (Math.max(ink, back) + 0.05) / (Math.min(ink, back) + 0.05);
          };
          return {
            small,
            back,
            contrasts: ['.tl-row code', '.tl-step', '.tl-violated', '.tl-at', '.tl-call code'].map(contrast),
            tag: document.querySelector('.tl-cpu')!.checkVisibility(),
            head: document.querySelector('.tl-head')!.getBoundingClientRect().height / window.innerHeight,
          };
        });
        expect(look.small).toEqual([]);
        expect(look.back < 0.2).toBe(dark);
        for (const contrast of look.contrasts) expect(contrast).toBeGreaterThan(4.5);
        // One column, where each line says whose it is; or lanes side by side.
        expect(look.tag).toBe(width === 400);
        expect(look.head).toBeLessThan(0.7);
      });
    }
  });

  it('is a table without JavaScript', async () => {
    const timeline = timelineOfRun(readRun(BUFFERED));
    await on(addressOf(BUFFERED), { javaScript: false }, async (page) => {
      expect(await page.locator('li.tl-row').count()).toBe(timeline.rows.length);
      expect(await page.locator('.tl-buttons').isVisible()).toBe(false);
      expect(await page.locator('.tl-sentence').textContent()).toBe(timeline.sentence);
      expect(await page.locator('.tl-cpus tbody tr').first().textContent()).toContain('c1+100ms');
    });
  });

  it('with several on a page, keys go to the one in focus, else to the one that is seen most', async () => {
    const sections = await Promise.all(
      FILES.map((file, i) => timelineSection(timelineOfRun(readRun(file), file), `t${i}`)),
    );
    const script = await timelineScript();
    const html = pageOf({ title: 'two', style: TIMELINE_STYLE, body: sections.join('\n'), script });
    await on(html, {}, async (page) => {
      const at = () => page.locator('.tl-at').allTextContents();
      await page.keyboard.press('Home');
      expect((await at()).map((text) => text.slice(0, 8))).toEqual(['Step 1 o', 'Step 96 ']);
      await page.evaluate(() => document.getElementById('t1-60')!.scrollIntoView());
      await page.keyboard.press('k');
      expect((await at()).map((text) => text.slice(0, 8))).toEqual(['Step 1 o', 'Step 95 ']);
      await page.locator('#t0-3').click();
      await page.keyboard.press('j');
      expect((await at()).map((text) => text.slice(0, 8))).toEqual(['Step 4 o', 'Step 95 ']);
    });
  });

  it('draws the static picture as XML, without a fault', async () => {
    const { stdout } = await cidfuzz(['explain', BUFFERED, '--format', 'svg'], { cwd: '.' });
    await on('<title>x</title>', {}, async (page) => {
      const found = await page.evaluate((svg) => {
        const parsed = new DOMParser().parseFromString(svg, 'image/svg+xml');
        return [parsed.querySelector('parsererror')?.textContent ?? null, parsed.documentElement.nodeName];
      }, stdout);
      expect(found).toEqual([null, 'svg']);
    });
  });
});
