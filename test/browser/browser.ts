/** Pages in a real Chromium: Debian's, driven by playwright-core, which brings none of its own. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';

const PLACE = process.env.CIDFUZZ_CHROMIUM ?? '/usr/bin/chromium';

/** The browser's path; undefined: there is none, and tests that need one are skipped. */
export const CHROMIUM: string | undefined = existsSync(PLACE) ? PLACE : undefined;

export interface PageOptions {
  /** Of the window, in CSS pixels. Default: 1280. */
  readonly width?: number;
  /** Default: 900. */
  readonly height?: number;
  /** Whether the user prefers dark pages. Default: light. */
  readonly dark?: boolean;
  /** Default: true. */
  readonly javaScript?: boolean;
}

/** A page that is open, and what it has done. */
export interface OpenPage {
  readonly page: Page;
  /** Console errors and warnings, and uncaught exceptions, as they come. */
  readonly faults: readonly string[];
  /** The addresses that were asked for, but for the page itself. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

let browser: Promise<Browser> | undefined;

/**
 * Opens a page in the one browser of this process.
 *
 * @param source an address (http:, file:), or a whole page as HTML
 */
export async function openPage(source: string, options: PageOptions = {}): Promise<OpenPage> {
  const { width = 1280, height = 900, dark = false, javaScript = true } = options;
  browser ??= chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox'] });
  const isAddress = /^(https?|file):/.test(source);
  const folder = isAddress ? null : mkdtempSync(join(tmpdir(), 'cidfuzz-page-'));
  if (folder !== null) writeFileSync(join(folder, 'page.html'), source);
  const address = folder === null ? source : pathToFileURL(join(folder, 'page.html')).href;
  const context = await (await browser).newContext({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    javaScriptEnabled: javaScript,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const faults: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('request', (request) => {
    if (request.url() !== address.replace(/#.*/, '')) requests.push(request.url());
  });
  await page.goto(address);
  return {
    page,
    faults,
    requests,
    close: async () => {
      await context.close();
      if (folder !== null) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Ends the browser, if any page was opened. To be called once all tests of a file are done. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

/** Whether a page is wider than its window. */
export function overflows(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
}
