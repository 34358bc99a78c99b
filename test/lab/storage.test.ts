import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { AnyTaskType } from '../../src/core/task-type.ts';
import apt from '../../tasks/apt.ts';
import filesystem from '../../tasks/filesystem.ts';
import lvg from '../../tasks/lvg.ts';
import lvgRename from '../../tasks/lvg_rename.ts';
import lvol from '../../tasks/lvol.ts';
import mount from '../../tasks/mount.ts';
import parted from '../../tasks/parted.ts';
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

// The kernel that runs the tests has no device mapper: volumes are managed on the disks, but not activated.
const withoutKernel =
  "sed -i '/^global {/,/^}/s/^\\s*#* *activation *=.*/\\tactivation = 0/' /etc/lvm/lvm.conf; grep -q '^\\sactivation = 0' /etc/lvm/lvm.conf || printf 'global {\\n\\tactivation = 0\\n}\\n' >>/etc/lvm/lvm.conf";

beforeAll(async () => {
  await upHost();
  await sh(
    `command -v lvs && command -v parted || DEBIAN_FRONTEND=noninteractive apt-get -y -qq install --no-install-recommends lvm2 parted xfsprogs btrfs-progs dosfstools; ${withoutKernel}; ${cleanUp}`,
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
    for (const busy of [
      { ...args, force: true },
      { dev, state: 'absent' },
      { ...args, dev: '/srv/disks/other', force: true },
    ])
      for (const check of [true, false])
        expect(outcomeOf(await runThere(filesystem, busy, { check }))).toEqual([
          'failed',
          `${busy.dev} is mounted at /mnt/disk: unmount it first`,
        ]);
    await sh('umount /mnt/disk');
    const forced = { ...args, force: true };
    expect(
      await outcomes(
        [
          [filesystem, forced],
          [filesystem, args],
        ],
        true,
      ),
    ).toEqual([['changed', `filesystem on ${dev}: ext4 → ext3`], ['ok']]);
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
    [
      { dev: '/srv/disks/swap', fstype: 'swap', resizefs: true },
      'module does not support resizing swap filesystem yet',
    ],
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

describe('lvg, on a host', () => {
  test('a group is made once, gets and loses devices, and is removed once, as a check foretells', async () => {
    const [one, two] = [await disk('one', '64M'), await disk('two', '100M')];
    const small = { vg: 'shop', pvs: [one], pesize: '8' };
    const both = { vg: 'shop', pvs: `${one},${two}` };
    const last = { vg: 'shop', pvs: two };
    const tasks: Tasks = [
      small,
      both,
      both,
      last,
      { vg: 'shop', state: 'absent' },
      { vg: 'shop', state: 'absent' },
    ].map((args) => [lvg, args]);
    const foretold = await outcomes(tasks, true);

    expect(foretold).toEqual([
      ['changed', `volume group shop: absent → ${one}`],
      ['changed', `devices of volume group shop: ${one} → ${one}, ${two}`],
      ['ok'],
      ['changed', `devices of volume group shop: ${one}, ${two} → ${two}`],
      ['changed', 'volume group shop: 96 MiB → absent'],
      ['ok'],
    ]);
    expect(await said('vgs --noheadings')).toBe('');
    expect(await outcomes(tasks)).toEqual(foretold);
  });

  test('a group of a device that has grown grows with it', async () => {
    const one = await disk('one', '64M');
    const args = { vg: 'shop', pvs: one, pvresize: true };
    await runThere(lvg, args);
    expect(outcomeOf(await runThere(lvg, args))).toEqual(['ok']);
    await sh(`truncate -s 80M /srv/disks/one; losetup -c ${one}`);
    expect(outcomeOf(await runThere(lvg, { ...args, pvresize: false }))).toEqual(['ok']);
    for (const check of [true, false])
      expect(outcomeOf(await runThere(lvg, args, { check }))).toEqual([
        'changed',
        `physical volume ${one}: 60 MiB → 76 MiB`,
      ]);
    expect(outcomeOf(await runThere(lvg, args))).toEqual(['ok']);
  });

  test('what is in use is refused in a check and in a run', async () => {
    const [one, two, three] = [await disk('one', '64M'), await disk('two', '64M'), await disk('three', '64M')];
    await runThere(lvg, { vg: 'shop', pvs: [one, two] });
    await sh(`lvcreate -qq -an -Zn -y -n goods -L 8M shop ${one}; mkfs.ext4 -q ${three}`);
    const refused = [
      [{ vg: 'shop', state: 'absent' }, 'Refuse to remove non-empty volume group shop without force=true'],
      [{ vg: 'shop', pvs: two }, new RegExp(`^${one} cannot be taken out of shop: 2 of its extents are in use`)],
      [{ vg: 'more', pvs: two }, `Device ${two} is already in shop volume group.`],
      [{ vg: 'more', pvs: three }, `${three} already holds ext4: erase it first`],
      [{ vg: 'more', pvs: '/dev/nothing' }, 'Device /dev/nothing not found.'],
      [{ vg: 'more', pvs: '/etc/passwd' }, '/etc/passwd is not a block device'],
      [{ vg: 'more', pvs: [] }, 'No physical volumes given.'],
      [{ vg: 'more', pvs: three, pesize: 'big' }, /already holds/],
    ] as const;
    for (const [index, [args, why]] of refused.entries())
      expect(outcomeOf(await runThere(lvg, args, { check: index % 2 === 0 }))).toEqual([
        'failed',
        expect.stringMatching(why),
      ]);
    expect(
      await outcomes([
        [filesystem, { dev: three, state: 'absent' }],
        [lvg, { vg: 'shop', pvs: [one, two, three] }],
        [lvg, { vg: 'shop', state: 'absent', force: true }],
      ]),
    ).toEqual([
      ['changed', `filesystem on ${three}: ext4 → absent`],
      ['changed', `devices of volume group shop: ${one}, ${two} → ${one}, ${two}, ${three}`],
      ['changed', 'volume group shop: 1 logical volume → absent'],
    ]);
  });
});

describe('lvol, on a host', () => {
  const goods = (size: string, more: object = {}) => [lvol, { vg: 'shop', lv: 'goods', size, ...more }] as const;

  test('a volume is made once, grows, shrinks by force and is removed, as a check foretells', async () => {
    const one = await disk('one', '200M');
    const tasks: Tasks = [
      [lvg, { vg: 'shop', pvs: one }],
      goods('30'),
      goods('32M'),
      goods('50%VG', { resizefs: false }),
      goods('100%FREE'),
      goods('100%FREE'),
      goods('+10%VG', { shrink: false }),
      goods('20M', { shrink: false }),
      goods('0.02g', { force: true }),
      goods('+8m'),
      goods('-4m', { force: true }),
      [lvol, { vg: 'shop', lv: 'goods', state: 'absent', force: true }],
      [lvol, { vg: 'shop', lv: 'goods', state: 'absent' }],
    ];
    const foretold = await outcomes(tasks, true);

    expect(foretold).toEqual([
      ['changed', `volume group shop: absent → ${one}`],
      ['changed', 'logical volume shop/goods: absent → 32 MiB'],
      ['ok'],
      ['changed', 'size of logical volume shop/goods: 32 MiB → 96 MiB'],
      ['changed', 'size of logical volume shop/goods: 96 MiB → 196 MiB'],
      ['ok'],
      [
        'failed',
        'Logical Volume goods could not be extended. Not enough free space left (16 MiB required / 0 bytes available)',
      ],
      ['ok'],
      ['changed', 'size of logical volume shop/goods: 196 MiB → 24 MiB'],
      ['changed', 'size of logical volume shop/goods: 24 MiB → 32 MiB'],
      ['changed', 'size of logical volume shop/goods: 32 MiB → 28 MiB'],
      ['changed', 'logical volume shop/goods: 28 MiB → absent'],
      ['ok'],
    ]);
    expect(await said('lvs --noheadings')).toBe('');
    expect(await outcomes(tasks)).toEqual(foretold);
  });

  test('the result tells the size in MiB, in a check as well', async () => {
    await runThere(lvg, { vg: 'shop', pvs: await disk('one', '100M') });
    for (const check of [true, false])
      expect(await runThere(lvol, { vg: 'shop', lv: 'goods', size: '30' }, { check })).toMatchObject({
        result: { vg: 'shop', lv: 'goods', size: 32 },
      });
  });

  test('a volume on a chosen device takes a part of that device', async () => {
    const [one, two] = [await disk('one', '100M'), await disk('two', '100M')];
    await runThere(lvg, { vg: 'shop', pvs: [one, two] });
    const args = { vg: 'shop', lv: 'goods', size: '100%PVS', pvs: two };

    expect(outcomeOf(await runThere(lvol, args))).toEqual(['changed', 'logical volume shop/goods: absent → 96 MiB']);
    expect(outcomeOf(await runThere(lvol, args))).toEqual(['ok']);
    expect(await said('pvs --noheadings -o pv_free --units m | xargs')).toBe('96.00m 0m');
  });

  test('a volume is made, then a filesystem on it, in a check', async () => {
    const one = await disk('one', '200M');
    expect(
      await outcomes(
        [
          [lvg, { vg: 'shop', pvs: one }],
          goods('100%FREE'),
          [filesystem, { dev: '/dev/shop/goods', fstype: 'ext4' }],
          [mount, { path: '/mnt/disk', src: '/dev/shop/goods', fstype: 'ext4', state: 'ephemeral' }],
        ],
        true,
      ),
    ).toEqual([
      ['changed', `volume group shop: absent → ${one}`],
      ['changed', 'logical volume shop/goods: absent → 196 MiB'],
      ['changed', 'filesystem on /dev/shop/goods: absent → ext4'],
      ['changed', 'mount /mnt/disk: absent → /dev/shop/goods (ext4)'],
    ]);
  });

  test('what cannot be done fails', async () => {
    await runThere(lvg, { vg: 'shop', pvs: await disk('one', '108M') });
    await sh('lvcreate -y -n there -L 8M shop');
    const refused = [
      [{ vg: 'none', lv: 'goods', size: '1' }, 'Volume group none does not exist.'],
      [{ lv: 'goods' }, 'No size given.'],
      [{ lv: 'goods', size: '1x' }, "Bad size specification of '1x'"],
      [{ lv: 'goods', size: '10%ALL' }, 'Specify extents as a percentage of VG|PVS|FREE|ORIGIN'],
      [{ lv: 'goods', size: '101%VG' }, 'Size percentage cannot be larger than 100%'],
      [{ lv: 'goods', size: '10%ORIGIN' }, 'Percentage of ORIGIN supported only for snapshot volumes'],
      [{ lv: 'goods', size: '-8m' }, "Bad size specification of '-8m' for creating LV"],
      [
        { lv: 'goods', size: '1g' },
        /^Volume group shop has insufficient free space for goods \(24 extents\): 256 required/,
      ],
      [{ lv: 'goods', snapshot: 'saved', size: '8m' }, 'Snapshot origin LV goods does not exist in volume group shop.'],
      [{ lv: 'goods', thinpool: 'pool', size: '8m' }, 'Thin pool LV pool does not exist in volume group shop.'],
      [{ lv: 'there', state: 'absent' }, 'Sorry, no removal of logical volume there without force=true.'],
      [{ lv: 'there', size: '4m' }, 'Sorry, no shrinking of there without force=true'],
      [{ lv: 'there', size: '0', force: true }, 'Sorry, no shrinking of there to 0 permitted.'],
    ] as const;
    for (const [index, [args, why]] of refused.entries())
      expect(outcomeOf(await runThere(lvol, { vg: 'shop', ...args }, { check: index % 2 === 0 }))).toEqual([
        'failed',
        typeof why === 'string' ? why : expect.stringMatching(why),
      ]);
  });
});

describe('parted, on a host', () => {
  test('partitions are made, named, flagged, grown and removed once', async () => {
    const device = await disk('parts', '100M');
    const run = async (args: object, check = false) =>
      outcomeOf(await runThere(parted, { device, ...args }, { check }));
    const ends = async (args: object, ...expected: readonly string[]) => {
      for (const check of [true, false]) expect(await run(args, check)).toEqual(['changed', ...expected]);
      expect(await run(args)).toEqual(['ok']);
    };
    const first = { number: 1, state: 'present', label: 'gpt', name: 'my data', part_start: '1MiB', part_end: '50%' };
    await ends(
      { ...first, flags: ['lvm'] },
      `partition table of ${device}: absent → gpt`,
      `partition ${device}p1: absent → 1MiB to 50%`,
      `name of partition ${device}p1: absent → my data`,
      `flag lvm of partition ${device}p1: off → on`,
    );
    await ends(
      { ...first, flags: ['esp'] },
      `flag esp of partition ${device}p1: off → on`,
      `flag lvm of partition ${device}p1: on → off`,
    );
    await ends({ ...first, part_end: '80MiB', resize: true }, `end of partition ${device}p1: 52428799B → 80MiB`);
    expect(await runThere(parted, { device, unit: 'MiB' })).toMatchObject({
      status: 'ok',
      result: {
        partition_info: {
          disk: { dev: device, size: 100, unit: 'mib', table: 'gpt', logical_block: 512 },
          partitions: [{ num: 1, begin: 1, end: 80, size: 79, unit: 'mib', name: 'my data', flags: ['boot', 'esp'] }],
        },
      },
    });
    await ends({ number: 1, state: 'absent' }, `partition ${device}p1: 82837504B → absent`);
    await ends(
      { number: 1, state: 'present' },
      `partition table of ${device}: gpt (0 partitions) → msdos`,
      `partition ${device}p1: absent → primary 0% to 100%`,
    );
  });

  test('what cannot be done fails, in a check as well', async () => {
    const device = await disk('parts', '100M');
    await sh(`parted -s ${device} -- mklabel gpt mkpart one 1MiB 50MiB`);
    const refused = [
      [{ number: 3, state: 'present', label: 'gpt' }, `the next partition of ${device} gets the number 2, not 3`],
      [
        { number: 2, state: 'present', label: 'gpt', part_start: '20MiB' },
        `the range from 20MiB to 100% overlaps with partition 1 of ${device}`,
      ],
      [
        { number: 2, state: 'present', label: 'gpt', part_start: '70MiB', part_end: '60MiB' },
        'the partition would end (60MiB) before it starts (70MiB)',
      ],
      [
        { number: 1, state: 'present', label: 'gpt', part_end: '20MiB', resize: true },
        /^\/dev\/loop\d+p1 ends after 20MiB: parted does not shrink/,
      ],
      [{ device: '/dev/nothing' }, 'Device /dev/nothing not found.'],
    ] as const;
    for (const [args, why] of refused)
      expect(outcomeOf(await runThere(parted, { device, ...args }, { check: true }))).toEqual([
        'failed',
        typeof why === 'string' ? why : expect.stringMatching(why),
      ]);
    await sh(
      `b=$(cat /sys/class/block/\${d:-$(basename ${device})}p1/dev); mknod ${device}p1 b \${b%:*} \${b#*:}; mkfs.ext4 -q ${device}p1; mkdir -p /mnt/disk; mount ${device}p1 /mnt/disk`,
    );
    expect(outcomeOf(await runThere(parted, { device, number: 1, state: 'absent' }))).toEqual([
      'failed',
      `${device}p1 is in use: unmount it first`,
    ]);
    expect(outcomeOf(await runThere(parted, { device, number: 1, state: 'present' }))).toEqual([
      'failed',
      `${device}p1 is in use, so that the partition table cannot be replaced`,
    ]);
    await sh(`umount /mnt/disk; rm ${device}p1`);
  });
});

describe('lvg_rename, on a host', () => {
  test('a group gets another name once, by its name or its UUID, as a check foretells', async () => {
    const dev = await disk('renamed', '64M');
    await sh(`vgcreate -y market ${dev}`);
    const uuid = await said('vgs --noheadings -o vg_uuid market');
    const tasks: Tasks = [
      [lvgRename, { vg: 'market', vg_new: 'store' }],
      [lvgRename, { vg: 'market', vg_new: 'store' }],
      [lvgRename, { vg: uuid, vg_new: 'shop' }],
      [lvgRename, { vg: uuid, vg_new: 'shop' }],
      [lvg, { vg: 'shop', pvs: [dev] }],
      [lvgRename, { vg: 'market', vg_new: 'none' }],
      [lvgRename, { vg: 'shop', vg_new: 'a/b' }],
    ];
    const expected = [
      ['changed', 'volume group: market → store'],
      ['ok'],
      ['changed', 'volume group: store → shop'],
      ['ok'],
      ['ok'],
      ['failed', 'Both current (market) and new (none) VG are missing.'],
      ['failed', 'a/b is not a name for a volume group'],
    ];
    for (const check of [true, false]) expect(await outcomes(tasks, check)).toEqual(expected);
    expect(await said('vgs --noheadings -o vg_name')).toBe('shop');
    const other = await disk('other', '64M');
    await sh(`vgcreate -y spare ${other}`);
    expect(await outcomes([[lvgRename, { vg: 'spare', vg_new: 'shop' }]], true)).toEqual([
      ['failed', 'The new VG name (shop) is already in use.'],
    ]);
    await sh('vgremove -f -y spare');
  });
});
