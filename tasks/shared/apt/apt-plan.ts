import {
  type AptLists,
  blurs,
  type Change,
  compareVersions,
  exists,
  must,
  type Plan,
  packages,
  predicts,
  sh,
} from '../../../src/sdk.ts';
import { aptActions, differing, installAction } from './apt-differing.ts';
import { age, aptGet, listsChange, packageEffects } from './apt-get.ts';
import type { AptGiven, AptState, PlainApt } from './apt-state.ts';
import { debDiffers, debPackage, fetchDeb } from './deb-file.ts';
import { alsoRemoved, foreseenPackages, simulated, withCommands } from './package-changes.ts';
import { installed, isHalfInstalled, versionFor } from './package-spec.ts';

/** Whether package lists have to be fetched first. */
export function listsPending({ update_cache, cache_valid_time }: PlainApt, lists: AptLists): boolean {
  if (update_cache === false || (update_cache === undefined && cache_valid_time === 0)) return false;
  return cache_valid_time === 0 || lists.updatedAt === 0 || lists.ageSeconds > cache_valid_time;
}

/** Plans an apt task. */
export function planApt(given: AptGiven, state: AptState, check: boolean): Plan {
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
    return { unknown: `the newest versions are unknown until the package lists (${age(state.lists)}) are fetched` };
  return { changes: [...lists, ...changes], ...(later || given.autoremove ? { more: true } : {}) };
}

/** The reason why apt-get would fail, as far as this can be known beforehand. */
function refusal(given: AptGiven, { lists, simulation, whole, upgrade, ...state }: AptState): string | undefined {
  const held =
    given.state !== 'latest' || given.allow_change_held_packages === true || given.force === true
      ? undefined
      : differing(given, { lists, simulation, ...state }).find(
          ({ spec }) => installed(must(state[`package ${spec.name}`], spec.name))?.want === 'hold',
        );
  if (held !== undefined)
    return `package ${held.spec.name} is on hold at ${held.from}; \`allow_change_held_packages: true\` changes it anyway`;
  const deb = given.deb === undefined ? undefined : debPackage(given.deb, state.deb);
  const mayDowngrade = given.allow_downgrade === true || given.force === true;
  const newer = deb && state.debState && installed(state.debState)?.version;
  if (deb?.guessed === false && newer && !mayDowngrade && compareVersions(deb.version, newer) < 0)
    return `${given.deb} has version ${deb.version} of ${deb.name}, older than the installed ${newer}; \`allow_downgrade: true\` installs it anyway`;
  const error = simulation?.error ?? whole?.error ?? upgrade?.error;
  if (error === undefined) return undefined;
  return /Unable to locate|no installation candidate|was not found/.test(error)
    ? `apt: ${error} (package lists: ${age(lists)})`
    : `apt: ${error}`;
}

function named(given: AptGiven, state: AptState): readonly Change[] {
  const all = differing(given, state);
  if (all.length === 0) return [];
  const { simulation } = state;
  const wild = all.filter((one) => one.spec.wild);
  if (wild.length === all.length && simulation !== undefined && simulation.install.length === 0) return [];
  const commands = aptActions(given, all).map((action) => aptGet(action, given));
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
          foreseenPackages(
            one.spec.name,
            one.to === null ? null : (versions.get(one.spec.name) ?? one.to),
            given.purge,
          ),
        ),
      ],
    }),
  );
  const names = new Set(own.map((change) => change.what));
  const others = simulation === undefined ? [] : alsoRemoved(simulation).filter((change) => !names.has(change.what));
  return withCommands([...own, ...others], commands, simulation);
}

function debChange(given: AptGiven, state: AptState): readonly Change[] {
  if (given.deb === undefined) return [];
  const deb = debPackage(given.deb, state.deb);
  const differs = deb === undefined || state.debState === undefined ? { from: null } : debDiffers(deb, state.debState);
  if (differs === undefined) return [];
  const { before, path } = fetchDeb(given.deb);
  const command = aptGet(installAction([path], state.debState?.found.some(isHalfInstalled) === true), given);
  return [
    {
      what: `package ${deb?.name ?? given.deb}`,
      from: differs.from,
      to: deb?.version ?? 'installed',
      commands: [{ ...command, ...sh`${before}${command}`, shown: `apt-get install ${given.deb}` }],
      effects: [
        ...packageEffects(deb?.name ?? ''),
        blurs('package:*'),
        ...(deb === undefined ? [] : [predicts(packages(deb.name), foreseenPackages(deb.name, deb.version, false))]),
      ],
      ...(deb === undefined ? { repeats: true } : {}),
    },
  ];
}

/** The changes that do not concern individual packages: upgrades, repairs, build dependencies, orphans. */
function wholesale(given: AptGiven, state: AptState): readonly Change[] {
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

function cleaning(given: AptGiven, { archives, autoclean }: AptState): readonly Change[] {
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
