import {
  blurs,
  type Change,
  defineTask,
  type Params,
  type Plan,
  predicts,
  type ShellAnswer,
  sh,
  shell,
  shellAnswer,
  stat,
} from '../src/sdk.ts';
import { byState } from './shared/retire/by-state.ts';

const params = {
  path: { type: 'path', required: true, aliases: ['name'], doc: 'The file that is diverted.' },
  state: {
    type: 'str',
    default: 'present',
    choices: ['present', 'absent'],
    doc: 'Whether the file is to be diverted.',
  },
  holder: {
    type: 'str',
    doc: 'The package whose own copy of the file is not diverted; `LOCAL` (the default) diverts the copies of all packages.',
  },
  divert: {
    type: 'path',
    doc: 'Where packages put their copy of the file instead (default: the path with `.distrib`).',
  },
  rename: {
    type: 'bool',
    default: false,
    doc: 'Also move the file aside, or back when the diversion ends.',
  },
  force: {
    type: 'bool',
    default: false,
    doc: 'With `rename`, replace what is in the way of the move; without it, such a task fails.',
  },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.dpkg_divert',
  summary: 'Keep a file of your own where a package has one (dpkg-divert).',
  description: 'dpkg installs the file of a package under another name as long as its path is diverted.',
  params,
  ask: ({ path, divert }) => ({
    now: diversionOf(path),
    file: stat(path),
    aside: stat(divert ?? defaultOf(path)),
  }),
  plan: ({ now, file, aside }, task) =>
    planDiversion(readDiversion(now), { file: file.exists, aside: aside.exists, missing: now.code === 127 }, task),
  result: ({ state, params: { path } }) => {
    const diversion = readDiversion(state.now);
    return {
      diversion: diversion === undefined ? { path, state: 'absent' } : { path, state: 'present', ...diversion },
    };
  },
  retire: byState('diversion', ['path'], ['holder', 'divert', 'rename']),
  returns: { diversion: 'the diversion now: `path`, `state`, and if present `holder` and `divert`' },
  examples: [
    {
      title: 'Replace a file of a package for good',
      yaml: 'dpkg_divert:\n  path: /usr/bin/retrace-diverted\n  rename: true',
    },
    {
      title: 'Give a file back to its package',
      yaml: 'dpkg_divert:\n  path: /usr/bin/retrace-diverted\n  state: absent\n  rename: true',
    },
  ],
});

const defaultOf = (path: string): string => `${path}.distrib`;

interface Diversion {
  readonly holder: string;
  readonly divert: string;
}

/** Who diverts a path, and where to: a line each; nothing if it is not diverted. */
const diversionOf = (path: string) =>
  shell({
    ...sh`command -v dpkg-divert >/dev/null || exit 127; holder=$(dpkg-divert --listpackage ${path}) && [ -n "$holder" ] && { echo "$holder"; dpkg-divert --truename ${path}; }; :`,
    about: [`diversion:${path}`, 'by:package:*'],
  });

function readDiversion({ stdout }: ShellAnswer): Diversion | undefined {
  const [holder = '', divert = ''] = stdout.split('\n');
  return holder === '' ? undefined : { holder, divert };
}

function planDiversion(
  now: Diversion | undefined,
  there: { readonly file: boolean; readonly aside: boolean; readonly missing: boolean },
  task: Task,
): Plan {
  const { path, state, holder, rename, force } = task;
  if (there.missing) return { failed: 'dpkg-divert was not found: the host does not use dpkg' };
  const wanted: Diversion = {
    holder: holder ?? now?.holder ?? 'LOCAL',
    divert: task.divert ?? now?.divert ?? defaultOf(path),
  };
  if (state === 'absent') {
    if (now === undefined) return { changes: [] };
    if (holder !== undefined && holder !== now.holder)
      return { failed: `${path} is diverted by ${now.holder}, not by ${holder}: its diversion is not removed` };
    return { changes: [removal(now, task)] };
  }
  if (now !== undefined && now.holder === wanted.holder && now.divert === wanted.divert) return { changes: [] };
  if (rename && !force && there.file && there.aside && now === undefined)
    return { failed: `cannot move ${path} to ${wanted.divert}, which exists: \`force: true\` replaces it` };
  return { changes: [...(now === undefined ? [] : [removal(now, task)]), addition(wanted, task)] };
}

const addition = ({ holder, divert }: Diversion, { path, rename, force }: Task): Change => ({
  what: `diversion of ${path}`,
  from: null,
  to: `${divert} (by ${holder})`,
  commands: [
    ...(rename && force ? [sh`if [ -e ${path} ]; then rm -f -- ${divert}; fi`] : []),
    sh`dpkg-divert --quiet ${moving(rename)} --divert ${divert} ${heldBy(holder)} --add ${path}`,
  ],
  effects: [known(path, `${holder}\n${divert}\n`), ...moved(rename, path, divert)],
});

const removal = ({ holder, divert }: Diversion, { path, rename, force }: Task): Change => ({
  what: `diversion of ${path}`,
  from: `${divert} (by ${holder})`,
  to: null,
  commands: [
    ...(rename && force ? [sh`if [ -e ${divert} ]; then rm -f -- ${path}; fi`] : []),
    sh`dpkg-divert --quiet ${moving(rename)} ${heldBy(holder)} --remove ${path}`,
  ],
  effects: [known(path, ''), ...moved(rename, path, divert)],
});

const moving = (rename: boolean): string => (rename ? '--rename' : '--no-rename');
const heldBy = (holder: string): readonly string[] => (holder === 'LOCAL' ? ['--local'] : ['--package', holder]);

const known = (path: string, stdout: string) => predicts(diversionOf(path), shellAnswer(stdout));

const moved = (rename: boolean, ...paths: readonly string[]) =>
  ['/var/lib/dpkg/diversions', ...(rename ? paths : [])].map((path) => blurs(`path:${path}`));
