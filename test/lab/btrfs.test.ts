import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import btrfsInfo from '../../tasks/btrfs_info.ts';
import btrfsSubvolume from '../../tasks/btrfs_subvolume.ts';
import { localTarget, runAllHere } from '../tasks/harness.ts';
import { outcomeOf, runThere, said, sh, upHost } from './system-host.ts';

const cleanUp =
  'umount /mnt/tank /mnt/home; for one in $(losetup -nO NAME,BACK-FILE | grep "/srv/btrfs/" | cut -d " " -f 1); do losetup -d $one; done; rm -rf /srv/btrfs';

let device = '';

beforeAll(async () => {
  await upHost();
  await sh(
    `command -v btrfs || DEBIAN_FRONTEND=noninteractive apt-get -y -qq install --no-install-recommends btrfs-progs; ${cleanUp}; mkdir -p /srv/btrfs '/mnt/tank' /mnt/home; test -e /dev/loop-control || { mknod /dev/loop-control c 10 237; for i in $(seq 0 15); do mknod /dev/loop$i b 7 $i; done; }; truncate -s 300M /srv/btrfs/tank`,
  );
  device = await said('losetup -f --show /srv/btrfs/tank');
  await sh(`mkfs.btrfs -q -L Tank ${device}; mount ${device} /mnt/tank`);
});
afterAll(() => sh(cleanUp));

const run = (args: object, check = false) =>
  runThere(btrfsSubvolume, { filesystem_device: device, ...args }, { check });

/** Tasks end as a check foretells. */
async function ends(steps: readonly (readonly [object, ...(readonly string[])])[]) {
  const tasks = steps.map(([args]) => [btrfsSubvolume, { filesystem_label: 'Tank', ...args }] as const);
  const expected = steps.map(([, ...changes]) => (changes.length === 0 ? ['ok'] : ['changed', ...changes]));
  for (const check of [true, false])
    expect((await runAllHere(tasks, { check, target: localTarget(sh) })).map(outcomeOf)).toEqual(expected);
}

describe('btrfs, on a host', () => {
  test('subvolumes and snapshots are created and removed once, as a check foretells', async () => {
    await ends([
      [{ name: '/@' }, 'subvolume /@: absent → present'],
      [{ name: '@' }],
      [
        { name: '/@snaps/one day/first', snapshot_source: '@', recursive: true },
        'subvolume /@snaps: absent → present',
        'subvolume /@snaps/one day: absent → present',
        'subvolume /@snaps/one day/first: absent → snapshot of /@',
      ],
      [{ name: '/@snaps/one day/first', snapshot_source: '@' }],
      [{ name: '@', default: true }, 'default subvolume: / → /@'],
      [{ name: '@', default: true }],
      [
        { name: '/@snaps', state: 'absent', recursive: true },
        'subvolume /@snaps/one day/first: present → absent',
        'subvolume /@snaps/one day: present → absent',
        'subvolume /@snaps: present → absent',
      ],
      [{ name: '/@snaps', state: 'absent' }],
      [{ name: '@', state: 'absent' }, 'default subvolume: /@ → /', 'subvolume /@: present → absent'],
    ]);
    expect(await said('btrfs subvolume list /mnt/tank')).toBe('');
  });

  test('a directory may be above a subvolume, and a snapshot is replaced every time', async () => {
    await sh('mkdir -p /mnt/tank/plain; btrfs -q subvolume create /mnt/tank/@; touch /mnt/tank/@/file /mnt/tank/taken');
    await ends([[{ name: 'plain/inner' }, 'subvolume /plain/inner: absent → present']]);
    const again = { name: 'copy', snapshot_source: '@', snapshot_conflict: 'clobber' };
    expect(outcomeOf(await run(again))).toEqual(['changed', 'subvolume /copy: absent → snapshot of /@']);
    await sh('touch /mnt/tank/@/more');
    expect(outcomeOf(await run(again))).toEqual([
      'changed',
      'subvolume /copy: present → absent',
      'subvolume /copy: absent → snapshot of /@',
    ]);
    expect(await said('ls /mnt/tank/copy')).toBe('file\nmore');
    await sh('mount -o subvol=@ $(losetup -nO NAME -j /srv/btrfs/tank) /mnt/home');
    const made = await run({ name: '@' });
    expect(made).toMatchObject({
      status: 'ok',
      result: {
        target_subvolume_id: expect.any(Number),
        filesystem: { label: 'Tank', devices: [device], default_subvolume: 5 },
      },
    });
    const told = await runThere(btrfsInfo, {});
    const [one] = 'result' in told ? (told.result['filesystems'] as readonly { subvolumes: readonly object[] }[]) : [];
    expect(one?.subvolumes).toEqual(
      expect.arrayContaining([
        { id: 5, mountpoints: ['/mnt/tank'], parent: null, path: '/' },
        expect.objectContaining({ mountpoints: ['/mnt/home'], parent: 5, path: '/@' }),
        expect.objectContaining({ mountpoints: [], parent: 5, path: '/plain/inner' }),
      ]),
    );
    // The same, if only a subvolume is mounted.
    await sh('umount /mnt/tank');
    expect(outcomeOf(await run({ name: 'plain/inner' }))).toEqual(['ok']);
    await sh(`mount ${device} /mnt/tank`);
  });

  test('says what is wrong, also in a check', async () => {
    const failures: readonly (readonly [object, string | RegExp])[] = [
      [{ filesystem_label: 'None' }, /^Failed to identify a btrfs filesystem matching/],
      [{ name: 'copy', snapshot_source: 'none' }, "Source subvolume /none doesn't exist"],
      [
        { name: 'copy', snapshot_source: '@', snapshot_conflict: 'error' },
        /already exists and snapshot_conflict='error'$/,
      ],
      [{ name: 'a/b' }, '/a does not exist: create it first, or set `recursive: true`'],
      [{ name: 'plain' }, '/plain is in the way: it exists, but is not a subvolume'],
      [{ name: 'taken/b', recursive: true }, /^\/taken is in the way/],
      [{ name: '@', state: 'absent' }, 'a subvolume to be removed is mounted at /mnt/home: unmount it first'],
      [{ name: '/', state: 'absent' }, 'the top of a filesystem cannot be removed'],
    ];
    for (const [args, why] of failures)
      for (const check of [true, false])
        expect(outcomeOf(await run({ name: 'x', ...args }, check))).toEqual([
          'failed',
          typeof why === 'string' ? why : expect.stringMatching(why),
        ]);
  });

  test('a filesystem that is not mounted is changed only with automount', async () => {
    await sh('umount /mnt/home; umount /mnt/tank');
    expect(outcomeOf(await run({ name: 'late' })).at(-1)).toMatch(/is not currently mounted: mount it, or/);
    await ends([
      [{ name: 'late', automount: true }, 'subvolume /late: absent → present'],
      [{ name: 'late', automount: true }],
      [{ name: 'late', automount: true, state: 'absent' }, 'subvolume /late: present → absent'],
    ]);
    expect(await said(`grep -c btrfs /proc/mounts`)).toBe('0');
  });
});
