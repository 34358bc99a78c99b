import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { labPristine } from '../../src/lab/index.ts';
import { on } from './in-lab.ts';
import { type LabProgram, labProgram } from './lab-program.ts';

const host = 'by-hand';

/** What the lab's own recipe does to a plain Debian by hand: masks, settings, a certificate, packages and a key. */
const BY_THE_LAB = [
  'files /etc/dpkg/dpkg.cfg.d/99mmdebstrap',
  'files /etc/ssh/sshd_config.d/lab.conf',
  'files /etc/systemd/journald.conf.d/lab.conf',
  'files /etc/systemd/network/80-container-host0.network',
  'files /usr/local/share/ca-certificates/retrace-lab.crt',
  ...[
    'apt-daily-upgrade.timer',
    'apt-daily.timer',
    'console-getty.service',
    'container-getty@.service',
    'dpkg-db-backup.timer',
    'e2scrub_all.timer',
    'e2scrub_reap.service',
    'fstrim.timer',
    'getty@.service',
    'systemd-networkd.service',
    'systemd-networkd.socket',
    'systemd-resolved.service',
    'systemd-timesyncd.service',
  ].map((unit) => `units ${unit}`),
  'accounts key of root',
  'packages /etc/apt/apt.conf.d/80lab-proxy',
  'packages /etc/apt/apt.conf.d/99mmdebstrap',
  'packages debconf-utils',
  'packages libnss-myhostname',
  'packages openssh-server',
  'packages sudo',
  'mounts /var/lib/lab-data',
];

/** Things made by hand: what the report calls them, and how they are made. */
const BY_HAND: readonly (readonly [name: string, script: string])[] = [
  ['files /etc/adduser.conf', "echo '# mine' >>/etc/adduser.conf"],
  ['files /etc/issue.net', 'rm /etc/issue.net'],
  ['files /etc/ssh/sshd_config', "echo '# mine' >>/etc/ssh/sshd_config"],
  ['files /etc/hosts', "echo '10.0.0.5 db.internal' >>/etc/hosts"],
  ['files /etc/environment', 'echo EDITOR=vim >>/etc/environment'],
  [
    'files /etc/myapp/',
    "mkdir -p /etc/myapp/conf.d; echo 'mode = yes' >/etc/myapp/app.ini; echo 'x = {{ y }}' >/etc/myapp/conf.d/x",
  ],
  ['files /etc/app.ini', 'ln -s /etc/myapp/app.ini /etc/app.ini'],
  ['files /etc/gone', 'ln -s /nowhere /etc/gone'],
  ['files /etc/empty.d/', 'mkdir /etc/empty.d'],
  ['files /etc/secrets.conf', "echo 'password = hunter2' >/etc/secrets.conf"],
  ['files /etc/ssl/certs/own.pem', 'cp /etc/ssl/certs/ISRG_Root_X1.pem /etc/ssl/certs/own.pem'],
  [
    'files /usr/local/bin/backup',
    "printf '#!/bin/sh\\necho hi\\n' >/usr/local/bin/backup; chmod 755 /usr/local/bin/backup",
  ],
  ['files /opt/tool/', 'mkdir -p /opt/tool/bin; for i in 1 2; do echo $i >/opt/tool/bin/$i; done'],
  ['files /srv/many/', 'mkdir /srv/many; for i in $(seq 30); do echo $i >/srv/many/$i; done'],
  [
    'units /etc/systemd/system/hand.service',
    "printf '[Service]\\nExecStart=/bin/sleep 99999\\n[Install]\\nWantedBy=multi-user.target\\n' >/etc/systemd/system/hand.service; systemctl daemon-reload",
  ],
  ['units hand.service', 'systemctl enable -q hand.service'],
  [
    'units /etc/systemd/system/cron.service.d/nice.conf',
    "mkdir /etc/systemd/system/cron.service.d; printf '[Service]\\nNice=5\\n' >/etc/systemd/system/cron.service.d/nice.conf; systemctl daemon-reload",
  ],
  ['units nftables.service', 'systemctl enable -q nftables.service'],
  ['units logrotate.timer', 'systemctl disable -q logrotate.timer'],
  ['units cron.service', 'systemctl mask -q cron.service'],
  ['accounts user bob', "useradd -m -u 1500 -c 'Bob B' -s /bin/bash -G sudo,adm bob"],
  ['accounts user svcapp', 'useradd -r -d /nonexistent svcapp'],
  ['accounts group team', 'groupadd -g 1700 team'],
  ['accounts www-data in adm', 'usermod -aG adm www-data'],
  ['accounts password of root', "echo 'root:hunter2' | chpasswd"],
  [
    'accounts key of bob',
    "mkdir /home/bob/.ssh; echo 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBobBobBobBobBobBobBobBobBobBobBobBobBobBobB bob' >/home/bob/.ssh/authorized_keys; chmod 700 /home/bob/.ssh; chmod 600 /home/bob/.ssh/authorized_keys; chown -R bob: /home/bob/.ssh",
  ],
  [
    'accounts /etc/sudoers.d/bob',
    "echo 'bob ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/bob; chmod 440 /etc/sudoers.d/bob",
  ],
  ['cron root: 0 3 * * * /usr/local/bin/backup', "echo '0 3 * * * /usr/local/bin/backup' | crontab -"],
  ['cron bob: 5 4 * * * true', "printf '#Ansible: clean\\n5 4 * * * true\\n' | crontab -u bob -"],
  ['cron /etc/cron.d/backup', "echo '7 7 * * * root /usr/local/bin/backup' >/etc/cron.d/backup"],
  [
    'ports tcp 8081',
    `perl -MIO::Socket::INET -e 'exit if fork; open STDIN, "</dev/null"; open STDOUT, ">/dev/null"; open STDERR, ">/dev/null"; $s = IO::Socket::INET->new(LocalAddr => "0.0.0.0", LocalPort => 8081, Listen => 5); $t = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => 8082, Listen => 5); sleep 99999'`,
  ],
  ['ports loopback, perl', ':'],
  ['packages tree', 'DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends tree >/dev/null'],
  [
    'packages handmade',
    "mkdir -p /tmp/deb/DEBIAN; printf 'Package: handmade\\nVersion: 1.0\\nArchitecture: all\\nMaintainer: me <m@x>\\nDescription: x\\n' >/tmp/deb/DEBIAN/control; dpkg-deb -b /tmp/deb /tmp/h.deb >/dev/null; dpkg -i /tmp/h.deb >/dev/null",
  ],
  ['packages hold of tree', 'apt-mark hold -qq tree'],
  ['packages alternative awk', 'update-alternatives --set awk /usr/bin/mawk >/dev/null'],
  [
    'packages diversion of /usr/bin/tree',
    'dpkg-divert --local --rename --add --divert /usr/bin/tree.real /usr/bin/tree >/dev/null',
  ],
  [
    'packages /etc/apt/sources.list.d/vendor.list',
    "echo 'deb http://repo.example.org/debian stable main' >/etc/apt/sources.list.d/vendor.list",
  ],
  [
    'packages npm pm2',
    'mkdir -p /usr/local/lib/node_modules/pm2; echo \'  "version": "5.3.0"\' >/usr/local/lib/node_modules/pm2/package.json; ln -s ../lib/node_modules/pm2/bin/pm2 /usr/local/bin/pm2',
  ],
  ['kernel /etc/sysctl.d/99-forward.conf', "echo 'net.ipv4.ip_forward = 1' >/etc/sysctl.d/99-forward.conf"],
  ['kernel /etc/modules-load.d/dummy.conf', 'echo dummy >/etc/modules-load.d/dummy.conf'],
  ['mounts /mnt/data', 'mkdir /mnt/data; mount -t tmpfs -o size=1m tmpfs /mnt/data'],
  ['mounts /mnt/nfs', "echo '10.0.0.9:/export /mnt/nfs nfs defaults,noauto 0 0' >>/etc/fstab"],
  [
    'firewall nft table inet handmade, chain input: tcp dport 9999 drop',
    "nft add table inet handmade; nft 'add chain inet handmade input { type filter hook input priority 10; }'; nft add rule inet handmade input tcp dport 9999 drop",
  ],
];

/** Those that no task can declare, or that hold a secret. */
const WITHOUT_TASK = [
  'files /etc/secrets.conf',
  'files /srv/many/',
  'accounts password of root',
  'ports loopback, perl',
  'ports tcp 8081',
  'packages handmade',
  'packages npm pm2',
  'firewall nft table inet handmade, chain input: tcp dport 9999 drop',
];

const PLAYBOOK = `- hosts: all
  tasks:
    - copy: {dest: /etc/adduser.conf, content: other}
    - lineinfile: {path: /etc/environment, line: EDITOR=vim}
    - file: {path: /etc/app.ini, src: /etc/myapp/app.ini, state: link}
    - file: {path: /usr/local/bin/backup, mode: "0755"}
    - systemd: {name: nftables, enabled: true}
    - user: {name: bob, groups: [sudo], append: true}
    - authorized_key: {user: bob, key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBobBobBobBobBobBobBobBobBobBobBobBobBobBobB"}
    - cron: {name: clean, user: bob, minute: "5", hour: "4", job: "true"}
    - cron: {name: another, minute: "1", job: "false"}
    - apt: {name: tree}
    - sysctl: {name: net.ipv4.ip_forward, value: "1", sysctl_file: /etc/sysctl.d/99-forward.conf}
    - stat: {path: /etc/hosts}
    - file: {path: /opt/tool/bin/1, owner: root}
    - copy: {dest: /opt/tool/bin/2, content: "3"}
`;

/** What that playbook manages: not the file of which it sets only the mode or reads something. */
const DECLARED = [
  'files /etc/adduser.conf',
  'files /etc/environment',
  'files /etc/app.ini',
  'files /opt/tool/',
  'units nftables.service',
  'accounts user bob',
  'accounts key of bob',
  'cron bob: 5 4 * * * true',
  'packages tree',
  'kernel /etc/sysctl.d/99-forward.conf',
];

/** Parts that no longer belong to a bigger thing, since a part of that is declared. */
const LEFT_OF_IT = ['files /opt/tool/bin/1', 'accounts bob in adm'];

let program: LabProgram;

/** What the report names, with keys without their text. */
async function found(...playbooks: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await program.run(['unmanaged', host, ...playbooks, '--output', 'json']);
  const { hosts } = JSON.parse(stdout) as { hosts: Record<string, { unmanaged: { group: string; name: string }[] }> };
  return (hosts[host]?.unmanaged ?? []).map(({ group, name }) => `${group} ${name.replace(/^key \S+ of/, 'key of')}`);
}

const sorted = (names: readonly string[]): readonly string[] => names.toSorted();

beforeAll(async () => {
  await labPristine(host);
  program = await labProgram([host]);
});
afterAll(() => program.remove());

describe('what nobody accounts for', () => {
  test('on a fresh host is what the recipe of the lab did to it', async () => {
    expect(sorted(await found())).toEqual(sorted(BY_THE_LAB));
  });

  test('is all that was done by hand, and nothing else', async () => {
    await on(host, `set -e\n${BY_HAND.map(([, script]) => script).join('\n')}`);

    expect(sorted(await found())).toEqual(sorted([...BY_THE_LAB, ...BY_HAND.map(([name]) => name)]));
  });

  test('is less by what a playbook manages', async () => {
    writeFileSync(join(program.folder, 'some.yaml'), PLAYBOOK);
    const before = [...BY_THE_LAB, ...BY_HAND.map(([name]) => name)];
    const expected = [...before.filter((name) => !DECLARED.includes(name)), ...LEFT_OF_IT];

    expect(sorted(await found('some.yaml'))).toEqual(sorted(expected));
  });

  test('is printed as a playbook that a check finds to hold, and that accounts for it', async () => {
    const { code, stdout } = await program.run(['unmanaged', host, '--as-tasks']);
    writeFileSync(join(program.folder, 'hand.yaml'), stdout);

    expect(code).toBe(2);
    expect(stdout).not.toMatch(/hunter2|\$y\$/);
    expect(await program.run(['hand.yaml', '--syntax-check'])).toMatchObject({ code: 0 });
    const check = await program.run(['hand.yaml', '--check']);
    expect([check.code, check.stdout.match(/changed=\d+/g)], check.stdout).toEqual([0, ['changed=0']]);
    expect(sorted(await found('hand.yaml'))).toEqual(sorted(WITHOUT_TASK));
  });
});
