import {
  type Checksum,
  type Content,
  checksum,
  computeMode,
  content,
  defineTask,
  each,
  type Finding,
  type Found,
  found,
  globPattern,
  must,
  nameOf,
  openText,
  type Params,
  type Pattern,
  searchPattern,
  showMode,
  together,
  withLacking,
} from '../src/sdk.ts';

import { patternOf } from './shared/editing/python-pattern.ts';
import { decoderOf } from './shared/files/decode-as.ts';
import { kindFlags, permissionFlags } from './shared/files/entry-flags.ts';
import { ageLimit, sizeLimit } from './shared/files/find-filters.ts';
import { isSizeKnown } from './shared/files/path-info.ts';

const params = {
  paths: {
    type: 'list',
    elements: 'path',
    required: true,
    aliases: ['name', 'path'],
    doc: 'The directories to search.',
  },
  patterns: {
    type: 'list',
    elements: 'str',
    default: [],
    aliases: ['pattern'],
    doc: 'The patterns that names must match: shell patterns or, with `use_regex`, Python regular expressions.',
  },
  excludes: {
    type: 'list',
    elements: 'str',
    aliases: ['exclude'],
    doc: 'Patterns for names to leave out, even if they match `patterns`.',
  },
  use_regex: { type: 'bool', default: false, doc: 'Treat patterns as Python regular expressions.' },
  file_type: {
    type: 'str',
    default: 'file',
    choices: ['any', 'directory', 'file', 'link'],
    doc: 'The kind of entry to find.',
  },
  recurse: { type: 'bool', default: false, doc: 'Search subdirectories as well.' },
  depth: { type: 'int', doc: 'How many levels deep to search with `recurse`.' },
  hidden: { type: 'bool', default: false, doc: 'Include names that begin with a dot.' },
  follow: { type: 'bool', default: false, doc: 'Follow links to directories.' },
  age: { type: 'str', doc: 'The minimum age, for example `2d`; if negative, the maximum age.' },
  age_stamp: {
    type: 'str',
    default: 'mtime',
    choices: ['atime', 'ctime', 'mtime'],
    doc: 'The timestamp that `age` refers to.',
  },
  size: { type: 'str', doc: 'The minimum size, for example `10m`; if negative, the maximum size.' },
  contains: { type: 'str', doc: 'A Python regular expression that must match at the beginning of a line in the file.' },
  read_whole_file: {
    type: 'bool',
    default: false,
    doc: 'Match `contains` against the whole file instead of line by line.',
  },
  mode: { type: 'mode', doc: "The permission bits that an entry must have, for example `'0644'` or `u=rw,go=r`." },
  exact_mode: {
    type: 'bool',
    default: true,
    doc: 'Whether an entry must have exactly the bits of `mode`; if not, it may have more.',
  },
  limit: { type: 'int', doc: 'The maximum number of entries to return.' },
  encoding: {
    type: 'str',
    doc: 'The encoding of the files that `contains` is matched against, if it is not UTF-8.',
  },
  get_checksum: { type: 'bool', default: false, doc: 'Return the checksum of each file.' },
  checksum_algorithm: {
    type: 'str',
    default: 'sha1',
    choices: ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'],
    aliases: ['checksum', 'checksum_algo'],
    doc: 'The algorithm for `get_checksum`.',
  },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'ansible.builtin.find',
  summary: 'Find files by name, age, size and content.',
  params,
  ask: (task) => each('in', task.paths, (path) => found({ path, depth: depthOf(task), follow: task.follow })),
  thenAsk(state, task, context) {
    const chosen = chooseEntries(state, task, context.now);
    const files = 'failed' in chosen ? [] : chosen.entries.filter((entry) => entry.kind === 'file');
    const paths = files.map(({ path }) => path);
    return together(
      each('text', task.contains !== undefined && task.file_type === 'file' ? paths : [], (path) => content(path)),
      each('sum', task.get_checksum ? paths : [], (path) => checksum(path, task.checksum_algorithm)),
    );
  },
  plan(state, task, context) {
    const chosen = chooseEntries(state, task, context.now);
    if ('failed' in chosen) return chosen;
    const ageless = task.age === undefined ? undefined : chosen.entries.find((entry) => entry.inode === undefined);
    if (ageless !== undefined) return { unknown: `the age of ${ageless.path} is not known until it exists` };
    const contains = task.contains === undefined ? undefined : patternOf(task.contains, {});
    if (contains?.ok === false) return { failed: contains.why };
    const skipped = Object.entries(skippedPaths(state, task, chosen.entries));
    return {
      changes: [],
      warnings: skipped.map(([path, why]) => `Skipped '${path}' path due to this access issue: ${why}\n`),
    };
  },
  result({ state: known, params: task, context }) {
    const chosen = chooseEntries(known, task, context.now);
    if ('failed' in chosen) return {};
    const files = chosen.entries
      .filter((entry) => holds(entry, known, task))
      .slice(0, task.limit)
      .map((entry) => told(entry, known[`sum ${entry.path}`]?.hex));
    const skipped = skippedPaths(known, task, chosen.entries);
    const examined = task.paths.reduce((sum, path) => sum + must(known[`in ${path}`], path).entries.length, 0);
    return {
      files,
      matched: files.length,
      examined,
      skipped_paths: skipped,
      msg:
        Object.keys(skipped).length === 0 ? 'All paths examined' : 'Not all paths examined, check warnings for details',
    };
  },
  returns: {
    files: 'the files that were found, each as reported by `stat`',
    matched: 'how many files matched',
    examined: 'how many files were examined',
    skipped_paths: 'the paths that could not be searched, and why',
  },
  examples: [
    { title: 'Find old logs', yaml: 'find:\n  paths: /var/log\n  patterns: "*.gz"\n  age: 30d\n  recurse: true' },
    {
      title: 'Search two directories for names that match a Python regular expression',
      yaml: "find:\n  paths: [/etc, /usr/share]\n  patterns: '^host.*$'\n  use_regex: true\n  file_type: any",
    },
  ],
});

/** The paths that could not be searched, and why. */
const skippedPaths = (known: FindState, task: Task, chosen: readonly Found[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    task.paths.flatMap((path) => {
      const there = must(known[`in ${path}`], path);
      if (!there.isFolder) return [[path, `'${path}' is not a directory`]];
      const own = new Set(there.entries.map((entry) => entry.path));
      const unread = chosen
        .filter((entry) => own.has(entry.path))
        .map((entry) => read(entry, known, task))
        .find((one) => one !== undefined && 'why' in one);
      return [
        ...Object.entries(there.skipped),
        ...(unread !== undefined && 'why' in unread ? [[path, unread.why]] : []),
      ];
    }),
  );

/** How deep to look: the level below the last one counts as examined. */
function depthOf({ recurse, depth }: Task): number | undefined {
  if (!recurse) return 1;
  return depth === undefined ? undefined : depth + 1;
}

/** Whether an entry found below a path is beyond the levels that are searched. */
const isTooDeep = (entry: Found, path: string, { recurse, depth }: Task): boolean =>
  recurse && depth !== undefined && entry.path.slice(path.replace(/\/+$/, '').length + 1).split('/').length > depth;

interface FindState {
  readonly [path: `in ${string}`]: Finding | undefined;
  readonly [path: `text ${string}`]: Content | undefined;
  readonly [path: `sum ${string}`]: Checksum | undefined;
}

type Matcher = (name: string) => boolean;

function chooseEntries(
  state: FindState,
  task: Task,
  now: Date,
): { readonly entries: readonly Found[] } | { readonly failed: string } {
  const age = ageLimit(task.age);
  const size = sizeLimit(task.size);
  if (age === 'wrong') return { failed: `failed to process age: ${task.age}` };
  if (size === 'wrong') return { failed: `failed to process size: ${task.size}` };
  const wanted = matchers(task.patterns.length === 0 ? [task.use_regex ? '.*' : '*'] : task.patterns, task.use_regex);
  const excluded = matchers(task.excludes ?? [], task.use_regex);
  if (typeof wanted === 'string' || typeof excluded === 'string')
    return { failed: typeof wanted === 'string' ? wanted : String(excluded) };
  const fits = (entry: Found): boolean => {
    const name = nameOf(entry.path);
    if (!task.hidden && name.startsWith('.')) return false;
    if (task.file_type !== 'any' && entry.kind !== task.file_type) return false;
    if (!wanted.some((matches) => matches(name)) || excluded.some((matches) => matches(name))) return false;
    if (!hasMode(entry, task)) return false;
    if (age !== undefined && entry.inode !== undefined) {
      const old = now.getTime() / 1000 - entry.inode[task.age_stamp];
      if (age >= 0 ? old < age : old > -age) return false;
    }
    return size === undefined || !isSized(task) || (size >= 0 ? entry.size >= size : entry.size <= -size);
  };
  const within = (path: string) => state[`in ${path}`]?.entries.filter((entry) => !isTooDeep(entry, path, task)) ?? [];
  return { entries: task.paths.flatMap(within).filter(fits) };
}

function hasMode({ mode }: Found, task: Task): boolean {
  if (task.mode === undefined) return true;
  const wanted = computeMode(task.mode, 0, false);
  return task.exact_mode ? mode === wanted : (mode & wanted) === wanted;
}

/** Whether `size` applies to this kind of entry. */
const isSized = ({ file_type }: Task): boolean => file_type === 'file' || file_type === 'any';

function matchers(patterns: readonly string[], regex: boolean): readonly Matcher[] | string {
  const made: Matcher[] = [];
  for (const source of patterns) {
    const pattern = regex ? patternOf(source, {}) : undefined;
    if (pattern?.ok === false) return pattern.why;
    made.push(pattern === undefined ? named(source) : startsWith(pattern.pattern));
  }
  return made;
}

const named = (source: string): Matcher => {
  const pattern = globPattern(source);
  return (text) => pattern.test(text);
};

const startsWith =
  (pattern: Pattern): Matcher =>
  (text) =>
    searchPattern(pattern, text, true) !== undefined;

/** The text that `contains` is matched against, or why it cannot be read; undefined if there is nothing to match. */
function read(
  entry: Found,
  state: FindState,
  { encoding }: Task,
): { readonly text: string } | { readonly why: string } | undefined {
  const bytes = state[`text ${entry.path}`]?.bytes;
  if (bytes === undefined) return undefined;
  if (encoding === undefined) return { text: openText(bytes).text };
  const decoder = decoderOf(encoding);
  if (decoder === undefined) return { why: `unknown encoding: ${encoding}` };
  const text = decoder(bytes);
  const why = `Failed to read the file ${entry.path} due to an encoding error. current encoding: ${encoding}`;
  return text === undefined ? { why } : { text };
}

function holds(entry: Found, state: FindState, task: Task): boolean {
  if (task.contains === undefined || task.file_type !== 'file') return true;
  const pattern = patternOf(task.contains, {});
  const found = read(entry, state, task);
  if (!pattern.ok || found === undefined || 'why' in found) return false;
  if (task.read_whole_file) return searchPattern(pattern.pattern, found.text) !== undefined;
  return found.text.split('\n').some(startsWith(pattern.pattern));
}

function told(entry: Found, sum: string | undefined) {
  const { path, mode, uid, gid, owner, group, size, inode } = entry;
  const known = {
    path,
    mode: showMode(mode),
    ...kindFlags(entry),
    ...permissionFlags(mode),
    uid,
    gid,
    pw_name: owner ?? '',
    gr_name: group ?? '',
    size,
    ...(sum !== undefined && { checksum: sum }),
  };
  if (inode === undefined) {
    const unknown = ['inode', 'dev', 'nlink', 'atime', 'mtime', 'ctime', ...(isSizeKnown(entry) ? [] : ['size'])];
    return withLacking(Object.fromEntries(Object.entries(known).filter(([key]) => !unknown.includes(key))), unknown);
  }
  const { dev, ino, nlink, atime, mtime, ctime } = inode;
  return { ...known, inode: ino, dev, nlink, atime, mtime, ctime };
}
