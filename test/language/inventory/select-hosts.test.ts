import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { type LoadedInventory, loadInventory } from '../../../src/language/inventory/load-inventory.ts';
import { hostOf, selectHosts } from '../../../src/language/inventory/select-hosts.ts';
import type { Inventory } from '../../../src/language/model.ts';
import { folderWith } from './folder.ts';

const TEXT = 'web: {hosts: {"web[1:5]": }}\ndb: {hosts: {db1: , db2: , web2: }}\n';

function inventory(): LoadedInventory {
  using folder = folderWith({ 'hosts.yaml': TEXT });
  const result = loadInventory([folder.at('hosts.yaml')]);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

const hosts = inventory();
const select = (pattern: string, limit?: string, from: Inventory = hosts) => {
  const result = selectHosts(from, pattern, { limit });
  return result.ok ? result.value.join(' ') : result.error;
};

const CASES: readonly (readonly [string, string])[] = [
  ['all', 'web1 web2 web3 web4 web5 db1 db2'],
  ['*', 'web1 web2 web3 web4 web5 db1 db2'],
  ['', 'web1 web2 web3 web4 web5 db1 db2'],
  ['web:db', 'web1 web2 web3 web4 web5 db1 db2'],
  ['db,web', 'db1 db2 web2 web1 web3 web4 web5'],
  ['web1 , web2', 'web1 web2'],
  ['web1 web2', 'web1 web2'],
  ['web:!db', 'web1 web3 web4 web5'],
  ['web:&db', 'web2'],
  ['!db', 'web1 web3 web4 web5'],
  ['&db', 'web2 db1 db2'],
  ['!web:all', 'db1 db2'],
  ['web*', 'web1 web2 web3 web4 web5'],
  ['we?1', 'web1'],
  ['we*:!*2', 'web1 web3 web4 web5'],
  ['~web[12]', 'web1 web2'],
  ['~(web|db)1', 'web1 db1'],
  ['~^d.*:!db2', 'db1 web2'],
  ['web[0]', 'web1'],
  ['web[-1]', 'web5'],
  ['web[1:3]', 'web2 web3 web4'],
  ['web[2:]', 'web3 web4 web5'],
  ['web[9]', ''],
  ['web*[0]', 'web1'],
  ['web1[0]', 'web1'],
  ['all[0]', 'web1'],
  ['db:web1:db1', 'db1 db2 web2 web1'],
  ['ungrouped', ''],
  ['localhost', 'localhost'],
  ['127.0.0.1', '127.0.0.1'],
  ['::1', '::1'],
  ['all:localhost', 'web1 web2 web3 web4 web5 db1 db2 localhost'],
  ['nope', ''],
  ['web:!nope', 'web1 web2 web3 web4 web5'],
  ['web:&nope', ''],
];

describe('selectHosts', () => {
  test.for(CASES)('%s', ([pattern, expected]) => {
    expect(select(pattern)).toBe(expected);
  });

  test.for([
    ['all', 'web1', 'web1'],
    ['db', 'web:!web1', 'web2'],
    ['localhost', 'web1', ''],
    ['all', 'localhost', ''],
  ] as const)('%s within %s', ([pattern, limit, expected]) => {
    expect(select(pattern, limit)).toBe(expected);
  });

  test('a limit may be the lines of a file', () => {
    using folder = folderWith({ 'site.retry': 'web3\n# not this one\n\nweb1\n' });

    expect(select('all', `@${folder.at('site.retry')}`)).toBe('web1 web3');
    expect(select('all', '@/nowhere')).toMatchObject([{ code: 'limit-file' }]);
  });

  test('a list of patterns is their union', () => {
    expect(selectHosts(hosts, ['web', '!web1', 'db1'])).toMatchObject({
      value: ['web2', 'web3', 'web4', 'web5', 'db1'],
    });
  });

  test('warns about a name that matches nothing, with a suggestion', () => {
    expect(selectHosts(hosts, 'wbe1')).toEqual({
      ok: true,
      value: [],
      warnings: [
        {
          severity: 'warning',
          code: 'unknown-host',
          message: 'Could not match supplied host pattern, ignoring: wbe1',
          hint: 'did you mean "web1"?',
        },
      ],
    });
  });

  test('fails for it if so configured', () => {
    expect(selectHosts(hosts, 'nope', { mismatch: 'error' })).toMatchObject({
      ok: false,
      error: [{ code: 'unknown-host' }],
    });
    expect(selectHosts(hosts, 'nope', { mismatch: 'ignore' })).toEqual({
      ok: true,
      value: [],
      warnings: [],
    });
  });

  test('a broken regular expression is a mistake', () => {
    expect(select('~web(')).toMatchObject([{ code: 'host-pattern' }]);
  });

  test.for([
    ['sorted', ['db1', 'db2', 'web1', 'web2', 'web3', 'web4', 'web5']],
    ['reverse_sorted', ['web5', 'web4', 'web3', 'web2', 'web1', 'db2', 'db1']],
    ['reverse_inventory', ['db2', 'db1', 'web5', 'web4', 'web3', 'web2', 'web1']],
  ] as const)('order %s', ([order, expected]) => {
    expect(selectHosts(hosts, 'all', { order })).toMatchObject({ value: expected });
  });

  test('an unknown order is a mistake', () => {
    expect(selectHosts(hosts, 'all', { order: 'random' })).toMatchObject({
      ok: false,
      error: [{ code: 'host-order' }],
    });
  });

  test('shuffling loses no host', () => {
    const result = selectHosts(hosts, 'all', { order: 'shuffle' });

    expect(result.ok && [...result.value].sort()).toEqual(['db1', 'db2', 'web1', 'web2', 'web3', 'web4', 'web5']);
  });
});

describe('hostOf', () => {
  test('knows the implicit localhost by its names', () => {
    expect(hostOf(hosts, '127.0.0.1')).toMatchObject({ name: '127.0.0.1', groups: [] });
    expect(hostOf(hosts, 'web1')?.name).toBe('web1');
    expect(hostOf(hosts, 'nope')).toBeUndefined();
  });
});

const hasAnsible = spawnSync('ansible', ['--version']).status === 0;

describe.skipIf(!hasAnsible || !process.env.RETRACE_COMPARE)(
  'as ansible does (only with RETRACE_COMPARE=1: it is slow)',
  () => {
    test.for(CASES)('%s', { timeout: 30_000 }, ([pattern, expected]) => {
      using folder = folderWith({ 'hosts.yaml': TEXT });
      const { stdout } = spawnSync('ansible', [pattern, '-i', folder.at('hosts.yaml'), '--list-hosts'], {
        encoding: 'utf8',
      });

      expect(
        stdout
          .split('\n')
          .slice(1)
          .map((line) => line.trim())
          .filter(Boolean)
          .join(' '),
      ).toBe(expected);
    });
  },
);
