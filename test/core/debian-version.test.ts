import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareVersions } from '../../src/core/debian-version.ts';

const part = fc.stringMatching(/^[0-9][0-9a-z.+~]{0,6}$/);
const version = fc
  .tuple(fc.constantFrom('', '0:', '1:'), part, fc.constantFrom('', '-'), part)
  .map(([epoch, upstream, dash, revision]) => `${epoch}${upstream}${dash === '' ? '' : dash + revision}`);

const operator = (a: string, b: string): string => {
  const sign = Math.sign(compareVersions(a, b));
  return { '-1': 'lt', '0': 'eq', '1': 'gt' }[String(sign)] ?? '';
};

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
    const pairs = fc.sample(fc.tuple(version, version), 150);
    const compared = pairs.map(([a, b]) => `${a} ${operator(a, b)} ${b}`);

    // One shell asks dpkg about all of them, and prints those that it denies.
    const loop =
      'while read -r a operator b; do dpkg --compare-versions "$a" "$operator" "$b" || echo "$a $operator $b"; done; echo end';
    const { stdout } = spawnSync('sh', ['-c', loop], { input: compared.join('\n').concat('\n'), encoding: 'utf8' });

    expect(stdout).toBe('end\n');
  });
});
