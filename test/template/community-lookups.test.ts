import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { fromJs, type Raw, Template } from '../../src/core/value.ts';
import { defaultEnv, evaluate } from '../../src/template/index.ts';

const at = { file: 'play.yaml', line: 1, column: 1 };

const evaluated = (source: string, variables: Readonly<Record<string, unknown>> = {}, env = {}) =>
  evaluate(
    new Template(`{{ ${source.replaceAll('c_g.', 'community.general.')} }}`, at),
    {
      get: (name) => (Object.hasOwn(variables, name) ? (fromJs(variables[name]) as Raw) : undefined),
      names: () => Object.keys(variables),
    },
    defaultEnv(env),
  );

describe('random_string', () => {
  const many = (options: string): readonly string[] =>
    Array.from({ length: 50 }, () => String(evaluated(`lookup('c_g.random_string'${options})`)));

  test.each([
    ['', /^[!-~]{8}$/],
    [', length=3, special=false', /^[A-Za-z0-9]{3}$/],
    [', upper=false, numbers=false, special=false', /^[a-z]{8}$/],
    [', length=3, min_lower=5', /^[a-z]{5}$/],
    [
      ', length=6, upper=false, lower=false, numbers=false, override_special="@", min_upper=2',
      /^(?=(@*[A-Z]){2}@*$).{6}$/,
    ],
    [
      ', length=4, min_lower=1, min_upper=1, min_numeric=1, min_special=1',
      /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[^A-Za-z0-9]).{4}$/,
    ],
    [', override_all="ab", min_upper=3', /^[ab]{8}$/],
    [', length=200, ignore_similar_chars=true', /^[^il1LoO0]{200}$/],
    [', length=3, base64=true, override_all="a"', /^YWFh$/],
    [', length=0', /^$/],
  ])('with the options %s', (options, pattern) => {
    for (const one of many(options)) expect(one).toMatch(pattern);
  });

  test('is another one each time', () => {
    expect(new Set(many(', length=20')).size).toBe(50);
  });

  test.each([
    [', upper=false, lower=false, special=false, numbers=false', 'Available characters cannot be None'],
    [
      ', upper=false, lower=false, special=false, numbers=false, override_special="@"',
      'Available characters cannot be None',
    ],
    [', seed=1', 'the option `seed` is not supported'],
  ])('refuses the options %s', (options, why) => {
    expect(() => many(options)).toThrow(why);
  });
});

describe('merge_variables', () => {
  const variables = {
    b__d: { x: { p: [2], q: 3 } },
    a__d: { x: { p: [1] }, k: 1 },
    c__d: { k: 2 },
    a__l: [1, 2],
    b__l: [3, 2],
    a__m: [1],
    b__m: { a: 1 },
    a__s: 'text',
  };
  const merged = (args: string, env = {}) =>
    evaluated(`query('c_g.merge_variables', ${args}) | to_json`, variables, env);

  // The results of Ansible with community.general 6.6.
  test.each([
    ["'^[ab]__d$'", '[{"x": {"p": [1, 2], "q": 3}, "k": 1}]'],
    ["'^[ab]__d$', '__l$'", '[{"x": {"p": [1, 2], "q": 3}, "k": 1}, [1, 2, 3, 2]]'],
    ["'__l', pattern_type='suffix', initial_value=[9]", '[[9, 1, 2, 3, 2]]'],
    ["'a__d', pattern_type='prefix'", '[{"x": {"p": [1]}, "k": 1}]'],
    ["'__d', pattern_type='suffix', override='ignore'", '[{"x": {"p": [1, 2], "q": 3}, "k": 2}]'],
    ["'nothing_'", '[null]'],
    ["'nothing_', initial_value={'a': 1}", '[{"a": 1}]'],
  ])('of %s', (args, expected) => {
    expect(merged(args)).toBe(expected);
  });

  test('warns of a key that is overwritten', () => {
    const warnings: string[] = [];
    merged("'__d$', override='warn'", { warn: (message: string) => warnings.push(message) });
    expect(warnings).toEqual(["The key 'k' with value '1' will be overwritten with value '2' from 'c__d.k'"]);
  });

  test.each([
    ["'__d$'", "The key 'k' with value '1' will be overwritten with value '2' from 'c__d.k'"],
    ["'__m$'", 'Unable to merge, not all variables are of the same type'],
    ["'__s$'", 'Not supported type detected, variable must be a list or a dict'],
    ["'x', pattern_type='y'", 'Invalid value "y" for the option pattern_type'],
    ['1', 'is a int, not a string'],
  ])('refuses %s', (args, why) => {
    expect(() => merged(args)).toThrow(why);
  });

  test('with groups, the variables of their hosts are merged', () => {
    const hostvars = {
      one: { group_names: ['web'], u__l: [1] },
      two: { group_names: ['db', 'web'], u__l: [2] },
      three: { group_names: ['mail'], u__l: [3] },
    };
    const lookup = (groups: string) =>
      evaluated(`lookup('c_g.merge_variables', '__l$', groups=${groups})`, { hostvars });
    expect(lookup("['web']")).toEqual([1, 2]);
    expect(lookup("['db', 'mail']")).toEqual([2, 3]);
  });
});

describe('collection_version', () => {
  const root = mkdtempSync(join(tmpdir(), 'retrace-collections-'));
  afterAll(() => rmSync(root, { recursive: true }));
  const files = {
    'try/one/MANIFEST.json': '{"collection_info": {"version": "1.2.3"}}',
    'try/two/galaxy.yml': 'namespace: try\nname: two\nversion: 4.5.6\n',
    'try/three/README.md': '',
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(root, 'ansible_collections', name, '..'), { recursive: true });
    writeFileSync(join(root, 'ansible_collections', name), text);
  }
  const env = { setting: (name: string) => (name === 'COLLECTIONS_PATH' ? [root] : undefined) };

  test.each([
    ["'try.one', 'try.two', 'try.three', 'try.none', 'ansible.builtin'", '["1.2.3", "4.5.6", "*", null, "*"]'],
    ["'try.three', 'try.none', result_no_version='?', result_not_found='no'", '["?", "no"]'],
  ])('of %s', (args, expected) => {
    expect(evaluated(`query('c_g.collection_version', ${args}) | to_json`, {}, env)).toBe(expected);
  });

  test('refuses what is no name of a collection', () => {
    expect(() => evaluated("query('c_g.collection_version', '../x.y')", {}, env)).toThrow('"../x.y" is not a FQCN');
  });
});
