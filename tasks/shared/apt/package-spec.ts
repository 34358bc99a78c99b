import { type AptPolicy, compareVersions, globPattern, type Package, type Packages } from '../../../src/sdk.ts';

/** A package as written in a task: `nginx`, `nginx=1.22*`, `nginx>=1.18`, `php8.2-*`, `libc6:i386`. */
export interface PackageSpec {
  readonly name: string;
  readonly operator?: '=' | '>=';
  readonly version?: string;
  /** Whether the name has wildcards. */
  readonly wild: boolean;
}

/** Parses a package as written in a task. */
export function packageSpec(text: string): PackageSpec {
  const [, name = '', operator, version] = /^([^\s=>]+)\s*(?:(>=|=)\s*(.+))?$/.exec(text.trim()) ?? [
    undefined,
    text.trim(),
  ];
  return { name, operator: operator as PackageSpec['operator'], version, wild: /[*?[]/.test(name) };
}

/** The installed package that a name refers to: the package itself, or one that provides it. */
export const installed = ({ found, providers }: Packages): Package | undefined =>
  found.find((one) => one.status === 'installed') ?? providers[0];

/** Whether dpkg was killed while unpacking the package. */
export const isHalfInstalled = (one: Package): boolean => one.status === 'half-installed';

/** Whether the host has any of a package's files other than its configuration. */
export const isThere = ({ status }: Package): boolean => status !== 'not-installed' && status !== 'config-files';

/** How a change shows a package: its version or, if it is not completely installed, dpkg's status. */
export function versionOrStatus({ status, version }: Package): string {
  if (status === 'config-files') return 'configuration files';
  return status === 'installed' ? version : status;
}

/** The old value in a package's change; null if the host has none of its files other than configuration. */
export function packageBefore(now: Packages): string | null {
  const one = installed(now) ?? now.found.find(isThere);
  return one === undefined ? null : versionOrStatus(one);
}

/** Whether the installed package satisfies the task. */
export function satisfies(spec: PackageSpec, now: Packages): boolean {
  const one = installed(now);
  if (one === undefined) return false;
  if (spec.version === undefined) return true;
  return spec.operator === '>='
    ? compareVersions(one.version, spec.version) >= 0
    : globPattern(spec.version).test(one.version);
}

/** If a task asks for a version, the best match, which is passed to apt-get. */
export function versionFor(spec: PackageSpec, policy: AptPolicy | undefined): string | undefined {
  if (spec.version === undefined) return undefined;
  if (spec.operator !== '>=' && !/[*?[]/.test(spec.version)) return spec.version;
  const fits = (version: string) =>
    spec.operator === '>=' ? compareVersions(version, spec.version!) >= 0 : globPattern(spec.version!).test(version);
  return policy?.versions.find(fits);
}
