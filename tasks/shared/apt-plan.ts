import {
  type AptLists,
  type AptPolicy,
  type AptSimulation,
  blurs,
  type Change,
  type Command,
  type Effect,
  exists,
  type Packages,
  type Plan,
  packages,
  predicts,
  type ShellAnswer,
} from '../../src/sdk.ts';
import { type AptGetOptions, age, aptGet, listsChange, packageEffects } from './apt-get.ts';
import { debDiffers, debPackage, fetchDeb } from './deb-file.ts';
import { installed, type PackageSpec, satisfies, versionFor } from './package-spec.ts';

/** The parameters of `apt` that its plan reads. */
export interface PlainApt extends AptGetOptions {
  readonly name?: readonly string[];
  readonly state: 'absent' | 'build-dep' | 'latest' | 'present' | 'fixed';
  readonly update_cache?: boolean;
  readonly cache_valid_time: number;
  readonly update_cache_retries: number;
  readonly update_cache_retry_max_delay: number;
  readonly purge: boolean;
  readonly autoremove: boolean;
  readonly autoclean: boolean;
  readonly clean: boolean;
  readonly upgrade: string;
  readonly deb?: string;
}

type Given = PlainApt & { readonly specs: readonly PackageSpec[] };

/** What was asked for an apt task. */
interface AptState {
  readonly lists: AptLists;
  readonly upgrade?: AptSimulation;
  readonly whole?: AptSimulation;
  readonly autoremove?: AptSimulation;
  readonly autoclean?: AptSimulation;
  readonly archives?: boolean;
  readonly deb?: ShellAnswer;
  readonly debState?: Packages;
  readonly simulation?: AptSimulation;
  readonly [name: `package ${string}`]: Packages;
  readonly [name: `policy ${string}`]: AptPolicy;
}

/** Whether package lists have to be fetched first. */
export function listsPending({ update_cache, cache_valid_time }: PlainApt, lists: AptLists): boolean {
  if (update_cache === false || (update_cache === undefined && cache_valid_time === 0)) return false;
  return cache_valid_time === 0 || lists.updatedAt === 0 || lists.ageSeconds > cache_valid_time;
}

/** What apt-get is told of the packages that are not as they should be: a word for each. */
export const wordsToInstall = (given: Given, state: AptState): readonly string[] =>
  differing(given, state).map((one) => one.word);

interface Differing {
  readonly spec: PackageSpec;
  readonly from: string | null;
  readonly to: string | null;
  readonly word: string;
}

function differing(given: Given, state: AptState): readonly Differing[] {
  return given.specs.flatMap((spec): Differing[] => {
    const now = state[`package ${spec.name}`]!;
    if (given.state === 'absent') return toRemove(spec, now, given.purge);
    const policy = state[`policy ${spec.name}`];
    const from = installed(now)?.version ?? null;
    if (from === null && given.only_upgrade === true) return [];
    const version = versionFor(spec, policy);
    const word = version === undefined ? spec.name : `${spec.name}=${version}`;
    if (given.state === 'present' && !spec.wild)
      return satisfies(spec, now) ? [] : [{ spec, from, to: version ?? 'installed', word }];
    if (spec.wild) return [{ spec, from: null, to: 'installed', word }];
    const newest = version ?? policy?.candidate;
    return from !== null && (newest === undefined || from === newest)
      ? []
      : [{ spec, from, to: newest ?? 'installed', word }];
  });
}

function toRemove(spec: PackageSpec, { found }: Packages, purge: boolean): Differing[] {
  const there = found.filter((one) => one.status === 'installed' || (purge && one.status === 'config-files'));
  return there.map((one) => ({
    spec: { ...spec, name: one.name },
    from: one.status === 'installed' ? one.version : 'configuration files',
    to: null,
    word: spec.name.includes(':') ? `${one.name}:${one.architecture}` : one.name,
  }));
}

/** Plan an apt task. */
export function planApt(given: Given, state: AptState, check: boolean): Plan {
  const pending = listsPending(given, state.lists);
  const only =
    given.specs.length === 0 && given.deb === undefined && given.upgrade === 'no' && state.whole === undefined;
  const lists = pending
    ? [
        listsChange(
          state.lists,
          { ...(only ? {} : { means: true }), ...(given.cache_valid_time > 0 ? {} : { repeats: true }) },
          given.update_cache_retries,
          given.update_cache_retry_max_delay,
        ),
      ]
    : [];
  const refused = pending ? undefined : refusal(given, state);
  if (refused !== undefined) return { failed: refused };
  const later =
    pending &&
    (given.state === 'latest' ||
      given.upgrade !== 'no' ||
      state.whole !== undefined ||
      given.specs.some((spec) => spec.wild || versionFor(spec, undefined) !== spec.version));
  const changes = [
    ...named(given, state),
    ...debChange(given, state),
    ...(later ? [] : wholesale(given, state)),
    ...cleaning(given, state),
  ];
  if (check && later && changes.length === 0)
    return { unknown: `what is newest is known only after package lists, ${age(state.lists)}, are fetched` };
  return { changes: [...lists, ...changes], ...(later || given.autoremove ? { more: true } : {}) };
}

/** Why apt-get could not do it, known before. */
function refusal(given: Given, { lists, simulation, whole, upgrade, ...state }: AptState): string | undefined {
  const held =
    given.state !== 'latest' || given.allow_change_held_packages === true || given.force === true
      ? undefined
      : differing(given, { lists, simulation, ...state }).find(
          ({ spec }) => installed(state[`package ${spec.name}`]!)?.want === 'hold',
        );
  if (held !== undefined)
    return `package ${held.spec.name} is on hold at ${held.from}; \`allow_change_held_packages: true\` changes it nevertheless`;
  const error = simulation?.error ?? whole?.error ?? upgrade?.error;
  if (error === undefined) return undefined;
  return /Unable to locate|no installation candidate|was not found/.test(error)
    ? `apt: ${error} (package lists: ${age(lists)})`
    : `apt: ${error}`;
}

function named(given: Given, state: AptState): readonly Change[] {
  const all = differing(given, state);
  if (all.length === 0) return [];
  const { simulation } = state;
  const wild = all.filter((one) => one.spec.wild);
  if (wild.length === all.length && simulation !== undefined && simulation.install.length === 0) return [];
  const action = given.state === 'absent' ? (given.purge ? 'purge' : 'remove') : 'install';
  const command = aptGet([action, ...all.map((one) => one.word)], given);
  const versions = new Map(simulation?.install.map((one) => [one.name, one.version]));
  const own = all.map(
    (one): Change => ({
      what: `package ${one.spec.name}`,
      from: one.from,
      to: one.to === 'installed' ? (versions.get(one.spec.name) ?? one.to) : one.to,
      commands: [],
      effects: [
        predicts(
          packages(one.spec.name),
          foreseen(one.spec.name, one.to === null ? null : (versions.get(one.spec.name) ?? one.to), given.purge),
        ),
      ],
    }),
  );
  const names = new Set(own.map((change) => change.what));
  const others = simulation === undefined ? [] : alsoRemoved(simulation).filter((change) => !names.has(change.what));
  return withCommand([...own, ...others], command, simulation);
}

/** Changes with the command that makes them, and what else it does. */
function withCommand(
  [first, ...rest]: readonly Change[],
  command: Command,
  simulation: AptSimulation | undefined,
): readonly Change[] {
  if (first === undefined) return [];
  // Without knowing which, any package's configuration.
  const touched =
    simulation === undefined ? [''] : [...simulation.install, ...simulation.remove].map(({ name }) => name);
  const dependencies = simulation?.install.map((one) =>
    predicts(packages(one.name), foreseen(one.name, one.version, false)),
  ) ?? [blurs('package:*')];
  return [
    {
      ...first,
      commands: [command],
      effects: [packageEffects(...touched), ...(dependencies as Effect[]), ...(first.effects ?? [])],
    },
    ...rest,
  ];
}

const alsoRemoved = ({ remove, install }: AptSimulation): readonly Change[] =>
  remove
    .filter(({ name }) => !install.some((one) => one.name === name))
    .map(({ name, version }) => ({
      what: `package ${name}`,
      from: version,
      to: null,
      commands: [],
      effects: [predicts(packages(name), foreseen(name, null, false))],
    }));

function foreseen(name: string, version: string | null, purge: boolean): Packages {
  const one = { name, architecture: '', version: version ?? '', want: version === null ? 'deinstall' : 'install' };
  if (version === null) return { found: purge ? [] : [{ ...one, status: 'config-files' }], providers: [] };
  return { found: [{ ...one, status: 'installed' }], providers: [] };
}

function debChange(given: Given, state: AptState): readonly Change[] {
  if (given.deb === undefined) return [];
  const deb = debPackage(given.deb, state.deb);
  const differs = deb === undefined || state.debState === undefined ? { from: null } : debDiffers(deb, state.debState);
  if (differs === undefined) return [];
  const { before, path } = fetchDeb(given.deb);
  const command = aptGet(['install', 'PACKAGE'], given);
  const script = `${before}${command.script.replaceAll(' PACKAGE ', () => ` ${path} `)}`;
  return [
    {
      what: `package ${deb?.name ?? given.deb}`,
      from: differs.from,
      to: deb?.version ?? 'installed',
      commands: [{ ...command, script, shown: `apt-get install ${given.deb}` }],
      effects: [
        packageEffects(deb?.name ?? ''),
        blurs('package:*'),
        ...(deb === undefined ? [] : [predicts(packages(deb.name), foreseen(deb.name, deb.version, false))]),
      ],
      ...(deb === undefined ? { repeats: true } : {}),
    },
  ];
}

/** What apt-get does to all packages: upgrades, repairs, build dependencies, orphans. */
function wholesale(given: Given, state: AptState): readonly Change[] {
  const { upgrade, whole, autoremove } = state;
  const action = given.state === 'fixed' ? ['-f', 'install'] : ['build-dep', ...(given.name ?? [])];
  const upgrading =
    given.upgrade === 'dist' || given.upgrade === 'full' ? ['dist-upgrade'] : ['upgrade', '--with-new-pkgs'];
  return [
    ...(upgrade === undefined ? [] : simulated(upgrade, aptGet(upgrading, given))),
    ...(whole === undefined ? [] : simulated(whole, aptGet(action, given))),
    ...(autoremove === undefined || differing(given, state).length > 0
      ? []
      : simulated(autoremove, aptGet(['autoremove', ...(given.purge ? ['--purge'] : [])], given))),
  ];
}

const simulated = (simulation: AptSimulation, command: Command): readonly Change[] =>
  withCommand(
    [
      ...simulation.install.map(
        (one): Change => ({ what: `package ${one.name}`, from: one.from ?? null, to: one.version, commands: [] }),
      ),
      ...alsoRemoved(simulation),
    ],
    command,
    simulation,
  );

function cleaning(given: Given, { archives, autoclean }: AptState): readonly Change[] {
  return [
    ...(archives === true
      ? [
          {
            what: 'downloaded packages',
            from: 'kept',
            to: null,
            commands: [aptGet(['clean'], given)],
            effects: [predicts(exists('/var/cache/apt/archives/*.deb'), false)],
          },
        ]
      : []),
    ...(autoclean !== undefined && autoclean.files.length > 0
      ? [
          {
            what: 'downloaded packages',
            from: `${autoclean.files.length} out of date`,
            to: null,
            commands: [aptGet(['autoclean'], given)],
            effects: [blurs('path:/var/cache/apt/archives')],
          },
        ]
      : []),
  ];
}
