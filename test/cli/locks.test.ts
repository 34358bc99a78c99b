import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Exchanged, Session } from '../../src/core/session.ts';
import { createConnector } from '../../src/session/index.ts';
import { type Sshd, startSshd } from '../session/sshd.ts';
import { Rig, type Said } from './rig.ts';

// A machine has a single lock, so all its tests are here: those of one file run one after another.

describe('a shell', () => {
  // Called by this name, busybox acts as its shell.
  const folder = mkdtempSync(join(tmpdir(), 'retrace-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  if (existsSync('/bin/busybox')) symlinkSync('/bin/busybox', join(folder, 'ash'));

  describe.for(['/bin/dash', '/bin/bash', join(folder, 'ash')].filter((file) => existsSync(file)))('%s', (shell) => {
    const session = async (): Promise<Session> => {
      const connector = createConnector({ env: process.env });
      onTestFinished(() => connector.close());
      const opened = await connector.open({ name: basename(shell), connection: 'local', shell });
      if (!opened.ok) throw new Error(opened.failure.message);
      return opened.session;
    };
    const lock = (of: Session, run: string): Promise<Exchanged> =>
      of.exchange([{ script: '', lock: { run, line: `'$(id)' of ${run}` } }, { script: 'echo asked' }]);
    const told = (exchanged: Exchanged) =>
      exchanged.ok && exchanged.replies.map(({ code, stdout, skipped }) => [skipped ?? code, String(stdout)]);

    test('that locks the machine keeps others out until it ends, and tells them who it is', async () => {
      const [one, other] = [await session(), await session()];

      expect(told(await lock(one, 'one'))).toEqual([
        [0, ''],
        [0, 'asked\n'],
      ]);
      expect(told(await lock(other, 'other'))).toEqual([
        [1, "one '$(id)' of one\n"],
        [true, ''],
      ]);
      await one.close();
      expect(told(await lock(other, 'other'))).toEqual([
        [0, ''],
        [0, 'asked\n'],
      ]);
    });

    test('shares the lock with others of its run', async () => {
      const [one, other] = [await session(), await session()];
      await lock(one, 'same');

      expect(told(await lock(other, 'same'))).toEqual([
        [0, ''],
        [0, 'asked\n'],
      ]);
    });

    test('does not leave the lock to what it has started', async () => {
      const [one, other] = [await session(), await session()];
      await lock(one, 'one');
      await one.exchange([{ script: 'sleep 20 >/dev/null 2>&1 & echo $!' }]);
      await one.close();

      expect(told(await lock(other, 'other'))).toEqual([
        [0, ''],
        [0, 'asked\n'],
      ]);
    });
  });
});

describe('two runs at once', () => {
  let sshd: Sshd;
  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(() => sshd.stop());

  const me = `${process.env['SUDO_USER'] || userInfo().username}@${hostname()}`;

  const rigOf = (): Rig => {
    const rig = new Rig();
    onTestFinished(() => rig[Symbol.dispose]());
    const { port, privateKey, knownHosts } = sshd;
    const vars = `{ ansible_host: 127.0.0.1, ansible_port: ${port}, ansible_user: root, ansible_ssh_private_key_file: ${privateKey} }`;
    return rig.write({
      '.ssh/known_hosts': readFileSync(knownHosts, 'utf8'),
      'hosts.yaml': `all: { hosts: { box: ${vars}, alias: ${vars} } }\n`,
      // The first run ends only when it may.
      'slow.yaml': `- hosts: box
  gather_facts: false
  tasks:
    - shell: echo "{{ who }} begins" >> ${rig.folder}/log; touch ${rig.folder}/begun
    - shell: while [ {{ who }} = first ] && [ ! -e ${rig.folder}/go ]; do sleep 0.1; done; echo "{{ who }} ends" >> ${rig.folder}/log
`,
    });
  };
  const env = { RETRACE_LOCK: '' };
  const play = (rig: Rig, who: string, ...more: string[]): Promise<Said> =>
    rig.run(['slow.yaml', '-i', 'hosts.yaml', '-e', `who=${who}`, ...more], {
      env: { ...env, RETRACE_EVENTS: join(rig.folder, `events-${who}`) },
    });
  const go = (rig: Rig): void => void rig.write({ go: '' });
  const begun = async (rig: Rig): Promise<void> => {
    await vi.waitFor(() => expect(existsSync(join(rig.folder, 'begun'))).toBe(true), { timeout: 40_000 });
  };
  const told = async (rig: Rig, who: string, what: string): Promise<void> => {
    const events = join(rig.folder, `events-${who}`);
    await vi.waitFor(() => expect(readFileSync(events, 'utf8')).toContain(what), { timeout: 40_000 });
  };
  const log = (rig: Rig): string[] => readFileSync(join(rig.folder, 'log'), 'utf8').trim().split('\n');

  test('change a host one after the other; the second tells for whom it waits, and since when', async () => {
    const rig = rigOf();
    const first = play(rig, 'first');
    await begun(rig);

    const waiting = play(rig, 'second');
    await told(rig, 'second', 'waiting up to 120 s');
    go(rig);
    const second = await waiting;

    expect((await first).code).toBe(0);
    expect(second.code).toBe(0);
    expect(second.stdout).toMatch(
      new RegExp(`box: ${me} has been changing it since 20\\S+ \\S+ UTC \\(slow.yaml\\); waiting up to 120 s`),
    );
    expect(log(rig)).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
  });

  test('the second ends without touching the host if it is told not to wait', async () => {
    const rig = rigOf();
    const first = play(rig, 'first');
    await begun(rig);

    const second = await play(rig, 'second', '--lock-timeout', '0');
    go(rig);

    expect((await first).code).toBe(0);
    expect(second.code).toBe(4);
    expect(second.stdout).toContain(`${me} has been changing it since`);
    expect(second.stdout).toContain('--lock-timeout');
    expect(log(rig)).toEqual(['first begins', 'first ends']);
  });

  test.for([
    ['--no-lock changes it at the same time', ['--no-lock']],
    ['a check does not wait: it changes nothing', ['--check']],
  ] as const)('%s', async ([, more]) => {
    const rig = rigOf();
    const first = play(rig, 'first');
    await begun(rig);

    const second = await play(rig, 'second', ...more);

    expect(second.stdout).not.toContain('waiting');
    expect(log(rig)).not.toContain('first ends');
    go(rig);
    expect((await first).code).toBe(0);
  });

  test('under Ansible’s name, as with Ansible, change a host at the same time', async () => {
    const rig = rigOf();
    const first = play(rig, 'first');
    await begun(rig);

    const args = ['slow.yaml', '-i', 'hosts.yaml', '-e', 'who=second'];
    const second = await rig.run(args, { env, calledAs: 'ansible-playbook' });

    expect(second.code).toBe(0);
    expect(log(rig)).toEqual(['first begins', 'second begins', 'second ends']);
    go(rig);
    await first;
  });

  test('a run does not wait for itself: a machine may have two names', async () => {
    const rig = rigOf().write({
      'both.yaml': '- hosts: all\n  gather_facts: false\n  tasks: [{ command: sleep 0.5 }]\n',
    });

    const { code, stderr } = await rig.run(['both.yaml', '-i', 'hosts.yaml', '--lock-timeout', '60'], { env });

    expect([code, stderr]).toEqual([0, '']);
  });

  test('a host that is only delegated to is locked by what changes it', async () => {
    const rig = rigOf().write({
      'elsewhere.yaml': `- hosts: localhost
  gather_facts: false
  tasks:
    - command: "true"
      delegate_to: box
`,
    });
    const first = play(rig, 'first');
    await begun(rig);

    const second = await rig.run(['elsewhere.yaml', '-i', 'hosts.yaml', '--lock-timeout', '0'], { env });

    expect(second.code).not.toBe(0);
    expect(second.stdout).toContain('has been changing it since');
    go(rig);
    await first;
  });

  test('locking takes no round trip of its own', async () => {
    const rig = rigOf().write({
      'file.yaml': `- hosts: box
  gather_facts: false
  tasks: [{ file: { path: ${tmpdir()}, state: directory } }]
`,
    });
    const rounds = async (RETRACE_LOCK: string): Promise<unknown> => {
      const { stdout } = await rig.run(['file.yaml', '-i', 'hosts.yaml', '-o', 'json'], { env: { RETRACE_LOCK } });
      const ends = stdout.split('\n').filter((line) => line.includes('"run-finished"'));
      return (JSON.parse(ends[0]!) as { rounds: unknown }).rounds;
    };

    expect(await rounds('')).toEqual({ box: 1 });
    expect(await rounds('off')).toEqual({ box: 1 });
  });
});
