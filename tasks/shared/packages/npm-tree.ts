import { isObject } from '../json.ts';
/** What `npm list` tells: the installed packages with their versions, and those that package.json lists but are missing. */
export interface NpmTree {
  readonly installed: Readonly<Record<string, string>>;
  readonly missing: readonly MissingPackage[];
}

interface MissingPackage {
  readonly name: string;
  /** The version that package.json requires. */
  readonly required: string;
  /** The version that is installed but does not satisfy it. */
  readonly found?: string;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Reads the output of `npm list --json`; undefined if it is none. */
export function readNpmTree(output: string): NpmTree | undefined {
  const root = parsed(output);
  if (!isObject(root)) return undefined;
  const { dependencies = {}, error } = root;
  if (!isObject(dependencies) || (isObject(error) && Object.keys(dependencies).length === 0)) return undefined;
  const all = Object.entries(dependencies).flatMap(([name, one]) => (isObject(one) ? [{ name, one }] : []));
  const isMissing = (one: Readonly<Record<string, unknown>>) =>
    (one['missing'] === true && one['optional'] !== true) || Boolean(one['invalid']);
  return {
    installed: Object.fromEntries(
      all.flatMap(({ name, one: { version } }) => (typeof version === 'string' ? [[name, version]] : [])),
    ),
    missing: all
      .filter(({ one }) => isMissing(one))
      .map(({ name, one: { required, version } }) => ({
        name,
        required: text(required) || 'present',
        ...(typeof version === 'string' && { found: version }),
      })),
  };
}

/** The name of a package without a version that follows it. */
export const nameOf = (name: string): string => name.replace(/(.)@.*$/, '$1');

/** Whether a package is installed, in the version that is asked for: an exact one, or the one that a tag or a range stands for. */
export function isInstalled(
  { installed, missing }: NpmTree,
  { name = '', version }: { readonly name?: string | undefined; readonly version?: string | undefined },
  meant?: string,
): boolean {
  const found = installed[nameOf(name)];
  const wanted = version ?? /.@(.+)$/.exec(name)?.[1];
  if (found === undefined || missing.some((one) => one.name === nameOf(name))) return false;
  return wanted === undefined || found === wanted || found === meant;
}

/** The version that `npm view` tells; of several, the last one is the newest. */
export function viewedVersion(output = ''): string | undefined {
  const told = parsed(output);
  const last: unknown = Array.isArray(told) ? told.at(-1) : told;
  return typeof last === 'string' ? last : undefined;
}

/** The packages that an update would change, from the output of `npm outdated --json`; in a project, it stays within package.json. */
export function outdatedIn(
  output: string,
  isGlobal: boolean,
): readonly { readonly name: string; readonly from: string | null; readonly to: string }[] {
  const told = parsed(output);
  if (!isObject(told)) return [];
  return Object.entries(told).flatMap(([name, one]) => {
    if (!isObject(one)) return [];
    const to = text(isGlobal ? one['latest'] : one['wanted']);
    const from = text(one['current']);
    return to === '' || to === from ? [] : [{ name, from: from || null, to }];
  });
}

/** What `npm list` will print after these changes; undefined if a version is not known. */
export function withPackages(
  { installed, missing }: NpmTree,
  items: readonly { readonly name: string; readonly to: string | null }[],
): string | undefined {
  if (items.some(({ to }) => to !== null && !/^\d+\.\d+\.\d+[\w.+-]*$/.test(to))) return undefined;
  const names = new Set(items.map(({ name }) => name));
  const kept = Object.entries(installed).filter(([name]) => !names.has(name));
  const changed = items.flatMap(({ name, to }) => (to === null ? [] : [[name, to] as const]));
  return JSON.stringify({
    dependencies: {
      ...Object.fromEntries([...kept, ...changed].map(([name, version]) => [name, { version }])),
      ...Object.fromEntries(
        missing
          .filter(({ name }) => !names.has(name))
          .map(({ name, required, found }) => [
            name,
            { required, ...(found === undefined ? { missing: true } : { invalid: true, version: found }) },
          ]),
      ),
    },
  });
}
