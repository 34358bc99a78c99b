import {
  blurs,
  type Change,
  defineTask,
  type Entry,
  followed,
  joined,
  nothing,
  type Params,
  type PathState,
  type Plan,
  parentOf,
  type Question,
  type ShellAnswer,
  script,
  sh,
  shell,
  stat,
  type TaskResult,
  tidyPath,
} from '../src/sdk.ts';
import {
  type Archiving,
  archiveFormats,
  commonRoot,
  compareArchive,
  createArchive,
  needTools,
  packagesOf,
  readComparison,
} from './shared/files/archiving.ts';
import { type Accounts, attributeChanges, attributeParams, unknownAccount } from './shared/files/attributes.ts';
import { askAccounts } from './shared/files/copy-file.ts';
import { followedInfo, newEntry } from './shared/files/path-info.ts';

const params = {
  path: {
    type: 'list',
    elements: 'path',
    required: true,
    doc: 'Files, directories and patterns such as `/etc/*.conf` to archive.',
  },
  dest: {
    type: 'path',
    doc: 'The path of the archive. Required unless there is exactly one file; the default is then the path of that file with the format as an additional extension.',
  },
  format: {
    type: 'str',
    default: 'gz',
    choices: archiveFormats,
    doc: 'The format. With `gz`, `bz2`, `xz` and `zstd`, a single file is compressed on its own; anything else becomes a compressed tar archive.',
  },
  exclude_path: {
    type: 'list',
    elements: 'path',
    default: [],
    doc: 'Paths and patterns to exclude from `path`; they have no effect on the contents of directories.',
  },
  exclusion_patterns: {
    type: 'list',
    elements: 'str',
    default: [],
    doc: 'Patterns of names in the archive to exclude; `*` also matches slashes.',
  },
  force_archive: { type: 'bool', default: false, doc: 'Create an archive even for a single file.' },
  remove: { type: 'bool', default: false, doc: 'Remove the originals after they have been archived.' },
  ...attributeParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.archive',
  summary: 'Create an archive of files and directories on the host.',
  description:
    'An existing archive is compared with the files: names, contents and, except for zip, modes, owners and times. It is rewritten if anything differs. The format `zip` requires the packages `zip` and `unzip`.',
  params,
  ask: (task) => ({ sources: askSources(task), ...askAccounts(task) }),
  thenAsk(
    { sources },
    task,
  ): {
    compared: Question<ShellAnswer | undefined>;
    dest: Question<PathState | undefined>;
    parent: Question<PathState | undefined>;
  } {
    const archiving = archivingOf(readSources(sources.stdout), task);
    if (sources.code !== 0 || archiving === undefined || archiving.targets.length === 0)
      return { compared: nothing(), dest: task.dest === undefined ? nothing() : stat(task.dest), parent: nothing() };
    return { compared: askCompared(archiving), dest: stat(archiving.dest), parent: stat(parentOf(archiving.dest)) };
  },
  plan({ sources, compared, dest, parent, ...accounts }, task, { done }): Plan {
    const found = readSources(sources.stdout);
    const info = { expanded_paths: found.expanded, expanded_exclude_paths: found.excluded };
    // What was archived is gone: planning again would find nothing to archive.
    if (done !== undefined && task.remove && found.targets.length === 0) return { changes: [] };
    const wrong = sources.code === 0 ? (unknownAccount(task, accounts) ?? wrongly(found, task)) : sources.stderr.trim();
    if (wrong !== undefined) return { failed: wrong, result: info };
    const archiving = archivingOf(found, task);
    const there = dest === undefined ? undefined : followed(dest);
    if (archiving === undefined || compared === undefined)
      return { changes: there === undefined ? [] : attributeChanges(task.dest ?? '', there, task, accounts) };
    if (there?.kind === 'directory') return { failed: `${archiving.dest} is a directory: name the archive itself` };
    if (compared.code !== 0) return { failed: compared.stderr.trim() || `exit code ${compared.code}` };
    const folder = parent === undefined ? undefined : followed(parent);
    if (folder?.kind !== 'directory') return { failed: `${parentOf(archiving.dest)} does not exist` };
    const entry = there ?? newEntry('file', accounts.self, folder);
    return { changes: changesOf({ archiving, compared, there, entry, accounts }, task) };
  },
  result({ before, state, params: task, context }): TaskResult {
    const found = readSources(before.sources.stdout);
    const archiving = archivingOf(found, task);
    const dest = archiving?.dest ?? task.dest ?? null;
    const names = before.compared === undefined ? [] : readComparison(before.compared.stdout).members;
    const isThere = state.dest?.exists === true || (!context.check && names.length > 0);
    const stateNow = stateOf(archiving, found, isThere || names.length > 0);
    return {
      archived: names.map((name) => `${archiving?.root ?? ''}${name}`),
      missing: found.missing,
      arcroot: archiving?.root ?? '',
      dest,
      state: stateNow,
      dest_state: stateNow,
      expanded_paths: found.expanded,
      expanded_exclude_paths: found.excluded,
      ...(state.dest !== undefined && withoutState(followedInfo(state.dest))),
    };
  },
  returns: {
    archived: 'The files in the archive.',
    missing: 'Named paths that do not exist.',
    arcroot: 'The directory that the names in the archive are relative to.',
    dest: 'The archive.',
    state: '`archive`, `compress` for a single compressed file, `incomplete` if a path is missing, or `absent`.',
    dest_state: 'The same as `state`.',
    expanded_paths: 'The paths that `path` expands to.',
    expanded_exclude_paths: 'The paths that `exclude_path` expands to.',
  },
  returnsMore: true,
  examples: [
    {
      title: 'Keep an archive of a directory',
      yaml: 'archive:\n  path: /etc/apt\n  dest: /tmp/apt.tar.gz',
    },
    {
      title: 'Compress a file and remove the original',
      yaml: 'archive:\n  path: /var/log/app.log\n  format: xz\n  remove: true',
      runs: { no: 'needs the file' },
    },
  ],
});

/** What the patterns of a task stand for. */
interface Sources {
  readonly expanded: readonly string[];
  readonly excluded: readonly string[];
  /** Those that exist, without those that are excluded. */
  readonly targets: readonly string[];
  readonly missing: readonly string[];
  readonly directories: ReadonlySet<string>;
}

const isPattern = (path: string): boolean => /[*?[]/.test(path);

/** Prints each path with a letter: `p` for a path, `d` for a directory, `m` for a missing one, `x` for an excluded one. */
function askSources({ path, exclude_path: without, format, dest }: Task): Question<ShellAnswer> {
  const each = (paths: readonly string[], use: string) =>
    joined(
      paths.map((one) =>
        isPattern(one)
          ? script`p=${one}; for f in $p; do [ ! -e "$f" ] && [ ! -h "$f" ] || ${use} "$f"; done
`
          : script`${use} ${one}
`,
      ),
      script``,
    );
  return shell({
    ...sh`${needTools(format)}
LC_ALL=C; export LC_ALL
IFS=
t() { k=p; if [ -d "$1" ]; then k=d; elif [ ! -e "$1" ] && [ ! -h "$1" ]; then k=m; fi; printf '%s%s\0' "$k" "$1"; }
x() { printf 'x%s\0' "$1"; }
${each(path, 't')}${each(without, 'x')}:`,
    about: [
      ...[...path, ...without].map((one) => `path:${tidyPath(isPattern(one) ? beforePattern(one) : one)}`),
      ...(dest === undefined ? [] : [`entry:${tidyPath(dest)}`]),
      ...packagesOf(format).map((name) => `by:package:${name}`),
    ],
  });
}

/** The directory that a pattern begins in. */
const beforePattern = (pattern: string): string => pattern.slice(0, pattern.search(/[^/]*[*?[]/)) || '/';

function readSources(stdout: string): Sources {
  const words = stdout.split('\0').filter((word) => word !== '');
  const of = (kinds: string) => words.filter((word) => kinds.includes(word[0] ?? '')).map((word) => word.slice(1));
  const excluded = of('x');
  const kept = (paths: readonly string[]) => [...new Set(paths)].filter((one) => !excluded.includes(one)).sort();
  return {
    expanded: of('pdm'),
    excluded,
    targets: kept(of('pd')),
    missing: kept(of('m')),
    directories: new Set(of('d')),
  };
}

function wrongly({ targets, missing, directories }: Sources, task: Task): string | undefined {
  if (targets.length + missing.length === 0) return 'Error, no source paths were found';
  const { dest, remove } = task;
  if (dest === undefined && mustArchive({ targets, missing, directories }, task) && !task.force_archive)
    return 'Error, must specify "dest" when archiving multiple files or trees';
  const holder = targets.find((one) => directories.has(one) && dest?.startsWith(one.endsWith('/') ? one : `${one}/`));
  if (remove && holder !== undefined)
    return `Error, created archive can not be contained in source paths when remove=true: ${dest} is in ${holder}`;
  return undefined;
}

/** Whether there is more to archive than a single file. */
const mustArchive = (
  { targets, missing, directories }: Pick<Sources, 'targets' | 'missing' | 'directories'>,
  { force_archive: force, path }: Task,
): boolean => force || path.some(isPattern) || targets.length + missing.length > 1 || directories.size > 0;

function archivingOf(found: Sources, task: Task): Archiving | undefined {
  const [first] = [...found.targets, ...found.missing];
  if (first === undefined) return undefined;
  return {
    format: task.format,
    dest: task.dest ?? `${first}.${task.format}`,
    root: commonRoot([...found.targets, ...found.missing]),
    targets: found.targets,
    without: task.exclusion_patterns,
    archives: mustArchive(found, task) || task.format === 'tar' || task.format === 'zip',
  };
}

const askCompared = (archiving: Archiving): Question<ShellAnswer> =>
  shell({
    ...sh`[ -f ${archiving.dest} ] || {
${compareArchive(archiving, false)}
exit; }
${compareArchive(archiving, true)}`,
    about: [...archiving.targets, archiving.dest].map((one) => `path:${tidyPath(one)}`),
  });

interface Known {
  readonly archiving: Archiving;
  readonly compared: ShellAnswer;
  readonly there: Entry | undefined;
  /** The archive as it is, or as it is when it has just been written. */
  readonly entry: Entry;
  readonly accounts: Accounts;
}

function changesOf({ archiving, compared, there, entry, accounts }: Known, task: Task): readonly Change[] {
  const { dest, targets } = archiving;
  const { members, differing } = readComparison(compared.stdout);
  const effects = [blurs(`path:${tidyPath(dest)}`)];
  const attributes = attributeChanges(dest, entry, task, accounts).map((one) => ({ ...one, effects, paths: [dest] }));
  const isNew = there === undefined;
  const writes: Change = {
    what: `archive ${dest}`,
    from: isNew ? null : `differs: ${differing.slice(0, 5).join('; ')}${differing.length > 5 ? '; …' : ''}`,
    to: `${members.length} ${members.length === 1 ? 'entry' : 'entries'}`,
    commands: [createArchive(archiving), ...(isNew ? attributes.flatMap(({ commands }) => commands) : [])],
    effects,
    paths: [dest],
  };
  const removes = targets.map(
    (path): Change => ({
      what: path,
      from: 'present',
      to: null,
      commands: [sh`rm -rf -- ${path}`],
      effects: [blurs(`path:${tidyPath(path)}`)],
      paths: [path],
    }),
  );
  return [
    ...(isNew || differing.length > 0 ? [writes] : []),
    ...(isNew ? [] : attributes),
    ...(task.remove ? removes : []),
  ];
}

function stateOf(archiving: Archiving | undefined, { missing, targets }: Sources, isThere: boolean): string {
  if (archiving === undefined || !isThere) return 'absent';
  if (missing.length > 0 && targets.length > 0) return 'incomplete';
  return archiving.archives || /\.(tar|tar\.(gz|bz2|xz|zst)|tgz|tbz2|txz|tzst|zip)$/.test(archiving.dest)
    ? 'archive'
    : 'compress';
}

/** What is said about a file, except that it is one. */
const withoutState = ({ state: _, ...info }: TaskResult): TaskResult => info;
