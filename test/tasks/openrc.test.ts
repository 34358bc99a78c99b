import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AnyTaskType } from '../../src/core/task-type.ts';
import type { Converged } from '../../src/engine/host/converge.ts';
import service from '../../tasks/service.ts';
import service_facts from '../../tasks/service_facts.ts';
import systemd from '../../tasks/systemd.ts';
import { type BusyboxHost, busyboxHost, hasBusyboxHosts } from '../busybox-host.ts';
import { runHere } from './harness.ts';
import { outcomeOf } from './outcome.ts';

/*
 * What OpenRC 0.45 says and returns, as recorded; what runs is in files of /run/state. The init script `odd` does not tell whether it runs, and
 * `outside` says that OpenRC has not booted the host.
 */
const RC_SERVICE = `#!/bin/sh
[ "$1" != --exists ] || { [ -e "/etc/init.d/$2" ]; exit; }
[ "$1" != -- ] || shift
[ -e "/etc/init.d/$1" ] || { echo " * rc-service: service $1 does not exist"; exit 1; }
echo "$*" >>/run/log
at=/run/state/$1
case $2 in
  status)
    [ "$1" != odd ] || exit 7
    [ "$1" != outside ] || { echo ' * system which openrc did not boot.'; exit 1; }
    s=$(cat "$at" 2>/dev/null || echo stopped); echo " * status: $s"
    case $s in started) exit 0 ;; crashed) exit 32 ;; *) exit 3 ;; esac ;;
  start) [ "$(cat "$at" 2>/dev/null)" != crashed ] || { echo " * WARNING: $1 has already been started"; exit 0; }
    [ "$1" != odd ] || { sleep 4711 & }
    echo started >"$at" ;;
  stop | zap) rm -f "$at" ;;
  restart) echo started >"$at" ;;
esac
`;

const RC_UPDATE = `#!/bin/sh
case $1 in
  add) ln -s "/etc/init.d/$2" "/etc/runlevels/$3/$2" ;;
  delete) rm "/etc/runlevels/$3/$2" ;;
esac
`;

const RC_STATUS = `#!/bin/sh
echo ' demo                                                              [  started 00:00:08 (0) ]'
echo ' agetty                                                            [  stopped  ]'
echo ' worn                                                              [  crashed  ]'
`;

let box: BusyboxHost;
beforeAll(async () => {
  if (!hasBusyboxHosts) return;
  box = await busyboxHost();
  for (const level of ['default', 'boot']) mkdirSync(box.at(`/etc/runlevels/${level}`), { recursive: true });
  mkdirSync(box.at('/run/state'));
  mkdirSync(box.at('/etc/init.d'));
  for (const name of ['demo', 'odd', 'outside']) writeFileSync(box.at(`/etc/init.d/${name}`), '');
  const tools = { 'rc-service': RC_SERVICE, 'rc-update': RC_UPDATE, 'rc-status': RC_STATUS };
  for (const [name, text] of Object.entries(tools)) writeFileSync(box.at(`/sbin/${name}`), text, { mode: 0o755 });
});
afterAll(async () => {
  await box?.sh('killall sleep');
  await box?.close();
});

const run = (type: AnyTaskType, args: object, check = false): Promise<Converged> =>
  runHere(type, args as Record<string, unknown>, { check, sh: (script, stdin) => box.sh(script, stdin) });

async function threeRuns(args: object): Promise<readonly (readonly string[])[]> {
  const ended: (readonly string[])[] = [];
  for (const check of [true, false, false]) ended.push(outcomeOf(await run(service, args, check)));
  return ended;
}

const twice = (...changes: readonly string[]) => [['changed', ...changes], ['changed', ...changes], ['ok']];

describe.skipIf(!hasBusyboxHosts)('service with OpenRC', () => {
  test.each([
    [
      'starts a service, now and at boot',
      { name: 'demo', state: 'started', enabled: true },
      ['service demo in runlevel default: disabled → enabled', 'service demo: inactive → active'],
    ],
    [
      'adds it to another runlevel',
      { name: 'demo', enabled: true, runlevel: 'boot' },
      ['service demo in runlevel boot: disabled → enabled'],
    ],
    [
      'stops it, and takes it out of a runlevel',
      { name: 'demo', state: 'stopped', enabled: false },
      ['service demo in runlevel default: enabled → disabled', 'service demo: active → inactive'],
    ],
    ['starts it in order to reload it', { name: 'demo', state: 'started' }, ['service demo: inactive → active']],
  ])('%s', async (_, args, changes) => {
    expect(await threeRuns(args)).toEqual(twice(...changes));
  });

  test('resets a crashed service before it is started', async () => {
    writeFileSync(box.at('/run/state/demo'), 'crashed\n');

    expect(await threeRuns({ name: 'demo', state: 'started' })).toEqual(twice('service demo: failed → active'));
    expect(await box.said('grep -v status /run/log | tail -n 2')).toBe('demo zap\ndemo start');
  });

  test('restarts and reloads each time, with arguments, and with a pause', async () => {
    const restarted = ['changed', 'service demo: active → restarted'];
    const args = { name: 'demo', state: 'restarted' };

    expect(outcomeOf(await run(service, args, true))).toEqual(restarted);
    expect(outcomeOf(await run(service, { ...args, arguments: '--nodeps -q' }))).toEqual(restarted);
    expect(outcomeOf(await run(service, { ...args, sleep: 0 }))).toEqual(restarted);
    expect(outcomeOf(await run(service, { name: 'demo', state: 'reloaded' }))).toEqual([
      'changed',
      'service demo: active → reloaded',
    ]);
    expect(await box.said('grep -v status /run/log | tail -n 4')).toBe(
      'demo restart --nodeps -q\ndemo stop\ndemo start\ndemo reload',
    );
  });

  test('looks for the process of a service that does not tell whether it runs', async () => {
    expect(outcomeOf(await run(service, { name: 'odd', state: 'started' }))).toEqual([
      'failed',
      expect.stringMatching(
        /cannot tell whether odd runs: its status has exit code 7 .*`pattern` looks for its process/,
      ),
    ]);
    expect(await threeRuns({ name: 'odd', state: 'started', pattern: 'sleep 4711' })).toEqual(
      twice('service odd: inactive → active'),
    );
  });

  test.each([
    [service, { name: 'none', state: 'started' }, /Could not find the requested service none: host/],
    [service, { name: 'demo', enabled: true, runlevel: 'x' }, /there is no runlevel x: this host has boot, default/],
    [service, { name: 'demo', restart_when_stale: true }, /`restart_when_stale` needs systemd: this host runs OpenRC/],
    [service, { name: 'outside', state: 'started' }, /OpenRC did not boot this host/],
    [systemd, { name: 'demo', state: 'started' }, /this host runs OpenRC, so use `service`/],
  ])('%# says what it cannot do', async (type, args, message) => {
    expect(await run(type, args)).toMatchObject({ status: 'failed', message: expect.stringMatching(message) });
  });

  test('service_facts tells of its services', async () => {
    expect(await run(service_facts, {})).toMatchObject({
      result: {
        ansible_facts: {
          services: {
            demo: { name: 'demo', state: 'running', status: 'enabled', source: 'openrc', runlevel: 'boot' },
            agetty: { state: 'stopped', status: 'disabled' },
            worn: { state: 'failed' },
          },
        },
      },
    });
  });
});
