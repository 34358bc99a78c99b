import {
  type Change,
  type Content,
  content,
  decodeText,
  defineTask,
  exporting,
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
  type TaskContext,
  tidyPath,
} from '../src/sdk.ts';
import { missingTool } from './shared/commands/unanswered.ts';

const params = {
  command: {
    type: 'str',
    default: 'install',
    doc: 'The command of composer, for example `install`, `require` or `update`.',
  },
  force: {
    type: 'bool',
    default: false,
    doc: 'Run `create-project` even if there is a project in `working_dir` already.',
  },
  arguments: { type: 'str', default: '', doc: 'Arguments for the command, for example `vendor/package:1.2`.' },
  working_dir: {
    type: 'path',
    aliases: ['working-dir'],
    doc: 'The directory of the project. Required unless `global_command`.',
  },
  global_command: {
    type: 'bool',
    default: false,
    aliases: ['global-command'],
    doc: "Manage the user's own packages instead of a project.",
  },
  executable: { type: 'path', aliases: ['php_path'], doc: 'The PHP program to run composer with.' },
  composer_executable: { type: 'path', doc: 'The composer program.' },
  prefer_source: {
    type: 'bool',
    default: false,
    aliases: ['prefer-source'],
    doc: 'Clone repositories instead of fetching archives.',
  },
  prefer_dist: {
    type: 'bool',
    default: false,
    aliases: ['prefer-dist'],
    doc: 'Fetch archives also for development versions.',
  },
  no_dev: { type: 'bool', default: true, aliases: ['no-dev'], doc: 'Leave out the packages for development.' },
  no_scripts: {
    type: 'bool',
    default: false,
    aliases: ['no-scripts'],
    doc: 'Do not run the scripts in composer.json.',
  },
  no_plugins: { type: 'bool', default: false, aliases: ['no-plugins'], doc: 'Do not load plugins.' },
  optimize_autoloader: {
    type: 'bool',
    default: true,
    aliases: ['optimize-autoloader'],
    doc: 'Make the autoloader fast for production.',
  },
  classmap_authoritative: {
    type: 'bool',
    default: false,
    aliases: ['classmap-authoritative'],
    doc: 'Load classes only from the class map. This optimizes the autoloader, too.',
  },
  apcu_autoloader: {
    type: 'bool',
    default: false,
    aliases: ['apcu-autoloader'],
    doc: 'Keep what the autoloader has found in APCu.',
  },
  ignore_platform_reqs: {
    type: 'bool',
    default: false,
    aliases: ['ignore-platform-reqs'],
    doc: 'Ignore which PHP and which extensions packages require.',
  },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.composer',
  summary: 'Manage the packages of a PHP project with composer.',
  description:
    'Requires the `composer` package on the host. For commands that have `--dry-run`, composer tells what would change; the task is ok if that is nothing, even if composer would write its autoloader again. Other commands run every time.',
  params,
  ask: (task, context): { options: Question<ShellAnswer | undefined>; project: Question<Content | undefined> } => ({
    options: wrongly(task) === undefined ? askOptions(task, context) : nothing(),
    project: projectFile(task) === undefined ? nothing() : content(projectFile(task) ?? ''),
  }),
  thenAsk({ options }, task, context): { dry: Question<ShellAnswer | undefined> } {
    const known = options?.code === 0 ? optionsIn(options.stdout) : undefined;
    return { dry: known?.has('dry-run') === true ? askDry(known, task, context) : nothing() };
  },
  plan({ options, dry, project }, task): Plan {
    const wrong = wrongly(task);
    if (wrong !== undefined || options === undefined) return { failed: wrong ?? '' };
    if (options.code === 127)
      return { failed: missingTool({ name: task.composer_executable ?? 'composer', package: 'composer' }) };
    const known = options.code === 0 ? optionsIn(options.stdout) : undefined;
    if (known === undefined) return { failed: complaint(options) };
    if (task.command === 'create-project' && !task.force && project?.bytes !== undefined) return { changes: [] };
    const command = run(known, task);
    if (dry === undefined) return { changes: [acting(command, task)] };
    if (dry.code !== 0) return { failed: complaint(dry) };
    const required = requiring(project, task);
    const changes = [...required, ...changesOf(dry, command, task, required.length === 0)];
    return { changes: changes.map((one, index) => ({ ...one, commands: index === 0 ? [command] : [] })) };
  },
  returns: {},
  examples: [
    {
      title: "Install a project's packages as composer.lock lists them",
      yaml: 'composer:\n  working_dir: /srv/shop',
      runs: { no: 'needs composer and a project' },
    },
    {
      title: 'Add a package to a project',
      yaml: 'composer:\n  command: require\n  arguments: monolog/monolog:^3\n  working_dir: /srv/shop',
      runs: { no: 'needs composer and a project' },
    },
  ],
});

function wrongly({ command, working_dir, global_command }: Task): string | undefined {
  if (/\s/.test(command)) return "Use the 'arguments' param for passing arguments with the 'command'";
  return working_dir === undefined && !global_command
    ? 'working_dir is required, unless global_command is true'
    : undefined;
}

/** The start of a script that defines `c`, which calls composer. */
const calling = ({ executable, composer_executable, working_dir, global_command }: Task): Script => {
  const where =
    working_dir === undefined || global_command ? script`:` : script`cd -- ${tidyPath(working_dir)} || exit`;
  const php = executable === undefined ? script`"$p"` : script`${executable} "$p"`;
  return script`p=$(command -v ${composer_executable ?? 'composer'}) || exit 127
export COMPOSER_ALLOW_SUPERUSER=\${COMPOSER_ALLOW_SUPERUSER-1}
${where}
c() { ${php} ${global_command ? ['global'] : []} "$@" </dev/null; }`;
};

// Without this, asking would fill the cache, or make a home for composer where there is none.
const leavingNothing = script`export COMPOSER_CACHE_DIR=/dev/null
h=\${COMPOSER_HOME:-\${XDG_CONFIG_HOME:-$HOME/.config}/composer}
[ -d "$h" ] || [ -d "$HOME/.composer" ] || export COMPOSER_HOME=/dev/null`;

const aboutProject = ({ working_dir, global_command }: Task): readonly string[] => [
  ...(working_dir === undefined || global_command
    ? ['by:path:/root', 'by:path:/home']
    : [`by:path:${tidyPath(working_dir)}`]),
  'by:package:composer',
  'by:package:php*',
];

/** Asks which options the command has. */
const askOptions = (task: Task, { environment }: TaskContext): Question<ShellAnswer> =>
  shell({
    ...sh`${exporting(environment)}${calling({ ...task, global_command: false, working_dir: undefined })}
${leavingNothing}
c help ${task.command} --no-interaction --format=json`,
    about: ['by:package:composer', 'by:package:php*'],
    deadlineMs: 120_000,
  });

/** The options in the help of a command; undefined if it is none. */
function optionsIn(text: string): ReadonlySet<string> | undefined {
  try {
    const told: { readonly definition?: { readonly options?: object } } | null = JSON.parse(
      text.slice(text.indexOf('{')),
    );
    return new Set(Object.keys(told?.definition?.options ?? {}));
  } catch {
    return undefined;
  }
}

/** The words after `composer`, with the options that the command has. */
function words(known: ReadonlySet<string>, task: Task): readonly string[] {
  const wanted: Readonly<Record<string, boolean>> = {
    'no-ansi': true,
    'no-interaction': true,
    'no-progress': true,
    'prefer-source': task.prefer_source,
    'prefer-dist': task.prefer_dist,
    'no-dev': task.no_dev,
    'no-scripts': task.no_scripts,
    'no-plugins': task.no_plugins,
    'optimize-autoloader': task.optimize_autoloader,
    'classmap-authoritative': task.classmap_authoritative,
    'apcu-autoloader': task.apcu_autoloader,
    'ignore-platform-reqs': task.ignore_platform_reqs,
  };
  const options = Object.keys(wanted).filter((name) => wanted[name] === true && known.has(name));
  return [task.command, ...options.map((name) => `--${name}`), ...optionWords(task.arguments)];
}

/** Asks composer what the command would do. */
const askDry = (known: ReadonlySet<string>, task: Task, { environment }: TaskContext): Question<ShellAnswer> =>
  shell(
    {
      ...sh`${exporting(environment)}${calling(task)}
${leavingNothing}
c ${words(known, task)} --dry-run 2>&1`,
      about: aboutProject(task),
      deadlineMs: 300_000,
    },
    { beyond: true },
  );

const run = (known: ReadonlySet<string>, task: Task) => ({
  ...sh`${calling(task)}
c ${words(known, task)}`,
  shown: script`composer ${words(known, task)}`.text,
  long: true,
});

const complaint = ({ stdout, stderr, code }: ShellAnswer): string =>
  [stderr, stdout].map((one) => one.trim()).find((one) => one !== '') ?? `composer ended with exit code ${code}`;

const effects = ({ working_dir, global_command }: Task) =>
  working_dir === undefined || global_command
    ? [mayAlter('path:/root', 'path:/home')]
    : [
        mayAlter(
          `path:${tidyPath(working_dir)}`,
          `listed:${parentOf(tidyPath(working_dir))}`,
          'path:/root',
          'path:/home',
        ),
      ];

/** A command that composer cannot try: it runs every time. */
const acting = (command: ReturnType<typeof run>, task: Task): Change => ({
  what: 'composer',
  from: '',
  to: [task.command, task.arguments].join(' ').trim(),
  commands: [command],
  effects: effects(task),
  repeats: true,
});

/** The file with what a project requires, if the command adds to it: it may change while the packages stay. */
const projectFile = ({ command, working_dir, global_command }: Task): string | undefined =>
  ['require', 'create-project'].includes(command) && working_dir !== undefined && !global_command
    ? `${tidyPath(working_dir)}/composer.json`
    : undefined;

/** What `require` changes in composer.json. */
function requiring(project: Content | undefined, task: Task): readonly Change[] {
  if (project === undefined || task.command !== 'require') return [];
  const has = requirementsIn(project.bytes === undefined ? '' : decodeText(project.bytes));
  return (splitWords(task.arguments) ?? []).flatMap((word) => {
    const [, name, constraint] = /^([\w.-]+\/[\w.-]+)(?:[:=\s](.+))?$/.exec(word) ?? [];
    if (name === undefined) return [];
    const is = has.get(name.toLowerCase());
    if (is !== undefined && (constraint === undefined || constraint === is)) return [];
    const what = `${name} in composer.json`;
    return [{ what, from: is ?? null, to: constraint ?? 'required', commands: [], effects: effects(task) }];
  });
}

/** The packages in `require` and `require-dev` of composer.json, with their constraints. */
function requirementsIn(text: string): ReadonlyMap<string, string> {
  try {
    const told: { readonly require?: object; readonly 'require-dev'?: object } | null = JSON.parse(text);
    const all = [...Object.entries(told?.require ?? {}), ...Object.entries(told?.['require-dev'] ?? {})];
    return new Map(all.map(([name, constraint]) => [name.toLowerCase(), String(constraint)]));
  } catch {
    return new Map();
  }
}

/** What composer would do to each package: `- Upgrading a/b (1.0 => 1.1)`. */
function changesOf(
  { stdout }: ShellAnswer,
  command: ReturnType<typeof run>,
  task: Task,
  alone: boolean,
): readonly Change[] {
  const told = [
    ...stdout.matchAll(/^ +- (Installing|Upgrading|Updating|Downgrading|Removing|Uninstalling) (\S+) \(([^)]*)\)/gm),
  ];
  const items = new Map(
    told.map(([, verb = '', name = '', version = '']): [string, Pick<Change, 'from' | 'to'>] => {
      const [from = '', to] = version.split(' => ');
      if (to !== undefined) return [name, { from, to }];
      return [name, /^(Rem|Unin)/.test(verb) ? { from, to: null } : { from: null, to: from }];
    }),
  );
  if (items.size === 0) {
    // A command that tells neither that there is nothing to do nor what it does is like one that cannot be tried.
    const isNothing = !alone || /Nothing to install(, update or remove| or update)?/.test(stdout);
    return isNothing ? [] : [acting(command, task)];
  }
  return [...items].map(([name, { from, to }]) => ({
    what: `PHP package ${name}`,
    from,
    to,
    commands: [],
    effects: effects(task),
  }));
}
