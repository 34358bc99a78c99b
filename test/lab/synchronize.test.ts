import { chmodSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { labExec } from '../../src/lab/index.ts';
import { on } from './in-lab.ts';
import { type LabProgram, labProgram } from './lab-program.ts';

const [host, other] = ['system', 'other'];

describe('synchronize', () => {
  let lab: LabProgram;

  beforeAll(async () => {
    const bin: Record<string, string> = {};
    lab = await labProgram([host, other], '', bin);
    for (const one of [host, other])
      await on(one, 'command -v rsync >/dev/null || DEBIAN_FRONTEND=noninteractive apt-get -q -y install rsync');
    await on(
      host,
      'rm -rf /srv/site /srv/copy /srv/own; id keeper >/dev/null 2>&1 || useradd -m keeper; install -d -o keeper /home/keeper/.ssh; cp /root/.ssh/authorized_keys /home/keeper/.ssh/; chown -R keeper: /home/keeper/.ssh; echo "keeper ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/keeper',
    );
    await bringRsync(lab.folder);
    bin['PATH'] = `${join(lab.folder, 'bin')}:${process.env['PATH']}`;
    const site = join(lab.folder, 'files', 'site');
    mkdirSync(join(site, 'sub dir'), { recursive: true });
    writeFileSync(join(site, 'index.html'), 'one\n');
    writeFileSync(join(site, 'sub dir', "it's é"), 'two\n');
  });
  afterAll(() => lab.remove());

  /** The host's rsync and its libraries, for the controller: it may have none. */
  async function bringRsync(folder: string): Promise<void> {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    const files = await on(
      host,
      `d=$(mktemp -d); cp /usr/bin/rsync "$d/rsync.real"; ldd /usr/bin/rsync | sed -n 's/.*=> \\([^ ]*\\) .*/\\1/p' | grep -v /libc | xargs -I{} cp -L {} "$d"; tar -C "$d" -c . | base64 -w 0; rm -rf "$d"`,
    );
    writeFileSync(join(folder, 'bin.tar'), Buffer.from(files, 'base64'));
    const { execFileSync } = await import('node:child_process');
    execFileSync('tar', ['-C', bin, '-xf', join(folder, 'bin.tar')]);
    writeFileSync(join(bin, 'rsync'), `#!/bin/sh\nLD_LIBRARY_PATH=${bin} exec ${bin}/rsync.real "$@"\n`);
    chmodSync(join(bin, 'rsync'), 0o755);
  }

  const only = ['--limit', host];
  const push = (more = '') => `    - synchronize:\n        src: site/\n        dest: /srv/site\n${more}`;
  const outcome = ({ stdout }: { readonly stdout: string }) =>
    stdout.slice(stdout.indexOf('TASK'), stdout.indexOf('PLAY RECAP'));

  test('a check predicts what is copied; then it is copied, once', async () => {
    const check = await lab.play(push(), ...only, '--check');
    const run = await lab.play(push(), ...only);
    const again = await lab.play(push(), ...only);

    const lines = outcome(check).split('\n').slice(2);
    expect(lines).toContain('    file index.html: absent → present');
    expect(lines).toContain("    file sub dir/it's é: absent → present");
    expect(check.code).toBe(2);
    expect(outcome(run).split('\n').slice(2)).toEqual(lines);
    expect(run.code).toBe(0);
    expect(outcome(again)).toContain(`ok: [${host}]`);
    expect(await on(host, 'cat /srv/site/index.html "/srv/site/sub dir/it\'s é"')).toBe('one\ntwo\n');
  });

  test('drift is found: content, modes, and what does not belong there', async () => {
    await on(host, 'echo ONE >/srv/site/index.html; chmod 600 "/srv/site/sub dir/it\'s é"; echo x >/srv/site/stray');
    const more = '        delete: true\n        checksum: true\n';
    const check = await lab.play(push(more), ...only, '--check');
    const run = await lab.play(push(more), ...only);

    expect(outcome(check)).toMatch(/file index\.html: other content, time → as in .*files\/site\//);
    expect(outcome(check)).toMatch(/file sub dir\/it's é: other mode → as in/);
    expect(outcome(check)).toMatch(/file stray: present → absent/);
    expect(outcome(run).split('\n').slice(2)).toEqual(outcome(check).split('\n').slice(2));
    expect(await on(host, 'cat /srv/site/index.html; ls /srv/site')).toBe('one\nindex.html\nsub dir\n');
    expect(outcome(await lab.play(push(more), ...only))).toContain(`ok: [${host}]`);
  });

  test('what follows in a check knows what it would change', async () => {
    utimesSync(join(lab.folder, 'files', 'site', 'index.html'), 1e9, 1e9);
    const { stdout } = await lab.play(
      `${push()}    - copy:\n        content: "one\\n"\n        dest: /srv/site/index.html\n    - stat:\n        path: /etc/hostname\n`,
      ...only,
      '--check',
    );

    expect(stdout).toMatch(/TASK \[copy\][^\n]*\nunknown/);
    expect(stdout).toMatch(/TASK \[stat\][^\n]*\nok: /);
  });

  test('pulls from the host to the controller', async () => {
    await on(host, 'mkdir -p /srv/logs; echo log >/srv/logs/a');
    const pull =
      '    - synchronize:\n        mode: pull\n        src: /srv/logs/a\n        dest: pulled/\n      register: pulled\n';
    const run = await lab.play(
      `${pull}    - assert:\n        that: [pulled.rc == 0, "'a' in pulled.stdout_lines[0]"]\n`,
      ...only,
    );

    expect(run.code).toBe(0);
    expect(readFileSync(join(lab.folder, 'pulled', 'a'), 'utf8')).toBe('log\n');
    expect(outcome(await lab.play(pull, ...only))).toContain(`ok: [${host}]`);
  });

  test('a user without rights becomes another one with sudo; become does not concern the controller', async () => {
    const tasks =
      '    - synchronize:\n        src: site/index.html\n        dest: /srv/own\n        owner: false\n        group: false\n';
    const login = [...only, '-e', 'ansible_user=keeper'];
    const refused = await lab.play(tasks, ...login);
    const run = await lab.play(tasks, ...login, '--become');

    expect(refused.stdout).toContain('Permission denied');
    expect(refused.code).not.toBe(0);
    expect(run.stdout).toContain('file index.html: absent → present');
    expect(await on(host, 'stat -c "%U %F" /srv/own')).toBe('root regular file\n');
  });

  test('copies from host to host, and on one host', async () => {
    const key = (
      await on(
        other,
        'rm -f /root/.ssh/id_ed25519; ssh-keygen -q -t ed25519 -N "" -f /root/.ssh/id_ed25519; cat /root/.ssh/id_ed25519.pub',
      )
    ).trim();
    await on(host, `cat >>/root/.ssh/authorized_keys`, `${key}\n`);
    await on(other, 'mkdir -p /srv/from; echo there >/srv/from/f; rm -f /root/.ssh/known_hosts');
    const task = `    - synchronize:\n        src: /srv/from/\n        dest: /srv/copy\n      delegate_to: ${other}\n`;
    const unknown = await lab.play(task, ...only);
    expect(unknown.stdout).toContain('Host key verification failed');

    await on(other, 'cat >/root/.ssh/known_hosts', readFileSync(await knownHosts(), 'utf8'));
    const run = await lab.play(task, ...only);
    expect(run.stdout).toContain('file f: absent → present');
    expect(await on(host, 'cat /srv/copy/f')).toBe('there\n');
    expect(outcome(await lab.play(task, ...only))).toContain(`ok: [${host}]`);

    const local = `    - synchronize:\n        src: /srv/copy/\n        dest: /srv/copy2\n      delegate_to: ${host}\n`;
    await on(host, 'rm -rf /srv/copy2');
    expect((await lab.play(local, ...only)).code).toBe(0);
    expect(await on(host, 'cat /srv/copy2/f')).toBe('there\n');
  });

  const knownHosts = async (): Promise<string> => {
    const { labHost } = await import('../../src/lab/index.ts');
    return (await labHost(host)).knownHostsFile;
  };

  test('says what is missing', async () => {
    const wrong = await lab.play('    - synchronize:\n        src: nothing/\n        dest: /srv/site\n', ...only);
    expect(wrong.stdout).toContain('No such file or directory');
    await labExec(host, 'mv /usr/bin/rsync /usr/bin/rsync.away');
    const there = await lab.play(push(), ...only);
    await labExec(host, 'mv /usr/bin/rsync.away /usr/bin/rsync');
    expect(there.stdout).toContain(`rsync is missing on ${host}: install the package rsync`);
    const password = await lab.play(push(), ...only, '-e', 'ansible_password=sesame-7');
    expect(password.stdout).toContain('cannot be given the password');
    expect(password.stdout).not.toContain('sesame-7');
  });
});
