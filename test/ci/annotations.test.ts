import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { annotationsOf } from '../../src/ci/annotations.js';
import { type CiResult, plainResult } from '../../src/ci/result.js';

/** A workflow command as GitHub's runner reads it (actions/runner, ActionCommand.cs). */
function read(line: string): { command: string; properties: Record<string, string>; data: string } {
  const found = /^::(\w+) ?([^\n\r]*?)::([^\n\r]*)$/.exec(line);
  if (found === null) throw new Error(`no workflow command: ${line}`);
  const [, command, properties, data] = found;
  const unescaped = (text: string) =>
    text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%3A', ':').replaceAll('%2C', ',');
  return {
    command: command!,
    properties: Object.fromEntries(
      properties!.split(',').map((pair) => {
        const at = pair.indexOf('=');
        return [pair.slice(0, at), unescaped(pair.slice(at + 1)).replaceAll('%25', '%')];
      }),
    ),
    data: data!.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%'),
  };
}

const bad = (file: string, message: string, line = 1): CiResult => ({
  ...plainResult(file, 'livelock', message),
  line,
});

describe('annotationsOf', () => {
  it('has an error for each that is bad, at its file and line, and nothing for the others', () => {
    const results = [plainResult('a.cid', null, ''), bad('b/c.cid', 'it spins', 12), bad('d.cid', 'it, too')];
    expect(annotationsOf(results)).toEqual([
      '::error file=b/c.cid,line=12,title=cidfuzz%3A livelock::it spins',
      '::error file=d.cid,line=1,title=cidfuzz%3A livelock::it, too',
    ]);
    expect(annotationsOf([])).toEqual([]);
  });

  it.each([
    ['a%b.cid', '100 % sure, or 50%0A::error::no'],
    ['a,line=9,b.cid', 'a,b:c::d'],
    ['a::error::b.cid', '::error::x'],
    ['%3A%2C%25.cid', '%25%0D%0A%3A'],
    ['жук 😀 é.cid', 'жук 😀 é'],
    ['a=b;c.cid', 'a=b;c'],
  ])('loses nothing of %j and %j', (file, message) => {
    const [line, ...more] = annotationsOf([bad(file, message, 7)]);
    expect(more).toEqual([]);
    expect(read(line!)).toEqual({
      command: 'error',
      properties: { file, line: '7', title: 'cidfuzz: livelock' },
      data: message,
    });
  });

  it('is one line whatever stands in a name or a message', () => {
    const odd = 'a\n::error::b\r\nc\x1b[31m\u2028d\x00\ud800';
    const lines = annotationsOf([bad(odd, odd)]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^[\x20-\x7e]+$/);
    const { properties, data } = read(lines[0]!);
    const shown = 'a\\x0a::error::b\\x0d\\x0ac\\x1b[31m\\u{2028}d\\x00\\u{d800}';
    expect([Object.keys(properties), properties.file, data]).toEqual([
      ['file', 'line', 'title'],
      shown,
      shown,
    ]);
  });

  it('names files from the folder that we run in', () => {
    const lines = annotationsOf([bad(join(process.cwd(), 'a/b.cid'), 'x'), bad('./a/../c.cid', 'x')]);
    expect(lines.map((line) => read(line).properties.file)).toEqual(['a/b.cid', 'c.cid']);
  });

  it.each([
    [1, 1, null],
    [9, 9, null],
    [10, 10, null],
    [11, 9, 2],
    [1000, 9, 991],
  ])('of %i tells %i, and how many more there are', (all, told, more) => {
    const results = Array.from({ length: all }, (_, i) => [
      plainResult(`ok${i}.cid`, null, ''),
      bad(`${i}.cid`, 'x'),
    ]).flat();
    const lines = annotationsOf(results).map(read);
    expect(lines.length).toBeLessThanOrEqual(10);
    expect(lines.slice(0, told).map(({ properties }) => properties.file)).toEqual(
      Array.from({ length: told }, (_, i) => `${i}.cid`),
    );
    expect(lines.slice(told).map(({ data }) => data)).toEqual(more === null ? [] : [`and ${more} more`]);
    expect(lines.every(({ command }) => command === 'error')).toBe(true);
  });
});
