import {
  type Change,
  type Command,
  costlyShell,
  exporting,
  type Params,
  type Plan,
  predicts,
  type Question,
  type Script,
  type ShellAnswer,
  script,
  sh,
  shellAnswer,
  type TaskContext,
} from '../../../src/sdk.ts';
import { unanswered } from '../commands/unanswered.ts';
import { definesAside } from './aside.ts';
import { collects, type NameSigns, namesWith, readSaid, type Said, tellsAll } from './simulation.ts';
import { type PackageStep, stepChanges } from './transaction.ts';

const off = { type: 'bool', default: false } as const;

/** The parameters of apk. */
export const apkParams = {
  name: { type: 'list', elements: 'str', doc: 'The packages, also with a version (`name=1.0-r0`, `name>1`).' },
  state: {
    type: 'str',
    default: 'present',
    choices: ['present', 'absent', 'latest', 'installed', 'removed'],
    doc: 'The state that the packages should be in.',
  },
  available: { ...off, doc: 'With `upgrade`: replace what no repository has any more.' },
  no_cache: { ...off, doc: 'Do not use and keep a cache of package lists.' },
  repository: { type: 'list', elements: 'str', doc: 'Use only these repositories.' },
  update_cache: { ...off, doc: 'Fetch the package lists first.' },
  upgrade: { ...off, doc: 'Upgrade all packages.' },
  world: {
    type: 'str',
    default: '/etc/apk/world',
    doc: 'The list of the packages that are wanted for their own sake.',
  },
} as const;

/** A task of apk. */
type ApkTask = Params<typeof apkParams>;

const isGone = ({ state }: ApkTask): boolean => state === 'absent' || state === 'removed';

const common = ({ no_cache, repository = [] }: ApkTask): readonly string[] => [
  ...(no_cache ? ['--no-cache'] : []),
  ...(repository.length > 0 ? ['--repositories-file', '/dev/null'] : []),
  ...repository.flatMap((url) => ['--repository', url]),
];

/** The words of a verb. */
const verbWords = (task: ApkTask, verb: string): readonly string[] => {
  const more: Readonly<Record<string, readonly string[]>> = {
    add: task.state === 'latest' ? ['--upgrade'] : [],
    upgrade: task.available ? ['--available'] : [],
  };
  return [verb, ...(more[verb] ?? [])];
};

/**
 * Asks which packages are installed, and what apk would do: `+` is for a package that is installed for its own sake, `?` for one that is
 * there only because others need it. With `update_cache`, the answer is about new package lists, which the view of the question holds.
 */
export function askApk(task: ApkTask, environment: Readonly<Record<string, string>>): Question<ShellAnswer> {
  const { name = [], world } = task;
  const sim = (verb: string): Script => script`sim ${verb} ${verbWords(task, verb).slice(1)}`;
  const unsettled = task.state === 'latest' ? ['-', '?', '+'] : ['-', '?'];
  const asks = isGone(task) ? collects(name, ['+', '?'], sim('del')) : collects(name, unsettled, sim('add'));
  const inner = script`tells() {
  p=\${1%%[<>=~@]*}
  if ! apk info -e -- "$1" >/dev/null 2>&1; then printf -- '- %s\n' "$1"
  elif grep -qx -e "$p" -e "$p[<>=~@].*" ${world} 2>/dev/null; then printf '+ %s\n' "$1"; else printf '? %s\n' "$1"; fi
}
sim() {
  printf '\036\n%s\n' "$1"
  apk ${common(task)} --simulate "$@" 2>&1 </dev/null; code=$?
  printf '\n= %s\n' "$code"
}
${tellsAll(name)}${
  task.update_cache
    ? script`out=$(apk ${common(task)} update 2>&1 </dev/null) || { printf '\036\nupdate\n%s\n= 1\n' "$out"; exit 0; }
`
    : script``
}${asks}${
  task.upgrade
    ? script`${sim('upgrade')}
`
    : script``
}:`;
  return costlyShell({
    ...sh`${exporting(environment)}export LC_ALL=C
command -v apk >/dev/null || exit 127
${definesAside(['/var/cache', '/etc/apk', '/lib/apk', '/usr/lib/apk'])}aside sh -c ${inner.text}`,
    about: [
      ...name.map((one) => `package:${one.replace(/[<>=~@].*$/, '')}`),
      ...(task.upgrade ? ['package:*'] : []),
      'path:/etc/apk',
      `data:${world}`,
      'by:package:apk-tools',
    ],
    deadlineMs: 600_000,
  });
}

/** Plans a task of apk. */
export function planApk(answer: ShellAnswer, task: ApkTask, context: TaskContext): Plan {
  if (answer.timedOut) return { failed: 'apk did not say within ten minutes what it would do' };
  const wrong = unanswered(answer, { name: 'apk', package: 'apk-tools' });
  if (wrong !== undefined) return { failed: wrong };
  const { names, said } = readSaid(answer.stdout);
  const failed = said.find(({ code, output }) => code !== 0 || /not removed due to/.test(output));
  if (failed !== undefined) return { failed: `apk ${failed.verb}: ${errorsIn(failed.output)}` };
  const effects = [predicts(askApk(task, context.environment), shellAnswer())];
  const changes = said.flatMap((one): readonly Change[] => {
    const given = one.verb === 'upgrade' ? [] : namesFor(task, one.verb, names);
    return stepChanges(stepsFor(one, names), [apkCommand(task, verbWords(task, one.verb), given)], effects);
  });
  if (!task.update_cache) return { changes };
  const only = task.name === undefined && !task.upgrade;
  return { changes: changes.length > 0 || only ? [fetching(task, only), ...changes] : [] };
}

const namesFor = (task: ApkTask, verb: string, names: NameSigns): readonly string[] => {
  if (verb === 'del') return namesWith(names, '+?');
  return namesWith(names, task.state === 'latest' ? '-?+' : '-?');
};

const fetching = (task: ApkTask, only: boolean): Change => ({
  what: 'package lists',
  from: 'fetched earlier',
  to: 'fetched',
  commands: [apkCommand(task, ['update'], [])],
  effects: [],
  repeats: true,
  ...(only ? {} : { means: true }),
});

const apkCommand = (task: ApkTask, words: readonly string[], names: readonly string[]): Command => ({
  ...sh`LC_ALL=C apk ${common(task)} ${words} ${names} </dev/null`,
  shown: sh`apk ${[...words, ...names]}`.script,
  long: true,
});

const STEP =
  /^\(\d+\/\d+\) (Installing|Upgrading|Downgrading|Replacing|Reinstalling|Purging) (\S+) \((\S+?)(?: -> (\S+))?\)/;

/** apk's steps. A package that only others need so far is kept for its own sake from then on, which apk does not announce. */
function stepsFor({ verb, output }: Said, names: NameSigns): readonly PackageStep[] {
  const steps = output.split('\n').flatMap((line): PackageStep[] => {
    const [, action, name = '', version = '', to] = STEP.exec(line) ?? [];
    if (action === undefined || action === 'Reinstalling') return [];
    if (action === 'Purging') return [{ name, from: version, to: null }];
    return [{ name, from: to === undefined ? null : version, to: to ?? version }];
  });
  const kept = verb === 'add' ? namesWith(names, '?').filter((name) => !steps.some((step) => step.name === name)) : [];
  return [...steps, ...kept.map((name) => ({ name, from: 'a dependency', to: 'wanted for its own sake' }))];
}

function errorsIn(output: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(\(\d|= \d|OK:|fetch )/.test(line));
  return lines.join('; ').replace(/^ERROR: /, '');
}
