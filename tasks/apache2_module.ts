import {
  type Change,
  defineTask,
  type Effect,
  each,
  followed,
  nothing,
  type Params,
  type PathState,
  type Plan,
  type Self,
  type ShellAnswer,
  self,
  sh,
  shell,
  stat,
  together,
} from '../src/sdk.ts';
import { unanswered } from './shared/commands/unanswered.ts';
import { absentEffect, entryEffect, newLink } from './shared/files/path-info.ts';
import { byState } from './shared/retire/by-state.ts';

const params = {
  name: { type: 'str', required: true, doc: 'The name of the module, as for `a2enmod`.' },
  state: { type: 'str', default: 'present', choices: ['present', 'absent'], doc: 'Whether the module is enabled.' },
  force: {
    type: 'bool',
    default: false,
    doc: 'Disable a module even if it is essential or other enabled modules depend on it; those are disabled, too.',
  },
  identifier: { type: 'str', ignored: 'the links in mods-enabled show whether a module is enabled' },
  ignore_configcheck: { type: 'bool', default: false, ignored: 'the configuration is not loaded' },
  warn_mpm_absent: { type: 'bool', default: true, ignored: 'the configuration is not loaded' },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.apache2_module',
  summary: 'Enable or disable an Apache module.',
  description:
    "For Debian's Apache, which has a link in /etc/apache2/mods-enabled for each enabled module. The modules that a module depends on are enabled as well. Apache itself is not reloaded: notify a handler.",
  params,
  // A module that is missing now may come with a package that an earlier task installs.
  ask: ({ name }) => ({ known: askKnown, own: stat(`${AVAILABLE}/${name}.load`), self: self() }),
  thenAsk: ({ known }, task) => {
    const modules = readKnown(known.stdout);
    const paths = involved(modules, task).flatMap((name) => linksOf(modules, name));
    return together({ none: nothing() }, each('at', paths, stat));
  },
  plan(state, task): Plan {
    const failure = unanswered(state.known, { name: 'a2enmod', package: 'apache2' });
    if (failure !== undefined) return { failed: failure };
    return task.state === 'present' ? enabling(state, task) : disabling(state, task);
  },
  result: ({ params: { name, state } }) => ({
    result: `Module ${name} ${state === 'present' ? 'enabled' : 'disabled'}`,
  }),
  retire: byState('apache module', ['name'], ['identifier', 'force']),
  returns: { result: 'the state of the module' },
  examples: [
    {
      title: 'Enable TLS',
      yaml: 'apache2_module:\n  name: ssl',
      runs: { no: 'needs the apache2 package' },
    },
    {
      title: 'Disable directory listings',
      yaml: 'apache2_module:\n  name: autoindex\n  state: absent\n  force: true',
      runs: { no: 'needs the apache2 package' },
    },
  ],
});

const AVAILABLE = '/etc/apache2/mods-available';

/** Asks which modules there are, and which others they name in a comment. */
const askKnown = shell({
  ...sh`command -v a2enmod >/dev/null || exit 127
cd ${AVAILABLE} && printf '%s\n' * && grep -H '^# \(Depends\|Conflicts\):' /dev/null *.load`,
  about: [`data:${AVAILABLE}/*`, 'by:package:apache2'],
});

/** The modules that are on the host: which file names each has, and which modules it names. */
interface Known {
  readonly files: ReadonlySet<string>;
  readonly depends: ReadonlyMap<string, readonly string[]>;
  readonly conflicts: ReadonlyMap<string, readonly string[]>;
}

function readKnown(text: string): Known {
  const named = (field: string) =>
    new Map(
      [...text.matchAll(new RegExp(`^(\\S+)\\.load:# ${field}:(.*)$`, 'gm'))].map(
        ([, module = '', names = '']) => [module, names.trim().split(/[\s,]+/)] as const,
      ),
    );
  return {
    files: new Set(text.split('\n').filter((line) => /^[^:\s]+\.(?:load|conf)$/.test(line))),
    depends: named('Depends'),
    conflicts: named('Conflicts'),
  };
}

/** A module and all that it depends on, these first. */
function withDependencies(known: Known, name: string, seen: readonly string[] = []): readonly string[] {
  if (seen.includes(name)) return [];
  const before = (known.depends.get(name) ?? []).flatMap((one) => withDependencies(known, one, [...seen, name]));
  return [...new Set([...before, name])];
}

/** A module and all that depend on it, these first. */
const withDependents = (known: Known, name: string): readonly string[] => [
  ...[...known.depends.keys()].filter((one) => one !== name && withDependencies(known, one).includes(name)),
  name,
];

const conflictsOf = ({ conflicts }: Known, name: string): readonly string[] =>
  (conflicts.get(name) ?? []).filter((one) => one !== name);

const involved = (known: Known, { name, state }: Task): readonly string[] =>
  state === 'absent' ? withDependents(known, name) : [...withDependencies(known, name), ...conflictsOf(known, name)];

const linkOf = (file: string): string => `/etc/apache2/mods-enabled/${file}`;

/** The links of a module: it is enabled if the first of them leads to a file. */
const linksOf = ({ files }: Known, name: string): readonly string[] => [
  linkOf(`${name}.load`),
  ...(files.has(`${name}.conf`) ? [linkOf(`${name}.conf`)] : []),
];

interface State {
  readonly known: ShellAnswer;
  readonly self: Self;
  readonly [at: `at ${string}`]: PathState | undefined;
}

const absent: PathState = { exists: false, resolved: undefined };

const linkIn = (state: State, path: string): PathState => state[`at ${path}`] ?? absent;

const isEnabled = (state: State, name: string): boolean =>
  followed(linkIn(state, linkOf(`${name}.load`))) !== undefined;

function enabling(state: State, task: Task): Plan {
  const known = readKnown(state.known.stdout);
  const missing = withDependencies(known, task.name).filter((name) => !known.files.has(`${name}.load`));
  if (isEnabled(state, task.name)) return { changes: [] };
  if (missing.length > 0)
    return {
      failed: `Failed to set module ${task.name} to enabled: there is no module ${missing.join(', ')} in ${AVAILABLE}; install the package that contains it`,
    };
  const conflict = conflictsOf(known, task.name).find((name) => isEnabled(state, name));
  if (conflict !== undefined && !task.force)
    return {
      failed: `Failed to set module ${task.name} to enabled: it conflicts with ${conflict}, which must be disabled first`,
    };
  const names = withDependencies(known, task.name).filter((name) => !isEnabled(state, name));
  return {
    changes: names.map(
      (name): Change => ({
        what: `module ${name}`,
        from: null,
        to: 'enabled',
        commands: name === task.name ? [sh`LC_ALL=C a2enmod -q ${forced(task)} ${name} </dev/null`] : [],
        effects: linksOf(known, name).map((path) => linked(state, path)),
      }),
    ),
  };
}

function linked(state: State, path: string): Effect {
  const target = path.replace('/etc/apache2/mods-enabled', '../mods-available');
  return entryEffect(path, linkIn(state, path), newLink(state.self, undefined, target), { target });
}

// As in a2dismod.
const ESSENTIAL =
  /^(?:alias|auth_basic|authn_file|authz_host|authz_user|autoindex|deflate|dir|env|filter|logio|mime|negotiation|setenvif|unixd|version|watchdog)$/;

function disabling(state: State, task: Task): Plan {
  const known = readKnown(state.known.stdout);
  if (!linkIn(state, linkOf(`${task.name}.load`)).exists) return { changes: [] };
  const names = withDependents(known, task.name).filter((name) => linkIn(state, linkOf(`${name}.load`)).exists);
  const others = names.filter((name) => name !== task.name);
  const failed = `Failed to set module ${task.name} to disabled:`;
  if (!task.force && others.length > 0)
    return { failed: `${failed} ${others.join(', ')} must be disabled first; \`force: true\` disables them, too` };
  if (!task.force && ESSENTIAL.test(task.name))
    return { failed: `${failed} it is essential; \`force: true\` disables it nevertheless` };
  return {
    changes: names.map(
      (name): Change => ({
        what: `module ${name}`,
        from: 'enabled',
        to: null,
        commands: name === task.name ? [sh`LC_ALL=C a2dismod -q ${forced(task)} ${name} </dev/null`] : [],
        effects: linksOf(known, name)
          .filter((path) => linkIn(state, path).exists)
          .map((path) => absentEffect(path, linkIn(state, path))),
      }),
    ),
  };
}

const forced = ({ force }: Task): readonly string[] => (force ? ['-f'] : []);
