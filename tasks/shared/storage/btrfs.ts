import { type Command, type Question, type ShellAnswer, script, sh, shell, shellAnswer } from '../../../src/sdk.ts';

/** A subvolume of a btrfs filesystem. */
export interface Subvolume {
  /** Negative if it is only known that there will be one. */
  readonly id: number;
  /** The subvolume that it is in; 0 for the top of the filesystem. */
  readonly parent: number;
  /** From the top of the filesystem, which is `/`. */
  readonly path: string;
}

/** A btrfs filesystem. */
export interface Btrfs {
  readonly uuid: string;
  /** Empty if there is none. */
  readonly label: string;
  readonly devices: readonly string[];
  /** Where which subvolume is mounted. */
  readonly mounts: readonly { readonly id: number; readonly target: string }[];
  /** Undefined if the filesystem is not mounted. */
  readonly defaultId?: number | undefined;
  /** Empty if the filesystem is not mounted. */
  readonly subvolumes: readonly Subvolume[];
}

/** The program that manages btrfs. */
export const btrfsTool = { name: 'btrfs', package: 'btrfs-progs' };

/** The id of the top of a filesystem. */
export const TOP = 5;

const aboutFilesystems = ['by:device:*', 'by:mount:*', 'by:package:btrfs-progs'];

// Prints filesystems, and for one that is not mounted its first device, too.
const readShow = `/^Label:/ { told(); uuid = $NF; label = $0; sub(/^Label: /, "", label); sub(/ +uuid:.*/, "", label); print "fs|" uuid "|" label; first = ""; on = 0 }
/ path / { sub(/.* path /, ""); print "dev|" $0; if (first == "") first = $0; if (index("\\n" mounted "\\n", "\\n" $0 "\\n")) on = 1 }
function told() { if (first != "" && !on) print "idle|" first }
END { told() }`;

// A bind mount of a directory shows another root than the path of the subvolume.
const readMounts = `{ for (i = 7; i <= NF && $i != "-"; i++); if ($(i + 1) != "btrfs") next
  id = $(i + 3); sub(/.*subvolid=/, "", id); sub(/,.*/, "", id)
  root = $(i + 3); sub(/.*subvol=/, "", root)
  if (root == $4) print $(i + 2), id, $5 }`;

const readList = String.raw`s/^ID \([0-9]*\) .*parent \([0-9]*\) top level [0-9]* path \(.*\)$/sub|\1|\2|\3/p`;

/**
 * Asks for all filesystems and, of those that are mounted, for their subvolumes. With \`automount\`, the others are mounted
 * in a namespace of their own, only for reading.
 */
export const askBtrfs = (automount: boolean): Question<ShellAnswer> =>
  shell({
    ...sh`command -v btrfs >/dev/null || exit 127
_mounts=$(awk ${readMounts} /proc/self/mountinfo)
_found=$(btrfs filesystem show 2>/dev/null | awk -v mounted="$(printf '%s\n' "$_mounts" | cut -d ' ' -f 1)" ${readShow})
printf '%s\n' "$_found" | grep -v '^idle|'
_list() {
  btrfs subvolume list -p "$1" | sed -n ${readList}
  btrfs subvolume get-default "$1" | sed -n 's/^ID \([0-9]*\).*/default|\1/p'
}
printf '%s\n' "$_mounts" | while read -r _device _id _target; do
  [ -n "$_device" ] || continue
  _target=$(printf '%b' "$(printf '%s\n' "$_target" | sed 's/\\\([0-7][0-7][0-7]\)/\\0\1/g')")
  printf 'mount|%s|%s|%s\n' "$_device" "$_id" "$_target"
  case $_seen in *" $_device "*) continue ;; esac
  _seen="$_seen $_device "
  printf 'on|%s\n' "$_device"
  _list "$_target"
done
${automount ? listIdle : script`:`}`,
    about: ['subvolume:', ...aboutFilesystems],
  });

/** How a filesystem that is not mounted is looked at: nothing is written to it, not even what a crash has left to be done. */
const IDLE = `ro,rescue=nologreplay,subvolid=${TOP}`;

const listIdle = script`printf '%s\n' "$_found" | sed -n 's/^idle|//p' | while read -r _device; do
  printf 'on|%s\n' "$_device"
  unshare -m sh -c ${
    script`mount -t btrfs -o ${IDLE} "$1" /mnt || exit
btrfs subvolume list -p /mnt | sed -n ${readList}
btrfs subvolume get-default /mnt | sed -n 's/^ID \([0-9]*\).*/default|\1/p'`.text
  } sh "$_device"
done`;

/** Reads the answer to `askBtrfs`. */
export function readBtrfs({ stdout }: ShellAnswer): readonly Btrfs[] {
  const found: { uuid: string; label: string; devices: string[] }[] = [];
  const mounts: { device: string; id: number; target: string }[] = [];
  const lists = new Map<string, { defaultId?: number; subvolumes: Subvolume[] }>();
  let list: { defaultId?: number; subvolumes: Subvolume[] } = { subvolumes: [] };
  for (const line of stdout.split('\n')) {
    const [kind, first = '', second = '', ...rest] = line.split('|');
    if (kind === 'fs') found.push({ uuid: first, label: labelIn(second), devices: [] });
    else if (kind === 'dev') found.at(-1)?.devices.push(first);
    else if (kind === 'mount') mounts.push({ device: first, id: Number(second), target: rest.join('|') });
    else if (kind === 'on') {
      list = { subvolumes: [{ id: TOP, parent: 0, path: '/' }] };
      lists.set(first, list);
    } else if (kind === 'sub')
      list.subvolumes.push({
        id: Number(first),
        parent: Number(second),
        path: `/${rest.join('|').replace(/^<FS_TREE>\//, '')}`,
      });
    else if (kind === 'default') list.defaultId = Number(first);
  }
  return found.map((one) => {
    const own = one.devices.flatMap((device) => lists.get(device) ?? [])[0];
    return {
      ...one,
      mounts: mounts.filter(({ device }) => one.devices.includes(device)).map(({ id, target }) => ({ id, target })),
      defaultId: own?.defaultId,
      subvolumes: own?.subvolumes ?? [],
    };
  });
}

const labelIn = (text: string): string => (text === 'none' ? '' : text.replace(/^'(.*)'$/, '$1'));

/** The inverse of `readBtrfs`. */
export function writeBtrfs(filesystems: readonly Btrfs[]): ShellAnswer {
  const lines = filesystems.flatMap(({ uuid, label, devices, mounts, defaultId, subvolumes }) => [
    `fs|${uuid}|${label === '' ? 'none' : `'${label}'`}`,
    ...devices.map((device) => `dev|${device}`),
    ...mounts.map(({ id, target }) => `mount|${devices[0]}|${id}|${target}`),
    ...(subvolumes.length === 0 ? [] : [`on|${devices[0]}`]),
    ...subvolumes.flatMap(({ id, parent, path }) => (id === TOP ? [] : [`sub|${id}|${parent}|${path.slice(1)}`])),
    ...(defaultId === undefined ? [] : [`default|${defaultId}`]),
  ]);
  return shellAnswer(lines.map((line) => `${line}\n`).join(''));
}

/** What is told about a filesystem in a result, in Ansible's words. */
export const toldBtrfs = ({ uuid, label, devices, mounts, defaultId, subvolumes }: Btrfs) => ({
  uuid,
  label: label === '' ? null : label,
  devices,
  ...(subvolumes.length > 0 && {
    default_subvolume: defaultId,
    subvolumes: subvolumes.map(({ id, parent, path }) => ({
      id,
      mountpoints: mounts.filter((one) => one.id === id).map(({ target }) => target),
      parent: parent === 0 ? null : parent,
      path,
    })),
  }),
});

/**
 * Asks what is at paths in a filesystem: `dir`, `sub` for a subvolume or `other`. It is mounted for that in a namespace of
 * its own.
 */
export const askPlaces = ({ devices, mounts }: Btrfs, paths: readonly string[]): Question<ShellAnswer> =>
  shell({
    ...sh`unshare -m sh -c ${places.text} sh ${mounts.length > 0 ? `ro,subvolid=${TOP}` : IDLE} ${devices[0] ?? ''} ${paths.map((path) => `.${path}`)}`,
    about: aboutFilesystems,
  });

// The inode of a subvolume always has this number.
const places = script`mount -t btrfs -o "$1" "$2" /mnt || exit
shift 2
cd /mnt || exit
for p; do
  if [ -d "$p" ] && [ ! -L "$p" ]; then
    if [ "$(stat -c %i "$p")" = 256 ]; then echo sub; else echo dir; fi
  elif [ -e "$p" ] || [ -L "$p" ]; then echo other; else echo none; fi
done`;

/** Runs `btrfs` in the top directory of a filesystem, which is mounted for that in a namespace of its own. */
export const inBtrfs = ({ devices }: Btrfs, words: readonly string[]): Command => ({
  ...sh`unshare -m sh -c ${
    script`mount -t btrfs -o subvolid=${TOP} "$1" /mnt || exit
shift
cd /mnt && btrfs "$@" >/dev/null`.text
  } sh ${devices[0] ?? ''} ${words}`,
  shown: `btrfs ${words.join(' ')}`,
});
