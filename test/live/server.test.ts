import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CampaignView } from '../../src/fuzz/progress.js';
import { metricsOf } from '../../src/live/metrics.js';
import { type LiveServer, serveLive } from '../../src/live/server.js';
import { sampleAt, viewAt } from './views.js';

let server: LiveServer;
let port: number;
let seconds = 60;
const POLICY = "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

beforeAll(async () => {
  server = await serveLive({ host: '127.0.0.1', port: 0 }, () => viewAt(seconds));
  port = Number(new URL(server.address).port);
});
afterAll(() => server.close());

/** What comes back for bytes as they are. */
function raw(text: string): Promise<string> {
  return new Promise((done) => {
    let all = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setTimeout(3000, () => socket.destroy());
    socket.on('data', (data) => {
      all += data;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => done(all));
  });
}

const get = (path: string, host = `127.0.0.1:${port}`) =>
  raw(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0);

describe('the page of a campaign', () => {
  it('is there, runs its own script alone, and is in no frame', async () => {
    const answer = await fetch(server.address);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('content-security-policy')).toBe(POLICY);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const text = await answer.text();
    expect(text).toMatch(
      /default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-[^']+'; connect-src 'self'/,
    );
    expect(text).not.toMatch(/ on[a-z]+=|https?:\/\//);
  });

  it('asks for figures, and for charts', async () => {
    const view = await (await fetch(`${server.address}view.json`)).json();
    expect(view).toMatchObject({
      state: 'running',
      now: { schedules: 1_800_000 },
      findings: [{ kind: 'freed-in-use' }],
    });
    expect(view.figures.work[0]).toEqual({ label: 'schedules', value: '1 800 000' });
    for (const name of ['throughput', 'coverage', 'strategies', 'memory']) {
      const answer = await fetch(`${server.address}charts/${name}.svg`);
      expect(answer.headers.get('content-type')).toBe('image/svg+xml');
      expect(await answer.text()).toMatch(/^<svg [\s\S]*<\/svg>$/);
    }
    seconds = 90;
    expect((await (await fetch(`${server.address}view.json`)).json()).now.seconds).toBe(90);
    seconds = 60;
  });

  it.each([
    '/../../etc/passwd',
    '/..%2f..%2fetc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '//etc/passwd',
    '/charts/../../etc/passwd',
    '/charts/..%2f..%2fpackage.svg',
    '/charts/none.svg',
    '/view.json/',
    '/findings/x',
    'http://example.com/etc/passwd',
    'file:///etc/passwd',
    '/favicon.ico',
  ])('gives nothing else: %s', async (path) => {
    const answer = await get(path);
    expect(statusOf(answer)).toBe(404);
    expect(answer).not.toMatch(/root:/);
  });

  it('is for this machine under its own name: no page of others can read it', async () => {
    for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example', '', '10.0.0.1'])
      expect(statusOf(await get('/view.json', host)), host).toBe(403);
    for (const host of ['localhost', `localhost:${port}`, '127.0.0.1', `[::1]:${port}`])
      expect(statusOf(await get('/view.json', host)), host).toBe(200);
    expect(statusOf(await raw('GET / HTTP/1.0\r\n\r\n'))).toBe(403);
  });

  it('is read only', async () => {
    const head = await fetch(server.address, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const answer = await fetch(server.address, { method });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    }
  });

  it('lets nothing run but on its page', async () => {
    for (const path of ['view.json', 'metrics', 'charts/memory.svg', 'none']) {
      const { headers } = await fetch(server.address + path);
      expect(headers.get('content-security-policy'), path).toBe(
        `default-src 'none'; style-src 'unsafe-inline'; ${POLICY}`,
      );
      expect(headers.get('x-content-type-options'), path).toBe('nosniff');
      expect(headers.get('referrer-policy'), path).toBe('no-referrer');
      expect(headers.get('cross-origin-resource-policy'), path).toBe('same-origin');
    }
  });

  it('sends a part of the samples', async () => {
    const history = Array.from({ length: 600 }, (_, i) => viewAt(i + 1).now);
    const other = await serveLive({ host: '127.0.0.1', port: 0 }, () => viewAt(600, { history }));
    const text = await (await fetch(`${other.address}view.json`)).text();
    expect(JSON.parse(text).history.length).toBeLessThanOrEqual(100);
    expect(text.length).toBeLessThan(100_000);
    await other.close();
  });

  it('draws once for all who ask at about the same time', async () => {
    let views = 0;
    const other = await serveLive({ host: '127.0.0.1', port: 0 }, () => {
      views++;
      return viewAt(60);
    });
    const before = views;
    const drawings = await Promise.all(
      Array.from({ length: 8 }, async () => (await fetch(`${other.address}charts/memory.svg`)).text()),
    );
    expect(new Set(drawings).size).toBe(1);
    expect(views - before).toBe(1);
    await other.close();
  });

  it('outlives bad clients', async () => {
    await raw('garbage\r\n\r\n');
    await raw(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`);
    const half = connect(port, '127.0.0.1', () => half.write('GET / HTTP/1.1\r\nHo'));
    half.on('error', () => undefined);
    const answers = await Promise.all(
      Array.from({ length: 200 }, () =>
        fetch(`${server.address}view.json`).then(
          ({ status }) => status,
          () => 0,
        ),
      ),
    );
    expect(answers.filter((status) => status === 200).length).toBeGreaterThan(10);
    expect((await fetch(`${server.address}view.json`)).status).toBe(200);
    half.destroy();
  });
});

describe('the server', () => {
  it('outlives a view that fails', async () => {
    let fails = false;
    const other = await serveLive({ host: '127.0.0.1', port: 0 }, () => {
      if (fails) throw new Error('no view');
      return viewAt(10);
    });
    fails = true;
    await expect(fetch(`${other.address}view.json`)).rejects.toThrow();
    await expect(fetch(`${other.address}charts/memory.svg`)).rejects.toThrow();
    fails = false;
    expect((await fetch(`${other.address}view.json`)).status).toBe(200);
    await other.close();
  });

  it('ends at once, whoever is connected', async () => {
    const other = await serveLive({ host: '127.0.0.1', port: 0 }, () => viewAt(10));
    const socket = connect(Number(new URL(other.address).port), '127.0.0.1');
    const closed = new Promise((done) => socket.on('close', done));
    socket.on('error', () => undefined);
    await new Promise((done) => socket.on('connect', done));
    const began = performance.now();
    await other.close();
    await closed;
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it('says in one line that its port is taken, or its host none', async () => {
    await expect(serveLive({ host: '127.0.0.1', port }, () => viewAt(1))).rejects.toThrow(
      `--http 127.0.0.1:${port}: somebody else serves there (expected a free port)`,
    );
    await expect(serveLive({ host: '192.0.2.1', port: 0 }, () => viewAt(1))).rejects.toThrow(
      /^--http 192\.0\.2\.1:0: cannot serve/,
    );
  });
});

describe('metrics', () => {
  /** Series by name and labels. A strict reading of Prometheus' text format, as far as we use it. */
  function parse(text: string): Map<string, number> {
    const series = new Map<string, number>();
    const types = new Map<string, string>();
    const helped = new Set<string>();
    expect(text.endsWith('\n')).toBe(true);
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const help = /^# HELP ([a-z_]+) \S.*$/.exec(line);
      const type = /^# TYPE ([a-z_]+) (counter|gauge)$/.exec(line);
      if (help) helped.add(help[1]!);
      else if (type) types.set(type[1]!, type[2]!);
      else {
        const [, name, labels = '', value] =
          /^([a-z_]+)(\{(?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)*\})? (\S+)$/.exec(line)!;
        expect(series.has(name + labels), line).toBe(false);
        expect(helped.has(name!), line).toBe(true);
        expect(types.get(name!), line).toBe(name!.endsWith('_total') ? 'counter' : 'gauge');
        expect(Number.isFinite(Number(value)), line).toBe(true);
        series.set(name + labels, Number(value));
      }
    }
    return series;
  }

  it('are in Prometheus’ text format, with its conventions', async () => {
    const answer = await fetch(`${server.address}metrics`);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const series = parse(await answer.text());
    expect(Object.fromEntries(series)).toMatchObject({
      cidfuzz_schedules_total: 1_800_000,
      cidfuzz_steps_total: 540_000_000,
      cidfuzz_running: 1,
      'cidfuzz_findings{kind="freed-in-use"}': 1,
      'cidfuzz_findings{kind="duplicate-cid"}': 0,
      'cidfuzz_findings{kind="fault"}': 0,
      'cidfuzz_strategy_schedules_total{strategy="pos"}': 0,
      'cidfuzz_strategy_schedules_total{strategy="guided"}': 1_200_000,
      'cidfuzz_resident_memory_bytes{process="workers"}': 300 * 2 ** 20,
      cidfuzz_last_finding_seconds: 40,
    });
    expect([...series.keys()].find((name) => name.startsWith('cidfuzz_info'))).toBe(
      'cidfuzz_info{algo="rfc-v6",mutants="",memory="sc",arch="x86",preempt="full",strategy="portfolio",seed="1"}',
    );
  });

  it('have the same series from the beginning on, whatever the texts', async () => {
    const read = async (view: CampaignView) => parse((await metricsOf(view)).text);
    const names = (series: Map<string, number>) => [...series.keys()].filter((name) => !/last_/.test(name));
    const begun = await read(
      viewAt(0, { now: sampleAt(0, { plays: {}, lastFeature: null }), findings: [], history: [] }),
    );
    expect(names(begun)).toEqual(names(await read(viewAt(125))));
    expect([...begun].filter(([name]) => name.startsWith('cidfuzz_findings')).every(([, n]) => n === 0)).toBe(
      true,
    );
    const huge = await read(viewAt(60, { now: sampleAt(60, { steps: 2 ** 53 - 1, schedules: 1e15 }) }));
    expect(huge.get('cidfuzz_steps_total')).toBe(2 ** 53 - 1);
  });
});
