import { type Command, type Script, script, sh } from '../../../src/sdk.ts';
import type { Tool } from '../commands/unanswered.ts';

/** A kind of filesystem: how it is made, and how it grows. */
export interface Filesystem {
  readonly maker: Tool;
  /** Options that make it without questions, also where there is something already. */
  readonly force: readonly string[];
  /** What blkid calls it, if that is not its name. */
  readonly told?: string;
  readonly growth?: Growth;
}

/** How a filesystem grows into its device. */
export interface Growth {
  readonly tool: Tool;
  /** Prints its size. */
  readonly show: (dev: string) => Script;
  /** The part of the device that it does not use but could, in bytes; undefined if the output does not say. */
  readonly unused: (deviceBytes: number, shown: string) => number | undefined;
  /** Whether it grows only where it is mounted. */
  readonly mounted?: true;
  readonly command: (dev: string, mountPoint: string, shown: string) => Command;
}

const numberAfter = (text: string, label: RegExp): number | undefined => {
  const found = new RegExp(`${label.source}\\s*(\\d+)`, 'm').exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
};

/** A tail of the device that is too small for another block group, or another allocation group, stays unused. */
const beyondTail = (bytes: number, tail: number): number => (bytes > tail ? bytes : 0);

function extUnused(device: number, shown: string): number | undefined {
  const blocks = numberAfter(shown, /^Block count:/);
  const size = numberAfter(shown, /^Block size:/);
  if (blocks === undefined || size === undefined) return undefined;
  const left = Math.floor(device / size) - blocks;
  const perGroup = numberAfter(shown, /^Blocks per group:/) ?? 0;
  const overhead =
    53 + (numberAfter(shown, /^Inode blocks per group:/) ?? 0) + (numberAfter(shown, /^Reserved GDT blocks:/) ?? 0);
  const first = numberAfter(shown, /^First block:/) ?? 0;
  const isWhole = perGroup > 0 && (blocks - first) % perGroup === 0;
  return isWhole ? beyondTail(left, overhead) * size : Math.max(left, 0) * size;
}

const extGrowth: Growth = {
  tool: { name: 'resize2fs', package: 'e2fsprogs' },
  show: (dev) => script`tune2fs -l ${dev}`,
  unused: extUnused,
  // It refuses an unmounted filesystem that has not been examined since it was mounted.
  command: (dev, mountPoint) =>
    mountPoint === '' ? sh`e2fsck -f -p ${dev} >/dev/null; [ $? -le 1 ] && resize2fs ${dev}` : sh`resize2fs ${dev}`,
};

const ext = (name: string): Filesystem => ({
  maker: { name: `mkfs.${name}`, package: 'e2fsprogs' },
  force: ['-F'],
  growth: extGrowth,
});

/** The kinds of filesystem, by Ansible's names. */
export const FILESYSTEMS: Readonly<Record<string, Filesystem>> = {
  btrfs: {
    maker: { name: 'mkfs.btrfs', package: 'btrfs-progs' },
    force: ['-f'],
    growth: {
      tool: { name: 'btrfs', package: 'btrfs-progs' },
      show: (dev) => script`btrfs inspect-internal dump-super ${dev}`,
      unused(device, shown) {
        const size = numberAfter(shown, /^dev_item\.total_bytes/);
        const sector = numberAfter(shown, /^sectorsize/) ?? 4096;
        return size === undefined ? undefined : Math.floor(device / sector) * sector - size;
      },
      mounted: true,
      command: (_, mountPoint, shown) =>
        sh`btrfs filesystem resize ${`${numberAfter(shown, /^dev_item\.devid/) ?? 1}:max`} ${mountPoint}`,
    },
  },
  ext2: ext('ext2'),
  ext3: ext('ext3'),
  ext4: ext('ext4'),
  ext4dev: { ...ext('ext4dev'), told: 'ext4dev' },
  f2fs: {
    maker: { name: 'mkfs.f2fs', package: 'f2fs-tools' },
    force: ['-f'],
    growth: {
      tool: { name: 'resize.f2fs', package: 'f2fs-tools' },
      show: (dev) => script`dump.f2fs ${dev}`,
      unused(device, shown) {
        const sectors = numberAfter(shown, /^Info: total FS sectors =/);
        const size = numberAfter(shown, /^Info: sector size =/) ?? 512;
        // It consists of segments of 2 MiB.
        return sectors === undefined ? undefined : beyondTail(device - sectors * size, 2 ** 21 - 1);
      },
      command: (dev) => sh`resize.f2fs ${dev}`,
    },
  },
  lvm: {
    maker: { name: 'pvcreate', package: 'lvm2' },
    force: ['-f', '-y'],
    told: 'LVM2_member',
    growth: {
      tool: { name: 'pvresize', package: 'lvm2' },
      show: (dev) =>
        script`pvs --noheadings --units b --nosuffix --nameprefixes --unquoted -o pv_size,pe_start,pv_pe_count,vg_extent_size ${dev}`,
      unused: pvUnused,
      command: (dev) => sh`pvresize ${dev}`,
    },
  },
  ocfs2: { maker: { name: 'mkfs.ocfs2', package: 'ocfs2-tools' }, force: ['-Fx'] },
  reiserfs: { maker: { name: 'mkfs.reiserfs', package: 'reiserfsprogs' }, force: ['-q'] },
  swap: { maker: { name: 'mkswap', package: 'util-linux' }, force: ['-f'] },
  vfat: {
    maker: { name: 'mkfs.vfat', package: 'dosfstools' },
    force: [],
    growth: {
      tool: { name: 'fatresize', package: 'fatresize' },
      show: (dev) => script`fatresize --info ${dev}`,
      unused(device, shown) {
        const size = numberAfter(shown, /^Size:/);
        // fatresize rounds down to cylinders.
        return size === undefined ? undefined : beyondTail(device - size, 255 * 63 * 512);
      },
      command: (dev) => sh`fatresize -s max ${dev}`,
    },
  },
  xfs: {
    maker: { name: 'mkfs.xfs', package: 'xfsprogs' },
    force: ['-f'],
    growth: {
      tool: { name: 'xfs_growfs', package: 'xfsprogs' },
      show: (dev) => script`xfs_info ${dev}`,
      unused(device, shown) {
        const [, size, blocks] = /^data\s.*\bbsize=(\d+)\s+blocks=(\d+)/m.exec(shown) ?? [];
        if (size === undefined || blocks === undefined) return undefined;
        // The smallest allocation group has 64 blocks.
        return beyondTail(device - Number(size) * Number(blocks), 64 * Number(size) - 1);
      },
      mounted: true,
      command: (_, mountPoint) => sh`xfs_growfs -d ${mountPoint}`,
    },
  },
};

/** In a volume group, a physical volume consists of extents; outside, it has no other unit than the sector. */
function pvUnused(device: number, shown: string): number | undefined {
  const field = (name: string) => {
    const found = new RegExp(`\\bLVM2_${name}=(\\d+)`).exec(shown)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const size = field('PV_SIZE');
  if (size === undefined) return undefined;
  const extent = field('VG_EXTENT_SIZE') ?? 0;
  const start = field('PE_START') ?? 2 ** 20;
  if (extent === 0) return beyondTail(device - size, start);
  return (Math.floor((device - start) / extent) - (field('PV_PE_COUNT') ?? 0)) * extent;
}
