import { type Packages, type Script, type ShellAnswer, script, sh, shell } from '../../../src/sdk.ts';
import { installed, packageBefore } from './package-spec.ts';

/** The name and version of a package file. */
interface DebPackage {
  readonly name: string;
  readonly version: string;
  /** Whether the version is known only from the file's name, because the file has not been downloaded yet. */
  readonly guessed: boolean;
}

const isUrl = (path: string): boolean => path.includes('://');

/** Asks for the name and version in a package file, which is impossible before it is downloaded. */
export const debQuestion = (path: string) =>
  shell(
    isUrl(path)
      ? { ...sh`exit 3`, about: [] }
      : { ...sh`LC_ALL=C dpkg-deb -f ${path} Package Version`, about: [`path:${path}`, `entry:${path}`] },
  );

/** The package in a file, read from the file itself or, for a URL, from its name `name_version_architecture.deb`. */
export function debPackage(path: string | undefined, answer: ShellAnswer | undefined): DebPackage | undefined {
  if (path === undefined || answer === undefined) return undefined;
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(answer.stdout)?.[1];
  const [name, version] = [field('Package'), field('Version')];
  if (name !== undefined && version !== undefined) return { name, version, guessed: false };
  const [, stem, told] =
    /([a-z0-9][a-z0-9+.-]*)_([^_/]+)_[a-z0-9]+\.deb$/.exec(isUrl(path) ? decodeURIComponent(path) : '') ?? [];
  return stem === undefined || told === undefined ? undefined : { name: stem, version: told, guessed: true };
}

/** The installed version of the package in a package file, if it differs from the version in the file. */
export function debDiffers(deb: DebPackage, now: Packages): { readonly from: string | null } | undefined {
  const version = installed(now)?.version;
  // A file's name omits the epoch.
  const same = version === deb.version || (deb.guessed && version?.replace(/^\d+:/, '') === deb.version);
  return same ? undefined : { from: packageBefore(now) };
}

/** The command that downloads a package file, and the path to pass to apt-get. */
export const fetchDeb = (path: string): { readonly before: Script; readonly path: Script } =>
  isUrl(path)
    ? {
        // apt's own downloader always exists where apt does; curl and wget may be missing.
        before: script`folder=$(mktemp -d) && chmod 755 "$folder" || exit
trap 'rm -rf -- "$folder"' EXIT
/usr/lib/apt/apt-helper download-file ${path} "$folder/package.deb" || exit
`,
        path: script`"$folder/package.deb"`,
      }
    : { before: script``, path: script`${path.startsWith('/') ? path : `./${path}`}` };
