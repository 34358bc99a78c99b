import { describe, expect, test } from 'vitest';
import { withLacking } from '../../src/core/lacking.ts';
import type { Freshness } from '../../src/core/questions/services/freshness.ts';
import type { Unit } from '../../src/core/questions/services/unit.ts';
import { unitResult } from '../../tasks/shared/units/unit-plan.ts';
import systemd from '../../tasks/systemd.ts';
import { changesOn, commandsOn, planOn } from './harness.ts';

const nginx: Unit = {
  name: 'nginx.service',
  load: 'loaded',
  active: 'active',
  sub: 'running',
  file: 'enabled',
  needsReload: false,
  ends: false,
  canReload: true,
  properties: { FragmentPath: '/lib/systemd/system/nginx.service' },
};

describe('P25: a unit whose own file is in /etc cannot be masked', () => {
  const own = { ...nginx, properties: { FragmentPath: '/etc/systemd/system/nginx.service' } };

  test.each([
    ['/etc/systemd/system/nginx.service', 'system'],
    ['/home/ann/.config/systemd/user/nginx.service', 'user'],
  ])('%s fails in a check, too', (FragmentPath, scope) => {
    const unit = { ...own, properties: { FragmentPath } };
    expect(planOn(systemd, { unit }, { name: 'nginx', masked: true, scope })).toMatchObject({
      failed: expect.stringContaining(`its own file ${FragmentPath} is in the way`),
    });
  });

  test('unless it is forced, or the file belongs to the package', () => {
    const asked = { name: 'nginx', masked: true };
    const masked = ['unit nginx.service: unmasked → masked'];
    expect(changesOn(systemd, { unit: own }, { ...asked, force: true })).toEqual(masked);
    expect(changesOn(systemd, { unit: nginx }, asked)).toEqual(masked);
  });
});

test('a check predicts no description of a unit that it would mask', () => {
  const properties = {
    Id: 'nginx.service',
    Description: 'A server',
    FragmentPath: '/lib/systemd/system/nginx.service',
  };
  const wanted = {
    name: 'nginx',
    scope: 'system',
    restart_when_stale: false,
    reload_when_stale: false,
    config: [],
    listens: [],
  } as const;
  const state = { unit: { ...nginx, properties } };

  expect(unitResult(state, { ...wanted, masked: true }, true)['status']).toEqual(
    withLacking({ Id: 'nginx.service' }, ['Description', 'FragmentPath']),
  );
  expect(unitResult(state, { ...wanted, state: 'stopped' }, true)['status']).toEqual(withLacking(properties, []));
});

describe('M5: starting at boot', () => {
  test.each([
    ['enabled', 0],
    ['static', 0],
    ['alias', 0],
    ['linked', 1],
    ['linked-runtime', 1],
    ['enabled-runtime', 1],
    ['disabled', 1],
  ])('a unit that is %s has %d changes with enabled: true', (file, changes) => {
    expect(changesOn(systemd, { unit: { ...nginx, file } }, { name: 'nginx', enabled: true })).toHaveLength(changes);
  });

  test.each([
    ['/run/systemd/generator/multi-user.target.wants/nginx.service\n', []],
    ['', ['unit nginx.service at boot: disabled → enabled']],
  ])('a unit that is enabled below /run stays so if a generator makes the link: %j', (stdout, changes) => {
    const state = {
      unit: { ...nginx, file: 'enabled-runtime' },
      generated: { code: 0, stdout, stderr: '', timedOut: false },
    };
    expect(changesOn(systemd, state, { name: 'nginx', enabled: true })).toEqual(changes);
  });

  test('a unit that a generator enables cannot be disabled', () => {
    const links = '/run/systemd/generator/multi-user.target.wants/nginx.service\n';
    const state = {
      unit: { ...nginx, file: 'enabled-runtime' },
      generated: { code: 0, stdout: links, stderr: '', timedOut: false },
    };
    expect(planOn(systemd, state, { name: 'nginx', enabled: false })).toMatchObject({
      failed: expect.stringContaining('a generator enables it at each boot'),
    });
  });

  test.each([
    ['indirect\n  /etc/systemd/system/sockets.target.wants/nginx.socket\n', 0, 1],
    ['indirect\n', 1, 0],
  ])('a unit that only enables others is enabled if they are: %j', (stdout, enabling, disabling) => {
    const state = { unit: { ...nginx, file: 'indirect' }, links: { code: 0, stdout, stderr: '', timedOut: false } };
    expect(changesOn(systemd, state, { name: 'nginx', enabled: true })).toHaveLength(enabling);
    expect(changesOn(systemd, state, { name: 'nginx', enabled: false })).toHaveLength(disabling);
  });

  test('a linked one is enabled', () => {
    const unit = { ...nginx, file: 'linked' };
    expect(commandsOn(systemd, { unit }, { name: 'nginx', enabled: true })).toEqual([
      expect.stringMatching(/systemctl .*enable -- nginx\.service$/),
    ]);
  });
});

describe('M2: reload_when_stale', () => {
  const config = { path: '/etc/nginx/nginx.conf', at: 200 };
  const dropIn = { path: '/etc/systemd/system/nginx.service.d/a.conf', at: 200 };
  const told = (fresh: Omit<Freshness, 'missing'>, more: object = {}) =>
    changesOn(
      systemd,
      { unit: nginx, fresh: { missing: [], ...fresh } },
      { name: 'nginx', reload_when_stale: true, config: ['/etc/nginx'], ...more },
    );

  test.each<[string, Omit<Freshness, 'missing'>, object, string[]]>([
    ['older configuration', { startedAt: 300, loadedAt: 300, config }, {}, []],
    [
      'newer configuration',
      { startedAt: 100, loadedAt: 100, config },
      {},
      [`loaded before ${config.path} was changed → reloaded`],
    ],
    ['configuration read by a reload', { startedAt: 100, loadedAt: 300, config }, {}, []],
    ['a newer drop-in, which a reload does not read', { startedAt: 100, loadedAt: 100, unit: dropIn }, {}, []],
    [
      'a newer drop-in with restart_when_stale',
      { startedAt: 100, loadedAt: 100, unit: dropIn, config },
      { restart_when_stale: true },
      [`older than ${dropIn.path} → restarted`],
    ],
    [
      'newer configuration with restart_when_stale',
      { startedAt: 100, loadedAt: 100, config },
      { restart_when_stale: true },
      [`loaded before ${config.path} was changed → reloaded`],
    ],
    ['no process', { config }, {}, []],
  ])('%s', (_, fresh, more, changes) => {
    expect(told(fresh, more)).toEqual(changes.map((change) => `unit nginx.service: ${change}`));
  });

  test('a unit that cannot be reloaded fails', () => {
    const unit = { ...nginx, canReload: false };
    expect(planOn(systemd, { unit, fresh: { missing: [] } }, { name: 'nginx', reload_when_stale: true })).toMatchObject(
      {
        failed: expect.stringContaining('cannot be reloaded'),
      },
    );
  });

  test('a unit that is reloaded anyway is reloaded only once', () => {
    expect(told({ startedAt: 100, loadedAt: 100, config }, { state: 'reloaded' })).toHaveLength(1);
  });
});
