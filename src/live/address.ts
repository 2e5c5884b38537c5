import { isIP } from 'node:net';
import { UserError } from '../errors.js';

/** Where a page is served. */
export interface Address {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

const LOOPBACK = '127.0.0.1';

/**
 * `127.0.0.1:8080`, `localhost:8080`, `[::1]:8080`, `:8080`, `8080`: without a host, this machine alone.
 *
 * @throws UserError where it is none of these
 */
export function parseAddress(text: string): Address {
  const match = /^(?:(?:\[([0-9a-fA-F:.]+)\]|([\w.-]*)):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? (match?.[2] || LOOPBACK);
  const sound = match !== null && port <= 65_535 && (match[1] === undefined || isIP(host) === 6);
  if (!sound) throw new UserError(`--http ${text}: no address (expected HOST:PORT, such as 127.0.0.1:8080)`);
  return { host, port };
}

/** Whether only programs of this machine can reach it there. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** As a URL has it. */
export function urlOf(host: string, port: number): string {
  return `http://${isIP(host) === 6 ? `[${host}]` : host}:${port}/`;
}
