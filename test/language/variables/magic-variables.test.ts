import { describe, expect, test } from 'vitest';
import { type Raw, Template, type Value } from '../../../src/core/value.ts';
import type { Inventory } from '../../../src/language/model.ts';
import { composeScope } from '../../../src/language/variables/compose-scope.ts';
import { type Evaluate, hostvarsDict, varsDict } from '../../../src/language/variables/hostvars.ts';
import { magicVariables } from '../../../src/language/variables/magic-variables.ts';
import { defaultEnv, evaluate, evaluateExpression } from '../../../src/template/index.ts';

const web1 = { name: 'web1.example.org', groups: ['web', 'prod', 'app'], layers: [] };
const inventory: Inventory = {
  hosts: new Map([
    [web1.name, web1],
    ['db1', { name: 'db1', groups: ['db'], layers: [] }],
  ]),
  groups: new Map([
    ['all', [web1.name, 'db1']],
    ['web', [web1.name]],
  ]),
  children: new Map(),
  sources: ['/etc/hosts.yaml'],
};
const run = {
  checkMode: true,
  diffMode: false,
  verbosity: 0,
  forks: 5,
  runTags: ['all'],
  skipTags: [],
  playbookDir: '/srv/play',
};

describe('magicVariables', () => {
  const magic = magicVariables({ host: web1, inventory, run });

  test.for([
    ['inventory_hostname', 'web1.example.org'],
    ['inventory_hostname_short', 'web1'],
    ['group_names', ['app', 'prod', 'web']],
    ['ansible_check_mode', true],
    ['playbook_dir', '/srv/play'],
    ['ansible_inventory_sources', ['/etc/hosts.yaml']],
  ] as const)('%s is %j', ([name, value]) => {
    expect(magic.get(name)?.()).toEqual(value);
  });

  test('an address has no short form', () => {
    const host = { name: '10.1.0.101', groups: [], layers: [] };

    expect(magicVariables({ host, inventory, run }).get('inventory_hostname_short')?.()).toBe('10.1.0.101');
  });

  test('groups is a dict of lists', () => {
    expect(magic.get('groups')?.()).toEqual(
      new Map([
        ['all', [web1.name, 'db1']],
        ['web', [web1.name]],
      ]),
    );
  });

  test('those of a role exist only in a role', () => {
    const role = { name: 'acme.web.nginx', path: '/roles/nginx', parents: [{ name: 'site', path: '/roles/site' }] };
    const inRole = magicVariables({ host: web1, inventory, run, role });

    expect(magic.has('role_path')).toBe(false);
    expect(inRole.get('role_path')?.()).toBe('/roles/nginx');
    expect(inRole.get('ansible_parent_role_names')?.()).toEqual(['site']);
    expect(inRole.get('ansible_parent_role_paths')?.()).toEqual(['/roles/site']);
    expect(inRole.get('ansible_collection_name')?.()).toBe('acme.web');
  });

  test('those added by the engine take precedence', () => {
    const also = new Map([['ansible_check_mode', () => false]]);

    expect(magicVariables({ host: web1, inventory, run, also }).get('ansible_check_mode')?.()).toBe(false);
  });
});

describe('hostvars', () => {
  const scope = (vars: Record<string, Raw>) =>
    composeScope({
      host: {
        layers: [{ level: 8, from: 'test', vars: new Map(Object.entries(vars).map(([k, value]) => [k, { value }])) }],
      },
    });
  const compute: Evaluate = (written, seen) => evaluate(written, seen, defaultEnv());
  const read = (expression: string, hostvars: Value) =>
    evaluateExpression(
      expression,
      undefined,
      composeScope({ host: web1, magic: new Map([['hostvars', () => hostvars]]) }),
      defaultEnv(),
    );

  test('composes a host on first access, once, in its own scope', () => {
    const composed: string[] = [];
    const scopeOf = (host: string) => {
      composed.push(host);
      return scope({ me: host, greeting: new Template('hello {{ me }}') });
    };
    const hostvars = hostvarsDict(inventory, scopeOf, compute);

    expect(read("hostvars['db1'].greeting", hostvars)).toBe('hello db1');
    expect(read("hostvars['db1']['me']", hostvars)).toBe('db1');
    expect(composed).toEqual(['db1']);
  });

  test('iterates over the hosts of the inventory, but knows localhost', () => {
    const hostvars = hostvarsDict(inventory, (host) => (host === 'nobody' ? undefined : scope({})), compute);

    expect(hostvars.keys()).toEqual([web1.name, 'db1']);
    expect(read('hostvars.localhost is defined', hostvars)).toBe(true);
    expect(read('hostvars.nobody is defined', hostvars)).toBe(false);
  });

  test('values that depend on play variables stay as written, the rest is computed', () => {
    const vars = { a: new Template('{{ missing }}'), b: [new Template('{{ missing }}!'), new Template('{{ 1 + 1 }}')] };
    const hostvars = hostvarsDict(inventory, () => scope(vars), compute);

    expect(read('hostvars.db1.a', hostvars)).toBe('{{ missing }}');
    expect(read('hostvars.db1.b', hostvars)).toEqual(['{{ missing }}!', 2]);
  });

  test('exceptions of a scope are passed on', () => {
    const pending = new Error('pending');
    const throwing = {
      get: () => {
        throw pending;
      },
      names: () => [],
    };
    const hostvars = hostvarsDict(inventory, () => throwing, compute);

    expect(() => read('hostvars.db1.a', hostvars)).toThrow(pending);
  });

  test('vars computes each value on access', () => {
    const vars = varsDict(scope({ a: 1, b: new Template('{{ a + 1 }}'), c: new Template('{{ 1 / 0 }}') }), compute);

    expect([vars.get('a'), vars.get('b'), vars.get('nothing')]).toEqual([1, 2, undefined]);
  });
});
