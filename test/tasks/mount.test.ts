import { describe, expect, test } from 'vitest';
import acl from '../../tasks/acl.ts';
import mount from '../../tasks/mount.ts';
import { entryFor, withEntry } from '../../tasks/shared/storage/fstab.ts';
import { differingOptions } from '../../tasks/shared/storage/mounted.ts';
import { changesOn, commandsOn, planOn } from './harness.ts';

const root = { kind: 'directory', mode: 0o755, uid: 0, gid: 0, owner: 'root', group: 'root', size: 0 } as const;
const there = { exists: true, ...root, resolved: '/etc' };
const state = (fstab: string, told: string) => ({
  before: { exists: true, ...root, kind: 'file', mode: 0o644, resolved: '/etc/fstab' },
  now: { bytes: Buffer.from(fstab), resolved: '/etc/fstab' },
  parent: there,
  self: { uid: 0, gid: 0 },
  mounted: { code: 0, stderr: '', timedOut: false, stdout: told },
});
const unmounted = 'directory\nno\nyes\nno\n\n/mnt/a\n';
const mountedWith = (options: string, source = 'tmpfs') =>
  `directory\nno\nyes\nno\n\n/mnt/a\n36 25 0:31 / /mnt/a ${options} shared:1 - tmpfs ${source} rw,size=16384k\n`;
const args = { path: '/mnt/a', src: 'tmpfs', fstype: 'tmpfs', opts: 'size=16m,nosuid', state: 'mounted' };
const line = 'tmpfs /mnt/a tmpfs size=16m,nosuid 0 0\n';

describe('mount', () => {
  test.for([
    ['', unmounted, args, ['mount /mnt/a: absent → tmpfs (tmpfs)', `/mnt/a in /etc/fstab: absent → ${line.trim()}`]],
    [line, mountedWith('rw,nosuid,relatime'), args, []],
    [
      'tmpfs\t/mnt/a/\ttmpfs  size=16m,nosuid 0 0\n',
      mountedWith('rw,nosuid'),
      { ...args, state: 'unmounted' },
      ['mount /mnt/a: tmpfs (tmpfs) → absent'],
    ],
    [line, mountedWith('rw,relatime'), args, ['mount /mnt/a: rw,relatime,size=16384k → size=16m,nosuid']],
    [line, mountedWith('ro,nosuid'), args, ['mount /mnt/a: ro,nosuid,size=16384k → size=16m,nosuid']],
    [
      line,
      mountedWith('rw,nosuid'),
      { ...args, opts: 'size=32m,nosuid', state: 'ephemeral' },
      ['mount /mnt/a: rw,nosuid,size=16384k → size=32m,nosuid'],
    ],
    [line, unmounted, { ...args, state: 'present' }, []],
    [line, unmounted, { ...args, state: 'absent_from_fstab' }, [`/mnt/a in /etc/fstab: ${line.trim()} → absent`]],
    [
      line,
      unmounted,
      { path: '/mnt/a', state: 'absent' },
      [`/mnt/a in /etc/fstab: ${line.trim()} → absent`, 'directory /mnt/a: present → absent'],
    ],
  ] as const)('fstab %j, kernel %j, given %j', ([fstab, told, given, wanted]) => {
    expect(changesOn(mount, state(fstab, told), given)).toEqual(wanted);
  });

  test('the foreseen state leaves nothing to do', () => {
    const plan = planOn(mount, state(line, unmounted), args);
    if (!('changes' in plan)) throw new Error(JSON.stringify(plan));
    const effect = plan.changes[0]?.effects?.[0];
    const answer = effect !== undefined && 'predicts' in effect ? effect.answer : undefined;

    expect(changesOn(mount, { ...state(line, unmounted), mounted: answer }, args)).toEqual([]);
  });

  test.for([
    [
      { ...args, fstype: 'nfs', src: 'nas:/x' },
      'directory\nno\nno\nno\n\n/mnt/a\n',
      'mount.nfs is not on the host: install nfs-common',
    ],
    [
      { ...args, src: '/dev/sdb1', fstype: 'ext4' },
      mountedWith('rw'),
      'another filesystem is mounted at /mnt/a: tmpfs (tmpfs)',
    ],
    [{ path: '/mnt/a', state: 'remounted' }, unmounted, '/mnt/a is not mounted'],
  ] as const)('%j is refused', ([given, told, why]) => {
    expect(planOn(mount, state('', told), given)).toEqual({ failed: expect.stringContaining(why) });
  });

  test('a filesystem is mounted before fstab is written, with all words quoted', () => {
    expect(
      commandsOn(mount, state('', unmounted.replace('directory', 'none')), { ...args, opts: 'size=1m,x-a=$(id)' })[0],
    ).toBe("mkdir -p -- /mnt/a && mount -t tmpfs -o 'size=1m,x-a=$(id)' -- tmpfs /mnt/a");
  });

  test('swap entries are distinguished by device', () => {
    const at = { src: '/swap2', path: 'none', fstype: 'swap' };
    const text = '/swap1 none swap sw 0 0\n';

    expect(withEntry(text, at, { ...at, opts: 'sw', dump: '0', passno: '0' })).toBe(`${text}/swap2 none swap sw 0 0\n`);
    expect(entryFor(text, at)).toBeUndefined();
  });

  test.for([
    ['a b', '/dev/x /srv/a\\040b ext4 defaults 0 2\n'],
    ['a\\b', '/dev/x /srv/a\\134b ext4 defaults 0 2\n'],
  ])('the path /srv/%s is escaped as in fstab', ([name, wanted]) => {
    const at = { src: '/dev/x', path: `/srv/${name}`, fstype: 'ext4' };
    const text = withEntry('# mine\n', at, { ...at, opts: 'defaults', dump: '0', passno: '2' });

    expect(text).toBe(`# mine\n${wanted}`);
    expect(withEntry(text, at)).toBe('# mine\n');
  });

  test.for([
    ['defaults', 'rw,relatime', []],
    ['defaults', 'ro', ['rw']],
    ['ro', 'rw', ['ro']],
    ['noexec', 'rw,noexec', []],
    ['defaults', 'rw,noexec', ['exec']],
    ['user', 'rw,noexec,nosuid,nodev', []],
    ['size=50%', 'rw,size=8k', []],
    ['mode=0755', 'rw,mode=755', []],
    ['mode=0700', 'rw,mode=755', ['mode=0700']],
  ] as const)('options %s compared with %s', ([wanted, told, differing]) => {
    expect(differingOptions(wanted, told.split(','))).toEqual(differing);
  });
});

describe('acl', () => {
  const told = { code: 0, stdout: 'user::rw-\n\n', stderr: '' };
  const given = { path: '/srv/a', etype: 'user', entity: 'ann', permissions: 'r' };

  test.for([
    ['/srv/a: *,*\n', {}, []],
    ['/srv/a: u::rw-,u:ann:r--,g::r--,m::r--,o::r--,*\n', {}, ['ACL of /srv/a: other → user:ann:r']],
    ['/srv/a: u::rw-,*\n', { state: 'absent', permissions: undefined }, ['ACL of /srv/a: user:ann → absent']],
  ] as const)('setfacl --test said %j, given %j: %j', ([stdout, args, wanted]) => {
    const asked = Object.fromEntries(
      Object.entries({ ...given, state: 'present', ...args }).filter(([, value]) => value !== undefined),
    );

    expect(changesOn(acl, { acl: told, tried: { ...told, stdout } }, asked)).toEqual(wanted);
  });

  test.for([
    [{ state: 'present', etype: 'user' }, "'permissions' must be given"],
    [{ state: 'present', entry: 'user:ann' }, "must have 3 sections divided by ':'"],
  ] as const)('%j is refused', ([args, why]) => {
    expect(planOn(acl, { acl: told, tried: undefined }, { path: '/srv/a', ...args })).toEqual({
      failed: expect.stringContaining(why),
    });
  });
});
