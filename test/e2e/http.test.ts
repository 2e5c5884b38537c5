import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { cidfuzz, rows, temporaryFolder } from './cidfuzz.js';

const cwd = temporaryFolder();

describe('fuzz --http', () => {
  it('serves while it runs, and ends with it, whoever is connected', async () => {
    let seen: Promise<[number, number, string]> | undefined;
    const outcome = await cidfuzz(
      ['fuzz', '--algo', 'v6.3', '--time', '4s', '--json', '--out', 'served', '--http', '127.0.0.1:0'],
      {
        cwd,
        onStderr: (_, all) => {
          const address = /"event":"serving","address":"([^"]+)"/.exec(all)?.[1];
          if (address === undefined || seen !== undefined) return;
          // Somebody who stays.
          connect(Number(new URL(address).port), '127.0.0.1').on('error', () => undefined);
          seen = (async () => {
            const page = await fetch(address);
            const metrics = await fetch(`${address}metrics`);
            return [page.status, metrics.status, await metrics.text()];
          })();
        },
      },
    );
    expect(outcome.code).toBe(0);
    const [page, metrics, text] = await seen!;
    expect([page, metrics]).toEqual([200, 200]);
    expect(text).toMatch(/^cidfuzz_schedules_total \d+$/m);
    expect(rows(outcome.stdout).at(-1)).toMatchObject({ summary: true });
  });

  it.each([
    [
      '0.0.0.0:0',
      /^--http 0\.0\.0\.0:0: others could reach it there \(expected a loopback address such as 127\.0\.0\.1, or --http-public\)\n$/,
    ],
    ['nonsense', /^--http nonsense: no address \(expected HOST:PORT, such as 127\.0\.0\.1:8080\)\n$/],
  ])('%s is refused in one line', async (address, message) => {
    const { code, stdout, stderr } = await cidfuzz(
      ['fuzz', '--runs', '10', '--out', 'refused', '--http', address],
      { cwd },
    );
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(message);
  });

  it('serves others where it is told to', async () => {
    const args = [
      'fuzz',
      '--algo',
      'v6.3',
      '--runs',
      '1000',
      '--json',
      '--out',
      'public',
      '--http',
      '0.0.0.0:0',
      '--http-public',
    ];
    const { code, stderr } = await cidfuzz(args, { cwd });
    expect(code).toBe(0);
    expect(rows(stderr)).toContainEqual({
      event: 'serving',
      address: expect.stringMatching(/^http:\/\/0\.0\.0\.0:\d+\/$/),
    });
  });
});
