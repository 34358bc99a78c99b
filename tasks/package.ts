import {
  type AnyQuestion,
  defineTask,
  optional,
  type Params,
  packageManager,
  type Question,
  type ShellAnswer,
  type StateOf,
} from '../src/sdk.ts';
import apt from './apt.ts';
import { otherManager } from './shared/packages/managers.ts';
import { packageThings } from './shared/retire/packages.ts';

/** Parameters with which roles for several systems fine-tune dnf and others; apt ignores them. */
const forOthers = {
  enablerepo: {
    type: 'list',
    elements: 'str',
    default: [],
    doc: 'For dnf: repositories to use although they are disabled.',
  },
  disablerepo: { type: 'list', elements: 'str', default: [], doc: 'For dnf: repositories not to use.' },
  enable_plugin: { type: 'list', elements: 'str', default: [], doc: 'For dnf: plugins to use.' },
  disable_plugin: { type: 'list', elements: 'str', default: [], doc: 'For dnf: plugins not to use.' },
  disable_gpg_check: { type: 'bool', default: false, doc: 'For dnf and zypper: install unsigned packages.' },
  disable_excludes: { type: 'str', doc: 'For dnf: ignore configured excludes.' },
  skip_broken: { type: 'bool', default: false, doc: 'For dnf: leave out what cannot be installed.' },
} as const;

const params = {
  ...apt.params,
  state: {
    type: 'str',
    default: 'present',
    choices: ['absent', 'build-dep', 'latest', 'present', 'fixed', 'installed', 'removed'],
    doc: 'The state that the packages should be in.',
  },
  use: {
    type: 'str',
    default: 'auto',
    doc: 'The package manager to use (default: the one that is in charge of the host).',
  },
  ...forOthers,
} as const;

type Task = Params<typeof params>;
type Plain = Omit<Task, 'state'> & { readonly state: Exclude<Task['state'], 'installed' | 'removed'> };

type AptAsks = ReturnType<NonNullable<typeof apt.ask>>;
type AptAsksThen = ReturnType<NonNullable<typeof apt.thenAsk>>;
type Asks = Partial<Pick<AptAsks, 'lists'>> & { readonly manager: Question<string> };
type AsksThen = AptAsksThen & { readonly other?: Question<ShellAnswer> };

export default defineTask<typeof params, Asks, AsksThen, Plain>({
  name: 'ansible.builtin.package',
  worker: apt.name,
  summary: "Install, upgrade and remove packages with the host's package manager.",
  description:
    'The host tells which one is in charge: apt, dnf, yum, zypper, pacman or apk. All parameters of `apt` are accepted; other managers use those that they have, too.',
  params,
  rules: { mutuallyExclusive: [['deb', 'name', 'upgrade']] },
  prepare: (task): Plain => ({ ...task, state: SAME[task.state] }),
  // apt's questions are asked at once, so that they need no second round; elsewhere they have no answers.
  ask: (task, context): Asks => ({
    ...Object.fromEntries(
      Object.entries<AnyQuestion<unknown>>(usesApt(task.use) ? (apt.ask?.(task, context) ?? {}) : {}).map(
        ([name, one]) => [name, 'kind' in one ? optional(one) : one],
      ),
    ),
    manager: packageManager,
  }),
  thenAsk: (state, task, context): AsksThen => {
    const name = managerOf(task.use, state.manager);
    if (name === 'apt') return apt.thenAsk?.(aptState(state), task, context) ?? {};
    const other = otherManager(name);
    return other === undefined || unfit(task) !== undefined ? {} : { other: other.ask(task, context) };
  },
  plan(state, task, context) {
    const name = managerOf(task.use, state.manager);
    if (name === 'apt') return apt.plan(aptState(state), task, context);
    const manager = otherManager(name);
    if (manager === undefined) return { failed: unknownManager(name) };
    const wrong = unfit(task);
    return wrong !== undefined || state.other === undefined
      ? { failed: `${name} ${wrong ?? 'was not asked'}` }
      : manager.plan(state.other, task, context);
  },
  result: ({ state, before, ...done }) => {
    const name = managerOf(done.params.use, state.manager);
    return name === 'apt'
      ? (apt.result?.({ ...done, state: aptState(state), before: aptState(before) }) ?? {})
      : (otherManager(name)?.result(done.changes) ?? {});
  },
  retire: ({ name, state }) => packageThings(name, state),
  returns: { ...apt.returns },
  returnsMore: true,
  examples: [{ title: 'Install a package', yaml: 'package:\n  name: less\n  state: present' }],
});

const SAME: Readonly<Record<Task['state'], Plain['state']>> = {
  present: 'present',
  installed: 'present',
  absent: 'absent',
  removed: 'absent',
  latest: 'latest',
  fixed: 'fixed',
  'build-dep': 'build-dep',
};

/** Where apt is in charge, it has answered all of its questions. */
const aptState = (state: StateOf<Asks> & Partial<StateOf<AsksThen>>) =>
  state as StateOf<AptAsks> & Partial<StateOf<AptAsksThen>>;

const usesApt = (use: string): boolean => use === 'auto' || managerOf(use, '') === 'apt';

/** The manager that a task uses, by its short name. */
const managerOf = (use: string, found: string): string =>
  use === 'auto' ? found : use.replace(/^(ansible\.(builtin|legacy)|community\.general)\./, '');

const unknownManager = (name: string): string =>
  name === ''
    ? 'the host has none of the package managers apt, dnf, yum, zypper, pacman and apk'
    : `expected apt, dnf, dnf5, yum, zypper, pacman or apk in \`use\`, got "${name}"`;

/** What a task asks for that only apt can do. */
const unfit = ({ state, deb }: Pick<Plain, 'state' | 'deb'>): string | undefined => {
  if (state === 'build-dep' || state === 'fixed') return `has no \`state: ${state}\`: that is for apt`;
  return deb === undefined ? undefined : 'cannot install a `deb`: that is for apt';
};
