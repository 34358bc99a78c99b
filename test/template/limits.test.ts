import { describe, expect, test } from 'vitest';
import { Template } from '../../src/core/value.ts';
import { defaultEnv, evaluate, evaluateExpression, TemplateError } from '../../src/template/index.ts';

const nothing = { get: () => undefined, names: () => [] };
const at = { file: 'a.yaml', line: 2, column: 5 };
const resultOf = (source: string) => evaluate(new Template(source, at), nothing, defaultEnv());

function mistakeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof TemplateError)
      return `${error.diagnostic.at?.line}:${error.diagnostic.at?.column} ${error.message}`;
    throw error;
  }
  return 'no mistake';
}

describe('XM2: patterns on characters beyond U+FFFF', () => {
  test.for([
    ["{{ 'a😀' | regex_replace('^', '/x/') }}", '/x/a😀'],
    ["{{ '😀' | regex_replace('$', 'X') }}", '😀X'],
    ["{{ 'a😀b😀' | regex_replace('', '-') }}", '-a-😀-b-😀-'],
    ["{{ '😀' | regex_replace('x*', '-') }}", '-😀-'],
    ["{{ '😀a' | regex_replace('(?m)^', '> ') }}", '> 😀a'],
    ["{{ '😀' | regex_search('$') }}", ''],
    ["{{ '😀😀' | regex_findall('.') | length }}", 2],
    ["{{ '😀' | regex_replace('(?<!x)', '-') }}", '-😀-'],
  ])('%s', ([source, expected]) => {
    expect(resultOf(source as string)).toEqual(expected);
  });
});

test('patterns that JavaScript cannot match like Python are rejected', () => {
  expect(mistakeOf(() => resultOf("{{ 'Y' | regex_search('(a)?(?(1)Y|N)') }}"))).toMatch(
    /conditional groups, like \(\?\(1\) at position 4, are not supported$/,
  );
});

describe('limits of templates are mistakes with a place', () => {
  test.for([
    ['parentheses', `{{ ${'('.repeat(600)}1${')'.repeat(600)} }}`, /^2:\d+ nested more than 200 levels deep$/],
    ['lists', `{{ ${'['.repeat(5000)}1${']'.repeat(5000)} }}`, /^2:\d+ nested more than 200/],
    ['not', `{{ ${'not '.repeat(5000)}1 }}`, /^2:\d+ nested more than 200/],
    ['minus', `{{ ${'-'.repeat(5000)}1 }}`, /^2:\d+ nested more than 200/],
    ['else', `{{ ${'1 if 0 else '.repeat(5000)}1 }}`, /^2:\d+ nested more than 200/],
    ['blocks', `${'{% if 1 %}'.repeat(5000)}x${'{% endif %}'.repeat(5000)}`, /^2:\d+ nested more than 200/],
    ['filters', `{{ 1${' | int'.repeat(5000)} }}`, /^2:\d+ a chain of more than 500/],
    ['sums', `{{ 1${' + 1'.repeat(5000)} }}`, /^2:\d+ a chain of more than 500/],
    ['or', `{{ 0${' or 0'.repeat(5000)} }}`, /^2:\d+ a chain of more than 500/],
    ['and', `{{ 1${' and 1'.repeat(5000)} }}`, /^2:\d+ a chain of more than 500/],
    ['attributes', `{{ a${'.b'.repeat(5000)} }}`, /^2:\d+ a chain of more than 500/],
    [
      'a macro that calls itself',
      '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}',
      /^2:\d+ this is nested too deeply or calls/,
    ],
    ['an endless string', "{{ 'a' * 10**9 }}", /^2:12 1000000000 times 1 is more/],
    ['an endless list', '{{ [1, 2] * 10**9 }}', /^2:15 1000000000 times 2 is more/],
    ['a padded string', "{{ 'a'.ljust(10**10) }}", /^2:12 the value is too large/],
    ['rows of size zero', '{{ [1, 2] | batch(0) }}', /^2:\d+ batch\(\) takes a number of items greater than 0/],
    ['no slices', '{{ [1, 2] | slice(0) }}', /^2:\d+ slice\(\) takes a number of slices greater than 0/],
  ] as const)('%s', ([, source, expected]) => {
    expect(mistakeOf(() => resultOf(source))).toMatch(expected);
  });

  test('of conditions, too', () => {
    const source = `${'('.repeat(3000)}1${')'.repeat(3000)}`;

    expect(mistakeOf(() => evaluateExpression(source, at, nothing, defaultEnv()))).toMatch(/^2:\d+ nested more than/);
  });

  test('are far beyond what people write', () => {
    expect(resultOf(`{{ ${'('.repeat(150)}1${')'.repeat(150)} }}`)).toBe(1);
    expect(resultOf(`{{ 1${' + 1'.repeat(400)} }}`)).toBe(401);
  });
});

describe('computations end on their own, since no signal would be handled', () => {
  test.for([
    [
      'a pattern that needs exponential time',
      `{{ '${'a'.repeat(40)}!' | regex_search('^(a+)+$') }}`,
      /^2:\d+ the search for the pattern .* did not finish within 10 s$/,
    ],
    [
      'nested loops',
      '{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}',
      /^2:\d+ the loops in this template exceed 5000000 iterations$/,
    ],
  ] as const)('%s', ([, source, expected]) => {
    expect(mistakeOf(() => resultOf(source))).toMatch(expected);
  });

  test('ordinary patterns still work in long strings', () => {
    expect(resultOf("{{ ('ab ' * 50000) | regex_findall('(\\w+)\\s*') | length }}")).toBe(50000);
    expect(resultOf("{{ 'a.b.example.org' | regex_replace('^(?:\\w+\\.)+(\\w+)$', '\\1') }}")).toBe('org');
    expect(resultOf("{{ 'aaa' | regex_replace('a', 'b', count=1) }}")).toBe('baa');
  });
});
