import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { labPristine } from '../../src/lab/index.ts';
import { etcManifest } from './etc-manifest.ts';
import { on } from './in-lab.ts';
import { type LabProgram, labProgram } from './lab-program.ts';

const from = 'import-old';
const to = 'import-new';

/** What somebody did to a machine by hand, over the years. */
const BY_HAND = `
DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends tree cron >/dev/null
echo '# mine' >>/etc/adduser.conf
mkdir -p /etc/myapp/conf.d; echo 'mode = yes' >/etc/myapp/app.ini; echo 'x = {{ y }}' >/etc/myapp/conf.d/x; chmod 750 /etc/myapp/conf.d
printf '\\000\\377binary' >/etc/myapp/data
ln -s /etc/myapp/app.ini /etc/app.ini
rm /etc/issue.net
ln -sf /etc/myapp/app.ini /etc/deluser.conf
echo 'password = hunter2-hunter2' >/etc/myapp/secret.conf; chmod 600 /etc/myapp/secret.conf
printf '[Service]\\nExecStart=/bin/sleep 99999\\n[Install]\\nWantedBy=multi-user.target\\n' >/etc/systemd/system/hand.service
systemctl daemon-reload; systemctl enable -q --now hand.service
systemctl disable -q logrotate.timer 2>/dev/null || :
groupadd -g 1700 team; useradd -m -u 1500 -c 'Bob B' -s /bin/bash -G sudo,team bob
echo 'bob:hunter3-hunter3' | chpasswd
echo 'bob ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/bob; chmod 440 /etc/sudoers.d/bob
echo '7 7 * * * root /usr/local/bin/backup' >/etc/cron.d/backup
printf '#!/bin/sh\\necho hi\\n' >/usr/local/bin/backup; chmod 755 /usr/local/bin/backup
echo 'net.ipv4.ip_forward = 1' >/etc/sysctl.d/99-forward.conf
`;

/** What is a machine's own, or tells when something was done: the day of a password, the cache of libraries, what was before. */
const OWN = /^\.\/(machine-id|hostname|hosts|ld\.so\.cache|shadow-?|gshadow-|passwd-|group-|ssh\/ssh_host_\S*) /;

let program: LabProgram;

const vault = ['--vault-password-file', 'password'];
const written = (path: string): string => readFileSync(join(program.folder, path), 'utf8');
const filesBelow = (folder: string): readonly string[] =>
  readdirSync(join(program.folder, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

beforeAll(async () => {
  await Promise.all([labPristine(from), labPristine(to)]);
  program = await labProgram([from, to]);
  writeFileSync(join(program.folder, 'password'), 'open sesame\n');
  await on(from, `set -e\n${BY_HAND}`);
});
afterAll(() => program.remove());

describe('a playbook from a running machine', () => {
  test('without a vault password holds no secret, and says what it lacks', async () => {
    const { code, stdout } = await program.run(['import', from, '--name', 'open']);

    expect([code, stdout]).toEqual([0, expect.stringContaining('a check finds all of it in order')]);
    expect(stdout).toContain('/etc/myapp/secret.conf: its name is that of a secret, and no vault password was given');
    expect(stdout).toContain('password of bob: a secret, and no vault password was given');
    for (const path of filesBelow('open'))
      expect(readFileSync(path, 'latin1')).not.toMatch(/hunter2|\$y\$|BEGIN OPENSSH/);
  });

  test('with one keeps secrets encrypted, for its owner only', async () => {
    const { code, stdout } = await program.run(['import', from, '--name', 'imported', ...vault]);

    expect([code, stdout]).toEqual([0, expect.stringContaining('a check finds all of it in order')]);
    const secret = join(program.folder, 'imported/files/etc/myapp/secret.conf');
    expect(readFileSync(secret, 'utf8')).toMatch(/^\$ANSIBLE_VAULT;/);
    expect(statSync(secret).mode & 0o777).toBe(0o600);
    expect(written('imported/secrets.yaml')).toMatch(/^\$ANSIBLE_VAULT;/);
    expect(existsSync(join(program.folder, 'imported/files/etc/ssh/ssh_host_ed25519_key'))).toBe(false);
  });

  test('replaces nothing that is there', async () => {
    const { code, stderr } = await program.run(['import', from, '--name', 'imported', ...vault]);

    expect([code, stderr]).toEqual([1, expect.stringContaining('exists already: an import replaces nothing')]);
  });

  test('is clean on that machine', async () => {
    const { code, stdout } = await program.run(['imported.yaml', '--check', ...vault]);

    expect([code, stdout.match(/changed=\d+/)?.[0]]).toEqual([0, 'changed=0']);
  });

  test('makes another machine like it: 95 of 100 paths in /etc, or more', async () => {
    writeFileSync(
      join(program.folder, 'other.yaml'),
      written('imported.yaml').replaceAll(`hosts: ${from}`, `hosts: ${to}`),
    );
    writeFileSync(join(program.folder, 'run.yaml'), written('other.yaml'));

    const { code, stdout } = await program.run(['run.yaml', ...vault], { timeoutMs: 120_000 });
    const again = await program.run(['run.yaml', ...vault], { timeoutMs: 120_000 });

    expect([code, stdout.slice(-1500)]).toEqual([0, expect.any(String)]);
    expect(again.stdout).toContain('changed=0');
    const [wanted, made] = [await etcManifest(from, OWN), new Set(await etcManifest(to, OWN))];
    const missed = wanted.filter((line) => !made.has(line));
    const more = [...made].filter((line) => !wanted.includes(line));
    expect((missed.length + more.length) / wanted.length, [...missed, ...more].join('\n')).toBeLessThan(0.05);
    // Nothing of what was done by hand is among them.
    expect([...missed, ...more].filter((line) => /myapp|bob|hand|app\.ini|backup|forward/.test(line))).toEqual([]);
  });
});
