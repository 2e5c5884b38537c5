import { describe, expect, it } from 'vitest';
import { isLoopback, parseAddress, urlOf } from '../../src/live/address.js';

describe('an address', () => {
  it.each([
    ['127.0.0.1:8080', '127.0.0.1', 8080],
    ['8080', '127.0.0.1', 8080],
    [':8080', '127.0.0.1', 8080],
    ['localhost:0', 'localhost', 0],
    ['[::1]:80', '::1', 80],
    ['0.0.0.0:65535', '0.0.0.0', 65535],
  ])('%s', (text, host, port) => {
    expect(parseAddress(text)).toEqual({ host, port });
  });

  it.each([
    '',
    'x',
    '127.0.0.1',
    '127.0.0.1:',
    ':65536',
    '::1:80',
    '[::1',
    '[1.2.3.4]:80',
    'a b:80',
    '1:2:3',
    '-1',
    'http://x:80',
  ])('%j is none', (text) => {
    expect(() => parseAddress(text)).toThrow(/no address \(expected HOST:PORT, such as 127\.0\.0\.1:8080\)$/);
  });

  it('is of this machine alone, or not', () => {
    for (const host of ['127.0.0.1', '127.1.2.3', 'localhost', '::1'])
      expect(isLoopback(host), host).toBe(true);
    for (const host of [
      '0.0.0.0',
      '::',
      '10.0.0.1',
      '127.evil.com',
      '127.0.0.1.evil.com',
      'localhost.evil.com',
      '',
    ])
      expect(isLoopback(host), host).toBe(false);
  });

  it('as a URL', () => {
    expect([urlOf('127.0.0.1', 1), urlOf('::1', 2)]).toEqual(['http://127.0.0.1:1/', 'http://[::1]:2/']);
  });
});
