import {
  type Change,
  type Command,
  costlyShell,
  exporting,
  joined,
  optionWords,
  type Params,
  type Plan,
  predicts,
  type Question,
  type ShellAnswer,
  script,
  sh,
  shellAnswer,
  type TaskContext,
} from '../../../../src/sdk.ts';
import { unanswered } from '../../commands/unanswered.ts';
import { definesAside } from '../aside.ts';
import { collects, namesWith, plainSteps, readSaid, type Said, tellsAll } from '../simulation.ts';
import { type PackageStep, stepChanges } from '../transaction.ts';
import { rpmTells } from './rpm-tells.ts';

const off = { type: 'bool', default: false } as const;

/** The parameters of zypper. */
export const zypperParams = {
  name: {
    type: 'list',
    elements: 'str',
    required: true,
    aliases: ['pkg'],
    doc: 'The packages: names, also with a version (`name=1.0`, `name>=1.0`), package files on the host, and URLs. `*` means all, with the states `latest` and `dist-upgrade`.',
  },
  state: {
    type: 'str',
    default: 'present',
    choices: ['present', 'latest', 'absent', 'dist-upgrade', 'installed', 'removed'],
    doc: 'The state that the packages should be in.',
  },
  type: {
    type: 'str',
    default: 'package',
    choices: ['package', 'patch', 'pattern', 'product', 'srcpackage', 'application'],
    doc: 'What the names are names of.',
  },
  extra_args_precommand: { type: 'str', doc: "More options before zypper's verb." },
  disable_gpg_check: { ...off, doc: 'Install packages whose signature cannot be checked.' },
  auto_import_keys: { ...off, doc: 'Trust new keys of repositories.' },
  disable_recommends: { type: 'bool', default: true, doc: 'Do not install what packages recommend.' },
  force: { ...off, doc: 'Allow another version, vendor or architecture than the installed one.' },
  force_resolution: { ...off, doc: 'Let zypper solve conflicts by removing packages.' },
  update_cache: { ...off, aliases: ['refresh'], doc: "Fetch the repositories' package lists first." },
  oldpackage: { ...off, doc: 'Allow an older version than the installed one; implied by a version.' },
  extra_args: { type: 'str', doc: 'More options for zypper.' },
  allow_vendor_change: { ...off, doc: 'Allow packages of another vendor, with `state: dist-upgrade`.' },
  replacefiles: { ...off, doc: 'Allow packages to overwrite files of others.' },
  clean_deps: { ...off, doc: 'Remove dependencies that nothing needs any more as well.' },
  simple_errors: { ...off, ignored: 'messages contain only what zypper says' },
  quiet: { type: 'bool', default: true, ignored: 'the output is not shown' },
  skip_post_errors: { ...off, doc: 'Succeed even if the script of a package failed after its installation.' },
} as const;

/** A task of zypper. */
type ZypperTask = Omit<Params<typeof zypperParams>, 'simple_errors' | 'quiet'>;

type State = 'present' | 'latest' | 'absent' | 'dist-upgrade';

const SAME: Readonly<Record<ZypperTask['state'], State>> = {
  present: 'present',
  installed: 'present',
  latest: 'latest',
  absent: 'absent',
  removed: 'absent',
  'dist-upgrade': 'dist-upgrade',
};

/** The words before the verb: `zypper --non-interactive …`. */
const globalWords = (task: ZypperTask): readonly string[] => [
  '--non-interactive',
  ...optionWords(task.extra_args_precommand ?? ''),
  ...(task.disable_gpg_check && SAME[task.state] !== 'absent' ? ['--no-gpg-checks'] : []),
  ...(task.auto_import_keys ? ['--gpg-auto-import-keys'] : []),
];

/** A verb with its options. */
function verbWords(task: ZypperTask, verb: string): readonly string[] {
  const on = (given: boolean, word: string) => (given ? [word] : []);
  const isOne = verb === 'install' || verb === 'update';
  const old = task.oldpackage || task.name.some((name) => /[<>=]/.test(name));
  return [
    verb,
    ...(verb === 'dist-upgrade' ? on(task.allow_vendor_change, '--allow-vendor-change') : ['--type', task.type]),
    ...(verb === 'remove'
      ? on(task.clean_deps, '--clean-deps')
      : ['--auto-agree-with-licenses', ...on(task.disable_recommends, '--no-recommends')]),
    ...(isOne ? on(task.replacefiles, '--replacefiles') : []),
    ...(verb === 'install' ? [...on(task.force, '--force'), ...on(old, '--oldpackage')] : []),
    ...on(task.force_resolution, '--force-resolution'),
    ...optionWords(task.extra_args ?? ''),
  ];
}

/** Asks what zypper would do; if rpm has everything that is wanted, zypper is not asked. */
export function askZypper(task: ZypperTask, environment: Readonly<Record<string, string>>): Question<ShellAnswer> {
  const state = SAME[task.state];
  const ofPackages = task.type === 'package';
  const names = task.name.filter((name) => name !== '*');
  const sim = (verb: string) => script`sim ${verb} ${verbWords(task, verb).slice(1)} --dry-run --`;
  const unsettled = { present: ['-', '?'], latest: ['-', '+', '?'], absent: ['+', '?'], 'dist-upgrade': [] }[state];
  const everything = {
    latest: sim('update'),
    'dist-upgrade': sim('dist-upgrade'),
    present: undefined,
    absent: undefined,
  }[state];
  const refreshes = script`aside sh -c 'zypper --non-interactive refresh >/dev/null; exec "$@"' sh`;
  return costlyShell({
    ...sh`${exporting(environment)}export LC_ALL=C
command -v zypper >/dev/null || exit 127
${definesAside(['/var/cache', '/var/lib/zypp'])}${
  ofPackages
    ? rpmTells()
    : script`tells() { printf '? %s\n' "$1"; }
`
}sim() {
  printf '\036\n%s\n' "$1"
  ${task.update_cache ? refreshes : script`aside`} zypper --xmlout ${globalWords(task)} "$@" 2>&1 </dev/null
  printf '\n= %s\n' "$?"
}
${tellsAll(names)}${joined(
  [
    collects(names, unsettled, sim(state === 'absent' ? 'remove' : 'install')),
    everything === undefined || !task.name.includes('*')
      ? script``
      : script`${everything}
`,
  ],
  script``,
)}:`,
    about: [
      ...names.map((name) => `package:${name.replace(/[ <>=].*$/, '')}`),
      ...(names.length < task.name.length ? ['package:*'] : []),
      ...names.filter((name) => name.startsWith('/')).map((name) => `by:data:${name}`),
      'path:/etc/zypp',
      'by:package:zypper',
    ],
    deadlineMs: 600_000,
  });
}

/** Exit codes of success: a restart is needed, or a repository was left out. */
const FINE = [0, 100, 101, 102, 103, 106];

/** Plans a task of zypper. */
export function planZypper(answer: ShellAnswer, task: ZypperTask, context: TaskContext): Plan {
  if (answer.timedOut) return { failed: 'zypper did not say within ten minutes what it would do' };
  const wrong = unanswered(answer, { name: 'zypper', package: 'zypper' });
  if (wrong !== undefined) return { failed: wrong };
  const { names, said } = readSaid(answer.stdout);
  const failed = said.find(({ code, output }) => code !== undefined && !FINE.includes(code) && !isNothing(output));
  if (failed !== undefined) return { failed: `zypper ${failed.verb}: ${errorOf(failed)}` };
  const effects = [predicts(askZypper(task, context.environment), shellAnswer())];
  const changes: Change[] = said.flatMap((one) => {
    const isAll = one.verb === 'update' || one.verb === 'dist-upgrade';
    const signs = { present: '-?', latest: '-+?', absent: '+?', 'dist-upgrade': '' }[SAME[task.state]];
    const given = isAll ? [] : namesWith(names, signs);
    const steps =
      one.code === undefined ? plainSteps(given, one.verb === 'remove' ? null : 'installed') : stepsOf(one.output);
    return stepChanges(steps, [zypperCommand(task, one.verb, given)], effects);
  });
  return { changes };
}

/** Removing what zypper does not know is nothing to do. */
const isNothing = (output: string): boolean => output.includes('>Nothing to do.<');

function zypperCommand(task: ZypperTask, verb: string, names: readonly string[]): Command {
  const words = [...globalWords(task), ...verbWords(task, verb), '--', ...names];
  const refresh = task.update_cache
    ? script`zypper ${globalWords(task)} refresh </dev/null || exit
`
    : script``;
  return {
    ...sh`export LC_ALL=C ZYPP_LOCK_TIMEOUT=60
${refresh}zypper ${words} </dev/null`,
    accepts: [...FINE, ...(task.skip_post_errors ? [107] : [])],
    shown: sh`zypper ${[verb, ...names]}`.script,
    long: true,
  };
}

const SECTION = /<(to-[a-z-]+)>([\s\S]*?)<\/\1>/g;
const SOLVABLE = /<solvable ([^>]*)>/g;

/** The packages in zypper's summary. */
function stepsOf(xml: string): readonly PackageStep[] {
  return [...xml.matchAll(SECTION)].flatMap(([, section = '', text = '']) =>
    [...text.matchAll(SOLVABLE)].map(([, given = '']): PackageStep => {
      const field = (name: string) => plain(new RegExp(`(?:^| )${name}="([^"]*)"`).exec(given)?.[1] ?? '');
      const [edition, before] = [field('edition'), field('edition-old')];
      const isGone = section === 'to-remove';
      const kept = section === 'to-install' ? null : edition;
      return { name: field('name'), from: before || (isGone ? edition : kept), to: isGone ? null : edition };
    }),
  );
}

function errorOf({ output, code }: Said): string {
  const told = [...output.matchAll(/<message type="error">([\s\S]*?)<\/message>/g)].map(([, text = '']) => plain(text));
  const problems = [...output.matchAll(/<(?:description|text)>([\s\S]*?)<\/(?:description|text)>/g)].map(
    ([, text = '']) => plain(text),
  );
  const all = told.length > 0 ? told : problems;
  return (
    all
      .map((text) => text.trim().replace(/\s+/g, ' '))
      .filter((text) => text !== '')
      .join(' ') || `exit code ${code}`
  );
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', apos: "'", quot: '"', amp: '&' };

const plain = (text: string): string =>
  text.replace(/&(lt|gt|apos|quot|amp);/g, (whole, name: string) => ENTITIES[name] ?? whole);
