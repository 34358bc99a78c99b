import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { AnyTaskType } from '../../src/core/task-type.ts';
import apt from '../../tasks/apt.ts';
import filesystem from '../../tasks/filesystem.ts';
import mount from '../../tasks/mount.ts';
import { localTarget, runAllHere } from '../tasks/harness.ts';
import { outcomeOf, runThere, said, sh, upHost } from './system-host.ts';

type Tasks = readonly (readonly [AnyTaskType, Record<string, unknown>])[];

/** The outcomes of tasks that follow each other. */
const outcomes = async (tasks: Tasks, check = false) =>
  (await runAllHere(tasks, { check, target: localTarget(sh) })).map(outcomeOf);

/** Images of disks, as loop devices: the kernel that runs the tests has no other spare ones. */
async function disk(name: string, size: string): Promise<string> {
  await sh(
    `mkdir -p /srv/disks; test -e /dev/loop-control || { mknod /dev/loop-control c 10 237; for i in $(seq 0 15); do mknod /dev/loop$i b 7 $i; done; }; rm -f /srv/disks/${name}; truncate -s ${size} /srv/disks/${name}`,
  );
  return said(`losetup -P -f --show /srv/disks/${name}`);
}

const cleanUp =
  'umount /mnt/disk; vgremove -f -y shop; for one in $(losetup -nO NAME,BACK-FILE | grep "/srv/disks/" | cut -d " " -f 1); do losetup -d $one; done; rm -rf /srv/disks';

beforeAll(async () => {
  await upHost();
  await sh(
    `command -v lvs && command -v parted || DEBIAN_FRONTEND=noninteractive apt-get -y -qq install --no-install-recommends lvm2 parted xfsprogs btrfs-progs dosfstools; ${cleanUp}`,
  );
});
afterEach(() => sh(cleanUp));

describe('filesystem, on a host', () => {
  test.for([
    ['ext4', 'ext4', 'resize2fs', '-L data'],
    ['xfs', 'xfs', 'xfs_growfs', ''],
    ['btrfs', 'btrfs', 'btrfs', '-q'],
    ['vfat', 'vfat', '', ''],
    ['swap', 'swap', '', ''],
    ['lvm', 'LVM2_member', '', ''],
  ] as const)('%s is made once, and erased once', async ([fstype, told, _, opts]) => {
    const dev = await disk('made', '400M');
    const args = { dev, fstype, opts };

    for (const check of [true, false])
      expect(outcomeOf(await runThere(filesystem, args, { check }))).toEqual([
        'changed',
        `filesystem on ${dev}: absent → ${fstype}`,
      ]);
    expect(outcomeOf(await runThere(filesystem, args))).toEqual(['ok']);
    expect(await said(`blkid -p -o value -s TYPE ${dev}`)).toBe(told);
    const gone = { dev, state: 'absent' };
    for (const check of [true, false])
      expect(outcomeOf(await runThere(filesystem, gone, { check }))).toEqual([
        'changed',
        `filesystem on ${dev}: ${told} → absent`,
      ]);
    expect(outcomeOf(await runThere(filesystem, gone))).toEqual(['ok']);
    expect(await said(`blkid -p ${dev}`)).toBe('');
  });

  test('another filesystem is replaced only by force, and never while it is in use', async () => {
    const dev = await disk('other', '64M');
    await sh(`mkfs.ext4 -q ${dev}; mkdir -p /mnt/disk`);
    const args = { dev, fstype: 'ext3' };

    for (const check of [true, false])
      expect(outcomeOf(await runThere(filesystem, args, { check }))).toEqual([
        'failed',
        `'${dev}' is already used as ext4, use force=true to overwrite`,
      ]);
    await sh(`mount ${dev} /mnt/disk`);
    for (const busy of [{ ...args, force: true }, { dev, state: 'absent' }, { ...args, dev: '/srv/disks/other', force: true }])
      for (const check of [true, false])
        expect(outcomeOf(await runThere(filesystem, busy, { check }))).toEqual([
          'failed',
          `${busy.dev} is mounted at /mnt/disk: unmount it first`,
        ]);
    await sh('umount /mnt/disk');
    const forced = { ...args, force: true };
    expect(await outcomes([[filesystem, forced], [filesystem, args]], true)).toEqual([
      ['changed', `filesystem on ${dev}: ext4 → ext3`],
      ['ok'],
    ]);
    expect((await runThere(filesystem, forced)).status).toBe('changed');
    expect(outcomeOf(await runThere(filesystem, forced))).toEqual([
      'changed',
      `filesystem on ${dev}: ext3 → ext3, made again`,
    ]);
  });

  // A mounted ext4 is resized only by those who may exceed limits, which a container may not.
  test.for([
    ['ext4', ''],
    ['xfs', '/mnt/disk'],
    ['btrfs', '/mnt/disk'],
  ] as const)('%s grows into its device, once', async ([fstype, mounted]) => {
    const dev = await disk('grows', '400M');
    await runThere(filesystem, { dev, fstype });
    const args = { dev, fstype, resizefs: true };
    await sh(mounted === '' ? ':' : `mkdir -p ${mounted}; mount ${dev} ${mounted}`);

    expect(await runThere(filesystem, args)).toMatchObject({
      status: 'ok',
      result: { msg: `${fstype} filesystem is using the whole device ${dev}` },
    });
    await sh(`truncate -s 600M /srv/disks/grows; losetup -c ${dev}`);
    const grown = expect.stringMatching(`^size of the filesystem on ${dev}: \\d+ → 629145600$`);
    expect(
      await outcomes(
        [
          [filesystem, args],
          [filesystem, args],
        ],
        true,
      ),
    ).toEqual([['changed', grown], ['ok']]);
    expect(outcomeOf(await runThere(filesystem, args))).toEqual(['changed', grown]);
    expect(outcomeOf(await runThere(filesystem, args))).toEqual(['ok']);
    await sh(`findmnt ${dev} || mount ${dev} /mnt/disk`);
    expect(Number(await said('df -m --output=size /mnt/disk | tail -n 1'))).toBeGreaterThan(450);
    await sh('umount /mnt/disk');
    expect(outcomeOf(await runThere(filesystem, args))).toEqual(['ok']);
    await sh(`truncate -s 1000M /srv/disks/grows; losetup -c ${dev}`);
    expect(outcomeOf(await runThere(filesystem, args))).toEqual(
      mounted === ''
        ? ['changed', expect.stringMatching(/→ 1048576000$/)]
        : ['failed', `${dev} needs to be mounted for ${fstype} operations`],
    );
  });

  test('a filesystem is made and mounted, as a check foretells', async () => {
    const dev = await disk('mounted', '64M');
    const tasks: Tasks = [
      [filesystem, { dev, fstype: 'ext4' }],
      [mount, { path: '/mnt/disk', src: dev, fstype: 'ext4', state: 'ephemeral' }],
    ];
    const foretold = await outcomes(tasks, true);

    expect(foretold).toEqual([
      ['changed', `filesystem on ${dev}: absent → ext4`],
      ['changed', `mount /mnt/disk: absent → ${dev} (ext4)`],
    ]);
    expect(await outcomes(tasks)).toEqual(foretold);
    expect(await outcomes(tasks, true)).toEqual([['ok'], ['ok']]);
  });

  test('a file is made into a filesystem', async () => {
    const dev = '/srv/disks/a file';
    await sh(`mkdir -p /srv/disks; truncate -s 64M "${dev}"`);
    const args = { dev, fstype: 'ext4', resizefs: true };

    expect((await runThere(filesystem, args)).status).toBe('changed');
    expect(outcomeOf(await runThere(filesystem, args))).toEqual(['ok']);
    await sh(`truncate -s 65M "${dev}"`);
    for (const check of [true, false])
      expect(outcomeOf(await runThere(filesystem, args, { check }))).toEqual([
        'changed',
        `size of the filesystem on ${dev}: 67108864 → 68157440`,
      ]);
    expect(outcomeOf(await runThere(filesystem, args))).toEqual(['ok']);
  });

  test.for([
    [{ dev: '/dev/nothing', fstype: 'ext4' }, 'Device /dev/nothing not found.'],
    [{ dev: '/etc', fstype: 'ext4' }, '/etc is neither a block device nor a file'],
    [{ dev: '/srv/disks/empty', fstype: 'ufs' }, 'there is no ufs on Linux'],
    [
      { dev: '/srv/disks/empty', fstype: 'reiserfs' },
      'mkfs.reiserfs is missing on the host: install the reiserfsprogs package',
    ],
    [{ dev: '/srv/disks/swap', fstype: 'swap', resizefs: true }, 'module does not support resizing swap filesystem yet'],
    [{ dev: '/srv/disks/swap', fstype: 'swap', force: true, opts: '--nonsense' }, /unrecognized option|unknown option/],
  ] as const)('%o fails', async ([args, why]) => {
    await sh('mkdir -p /srv/disks; for f in empty swap; do truncate -s 1M /srv/disks/$f; done; mkswap /srv/disks/swap');
    expect(outcomeOf(await runThere(filesystem, args)).at(-1)).toEqual(expect.stringMatching(why));
  });

  test('nothing is erased where there is nothing', async () => {
    expect(outcomeOf(await runThere(filesystem, { dev: '/dev/nothing', state: 'absent' }))).toEqual(['ok']);
  });

  test('after a package that a check installs, the program may be there', async () => {
    const dev = await disk('later', '64M');
    expect(
      await outcomes(
        [
          [apt, { name: 'reiserfsprogs' }],
          [filesystem, { dev, fstype: 'reiserfs' }],
        ],
        true,
      ),
    ).toEqual([
      ['changed', expect.stringContaining('reiserfsprogs')],
      ['unknown', 'depends on "an earlier task"'],
    ]);
  });
});
