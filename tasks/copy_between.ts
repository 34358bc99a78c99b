import {
  type Account,
  blurs,
  type Change,
  type Command,
  chmodMode,
  defineTask,
  type FromHost,
  groupAccount,
  joined,
  joinPath,
  type Params,
  reading,
  type Script,
  script,
  sh,
  showMode,
  type TreeEntry,
  tidyPath,
  tree,
  userAccount,
} from '../src/sdk.ts';
import { makeDirectory } from './shared/files/make-directory.ts';
import { ownerOf, surplus, type TreeDifference, treeDifferences } from './shared/files/tree-copy.ts';

const params = {
  from: { type: 'str', required: true, doc: 'The inventory host to copy from.' },
  src: { type: 'path', required: true, doc: 'The directory on the other host.' },
  dest: { type: 'path', required: true, doc: 'The directory on this host to make identical to `src`.' },
  delete: { type: 'bool', default: false, doc: 'Remove everything from `dest` that is not in `src`.' },
  id_offset: {
    type: 'int',
    default: 0,
    doc: 'A number to subtract from UIDs and GIDs that are at least that high: 100000 for the files of an unprivileged container, as seen from its node.',
  },
} as const;

type Task = Params<typeof params>;

interface Trees {
  readonly there?: readonly TreeEntry[];
  readonly here?: readonly TreeEntry[];
}

export default defineTask({
  name: 'copy_between',
  summary: 'Copy a directory from one host to another, with owners, modes and links.',
  description:
    "Differing files pass through the controller's memory; their content is neither written to its disk nor shown. Owners are compared and set by name, since numeric IDs differ from host to host.",
  params,
  ask: (task) => ({
    there: tree({ path: tidyPath(task.src), checksums: true }, { host: task.from, beyond: true }),
    here: tree({ path: tidyPath(task.dest), checksums: true }),
  }),
  /** Asks about the existence of accounts that own nothing here yet. */
  thenAsk(state, task) {
    const known = new Set((state.here ?? []).flatMap(({ owner, group }) => [`user ${owner}`, `group ${group}`]));
    const names = new Set(
      (state.there ?? []).flatMap((entry) => accountsOf(entry, task)).filter((name) => !known.has(name)),
    );
    return Object.fromEntries(
      [...names].map((name) => [
        name,
        name.startsWith('user ') ? userAccount(name.slice(5)) : groupAccount(name.slice(6)),
      ]),
    );
  },
  plan(state, task) {
    const { there, here = [] } = state as Trees;
    if (there === undefined) return { failed: `${task.src} does not exist on ${task.from}` };
    if (there[0]?.kind !== 'directory') return { failed: `${task.src} on ${task.from} is not a directory` };
    if (here[0] !== undefined && here[0].kind !== 'directory') return { failed: `${task.dest} is not a directory` };
    const missing = Object.entries(state).flatMap(([name, account]) =>
      (account as Account | undefined)?.exists === false ? [name] : [],
    );
    if (missing.length > 0)
      return { failed: `owners of files on ${task.from} do not exist here: ${missing.join(', ')}` };
    const differences = treeDifferences(there, here, { by: task.id_offset });
    return {
      changes: [
        ...copyChanges(differences, task),
        ...(task.delete ? surplus(there, here).map((entry) => removal(entry, task)) : []),
      ],
    };
  },
  result: ({ params: task }) => ({ src: task.src, dest: task.dest, from: task.from }),
  returns: { dest: 'the directory on this host', src: 'the directory on the other host', from: 'the other host' },
  examples: [
    {
      title: 'Copy certificates from the proxy',
      yaml: 'copy_between:\n  from: proxy\n  src: /etc/letsencrypt\n  dest: /etc/letsencrypt',
      runs: { no: 'needs two hosts' },
    },
  ],
});

function accountsOf(entry: TreeEntry, task: Task): readonly string[] {
  const { user, group } = ownerOf(entry, { by: task.id_offset });
  return [`user ${user}`, `group ${group}`].filter((name) => !/ \d+$/.test(name));
}

/** Directories first; then all files and links in one stream; then the owners and modes of existing entries. */
function copyChanges(differences: readonly TreeDifference[], task: Task): readonly Change[] {
  const dest = tidyPath(task.dest);
  const folders = differences
    .filter(({ entry, kind }) => entry.kind === 'directory' && kind)
    .map((one) => folderChange(one, dest));
  const streamed = differences.filter(({ entry, content }) => entry.kind !== 'directory' && content);
  const attributes = differences
    .filter((one) => !one.kind && !(one.entry.kind !== 'directory' && one.content))
    .flatMap((one) => attributeChange(one, dest));
  // One command carries the whole stream, but the change is reported entry by entry.
  const brought = streamed.map(
    (one, index): Change => ({
      what: `${one.entry.kind} ${one.entry.path}`,
      from: describe(one.now),
      to: describe(one.entry),
      commands: index === 0 ? [stream(streamed, task)] : [],
      effects: [blurs(`path:${joinPath(dest, one.entry.path)}`)],
      paths: [joinPath(dest, one.entry.path)],
    }),
  );
  return [...folders, ...brought, ...attributes];
}

function describe(entry: TreeEntry | undefined): string | null {
  if (entry === undefined) return null;
  if (entry.target !== undefined) return `→ ${entry.target}`;
  return entry.kind === 'file' ? `${entry.sha1?.slice(0, 12)} (${entry.size} bytes)` : entry.kind;
}

function folderChange({ entry, owner, now }: TreeDifference, dest: string): Change {
  const path = joinPath(dest, entry.path);
  const commands = [
    ...(now === undefined ? [] : [sh`rm -f -- ${path}`]),
    entry.path === '' ? sh`mkdir -p -m 0700 -- ${path}` : makeDirectory(path, 0o700),
    sh`chown -- ${`${owner.user}:${owner.group}`} ${path}`,
    sh`chmod -- ${chmodMode(entry.mode)} ${path}`,
  ];
  return {
    what: `directory ${entry.path || dest}`,
    from: describe(now),
    to: showMode(entry.mode),
    commands,
    effects: [blurs(`path:${path}`)],
    paths: [path],
  };
}

function attributeChange({ entry, owner, now, mode, owned }: TreeDifference, dest: string): readonly Change[] {
  const path = joinPath(dest, entry.path);
  const name = entry.path || dest;
  const common = { effects: [blurs(`entry:${path}`)], paths: [path] };
  const chmod = sh`chmod -- ${chmodMode(entry.mode)} ${path}`;
  const to = `${owner.user}:${owner.group}`;
  return [
    // chown may clear setuid, so the mode is set again afterwards.
    ...(owned
      ? [
          {
            ...common,
            what: `owner of ${name}`,
            from: `${now?.owner ?? now?.uid}:${now?.group ?? now?.gid}`,
            to,
            commands: [sh`chown -h -- ${to} ${path}`, ...(entry.kind === 'link' ? [] : [chmod])],
          },
        ]
      : []),
    ...(mode
      ? [
          {
            ...common,
            what: `mode of ${name}`,
            from: showMode(now?.mode ?? 0),
            to: showMode(entry.mode),
            commands: [chmod],
          },
        ]
      : []),
  ];
}

/**
 * Extracts files and links from a tar stream into a directory that only our user can enter. There their owners and
 * modes are set before they are moved into place.
 */
function stream(differences: readonly TreeDifference[], task: Task): Command {
  const dest = tidyPath(task.dest);
  const paths = differences.map(({ entry }) => entry.path);
  const from: FromHost = {
    host: task.from,
    command: sh`tar -C ${tidyPath(task.src)} --no-recursion -cf - -- ${paths}`,
  };
  const owners = groupedBy(differences, ({ owner }) => `${owner.user}:${owner.group}`);
  const modes = groupedBy(
    differences.filter(({ entry }) => entry.kind === 'file'),
    ({ entry }) => chmodMode(entry.mode),
  );
  const kinds = groupedBy(differences, ({ entry }) => entry.kind);
  // The stream comes from the other host and is not trusted: only listed entries are taken, and only if they are of the
  // listed kind.
  const command = sh`umask 077
d=${dest}
t=$(mktemp -d -- ${joinPath(dest, '.incoming.XXXXXX')}) || exit
trap 'rm -rf -- "$t"' EXIT
trap 'exit 129' HUP INT TERM
tar -C "$t" --no-same-owner -xf - -- ${paths} && cd -- "$t" || exit
for p in ${kinds.get('file') ?? []}; do [ -f "$p" ] && [ ! -h "$p" ] || { echo "$p did not arrive as a file" >&2; exit 1; }; done
for p in ${kinds.get('link') ?? []}; do [ -h "$p" ] || { echo "$p did not arrive as a link" >&2; exit 1; }; done
${lines([...owners].map(([owner, names]) => script`chown -h -- ${owner} ${names} || exit`))}
${lines([...modes].map(([mode, names]) => script`chmod -- ${mode} ${names} || exit`))}
for p in ${groupedBy(differences, () => '').get('') ?? []}; do mv -fT -- "$p" "$d/$p" || exit; done`;
  return { ...reading(command, from), shown: `copy ${paths.length} entries of ${task.src} from ${task.from}` };
}

const lines = (commands: readonly Script[]): Script =>
  joined(
    commands,
    script`
`,
  );

function groupedBy(
  differences: readonly TreeDifference[],
  key: (one: TreeDifference) => string,
): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const one of differences) groups.set(key(one), [...(groups.get(key(one)) ?? []), `./${one.entry.path}`]);
  return groups;
}

function removal(entry: TreeEntry, task: Task): Change {
  const path = joinPath(tidyPath(task.dest), entry.path);
  return {
    what: `${entry.kind} ${entry.path}`,
    from: describe(entry),
    to: null,
    commands: [sh`rm -rf -- ${path}`],
    effects: [blurs(`path:${path}`)],
    paths: [path],
  };
}
