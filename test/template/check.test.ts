import { describe, expect, test } from 'vitest';
import { checkTemplate, freeNames } from '../../src/template/index.ts';

const at = { file: 'a.yaml', line: 2, column: 5 };

describe('checking a template', () => {
  test.for([
    [
      '{{ a | defualt(1) }}',
      {
        code: 'unknown-filter',
        message: "no filter named 'defualt'",
        hint: 'did you mean "default"?',
        at: { line: 2, column: 12, length: 7 },
      },
    ],
    ['x\n{{ a is definde }}', { code: 'unknown-test', hint: 'did you mean "defined"?', at: { line: 3 } }],
    ["{{ lookup('flie', 'x') }}", { code: 'unknown-lookup', hint: 'did you mean "file"?' }],
    [
      '{{ 1 + }}',
      { code: 'template-syntax', message: "unexpected 'end of print statement'", at: { line: 2, column: 12 } },
    ],
    ['{% for x in xs %}', { code: 'template-syntax' }],
  ] as const)('finds the mistake in %j', ([source, expected]) => {
    expect(checkTemplate(source, at)).toMatchObject([expected]);
  });

  test('finds all mistakes at once', () => {
    expect(checkTemplate('{{ a | nope1 | nope2 }}{{ b is nope3 }}', at)).toHaveLength(3);
  });

  test.for([
    "{{ a | ansible.builtin.default('x') | b64encode | ansible.utils.ipaddr }}",
    '{% if a is not defined or b is ansible.builtin.match("x") %}{% endif %}',
    'no template',
  ])('finds nothing in %j', (source) => {
    expect(checkTemplate(source, at)).toEqual([]);
  });

  test('checks bare expressions and files, too', () => {
    expect(checkTemplate('a ==', at, { kind: 'expression' })).toMatchObject([{ code: 'template-syntax' }]);
    expect(
      checkTemplate(
        '#jinja2: trim_blocks: False\n{{ a | nope }}',
        { file: 'x.j2', line: 1, column: 1 },
        { kind: 'file' },
      ),
    ).toMatchObject([{ at: { file: 'x.j2', line: 2, column: 8 } }]);
  });
});

describe('the free names of a template', () => {
  test.for([
    ['{{ a.b + c[d] }}', ['a', 'c', 'd'], []],
    ['{{ a | default(b) }}{{ c is defined }}', ['b'], ['a', 'c']],
    ['{% for x in xs %}{{ x }}{{ loop.index }}{{ y }}{% endfor %}', ['xs', 'y'], []],
    ['{% set q = 1 %}{{ q }}{{ range(3) }}{{ lookup("env", e) }}', ['e'], []],
    ['{% macro m(a, b=c) %}{{ a }}{{ b }}{% endmacro %}{{ m(z) }}', ['c', 'z'], []],
    ['{{ a is defined and a.b }}', [], ['a']],
    ['{% if a is defined %}{{ a }}{% endif %}{{ b if b is defined else c }}', ['c'], ['a', 'b']],
    ['{{ a if x else b }}', ['a', 'b', 'x'], []],
    ['{% with k = v %}{{ k }}{% endwith %}', ['v'], []],
    ['{% import "x" as x %}{% from "y" import y %}{{ x.a }}{{ y }}', [], []],
  ] as const)('%j', ([source, required, optional]) => {
    const names = freeNames(source);

    expect([...names.required].sort()).toEqual(required);
    expect([...names.optional].sort()).toEqual(optional);
  });
});
