import {
  becomes,
  blurs,
  type Change,
  type Command,
  defineTask,
  type Effect,
  exporting,
  followed,
  joinPath,
  nothing,
  type Params,
  type PathState,
  type Plan,
  parentOf,
  predicts,
  type Question,
  reading,
  type Self,
  type ShellAnswer,
  type Subject,
  self,
  sh,
  shell,
  shellAnswer,
  stat,
  type TaskContext,
  tidyPath,
} from '../src/sdk.ts';
import { missingTool } from './shared/commands/unanswered.ts';
import { ancestors } from './shared/files/file-directory.ts';
import { newEntry } from './shared/files/path-info.ts';
import { placeOfClone } from './shared/git/git-tree.ts';

const params = {
  repo: {
    type: 'str',
    required: true,
    aliases: ['name', 'repository'],
    doc: 'The URL of the directory in the repository.',
    secret: 'password in URL',
  },
  dest: {
    type: 'path',
    doc: 'The directory of the working copy; needed unless `checkout`, `update` and `export` are all false.',
  },
  revision: {
    type: 'str',
    default: 'HEAD',
    aliases: ['rev', 'version'],
    doc: 'The revision: a number, a date in braces, or `HEAD`.',
  },
  force: { type: 'bool', default: false, doc: 'Discard local changes, and let an export overwrite files.' },
  in_place: {
    type: 'bool',
    default: false,
    doc: 'Check out into a directory that exists and is no working copy. Files that are in the way are kept as local changes, unless `force` is set.',
  },
  username: { type: 'str', doc: 'The user to log in as.' },
  password: { type: 'str', secret: true, doc: 'The password of that user; svn reads it from its standard input.' },
  executable: { type: 'path', doc: 'The svn program to use.' },
  checkout: { type: 'bool', default: true, doc: 'Check out the repository if the working copy is missing.' },
  update: { type: 'bool', default: true, doc: 'Update an existing working copy to `revision`.' },
  export: {
    type: 'bool',
    default: false,
    doc: 'Export the files without making a working copy. This is done every time.',
  },
  switch: {
    type: 'bool',
    default: true,
    doc: 'Switch a working copy of another directory of the repository to `repo`; otherwise it is updated where it is.',
  },
  validate_certs: {
    type: 'bool',
    default: false,
    doc: 'Refuse a server whose certificate was issued by an unknown authority.',
  },
} as const;

type Task = Params<typeof params>;

/** What is at `dest`, and what is there in the repository. */
interface State {
  readonly dest?: PathState | undefined;
  readonly parent?: PathState | undefined;
  readonly self: Self;
  readonly copy?: ShellAnswer | undefined;
  readonly wanted?: ShellAnswer | undefined;
  readonly outdated?: ShellAnswer | undefined;
  readonly [above: `above ${string}`]: PathState | undefined;
}

type First = {
  readonly self: Question<Self>;
  readonly dest: Question<PathState | undefined>;
  readonly parent: Question<PathState | undefined>;
  readonly copy: Question<ShellAnswer | undefined>;
  readonly wanted: Question<ShellAnswer | undefined>;
};

export default defineTask({
  name: 'ansible.builtin.subversion',
  summary: 'Check out a Subversion repository and keep the working copy at a revision.',
  description:
    'Requires the `subversion` package on the host. The repository is asked which files are out of date, which changes nothing. Local changes are never discarded without `force`: the task fails and names them, even in a check. Externals come with the working copy and its updates, but are not looked at by themselves.',
  params,
  ask: (task, context): First => ({
    self: self(),
    dest: task.dest === undefined ? nothing() : stat(tidyPath(task.dest)),
    parent: task.dest === undefined ? nothing() : stat(parentOf(task.dest)),
    copy: task.dest === undefined || isAsking(task) ? nothing() : askCopy(task, task.dest, context),
    wanted: task.update || task.checkout || task.export || isAsking(task) ? askWanted(task, context) : nothing(),
  }),
  thenAsk({ copy, wanted, parent }, task, context) {
    const revision = readInfo(wanted)?.revision;
    const needed = task.update && !task.export && readCopy(copy) !== undefined && revision !== undefined;
    return {
      outdated: needed && task.dest !== undefined ? askOutdated(task, task.dest, revision, context) : nothing(),
      // svn creates missing directories above a working copy.
      ...(task.dest !== undefined && parent?.exists === false && ancestors(parentOf(tidyPath(task.dest)))),
    };
  },
  plan(state, task, context): Plan {
    if (state.copy?.code === 127 || state.wanted?.code === 127)
      return { failed: missingTool({ name: task.executable ?? 'svn', package: 'subversion' }) };
    if (isAsking(task)) return wantedFailure(state.wanted, task) ?? { changes: [] };
    if (task.dest === undefined)
      return { failed: 'the destination directory must be specified unless checkout=no, update=no, and export=no' };
    // After an export, there is nothing to look at.
    if (task.export) return context.done === undefined ? exportFiles(state, task, task.dest) : { changes: [] };
    return planCopy(state, { ...task, dest: task.dest }, context);
  },
  result({ before, state, params: task }) {
    if (isAsking(task)) return { after: told(readInfo(before.wanted))?.[0] };
    if (task.export || (!task.update && before.dest?.exists === true)) return {};
    return { before: told(readCopy(before.copy)) ?? null, after: told(readCopy(state.copy)) ?? null };
  },
  wantedIn: ['after'],
  returns: {
    before: 'The revision and the URL of the working copy before the task, as two lines; null if there was none.',
    after: 'The revision and the URL of the working copy after the task, as two lines.',
  },
  examples: [
    {
      title: 'Keep a working copy up to date',
      yaml: 'subversion:\n  repo: https://svn.example.org/shop/trunk\n  dest: /srv/shop',
      runs: { no: 'needs a repository' },
    },
    {
      title: 'Export a release, without a working copy',
      yaml: 'subversion:\n  repo: https://svn.example.org/shop/tags/1.2\n  dest: /srv/shop\n  export: true',
      runs: { no: 'needs a repository' },
    },
  ],
});

/** Whether only the revision in the repository is told. */
const isAsking = (task: Task): boolean => !task.export && !task.update && !task.checkout;

type Placed = Task & { readonly dest: string };

const svn = ({ executable }: Task) => sh`LC_ALL=C.UTF-8 ${executable ?? 'svn'}`;

/** Options for a call that contacts the repository. A password is on its standard input. */
const login = ({ username, password, validate_certs }: Task): readonly string[] => [
  '--non-interactive',
  '--no-auth-cache',
  ...(validate_certs ? [] : ['--trust-server-cert']),
  ...(username === undefined ? [] : ['--username', username]),
  ...(password === undefined ? [] : ['--password-from-stdin']),
];

/** A URL or path followed by an empty peg revision, so that an `@` in it has no meaning. */
const pegged = (target: string): string => (target.includes('@') ? `${target}@` : target);

const contacting = (
  task: Task,
  words: ReturnType<typeof sh>,
  { environment }: TaskContext,
  about: readonly Subject[],
) =>
  shell(
    {
      ...sh`${exporting(environment)}command -v ${task.executable ?? 'svn'} >/dev/null || exit 127
${words}`,
      about: ['by:package:subversion', ...repositoryHere(task), ...about],
      deadlineMs: 60_000,
      input: task.password,
    },
    { beyond: true, secret: task.password !== undefined },
  );

/** The directory of a repository that is on the host itself. */
const repositoryHere = ({ repo }: Task): readonly Subject[] => {
  const path = /^file:\/\/(?:localhost)?(\/[^%]*)$/.exec(repo)?.[1];
  return path === undefined ? [] : [`by:path:${tidyPath(path)}`];
};

/** Asks what is at `dest`; for a working copy, what svn tells of it and which files have local changes. */
const askCopy = (task: Task, dest: string, { environment }: TaskContext) =>
  shell({
    ...sh`${exporting(environment)}dest=${pegged(tidyPath(dest))}
command -v ${task.executable ?? 'svn'} >/dev/null || exit 127
[ -e ${dest} ] || [ -L ${dest} ] || { echo absent; exit; }
told=$(${svn(task)} info --non-interactive -- "$dest" 2>&1) || case $told in
*E155007:* | *E155010:* | *W155010:*) echo other; exit ;;
*) printf '%s\n' "$told" >&2; exit 1 ;;
esac
printf 'copy\n%s\n\n' "$told"
${svn(task)} status --non-interactive --quiet --ignore-externals -- "$dest"`,
    about: [`path:${tidyPath(dest)}`, 'by:package:subversion'],
    deadlineMs: 60_000,
  });

/** Asks what the wanted revision is in the repository. */
const askWanted = (task: Task, context: TaskContext) =>
  contacting(
    task,
    sh`${svn(task)} info ${login(task)} --revision ${task.revision} -- ${pegged(task.repo)}`,
    context,
    [],
  );

/** Asks for the files that differ between the working copy and a revision of its directory in the repository. */
const askOutdated = (task: Task, dest: string, revision: string, context: TaskContext) =>
  contacting(
    task,
    sh`${svn(task)} status ${login(task)} --quiet --show-updates --ignore-externals --revision ${revision} -- ${pegged(tidyPath(dest))}`,
    context,
    [`path:${tidyPath(dest)}`],
  );

/** A directory of a repository, at a revision. */
interface Info {
  readonly url: string;
  readonly revision: string;
  readonly uuid: string;
}

function readInfo(answer: ShellAnswer | undefined): Info | undefined {
  if (answer?.code !== 0) return undefined;
  const [, url] = /^URL: (.*)$/m.exec(answer.stdout) ?? [];
  const [, revision] = /^Revision: (\d+)$/m.exec(answer.stdout) ?? [];
  const [, uuid = ''] = /^Repository UUID: (.*)$/m.exec(answer.stdout) ?? [];
  return url === undefined || revision === undefined ? undefined : { url, revision, uuid };
}

/** A working copy, and its local changes as svn's status shows them. */
interface Copy extends Info {
  readonly changed: readonly string[];
}

function readCopy(answer: ShellAnswer | undefined): Copy | undefined {
  if (answer?.stdout.startsWith('copy\n') !== true) return undefined;
  const info = readInfo(answer);
  const changed = answer.stdout.slice(answer.stdout.indexOf('\n\n') + 2).split('\n');
  return info && { ...info, changed: changed.filter((line) => /^(?! {7})[^?X>].{6} /.test(line)) };
}

const told = (info: Info | undefined): readonly string[] | undefined =>
  info && [`Revision: ${info.revision}`, `URL: ${info.url}`];

/** The answer about a working copy without local changes. */
const copyAnswer = ({ url, revision, uuid }: Info): ShellAnswer =>
  shellAnswer(`copy\nURL: ${url}\nRepository UUID: ${uuid}\nRevision: ${revision}\n\n`);

/** Why the repository did not tell the wanted revision. */
function wantedFailure(wanted: ShellAnswer | undefined, { repo }: Task): { readonly failed: string } | undefined {
  if (wanted === undefined || readInfo(wanted) !== undefined) return undefined;
  if (wanted.timedOut) return { failed: `${repo} did not respond in time` };
  return { failed: wanted.stderr.trim() || `svn info ended with exit code ${wanted.code}` };
}

/** A call of svn that changes something, with its password on standard input. */
function calling(task: Task, verb: string, words: readonly string[]): Command {
  const command = { ...sh`${svn(task)} ${verb} ${login(task)} ${words}`, long: true };
  return task.password === undefined ? command : reading(command, task.password);
}

function planCopy(state: State, task: Placed, context: TaskContext): Plan {
  const { copy: answer, wanted: offered, outdated, dest: there } = state;
  if (answer === undefined || (answer.code !== 0 && readCopy(answer) === undefined))
    return { failed: answer?.stderr.trim() || `svn info ended with exit code ${answer?.code}` };
  const copy = readCopy(answer);
  const isThere = there?.exists === true || copy !== undefined;
  if (copy === undefined && isThere && !task.in_place)
    return { failed: `${task.dest} exists, but is not a subversion working copy` };
  if (isThere && copy !== undefined ? !task.update : !isThere && !task.checkout) return { changes: [] };
  const wanted = readInfo(offered);
  if (wanted === undefined) return wantedFailure(offered, task) ?? { failed: `${task.repo} was not asked` };
  if (copy === undefined) return checkOut(state, { task, wanted, isThere, context });
  if (task.switch && copy.uuid !== wanted.uuid)
    return { failed: `${task.dest} is a working copy of another repository: ${copy.url}` };
  if (outdated?.code !== 0 && outdated !== undefined)
    return { failed: outdated.stderr.trim() || `svn status ended with exit code ${outdated.code}` };
  const moves = moving(copy, { task, wanted, outdated: outdatedFiles(outdated), place: there, context });
  const isKept = task.in_place && moves.length === 0;
  if (copy.changed.length > 0 && !task.force)
    return isKept
      ? { changes: [], warnings: [`${task.dest} has local changes: ${copy.changed.join(', ')}`] }
      : { failed: `modified files exist in ${task.dest} (force=no): ${copy.changed.join(', ')}`, would: moves };
  return { changes: [...reverting(copy, { task, place: there, context }), ...moves] };
}

const outdatedFiles = (outdated: ShellAnswer | undefined): readonly string[] =>
  (outdated?.stdout ?? '').split('\n').filter((line) => /^.{8}\*/.test(line));

/** The effects of a working copy that is now at a revision: any of its files may be another. */
const arrivedAt = (task: Placed, info: Info, place: PathState | undefined, context: TaskContext): readonly Effect[] => [
  blurs('absent:unit:*', `path:${place?.exists === true ? (place.resolved ?? task.dest) : task.dest}/*`),
  predicts(askCopy(task, task.dest, context), copyAnswer(info)),
  predicts(
    askOutdated(task, task.dest, info.revision, context),
    shellAnswer(`Status against revision: ${info.revision.padStart(6)}\n`),
  ),
];

interface Placing {
  readonly task: Placed;
  readonly wanted: Info;
  readonly isThere: boolean;
  readonly context: TaskContext;
}

/** Checks out to a directory that is not there, or into one that is no working copy. */
function checkOut(state: State, { task, wanted, isThere, context }: Placing): Plan {
  const { dest, parent, self } = state;
  if (dest === undefined || parent === undefined) return { failed: `${task.dest} was not asked about` };
  if (isThere && followed(dest)?.kind !== 'directory') return { failed: `${task.dest} is not a directory` };
  const at = isThere ? undefined : placeOfClone(task.dest, { ...state, dest, parent }, 'check out');
  if (at !== undefined && 'failed' in at) return { failed: at.failed, would: [] };
  const words = [...(isThere ? ['--force'] : []), '--revision', wanted.revision, '--', pegged(task.repo), task.dest];
  const place = (isThere ? dest.resolved : at?.dest.resolved) ?? task.dest;
  const entry = followed(dest) ?? newEntry('directory', self, at && followed(at.parent));
  const change: Change = {
    what: `working copy ${task.dest}`,
    from: null,
    to: `${wanted.url} ${wanted.revision}`,
    commands: [
      ...(isThere ? [] : [sh`mkdir -p -- ${parentOf(task.dest)}`]),
      calling(task, 'checkout', words),
      ...(isThere && task.force ? [revert(task)] : []),
    ],
    effects: [
      ...(at?.effects ?? []),
      becomes({ place, was: followed(dest)?.kind, entry }),
      becomes({ place: joinPath(place, '.svn'), was: undefined, entry: newEntry('directory', self, entry) }),
      ...arrivedAt(task, wanted, dest, context),
      // Files that are in the way may differ from those in the repository.
      ...(isThere && !task.force ? [blurs(`path:${task.dest}/*`)] : []),
    ],
  };
  return { changes: [change] };
}

const revert = (task: Placed): Command => sh`${svn(task)} revert --quiet --recursive -- ${pegged(task.dest)}`;

interface Moving {
  readonly task: Placed;
  readonly place: PathState | undefined;
  readonly context: TaskContext;
}

function reverting(copy: Copy, { task, place, context }: Moving): readonly Change[] {
  if (copy.changed.length === 0) return [];
  return [
    {
      what: `local changes in ${task.dest}`,
      from: copy.changed.join(', '),
      to: 'none',
      commands: [revert(task)],
      effects: arrivedAt(task, copy, place, context),
    },
  ];
}

function moving(
  copy: Copy,
  { task, wanted, outdated, place, context }: Moving & { readonly wanted: Info; readonly outdated: readonly string[] },
): readonly Change[] {
  const switches = task.switch && copy.url !== wanted.url;
  // The revision may be newer though no file of this directory is.
  if (!switches && outdated.length === 0 && copy.revision === wanted.revision) return [];
  const after = { ...wanted, url: switches ? wanted.url : copy.url };
  const at = ['--revision', wanted.revision, '--'];
  return [
    {
      what: `working copy ${task.dest}`,
      from: `${copy.url} ${copy.revision}`,
      to: `${after.url} ${after.revision}`,
      commands: [
        switches
          ? calling(task, 'switch', [...at, pegged(task.repo), pegged(task.dest)])
          : calling(task, 'update', [...at, pegged(task.dest)]),
      ],
      ...(!switches && outdated.length === 0 && { means: true }),
      effects: arrivedAt(task, after, place, context),
    },
  ];
}

/** svn keeps no record of an export, so there is nothing to compare it with. */
function exportFiles({ wanted: offered, dest: there }: State, task: Task, dest: string): Plan {
  const wanted = readInfo(offered);
  if (wanted === undefined) return wantedFailure(offered, task) ?? { failed: `${task.repo} was not asked` };
  if (there?.exists === true && !task.force)
    return { failed: `${dest} exists: an export overwrites files only with force=yes` };
  const words = ['--quiet', ...(task.force ? ['--force'] : []), '--revision', wanted.revision, '--', pegged(task.repo)];
  return {
    changes: [
      {
        what: `export of ${wanted.url}`,
        from: '',
        to: `${dest} ${wanted.revision}`,
        commands: [sh`mkdir -p -- ${parentOf(tidyPath(dest))}`, calling(task, 'export', [...words, pegged(dest)])],
        effects: [blurs('absent:unit:*', `path:${tidyPath(dest)}`)],
      },
    ],
  };
}
