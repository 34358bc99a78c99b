import type { Packages } from '../../../src/sdk.ts';
import { must } from '../../../src/sdk.ts';
import type { AptGiven, AptState } from './apt-state.ts';
import { installed, type PackageSpec, satisfies, versionFor } from './package-spec.ts';

/** The arguments to apt-get, one for each package that is not as wanted. */
export const wordsToInstall = (given: AptGiven, state: AptState): readonly string[] =>
  differing(given, state).map((one) => one.word);

/** A package that is not as wanted. */
interface Differing {
  readonly spec: PackageSpec;
  readonly from: string | null;
  readonly to: string | null;
  readonly word: string;
}

/** The packages that are not as wanted. */
export function differing(given: AptGiven, state: AptState): readonly Differing[] {
  return given.specs.flatMap((spec): Differing[] => {
    const now = must(state[`package ${spec.name}`], spec.name);
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
