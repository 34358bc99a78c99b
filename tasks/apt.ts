import {
  type AptLists,
  type AptPolicy,
  type AptSimulation,
  aptLists,
  aptPolicy,
  aptSimulation,
  decodeText,
  defineTask,
  exists,
  must,
  type Packages,
  packages,
  type Question,
  withLacking,
} from '../src/sdk.ts';
import { aptActions, differing } from './shared/apt/apt-differing.ts';
import { aptWords } from './shared/apt/apt-get.ts';
import { listsPending, planApt } from './shared/apt/apt-plan.ts';
import type { PlainApt } from './shared/apt/apt-state.ts';
import { debPackage, debQuestion } from './shared/apt/deb-file.ts';
import { packageSpec } from './shared/apt/package-spec.ts';
import { packageThings } from './shared/retire/packages.ts';
import { splitLines } from './shared/text.ts';

/** The questions for an apt task; packages and policies are keyed by package name. */
type AptQuestions = {
  readonly lists: Question<AptLists>;
  readonly upgrade?: Question<AptSimulation>;
  readonly whole?: Question<AptSimulation>;
  readonly autoremove?: Question<AptSimulation>;
  readonly autoclean?: Question<AptSimulation>;
  readonly archives?: Question<boolean>;
  readonly deb?: ReturnType<typeof debQuestion>;
  readonly [name: `package ${string}`]: Question<Packages>;
  readonly [name: `policy ${string}`]: Question<AptPolicy>;
};

export default defineTask({
  name: 'ansible.builtin.apt',
  summary: 'Install, upgrade and remove Debian packages.',
  description:
    'One dpkg-query covers the packages of all tasks. The installation of missing packages is simulated first, so a check also reports which other packages would be installed or removed, and the task fails at once if apt cannot find a package.',
  params: {
    name: {
      type: 'list',
      elements: 'str',
      aliases: ['package', 'pkg'],
      doc: 'The packages, as `name`, `name=1.2*`, `name>=1.2` or `name:architecture`; wildcards are allowed.',
    },
    state: {
      type: 'str',
      default: 'present',
      choices: ['absent', 'build-dep', 'latest', 'present', 'fixed'],
      doc: 'The state that the packages should be in.',
    },
    update_cache: { type: 'bool', aliases: ['update-cache'], doc: 'Fetch the package lists first.' },
    cache_valid_time: {
      type: 'int',
      default: 0,
      doc: 'Fetch package lists only if they are older than this many seconds.',
    },
    update_cache_retries: { type: 'int', default: 5, doc: 'How many times to try to fetch the package lists.' },
    update_cache_retry_max_delay: { type: 'int', default: 12, doc: 'The longest wait between attempts, in seconds.' },
    install_recommends: {
      type: 'bool',
      aliases: ['install-recommends'],
      doc: 'Whether to install recommended packages (default: as configured on the host).',
    },
    default_release: { type: 'str', aliases: ['default-release'], doc: 'The release to prefer (`-t`).' },
    purge: { type: 'bool', default: false, doc: 'With `state: absent`, remove configuration files as well.' },
    autoremove: { type: 'bool', default: false, doc: 'Remove dependencies that are no longer needed.' },
    autoclean: { type: 'bool', default: false, doc: 'Delete downloaded packages that are out of date.' },
    clean: { type: 'bool', default: false, doc: 'Delete all downloaded packages.' },
    upgrade: {
      type: 'str',
      default: 'no',
      choices: ['dist', 'full', 'no', 'safe', 'yes'],
      doc: 'Upgrade all packages.',
    },
    deb: { type: 'path', doc: 'A package file on the host, or its URL.' },
    dpkg_options: {
      type: 'str',
      default: 'force-confdef,force-confold',
      doc: 'Options for dpkg, separated by commas.',
    },
    only_upgrade: {
      type: 'bool',
      default: false,
      doc: 'Only upgrade packages that are already installed; do not install new ones.',
    },
    allow_downgrade: {
      type: 'bool',
      default: false,
      aliases: ['allow-downgrade', 'allow_downgrades', 'allow-downgrades'],
      doc: 'Install an older version if the task names one.',
    },
    allow_change_held_packages: { type: 'bool', default: false, doc: 'Change packages that are on hold.' },
    allow_unauthenticated: {
      type: 'bool',
      default: false,
      aliases: ['allow-unauthenticated'],
      doc: 'Install packages that are not signed.',
    },
    fail_on_autoremove: { type: 'bool', default: false, doc: 'Fail if a package would have to be removed.' },
    force: {
      type: 'bool',
      default: false,
      doc: 'Allow downgrades, unsigned packages, and changes to held and essential packages.',
    },
    lock_timeout: { type: 'int', default: 60, doc: "How long to wait for apt's lock, in seconds." },
    policy_rc_d: {
      type: 'int',
      doc: 'The exit code of policy-rc.d during the task; 101 keeps services from being started.',
    },
    force_apt_get: { type: 'bool', default: false, ignored: 'apt-get is always used' },
  },
  rules: { mutuallyExclusive: [['deb', 'name', 'upgrade']] },
  ask(plain): AptQuestions {
    const params = planned(plain);
    const { specs } = params;
    return {
      lists: aptLists,
      ...Object.fromEntries(specs.map((spec) => [`package ${spec.name}`, packages(spec.name)])),
      ...Object.fromEntries(
        specs
          .filter((spec) => params.state === 'latest' || /[*?[>]/.test(spec.version ?? '') || spec.operator === '>=')
          .map((spec) => [`policy ${spec.name}`, aptPolicy(spec.name, params.default_release)]),
      ),
      ...(params.upgrade === 'no'
        ? {}
        : { upgrade: aptSimulation(...aptWords(upgradeAction(params.upgrade), params)) }),
      ...(params.state === 'fixed' && { whole: aptSimulation('-f', 'install') }),
      ...(params.state === 'build-dep' && { whole: aptSimulation('build-dep', ...(params.name ?? [])) }),
      ...(params.autoremove ? { autoremove: aptSimulation('autoremove', ...(params.purge ? ['--purge'] : [])) } : {}),
      ...(params.autoclean ? { autoclean: aptSimulation('autoclean') } : {}),
      ...(params.clean ? { archives: exists('/var/cache/apt/archives/*.deb') } : {}),
      ...(params.deb === undefined ? {} : { deb: debQuestion(params.deb) }),
    };
  },
  thenAsk(state, plain): { readonly simulation?: Question<AptSimulation>; readonly debState?: Question<Packages> } {
    const params = planned(plain);
    const deb = debPackage(params.deb, state.deb);
    const all = listsPending(params, state.lists) ? [] : differing(params, state);
    return {
      ...(deb === undefined ? {} : { debState: packages(deb.name) }),
      ...(all.length === 0
        ? {}
        : { simulation: aptSimulation(...aptWords(must(aptActions(params, all).at(-1), 'an action'), params)) }),
    };
  },
  plan: (state, params, context) => planApt(planned(params), state, context.check),
  result: ({ state, changes, replies }) => {
    const output = replies.at(-1);
    const fetched = changes.some((change) => change.what === 'package lists');
    const stdout = output === undefined ? '' : decodeText(output.stdout);
    const stderr = output === undefined ? '' : decodeText(output.stderr);
    const { updatedAt, foreseen } = state.lists;
    return {
      cache_updated: fetched,
      ...(foreseen === true ? withLacking({}, ['cache_update_time']) : { cache_update_time: updatedAt }),
      ...(output === undefined
        ? {}
        : { stdout, stderr, stdout_lines: splitLines(stdout), stderr_lines: splitLines(stderr) }),
    };
  },
  retire: ({ name, state }) => packageThings(name, state),
  returns: {
    cache_updated: 'Whether package lists were fetched.',
    cache_update_time: 'When the package lists were last fetched, in seconds since the epoch.',
    stdout: 'The stdout of apt-get.',
    stderr: 'The stderr of apt-get.',
  },
  examples: [
    {
      title: 'Install two packages, with package lists no older than a day',
      yaml: 'apt:\n  name: [tree, less]\n  cache_valid_time: 86400',
    },
    {
      title: 'Install the newest version, without recommended packages',
      yaml: 'apt:\n  name: tree\n  state: latest\n  install_recommends: false',
    },
    { title: 'Install any version of a series', yaml: 'apt:\n  name: tree=2.*' },
    { title: 'Remove a package and its configuration', yaml: 'apt:\n  name: nano\n  state: absent\n  purge: true' },
    { title: 'Fetch package lists only', yaml: 'apt:\n  update_cache: true\n  cache_valid_time: 3600' },
    {
      title: 'Install a package file',
      yaml: 'apt:\n  deb: /srv/tool_1.0_all.deb',
      runs: { no: 'needs a package file' },
    },
    {
      title: 'Upgrade everything',
      yaml: 'apt:\n  upgrade: dist\n  update_cache: true',
      runs: { no: 'takes a long time' },
    },
  ],
});

type Given = PlainApt & { readonly name: readonly string[] | undefined };

const specsOf = ({ name = [], state }: Given) =>
  state === 'build-dep' || state === 'fixed' ? [] : name.filter((one) => one.trim() !== '').map(packageSpec);

/** The packages that a task names. `latest` with `*` is an upgrade of all packages. */
function planned(params: Given) {
  const all = params.state === 'latest' && params.name?.includes('*') === true;
  const given = all ? { ...params, name: [], upgrade: 'dist' } : params;
  return { ...given, specs: specsOf(given) };
}

const upgradeAction = (upgrade: string): readonly string[] =>
  upgrade === 'dist' || upgrade === 'full' ? ['dist-upgrade'] : ['upgrade', '--with-new-pkgs'];
