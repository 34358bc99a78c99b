import {
  blurs,
  type Change,
  type Command,
  defineTask,
  exporting,
  nothing,
  type Params,
  type Plan,
  predicts,
  type Question,
  type ShellAnswer,
  sh,
  shell,
  shellAnswer,
  type TaskContext,
  tidyPath,
} from '../src/sdk.ts';
import { missingTool } from './shared/commands/unanswered.ts';
import {
  isSameUrl,
  readRepositories,
  writeRepositories,
  type ZyppRepository,
} from './shared/packages/rpm/zypp-repositories.ts';
import { byState } from './shared/retire/by-state.ts';
import { isUrl } from './shared/text.ts';

const params = {
  name: { type: 'str', doc: 'The alias of the repository. Required for a new one, unless `repo` is a `.repo` file.' },
  repo: {
    type: 'str',
    secret: 'password in URL',
    doc: 'The URL of the repository, or a `.repo` file: its path on the host, or its URL. `*` with `runrefresh` means all repositories.',
  },
  state: { type: 'str', default: 'present', choices: ['absent', 'present'], doc: 'Whether it should be configured.' },
  description: { type: 'str', doc: 'The name of the repository for people.' },
  disable_gpg_check: {
    type: 'bool',
    doc: 'Do not check signatures (default: what the `.repo` file says, or zypp.conf).',
  },
  autorefresh: {
    type: 'bool',
    aliases: ['refresh'],
    doc: 'Whether zypper fetches the package lists by itself (default for a new one: what the `.repo` file says, or true).',
  },
  priority: { type: 'int', doc: 'The priority: packages come from the repository with the smallest number.' },
  overwrite_multiple: {
    type: 'bool',
    default: false,
    doc: 'If one repository has the alias and others have the URL, replace them all.',
  },
  auto_import_keys: {
    type: 'bool',
    default: false,
    doc: 'Trust the key of a new or changed repository, and fetch its package lists.',
  },
  runrefresh: { type: 'bool', default: false, doc: 'Fetch the package lists, each time.' },
  enabled: { type: 'bool', doc: 'Whether it is used (default for a new one: what the `.repo` file says, or true).' },
} as const;

type Task = Params<typeof params>;

type Asking = { readonly all: Question<ShellAnswer>; readonly file: Question<ShellAnswer | undefined> };

export default defineTask({
  name: 'community.general.zypper_repository',
  summary: 'Manage a repository of zypper.',
  description:
    'Needs zypper on the host. What is not given is left as it is in a repository that exists. zypper keeps passwords in /etc/zypp/credentials.d, so they cannot be part of the URL. Fetching package lists is not reported as a change.',
  params,
  ask: (task, context): Asking => ({ all: askAll(context), file: isFile(task) ? askFile(task, context) : nothing() }),
  plan({ all, file }, task, context): Plan {
    const { repo, name, state, runrefresh } = task;
    if (all.code === 127) return { failed: missingTool({ name: 'zypper', package: 'zypper' }) };
    if (all.code !== 0) return { failed: all.stderr.trim() };
    if (repo === '*' || name === '*')
      return runrefresh
        ? { changes: [refreshing([], task)] }
        : { failed: 'repo: `*` can only be used with `runrefresh`' };
    if (state === 'present' && repo === undefined) return { failed: 'repo is required, unless state is absent' };
    if (repo === undefined && name === undefined) return { failed: 'name or repo is required' };
    if (/^\w+:\/\/[^/@]*:[^/@]*@/.test(repo ?? ''))
      return {
        failed: 'repo: write the password to a file in /etc/zypp/credentials.d, and add `?credentials=FILE` to the URL',
      };
    const now = readRepositories(all.stdout);
    if (state === 'absent' && !isFile(task))
      return removal(
        now,
        now.filter((one) => isMeant(one, name, repo)),
        context,
      );
    if (file !== undefined && file.code !== 0)
      return { failed: `${repo}: ${file.stderr.trim() || 'this cannot be read'}` };
    const told = file === undefined ? undefined : readRepositories(file.stdout);
    if (told !== undefined && (told.length !== 1 || told[0]?.url === ''))
      return { failed: `${repo}: expected a file with one repository that has a baseurl` };
    const given = told?.[0] && { ...told[0], autorefresh: toldAutorefresh(file?.stdout ?? '', told[0]) };
    const alias = name ?? given?.alias;
    const url = given?.url ?? repo ?? '';
    const found = now.filter((one) => isMeant(one, alias, url));
    if (state === 'absent') return removal(now, found, context);
    if (found.length > 1 && !task.overwrite_multiple)
      return {
        failed: `the alias and the URL are those of several repositories, ${found.map((one) => one.alias).join(', ')}: overwrite_multiple replaces them all`,
      };
    if (alias === undefined && found.length === 0) return { failed: 'name is required for a new repository' };
    const wanted = wantedOf(task, { ...given, alias: alias ?? found[0]?.alias ?? '', url }, found[0]);
    return setting(now, found, wanted, { task, context });
  },
  result: ({ params: { state, repo, name } }) => ({ state, repodata: { url: repo, alias: name } }),
  returns: { state: 'The `state` parameter.', repodata: 'The URL and the alias that were given.' },
  retire: byState('zypper repository', ['name'], ['repo']),
  examples: [
    {
      title: 'Add a repository',
      yaml: 'zypper_repository:\n  name: tools\n  repo: https://download.example.org/tools/\n  priority: 90\n  auto_import_keys: true',
      runs: { no: 'needs zypper' },
    },
    {
      title: 'Fetch the package lists of all repositories',
      yaml: "community.general.zypper_repository:\n  repo: '*'\n  runrefresh: true",
      runs: { no: 'needs zypper' },
    },
    {
      title: 'Remove a repository',
      yaml: 'community.general.zypper_repository:\n  name: tools\n  state: absent',
      runs: { no: 'needs zypper' },
    },
  ],
});

const DIRECTORY = '/etc/zypp/repos.d';

/** Asks which repositories there are: zypper itself would write its log and its cache. */
const askAll = ({ environment }: TaskContext): Question<ShellAnswer> =>
  shell({
    ...sh`${exporting(environment)}command -v zypper >/dev/null || exit 127
for f in ${DIRECTORY}/*.repo; do [ ! -f "$f" ] || { cat -- "$f" && echo; } || exit; done`,
    about: [`path:${DIRECTORY}`, 'by:package:zypper'],
  });

const isFile = ({ repo }: Task): boolean => repo?.endsWith('.repo') === true;

/** Reads the `.repo` file that is given. */
const askFile = ({ repo = '' }: Task, { environment }: TaskContext): Question<ShellAnswer> =>
  isUrl(repo)
    ? shell(
        {
          ...sh`${exporting(environment)}command -v curl >/dev/null || { echo 'curl is missing on the host: install the curl package' >&2; exit 127; }
curl -fsSL -- ${repo}`,
          about: ['by:package:curl'],
          deadlineMs: 120_000,
        },
        { beyond: true },
      )
    : shell({ ...sh`cat -- ${repo}`, about: [`path:${tidyPath(repo)}`] });

/** A file that does not say whether package lists are fetched means that they are. */
const toldAutorefresh = (text: string, { autorefresh }: ZyppRepository): boolean =>
  autorefresh || !/^autorefresh/m.test(text);

const isMeant = (one: ZyppRepository, alias: string | undefined, url: string | undefined): boolean =>
  one.alias === alias || (url !== undefined && isSameUrl(one.url, url));

type Given = Partial<ZyppRepository> & Pick<ZyppRepository, 'alias' | 'url'>;

/** The repository as it should be: as the task says, or the file that it gives, or as it is now. */
function wantedOf(task: Task, given: Given, now: ZyppRepository | undefined): ZyppRepository {
  const { alias, url } = given;
  // What a file says about a repository that exists does not change it, except for its alias and URL.
  const rest = now ?? given;
  return {
    alias,
    url: now !== undefined && isSameUrl(now.url, url) ? now.url : url,
    name: task.description ?? rest.name ?? alias,
    enabled: task.enabled ?? rest.enabled ?? true,
    autorefresh: task.autorefresh ?? rest.autorefresh ?? true,
    gpgcheck: task.disable_gpg_check === undefined ? rest.gpgcheck : !task.disable_gpg_check,
    priority: task.priority ?? rest.priority ?? 99,
  };
}

interface Doing {
  readonly task: Task;
  readonly context: TaskContext;
}

const call = (words: readonly string[]): Command => sh`zypper --non-interactive --quiet ${words} </dev/null`;

function setting(
  now: readonly ZyppRepository[],
  found: readonly ZyppRepository[],
  wanted: ZyppRepository,
  { task, context }: Doing,
): Plan {
  const refresh = (isNew: boolean): readonly Change[] =>
    task.runrefresh || (task.auto_import_keys && isNew) ? [refreshing([wanted.alias], task)] : [];
  const [first] = found;
  const differs = first === undefined ? [] : differences(first, wanted);
  if (first !== undefined && found.length === 1 && differs.length === 0) return { changes: refresh(false) };
  const isAnew = found.length !== 1 || first?.alias !== wanted.alias || first.url !== wanted.url;
  const commands = isAnew
    ? [...found.map(({ alias }) => call(['removerepo', '--', alias])), adding(wanted)]
    : [call(['modifyrepo', ...options(wanted, first), '--', wanted.alias])];
  const after = [...now.filter((one) => !found.includes(one)), wanted];
  const told =
    first === undefined
      ? [{ what: `repository ${wanted.alias}`, from: null, to: wanted.url }]
      : [
          ...differs,
          ...found.slice(1).map(({ alias }) => ({ what: `repository ${alias}`, from: 'present', to: null })),
        ];
  const changes = told.map(
    (one, index): Change => ({
      ...one,
      commands: index === 0 ? commands : [],
      effects: [predicts(askAll(context), shellAnswer(writeRepositories(after))), blurs('package:*')],
    }),
  );
  return { changes: [...changes, ...refresh(true)] };
}

const adding = (one: ZyppRepository): Command => call(['addrepo', ...options(one), '--', one.url, one.alias]);

/** The options for what a repository should be like, or only for what differs from what it is. */
function options(wanted: ZyppRepository, now?: ZyppRepository): readonly string[] {
  const differs = (key: keyof ZyppRepository): boolean => now === undefined || now[key] !== wanted[key];
  return [
    ...(differs('name') ? ['--name', wanted.name] : []),
    ...(differs('enabled') ? [wanted.enabled ? '--enable' : '--disable'] : []),
    ...(differs('autorefresh') ? [wanted.autorefresh ? '--refresh' : '--no-refresh'] : []),
    ...(differs('priority') ? ['--priority', String(wanted.priority)] : []),
    ...(differs('gpgcheck') && wanted.gpgcheck !== undefined ? [wanted.gpgcheck ? '--gpgcheck' : '--no-gpgcheck'] : []),
  ];
}

const differences = (now: ZyppRepository, wanted: ZyppRepository): readonly Pick<Change, 'what' | 'from' | 'to'>[] =>
  (['alias', 'url', 'name', 'enabled', 'autorefresh', 'gpgcheck', 'priority'] as const).flatMap((key) =>
    now[key] === wanted[key]
      ? []
      : [{ what: `${key} of repository ${now.alias}`, from: String(now[key] ?? 'default'), to: String(wanted[key]) }],
  );

function removal(now: readonly ZyppRepository[], found: readonly ZyppRepository[], context: TaskContext): Plan {
  const after = now.filter((one) => !found.includes(one));
  return {
    changes: found.map(({ alias, url }) => ({
      what: `repository ${alias}`,
      from: url,
      to: null,
      commands: [call(['removerepo', '--', alias])],
      effects: [predicts(askAll(context), shellAnswer(writeRepositories(after))), blurs('package:*')],
    })),
  };
}

/** Fetching package lists: of the given repositories, or of all. */
const refreshing = (aliases: readonly string[], { auto_import_keys: imports }: Task): Change => ({
  what: 'package lists',
  from: '',
  to: 'fetched',
  commands: [
    {
      ...sh`zypper --non-interactive --quiet ${imports ? ['--gpg-auto-import-keys'] : []} refresh ${aliases.length === 0 ? [] : ['--', ...aliases]} </dev/null`,
      long: true,
    },
  ],
  effects: [blurs('package:*')],
  means: true,
  repeats: true,
});
