import { describe, expect, test } from 'vitest';
import { loadInventory } from '../../../src/language/inventory/load-inventory.ts';
import { composeScope } from '../../../src/language/variables/compose-scope.ts';
import { folderWith } from './folder.ts';

const hosts = `
all:
  hosts:
    h1: { env: prod-x, tags: { a: 1, b: '' }, l: [x, '', y z], n: 5 }
    h2: { env: '' }
  children: { web: { hosts: { h1: } } }
`;

function load(constructed: string) {
  using folder = folderWith({ 'inv/1.yaml': hosts, 'inv/2.yaml': `plugin: constructed\n${constructed}` });
  return loadInventory([folder.at('inv')]);
}

function groupsOf(constructed: string) {
  const result = load(constructed);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  const known = ['all', 'ungrouped', 'web'];
  return Object.fromEntries([...result.value.groups].filter(([name]) => !known.includes(name)));
}

describe('a constructed source', () => {
  test('computes variables', () => {
    const result = load('compose:\n  c1: n * 2\n  c2: "\'x\' ~ env"\n  c3: missing\n');
    const host = result.ok ? result.value.hosts.get('h1') : undefined;

    const scope = composeScope({ host: host! });

    expect(['c1', 'c2', 'c3'].map((name) => scope.get(name))).toEqual([10, 'xprod-x', undefined]);
  });

  test('puts hosts into groups by conditions', () => {
    expect(
      groupsOf("groups:\n  is-prod: env == 'prod-x'\n  in_web: \"'web' in group_names\"\n  none: n == 6\n"),
    ).toEqual({
      is_prod: ['h1'],
      in_web: ['h1'],
    });
  });

  // The results of ansible-inventory 2.14.
  test.for([
    ['key: env\n    prefix: env', { env_prod_x: ['h1'] }],
    ['key: env\n    separator: ""', { prod_x: ['h1'] }],
    ['key: tags\n    prefix: tag', { tag_a_1: ['h1'], tag_b_: ['h1'] }],
    ['key: tags\n    prefix: tag\n    trailing_separator: false', { tag_a_1: ['h1'], tag_b: ['h1'] }],
    ['key: l\n    prefix: l\n    default_value: dflt', { l_x: ['h1'], l_dflt: ['h1'], l_y_z: ['h1'] }],
    ['key: env\n    prefix: p\n    parent_group: "par_{{ n }}"', { p_prod_x: ['h1'], par_5: ['h1'] }],
  ] as const)('groups by keys: %s', ([keyed, groups]) => {
    expect(groupsOf(`keyed_groups:\n  - ${keyed}\n`)).toEqual(groups);
  });

  test('that is strict reports undefined variables', () => {
    expect(load('strict: true\ncompose:\n  c: missing\n')).toMatchObject({
      ok: false,
      error: [{ code: 'constructed', message: "c: 'missing' is undefined" }, { code: 'constructed' }],
    });
  });

  test('rejects a key that is not a name', () => {
    expect(load('keyed_groups:\n  - key: n\n')).toMatchObject({ ok: false, error: [{ code: 'constructed' }] });
  });
});
