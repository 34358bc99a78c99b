import { describe, expect, test } from 'vitest';
import { loadYaml } from '../../src/yaml/load.ts';

const mistakeOf = (text: string): string => {
  const loaded = loadYaml(text, 'a.yaml');
  const [first] = loaded.ok ? [] : loaded.error;
  return first === undefined ? 'no mistake' : `${first.at?.line}:${first.at?.column} ${first.message}`;
};

const blocks = (depth: number): string =>
  Array.from({ length: depth }, (_, level) => `${' '.repeat(level)}a:\n`).join('');

const bomb = Array.from({ length: 9 }, (_, level) =>
  level === 0
    ? 'a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n'
    : `a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(', ')}]\n`,
).join('');

const tower = Array.from({ length: 1000 }, (_, level) =>
  level === 0 ? 'a0: &a0 [x]\n' : `a${level}: &a${level} [*a${level - 1}]\n`,
).join('');

describe('limits of YAML are mistakes with a place', () => {
  test.for([
    ['dicts', blocks(1500), /^201:\d+ nested more than 200 levels deep$/],
    ['lists', `${'- '.repeat(5000)}x`, /^1:\d+ nested more than 200/],
    ['flow lists', `${'['.repeat(5000)}${']'.repeat(5000)}`, /^1:201 nested more than 200/],
    ['flow dicts', `${'{a: '.repeat(5000)}${'}'.repeat(5000)}`, /^1:\d+ nested more than 200/],
    ['long keys', `${'? '.repeat(5000)}x`, /^1:\d+ nested more than 200/],
    [
      'aliases that expand to a billion values',
      bomb,
      /^6:\d+ the aliases in this file expand to more than 1000000 values$/,
    ],
    ['aliases of aliases', tower, /^200:\d+ nested more than 200/],
  ] as const)('%s', ([, text, expected]) => {
    expect(mistakeOf(text)).toMatch(expected);
  });

  test('are far beyond what people write', () => {
    expect(mistakeOf(blocks(100))).toBe('no mistake');
  });
});
