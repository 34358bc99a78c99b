import { describe, expect, test } from 'vitest';
import { Float, type Raw, Template, Vaulted } from '../../src/core/value.ts';
import { loadYaml } from '../../src/yaml/load.ts';
import { locationOf } from '../../src/yaml/places.ts';
import { loadPlain, loadPlainAll } from '../../src/yaml/plain-values.ts';

const value = (text: string): Raw => {
  const loaded = loadYaml(text, 'f.yml');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return loaded.value.value;
};
const mistake = (text: string) => {
  const loaded = loadYaml(text, 'f.yml');
  return loaded.ok ? undefined : loaded.error[0];
};

describe('a plain scalar has the same value as in PyYAML', () => {
  // Each line as answered by PyYAML 6.0.3's safe_load.
  test.for<[string, Raw]>([
    ['yes', true],
    ['Yes', true],
    ['YES', true],
    ['yEs', 'yEs'],
    ['y', 'y'],
    ['on', true],
    ['off', false],
    ['No', false],
    ['tRue', 'tRue'],
    ['0644', 420],
    ['0o644', '0o644'],
    ['0x1F', 31],
    ['0b101', 5],
    ['1_000', 1000],
    ['1:30', 90],
    ['1:30.5', 90.5],
    ['190:20:30', 685230],
    ['1e3', '1e3'],
    ['1.0e3', '1.0e3'],
    ['1.0e+3', new Float(1000)],
    ['.5', 0.5],
    ['+.5', '+.5'],
    ['-.inf', Number.NEGATIVE_INFINITY],
    ['.NaN', Number.NaN],
    ['~', null],
    ['Null', null],
    ['nULL', 'nULL'],
    ['2001-01-01', '2001-01-01'],
    ['2001-1-1', '2001-1-1'],
    ['2001-12-14t21:59:43.10-05:00', '2001-12-14 21:59:43.100000-05:00'],
    ['089', '089'],
    ['08', '08'],
    ['+12', 12],
    ['-0644', -420],
    ['1__0', 10],
    ['_1', '_1'],
    ['1.5_0', 1.5],
    ['12:60', '12:60'],
    ['1.2.3', '1.2.3'],
    ['-1:30', -90],
    ['12345678901234567890', 12345678901234567890n],
  ])('%s', ([text, expected]) => {
    expect(value(`- ${text}`)).toEqual([expected]);
  });
});

describe('loadYaml', () => {
  test('reads dicts as ordered maps, with keys of any type', () => {
    expect(value('b: 1\n2: x\nyes: z\n')).toEqual(
      new Map<Raw, Raw>([
        ['b', 1],
        [2, 'x'],
        [true, 'z'],
      ]) as Raw,
    );
  });

  test('makes templates of strings with braces, but not of keys', () => {
    const dict = value('"{{ k }}": "{{ v }}"\n') as Map<string, Raw>;

    expect(dict.get('{{ k }}')).toEqual(new Template('{{ v }}', { file: 'f.yml', line: 1, column: 13, length: 7 }));
  });

  test('records where a block scalar starts', () => {
    const dict = value('a:\n  b: |\n    x {{ y }}\n') as Map<string, Map<string, Template>>;

    expect(dict.get('a')!.get('b')!.at).toMatchObject({ line: 3, column: 5 });
  });

  test('never makes templates below !unsafe', () => {
    expect(
      value('- !unsafe "{{ a }}"\n- !unsafe {b: "{{ c }}"}\n- !unsafe\n  - "{{ d }}"\n- !unsafe\n  e: "{{ f }}"\n'),
    ).toEqual(['{{ a }}', new Map([['b', '{{ c }}']]), ['{{ d }}'], new Map([['e', '{{ f }}']])]);
  });

  test('keeps vault values encrypted', () => {
    const [vaulted] = value('- !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\n') as Vaulted[];

    expect(vaulted).toEqual(new Vaulted('$ANSIBLE_VAULT;1.1;AES256\n6162\n', { file: 'f.yml', line: 2, column: 3 }));
  });

  test('merges dicts under <<, where own keys and earlier sources take precedence', () => {
    const text = '- &x {a: 1, b: 2}\n- &y {b: 3, c: 4}\n- <<: [*x, *y]\n  c: 5\n';

    expect((value(text) as Raw[])[2]).toEqual(
      new Map([
        ['b', 2],
        ['c', 5],
        ['a', 1],
      ]),
    );
  });

  test('warns about a duplicate key, whose last value counts', () => {
    const loaded = loadYaml('a: 1\nb: 2\na: 3\n', 'f.yml');

    expect(loaded).toMatchObject({ ok: true, warnings: [{ code: 'duplicate-key', at: { line: 3, column: 1 } }] });
    expect(value('a: 1\nb: 2\na: 3\n')).toEqual(
      new Map([
        ['a', 3],
        ['b', 2],
      ]),
    );
  });

  test('reads Windows line endings and byte order marks', () => {
    expect(value('\ufeffa: 1\r\nb: "x\r\n  y"\r\n')).toEqual(
      new Map<string, Raw>([
        ['a', 1],
        ['b', 'x y'],
      ]),
    );
  });

  test.for<[string, Raw]>([
    ['- |\n   a\n\n    b\n\n', ['a\n\n b\n']],
    ['- >\n  a\n  b\n\n  c\n   d\n  e\n', ['a b\nc\n d\ne\n']],
    ['- |+\n  a\n\n- |-\n  b\n', ['a\n\n', 'b']],
    ['- |2\n    a\n', ['  a\n']],
    ['- |\n  a', ['a']],
    ['- "a \\\n   b"\n- \'a \\\n   b\'\n- "\\u263a\\x41"\n', ['a b', 'a \\ b', '☺A']],
    ['- a\n  b\n\n  c # d\n- e#f\n- http://g:80/h\n', ['a b\nc', 'e#f', 'http://g:80/h']],
    ['k:\n- 1\n- - 2\n  - 3\n', new Map([['k', [1, [2, 3]]]])],
    [
      '[a, {b: c, "d":1}, e: f]\n',
      [
        'a',
        new Map<string, Raw>([
          ['b', 'c'],
          ['d', 1],
        ]),
        new Map([['e', 'f']]),
      ],
    ],
    [
      '? a\n: b\nc:\n',
      new Map([
        ['a', 'b'],
        ['c', null],
      ]),
    ],
    ['- !!str 12\n- !!int "0644"\n- "12"\n', ['12', 420, '12']],
    ['---\n# nothing\n', null],
    // Without a blank before it, like PyYAML.
    ['- "a"# b\n- [c]#d\n- [e,#f\n  g]\n- h#i\n', ['a', ['c'], ['e', 'g'], 'h#i']],
  ])('reads %j', ([text, expected]) => {
    expect(value(text)).toEqual(expected);
  });
});

describe('a mistake in YAML', () => {
  test.for<[string, string, number, number, string | undefined]>([
    ['unquoted braces', 'a: {{ b }}\n', 1, 4, 'write "{{ b }}"'],
    ['unquoted braces and text', 'a: {{ b }}/c\n', 1, 4, 'write "{{ b }}/c"'],
    [
      'a second colon',
      'a: b: c\n',
      1,
      5,
      'put quotes around a value that contains a colon and a space; a dict starts on its own line',
    ],
    ['a tab', 'a:\n\tb: c\n', 2, 1, 'replace the tab with spaces'],
    ['a line indented too far', 'a:\n  - b: 1\n     c: 2\n', 3, 6, undefined],
    ['a line whose indentation matches nothing', 'a:\n    b: 1\n  c: 2\n', 3, 3, undefined],
    ['an open quote', 'a: "b\nc: d\n', 1, 4, 'end the text with "'],
    ['an open bracket', 'a: [b,\nc: d\n', 1, 4, undefined],
    ['an unknown alias', 'a: *b\n', 1, 4, 'put text that starts with "*" in quotes'],
    [
      'a line without a colon',
      'a: 1\nb\nc: 2\n',
      2,
      1,
      'each line of a dict must be "key: value", with a space after the colon',
    ],
    ['a second document', 'a: 1\n---\nb: 2\n', 2, 1, undefined],
  ])('is reported with its place: %s', ([, text, line, column, hint]) => {
    expect(mistake(text)).toMatchObject({
      severity: 'error',
      code: 'yaml-syntax',
      at: { file: 'f.yml', line, column },
    });
    if (hint !== undefined) expect(mistake(text)!.hint).toBe(hint);
  });
});

describe('locationOf', () => {
  test('records the places of key and value, and the text as written', () => {
    const [task] = value('- copy:\n    mode: 0644\n') as Map<string, Map<string, Raw>>[];

    expect(locationOf(task!.get('copy'), 'mode')).toEqual({
      key: { file: 'f.yml', line: 2, column: 5, length: 4 },
      value: { file: 'f.yml', line: 2, column: 11, length: 4 },
      source: '0644',
    });
  });

  test('records the places of merged keys', () => {
    const [, merged] = value('- &x {a: 1}\n- <<: *x\n  b: 2\n') as Map<string, Raw>[];

    expect(locationOf(merged, 'a')?.key).toMatchObject({ line: 1, column: 7 });
  });

  test('has no places for a container that does not come from a file', () => {
    expect(locationOf(new Map([['a', 1]]), 'a')).toBeUndefined();
  });
});

describe('loadPlain', () => {
  test('makes no templates', () => {
    expect(loadPlain('a: "{{ b }}"')).toEqual({ ok: true, value: new Map([['a', '{{ b }}']]) });
  });

  test('reads all documents', () => {
    expect(loadPlainAll('a\n---\nb\n')).toEqual({ ok: true, value: ['a', 'b'] });
  });
});

describe('a colon without a key', () => {
  // As PyYAML's safe_load answers.
  test.for([':', ': a', 'a: b\n: c', '- : b', '{: a}', '[: a]', '? a\n: b\n: c'])('in %j is an error', (text) => {
    expect(mistake(text)?.message).toBe('a key is missing before this colon');
  });

  test.for<[string, unknown]>([
    ['?\n: b', 'b'],
    ['{? : a}', 'a'],
    ['"": a', 'a'],
  ])('%j has an empty key', ([text, held]) => {
    expect([...(value(text) as Map<unknown, unknown>).values()]).toEqual([held]);
  });
});
