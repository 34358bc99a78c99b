import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { facts } from '../../src/core/questions/facts.ts';
import type { AnyTaskType, Controller } from '../../src/core/task-type.ts';
import type { Converged } from '../../src/engine/host/converge.ts';
import acl from '../../tasks/acl.ts';
import apk from '../../tasks/apk.ts';
import apt from '../../tasks/apt.ts';
import archive from '../../tasks/archive.ts';
import assemble from '../../tasks/assemble.ts';
import authorized_key from '../../tasks/authorized_key.ts';
import blockinfile from '../../tasks/blockinfile.ts';
import command from '../../tasks/command.ts';
import copy from '../../tasks/copy.ts';
import cron from '../../tasks/cron.ts';
import file from '../../tasks/file.ts';
import filesize from '../../tasks/filesize.ts';
import find from '../../tasks/find.ts';
import get_url from '../../tasks/get_url.ts';
import getent from '../../tasks/getent.ts';
import git from '../../tasks/git.ts';
import group from '../../tasks/group.ts';
import ini_file from '../../tasks/ini_file.ts';
import iptables from '../../tasks/iptables.ts';
import known_hosts from '../../tasks/known_hosts.ts';
import lineinfile from '../../tasks/lineinfile.ts';
import mount from '../../tasks/mount.ts';
import openssl_privatekey from '../../tasks/openssl_privatekey.ts';
import packageType from '../../tasks/package.ts';
import package_facts from '../../tasks/package_facts.ts';
import pip from '../../tasks/pip.ts';
import replace from '../../tasks/replace.ts';
import service from '../../tasks/service.ts';
import service_facts from '../../tasks/service_facts.ts';
import shell from '../../tasks/shell.ts';
import slurp from '../../tasks/slurp.ts';
import stat from '../../tasks/stat.ts';
import sysctl from '../../tasks/sysctl.ts';
import tempfile from '../../tasks/tempfile.ts';
import timezone from '../../tasks/timezone.ts';
import unarchive from '../../tasks/unarchive.ts';
import uri from '../../tasks/uri.ts';
import user from '../../tasks/user.ts';
import wait_for from '../../tasks/wait_for.ts';
import { type BusyboxHost, busyboxHost, hasApplet, hasBusyboxHosts, textAt } from '../busybox-host.ts';
import { runHere } from './harness.ts';
import { outcomeOf } from './outcome.ts';

const here = mkdtempSync(join(tmpdir(), 'retrace-busybox-controller-'));
afterAll(() => rmSync(here, { recursive: true }));

let box: BusyboxHost;
beforeAll(async () => {
  if (hasBusyboxHosts) box = await busyboxHost();
});
afterAll(() => box?.close());

const bytes = (text: string) => new TextEncoder().encode(text);

/** A controller with a small file, and a tree of enough files to be sent as one archive. */
const controller: Partial<Controller> = {
  find: (_kind, name) => ({ ok: true, path: name }),
  isDirectory: (path) => path === 'tree',
  content: () => bytes('hello\n'),
  modeOf: () => 0o644,
  readFile: () => execFileSync('tar', ['-C', here, '-cz', 'made']),
  readTree: () => [
    { path: 'sub', kind: 'directory', mode: 0o750 },
    { path: 'link', kind: 'link', mode: 0o777, target: 'f1' },
    ...Array.from({ length: 8 }, (_, at) => ({
      path: `${at % 2 === 0 ? 'sub/' : ''}f${at}`,
      kind: 'file' as const,
      mode: 0o640,
      content: bytes(`${at}\n`),
    })),
  ],
};

const run = (type: AnyTaskType, args: object, check = false): Promise<Converged> =>
  runHere(type, args as Record<string, unknown>, { check, controller, sh: (script, stdin) => box.sh(script, stdin) });

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPxwUYcKjPMuJvy3lxtwgIeO9OgbIRzPgCGTs2Ym6cCr';

type Case = readonly [name: string, type: AnyTaskType, args: object, before?: string];

/** What changes something on a host that has nothing but BusyBox. */
const CHANGES: readonly Case[] = [
  ['a directory', file, { path: '/w/a/b', state: 'directory', mode: '0750', owner: 'guest' }],
  ['a link', file, { path: '/w/ln', src: 'a', state: 'link' }],
  ['a hard link', file, { path: '/w/hard', src: '/w/f', state: 'hard' }, 'echo f >/w/f'],
  [
    'an empty file',
    file,
    { path: '/w/touched', state: 'touch', modification_time: 'preserve', access_time: 'preserve' },
  ],
  [
    'owners and modes of a tree',
    file,
    { path: '/w/a', state: 'directory', recurse: true, group: 'wheel', mode: 'g+rwX' },
  ],
  ['a directory that goes', file, { path: '/w/gone', state: 'absent' }, 'mkdir -p /w/gone/x'],
  ['a file with content', copy, { dest: '/w/c', content: 'hello\n', mode: '0640' }],
  [
    'other content, of another owner',
    copy,
    { dest: '/w/c', content: 'hello 2\n', owner: 'guest', backup: true, validate: 'grep -q hello %s' },
  ],
  ['a file of the controller', copy, { src: 'f', dest: '/w/d' }],
  ['a tree of the controller', copy, { src: 'tree/', dest: '/w/tree', directory_mode: '0755' }],
  ['a tree of the host', copy, { src: '/w/tree/', dest: '/w/tree2', remote_src: true }],
  ['a line', lineinfile, { path: '/w/c', line: 'more' }],
  ['a block', blockinfile, { path: '/w/c', block: 'x\ny' }],
  ['replacements', replace, { path: '/w/c', regexp: 'more', replace: 'less' }],
  ['a setting', ini_file, { path: '/w/ini', section: 's', option: 'o', value: 'v' }],
  [
    'fragments',
    assemble,
    { src: '/w/frags', dest: '/w/assembled', remote_src: true },
    'mkdir /w/frags; echo 1 >/w/frags/1; ln -s 1 /w/frags/2',
  ],
  ['a file of a size', filesize, { path: '/w/size', size: '64k' }],
  ['a known host', known_hosts, { name: 'example.org', key: `example.org ${KEY}`, path: '/w/kh' }],
  ['an authorized key', authorized_key, { user: 'guest', key: `${KEY} x` }, 'chown guest:guest /home/guest'],
  ['a cron job', cron, { name: 'nightly', job: '/bin/true', minute: '5', user: 'root' }],
  ['a second cron job', cron, { name: 'daily', job: '/bin/true', special_time: 'daily', user: 'root' }],
  ['a cron job that goes', cron, { name: 'nightly', state: 'absent', user: 'root' }],
  ['a line of fstab', mount, { path: '/mnt', src: 'tmpfs', fstype: 'tmpfs', state: 'present' }],
  ['a file system', mount, { path: '/mnt2', src: 'tmpfs', fstype: 'tmpfs', state: 'mounted' }],
  ['no file system', mount, { path: '/mnt2', state: 'absent' }],
  ['a kernel parameter at boot', sysctl, { name: 'vm.swappiness', value: '61', sysctl_set: false, reload: false }],
  ['a command with a proof', shell, { cmd: 'touch /w/proof', creates: '/w/proof' }],
];

/** What only looks, and what it tells. */
const LOOKS: readonly (readonly [name: string, type: AnyTaskType, args: object, result: object])[] = [
  [
    'stat',
    stat,
    { path: '/w/look', checksum_algorithm: 'sha256' },
    {
      stat: {
        exists: true,
        mode: '0640',
        pw_name: 'guest',
        gr_name: 'wheel',
        size: 4,
        checksum: '3c01eba119e00d79c82b6f65d70bc5f1044d568618bf41377e6d1432023fc2b8',
      },
    },
  ],
  ['stat of nothing', stat, { path: '/w/none' }, { stat: { exists: false } }],
  ['stat of a link', stat, { path: '/w/lk' }, { stat: { islnk: true, lnk_target: 'look', lnk_source: '/w/look' } }],
  ['find', find, { paths: '/w/frags', file_type: 'any' }, { matched: 2 }],
  ['slurp', slurp, { src: '/w/look' }, { content: 'bG9vaw==' }],
  [
    'getent',
    getent,
    { database: 'passwd', key: 'guest' },
    { ansible_facts: { getent_passwd: { guest: ['x', '1000', '1000', '', '/home/guest', '/bin/sh'] } } },
  ],
  ['wait_for a path', wait_for, { path: '/w/look', search_regex: 'look', timeout: 2 }, { state: 'started' }],
  ['wait_for a closed port', wait_for, { port: 1, state: 'stopped', timeout: 2 }, { state: 'stopped' }],
  ['a group that is there', group, { name: 'wheel', gid: 10 }, { gid: 10 }],
  ['a user that is there', user, { name: 'guest', uid: 1000, shell: '/bin/sh' }, { uid: 1000 }],
];

/** What needs a program that is not there. */
const LACKS: readonly (readonly [name: string, type: AnyTaskType, args: object, message: RegExp])[] = [
  [
    'unarchive',
    unarchive,
    { src: 'x.tar.gz', dest: '/w' },
    /BusyBox's tar cannot do this: install tar \(Alpine: apk add tar/,
  ],
  ['archive', archive, { path: '/w/frags', dest: '/w/x.tgz' }, /BusyBox's tar cannot do this: install tar/],
  ['get_url', get_url, { url: 'http://127.0.0.1:1/', dest: '/w/x' }, /curl is not on the host/],
  ['uri', uri, { url: 'http://127.0.0.1:1/' }, /need curl, which is not installed/],
  ['service', service, { name: 'crond', state: 'started' }, /systemctl is not installed: this host has no systemd/],
  ['service_facts', service_facts, {}, /neither systemd nor OpenRC/],
  ['package', packageType, { name: 'x' }, /none of the package managers/],
  ['apk', apk, { name: 'x' }, /apk is missing on the host/],
  ['apt', apt, { name: 'x' }, /not a Debian host/],
  ['package_facts', package_facts, {}, /none of the package managers apt, apk, rpm/],
  ['git', git, { repo: '/r', dest: '/w/git' }, /git is not installed/],
  ['timezone', timezone, { name: 'Europe/Berlin' }, /no time zone Europe\/Berlin/],
  ['openssl_privatekey', openssl_privatekey, { path: '/w/k.pem' }, /openssl is missing on the host/],
  [
    'acl',
    acl,
    { path: '/w', entity: 'guest', etype: 'user', permissions: 'r', state: 'present' },
    /install the acl package/,
  ],
  ['iptables', iptables, { chain: 'INPUT', jump: 'ACCEPT' }, /iptables is missing on the host/],
  ['pip', pip, { name: 'six' }, /pip is missing on the host/],
];

/** Accounts with BusyBox's own programs, which Debian's BusyBox does not have. */
const ACCOUNTS: readonly Case[] = [
  ['a group', group, { name: 'workers', gid: 2001 }],
  ['a system group', group, { name: 'sysworkers', system: true }],
  [
    'a user',
    user,
    {
      name: 'worker',
      uid: 2001,
      group: 'workers',
      groups: ['wheel', 'daemon'],
      shell: '/bin/sh',
      comment: 'A Worker',
      home: '/home/w',
    },
  ],
  ['other groups', user, { name: 'worker', groups: ['wheel', 'sysworkers'] }],
  ['a system user', user, { name: 'daemonic', system: true, create_home: false, home: '/nonexistent' }],
  ['a lock', user, { name: 'worker', password_lock: false, password: '$6$a$b', update_password: 'always' }],
  ['a user that goes', user, { name: 'daemonic', state: 'absent' }],
  ['a group that goes', group, { name: 'sysworkers', state: 'absent' }],
];

const named = (cases: readonly Case[]) => cases.map(([name, type, args, before]) => ({ name, type, args, before }));

/** A check, the run and a second run. */
async function threeRuns(type: AnyTaskType, args: object, before?: string): Promise<readonly (readonly string[])[]> {
  if (before !== undefined) await box.sh(before);
  const ended: (readonly string[])[] = [];
  for (const check of [true, false, false]) ended.push(outcomeOf(await run(type, args, check)));
  return ended;
}

describe.skipIf(!hasBusyboxHosts)('on a host that has nothing but BusyBox', () => {
  beforeAll(async () => {
    mkdirSync(join(here, 'made'));
    await box.sh('mkdir /w; printf look >/w/look; chown guest:wheel /w/look; chmod 640 /w/look; ln -s look /w/lk');
  });

  test.each(named(CHANGES))('$name: changed as foretold, then ok', async ({ type, args, before }) => {
    const [foretold, changed, again] = await threeRuns(type, args, before);

    expect(changed?.[0]).toBe('changed');
    expect(foretold).toEqual(changed);
    expect(again).toEqual(['ok']);
  });

  test.each(LOOKS)('%s', async (_, type, args, result) => {
    const ended = await run(type, args);

    expect(ended).toMatchObject({ status: 'ok', result });
  });

  test.each(LACKS)('%s names what is missing', async (_, type, args, message) => {
    const ended = await run(type, args);

    expect(ended).toMatchObject({ status: 'failed', message: expect.stringMatching(message) });
  });

  test.each(named(ACCOUNTS.filter(() => hasApplet('adduser'))))(
    '$name: changed as foretold, then ok',
    async ({ type, args, before }) => {
      const [foretold, changed, again] = await threeRuns(type, args, before);

      expect(changed?.[0]).toBe('changed');
      expect(foretold).toEqual(changed);
      expect(again).toEqual(['ok']);
    },
  );

  test.each<readonly [string, AnyTaskType, object]>([
    ['group', group, { name: 'wheel', gid: 77 }],
    ['user', user, { name: 'guest', comment: 'Guest' }],
  ])('what BusyBox cannot do with a %s fails in a check, too', async (_, type, args) => {
    const message = expect.stringMatching(/install the package shadow \(Alpine: apk add shadow\)/);

    expect(await run(type, args, true)).toMatchObject({ status: 'failed', message });
    expect(await run(type, args)).toMatchObject({ status: 'failed', message });
  });

  test('writes what it was told to write', async () => {
    expect(textAt(box, '/w/c')).toBe(
      'hello 2\nless\n# BEGIN ANSIBLE MANAGED BLOCK\nx\ny\n# END ANSIBLE MANAGED BLOCK\n',
    );
    expect(textAt(box, '/w/assembled')).toBe('1\n1\n');
    expect(
      await box.said(
        'cd /w/tree2; find . -type f -exec stat -c "%a %n" {} + | sort; cat f1 sub/f0; readlink ../tree/link',
      ),
    ).toBe(
      ['f1', 'f3', 'f5', 'f7', 'sub/f0', 'sub/f2', 'sub/f4', 'sub/f6'].map((name) => `644 ./${name}\n`).join('') +
        '1\n0\nf1',
    );
  });

  test('temporary files are made with an end, and commands run', async () => {
    const made = await run(tempfile, { suffix: '.conf', path: '/w' });
    const said = await run(command, { cmd: 'id -u' });

    expect(made).toMatchObject({ result: { path: expect.stringMatching(/^\/w\/ansible\.\w+\.conf$/) } });
    expect(await box.said('ls -d /w/.retrace* 2>/dev/null; stat -c %a /w/ansible.*')).toBe('600');
    expect(said).toMatchObject({ result: { stdout: '0' } });
  });

  test('the facts are those of Alpine', async () => {
    const [part] = facts().kind.scripts([{}]);
    const [answer] = facts().kind.read([await box.sh(part!.script)], [{}]);

    expect(answer).toMatchObject({
      ok: true,
      value: {
        ansible_distribution: 'Alpine',
        ansible_distribution_version: '3.22.1',
        ansible_os_family: 'Alpine',
        ansible_user_id: 'root',
        ansible_user_dir: '/root',
        ansible_date_time: { iso8601_micro: expect.stringMatching(/^[\d-]{10}T[\d:]{8}\.\d{6}Z$/) },
      },
    });
  });

  test('the packages of apk are told', async () => {
    mkdirSync(box.at('/lib/apk/db'), { recursive: true });
    writeFileSync(
      box.at('/lib/apk/db/installed'),
      'C:Q1x\nP:busybox\nV:1.37.0-r18\nA:x86_64\nF:bin\nR:busybox\n\nC:Q1y\nP:ca-certificates-bundle\nV:20250619-r0\nA:x86_64\n\n',
    );
    expect(await run(package_facts, {})).toMatchObject({
      status: 'ok',
      result: {
        ansible_facts: {
          packages: {
            busybox: [{ name: 'busybox', version: '1.37.0', release: 'r18', arch: 'x86_64', source: 'apk' }],
            'ca-certificates-bundle': [{ version: '20250619', release: 'r0' }],
          },
        },
      },
    });
    rmSync(box.at('/lib/apk'), { recursive: true });
  });

  test('apk and OpenRC are found', async () => {
    writeFileSync(box.at('/sbin/apk'), '');
    symlinkSync('/bin/true', box.at('/sbin/openrc-run'));
    const [part] = facts().kind.scripts([{}]);
    const [answer] = facts().kind.read([await box.sh(part!.script)], [{}]);

    expect(answer).toMatchObject({ value: { ansible_pkg_mgr: 'apk', ansible_service_mgr: 'openrc' } });
  });
});
