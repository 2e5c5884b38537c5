import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { drawSvg } from '../chart/svg.js';
import { campaignCharts } from '../dashboard/charts.js';
import { fileError, UserError } from '../errors.js';
import type { CampaignView } from '../fuzz/progress.js';
import { type Address, isLoopback, urlOf } from './address.js';
import { metricsOf } from './metrics.js';
import { livePage } from './page.js';
import { shownOf } from './shown.js';

/** A campaign as a page. */
export interface LiveServer {
  /** Its URL. */
  readonly address: string;
  /** Ends at once, whoever is still being answered. */
  close(): Promise<void>;
}

/** How long drawings are good for, in ms: at least, and at most. */
const DRAWN_MS = [2000, 10_000] as const;
/** They are drawn by the campaign's own process, which is to spend about one part in so many of its time on them. */
const DRAWING_PART = 20;
/** More than any page asks for at once. */
const MOST_CONNECTIONS = 64;
const HEADER_BYTES = 8192;
const REQUEST_MS = 10_000;
const IDLE_MS = 30_000;

/** What is sent back: all that this server ever reads is the campaign's view. */
interface Answer {
  readonly type: string;
  readonly text: string;
}

const HTML = 'text/html; charset=utf-8';

const HEADERS: Readonly<Record<string, string>> = {
  // So few connections are for all: none is kept for somebody who may not come back.
  Connection: 'close',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** For all that is served; the page itself says what it may do beside. */
const POLICY = "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
/** What is no page does nothing; drawings have styles. */
const STILL = "default-src 'none'; style-src 'unsafe-inline'";

/**
 * Serves a campaign as a page that keeps itself up to date, as `/view.json`, and as `/metrics` for Prometheus. There is no way
 * from a request to a file.
 *
 * @throws UserError where the address cannot be had
 */
export async function serveLive({ host, port }: Address, view: () => CampaignView): Promise<LiveServer> {
  const site = new Site(view, await livePage(view()));
  const server = createServer(
    {
      maxHeaderSize: HEADER_BYTES,
      requestTimeout: REQUEST_MS,
      headersTimeout: REQUEST_MS,
      connectionsCheckingInterval: REQUEST_MS / 2,
    },
    (request, response) => {
      site.handle(request, response, isLoopback(host)).catch(() => response.destroy());
    },
  );
  server.maxConnections = MOST_CONNECTIONS;
  // Who neither reads nor writes makes room for others.
  server.setTimeout(IDLE_MS);
  server.on('clientError', (_, socket) => socket.destroy());
  await listen(server, host, port);
  // Whatever happens to the server from here on, the campaign goes on.
  server.on('error', () => undefined);
  // The campaign ends without waiting for us.
  server.unref();
  const bound = server.address() as { port: number };
  return {
    address: urlOf(host, bound.port),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((done, failed) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'somebody else serves there (expected a free port)' : null;
      const where = `--http ${host}:${port}`;
      failed(why === null ? fileError(where, 'serve', error) : new UserError(`${where}: ${why}`));
    });
    server.listen(port, host, () => done());
  });
}

class Site {
  private drawn: { readonly until: number; readonly charts: ReadonlyMap<string, string> } | null = null;
  private drawing: Promise<ReadonlyMap<string, string>> | null = null;

  constructor(
    private readonly view: () => CampaignView,
    private readonly page: string,
  ) {}

  async handle(request: IncomingMessage, response: ServerResponse, loopbackOnly: boolean): Promise<void> {
    const { method = '', url = '' } = request;
    const send = (status: number, { type, text }: Answer) => {
      response.writeHead(status, {
        ...HEADERS,
        'Content-Security-Policy': type === HTML ? POLICY : `${STILL}; ${POLICY}`,
        'Content-Type': type,
        'Content-Length': Buffer.byteLength(text),
      });
      response.end(method === 'HEAD' ? undefined : text);
    };
    const plain = (text: string): Answer => ({ type: 'text/plain; charset=utf-8', text: `${text}\n` });
    // A page of somebody else's whose name leads to this machine is not to read it.
    if (loopbackOnly && !isLocalName(request.headers.host)) return send(403, plain('not for this host'));
    if (method !== 'GET' && method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      return send(405, plain('GET or HEAD'));
    }
    const answer = await this.answer(url.split('?')[0]!);
    send(answer === null ? 404 : 200, answer ?? plain('no such page'));
  }

  /** What is at a path; null: nothing. */
  private async answer(path: string): Promise<Answer | null> {
    switch (path) {
      case '/':
        return { type: HTML, text: this.page };
      case '/view.json':
        return { type: 'application/json', text: JSON.stringify(shownOf(this.view())) };
      case '/metrics':
        return metricsOf(this.view());
      default: {
        const name = /^\/charts\/([a-z]+)\.svg$/.exec(path)?.[1];
        const text = name === undefined ? undefined : (await this.charts()).get(name);
        return text === undefined ? null : { type: 'image/svg+xml', text };
      }
    }
  }

  /** All charts, drawn once for all who ask at about the same time. */
  private async charts(): Promise<ReadonlyMap<string, string>> {
    if (this.drawn !== null && performance.now() < this.drawn.until) return this.drawn.charts;
    this.drawing ??= this.draw().finally(() => {
      this.drawing = null;
    });
    return this.drawing;
  }

  private async draw(): Promise<ReadonlyMap<string, string>> {
    const began = performance.now();
    const { history } = this.view();
    const charts = new Map<string, string>();
    for (const { name, spec } of campaignCharts(history)) charts.set(name, await drawSvg(spec));
    const ended = performance.now();
    const [least, most] = DRAWN_MS;
    const good = Math.min(most, Math.max(least, DRAWING_PART * (ended - began)));
    this.drawn = { until: ended + good, charts };
    return charts;
  }
}

/** Whether a Host header names this machine as itself. */
function isLocalName(host: string | undefined): boolean {
  if (host === undefined) return false;
  const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return isLoopback(name);
}
