import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cidfuzz, temporaryFolder } from '../e2e/cidfuzz.js';
import { CHROMIUM, closeBrowser, openPage, overflows } from './browser.js';

afterAll(closeBrowser);
const cwd = temporaryFolder();
const address = pathToFileURL(join(cwd, 'report.html')).href;

describe.skipIf(CHROMIUM === undefined)('the report of a campaign', () => {
  beforeAll(async () => {
    const args = [
      '--mutant',
      'exit-stays-active',
      'plain-lazy',
      '--strategy',
      'random-walk',
      '--runs',
      '20000',
    ];
    expect((await cidfuzz(['fuzz', '--out', 'c', '--quiet', ...args], { cwd })).code).toBe(77);
    expect((await cidfuzz(['report', 'c', '-o', 'report.html'], { cwd })).code).toBe(0);
  });

  it('opens, steps, and shows the violation, with no error and no request', async () => {
    const { page, faults, requests, close } = await openPage(address);
    try {
      const findings = page.locator('article.finding');
      expect(await findings.count()).toBeGreaterThan(1);
      const timeline = page.locator('article.finding .timeline').first();
      await timeline.scrollIntoViewIfNeeded();
      expect(await timeline.locator('.tl-broken').count()).toBeGreaterThan(0);
      const at = timeline.locator('.tl-at');
      const violated = await at.textContent();
      expect(violated).toMatch(/^Step \d+ of \d+/);
      await timeline.focus();
      await page.keyboard.press('ArrowLeft');
      const before = await at.textContent();
      expect(before).not.toBe(violated);
      await page.keyboard.press('Home');
      expect(await at.textContent()).toMatch(/^(Step [01] of|Start)/);
      await page.keyboard.press('v');
      expect(await at.textContent()).toBe(violated);
      // The others stay where they were.
      const second = page.locator('article.finding .timeline').nth(1).locator('.tl-at');
      const other = await second.textContent();
      await page.keyboard.press('ArrowLeft');
      expect(await second.textContent()).toBe(other);
      expect(await page.locator('.findings a').first().getAttribute('href')).toBe('#f1');
      expect(faults).toEqual([]);
      expect(requests).toEqual([]);
    } finally {
      await close();
    }
  });

  it.each([
    [1280, false],
    [400, false],
    [400, true],
  ])('fits %i pixels, dark: %s', async (width, dark) => {
    const { page, faults, close } = await openPage(address, { width, dark });
    try {
      expect(await overflows(page)).toBe(false);
      expect(faults).toEqual([]);
      const small = await page.evaluate(
        () =>
          [...document.querySelectorAll('p, td, dd, dt, li')].filter(
            (element) =>
              element.textContent !== '' && Number.parseFloat(getComputedStyle(element).fontSize) < 11,
          ).length,
      );
      expect(small).toBe(0);
    } finally {
      await close();
    }
  });
});
