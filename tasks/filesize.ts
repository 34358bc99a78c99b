import {
  type Change,
  type Command,
  defineTask,
  type Entry,
  followed,
  type Params,
  type PathState,
  type Plan,
  parentOf,
  script,
  sh,
  shell,
  stat,
  tidyPath,
  writeFile,
} from '../src/sdk.ts';
import { attributeChanges, attributeParams, unknownAccount, withAttributes } from './shared/files/attributes.ts';
import { askAccounts } from './shared/files/copy-file.ts';
import { followedInfo, newEntry, throughEffect } from './shared/files/path-info.ts';
import { blocksOf, readSize, sizeForPeople } from './shared/storage/byte-sizes.ts';

const params = {
  path: { type: 'path', required: true, doc: 'The file.' },
  size: {
    type: 'raw',
    required: true,
    doc: 'Its size: a number of blocks, or a number with a unit: `k` and `KiB` are 1024 bytes, `kB` is 1000, and so on with `M`, `G`, `T`.',
  },
  blocksize: { type: 'raw', doc: 'The size of the blocks that `size` counts (default: that of the file system).' },
  source: { type: 'path', default: '/dev/zero', doc: 'What a growing file is filled with.' },
  force: { type: 'bool', default: false, doc: 'Write the whole file anew, every time.' },
  sparse: { type: 'bool', default: false, doc: 'Let the file grow without occupying space for what is added.' },
  ...attributeParams,
  unsafe_writes: { type: 'bool', default: false, ignored: 'the file is always changed in place' },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.filesize',
  summary: 'Create a file of a certain size, or change the size of a file.',
  description: 'What a file contains already stays, up to its new size. Suitable for swap files.',
  params,
  ask: (task) => ({
    before: stat(tidyPath(task.path)),
    parent: stat(parentOf(tidyPath(task.path))),
    block: askBlock(tidyPath(task.path)),
    ...askAccounts(task),
  }),
  plan(state, task): Plan {
    const wanted = wantedSize(task, Number(state.block.stdout));
    const wrong = 'failed' in wanted ? wanted.failed : (refusal(state, task) ?? unknownAccount(task, state));
    if (wrong !== undefined || 'failed' in wanted) return { failed: wrong ?? '' };
    const path = tidyPath(task.path);
    const now = followed(state.before);
    const at = placeOf(state.before, path);
    const entry = now ?? newEntry('file', state.self, followed(state.parent));
    const sized = { ...entry, size: wanted.bytes };
    const resized = now === undefined || now.size !== wanted.bytes || task.force;
    const after = withAttributes(sized, task, state);
    const effects = [
      throughEffect(path, state.before, after, {
        inPlace: true,
        ...(resized && { holds: { printedBy: { key: `filesize ${path} ${wanted.bytes} ${task.source}` } } }),
      }),
    ];
    const change: Change = {
      what: 'size',
      from: now === undefined ? null : String(now.size),
      to: String(wanted.bytes),
      commands: [...(now === undefined ? [creating(at, after.mode, task)] : []), resizing(at, now, wanted.bytes, task)],
      ...(task.force && now?.size === wanted.bytes && { from: '', to: `${wanted.bytes}, written anew` }),
      ...(task.force && now !== undefined && { repeats: true }),
    };
    const attributes = now === undefined ? [] : attributeChanges(at, sized, task, state);
    return { changes: [...(resized ? [change] : []), ...attributes].map((one) => ({ ...one, effects, paths: [at] })) };
  },
  // Written anew, it is right if it has its size.
  reached: (_before, now, task) => {
    const wanted = wantedSize(task, Number(now.block.stdout));
    return task.force && 'bytes' in wanted && followed(now.before)?.size === wanted.bytes;
  },
  result({ before, state, params: task, changes }) {
    const wanted = wantedSize(task, Number(before.block.stdout));
    if ('failed' in wanted) return {};
    const { bytes } = wanted;
    const commands = changes.filter(({ what }) => what === 'size').flatMap((change) => change.commands);
    return {
      ...followedInfo(state.before),
      path: placeOf(state.before, tidyPath(task.path)),
      size_diff: bytes - (followed(before.before)?.size ?? 0),
      filesize: { ...wanted, iec: sizeForPeople(bytes, 1024), si: sizeForPeople(bytes, 1000) },
      ...(commands.length > 0 && { cmd: commands.at(-1)?.shown ?? '' }),
    };
  },
  returns: {
    path: 'The file, with links followed.',
    filesize: 'Its size: `bytes`, `blocks` and `blocksize`, and for people `iec` and `si`.',
    size_diff: 'By how many bytes it has grown.',
    cmd: 'The command that changed the size.',
    size: 'The size in bytes.',
    uid: "The owner's ID.",
    gid: "The group's ID.",
    owner: "The owner's name.",
    group: "The group's name.",
    mode: 'The permission bits.',
    state: 'The kind of entry.',
  },
  examples: [
    { title: 'A swap file', yaml: "filesize:\n  path: /var/retrace-swap\n  size: 1MiB\n  mode: '0600'" },
    {
      title: 'A disk image that occupies no space',
      yaml: 'filesize:\n  path: /var/retrace.img\n  size: 1G\n  sparse: true',
    },
  ],
});

/** The file itself: a link is followed. */
const placeOf = (state: PathState, path: string): string =>
  state.exists && state.link !== undefined ? (state.resolved ?? path) : path;

/** The size of blocks that the file system prefers, also if the file's directory does not exist yet. */
const askBlock = (path: string) =>
  shell({
    ...sh`p=${path}
until stat -L -c %o -- "$p" 2>/dev/null; do p=\${p%/*}; p=\${p:-/}; done`,
    about: ['by:mount:*'],
  });

function refusal(
  { before, parent }: { readonly before: PathState; readonly parent: PathState },
  { path, force, sparse }: Task,
): string | undefined {
  if (force && sparse) return 'parameters values are mutually exclusive: force=true|sparse=true';
  const now = followed(before);
  if (now !== undefined && now.kind !== 'file') return `${path} exists but is not a regular file`;
  const isThere = followed(parent)?.kind === 'directory';
  if (isThere && (now !== undefined || !before.exists)) return undefined;
  return 'parent directory of the file must exist prior to run this module';
}

/** The size that a task wants, in blocks; `usual` is the size of a block on the file system. */
function wantedSize({ size, blocksize }: Task, usual: number) {
  const given = readSize(String(size));
  const block = blocksize === undefined || blocksize === null ? undefined : readSize(String(blocksize));
  if ('failed' in given) return given;
  if (block !== undefined && 'failed' in block) return block;
  const perBlock = block === undefined ? undefined : block.number * (block.unit ?? 1);
  if (perBlock !== undefined && (!Number.isInteger(perBlock) || perBlock === 0))
    return { failed: 'invalid blocksize value: bytes require an integer value' };
  const unit = given.unit ?? perBlock ?? usual;
  const bytes = given.unit === undefined ? Math.round(given.number) * unit : Math.round(given.number * unit);
  return { bytes, ...blocksOf(bytes, [perBlock, unit]) };
}

const creating = (path: string, mode: number, { owner, group }: Task): Command =>
  writeFile({ path, content: '', mode, owner, group });

/** Grows or truncates a file; what is added comes from the source, unless the file is sparse. */
function resizing(at: string, now: Entry | undefined, bytes: number, { source, sparse, force }: Task): Command {
  const kept = force ? 0 : (now?.size ?? 0);
  const isFilled = !sparse && bytes > kept;
  const fill = script`dd if=${source} of=${at} bs=1M count=${bytes - kept} iflag=fullblock,count_bytes oflag=append conv=notrunc status=none`;
  const cut = script`truncate -s ${isFilled ? kept : bytes} -- ${at}`;
  return {
    ...(isFilled ? sh`${force ? script`${cut} && ` : script``}${fill}` : sh`${cut}`),
    shown: (isFilled ? fill : cut).text,
    long: true,
  };
}
