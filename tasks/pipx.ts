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
  type TaskContext,
} from '../src/sdk.ts';
import {
  type Application,
  applicationName,
  askApplications,
  pipxHome,
  readApplications,
  unlisted,
  writeApplications,
} from './shared/packages/pipx-state.ts';
import { readReport } from './shared/python/pip-state.ts';
import { byState } from './shared/retire/by-state.ts';

const params = {
  state: {
    type: 'str',
    default: 'install',
    choices: [
      'present',
      'absent',
      'install',
      'uninstall',
      'uninstall_all',
      'inject',
      'upgrade',
      'upgrade_all',
      'reinstall',
      'reinstall_all',
      'latest',
    ],
    doc: '`install` or `present`: installed; `uninstall` or `absent`: not installed; `upgrade`: in its newest version, if it is installed; `latest`: installed and in its newest version; `inject`: with `inject_packages` in its environment; `reinstall`: installed anew, every time. Those that end in `_all` concern all applications of the user.',
  },
  name: { type: 'str', doc: 'The application: the name of a package.' },
  source: { type: 'str', doc: 'What to install, if it is not the name: a path, a URL, or a name with a version.' },
  install_apps: { type: 'bool', default: false, doc: 'With `inject`, also provide the programs of the packages.' },
  install_deps: { type: 'bool', default: false, doc: 'Also provide the programs of packages that it depends on.' },
  inject_packages: { type: 'list', elements: 'str', doc: 'The packages to inject.' },
  force: {
    type: 'bool',
    default: false,
    doc: 'Install, inject or upgrade every time, even if it is installed already.',
  },
  include_injected: { type: 'bool', default: false, doc: 'Upgrade injected packages, too.' },
  index_url: { type: 'str', doc: 'The index of packages.', secret: 'password in URL' },
  python: { type: 'str', doc: 'The Python to use.' },
  system_site_packages: { type: 'bool', default: false, doc: "Give the application access to the system's packages." },
  executable: { type: 'path', doc: 'The pipx program to use.' },
  editable: { type: 'bool', default: false, doc: 'Install in editable mode: use the sources in place.' },
  pip_args: { type: 'str', doc: 'Additional arguments for pip.' },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.pipx',
  summary: 'Install Python applications, each in an environment of its own, with pipx.',
  description:
    "Requires the `pipx` package on the host. Applications belong to the user who runs the task. The pip in an application's environment is asked whether there is a newer version; it must be 22.2 or newer for that.",
  params,
  rules: {
    requiredIf: [
      ...(['present', 'absent', 'install', 'uninstall', 'upgrade', 'reinstall', 'latest'] as const).map((state) => ({
        param: 'state',
        is: state,
        needs: ['name'],
      })),
      { param: 'state', is: 'inject', needs: ['name', 'inject_packages'] },
    ],
  },
  ask: (task, { environment }) => ({ now: askApplications(program(task), environment) }),
  thenAsk({ now }, task, context): { newest: Question<ShellAnswer | undefined> } {
    const all = readApplications(now);
    const upgraded = task.force ? [] : upgradedOf(all, task);
    return { newest: upgraded.length === 0 ? nothing() : askNewest(upgraded, task, context) };
  },
  plan({ now, newest }, task, context): Plan {
    const unknown = unlisted(now, program(task));
    if (unknown !== undefined) return { failed: unknown };
    const all = readApplications(now);
    const situation = { all, task, context, own: all.find(({ name }) => name === nameFor(task)) };
    const wrong = refusal(situation);
    return wrong === undefined ? planned(newest, situation) : { failed: wrong };
  },
  result: ({ state: { now }, params: task }) => {
    const own = readApplications(now).find(({ name }) => name === nameFor(task));
    return { application: own === undefined ? {} : { [own.name]: { version: own.version, injected: own.injected } } };
  },
  retire: byState('pipx application', ['name']),
  returns: { application: 'The application: its version, and the packages that were injected.' },
  examples: [
    {
      title: 'Install an application',
      yaml: 'pipx:\n  name: tox',
      runs: { no: 'needs pipx and an index of packages' },
    },
    {
      title: 'Keep an application at its newest version',
      yaml: 'pipx:\n  name: ansible-lint\n  state: latest',
      runs: { no: 'needs pipx and an index of packages' },
    },
    {
      title: 'Add a package to an application',
      yaml: 'pipx:\n  name: ansible-core\n  state: inject\n  inject_packages:\n    - jmespath',
      runs: { no: 'needs pipx and an index of packages' },
    },
  ],
});

const program = ({ executable }: Task): string => executable ?? 'pipx';
const nameFor = ({ name = '' }: Task): string => applicationName(name);

/** What a plan is derived from. */
interface PipxSituation {
  readonly all: readonly Application[];
  /** The application that the task names, if it is installed. */
  readonly own: Application | undefined;
  readonly task: Task;
  readonly context: TaskContext;
}

function refusal({ own, task: { state, name } }: PipxSituation): string | undefined {
  if (own !== undefined) return undefined;
  const what = { upgrade: 'upgrade', reinstall: 'reinstall', inject: 'inject packages into' }[String(state)];
  return what === undefined ? undefined : `Trying to ${what} a non-existent application: ${name}`;
}

/** The applications for which a newer version is sought. */
function upgradedOf(all: readonly Application[], task: Task): readonly Application[] {
  if (task.state === 'upgrade_all') return all;
  return task.state === 'upgrade' || task.state === 'latest' ? all.filter(({ name }) => name === nameFor(task)) : [];
}

const pipArguments = ({ pip_args = '' }: Task): readonly string[] => optionWords(pip_args);

/** The index, in a variable: its URL may have a password, and arguments are in the list of processes. */
const fromIndex = ({ index_url }: Task): Script =>
  index_url === undefined
    ? script``
    : script`export PIP_INDEX_URL=${index_url}
`;

/** Asks pip what an upgrade of each application would install, one report a line. */
const askNewest = (
  applications: readonly Application[],
  task: Task,
  { environment }: TaskContext,
): Question<ShellAnswer> =>
  shell(
    {
      ...sh`${exporting(environment)}${fromIndex(task)}${pipxHome}
for one in ${applications.map(({ name }) => name)}; do
  printf 'at %s\n' "$one"
  "$h/venvs/$one/bin/python" -m pip install --dry-run --quiet --report - --upgrade ${pipArguments(task)} "$one" || exit
done`,
      about: ['pipx:'],
      deadlineMs: 300_000,
    },
    { beyond: true },
  );

/** The new versions by application; undefined for those that are up to date. */
function newestIn({ stdout }: ShellAnswer): Readonly<Record<string, string | undefined>> {
  const reports = stdout.split(/^at /m).slice(1);
  return Object.fromEntries(
    reports.map((report) => {
      const [name = ''] = report.split('\n', 1);
      const planned = readReport(report.slice(name.length)).find((one) => applicationName(one.name) === name);
      return [name, planned?.version] as const;
    }),
  );
}

const flags = (task: Task, names: readonly ('force' | 'deps' | 'python' | 'site' | 'pip')[]): readonly string[] => {
  const { install_deps, python, system_site_packages, editable, pip_args } = task;
  return [
    ...(names.includes('deps') && install_deps ? ['--include-deps'] : []),
    ...(names.includes('python') && python !== undefined ? ['--python', python] : []),
    ...(names.includes('site') && system_site_packages ? ['--system-site-packages'] : []),
    ...(names.includes('pip') && editable ? ['--editable'] : []),
    ...(names.includes('pip') && pip_args !== undefined ? [`--pip-args=${pip_args}`] : []),
    ...(task.force && names.includes('force') ? ['--force'] : []),
  ];
};

function planned(newest: ShellAnswer | undefined, situation: PipxSituation): Plan {
  const { all, own, task } = situation;
  const { state, force, name = '' } = task;
  const again = (one: Application, verb: readonly string[]): Change => ({
    ...change({ name: one.name, from: one.version, to: 'installed anew' }, verb, situation),
    repeats: true,
  });
  switch (state) {
    case 'present':
    case 'install':
    case 'latest':
      if (own === undefined)
        return { changes: [change({ name, from: null, to: wantedVersion(task) }, installing(task), situation)] };
      if (force) return { changes: [again(own, installing(task))] };
      return state === 'latest' ? upgrading([own], newest, situation) : { changes: [] };
    case 'absent':
    case 'uninstall':
      return {
        changes:
          own === undefined ? [] : [change({ name, from: own.version, to: null }, ['uninstall', own.name], situation)],
      };
    case 'uninstall_all':
      return {
        changes: all.map((one) =>
          change({ name: one.name, from: one.version, to: null }, ['uninstall', one.name], situation),
        ),
      };
    case 'reinstall':
      return { changes: own === undefined ? [] : [again(own, ['reinstall', ...flags(task, ['python']), own.name])] };
    case 'reinstall_all':
      return { changes: all.map((one) => again(one, ['reinstall', ...flags(task, ['python']), one.name])) };
    case 'inject':
      return own === undefined ? { changes: [] } : injecting(own, situation);
    default:
      if (!force) return upgrading(upgradedOf(all, task), newest, situation);
      return { changes: upgradedOf(all, task).map((one) => again(one, upgrade(one, task))) };
  }
}

/** The version that is to be installed, if it is given. */
const wantedVersion = ({ source, name = '' }: Task): string =>
  /===?\s*([\w.+!-]+)$/.exec(source ?? name)?.[1] ?? 'present';

const installing = (task: Task): readonly string[] => [
  'install',
  ...flags(task, ['force', 'deps', 'python', 'site', 'pip']),
  task.source ?? task.name ?? '',
];

const upgrade = (one: Application, task: Task): readonly string[] => [
  'upgrade',
  ...(task.include_injected ? ['--include-injected'] : []),
  ...flags(task, ['force', 'pip']),
  one.name,
];

function upgrading(
  applications: readonly Application[],
  newest: ShellAnswer | undefined,
  situation: PipxSituation,
): Plan {
  if (newest === undefined) return { changes: [] };
  if (newest.code !== 0) return { failed: newest.stderr.trim() || `pip ended with exit code ${newest.code}` };
  const versions = newestIn(newest);
  const changes = applications.flatMap((one) => {
    const to = versions[one.name];
    return to === undefined || to === one.version
      ? []
      : [change({ name: one.name, from: one.version, to }, upgrade(one, situation.task), situation)];
  });
  return { changes };
}

function injecting(own: Application, situation: PipxSituation): Plan {
  const { task } = situation;
  const { inject_packages = [], force, install_apps, install_deps } = task;
  const wanted = inject_packages.map((spec) => ({ spec, name: applicationName(spec.replace(/[^\w.-].*$/, '')) }));
  const has = new Set(Object.keys(own.injected).map(applicationName));
  const lacking = force ? wanted : wanted.filter(({ name }) => !has.has(name));
  const words = [
    'inject',
    ...(install_apps ? ['--include-apps'] : []),
    ...(install_deps ? ['--include-deps'] : []),
    ...flags(task, ['force', 'pip']),
    own.name,
    ...lacking.map(({ spec }) => spec),
  ];
  return {
    changes: lacking.map(({ name }, index) => ({
      ...change({ name: `${name} in ${own.name}`, from: own.injected[name] ?? null, to: 'present' }, words, situation),
      ...(index > 0 && { commands: [] }),
      ...(force && { repeats: true as const }),
    })),
  };
}

/** An application that changes. */
interface ApplicationChange {
  readonly name: string;
  readonly from: string | null;
  readonly to: string | null;
}

const change = (item: ApplicationChange, words: readonly string[], situation: PipxSituation): Change => ({
  what: `Python application ${item.name}`,
  from: item.from,
  to: item.to,
  commands: [{ ...sh`${fromIndex(situation.task)}${program(situation.task)} ${words} </dev/null`, long: true }],
  effects: effectsOf(item, situation),
});

/** The applications after a change, if their versions are known; pipx provides programs in ~/.local/bin. */
function effectsOf({ name, to }: ApplicationChange, { all, task, context }: PipxSituation): readonly Effect[] {
  const others = all.filter((one) => one.name !== applicationName(name));
  const known = to === null && task.state !== 'uninstall_all';
  return [
    known ? predicts(askApplications(program(task), context.environment), writeApplications(others)) : blurs('pipx:'),
    mayAlter('path:/root/.local', 'path:/home'),
  ];
}
