import {
  becomes,
  blurs,
  type Change,
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
  type Script,
  type Self,
  type ShellAnswer,
  type Subject,
  script,
  self,
  sh,
  shell,
  shellAnswer,
  stat,
  type TaskContext,
  tidyPath,
  urlLogin,
  withLacking,
} from '../src/sdk.ts';
import { missingTool } from './shared/commands/unanswered.ts';
import { ancestors } from './shared/files/file-directory.ts';
import { newEntry } from './shared/files/path-info.ts';
import { placeOfClone } from './shared/git/git-tree.ts';

const params = {
  repo: {
    type: 'str',
    required: true,
    aliases: ['name'],
    doc: 'The URL or path of the repository. A password belongs into the `[auth]` section of hgrc.',
    secret: 'password in URL',
  },
  dest: { type: 'path', doc: 'The directory of the clone; needed unless `clone` and `update` are both false.' },
  revision: {
    type: 'str',
    aliases: ['version'],
    doc: "A changeset, a revision number, a branch, a bookmark or a tag; by default the newest changeset of the clone's branch.",
  },
  force: { type: 'bool', default: false, doc: 'Discard uncommitted changes. Otherwise they are kept, and merged.' },
  purge: { type: 'bool', default: false, doc: 'Delete files that Mercurial does not track.' },
  update: { type: 'bool', default: true, doc: 'Update an existing clone to `revision`.' },
  clone: { type: 'bool', default: true, doc: 'Clone the repository if the clone is missing.' },
  executable: { type: 'path', doc: 'The hg program to use.' },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.hg',
  summary: 'Clone a Mercurial repository and keep the clone at a revision.',
  description:
    'Requires the `mercurial` package on the host. The wanted changeset is looked up with `hg identify`, which changes nothing. Local commits stay; they are never removed.',
  params,
  ask: (task, context) => ({
    self: self(),
    dest: asked(task.dest, (dest) => stat(tidyPath(dest))),
    parent: asked(task.dest, (dest) => stat(parentOf(tidyPath(dest)))),
    copy: isAsking(task) ? nothing() : asked(task.dest, (dest) => askCopy(task, dest, context)),
  }),
  thenAsk({ copy, parent }, task, context) {
    const now = readCopy(copy);
    const needed = isAsking(task) || (now === undefined ? task.clone : task.update);
    return {
      wanted: needed && hasNoLogin(task) ? askWanted(task, now?.branch, context) : nothing(),
      ...(task.dest !== undefined && parent?.exists === false && ancestors(parentOf(tidyPath(task.dest)))),
    };
  },
  plan(state, task, context): Plan {
    if (state.copy?.code === 127 || state.wanted?.code === 127)
      return { failed: missingTool({ name: task.executable ?? 'hg', package: 'mercurial' }) };
    if (!hasNoLogin(task))
      return {
        failed: 'a password in the URL would be in the list of processes: put it into the [auth] section of hgrc',
      };
    const wanted = readWanted(state.wanted);
    if (state.wanted !== undefined && wanted === undefined)
      return { failed: state.wanted.timedOut ? `${task.repo} did not respond in time` : told(state.wanted) };
    if (isAsking(task)) return { changes: [] };
    if (task.dest === undefined)
      return { failed: 'the destination directory must be specified unless clone=no and update=no' };
    return planCopy(state, wanted, { ...task, dest: task.dest }, context);
  },
  result({ before, state, params: task, changes, context }) {
    if (isAsking(task)) return { after: readWanted(before.wanted)?.node.slice(0, 12) };
    const cleaned = changes.some(({ what }) => what.startsWith('local ') || what.startsWith('untracked '));
    const result = { before: shown(readCopy(before.copy)), after: shown(readCopy(state.copy)), cleaned };
    // The branch and the tags of a changeset that is not there yet are not known.
    return context.check && changes.length > 0 ? withLacking({ before: result.before, cleaned }, ['after']) : result;
  },
  returns: {
    before: 'The changeset, the branch and the tags of the clone before the task; empty if there was none.',
    after: 'The same after the task.',
    cleaned: 'Whether local changes or files that are not tracked were removed.',
  },
  examples: [
    {
      title: 'Keep a clone at a branch',
      yaml: 'hg:\n  repo: https://hg.example.org/shop\n  dest: /srv/shop\n  revision: stable',
      runs: { no: 'needs a repository' },
    },
    {
      title: 'Keep a clone as it is in the repository, whatever was done to it',
      yaml: 'hg:\n  repo: https://hg.example.org/shop\n  dest: /srv/shop\n  force: true\n  purge: true',
      runs: { no: 'needs a repository' },
    },
  ],
});

type Placed = Task & { readonly dest: string };

function asked<A>(dest: string | undefined, question: (dest: string) => Question<A>): Question<A | undefined> {
  return dest === undefined ? nothing() : question(dest);
}

/** Whether only the revision in the repository is told. */
const isAsking = ({ clone, update }: Task): boolean => !clone && !update;

const hasNoLogin = ({ repo }: Task): boolean => urlLogin(repo).login === undefined;

const hg = ({ executable }: Task): Script => script`HGPLAIN=1 LC_ALL=C.UTF-8 ${executable ?? 'hg'} --noninteractive`;

const told = ({ stderr, code }: ShellAnswer): string =>
  stderr.trim().replace(/^abort: /, '') || `hg ended with exit code ${code}`;

/** The directory of a repository that is on the host itself. */
const repositoryHere = ({ repo }: Task): readonly Subject[] => {
  const path = repo.startsWith('/') ? repo : /^file:\/\/(\/[^%]*)$/.exec(repo)?.[1];
  return path === undefined ? [] : [`by:path:${tidyPath(path)}`];
};

/** Asks what is at `dest`; for a clone, its changeset and branch, what `hg id` shows, and what was changed in it. */
const askCopy = (task: Task, dest: string, { environment }: TaskContext) =>
  shell({
    ...sh`${exporting(environment)}dest=${tidyPath(dest)}
command -v ${task.executable ?? 'hg'} >/dev/null || exit 127
[ -e "$dest" ] || [ -L "$dest" ] || { echo absent; exit; }
[ -d "$dest/.hg" ] || { [ -d "$dest" ] && [ -z "$(ls -A "$dest")" ] && echo empty || echo other; exit; }
echo clone; ${hg(task)} -R "$dest" log -r . -T '{node}\n{branch}\n{tags}\n' || exit
${hg(task)} -R "$dest" status ${task.purge ? '-mardu' : '-mard'}`,
    about: [`path:${tidyPath(dest)}`, 'by:package:mercurial'],
    deadlineMs: 60_000,
  });

interface Copy {
  /** The changeset; empty if the repository has none. */
  readonly node: string;
  readonly branch: string;
  readonly tags: string;
  /** Files with local changes, and files that are not tracked, as Mercurial's status shows them. */
  readonly changed: readonly string[];
  readonly untracked: readonly string[];
}

function readCopy(answer: ShellAnswer | undefined): Copy | undefined {
  if (answer?.code !== 0) return undefined;
  const [is, ...lines] = answer.stdout.split('\n');
  if (is !== 'clone') return undefined;
  const isEmpty = !/^[0-9a-f]{40}$/.test(lines[0] ?? '');
  const [node = '', branch = '', tags = ''] = isEmpty ? [] : lines;
  return {
    node,
    branch: branch === '' ? 'default' : branch,
    tags,
    changed: lines.filter((line) => /^[MARD!] /.test(line)),
    untracked: lines.filter((line) => line.startsWith('? ')),
  };
}

/** A clone as `hg id -b -i -t` shows it. */
const shown = (copy: Copy | undefined): string =>
  copy === undefined
    ? ''
    : [`${copy.node.slice(0, 12).padEnd(12, '0')}${copy.changed.length === 0 ? '' : '+'}`, copy.branch, copy.tags]
        .filter((word) => word !== '')
        .join(' ');

/** Asks which changeset is wanted; without a revision, the one that a new clone, or its branch, would get. */
const askWanted = (task: Task, branch: string | undefined, { environment }: TaskContext) => {
  const newest = branch === undefined ? ['@', 'default'] : [branch];
  const names = task.revision === undefined ? [...(isAsking(task) ? [] : newest), 'tip'] : [task.revision];
  // A clone that has local commits on top of the newest changeset is not behind.
  const ahead =
    task.revision === undefined && branch !== undefined
      ? script`${hg(task)} -R ${tidyPath(task.dest ?? '')} log -r "$n and ::." -T 'ahead\n' 2>/dev/null; true`
      : script`:`;
  return shell(
    {
      ...sh`${exporting(environment)}command -v ${task.executable ?? 'hg'} >/dev/null || exit 127
for r in ${names}; do n=$(${hg(task)} id --debug --id -r "$r" -- ${task.repo}) && break; n=; done
[ "$n" ] || exit 1
echo "$n"; ${ahead}`,
      about: [
        'by:package:mercurial',
        ...repositoryHere(task),
        ...(task.dest === undefined ? [] : [`path:${tidyPath(task.dest)}`]),
      ],
      deadlineMs: 60_000,
    },
    { beyond: true },
  );
};

function readWanted(answer: ShellAnswer | undefined): { readonly node: string; readonly isAhead: boolean } | undefined {
  const [, node] = /^([0-9a-f]{40})\+?$/m.exec(answer?.stdout ?? '') ?? [];
  return answer?.code !== 0 || node === undefined ? undefined : { node, isAhead: /^ahead$/m.test(answer.stdout) };
}

interface State {
  readonly dest?: PathState | undefined;
  readonly parent?: PathState | undefined;
  readonly self: Self;
  readonly copy?: ShellAnswer | undefined;
  readonly [above: `above ${string}`]: PathState | undefined;
}

type Wanted = ReturnType<typeof readWanted>;

function planCopy(state: State, wanted: Wanted, task: Placed, context: TaskContext): Plan {
  const { copy: answer } = state;
  if (answer === undefined || answer.code !== 0) return { failed: answer === undefined ? '' : told(answer) };
  const copy = readCopy(answer);
  if (copy === undefined) {
    if (answer.stdout.startsWith('other'))
      return { failed: `${task.dest} exists and is not a Mercurial clone`, would: [] };
    return task.clone && wanted !== undefined ? cloning(state, wanted.node, task, context) : { changes: [] };
  }
  if (!task.update || wanted === undefined) return { changes: [] };
  const moves = copy.node !== wanted.node && !wanted.isAhead;
  const node = moves ? wanted.node : copy.node;
  const after = { ...copy, node, changed: task.force ? [] : copy.changed, untracked: [] };
  const effects = [
    blurs('absent:unit:*', `path:${state.dest?.exists === true ? (state.dest.resolved ?? task.dest) : task.dest}/*`),
    predicts(askCopy(task, task.dest, context), copyAnswer(after)),
    predicts(askWanted(task, copy.branch, context), shellAnswer(`${wanted.node}\nahead\n`)),
  ];
  const g = script`${hg(task)} -R ${tidyPath(task.dest)}`;
  const change = (what: string, from: string, to: string, command: Script): Change => ({
    what,
    from,
    to,
    commands: [{ ...sh`${command}`, long: true }],
    effects,
  });
  return {
    changes: [
      ...(task.force && copy.changed.length > 0
        ? [change(`local changes in ${task.dest}`, copy.changed.join(', '), 'none', script`${g} update -C -r .`)]
        : []),
      ...(task.purge && copy.untracked.length > 0
        ? [
            change(
              `untracked files in ${task.dest}`,
              copy.untracked.map((line) => line.slice(2)).join(', '),
              'none',
              script`${g} --config extensions.purge= purge`,
            ),
          ]
        : []),
      ...(moves
        ? [
            change(
              `clone ${task.dest}`,
              short(copy.node),
              short(wanted.node),
              script`${g} pull -q -- ${task.repo} && ${g} update -q ${task.force ? ['-C'] : []} -r ${wanted.node}`,
            ),
          ]
        : []),
    ],
  };
}

const short = (node: string): string => (node === '' ? 'no changeset' : node.slice(0, 12));

const copyAnswer = ({ node, branch, tags, changed, untracked }: Copy): ShellAnswer =>
  shellAnswer(['clone', node, branch, tags, ...changed, ...untracked, ''].join('\n'));

function cloning(state: State, node: string, task: Placed, context: TaskContext): Plan {
  const { dest, parent, self } = state;
  if (dest === undefined || parent === undefined) return { failed: `${task.dest} was not asked about` };
  const at = placeOfClone(task.dest, { ...state, dest, parent });
  if ('failed' in at) return { failed: at.failed, would: [] };
  const place = at.dest.resolved ?? task.dest;
  const entry = followed(dest) ?? newEntry('directory', self, followed(at.parent));
  const effects: readonly Effect[] = [
    ...at.effects,
    blurs('absent:unit:*'),
    becomes({ place, was: followed(dest)?.kind, entry }),
    becomes({ place: joinPath(place, '.hg'), was: undefined, entry: newEntry('directory', self, entry) }),
    blurs(`path:${place}/*`),
    predicts(askCopy(task, task.dest, context), copyAnswer({ node, branch: '', tags: '', changed: [], untracked: [] })),
    predicts(askWanted(task, 'default', context), shellAnswer(`${node}\n`)),
  ];
  const change: Change = {
    what: `clone ${task.dest}`,
    from: null,
    to: `${task.revision === undefined ? '' : `${task.revision} `}${short(node)}`,
    commands: [
      {
        ...sh`mkdir -p -- ${parentOf(tidyPath(task.dest))} && ${hg(task)} clone -q --updaterev ${node} -- ${task.repo} ${tidyPath(task.dest)}`,
        long: true,
      },
    ],
    effects,
  };
  return { changes: [change] };
}
