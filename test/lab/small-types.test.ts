import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import cronvar from '../../tasks/cronvar.ts';
import kernelBlacklist from '../../tasks/kernel_blacklist.ts';
import supervisorctl from '../../tasks/supervisorctl.ts';
import syslogger from '../../tasks/syslogger.ts';
import { localTarget, runAllHere } from '../tasks/harness.ts';
import { isThorough } from '../thorough.ts';
import { outcomeOf, runThere, said, sh, upHost } from './system-host.ts';

beforeAll(() => upHost());

describe('supervisorctl, on a host', () => {
  const config = '/etc/supervisor/conf.d/try.conf';
  // A daemon that is only starting would read the programs at once.
  beforeAll(async () => {
    await sh(
      `command -v supervisorctl || DEBIAN_FRONTEND=noninteractive apt-get -y -qq install --no-install-recommends supervisor; until supervisorctl pid >/dev/null; do sleep 0.1; done; printf '[program:one]\\ncommand=/bin/sleep 1000\\nstartsecs=0\\n[program:two]\\ncommand=/bin/sleep 1000\\nstartsecs=0\\nnumprocs=2\\nprocess_name=%%(program_name)s_%%(process_num)s\\n' >${config}`,
    );
  });
  afterAll(() => sh(`rm -f ${config}; supervisorctl update`));

  const run = (args: object, check = false) => runThere(supervisorctl, args, { check });

  test('programs are added, stopped, started and removed once, as a check foretells', async () => {
    const ends = async (args: object, ...expected: readonly string[]) => {
      for (const check of [true, false]) expect(outcomeOf(await run(args, check))).toEqual(['changed', ...expected]);
      expect(outcomeOf(await run(args))).toEqual(['ok']);
    };
    await ends({ name: 'two', state: 'present' }, 'program two: absent → present');
    await ends(
      { name: 'two:', state: 'stopped' },
      'program two:two_0: RUNNING → STOPPED',
      'program two:two_1: RUNNING → STOPPED',
    );
    expect(outcomeOf(await run({ name: 'two:two_1', state: 'started' }))).toEqual([
      'changed',
      'program two:two_1: STOPPED → RUNNING',
    ]);
    expect(outcomeOf(await run({ name: 'one', state: 'present' }))).toEqual([
      'changed',
      'program one: absent → present',
    ]);
    expect(outcomeOf(await run({ name: 'all', state: 'started' }, true))).toEqual([
      'changed',
      'program two:two_0: STOPPED → RUNNING',
    ]);
    const before = await said('supervisorctl pid one');
    for (const check of [true, false])
      expect(outcomeOf(await run({ name: 'one', state: 'restarted' }, check))).toEqual([
        'changed',
        'program one: RUNNING → restarted',
      ]);
    expect(await said('supervisorctl pid one')).not.toBe(before);
    expect(outcomeOf(await run({ name: 'one', state: 'signalled', signal: 'CONT' }))).toEqual([
      'changed',
      'program one:  → CONT sent',
    ]);
    expect(outcomeOf(await run({ name: 'one', state: 'absent' }, true)).at(-1)).toMatch(/^one is still running/);
    await ends({ name: 'one', state: 'absent', stop_before_removing: true }, 'program one: RUNNING → absent');
    expect(
      (
        await runAllHere(
          [
            [supervisorctl, { name: 'two:', state: 'stopped' }],
            [supervisorctl, { name: 'two', state: 'absent' }],
          ],
          { check: true, target: localTarget(sh) },
        )
      ).map(({ status }) => status),
    ).toEqual(['changed', 'changed']);
  });

  test('logs in with a password that is in no list of processes', async () => {
    await sh(
      `cp /etc/supervisor/supervisord.conf /tmp/saved.conf; sed -i 's/^chmod=.*/chmod=0700\\nusername=ops\\npassword=open 100%% sesame/' /etc/supervisor/supervisord.conf; systemctl restart supervisor; until supervisorctl -u ops -p 'open 100% sesame' status >/dev/null 2>&1 || [ $? = 3 ]; do sleep 0.1; done`,
    );
    const scripts: string[] = [];
    const noting: typeof sh = (script, stdin) => {
      scripts.push(script);
      return sh(script, stdin);
    };
    const args = { name: 'one', state: 'stopped', username: 'ops', password: 'open 100% sesame' };
    const [ended] = await runAllHere([[supervisorctl, args]], { target: localTarget(noting) });
    const wrong = await run({ ...args, password: 'closed sesame' });
    await sh('cp /tmp/saved.conf /etc/supervisor/supervisord.conf; systemctl restart supervisor; sleep 1');

    expect(ended && outcomeOf(ended)).toEqual(['changed', 'program one: RUNNING → STOPPED']);
    expect(scripts.join('\n')).not.toContain('sesame');
    expect(wrong.status).toBe('failed');
    expect(JSON.stringify(wrong)).not.toContain('sesame');
  });

  test('says what is wrong, also in a check', async () => {
    for (const check of isThorough ? [true, false] : [true]) {
      expect(outcomeOf(await run({ name: 'none', state: 'started' }, check)).at(-1)).toBe(
        'none: ERROR (no such process)',
      );
      expect(outcomeOf(await run({ name: 'none', state: 'restarted' }, check)).at(-1)).toBe(
        'none: ERROR (no such process)',
      );
      expect(outcomeOf(await run({ name: 'none', state: 'present' }, check)).at(-1)).toBe(
        'none: ERROR (no such program in the configuration)',
      );
      expect(outcomeOf(await run({ name: 'x', state: 'started', supervisorctl_path: '/opt/no' }, check)).at(-1)).toBe(
        '/opt/no is missing on the host: install the supervisor package',
      );
      expect(outcomeOf(await run({ name: 'x', state: 'started', server_url: 'unix:///none' }, check)).at(-1)).toMatch(
        /no such file/,
      );
    }
  });
});

describe('cronvar, on a host', () => {
  test.for([
    ["a user's crontab", {}],
    ['a file', { cron_file: 'try-cronvar', user: 'root' }],
  ] as const)('a variable in %s is set, changed and removed once, as a check foretells', async ([_, where]) => {
    await sh('crontab -r; rm -f /etc/cron.d/try-cronvar');
    const tasks = [
      { name: 'MAILTO', value: 'tech@example.org' },
      { name: 'MAILTO', value: 'tech@example.org' },
      { name: 'LOGS', value: '"a b"', insertafter: 'MAILTO' },
      { name: 'MAILTO', value: 'ops@example.org' },
      { name: 'LOGS', state: 'absent' },
      { name: 'LOGS', state: 'absent' },
    ].map((args) => [cronvar, { ...args, ...where }] as const);
    const foretold = (await runAllHere(tasks, { check: true, target: localTarget(sh) })).map(outcomeOf);

    expect(foretold).toEqual([
      ['changed', 'cron variable MAILTO: absent → tech@example.org'],
      ['ok'],
      ['changed', 'cron variable LOGS: absent → "a b"'],
      ['changed', 'cron variable MAILTO: tech@example.org → ops@example.org'],
      ['changed', 'cron variable LOGS: "a b" → absent'],
      ['ok'],
    ]);
    expect((await runAllHere(tasks, { target: localTarget(sh) })).map(outcomeOf)).toEqual(foretold);
    expect(await said('crontab -l 2>/dev/null; cat /etc/cron.d/try-cronvar 2>/dev/null')).toBe(
      'MAILTO=ops@example.org',
    );
    expect(await runThere(cronvar, { name: 'A', value: 'b', ...where })).toMatchObject({
      result: { vars: ['A', 'MAILTO'] },
    });
    expect(
      outcomeOf(await runThere(cronvar, { name: 'B', value: 'b', insertbefore: 'NONE', ...where }, { check: true })),
    ).toEqual(['failed', "Variable named 'NONE' not found."]);
    await sh('crontab -r; rm -f /etc/cron.d/try-cronvar');
  });

  test('a value is needed', async () => {
    expect(outcomeOf(await runThere(cronvar, { name: 'A' })).at(-1)).toBe(
      "You must specify 'value' to insert a new cron variable",
    );
  });
});

describe('kernel_blacklist, on a host', () => {
  test('a module is put into the file and taken out once, as a check foretells', async () => {
    const file = '/etc/modprobe.d/try.conf';
    await sh(`mkdir -p /etc/modprobe.d; printf '# mine\\nblacklist other\\n' >${file}`);
    const args = { name: 'floppy', blacklist_file: file };
    const gone = { ...args, state: 'absent' };
    const ends = async (given: object, expected: string) => {
      for (const check of [true, false])
        expect(outcomeOf(await runThere(kernelBlacklist, given, { check }))).toEqual(['changed', expected]);
      expect(outcomeOf(await runThere(kernelBlacklist, given))).toEqual(['ok']);
    };

    await ends(args, `floppy in ${file}: absent → blacklisted`);
    expect(await said(`cat ${file}`)).toBe('# mine\nblacklist other\nblacklist floppy');
    expect(await runThere(kernelBlacklist, args)).toMatchObject({
      result: { is_blacklisted: true, lines: ['# mine', 'blacklist other', 'blacklist floppy'] },
    });
    await ends(gone, `floppy in ${file}: blacklisted → absent`);
    await sh(`rm ${file}`);
    expect(outcomeOf(await runThere(kernelBlacklist, gone))).toEqual(['ok']);
    await ends(args, `floppy in ${file}: absent → blacklisted`);
    expect(await said(`stat -c %a ${file}; rm ${file}`)).toBe('644');
  });
});

describe('syslogger, on a host', () => {
  test('a message is logged each time, but not in a check', async () => {
    // The host may have the messages of an earlier run.
    const ident = `try-log-${process.pid}`;
    const args = { msg: '-v it\'s "done"', priority: 'err', facility: 'local3', ident, log_pid: true };
    expect(outcomeOf(await runThere(syslogger, args, { check: true }))).toEqual([
      'changed',
      'log as local3.err:  → -v it\'s "done"',
    ]);
    expect(await said(`journalctl -t ${ident} -q`)).toBe('');
    expect(await runThere(syslogger, args)).toMatchObject({ status: 'changed', result: args });
    await runThere(syslogger, { msg: '', ident });
    expect(
      await said(`journalctl -t ${ident} -q -o cat; journalctl -t ${ident} -q -o json | grep -c '"PRIORITY":"3"'`),
    ).toBe('-v it\'s "done"\n\n1');
    await sh('mv /usr/bin/logger /usr/bin/logger.away');
    const [, , why] = outcomeOf(await runThere(syslogger, args));
    await sh('mv /usr/bin/logger.away /usr/bin/logger');
    expect(why).toBe('logger is missing on the host: install the bsdutils package');
  });
});
