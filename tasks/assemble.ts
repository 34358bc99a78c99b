import {
  type Controller,
  ControllerError,
  checksum,
  content,
  defineTask,
  type Fragment,
  followed,
  fragments,
  joinPath,
  nameOf,
  nothing,
  type Params,
  type PathState,
  parentOf,
  searchPattern,
  showMode,
  stat,
  type TaskContext,
  tidyPath,
} from '../src/sdk.ts';
import { patternOf } from './shared/editing/python-pattern.ts';
import { assembled } from './shared/files/assembled.ts';
import { attributeParams } from './shared/files/attributes.ts';
import { askAccounts, copyFileResult, planCopyFile } from './shared/files/copy-file.ts';
import type { FileSource } from './shared/files/copy-source.ts';
import { pathThing } from './shared/retire/paths.ts';

const params = {
  src: {
    type: 'path',
    required: true,
    doc: 'The directory that holds the fragments, which are joined in the order of their names.',
  },
  dest: { type: 'path', required: true, doc: 'The file to assemble.' },
  remote_src: {
    type: 'bool',
    default: true,
    doc: 'Whether the fragments are on the host rather than next to the playbook.',
  },
  regexp: { type: 'str', doc: 'Use only fragments whose names match this Python regular expression.' },
  delimiter: { type: 'str', doc: 'A line to put between fragments.' },
  ignore_hidden: { type: 'bool', default: false, doc: 'Leave out fragments whose names begin with a dot.' },
  backup: {
    type: 'bool',
    default: false,
    doc: 'Keep a backup of the previous file in the same directory, with a timestamp in its name.',
  },
  validate: {
    type: 'str',
    doc: 'A command that must succeed before the new file is put in place; `%s` stands for the path of the new file.',
  },
  decrypt: { type: 'bool', default: true, doc: 'Decrypt fragments that are encrypted with Ansible Vault.' },
  ...attributeParams,
} as const;

type Task = Params<typeof params> & { readonly local: readonly Fragment[] | undefined };

export default defineTask({
  name: 'ansible.builtin.assemble',
  summary: 'Assemble a file from fragments.',
  neverAsync: true,
  params,
  prepare: (given, controller): Task => ({
    ...given,
    local: given.remote_src ? undefined : localFragments(given.src, controller, given.decrypt),
  }),
  ask: (task, context) => ({
    remote: task.local === undefined ? fragments(tidyPath(task.src)) : nothing(),
    from: task.local === undefined ? stat(tidyPath(task.src)) : nothing(),
    ...askDest(task, context),
  }),
  plan(state, task, context) {
    const given = task.local ?? state.remote;
    if (given === undefined) return { failed: `Source (${task.src}) does not exist or is not a directory` };
    const source = sourceOf(given, task);
    if ('failed' in source) return source;
    if (!isStable(given, ownFragments(given, state, task), source, task))
      return {
        failed: `${task.dest} is one of its own fragments and would grow with each run; exclude it with regexp, or choose another dest`,
      };
    if (context.check && mayLeadThrough(given, state.dest))
      return {
        unknown: `a fragment is a link that may lead through ${task.dest}, which is itself a link and would be replaced`,
      };
    return planCopyFile(state, keeping(task, state.dest), source, context);
  },
  result({ state, params: task, replies }) {
    const source = sourceOf(task.local ?? state.remote ?? [], task);
    if ('failed' in source) return {};
    return {
      ...copyFileResult(state, copying(task), source, replies),
      src: task.src,
      dest: task.dest,
      msg: 'OK',
    };
  },
  retire: ({ dest }) => [pathThing(dest, { puts: true, whole: true })],
  returns: {
    dest: 'the assembled file',
    src: 'the directory that holds the fragments',
    checksum: 'the SHA-1 of the file',
    md5sum: 'the MD5 of the file',
  },
  examples: [
    {
      title: 'Join fragments into one file',
      yaml: 'assemble:\n  src: /etc/profile.d\n  dest: /tmp/retrace-assembled\n  delimiter: "# ---"',
    },
  ],
});

/** The names under which the file will be among its own fragments: its own name, and links that lead to it. */
function ownFragments(
  given: readonly Fragment[],
  { from, destParent }: { readonly from: PathState | undefined; readonly destParent: PathState },
  { dest }: Task,
): readonly string[] {
  if (from === undefined || destParent.resolved === undefined) return [];
  const place = joinPath(destParent.resolved, nameOf(dest));
  const inside = from.resolved === destParent.resolved ? [nameOf(dest)] : [];
  return [...inside, ...given.filter(({ leadsTo }) => leadsTo === place).map(({ name }) => name)];
}

/** Whether a fragment leads where the destination does, which is a link: it may lead there through the destination. */
const mayLeadThrough = (given: readonly Fragment[], dest: PathState): boolean =>
  dest.exists &&
  dest.link !== undefined &&
  given.some(({ leadsTo }) => leadsTo !== undefined && leadsTo === dest.resolved);

/** Whether a file that is among its own fragments stays the same when it is assembled again. */
function isStable(
  given: readonly Fragment[],
  own: readonly string[],
  { bytes }: { readonly bytes: Uint8Array },
  task: Task,
): boolean {
  if (own.length === 0) return true;
  const then = [...given.filter(({ name }) => !own.includes(name)), ...own.map((name) => ({ name, bytes }))];
  const again = sourceOf(
    then.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    task,
  );
  return 'bytes' in again && Buffer.compare(again.bytes, bytes) === 0;
}

const copying = (task: Task) => ({
  ...task,
  force: true,
  follow: false,
  mode: task.mode,
  checksum: undefined,
  directory_mode: undefined,
});

/** As in Ansible, a file that replaces a link keeps the owner and the mode of the file that the link led to. */
function keeping(task: Task, dest: PathState) {
  const target = dest.exists && dest.link !== undefined ? followed(dest) : undefined;
  if (target?.kind !== 'file') return copying(task);
  return {
    ...copying(task),
    owner: task.owner ?? String(target.uid),
    group: task.group ?? String(target.gid),
    mode: task.mode ?? showMode(target.mode),
  };
}

const askDest = (task: Task, context: TaskContext) => ({
  dest: stat(tidyPath(task.dest)),
  destParent: stat(parentOf(tidyPath(task.dest))),
  destSum: checksum(tidyPath(task.dest)),
  destNow: context.diff ? content(tidyPath(task.dest)) : nothing(),
  ...askAccounts(task),
});

function sourceOf(
  given: readonly Fragment[],
  task: Task,
): (FileSource & { readonly bytes: Uint8Array }) | { readonly failed: string } {
  const pattern = task.regexp === undefined ? undefined : patternOf(task.regexp, {});
  if (pattern?.ok === false) return { failed: pattern.why };
  const chosen = given.filter(
    ({ name, dangling }) =>
      dangling !== true &&
      !(task.ignore_hidden && name.startsWith('.')) &&
      (pattern === undefined || searchPattern(pattern.pattern, name) !== undefined),
  );
  return { from: 'text', bytes: assembled(chosen, task.delimiter), name: nameOf(task.dest), path: task.src };
}

function localFragments(src: string, controller: Controller, decrypt: boolean): readonly Fragment[] {
  const found = controller.find('files', src.replace(/(.)\/+$/, '$1'));
  if (!found.ok) throw new ControllerError(`Could not find or access '${src}'; searched: ${found.searched.join(', ')}`);
  return controller
    .readTree(found.path, { decrypt })
    .flatMap(({ path, kind, content: bytes }) =>
      kind === 'file' && !path.includes('/') ? [{ name: path, bytes: bytes ?? new Uint8Array() }] : [],
    );
}
