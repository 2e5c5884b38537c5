import { afterAll, describe, expect, it } from 'vitest';
import type { CampaignView } from '../../src/fuzz/progress.js';
import { serveLive } from '../../src/live/server.js';
import { findingRow, viewAt } from '../live/views.js';
import { CHROMIUM, closeBrowser, openPage, overflows } from './browser.js';

afterAll(closeBrowser);

/** Serves a view that can be changed. */
async function serve(first: CampaignView) {
  let view = first;
  const server = await serveLive({ host: '127.0.0.1', port: 0 }, () => view);
  return {
    ...server,
    show: (next: CampaignView) => {
      view = next;
    },
  };
}

describe.skipIf(CHROMIUM === undefined)('the page of a campaign', () => {
  it('shows figures, charts and findings, and keeps up', async () => {
    const server = await serve(viewAt(15));
    const { page, faults, requests, close } = await openPage(server.address);
    try {
      await page.getByText('450 000', { exact: true }).waitFor();
      expect(await page.locator('#state').textContent()).toBe('running');
      await page.locator('figure svg').nth(3).waitFor();
      expect(await page.locator('#nothing').isVisible()).toBe(true);
      server.show(viewAt(125, { findings: [findingRow({ sentence: '<b>no tag</b>' })] }));
      await page.getByText('3 750 000', { exact: true }).waitFor();
      expect(await page.locator('#findings > li').count()).toBe(1);
      expect(await page.locator('#findings p').textContent()).toBe('<b>no tag</b>');
      expect(await page.locator('#findings ul li').allTextContents()).toEqual(findingRow().race);
      expect(await page.locator('#nothing').isVisible()).toBe(false);
      expect(await page.locator('#strategies dd').first().textContent()).toBe('67 %');
      expect(await page.locator('#campaign dd').first().textContent()).toBe('rfc-v6');
      server.show(viewAt(130, { state: 'ending', findings: [] }));
      await page.locator('#state', { hasText: 'ending' }).waitFor();
      expect(await page.locator('#findings > li').count()).toBe(0);
      expect(faults).toEqual([]);
      for (const request of requests) expect(request.startsWith(server.address)).toBe(true);
      await server.close();
      await page.locator('#state', { hasText: 'no answer' }).waitFor();
    } finally {
      await close();
      await server.close();
    }
  });

  it.each([
    [1280, false],
    [1280, true],
    [400, false],
    [400, true],
  ])('fits %i pixels, dark: %s', async (width, dark) => {
    const long = {
      findings: [findingRow({ name: `x${'y'.repeat(300)}`, race: ['z'.repeat(300)] })],
      out: 'o'.repeat(300),
    };
    const server = await serve(viewAt(125, long));
    const { page, faults, close } = await openPage(server.address, { width, dark });
    try {
      await page.locator('figure svg').nth(3).waitFor();
      expect(await overflows(page)).toBe(false);
      expect(faults).toEqual([]);
      const small = await page.evaluate(() => {
        const drawn = document.querySelector('figure svg')!;
        const scale = drawn.getBoundingClientRect().width / Number(drawn.getAttribute('width'));
        const sizes = [...drawn.querySelectorAll('text')].map(
          (text) => scale * Number.parseFloat(getComputedStyle(text).fontSize),
        );
        return Math.min(...sizes);
      });
      expect(small).toBeGreaterThan(9);
      const [text, back] = await page.evaluate(() => {
        const probe = document.createElement('div');
        probe.style.backgroundColor = 'Canvas';
        document.body.append(probe);
        return [getComputedStyle(document.body).color, getComputedStyle(probe).backgroundColor];
      });
      const light = (color: string) => Number(/\d+/.exec(color)![0]) > 128;
      expect([light(text!), light(back!)]).toEqual([dark, !dark]);
    } finally {
      await close();
      await server.close();
    }
  });
});
