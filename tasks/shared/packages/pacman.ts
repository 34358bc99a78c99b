import {
  type Change,
  type Command,
  costlyShell,
  exporting,
  optionWords,
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
import { collects, namesWith, readSaid, tellsAll } from './simulation.ts';
import { type PackageStep, stepChanges } from './transaction.ts';

/** The parameters of pacman. */
export const pacmanParams = {
  name: {
    type: 'list',
    elements: 'str',
    aliases: ['package', 'pkg'],
    doc: 'The packages: names, groups, package files on the host, and URLs.',
  },
  state: {
    type: 'str',
    default: 'present',
    choices: ['absent', 'installed', 'latest', 'present', 'removed'],
    doc: 'The state that the packages should be in.',
  },
  force: { type: 'bool', default: false, doc: 'Remove packages whatever depends on them; fetch all package lists.' },
  remove_nosave: { type: 'bool', default: false, doc: 'Do not keep changed configuration files as `.pacsave`.' },
  executable: { type: 'str', default: 'pacman', doc: 'The program: pacman, or one that takes the same options.' },
  extra_args: { type: 'str', default: '', doc: 'More options for installing or removing.' },
  root: { type: 'path', doc: 'Another directory to install below.' },
  cachedir: { type: 'path', doc: 'With `root`: where downloaded packages are kept.' },
  config: { type: 'path', doc: 'Another configuration file.' },
  update_cache: { type: 'bool', doc: 'Fetch the package lists first.' },
  update_cache_extra_args: { type: 'str', default: '', doc: 'More options for fetching them.' },
  upgrade: { type: 'bool', doc: 'Upgrade all packages.' },
  upgrade_extra_args: { type: 'str', default: '', doc: 'More options for `upgrade`.' },
  reason: {
    type: 'str',
    choices: ['dependency', 'explicit'],
    doc: 'Why the packages are installed: only `explicit` keeps them when nothing needs them.',
  },
  reason_for: {
    type: 'str',
    default: 'new',
    choices: ['all', 'new'],
    doc: 'Whether `reason` is also for packages that are installed already.',
  },
} as const;

/** A task of pacman. */
type PacmanTask = Params<typeof pacmanParams>;

const words = (text: string): readonly string[] => optionWords(text);

const common = ({ root, cachedir, config }: PacmanTask): readonly string[] => [
  ...(root === undefined ? [] : ['--root', root]),
  ...(root === undefined || cachedir === undefined ? [] : ['--cachedir', cachedir]),
  ...(config === undefined ? [] : ['--config', config]),
];

const isGone = ({ state }: PacmanTask): boolean => state === 'absent' || state === 'removed';

const isPackageFile = (name: string): boolean =>
  name.includes('/') || name.includes('://') || /\.pkg\.tar(\.\w+)?$/.test(name);

/** The words of each of pacman's verbs. */
const verbs = (task: PacmanTask): Readonly<Record<string, readonly string[]>> => {
  const reason = task.reason === undefined ? [] : [task.reason === 'explicit' ? '--asexplicit' : '--asdeps'];
  return {
    sync: ['-S', '--needed', ...reason, ...words(task.extra_args)],
    file: ['-U', '--needed', ...reason, ...words(task.extra_args)],
    remove: [
      '-R',
      ...(task.force ? ['--nodeps', '--nodeps'] : []),
      ...(task.remove_nosave ? ['--nosave'] : []),
      ...words(task.extra_args),
    ],
    upgrade: ['-Su', ...words(task.upgrade_extra_args)],
    fetch: ['-Sy', ...(task.force ? ['--refresh'] : []), ...words(task.update_cache_extra_args)],
  };
};

/**
 * Asks what pacman would do. With `update_cache`, it fetches package lists in the view of the question, which keeps nothing, so the
 * answer is about the new lists; `fetched` is whether they differ. A line `! NAME VERSION` tells of an installed package, a line `r NAME` of
 * one with another reason.
 */
export function askPacman(task: PacmanTask, environment: Readonly<Record<string, string>>): Question<ShellAnswer> {
  const { name = [], executable, root = '' } = task;
  const all = common(task);
  const files = name.filter(isPackageFile);
  const names = name.filter((one) => !isPackageFile(one));
  const by = verbs(task);
  const sim = (verb: string) => script`sim ${verb} ${by[verb] ?? []}`;
  const unsettled = task.state === 'latest' ? ['-', '+'] : ['-'];
  const database = `${root}/var/lib/pacman`;
  const lists = script`cksum ${database}/sync/*.db 2>/dev/null`;
  const other = task.reason === 'explicit' ? 'd' : 'e';
  const reasons: Script =
    task.reason === undefined || names.length === 0
      ? script``
      : script`for n in ${names}; do "$pacman" ${all} -Qq${other} -- "$n" >/dev/null 2>&1 && printf 'r %s\n' "$n"; done
`;
  const asks: Script = isGone(task)
    ? collects(name, ['+'], sim('remove'))
    : script`${collects(names, unsettled, sim('sync'))}${
        files.length === 0
          ? script``
          : script`${sim('file')} ${files}
`
      }${
        task.upgrade === true
          ? script`${sim('upgrade')}
`
          : script``
      }`;
  const inner = script`pacman=$1
tells() { if [ "$("$pacman" ${all} -Qq -- "$1" 2>/dev/null || "$pacman" ${all} -Qqg -- "$1" 2>/dev/null)" ]; then printf '+ %s\n' "$1"; else printf -- '- %s\n' "$1"; fi; }
sim() {
  printf '\036\n%s\n' "$1"; shift
  out=$("$pacman" ${all} "$@" --print-format '> %n %v' 2>&1 </dev/null); code=$?
  printf '%s\n' "$out"
  "$pacman" ${all} -Q -- $(printf '%s\n' "$out" | sed -n 's/^> \([^ ]*\) .*/\1/p') 2>/dev/null </dev/null | sed 's/^/! /'
  printf '= %s\n' "$code"
}
${
  task.update_cache === true
    ? script`before=$(${lists})
if out=$("$pacman" ${all} ${by['fetch'] ?? []} 2>&1 </dev/null); then [ "$before" = "$(${lists})" ] || printf '\036\nfetch\n= 0\n'; else printf '\036\nfetch\n%s\n= 1\n' "$out"; fi
printf '\036\nnames\n'
`
    : script``
}${tellsAll(name)}${reasons}${asks}:`;
  return costlyShell({
    ...sh`${exporting(environment)}export LC_ALL=C
command -v ${executable} >/dev/null || exit 127
${definesAside([database, ...(root === '' ? ['/var/cache'] : [])])}aside sh -c ${inner.text} sh ${executable}`,
    about: [
      ...names.map((one) => `package:${one}`),
      ...(task.upgrade === true ? ['package:*'] : []),
      ...files.filter((one) => one.startsWith('/')).map((one) => `by:data:${one}`),
      'entry:/etc/pacman.conf',
      'path:/etc/pacman.d',
      'by:package:pacman',
    ],
    deadlineMs: 600_000,
  });
}

/** Plans a task of pacman. */
export function planPacman(answer: ShellAnswer, task: PacmanTask, context: TaskContext): Plan {
  if (answer.timedOut) return { failed: 'pacman did not say within ten minutes what it would do' };
  const wrong = unanswered(answer, { name: task.executable, package: 'pacman' });
  if (wrong !== undefined) return { failed: wrong };
  const parts = readSaid(answer.stdout);
  // With fetched lists, the names come after what is said about fetching.
  const again = parts.said.find(({ verb }) => verb === 'names');
  const names = again === undefined ? parts.names : readSaid(again.output).names;
  const told = (again?.output ?? answer.stdout.split('\x1e')[0] ?? '').split('\n');
  const failed = parts.said.find(({ code }) => code !== undefined && code !== 0);
  if (failed !== undefined) return { failed: `pacman: ${errorsIn(failed.output)}` };
  const effects = [predicts(askPacman(task, context.environment), shellAnswer())];
  const changes = parts.said.flatMap(({ verb, output }): readonly Change[] => {
    if (verb === 'names') return [];
    if (verb === 'fetch') return [fetching(task)];
    return stepChanges(stepsOf(output, verb), [pacmanCommand(task, verb, namesFor(task, verb, names))], effects);
  });
  return { changes: [...changes, ...reasonChanges(task, told, effects)] };
}

function namesFor(task: PacmanTask, verb: string, names: ReadonlyMap<string, string>): readonly string[] {
  if (verb === 'upgrade') return [];
  if (verb === 'file') return (task.name ?? []).filter(isPackageFile);
  const signs = verb === 'remove' ? '+' : '-';
  return namesWith(names, task.state === 'latest' ? '-+' : signs).filter(
    (name) => verb === 'remove' || !isPackageFile(name),
  );
}

/** Lists that are the same as before are fetched as well, and are no change, as with Ansible. */
const fetching = (task: PacmanTask): Change => ({
  what: 'package lists',
  from: 'fetched earlier',
  to: 'fetched',
  commands: [pacmanCommand(task, 'fetch', [])],
  effects: [],
  repeats: true,
});

const pacmanCommand = (task: PacmanTask, verb: string, names: readonly string[]): Command => {
  const given = [...(verbs(task)[verb] ?? []), ...names];
  return {
    ...sh`LC_ALL=C ${task.executable} ${common(task)} ${given} --noconfirm --noprogressbar </dev/null`,
    shown: sh`pacman ${given}`.script,
    long: true,
  };
};

/** Packages that are there, with another reason than they should have. */
function reasonChanges(
  { reason, reason_for, ...task }: PacmanTask,
  lines: readonly string[],
  effects: Change['effects'],
): readonly Change[] {
  if (reason === undefined || reason_for !== 'all') return [];
  const names = lines.filter((line) => line.startsWith('r ')).map((line) => line.slice(2));
  const option = reason === 'explicit' ? '--asexplicit' : '--asdeps';
  const command = sh`LC_ALL=C ${task.executable} ${common({ reason, reason_for, ...task })} -D ${option} -- ${names}`;
  return names.map((name, index) => ({
    what: `reason of package ${name}`,
    from: reason === 'explicit' ? 'dependency' : 'explicit',
    to: reason,
    commands: index === 0 ? [command] : [],
    effects: effects ?? [],
  }));
}

function stepsOf(output: string, verb: string): readonly PackageStep[] {
  const lines = output.split('\n').map((line) => line.split(' '));
  const versions = new Map(
    lines.flatMap(([sign, name = '', version = '']) => (sign === '!' ? [[name, version] as const] : [])),
  );
  return lines.flatMap(([sign, name = '', version = '']): PackageStep[] => {
    if (sign !== '>') return [];
    const from = versions.get(name) ?? null;
    return [{ name, from, to: verb === 'remove' ? null : version }];
  });
}

const errorsIn = (output: string): string => {
  const lines = output.split('\n').filter((line) => /^(error|::)/.test(line));
  return lines.map((line) => line.replace(/^(error: |:: )/, '')).join('; ') || output.trim();
};
