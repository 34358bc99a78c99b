import { type Command, joined, type Script, script, sh, upTo } from '../../../src/sdk.ts';

/** The formats of an archive; except for tar and zip, a single file is only compressed. */
export const archiveFormats = ['bz2', 'gz', 'tar', 'xz', 'zip', 'zstd'] as const;

/** What goes into an archive. */
export interface Archiving {
  readonly format: (typeof archiveFormats)[number];
  readonly dest: string;
  /** The directory that the names in the archive are relative to, with a slash at its end. */
  readonly root: string;
  /** The paths to archive, all below the root. */
  readonly targets: readonly string[];
  /** Names that match one of these patterns are left out. */
  readonly without: readonly string[];
  /** Whether it is an archive, or the compressed content of the only target. */
  readonly archives: boolean;
}

const compressors = { bz2: 'bzip2', gz: 'gzip', xz: 'xz', tar: 'tar', zip: 'zip', zstd: 'zstd' } as const;

/** The tools that a format needs, and their packages. */
const toolsOf = (format: Archiving['format']): readonly (readonly [string, string])[] => {
  if (format === 'zip')
    return [
      ['zip', 'zip'],
      ['unzip', 'unzip'],
    ];
  const tool = compressors[format];
  return [
    ['tar', 'tar'],
    [tool, format === 'xz' ? 'xz-utils' : tool],
  ];
};

/** The packages of a format's tools. */
export const packagesOf = (format: Archiving['format']): readonly string[] => toolsOf(format).map(([, name]) => name);

/** Ends with a sentence that says which tool is missing. */
export const needTools = (format: Archiving['format']): Script =>
  joined(
    toolsOf(format).map(
      ([tool, name]) =>
        script`command -v ${tool} >/dev/null || { echo ${`${tool} is missing on the host: install the package ${name}`} >&2; exit 127; }`,
    ),
    newLine,
  );

const newLine = script`
`;

/** The directory that all paths have in common: with a slash at its end, a path is such a directory itself. */
export function commonRoot(paths: readonly string[]): string {
  const folders = paths.map((path) => path.slice(0, path.lastIndexOf('/') + 1));
  const first = folders[0] ?? '/';
  const same = [...first].findIndex((letter, at) => folders.some((one) => one[at] !== letter));
  const prefix = same === -1 ? first : first.slice(0, same);
  return prefix.slice(0, prefix.lastIndexOf('/') + 1);
}

/**
 * Defines `members`, which prints the names of everything to archive. A directory that is named is not a member itself.
 */
const members = ({ root, targets, without, dest }: Archiving): Script => script`LC_ALL=C.UTF-8; export LC_ALL
cd -- ${root} || exit 1
members() {
  for t in ${targets.map((path) => `./${path.slice(root.length)}`)}; do
    if [ -d "$t" ]; then find -H "$t" -mindepth 1; else printf '%s\n' "$t"; fi
  done | while IFS= read -r n; do
    n=\${n#./}
    [ ${root}"$n" != ${dest} ] || continue
${joined(
  without.map((pattern) => script`    p=${pattern}; case $n in $p) continue ;; esac`),
  newLine,
)}
    printf '%s\n' "$n"
  done | LC_ALL=C sort -u
}`;

/**
 * Prints the names of everything to archive and, after a zero byte, how an existing archive differs. A line break in a
 * name cannot be told from the end of a name, so it is refused.
 */
export const compareArchive = (archiving: Archiving, exists: boolean): Script => {
  const { targets } = archiving;
  const paths = targets.map((path) => `./${path.slice(archiving.root.length)}`);
  return script`${members(archiving)}
b=$(find -H ${paths} -name '*
*' 2>/dev/null | head -n 2)
[ -z "$b" ] || { printf 'a name contains a line break: %s\n' "$b" >&2; exit 1; }
members
printf '\0'
${exists ? differences(archiving) : script``}`;
};

function differences(archiving: Archiving): Script {
  const { archives, format, dest, targets } = archiving;
  if (!archives)
    return script`${compressors[format]} -dc <${dest} 2>/dev/null | cmp -s - ${targets[0] ?? ''} || echo content`;
  return format === 'zip' ? zipDifferences(dest) : tarDifferences(dest);
}

/** The names that only the archive has, or only the host. */
const names = (listing: Script): Script => script`m=$(${listing}) || { echo 'not such an archive'; exit 0; }
{ members; printf '%s\n' "$m" | sed 's;/$;;' | LC_ALL=C sort -u; } | sed '/^$/d' | LC_ALL=C sort | uniq -u | head -n 20`;

// That a directory's time differs tells nothing that its members do not.
const tarDifferences = (
  dest: string,
): Script => script`${names(script`tar --quoting-style=literal -tf ${dest} 2>/dev/null`)}
tar --quoting-style=literal -df ${dest} 2>&1 | grep -E ' differs?$' | while IFS= read -r l; do
  n=\${l%: Mod time differs}
  [ "$n" != "$l" ] && [ -d "$n" ] && [ ! -h "$n" ] || printf '%s\n' "$l"
done | head -n 20`;

const zipDifferences = (dest: string): Script => script`${names(script`unzip -Z1 ${dest} 2>/dev/null`)}
members | while IFS= read -r n; do
  [ -f "$n" ] || continue
  case $n in *[][*?\\]*) e=$(printf %s "$n" | sed 's/[][*?\\]/\\&/g') ;; *) e=$n ;; esac
  unzip -p ${dest} "$e" 2>/dev/null | cmp -s - "$n" || printf '%s: Contents differ\n' "$n"
done | head -n 20`;

/** Writes the archive next to its destination and moves it there; an existing file keeps its owner and mode. */
export function createArchive(archiving: Archiving): Command {
  const { dest, format, archives, targets } = archiving;
  const folder = dest.slice(0, dest.lastIndexOf('/') + 1);
  const compress = { bz2: ['--bzip2'], gz: ['--gzip'], xz: ['--xz'], tar: [], zip: [], zstd: ['--zstd'] }[format];
  const tar = script`members | tar ${compress} --no-recursion --verbatim-files-from -cf "$d/a" -T -`;
  // zip adds `.zip` to a name without an extension.
  const zip = script`members | zip -q -@ "$d/a.zip" && mv -- "$d/a.zip" "$d/a"`;
  const pack = format === 'zip' ? zip : tar;
  const write = archives ? pack : script`${compressors[format]} -c <${targets[0] ?? ''} >"$d/a"`;
  return {
    ...sh`m=$(umask)
${members(archiving)}
d=$(mktemp -d -- ${`${folder}.retrace.XXXXXX`}) || exit
trap 'rm -rf -- "$d"' EXIT
trap 'exit 129' HUP INT TERM
${write} || exit
if [ -f ${dest} ]; then chown --reference=${dest} -- "$d/a" && chmod --reference=${dest} -- "$d/a"
else chmod -- "$(printf %o $((0666 & ~m)))" "$d/a"; fi && mv -fT -- "$d/a" ${dest}`,
    long: true,
    shown: `${archives && format !== 'zip' ? 'tar' : compressors[format]} > ${dest}`,
  };
}

/** What `compareArchive` printed. */
export function readComparison(stdout: string): {
  readonly members: readonly string[];
  readonly differing: readonly string[];
} {
  const lines = (text: string) => text.split('\n').filter((line) => line !== '');
  const first = upTo(stdout, '\0');
  return { members: lines(first), differing: lines(stdout.slice(first.length + 1)) };
}
