import type { Packages } from '../../../src/sdk.ts';
import { must } from '../../../src/sdk.ts';
import type { AptGiven, AptState, PlainApt } from './apt-state.ts';
import {
  isHalfInstalled,
  isThere,
  type PackageSpec,
  packageBefore,
  satisfies,
  versionFor,
  versionOrStatus,
} from './package-spec.ts';

/** A package that is not in the wanted state. */
interface Differing {
  readonly spec: PackageSpec;
  readonly from: string | null;
  readonly to: string | null;
  readonly word: string;
  /** Whether dpkg was killed while unpacking the package, which leaves its files incomplete. */
  readonly halfInstalled: boolean;
}

/** The arguments for the apt-get commands, in order, that bring packages to the wanted state. */
export function aptActions(given: PlainApt, all: readonly Differing[]): readonly (readonly string[])[] {
  const words = all.map((one) => one.word);
  const half = all.filter((one) => one.halfInstalled).map((one) => one.word);
  if (given.state !== 'absent') return [installAction(words, half.length > 0)];
  const removal = [given.purge ? 'purge' : 'remove', ...words];
  // dpkg refuses to remove a package that it has not unpacked completely.
  return half.length === 0 ? [removal] : [installAction(half, true), removal];
}

/** apt-get mistakes a half-installed package for the newest version. Without `--reinstall` it does nothing, and succeeds. */
export const installAction = <W>(words: readonly W[], halfInstalled: boolean): readonly (W | string)[] => [
  'install',
  ...(halfInstalled ? ['--reinstall'] : []),
  ...words,
];

/** The packages that are not in the wanted state. */
export function differing(given: AptGiven, state: AptState): readonly Differing[] {
  return given.specs.flatMap((spec): Differing[] => {
    const now = must(state[`package ${spec.name}`], spec.name);
    if (given.state === 'absent') return toRemove(spec, now, given.purge);
    const policy = state[`policy ${spec.name}`];
    const version = versionFor(spec, policy);
    const word = version === undefined ? spec.name : `${spec.name}=${version}`;
    const from = packageBefore(now);
    if (from === null && given.only_upgrade === true) return [];
    const one = { spec, from, word, halfInstalled: now.found.some(isHalfInstalled) };
    if (given.state === 'present' && !spec.wild)
      return satisfies(spec, now) ? [] : [{ ...one, to: version ?? 'installed' }];
    if (spec.wild) return [{ ...one, from: null, to: 'installed' }];
    const newest = version ?? policy?.candidate;
    return from !== null && (newest === undefined || from === newest) ? [] : [{ ...one, to: newest ?? 'installed' }];
  });
}

function toRemove(spec: PackageSpec, { found }: Packages, purge: boolean): Differing[] {
  const there = found.filter((one) => isThere(one) || (purge && one.status === 'config-files'));
  return there.map((one) => ({
    spec: { ...spec, name: one.name },
    from: versionOrStatus(one),
    to: null,
    word: spec.name.includes(':') ? `${one.name}:${one.architecture}` : one.name,
    halfInstalled: isHalfInstalled(one),
  }));
}
