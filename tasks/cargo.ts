import {
  blurs,
  type Change,
  defineTask,
  exporting,
  mayAlter,
  nothing,
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
import { textInside } from './shared/json.ts';
import { eachByState } from './shared/retire/by-state.ts';

const params = {
  name: { type: 'list', elements: 'str', required: true, doc: 'The packages.' },
  path: {
    type: 'path',
    doc: 'Where to install them: programs go to `bin` in this directory (default: that of cargo).',
  },
  version: { type: 'str', doc: 'The version of all of the packages.' },
  state: {
    type: 'str',
    default: 'present',
    choices: ['present', 'absent', 'latest'],
    doc: 'Whether they should be installed; `latest`: in the newest version that the registry or the manifest in `directory` tells.',
  },
  locked: { type: 'bool', default: false, doc: "Build with the versions of dependencies in the package's Cargo.lock." },
  directory: { type: 'path', doc: 'A directory on the host with the sources of the package, instead of the registry.' },
  features: { type: 'list', elements: 'str', default: [], doc: 'Features to build the packages with.' },
  executable: { type: 'path', doc: 'The cargo program to use.' },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.cargo',
  summary: 'Install programs that are written in Rust, with cargo.',
  description: 'Requires the `cargo` package on the host. cargo builds the programs there.',
  params,
  ask: (task, context) => ({ installed: askInstalled(task, context) }),
  thenAsk({ installed }, task, context): { newest: Question<ShellAnswer | undefined> } {
    const present = readCrates(installed);
    const sought = task.state === 'latest' ? task.name.filter((name) => present.has(name)) : [];
    return { newest: sought.length === 0 ? nothing() : askNewest(sought, task, context) };
  },
  plan({ installed, newest }, task, context): Plan {
    if (installed.code === 127) return { failed: missingTool({ name: program(task), package: 'cargo' }) };
    const now = readCrates(installed);
    if (newest !== undefined && newest.code !== 0)
      return { failed: newest.stderr.trim() || `cargo search failed with exit code ${newest.code}` };
    const versions = newest === undefined ? new Map<string, string>() : foundVersions(newest, task);
    const wanted = (name: string): string | undefined => (task.state === 'latest' ? versions.get(name) : task.version);
    const items = task.name.flatMap((name): readonly Item[] => {
      const from = now.get(name);
      if (task.state === 'absent') return from === undefined ? [] : [{ name, from, to: null }];
      const to = wanted(name);
      return from !== undefined && (to === undefined || to === from)
        ? []
        : [{ name, from: from ?? null, to: to ?? task.version ?? 'present' }];
    });
    return { changes: changesOf(items, now, { task, context }) };
  },
  retire: eachByState('cargo crate', 'name', ['path']),
  returns: {},
  examples: [
    {
      title: 'Install a program for all users',
      yaml: 'cargo:\n  name: ludusavi\n  path: /usr/local\n  locked: true',
      runs: { no: 'needs cargo and its registry' },
    },
    {
      title: 'Keep a program at its newest version',
      yaml: 'cargo:\n  name: ripgrep\n  state: latest',
      runs: { no: 'needs cargo and its registry' },
    },
  ],
});

const program = ({ executable }: Task): string => executable ?? 'cargo';

/** Sets `$root` to the directory in which cargo installs. */
const inRoot = ({ path }: Task): Script =>
  path === undefined ? script`root=\${CARGO_INSTALL_ROOT:-\${CARGO_HOME:-$HOME/.cargo}}` : script`root=${path}`;

/** Asks what is installed: cargo's own list. cargo itself would create the directory to answer. */
const askInstalled = (task: Task, { environment }: TaskContext): Question<ShellAnswer> =>
  shell({
    ...sh`${exporting(environment)}command -v ${program(task)} >/dev/null || exit 127
${inRoot(task)}
cat -- "$root/.crates.toml" 2>/dev/null || :`,
    about: [subject(task), 'by:package:cargo', 'by:package:rust*'],
  });

const subject = ({ path }: Task): string => (path === undefined ? 'cargo:' : `data:${tidyPath(path)}/.crates.toml`);

/** The versions by package. */
type Crates = ReadonlyMap<string, string>;

/** Reads lines such as `"ripgrep 13.0.0 (registry+…)" = ["rg"]`. */
const readCrates = (installed: ShellAnswer): Crates => versionsIn(installed, /^"(\S+) (\S+) \(/);

const versionsIn = ({ stdout }: ShellAnswer, line: RegExp): Crates =>
  new Map(
    stdout.split('\n').flatMap((text) => {
      const [, name, version] = line.exec(text) ?? [];
      return name === undefined || version === undefined ? [] : [[name, version] as const];
    }),
  );

const writeCrates = (crates: Crates): string =>
  [...crates].map(([name, version]) => `"${name} ${version} ()" = []\n`).join('');

/** Asks the registry for the newest versions, or the sources for theirs. */
const askNewest = (names: readonly string[], task: Task, { environment }: TaskContext): Question<ShellAnswer> =>
  task.directory === undefined
    ? shell(
        {
          ...sh`${exporting(environment)}for n in ${names}; do ${program(task)} search --limit 1 "$n" </dev/null || exit; done`,
          about: ['by:package:cargo'],
          deadlineMs: 300_000,
        },
        { beyond: true },
      )
    : shell({
        ...sh`${exporting(environment)}${program(task)} read-manifest --manifest-path ${`${task.directory}/Cargo.toml`}`,
        about: [`path:${tidyPath(task.directory)}`, 'by:package:cargo'],
      });

/** Reads lines such as `ripgrep = "14.1.0"    # what it is`, or the manifest of a directory as JSON. */
function foundVersions(found: ShellAnswer, { directory }: Task): Crates {
  if (directory === undefined) return versionsIn(found, /^(\S+) = "([^"]+)"/);
  const told: unknown = JSON.parse(found.stdout);
  return new Map([[textInside(told, 'name') ?? '', textInside(told, 'version') ?? '']]);
}

interface Item {
  readonly name: string;
  readonly from: string | null;
  readonly to: string | null;
}

function changesOf(
  items: readonly Item[],
  now: Crates,
  { task, context }: { readonly task: Task; readonly context: TaskContext },
): readonly Change[] {
  const after = new Map(now);
  for (const { name, to } of items) {
    if (to === null) after.delete(name);
    else after.set(name, to);
  }
  const isKnown = items.every(({ to }) => to !== 'present');
  const { path, version, locked, state, directory, features } = task;
  const root = path === undefined ? [] : ['--root', path];
  const more = [
    ...(version === undefined || state === 'latest' ? [] : ['--version', version]),
    ...(locked ? ['--locked'] : []),
    ...(directory === undefined ? [] : ['--path', directory]),
    ...(features.length === 0 ? [] : ['--features', features.join(',')]),
  ];
  const verb = state === 'absent' ? ['uninstall', ...root] : ['install', ...root, ...more];
  const command = sh`${program(task)} ${verb} ${items.map(({ name }) => name)} </dev/null`;
  return items.map(({ name, from, to }, index) => ({
    what: `Rust package ${name}`,
    from,
    to,
    commands: index === 0 ? [{ ...command, long: true }] : [],
    effects: [
      isKnown ? predicts(askInstalled(task, context), shellAnswer(writeCrates(after))) : blurs(subject(task)),
      ...(path === undefined ? [] : [blurs(`path:${tidyPath(path)}/bin`)]),
      // Sources and an index of packages; without a path, the programs as well.
      mayAlter('path:/root/.cargo', 'path:/home'),
    ],
  }));
}
