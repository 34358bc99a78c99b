import {
  blurs,
  type Change,
  type Command,
  defineTask,
  type Effect,
  mayAlter,
  nothing,
  optionWords,
  type Params,
  type Plan,
  parentOf,
  type Question,
  type Script,
  type ShellAnswer,
  script,
  sh,
  shell,
  splitWords,
  tidyPath,
  writtenScript,
} from '../src/sdk.ts';
import { allows, joinVersions, type Requirement, readRequirement } from './shared/python/pip-names.ts';
import {
  foretells,
  isEditable,
  type PipState,
  type Planned,
  readPip,
  readReport,
  versionOf,
} from './shared/python/pip-state.ts';

const params = {
  name: {
    type: 'list',
    elements: 'str',
    doc: 'The packages: names with optional extras and versions such as `django>=4,<5`, paths, or URLs.',
  },
  version: { type: 'str', doc: 'The version of the package, if `name` lists only one, for example `1.2` or `>=1.2`.' },
  requirements: { type: 'str', doc: 'A requirements file on the host.' },
  virtualenv: { type: 'path', doc: 'The virtual environment to work in. It is created if it is missing.' },
  virtualenv_command: {
    type: 'str',
    default: 'virtualenv',
    doc: 'The command that creates the virtual environment, for example `python3 -m venv`.',
  },
  virtualenv_python: { type: 'str', doc: 'The Python for it; not for `python3 -m venv`, which uses its own.' },
  virtualenv_site_packages: { type: 'bool', default: false, doc: "Give it access to the system's packages." },
  state: {
    type: 'str',
    default: 'present',
    choices: ['absent', 'forcereinstall', 'latest', 'present'],
    doc: 'Whether the packages should be installed; `forcereinstall` reinstalls them every time.',
  },
  extra_args: { type: 'str', doc: 'Additional arguments for pip.' },
  editable: { type: 'bool', default: false, doc: 'Install in editable mode: use the sources in place.' },
  chdir: { type: 'path', doc: 'The directory in which pip runs.' },
  executable: { type: 'path', doc: 'The pip program to use.' },
  umask: { type: 'str', doc: 'The umask for installed files, as an octal number.' },
  break_system_packages: {
    type: 'bool',
    default: false,
    doc: "Allow installing into a Python that the system's package manager manages.",
  },
} as const;

type Task = Omit<Params<typeof params>, 'name'> & { readonly names: readonly Requirement[] };

export default defineTask({
  name: 'ansible.builtin.pip',
  summary: 'Install, upgrade or remove Python packages.',
  description:
    'pip itself reports what it would install, including dependencies. This requires pip 22.2 or newer, unless the only question is whether packages are installed, possibly in an exact version. A package from a path or a URL is reinstalled every time. Creating a virtual environment requires the package `virtualenv` or, for `python3 -m venv`, `python3-venv`.',
  params,
  rules: {
    requiredOneOf: [['name', 'requirements']],
    mutuallyExclusive: [
      ['name', 'requirements'],
      ['executable', 'virtualenv'],
    ],
  },
  prepare: ({ name, ...given }): Task => ({
    ...given,
    names: joinVersions(name ?? []).map((one) => readRequirement(withVersion(one, given.version))),
  }),
  ask: (task) => ({
    now: askPip(task),
    // Creating the environment needs more than its command: Debian keeps ensurepip in a package of its own.
    creates: task.virtualenv === undefined ? nothing() : askCreation(task, task.virtualenv),
  }),
  thenAsk({ now, creates }, task): { told: Question<ShellAnswer | undefined> } {
    const pip = now.code === 0 ? readPip(now.stdout) : undefined;
    if (creates?.stdout.trim() === 'missing' || pip === undefined || wrongly(task) !== undefined)
      return { told: nothing() };
    return { told: isKnown(pip, task) || !foretells(pip) ? nothing() : askReport(task) };
  },
  plan({ now, creates, told }, task, { check }): Plan {
    const wrong = wrongly(task);
    if (wrong !== undefined) return { failed: wrong };
    if (creates?.stdout.trim() === 'missing') return planEnvironment(creates, task, check);
    if (now.code !== 0) return { failed: now.stderr.trim() || `pip: exit code ${now.code}` };
    const pip = readPip(now.stdout);
    const items = task.state === 'absent' ? removed(pip, task) : installed(pip, told, task);
    if ('failed' in items) return items;
    if (items.length === 0) return { changes: [] };
    if (pip.managed && !task.break_system_packages)
      return {
        failed:
          "externally-managed-environment: this Python is managed by the system's package manager. Set `virtualenv`, install the package with apt, or set `break_system_packages`",
      };
    return { changes: changesOf(items, task) };
  },
  result: ({ params: task }) => ({
    cmd: pip(task).text,
    name: task.names.length === 0 ? null : task.names.map(({ text }) => text),
    requirements: task.requirements ?? null,
    version: task.version ?? null,
    virtualenv: task.virtualenv ?? null,
    state: task.state,
  }),
  returns: {
    cmd: 'The command.',
    name: 'The packages.',
    requirements: 'The requirements file.',
    version: 'The `version` parameter.',
    virtualenv: 'The virtual environment.',
    state: 'The `state` parameter.',
  },
  examples: [
    {
      title: 'Install an application in a virtual environment',
      yaml: 'pip:\n  requirements: /opt/app/requirements.txt\n  virtualenv: /opt/app/venv\n  virtualenv_command: python3 -m venv',
      runs: { no: 'needs the file and an index of packages' },
    },
    {
      title: 'Keep a package within a major version',
      yaml: 'pip:\n  name: django>=4,<5\n  virtualenv: /opt/app/venv\n  virtualenv_command: python3 -m venv',
      runs: { no: 'needs an index of packages' },
    },
  ],
});

/** A package with the version that a parameter of its own gives. */
function withVersion(name: string, version: string | undefined): string {
  if (version === undefined) return name;
  return /^\d/.test(version.trim()) ? `${name}==${version.trim()}` : `${name}${version.trim()}`;
}

function wrongly({
  names,
  version,
  state,
  virtualenv_command: command,
  virtualenv_python: python,
}: Task): string | undefined {
  if (version !== undefined && state === 'latest') return 'version is incompatible with state=latest';
  if (version !== undefined && names.length > 1)
    return "'version' argument is ambiguous when installing multiple package distributions. Please specify version restrictions next to each package in 'name' argument.";
  if (version !== undefined && /[<>=!~].*[^<>=!~,][<>=!~]/.test(names[0]?.text ?? '') && !version.includes(','))
    return "The 'version' argument conflicts with any version specifier provided along with a package name. Please keep the version specifier, but remove the 'version' argument.";
  if (python !== undefined && isVenv(command))
    return 'virtualenv_python should not be used when using the venv module or pyvenv as virtualenv_command';
  return undefined;
}

const isVenv = (command: string): boolean => /(^|\/)pyvenv\b|-m\s*venv\b/.test(command);

/** pip's program: that of the virtual environment, the given one, or the first that exists. */
function pipProgram({ virtualenv, executable }: Task): Script {
  if (virtualenv !== undefined) return script`${`${virtualenv}/bin/pip`}`;
  if (executable !== undefined) return script`${executable}`;
  return script`$(command -v pip3 || command -v pip || echo pip3)`;
}

const noPip = ({ virtualenv, executable }: Task): string =>
  `${executable ?? (virtualenv === undefined ? 'pip' : `${virtualenv}/bin/pip`)} is missing on the host${virtualenv === undefined && executable === undefined ? ': install the package python3-pip' : ''}`;

const before = (task: Task): Script => script`export LC_ALL=C.UTF-8 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
${task.break_system_packages ? script`export PIP_BREAK_SYSTEM_PACKAGES=1` : script``}
${task.chdir === undefined ? script`` : script`cd -- ${task.chdir} || exit`}
p=${pipProgram(task)}
command -v "$p" >/dev/null || { echo ${noPip(task)} >&2; exit 127; }`;

/** What the answers of pip depend on. */
const aboutPip = ({ virtualenv }: Task): readonly string[] =>
  virtualenv === undefined ? ['by:package:python3*', 'path:/usr/local/lib'] : [`path:${tidyPath(virtualenv)}`];

const askPip = (task: Task): Question<ShellAnswer> =>
  shell({
    ...sh`${task.virtualenv === undefined ? script`` : script`[ -e ${`${task.virtualenv}/bin/activate`} ] || exit 0`}
${before(task)}
v=$("$p" --version) || exit
printf '%s\n' "$v"
s=\${v#*(python }
s=/usr/lib/python\${s%)*}/EXTERNALLY-MANAGED
case $v in *' from /usr/'*) [ ! -e "$s" ] || [ "$PIP_BREAK_SYSTEM_PACKAGES" = 1 ] || "$p" config list 2>/dev/null | grep -q break-system-packages || printf managed ;; esac
printf '\n'
"$p" list --format=json 2>/dev/null`,
    about: aboutPip(task),
  });

/** Prints `missing` if the environment must be created; fails if that is impossible. */
const askCreation = (task: Task, virtualenv: string): Question<ShellAnswer> => {
  const { virtualenv_command: command } = task;
  const [program = ''] = splitWords(command) ?? [];
  const advice = isVenv(command)
    ? 'install the package python3-venv'
    : 'install the package virtualenv, or set virtualenv_command: python3 -m venv';
  return shell({
    ...sh`[ ! -e ${`${virtualenv}/bin/activate`} ] || exit 0
echo missing
command -v ${program} >/dev/null || { echo ${`${program} is missing on the host: ${advice}`} >&2; exit 127; }
${isVenv(command) && program !== 'pyvenv' ? script`${program} -c 'import ensurepip' 2>/dev/null || { echo ${`${program} cannot create an environment without ensurepip: ${advice}`} >&2; exit 1; }` : script`:`}`,
    about: [`path:${tidyPath(virtualenv)}`, 'by:package:python3*', 'by:package:virtualenv'],
  });
};

/** Asks pip what it would install. */
const askReport = (task: Task): Question<ShellAnswer> =>
  shell(
    {
      ...sh`${before(task)}
"$p" ${words(task, ['--dry-run', '--quiet', '--report', '-'])}`,
      about: [
        ...aboutPip(task),
        ...(task.requirements?.startsWith('/') === true ? [`path:${tidyPath(task.requirements)}`] : []),
        ...(task.chdir === undefined ? [] : [`path:${tidyPath(task.chdir)}`]),
        ...task.names.flatMap(({ text }) => (text.startsWith('/') ? [`path:${tidyPath(text)}`] : [])),
      ],
    },
    { beyond: true },
  );

const verbs = {
  present: ['install'],
  absent: ['uninstall', '-y'],
  latest: ['install', '-U'],
  forcereinstall: ['install', '-U', '--force-reinstall'],
} as const;

function words(task: Task, more: readonly string[] = []): readonly string[] {
  const names = task.names.flatMap(({ text }) => (task.editable ? ['-e', text] : [text]));
  const from = task.requirements === undefined ? names : ['-r', task.requirements];
  return [
    ...verbs[task.state],
    ...more,
    ...(task.extra_args === undefined ? [] : optionWords(task.extra_args)),
    ...from,
  ];
}

const pip = (task: Task): Script =>
  script`${task.virtualenv === undefined ? (task.executable ?? 'pip3') : `${task.virtualenv}/bin/pip`} ${words(task)}`;

/** Whether the list of packages tells all: whether they are there, or which ones to remove. */
const isKnown = (now: PipState, { state, names, editable, requirements }: Task): boolean =>
  (state === 'absent' && requirements === undefined) ||
  (state === 'present' && !editable && names.length > 0 && names.every((one) => isInstalled(now, one)));

function isInstalled(now: PipState, { name, versions }: Requirement): boolean {
  const version = name === undefined ? undefined : versionOf(now, name);
  return version !== undefined && allows(versions, version) === true;
}

/** A package that changes. */
interface Item {
  readonly name: string;
  readonly from: string | null;
  readonly to: string | null;
  /** Whether pip does it each time. */
  readonly repeats?: true;
}

function removed(now: PipState, task: Task): readonly Item[] | { readonly failed: string } {
  if (task.requirements !== undefined)
    return { failed: 'list the packages to remove in `name`: what a requirements file would remove is not known' };
  return task.names.flatMap(({ name }) => {
    const from = name === undefined ? undefined : versionOf(now, name);
    return name === undefined || from === undefined ? [] : [{ name, from, to: null }];
  });
}

function installed(
  now: PipState,
  told: ShellAnswer | undefined,
  task: Task,
): readonly Item[] | { readonly failed: string } {
  if (isKnown(now, task)) return [];
  if (told === undefined) return withoutReport(now, task);
  if (told.code !== 0) return { failed: told.stderr.trim() || `pip: exit code ${told.code}` };
  const isInPlace = ({ name, version }: Planned) =>
    task.editable && task.state === 'present' && isEditable(now, name) && versionOf(now, name) === version;
  return readReport(told.stdout)
    .filter((one) => !isInPlace(one))
    .map(({ name, version, direct }) => {
      const from = versionOf(now, name) ?? null;
      const repeats = direct || task.state === 'forcereinstall';
      return { name, from, to: version, ...(repeats && { repeats: true as const }) };
    });
}

/** An old pip cannot say what it would install, but missing packages are known. */
function withoutReport(
  now: PipState,
  { names, state, editable, requirements }: Task,
): readonly Item[] | { readonly failed: string } {
  const missing = names.filter((one) => !isInstalled(now, one));
  const unclear = missing.some(({ name, versions }) => {
    const version = name === undefined ? '' : versionOf(now, name);
    return version !== undefined && allows(versions, version) === undefined;
  });
  const unnamed = missing.some(({ name }) => name === undefined);
  if (requirements !== undefined || state !== 'present' || editable || unclear || unnamed)
    return {
      failed: `pip ${now.version} cannot report what it would install: this requires pip 22.2 or newer. Upgrade pip on the host first, or specify exact versions`,
    };
  return missing.map(({ name = '', versions }) => ({
    name,
    from: versionOf(now, name) ?? null,
    to: versions.replace(/^=+/, '') || 'present',
  }));
}

function changesOf(items: readonly Item[], task: Task): readonly Change[] {
  const mask = task.umask === undefined ? script`` : script`umask ${task.umask} || exit`;
  const command: Command = {
    ...sh`${mask}
${before(task)}
"$p" ${words(task)}`,
    shown: pip(task).text,
    long: true,
  };
  const effects = effectsOf(task);
  return items.map(({ name, from, to, repeats }, index) => ({
    what: `Python package ${name}`,
    from,
    to,
    commands: index === 0 ? [command] : [],
    effects,
    ...(repeats && { repeats }),
  }));
}

const effectsOf = ({ virtualenv }: Task): readonly Effect[] =>
  virtualenv === undefined
    ? [blurs('path:/usr/local/lib'), mayAlter('path:/usr/local', 'path:/root/.local', 'path:/home')]
    : [blurs(`path:${tidyPath(virtualenv)}`)];

/** Creates the environment; only then can its pip be asked what to install. */
function planEnvironment(creates: ShellAnswer, task: Task, check: boolean): Plan {
  const { virtualenv = '', state } = task;
  if (creates.code !== 0) return { failed: creates.stderr.trim() };
  const { virtualenv_command: command, virtualenv_python: python, virtualenv_site_packages: sees, umask } = task;
  const environment: Change = {
    what: `virtual environment ${virtualenv}`,
    from: null,
    to: 'present',
    commands: [
      {
        ...sh`${umask === undefined ? script`` : script`umask ${umask} || exit`}
${task.chdir === undefined ? script`` : script`cd -- ${task.chdir} || exit`}
LC_ALL=C.UTF-8 ${writtenScript(command)} ${[...(sees ? ['--system-site-packages'] : []), ...(python === undefined ? [] : ['-p', python])]} ${virtualenv}`,
        long: true,
      },
    ],
    effects: [blurs(`path:${tidyPath(virtualenv)}`), blurs(`listed:${parentOf(virtualenv)}`)],
  };
  const packages = state === 'absent' || !check ? [] : foreseen(task);
  return { changes: [environment, ...packages], more: true };
}

/** In a new environment, everything that is named is installed. Which versions, only its pip can tell. */
const foreseen = (task: Task): readonly Change[] =>
  (task.requirements === undefined
    ? task.names.map(
        ({ name, text, versions }) => [name ?? text, /^={2,3}([^,*]+)$/.exec(versions)?.[1] ?? 'present'] as const,
      )
    : [[`in ${task.requirements}`, 'present'] as const]
  ).map(([name, to]) => ({
    what: `Python package ${name}`,
    from: null,
    to,
    commands: [],
    effects: effectsOf(task),
  }));
