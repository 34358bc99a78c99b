import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareVersions } from '../../src/core/debian-version.ts';

const part = fc.stringMatching(/^[0-9][0-9a-z.+~]{0,6}$/);
const version = fc
  .tuple(fc.constantFrom('', '0:', '1:'), part, fc.constantFrom('', '-'), part)
  .map(([epoch, upstream, dash, revision]) => `${epoch}${upstream}${dash === '' ? '' : dash + revision}`);
const dpkg = (a: string, operator: string, b: string) =>
  spawnSync('dpkg', ['--compare-versions', a, operator, b]).status === 0;

describe('compareVersions', () => {
  test.for([
    ['1.0', '1.0', 0],
    ['1.0~rc1', '1.0', -1],
    ['1.10', '1.9', 1],
    ['1:0.1', '9.9', 1],
    ['1.0-1', '1.0', 1],
    ['1.0a', '1.0+', -1],
    ['2.36-9+deb12u14', '2.36-9+deb12u9', 1],
  ] as const)('%s against %s', ([a, b, sign]) => {
    expect(Math.sign(compareVersions(a, b))).toBe(sign);
  });

  test('agrees with dpkg', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        const sign = Math.sign(compareVersions(a, b));
        expect(dpkg(a, sign < 0 ? 'lt' : sign > 0 ? 'gt' : 'eq', b)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});
