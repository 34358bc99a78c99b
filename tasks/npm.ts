import {
  blurs,
  type Change,
  defineTask,
  type Effect,
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
} from '../src/sdk.ts';
import { missingTool } from './shared/commands/unanswered.ts';
import {
  isInstalled,
  type NpmTree,
  nameOf,
  outdatedIn,
  readNpmTree,
  viewedVersion,
  withPackages,
} from './shared/packages/npm-tree.ts';
import { byState } from './shared/retire/by-state.ts';

const params = {
  name: { type: 'str', doc: 'The package; without it, the packages that package.json lists are managed.' },
  version: { type: 'str', doc: 'The version of the package, or a tag.' },
  path: { type: 'path', doc: 'The directory of the project. It is created if it is missing.' },
  global: { type: 'bool', default: false, doc: 'Install for all users, instead of in `path`.' },
  executable: { type: 'path', doc: 'The npm program to use, for example one of nvm.' },
  registry: { type: 'str', doc: 'The registry to install from.', secret: 'password in URL' },
  state: {
    type: 'str',
    default: 'present',
    choices: ['present', 'absent', 'latest'],
    doc: 'Whether the package should be installed; `latest` also updates it as far as package.json allows.',
  },
  production: { type: 'bool', default: false, doc: 'Install without the dependencies for development.' },
  ci: { type: 'bool', default: false, doc: 'Install exactly what package-lock.json lists, each time from scratch.' },
  ignore_scripts: { type: 'bool', default: false, doc: "Do not run the packages' own scripts." },
  unsafe_perm: { type: 'bool', default: false, doc: 'As root, run scripts as root (before npm 7).' },
  force: { type: 'bool', default: false, doc: 'Install with `--force`: despite conflicts between packages.' },
  no_optional: { type: 'bool', default: false, doc: 'Install without optional dependencies.' },
  no_bin_links: { type: 'bool', default: false, doc: 'Do not make links to programs in packages.' },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.npm',
  summary: 'Install, update or remove Node packages.',
  description:
    'Requires npm on the host. npm itself tells which packages are missing, and the registry which version a new one will have.',
  params,
  rules: { requiredIf: [{ param: 'state', is: 'absent', needs: ['name'] }] },
  ask: (task, context): { now: Question<ShellAnswer | undefined> } => ({
    now: wrongly(task) === undefined ? askTree(task, context) : nothing(),
  }),
  thenAsk({ now }, task, context): { offered: Question<ShellAnswer | undefined> } {
    const tree = now === undefined ? undefined : readNpmTree(now.stdout);
    return { offered: tree === undefined || task.ci ? nothing() : askOffered(tree, task, context) };
  },
  plan({ now, offered }, task, context): Plan {
    const wrong = wrongly(task);
    if (wrong !== undefined || now === undefined) return { failed: wrong ?? '' };
    const tool = task.executable ?? 'npm';
    if (now.code === 127) return { failed: missingTool({ name: tool, package: 'npm' }) };
    const tree = readNpmTree(now.stdout);
    if (tree === undefined) return { failed: now.stderr.trim() || now.stdout.trim() || `npm: exit code ${now.code}` };
    if (task.ci) {
      const anew: PackageChange = { name: 'package-lock.json', from: '', to: 'installed anew', repeats: true };
      return { changes: changesOf([anew], ['ci'], { tree, task, context }) };
    }
    if (task.state === 'absent') return removingPackage({ tree, task, context });
    const refused = offered === undefined ? undefined : readError(offered);
    if (refused !== undefined) return { failed: refused };
    return installing(offered, { tree, task, context });
  },
  retire: byState('npm package', ['name', 'path', 'global']),
  returns: {},
  examples: [
    {
      title: "Install a project's dependencies",
      yaml: 'npm:\n  path: /srv/app\n  production: true',
      runs: { no: 'needs npm and a project' },
    },
    {
      title: 'Install a program for all users',
      yaml: 'npm:\n  name: coffee-script\n  version: 1.6.1\n  global: true',
      runs: { no: 'needs npm and a registry' },
    },
  ],
});

function wrongly({ path, global }: Task): string | undefined {
  return path === undefined && !global ? 'path must be specified when not using global' : undefined;
}

/** What a plan is derived from. */
interface NpmSituation {
  readonly tree: NpmTree;
  readonly task: Task;
  readonly context: TaskContext;
}

/** The words that call npm. */
const npm = ({ executable }: Task): readonly string[] => optionWords(executable ?? 'npm');

const options = ({ global }: Task): readonly string[] => (global ? ['--global'] : []);

/** The registry, in a variable: its URL may have a password, and arguments are in the list of processes. */
const fromRegistry = ({ registry }: Task): Script =>
  registry === undefined ? script`:` : script`export npm_config_registry=${registry}`;

const installOptions = (task: Task): readonly string[] => [
  ...(task.production ? ['--production'] : []),
  ...(task.ignore_scripts ? ['--ignore-scripts'] : []),
  ...(task.unsafe_perm ? ['--unsafe-perm'] : []),
  ...(task.no_optional ? ['--no-optional'] : []),
  ...(task.no_bin_links ? ['--no-bin-links'] : []),
  ...(task.force ? ['--force'] : []),
];

/** The package as npm takes it: `NAME@VERSION`. */
const spec = ({ name = '', version }: Task): string => (version === undefined ? name : `${name}@${version}`);

/** What the packages depend on. */
const aboutPackages = ({ path, global }: Task): readonly string[] => [
  ...(global || path === undefined ? ['by:path:/usr/local', 'by:path:/usr/lib/node_modules'] : []),
  ...(path === undefined ? [] : [`by:path:${tidyPath(path)}`]),
  ...aboutTool,
];

const aboutTool = ['by:package:nodejs', 'by:package:npm'];

const inPath = ({ path }: Task): Script =>
  path === undefined
    ? script`:`
    : script`if [ ! -e ${path} ]; then echo '{}'; exit 0; fi
[ -d ${path} ] || { echo ${`path ${path} is not a directory`} >&2; exit 1; }
cd -- ${path} || exit`;

/** Lists what is installed. npm keeps no log and asks for no update of itself meanwhile. */
const askTree = (task: Task, { environment }: TaskContext): Question<ShellAnswer> =>
  shell({
    ...sh`${exporting(environment)}${quiet}
command -v ${npm(task)[0] ?? 'npm'} >/dev/null || exit 127
${inPath(task)}
${npm(task)} list --json --long --depth=0 ${task.global ? ['--global'] : []} ${task.production ? ['--production'] : []} </dev/null`,
    about: aboutPackages(task),
    deadlineMs: 120_000,
  });

const quiet = script`export npm_config_logs_max=0 npm_config_update_notifier=false npm_config_fund=false npm_config_audit=false`;

/**
 * Asks the registry which version would be installed, or what is outdated; nothing if no version is sought. npm cannot
 * do that without a cache: it gets one that is gone afterwards.
 */
function askOffered(tree: NpmTree, task: Task, { environment }: TaskContext): Question<ShellAnswer | undefined> {
  const { name, state, path } = task;
  const settings = [...aboutTool, ...(path === undefined ? [] : [`by:data:${tidyPath(path)}/.npmrc`])];
  const ask = (command: Script, about: readonly string[]): Question<ShellAnswer> =>
    shell(
      {
        ...sh`${exporting(environment)}${quiet}
${task.path === undefined ? script`:` : script`cd -- ${task.path} 2>/dev/null`}
${fromRegistry(task)}
npm_config_cache=$(mktemp -d) || exit
export npm_config_cache
trap 'rm -rf -- "$npm_config_cache"' EXIT
${command} </dev/null`,
        about,
        deadlineMs: 120_000,
      },
      { beyond: true },
    );
  if (name !== undefined && state !== 'absent' && !isInstalled(tree, task))
    return isFromRegistry(name)
      ? ask(script`${npm(task)} view ${spec(task)} version --json ${options(task)}`, settings)
      : nothing();
  if (state === 'latest')
    return ask(
      script`${npm(task)} outdated --json ${options(task)} ${name === undefined ? [] : [nameOf(name)]}`,
      aboutPackages(task),
    );
  return nothing();
}

/** Whether a name is one in a registry, and not a path, an archive or a repository. */
const isFromRegistry = (name: string): boolean =>
  /^(@[a-z0-9._~-]+\/)?[a-zA-Z0-9._~-]+(@[^/]*)?$/.test(name) && !/^\.|\.t(ar\.)?gz$/.test(name);

/** npm's error, which it prints as JSON; undefined if there is none. */
function readError({ code, stdout, stderr }: ShellAnswer): string | undefined {
  const summary = /"error":\s*\{[^}]*"summary":\s*"((?:[^"\\]|\\.)*)"/.exec(stdout)?.[1];
  if (summary !== undefined) return summary.replace(/\\n/g, ' ').trim();
  return code !== 0 && stdout.trim() === '' ? stderr.trim() || `npm: exit code ${code}` : undefined;
}

/** A package that changes. */
interface PackageChange {
  readonly name: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly repeats?: true;
}

function installing(offered: ShellAnswer | undefined, situation: NpmSituation): Plan {
  const { tree, task } = situation;
  const { name } = task;
  if (name !== undefined && !isInstalled(tree, task)) {
    const plain = nameOf(name);
    const viewed = viewedVersion(offered?.stdout);
    if (offered !== undefined && viewed === undefined)
      return { failed: `no version of ${plain} matches ${spec(task)}` };
    // A tag or a range of versions stands for the newest one that it matches.
    if (isInstalled(tree, task, viewed)) return { changes: [] };
    const to = viewed ?? task.version ?? 'present';
    const item = { name: plain, from: tree.installed[plain] ?? null, to };
    return { changes: changesOf([item], ['install', spec(task)], situation) };
  }
  if (name === undefined && tree.missing.length > 0) {
    const items = tree.missing.map(({ name, required, found }) => ({ name, from: found ?? null, to: required }));
    return { changes: changesOf(items, ['install'], situation) };
  }
  if (task.state !== 'latest') return { changes: [] };
  const items = outdatedIn(offered?.stdout ?? '', task.global);
  return items.length === 0
    ? { changes: [] }
    : { changes: changesOf(items, ['update', ...(name === undefined ? [] : [nameOf(name)])], situation) };
}

function removingPackage(situation: NpmSituation): Plan {
  const { tree, task } = situation;
  const name = nameOf(task.name ?? '');
  const from = tree.installed[name];
  return from === undefined
    ? { changes: [] }
    : { changes: changesOf([{ name, from, to: null }], ['uninstall', name], situation) };
}

function changesOf(
  items: readonly PackageChange[],
  [verb = '', ...words]: readonly string[],
  situation: NpmSituation,
): readonly Change[] {
  const { task } = situation;
  const { path } = task;
  const more = [...(verb === 'uninstall' ? [] : installOptions(task)), ...options(task)];
  const place = path === undefined ? script`:` : script`mkdir -p -- ${path} && cd -- ${path} || exit`;
  const command = {
    ...sh`${quiet}
${fromRegistry(task)}
${place}
${npm(task)} ${verb} ${more} ${words} </dev/null`,
    shown: script`${npm(task)} ${verb} ${words}`.text,
    long: true,
  };
  return items.map(({ name, from, to, repeats }, index) => ({
    what: verb === 'ci' ? name : `Node package ${name}`,
    from,
    to,
    commands: index === 0 ? [command] : [],
    effects: effectsOf(items, situation),
    ...(repeats && { repeats }),
  }));
}

/** Which version is found afterwards is predicted only if it is known. */
function effectsOf(items: readonly PackageChange[], { tree, task, context }: NpmSituation): readonly Effect[] {
  const stdout = withPackages(tree, items);
  return [
    ...(stdout === undefined ? [] : [predicts(askTree(task, context), shellAnswer(stdout))]),
    ...(task.path === undefined ? [] : [blurs(...inProject(tidyPath(task.path)))]),
    ...(task.global ? [blurs('path:/usr/local/lib/node_modules'), mayAlter('path:/usr/local', 'path:/usr/lib')] : []),
    mayAlter('path:/root/.npm', 'path:/home'),
  ];
}

/** What npm writes in a project. */
const inProject = (path: string): readonly string[] => [
  `path:${path}/node_modules`,
  `entry:${path}/package.json`,
  `entry:${path}/package-lock.json`,
  `listed:${path}`,
];
