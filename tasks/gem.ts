import {
  blurs,
  type Change,
  defineTask,
  exporting,
  mayAlter,
  nothing,
  optionWords,
  type Params,
  type Plan,
  predicts,
  type Question,
  type Script,
  type ShellAnswer,
  script,
  sh,
  shell,
  shellAnswer,
  type TaskContext,
  tidyPath,
  urlLogin,
} from '../src/sdk.ts';
import { missingTool } from './shared/commands/unanswered.ts';
import { byState } from './shared/retire/by-state.ts';

const params = {
  name: { type: 'str', required: true, doc: 'The gem.' },
  state: {
    type: 'str',
    default: 'present',
    choices: ['absent', 'latest', 'present'],
    doc: 'Whether the gem should be installed; `latest` installs the newest version.',
  },
  version: { type: 'str', doc: 'The version, for example `1.2.3` or `~> 1.2`.' },
  gem_source: { type: 'path', doc: 'A gem file on the host to install, instead of one from a repository.' },
  repository: { type: 'str', aliases: ['source'], doc: 'The repository to install from.', secret: 'password in URL' },
  include_dependencies: { type: 'bool', default: true, doc: 'Install what the gem depends on, too.' },
  user_install: {
    type: 'bool',
    default: true,
    doc: 'Install for the user who runs the task only; otherwise for all users.',
  },
  install_dir: { type: 'path', doc: 'The directory to install into. This requires `user_install: false`.' },
  bindir: { type: 'path', doc: 'The directory for programs.' },
  executable: { type: 'path', doc: 'The gem program to use.' },
  norc: { type: 'bool', default: true, doc: 'Do not read gemrc files, whose options could change what gem does.' },
  env_shebang: { type: 'bool', default: false, doc: 'Let programs find Ruby with env.' },
  pre_release: { type: 'bool', default: false, doc: 'Also consider versions before a release.' },
  include_doc: { type: 'bool', default: false, doc: 'Install the documentation, too.' },
  build_flags: { type: 'str', doc: "Options for building the gem's extensions." },
  force: { type: 'bool', default: false, doc: 'Install or remove the gem even if dependencies are violated.' },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.gem',
  summary: 'Install or remove Ruby gems.',
  description:
    'Requires the `ruby` package on the host. gem itself tells which versions are installed and, for a gem that will be installed, which ones the repository has.',
  params,
  rules: { mutuallyExclusive: [['gem_source', 'repository']] },
  ask: (task, context): { now: Question<ShellAnswer | undefined> } => ({
    now: wrongly(task) === undefined ? askInstalled(task, context) : nothing(),
  }),
  thenAsk({ now }, task, context): { offered: Question<ShellAnswer | undefined> } {
    const isNeeded =
      now?.code === 0 &&
      task.gem_source === undefined &&
      (task.state === 'latest' || (task.state === 'present' && !readInstalled(now, task).matches));
    return { offered: isNeeded ? askOffered(task, context) : nothing() };
  },
  plan({ now, offered }, task, context): Plan {
    const wrong = wrongly(task);
    if (wrong !== undefined || now === undefined) return { failed: wrong ?? '' };
    if (now.code === 127) return { failed: missingTool({ name: task.executable ?? 'gem', package: 'ruby' }) };
    if (now.code !== 0) return { failed: now.stderr.trim() || `gem ended with exit code ${now.code}` };
    return task.state === 'absent' ? removingGem(now, task, context) : installing(now, offered, { task, context });
  },
  result: ({ params: { name, state, version } }) => ({ name, state, ...(version !== undefined && { version }) }),
  retire: byState('gem', ['name'], ['user_install', 'install_dir', 'executable']),
  returns: { name: 'The gem.', state: 'The `state` parameter.', version: 'The `version` parameter.' },
  examples: [
    {
      title: 'Install a gem for all users',
      yaml: 'gem:\n  name: bundler\n  version: "~> 2.4"\n  user_install: false',
      runs: { no: 'needs the ruby package and a repository' },
    },
    {
      title: 'Remove all versions of a gem',
      yaml: 'gem:\n  name: vagrant\n  state: absent',
      runs: { no: 'needs the ruby package' },
    },
  ],
});

function wrongly({ version, state, gem_source, user_install, install_dir }: Task): string | undefined {
  if (version !== undefined && state === 'latest') return 'Cannot specify version when state=latest';
  if (gem_source !== undefined && state === 'latest')
    return 'Cannot maintain state=latest when installing from local source';
  return user_install && install_dir !== undefined ? 'install_dir requires user_install=false' : undefined;
}

const gem = ({ executable }: Task): readonly string[] => optionWords(executable ?? 'gem');

const norc = (task: Task): readonly string[] => (task.norc ? ['--norc'] : []);

/** Lets gem look for gems in the directory that it installs into, and nowhere else. */
const home = ({ install_dir }: Task) =>
  install_dir === undefined
    ? script`:`
    : script`export GEM_HOME=${tidyPath(install_dir)} GEM_PATH=${tidyPath(install_dir)}`;

const subject = ({ name, install_dir }: Task): string =>
  install_dir === undefined ? `gem:${name}` : `path:${tidyPath(install_dir)}`;

/** A name as a pattern that matches only it. */
const exactly = (name: string): string => `^${name.replace(/[.*+?^$()[\]{}|\\]/g, '\\$&')}$`;

/** Asks for the installed versions, and whether one of them matches. */
const askInstalled = (task: Task, { environment }: TaskContext): Question<ShellAnswer> =>
  shell({
    ...sh`${exporting(environment)}command -v ${gem(task)[0] ?? 'gem'} >/dev/null || exit 127
${home(task)}
${gem(task)} list ${norc(task)} --local ${exactly(task.name)} || exit
${task.version === undefined ? script`:` : script`${gem(task)} list ${norc(task)} --local --silent --installed --version ${task.version} ${exactly(task.name)} && echo matches || :`}`,
    about: [subject(task), 'by:package:ruby*'],
    deadlineMs: 120_000,
  });

interface Installed {
  /** From the newest to the oldest. */
  readonly versions: readonly string[];
  readonly matches: boolean;
}

/** The versions in `name (1.2, default: 1.0)`. */
const versionsIn = (text: string): readonly string[] =>
  (/^\S+ \((.*)\)$/m.exec(text)?.[1] ?? '')
    .split(',')
    .map(
      (one) =>
        one
          .trim()
          .replace(/^default: /, '')
          .split(' ')[0] ?? '',
    )
    .filter((one) => one !== '');

function readInstalled({ stdout }: ShellAnswer, { version }: Task): Installed {
  const versions = versionsIn(stdout);
  return { versions, matches: version === undefined ? versions.length > 0 : /^matches$/m.test(stdout) };
}

/** Whether the repository's URL has a password, which must be in no list of processes. */
const isSecret = ({ repository }: Task): boolean =>
  repository !== undefined && urlLogin(repository).login !== undefined;

const sources = (task: Task): readonly string[] => {
  if (task.repository === undefined) return [];
  return isSecret(task) ? ['--config-file', '/dev/stdin'] : ['--clear-sources', '--source', task.repository];
};

/** What gem reads: its configuration with the repository, if that has a password; otherwise nothing. */
const feeding = (task: Task): Script =>
  isSecret(task) ? script`printf ':sources:\n- %s\n' ${JSON.stringify(task.repository)} |` : script`</dev/null`;

/** Asks the repository for the newest version that matches. gem keeps what it has read, here only until it ends. */
const askOffered = (task: Task, { environment }: TaskContext): Question<ShellAnswer> =>
  shell(
    {
      ...sh`${exporting(environment)}GEM_SPEC_CACHE=$(mktemp -d) || exit
export GEM_SPEC_CACHE
trap 'rm -rf -- "$GEM_SPEC_CACHE"' EXIT
${feeding(task)} ${gem(task)} specification ${isSecret(task) ? [] : norc(task)} --remote ${sources(task)} ${task.pre_release ? ['--prerelease'] : []} ${task.version === undefined ? [] : ['--version', task.version]} ${task.name} version`,
      about: ['by:package:ruby*'],
      deadlineMs: 120_000,
    },
    { beyond: true },
  );

/** The version that `gem specification … version` prints. */
const offeredVersion = (answer: ShellAnswer | undefined): string | undefined =>
  /^version: ['"]?([^'"\s]+)/m.exec(answer?.stdout ?? '')?.[1];

function installing(
  now: ShellAnswer,
  offered: ShellAnswer | undefined,
  { task, context }: { readonly task: Task; readonly context: TaskContext },
): Plan {
  const { versions, matches } = readInstalled(now, task);
  if (matches && task.state === 'present') return { changes: [] };
  const newest = offeredVersion(offered);
  if (offered !== undefined && newest === undefined)
    return { failed: offered.stderr.trim() || `gem ended with exit code ${offered.code}` };
  if (newest !== undefined && versions.includes(newest)) return { changes: [] };
  const to = newest ?? task.version ?? 'present';
  const known = newest === undefined ? undefined : [newest, ...versions];
  return { changes: [change({ now: versions, to, known }, installation(task, newest), { task, context })] };
}

/** The call that installs the gem; `latest` names the version, so that what is installed is what was found. */
function installation(task: Task, newest: string | undefined) {
  const { name, state, version, gem_source, bindir, install_dir, build_flags } = task;
  const chosen = state === 'latest' ? newest : version;
  const words = [
    ...(isSecret(task) ? [] : norc(task)),
    ...(task.include_doc ? [] : ['--no-document']),
    ...(task.include_dependencies ? [] : ['--ignore-dependencies']),
    task.user_install ? '--user-install' : '--no-user-install',
    ...(install_dir === undefined ? [] : ['--install-dir', tidyPath(install_dir)]),
    ...(bindir === undefined ? [] : ['--bindir', tidyPath(bindir)]),
    ...(task.pre_release ? ['--pre'] : []),
    ...(task.env_shebang ? ['--env-shebang'] : []),
    ...(chosen === undefined ? [] : ['--version', chosen]),
    ...sources(task),
    ...(task.force ? ['--force'] : []),
    gem_source ?? name,
    ...(build_flags === undefined ? [] : ['--', ...optionWords(build_flags)]),
  ];
  return sh`${feeding(task)} ${gem(task)} install ${words}`;
}

function removingGem(now: ShellAnswer, task: Task, context: TaskContext): Plan {
  const { versions, matches } = readInstalled(now, task);
  if (!matches) return { changes: [] };
  const { version, install_dir, bindir, force } = task;
  const words = [
    ...norc(task),
    ...(install_dir === undefined ? [] : ['--install-dir', tidyPath(install_dir)]),
    ...(bindir === undefined ? [] : ['--bindir', tidyPath(bindir)]),
    ...(version === undefined ? ['--all'] : ['--version', version]),
    '--executables',
    ...(force ? ['--force'] : []),
    task.name,
  ];
  const known = version === undefined ? [] : undefined;
  return {
    changes: [
      change(
        { now: version === undefined ? versions : [version], to: null, known },
        sh`${gem(task)} uninstall ${words} </dev/null`,
        { task, context },
      ),
    ],
  };
}

/** What happens to a gem: the versions now, the new one, and all of them afterwards, if they are known. */
interface GemChange {
  readonly now: readonly string[];
  readonly to: string | null;
  readonly known: readonly string[] | undefined;
}

function change(
  { now, to, known }: GemChange,
  command: ReturnType<typeof sh>,
  { task, context }: { readonly task: Task; readonly context: TaskContext },
): Change {
  const { name, install_dir } = task;
  const listed = known === undefined || known.length === 0 ? '' : `${name} (${known.join(', ')})\nmatches\n`;
  return {
    what: `gem ${name}`,
    from: now.length === 0 ? null : now.join(', '),
    to,
    commands: [{ ...command, long: true }],
    effects: [
      known === undefined ? blurs(subject(task)) : predicts(askInstalled(task, context), shellAnswer(listed)),
      // Others may be installed with it.
      mayAlter('gem:*'),
      install_dir === undefined
        ? mayAlter('path:/var/lib/gems', 'path:/usr/local/bin', 'path:/root', 'path:/home')
        : blurs(`path:${tidyPath(install_dir)}`),
    ],
  };
}
