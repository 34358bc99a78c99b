/** A package as a task names it. */
export interface Requirement {
  /** The text for pip: a name with extras and versions, a path or a URL. */
  readonly text: string;
  /** The normalised name; undefined for a path or a URL. */
  readonly name: string | undefined;
  /** What must hold for its version, such as `==1.0` or `>=2,<3`; empty if any version will do. */
  readonly versions: string;
}

/** Python treats names that differ only in case, dashes, dots and underscores as one. */
export const normalName = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, '-');

const named = /^\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(\[[^\]]*\])?\s*\(?\s*((?:[<>=!~].*?)?)\s*\)?\s*$/;

/** Reads a package's name, and the versions that its text allows. */
export function readRequirement(text: string): Requirement {
  const [, name, , versions = ''] = named.exec(text) ?? [];
  return name === undefined
    ? { text: text.trim(), name: undefined, versions: '' }
    : { text: text.trim(), name: normalName(name), versions: versions.replace(/\s/g, '') };
}

/** Puts together what a list in one line has split: `a>=1,<2` is one package. */
export function joinVersions(names: readonly string[]): readonly string[] {
  const joined: string[] = [];
  for (const name of names) {
    const last = joined.length - 1;
    if (/^\s*[<>=!~]/.test(name) && last >= 0) joined[last] = `${joined[last]},${name.trim()}`;
    else joined.push(name);
  }
  return joined;
}

/** Whether a version is one that a text allows; undefined if only pip can tell. */
export function allows(versions: string, version: string): boolean | undefined {
  if (versions === '') return true;
  const [, exact] = /^={2,3}([^,*]+)$/.exec(versions) ?? [];
  if (exact === undefined) return undefined;
  const plain = /^\d+(\.\d+)*$/;
  if (!plain.test(exact) || !plain.test(version)) return exact === version ? true : undefined;
  const release = (text: string) => text.replace(/(\.0+)+$/, '').replace(/(^|\.)0+(?=\d)/g, '$1');
  return release(exact) === release(version);
}
