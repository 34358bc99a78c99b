import { expect, test } from 'vitest';
import { globPattern } from '../../src/core/text/glob.ts';

test.for([
  ['*.yml', 'a.yml', true],
  ['*.yml', 'a.yaml', false],
  ['a?c', 'abc', true],
  ['a?c', 'a😀c', true],
  ['[ab]', 'b', true],
  ['[!ab]', 'b', false],
  ['[!ab]', 'c', true],
  ['[]a]', ']', true],
  ['[^a]', '^', true],
  ['[^a]', 'b', false],
  ['[a-]', '-', true],
  ['[a', '[a', true],
  ['[]', '[]', true],
  ['[z-a]', 'm', false],
  ['[!z-a]', 'm', true],
  ['[\\d]', '5', false],
  ['a.b+(c)', 'a.b+(c)', true],
  ['a*', 'a\nb', true],
  ['a*', 'a/b', true],
] as const)('%s matches %s: %s', ([pattern, name, fits]) => {
  expect(globPattern(pattern).test(name)).toBe(fits);
});

test('with `slashes: false` a star does not match a slash', () => {
  expect(globPattern('a*', { slashes: false }).test('a/b')).toBe(false);
});

test('without classes, brackets are literal', () => {
  expect(globPattern('[a]*', { classes: false }).test('[a]b')).toBe(true);
});
