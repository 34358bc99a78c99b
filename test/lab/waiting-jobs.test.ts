import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import at from '../../tasks/at.ts';
import copy from '../../tasks/copy.ts';
import monit from '../../tasks/monit.ts';
import { localTarget, runAllHere } from '../tasks/harness.ts';
import { isThorough } from '../thorough.ts';
import { outcomeOf, runThere, said, sh, upHost } from './system-host.ts';

beforeAll(async () => {
  await upHost();
  await sh(
    'command -v at && command -v monit || { apt-get update; DEBIAN_FRONTEND=noninteractive apt-get -y -qq install --no-install-recommends at monit; }',
  );
});

describe('at, on a host', () => {
  const clear = 'at -l | cut -f 1 | xargs -r at -r; rm -f /tmp/at.sh';
  beforeAll(() => sh(clear));
  afterAll(() => sh(clear));

  const run = async (args: object, check = false) => outcomeOf(await runThere(at, args, { check }));
  const odd = `echo "it's" \\ $HOME %  é`;

  test('a unique job is added once, and removed with all its copies, as a check foretells', async () => {
    const soon = { command: odd, count: 20, units: 'minutes' };
    for (const check of [true, false])
      expect(await run({ ...soon, unique: true }, check)).toEqual(['changed', `job in 20 minutes: absent → ${odd}`]);
    expect(await run({ ...soon, unique: true })).toEqual(['ok']);
    // Another job that only contains it is another job.
    expect(await run({ command: `${odd}; true`, count: 1, units: 'hours', unique: true })).toEqual([
      'changed',
      `job in 1 hours: absent → ${odd}; true`,
    ]);
    expect(await run(soon)).toEqual(['changed', `job in 20 minutes: absent → ${odd}`]);
    expect(await said('at -l | wc -l')).toBe('3');
    for (const check of [true, false])
      expect(await run({ command: odd, state: 'absent' }, check)).toEqual([
        'changed',
        `job: ${odd} (2 times) → absent`,
      ]);
    expect(await run({ command: odd, state: 'absent' })).toEqual(['ok']);
    expect(await said('at -l | wc -l')).toBe('1');
  });

  test('a job has the commands of a file that an earlier task writes, and the environment of the task', async () => {
    const text = 'echo one\n\necho two\n';
    const tasks = [
      [copy, { dest: '/tmp/at.sh', content: text, mode: '0644' }],
      [at, { script_file: '/tmp/at.sh', count: 2, units: 'days', unique: true }],
      [at, { script_file: '/tmp/at.sh', count: 2, units: 'days', unique: true }],
      [at, { script_file: '/tmp/at.sh', state: 'absent' }],
    ] as const;
    const expected = [
      ['changed'],
      ['changed', 'job in 2 days: absent → echo one … (3 lines)'],
      ['ok'],
      ['changed', 'job: echo one … (3 lines) → absent'],
    ];
    for (const check of [true, false]) {
      const ended = (await runAllHere(tasks, { check, target: localTarget(sh) })).map(outcomeOf);
      expect(ended.map((lines, index) => (index === 0 ? lines.slice(0, 1) : lines))).toEqual(expected);
    }
  });

  test("the jobs of others are not the user's", async () => {
    await sh(`id jobber || useradd -m jobber; echo true | su -s /bin/sh jobber -c 'at now + 1 hour'`);
    expect(await run({ command: 'true', state: 'absent' })).toEqual(['ok']);
    expect(await said('at -l | grep -c jobber')).toBe('1');
  });

  test('what cannot be done fails, in a check as well', async () => {
    for (const check of [true, false]) {
      expect(await run({ command: 'true' }, check)).toEqual(['failed', 'present state requires count and units']);
      expect(await run({ script_file: '/tmp/nothing.sh', count: 1, units: 'weeks' }, check)).toEqual([
        'failed',
        '/tmp/nothing.sh is not a file on the host',
      ]);
    }
    await sh('mv /usr/bin/at /usr/bin/at.away');
    const missing = await run({ command: 'true', state: 'absent' });
    await sh('mv /usr/bin/at.away /usr/bin/at');
    expect(missing).toEqual(['failed', 'at is missing on the host: install the at package']);
  });
});

describe('monit, on a host', () => {
  const config = '/etc/monit/conf.d/try';
  const services = `set httpd unixsocket /run/monit.sock allow root:root
check process sleeper with pidfile /run/sleeper.pid
  start program = "/bin/sh -c '/usr/bin/setsid /bin/sleep 1000 & echo $! >/run/sleeper.pid'"
  stop program = "/bin/sh -c 'kill $(cat /run/sleeper.pid); rm /run/sleeper.pid'"
check process broken with pidfile /run/broken.pid
  start program = "/bin/false" with timeout 1 seconds
`;
  beforeAll(async () => {
    await sh(
      `cat >${config}; systemctl restart monit; until monit -B status sleeper >/dev/null; do sleep 0.1; done`,
      services,
    );
    await sh(
      'monit stop broken; monit stop sleeper; until monit -B status sleeper | grep -q "status  *Not monitored$"; do sleep 0.1; done',
    );
  });
  afterAll(() => sh(`monit stop sleeper; rm -f ${config}; systemctl restart monit`));

  const run = async (args: object, check = false) => outcomeOf(await runThere(monit, args, { check }));
  const ends = async (args: object, expected: string) => {
    for (const check of [true, false]) expect(await run(args, check)).toEqual(['changed', expected]);
    expect(await run(args)).toEqual(['ok']);
  };

  test('a service is started, stopped and watched once, as a check foretells', async () => {
    await ends({ name: 'sleeper', state: 'started' }, 'sleeper in monit: Not monitored → started');
    const pid = await said('cat /run/sleeper.pid');
    for (const check of [true, false])
      expect(await run({ name: 'sleeper', state: 'restarted' }, check)).toEqual([
        'changed',
        'sleeper in monit: OK → restarted',
      ]);
    expect(await said('cat /run/sleeper.pid')).not.toBe(pid);
    expect(await run({ name: 'sleeper', state: 'monitored' })).toEqual(['ok']);
    await ends({ name: 'sleeper', state: 'unmonitored' }, 'sleeper in monit: OK → unmonitored');
    await ends({ name: 'sleeper', state: 'monitored' }, 'sleeper in monit: Not monitored → monitored');
    await ends({ name: 'sleeper', state: 'stopped' }, 'sleeper in monit: OK → stopped');
    expect(await said('test -e /run/sleeper.pid || echo gone')).toBe('gone');
  });

  test('in a check, tasks build on each other', async () => {
    const tasks = ['started', 'started', 'stopped', 'unmonitored'].map(
      (state) => [monit, { name: 'sleeper', state }] as const,
    );
    expect((await runAllHere(tasks, { check: true, target: localTarget(sh) })).map(outcomeOf)).toEqual([
      ['changed', 'sleeper in monit: Not monitored → started'],
      ['ok'],
      ['changed', 'sleeper in monit: OK → stopped'],
      ['ok'],
    ]);
  });

  test('monit reads its configuration for a service that it does not know yet', async () => {
    await sh(`printf 'check file lately path /etc/hostname\\n' >>${config}`);
    await ends({ name: 'lately', state: 'present' }, 'lately in monit: absent → present');
    for (const check of [true, false])
      expect(await run({ name: 'lately', state: 'reloaded' }, check)).toEqual(['changed', 'monit:  → reloaded']);
  });

  test('what cannot be done fails', async () => {
    for (const check of [true, false])
      expect(await run({ name: 'nothing', state: 'started' }, check)).toEqual([
        'failed',
        'nothing process not presently configured with monit',
      ]);
    await sh('systemctl stop monit');
    expect((await run({ name: 'sleeper', state: 'started' }, true)).at(-1)).toMatch(/monit daemon is not running/);
    await sh('systemctl start monit');
  });

  test.runIf(isThorough)('it is waited for, but not for ever', async () => {
    await sh('until monit -B status broken >/dev/null; do sleep 0.1; done');
    expect((await run({ name: 'broken', state: 'started', timeout: 15 })).at(-1)).toMatch(
      /^broken process not started: its status is "(?:Execution failed|Does not exist)/,
    );
    expect((await run({ name: 'nothing', state: 'present', timeout: 1 })).at(-1)).toBe(
      'waited too long for process to become "present"',
    );
  });
});
