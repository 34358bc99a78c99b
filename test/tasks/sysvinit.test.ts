import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import sysvinit from '../../tasks/sysvinit.ts';
import { changesOn, planOn, runAllHere, runHere } from './harness.ts';
import { outcomeOf } from './outcome.ts';

const name = `try-sysv-${process.pid}`;
const path = `/etc/init.d/${name}`;
const place = mkdtempSync(join(tmpdir(), 'retrace-sysvinit-'));
const running = join(place, 'running');
const log = join(place, 'log');
const isRoot = process.getuid?.() === 0 && existsSync('/usr/sbin/update-rc.d');

const service = `#!/bin/sh
### BEGIN INIT INFO
# Provides:          ${name}
# Required-Start:    $remote_fs
# Required-Stop:     $remote_fs
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: a test
### END INIT INFO
echo "$@" >>${log}
case $1 in
start) touch ${running}; echo "started $2" ;;
stop) rm -f ${running} ;;
status) [ -e ${running} ] || exit 3 ;;
*) echo "Usage: $0 start|stop|status" >&2; exit 1 ;;
esac
`;

describe.runIf(isRoot)('sysvinit', () => {
  beforeEach(async () => {
    rmSync(running, { force: true });
    rmSync(log, { force: true });
    writeFileSync(path, service, { mode: 0o755 });
    await unlink();
  });
  afterAll(async () => {
    rmSync(path);
    await unlink();
    rmSync(place, { recursive: true });
  });
  const unlink = async () => {
    const { runScript } = await import('./local-host.ts');
    await runScript(`rm -f /etc/rc?.d/???${name}`);
  };
  const run = (args: object, check = false) => runHere(sysvinit, { name, ...args }, { check });
  const ends = async (args: object, ...expected: readonly string[]) => {
    for (const check of [true, false]) expect(outcomeOf(await run(args, check))).toEqual(['changed', ...expected]);
    for (const check of [true, false]) expect(outcomeOf(await run(args, check))).toEqual(['ok']);
  };

  test('a service is enabled, started, stopped and disabled once, as a check foretells', async () => {
    await ends({ enabled: true, state: 'started' }, 'at boot: disabled → enabled', `${name}: stopped → running`);
    await ends({ enabled: false, state: 'stopped' }, 'at boot: enabled → disabled', `${name}: running → stopped`);
  });

  test('only some runlevels are enabled and disabled', async () => {
    await run({ enabled: true });
    await ends({ enabled: false, runlevels: [3, 5] }, 'at boot: enabled in 3, 5 → disabled in 3, 5');
    await ends({ enabled: true, runlevels: [2, 3] }, 'at boot: disabled in 3 → enabled in 3');
    const ended = await runAllHere(
      [
        [sysvinit, { name, enabled: true, runlevels: [5] }],
        [sysvinit, { name, enabled: true, runlevels: [5, 2] }],
        [sysvinit, { name, enabled: false }],
        [sysvinit, { name, enabled: true, runlevels: [5] }],
      ],
      { check: true },
    );
    expect(ended.map(({ status }) => status)).toEqual(['changed', 'ok', 'changed', 'changed']);
  });

  test('tells what was run and what that said', async () => {
    expect(await run({ enabled: true, runlevels: [3], state: 'started', arguments: 'now' })).toMatchObject({
      result: {
        name,
        status: {
          enabled: { changed: true, rc: 0, stdout: '', runlevels: ['3'] },
          started: { changed: true, rc: 0, stdout: 'started now\n', stderr: '' },
        },
      },
    });
    expect(await run({ state: 'started' })).toMatchObject({
      result: { status: { started: { changed: false, rc: null, stdout: null, stderr: null } } },
    });
  });

  test('a restart stops and starts each time', async () => {
    for (const from of ['stopped', 'running'])
      expect(outcomeOf(await run({ state: 'restarted', sleep: 0 }))).toEqual([
        'changed',
        `${name}: ${from} → restarted`,
      ]);
    expect(readFileSync(log, 'utf8')).toMatch(/^stop\nstart\n/m);
    expect(outcomeOf(await run({ state: 'reloaded' })).at(-1)).toMatch(/^Usage: /);
  });

  test('a service that stays connected to its init script does not hold up the run', async () => {
    writeFileSync(path, service.replace('touch', 'sleep 300 & touch'), { mode: 0o755 });
    expect(outcomeOf(await run({ state: 'started', daemonize: true }))[0]).toBe('changed');
  });

  test('an init script that tells no status needs a pattern', async () => {
    writeFileSync(path, service.replace('status)', 'none)'), { mode: 0o755 });
    for (const check of [true, false])
      expect(outcomeOf(await run({ state: 'started' }, check)).at(-1)).toMatch(
        /cannot tell whether .* is running \(exit code 1\): set `pattern`$/,
      );
    expect(outcomeOf(await run({ state: 'started', pattern: 'vitest' }))).toEqual(['ok']);
    expect(outcomeOf(await run({ state: 'stopped', pattern: 'no such process' }))).toEqual(['ok']);
  });

  test('says what is missing, also in a check', async () => {
    for (const check of [true, false])
      expect(outcomeOf(await run({ name: 'none', enabled: true }, check)).at(-1)).toBe(
        'Could not find the requested service none: there is no /etc/init.d/none',
      );
  });
});

describe('sysvinit, with chkconfig', () => {
  const links = (tool: string, ...lines: readonly string[]) => ({
    code: 0,
    stdout: [`tool ${tool}`, ...lines.map((line) => `link ${line}`), ''].join('\n'),
    stderr: '',
    timedOut: false,
  });

  test('the links are made by chkconfig', () => {
    const state = { links: links('chkconfig', '3.d/K50web', '5.d/S50web') };
    const args = { name: 'web', enabled: true, runlevels: [3, 5] };
    expect(changesOn(sysvinit, state, args)).toEqual(['at boot: disabled in 3 → enabled in 3']);
    const plan = planOn(sysvinit, state, args);
    expect('changes' in plan && plan.changes[0]?.commands[0]?.script).toBe('chkconfig --level 35 web on');
  });

  test('fails if no program can make them', () => {
    expect(planOn(sysvinit, { links: links('') }, { name: 'web', enabled: true })).toEqual({
      failed: 'neither update-rc.d nor chkconfig is on the host',
    });
  });
});
