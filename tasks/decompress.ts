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
  type Script,
  script,
  sh,
  shell,
  stat,
  tidyPath,
} from '../src/sdk.ts';
import { unanswered } from './shared/commands/unanswered.ts';
import { attributeChanges, attributeParams, unknownAccount, withAttributes } from './shared/files/attributes.ts';
import { askAccounts } from './shared/files/copy-file.ts';
import { absentEffect, followedInfo, newEntry, throughEffect } from './shared/files/path-info.ts';

const params = {
  src: { type: 'path', required: true, doc: 'The compressed file, on the host.' },
  dest: { type: 'path', doc: 'The file to write (default: `src` without its extension).' },
  format: { type: 'str', default: 'gz', choices: ['gz', 'bz2', 'xz'], doc: 'How it is compressed.' },
  remove: { type: 'bool', default: false, doc: 'Remove the compressed file afterwards.' },
  ...attributeParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.decompress',
  summary: 'Decompress a file on the host.',
  description:
    'Requires `gzip`, or the package `bzip2` or `xz-utils`, on the host. To unpack archives, use `unarchive`.',
  params,
  ask: (task) => ({
    src: stat(tidyPath(task.src)),
    before: stat(destOf(task)),
    parent: stat(parentOf(destOf(task))),
    compared: askCompared(task),
    ...askAccounts(task),
  }),
  plan(state, task): Plan {
    const { src, before, compared } = state;
    // It was removed when it was decompressed.
    if (followed(src) === undefined && task.remove) return { changes: [] };
    const wrong =
      refusal(state, task) ??
      unanswered(compared, { ...TOOLS[task.format], accepts: [0, 1] }) ??
      unknownAccount(task, state);
    if (wrong !== undefined) return { failed: wrong };
    const path = destOf(task);
    const now = followed(before);
    const entry = now ?? newEntry('file', state.self, followed(state.parent));
    const written = { ...entry, size: Number(compared.stdout) };
    const same = compared.code === 0;
    const at = before.exists && before.link !== undefined ? (before.resolved ?? path) : path;
    const unpacked = throughEffect(path, before, withAttributes(written, task, state), {
      ...(!same && { holds: { printedBy: { key: `decompress ${task.src}`, script: unpacking(task) } } }),
    });
    const change: Change = {
      what: 'content',
      from: now === undefined ? null : `${now.size} bytes`,
      to: `${written.size} bytes, from ${task.src}`,
      commands: [writing(at, now, task)],
    };
    const changes = [...(same ? [] : [change]), ...attributeChanges(at, written, task, state)];
    const gone: Change = {
      what: task.src,
      from: 'present',
      to: null,
      commands: [sh`rm -f -- ${task.src}`],
      effects: [absentEffect(tidyPath(task.src), src)],
      paths: [tidyPath(task.src)],
    };
    return {
      changes: [
        ...changes.map((one) => ({ ...one, effects: [unpacked], paths: [at] })),
        ...(task.remove ? [gone] : []),
      ],
    };
  },
  result: ({ state: { before }, params: task }) => ({ ...followedInfo(before), dest: destOf(task) }),
  returns: {
    dest: 'The file that was written.',
    uid: "The owner's ID.",
    gid: "The group's ID.",
    owner: "The owner's name.",
    group: "The group's name.",
    mode: 'The permission bits.',
    size: 'The size in bytes.',
    state: 'The kind of entry.',
  },
  examples: [
    {
      title: 'Decompress a file, next to it',
      yaml: 'decompress:\n  src: /usr/share/doc/bash/changelog.Debian.gz\n  dest: /tmp/retrace-changelog',
      runs: { no: 'test hosts have no documentation' },
    },
    {
      title: 'Decompress a program',
      yaml: "decompress:\n  src: /opt/tool.xz\n  format: xz\n  remove: true\n  mode: '0755'",
      runs: { no: 'needs the file' },
    },
  ],
});

const TOOLS = {
  gz: { name: 'gzip', package: 'gzip' },
  bz2: { name: 'bzip2', package: 'bzip2' },
  xz: { name: 'xz', package: 'xz-utils' },
} as const;

function destOf({ src, dest, format }: Task): string {
  const bare = src.endsWith(`.${format}`) ? src.slice(0, -format.length - 1) : `${src}_decompressed`;
  return tidyPath(dest ?? bare);
}

const unpacking = ({ src, format }: Task): Script => script`${TOOLS[format].name} -dc <${src}`;

/** Asks how big the content is, and whether the file has it: exit code 1 if not. */
const askCompared = (task: Task) =>
  shell({
    ...sh`[ -f ${task.src} ] || exit 0
command -v ${TOOLS[task.format].name} >/dev/null || exit 127
n=$(${unpacking(task)} 2>/dev/null | wc -c)
${unpacking(task)} >/dev/null || exit 3
echo "$n"
[ -f ${destOf(task)} ] || exit 1
${unpacking(task)} | cmp -s - ${destOf(task)}`,
    about: [`data:${tidyPath(task.src)}`, `data:${destOf(task)}`, `by:package:${TOOLS[task.format].package}`],
    deadlineMs: 600_000,
  });

function refusal(
  { src, before, parent }: { readonly src: PathState; readonly before: PathState; readonly parent: PathState },
  task: Task,
): string | undefined {
  const source = followed(src);
  if (source === undefined) return `Path does not exist: '${task.src}'`;
  if (source.kind === 'directory') return `Cannot decompress directory '${task.src}'`;
  if (followed(before)?.kind === 'directory') return `Destination is a directory, cannot decompress: '${destOf(task)}'`;
  return followed(parent)?.kind === 'directory' ? undefined : `the directory ${parentOf(destOf(task))} does not exist`;
}

/** Writes next to the file and renames it, so that nobody sees half of it; a file that exists keeps owner and mode. */
const writing = (at: string, now: Entry | undefined, task: Task): Command => ({
  ...sh`t=$(mktemp ${`${parentOf(at)}/.retrace.XXXXXXXX`}) || exit
${unpacking(task)} >"$t" && ${now === undefined ? script`chmod 0644 "$t"` : script`chown --reference=${at} "$t" && chmod --reference=${at} "$t"`} && mv -fT -- "$t" ${at} && exit 0
c=$?; rm -f -- "$t"; exit "$c"`,
  shown: unpacking(task).text,
  long: true,
});
