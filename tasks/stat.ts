import {
  checksum,
  defineTask,
  type Entry,
  type FileDetails,
  fileDetails,
  followed,
  nothing,
  type PathState,
  rootedPath,
  showMode,
  stat,
  targetPath,
  withLacking,
} from '../src/sdk.ts';
import { kindFlags, permissionFlags } from './shared/files/entry-flags.ts';
import { isSizeKnown, itself } from './shared/files/path-info.ts';

export default defineTask({
  name: 'ansible.builtin.stat',
  summary: 'Report whether a path exists, and its kind, mode, owner, size and times.',
  looks: () => true,
  params: {
    path: { type: 'path', required: true, aliases: ['dest', 'name'], doc: 'The path.' },
    follow: { type: 'bool', default: false, doc: 'If the path is a link, report its target instead.' },
    get_checksum: { type: 'bool', default: true, doc: 'Return the checksum of a file.' },
    checksum_algorithm: {
      type: 'str',
      default: 'sha1',
      aliases: ['checksum', 'checksum_algo'],
      choices: ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'],
      doc: 'The checksum algorithm.',
    },
    get_mime: {
      type: 'bool',
      default: true,
      aliases: ['mime', 'mime_type', 'mime-type'],
      doc: 'Return the MIME type, if the host has `file`.',
    },
    get_attributes: {
      type: 'bool',
      default: true,
      aliases: ['attr', 'attributes'],
      doc: 'Return the file attributes, if the host has `lsattr`.',
    },
    get_md5: { type: 'bool', default: false, doc: 'Return the MD5 checksum as well.' },
  },
  ask: ({ path, follow, get_checksum, checksum_algorithm, get_mime, get_attributes, get_md5 }) => ({
    state: stat(path),
    sum: get_checksum ? checksum(path, checksum_algorithm) : nothing(),
    md5: get_md5 ? checksum(path, 'md5') : nothing(),
    details: get_mime || get_attributes ? fileDetails(path, follow) : nothing(),
  }),
  plan: () => ({ changes: [] }),
  result({ state: { state, sum, md5, details }, params }) {
    const entry = params.follow ? followed(state) : itself(state);
    if (entry === undefined) return { stat: { exists: false } };
    const told = {
      exists: true,
      path: params.path,
      ...numbers(entry),
      ...kindFlags(entry),
      ...permissionFlags(entry.mode),
      ...access(state),
      ...(entry.kind === 'link' &&
        state.exists &&
        state.link !== undefined && {
          lnk_target: state.link.target,
          // A link that leads in a circle has no real path.
          lnk_source: state.resolved ?? rootedPath(targetPath(params.path, state.link.target)),
        }),
      ...(sum?.hex !== undefined && entry.kind === 'file' && { checksum: sum.hex }),
      ...(md5?.hex !== undefined && entry.kind === 'file' && { md5: md5.hex }),
      ...(params.get_mime && { mimetype: details?.mimetype ?? 'unknown', charset: details?.charset ?? 'unknown' }),
      ...(params.get_attributes && attributes(details)),
    };
    const unknown = [
      ...(entry.inode === undefined ? ofInode : []),
      ...(isSizeKnown(entry) ? [] : ['size']),
      ...(state.exists && state.may === undefined ? ofUser : []),
      ...(details?.foreseen === true ? ofDetails : []),
    ];
    const known = Object.fromEntries(Object.entries(told).filter(([key]) => !unknown.includes(key)));
    return { stat: unknown.length === 0 ? told : withLacking(known, unknown) };
  },
  returns: {
    stat: '`exists` and, if the path exists, its kind, mode, IDs, times, checksum and more',
  },
  examples: [
    { title: 'Check whether a path exists', yaml: 'stat:\n  path: /etc/hostname' },
    {
      title: 'Look at the target of a link, without reading the file',
      yaml: 'stat:\n  path: /etc/localtime\n  follow: true\n  get_checksum: false\n  get_mime: false',
    },
  ],
});

// The values that are unknown for a file that exists only in a check's prediction.
const ofInode = ['inode', 'dev', 'nlink', 'atime', 'mtime', 'ctime', 'blocks', 'block_size', 'device_type'];
const ofUser = ['readable', 'writeable', 'executable'];
const ofDetails = ['mimetype', 'charset', 'attr_flags', 'attributes', 'version'];

function numbers(entry: Entry) {
  const { inode } = entry;
  return {
    mode: showMode(entry.mode),
    uid: entry.uid,
    gid: entry.gid,
    ...(entry.owner !== undefined && { pw_name: entry.owner }),
    ...(entry.group !== undefined && { gr_name: entry.group }),
    size: entry.size,
    // In a check, a path that is only predicted has no inode to report.
    ...(inode !== undefined && {
      inode: inode.ino,
      dev: inode.dev,
      nlink: inode.nlink,
      atime: inode.atime,
      mtime: inode.mtime,
      ctime: inode.ctime,
      blocks: inode.blocks,
      block_size: inode.blockSize,
      device_type: inode.deviceType,
    }),
  };
}

const access = (state: PathState) =>
  state.exists && state.may !== undefined
    ? { readable: state.may.read, writeable: state.may.write, executable: state.may.execute }
    : {};

const attributes = (details: FileDetails | undefined) => ({
  attr_flags: (details?.flags ?? '').replaceAll('-', ''),
  attributes: [...(details?.flags ?? '')]
    .filter((letter) => letter !== '-')
    .map((letter) => flagNames[letter] ?? letter),
  version: details?.version ?? null,
});

const flagNames: Readonly<Record<string, string>> = {
  A: 'noatime',
  a: 'append',
  c: 'compressed',
  C: 'nocow',
  d: 'nodump',
  D: 'dirsync',
  e: 'extents',
  E: 'encrypted',
  h: 'blocksize',
  i: 'immutable',
  I: 'indexed',
  j: 'journalled',
  N: 'inline',
  s: 'zero',
  S: 'synchronous',
  t: 'notail',
  T: 'blockroot',
  u: 'undelete',
  X: 'compressedraw',
  Z: 'compresseddirty',
};
