import { type Script, type ShellText, script, sh } from '../../command.ts';
import type { ArchiveArg, ArchiveSource } from './archive-state.ts';

/** The option that tells tar how a stream is compressed: it detects compression only in files. */
function compression(bytes: Uint8Array): readonly string[] {
  const starts = (...magic: number[]) => magic.every((byte, index) => bytes[index] === byte);
  if (starts(0x1f, 0x8b)) return ['--gzip'];
  if (starts(0x42, 0x5a, 0x68)) return ['--bzip2'];
  if (starts(0xfd, 0x37, 0x7a, 0x58, 0x5a)) return ['--xz'];
  return starts(0x28, 0xb5, 0x2f, 0xfd) ? ['--zstd'] : [];
}

const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b;

/** tar's arguments for an archive in the file `$s` or on stdin: the source, and which members to include. */
export function tarArguments({ source, include, exclude, extra }: ArchiveArg): Script {
  const from = source.bytes === undefined ? script`-f "$s"` : script`${compression(source.bytes)} -f -`;
  return script`${from} ${[...exclude.map((pattern) => `--exclude=${pattern}`), ...extra, ...include]}`;
}

/**
 * A script with the archive in the file `$s`: if the archive must be transferred first, a temporary file owned by the
 * login user.
 */
export function withArchive({ path, bytes, download }: ArchiveSource, use: Script): Script {
  if (bytes === undefined && download === undefined)
    return script`s=${path}
${use}`;
  const bring =
    download === undefined
      ? script`cat >"$s" || exit 1`
      : script`${download} >"$s" || { echo "cannot download "${path} >&2; exit 1; }`;
  const curl = script`command -v curl >/dev/null || { echo 'curl, which fetches archives, is not installed on the host: install it (apt: name=curl)' >&2; exit 1; }
`;
  // mktemp creates a file that only its owner can read.
  return script`(${download === undefined ? script`` : curl}s=$(mktemp) || exit 1
trap 'rm -f -- "$s"' EXIT
trap 'exit 129' HUP INT TERM
${bring}
${use}
)`;
}

/**
 * Compares an archive with a directory. Prints NUL-terminated words: the type, whether `dest` is a directory, the
 * members, the differences, the accounts if something differs; then nine words for each member that exists.
 */
export const archiveScript = (arg: ArchiveArg): ShellText =>
  sh`LC_ALL=C; export LC_ALL
d=${arg.dest}
t=; [ -d "$d" ] && t=1
${comparing(arg)}`.script;

function comparing(arg: ArchiveArg): Script {
  const { bytes, download } = arg.source;
  if (bytes !== undefined && download === undefined)
    return isZip(bytes) ? withArchive(arg.source, zipScript(arg)) : tarScript(arg);
  // The script gets the file as `$s`, whatever its name is.
  const here = { ...arg, source: { path: '' } };
  return withArchive(
    arg.source,
    script`[ -f "$s" ] || { printf 'none\0%s\0' "$t"; echo "Source '$s' does not exist" >&2; exit 1; }
if [ "$(head -c 2 -- "$s")" = PK ]; then
${zipScript(here)}
else
${tarScript(here)}
fi`,
  );
}

/** The attributes of the members that exist; names are passed as NUL-terminated words. */
const looks = script`{ cd -- "$d" 2>/dev/null && xargs -0 -r stat --printf '%n\0%f\0%u\0%g\0%U\0%G\0%.Y\0%s\0%D:%i\0' -- 2>/dev/null; }
:`;

const differs = '(differs?|: Not linked to .*|: Warning: Cannot .*|: Cannot .*)$';

/** The fields before the name in tar's long listing. */
const listed = `[^ ]{10,11} +[0-9]+/[0-9]+ +[0-9,]+ [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9.]+ `;

// `--diff -vv` lists every member, and after each its differences, all under the names they will have on disk. Exit
// code 1 is a difference, 2 a failure. Names are escaped as in C, and contain no byte 1; `printf %b` requires a zero
// before octal digits.
const tarScript = (arg: ArchiveArg): Script => script`if [ "$t" ]; then set -- -C "$d" --diff; else set -- --list; fi
o=$(tar "$@" -vv --numeric-owner --full-time --utc --quoting-style=escape --show-transformed-names ${tarArguments(arg)} 2>&1)
[ "$?" -lt 2 ] && ! printf '%s\n' "$o" | grep -q "^tar: Removing leading ..*[.][.]" || { printf 'tar\0%s\0' "$t"; printf '%s\n' "$o" >&2; exit 1; }
l=$(printf '%s\n' "$o" | grep -E ${`^${listed}`})
m=$(printf '%s\n' "$l" | sed -E ${`/^l/s/ -> .*//; /^h/s/ link to .*//; s;^${listed};;`})
e=$(printf '%s\n' "$o" | grep -Ev ${`^${listed}`} | grep -E ${differs})
printf 'tar\0%s\0%s\0%s\0' "$t" "$l" "$e"
[ "$t" ] && [ -z "$e" ] || printf '%s\n' "$l" | sed -nE 's;^[^ ]+ +([0-9]+)/.*;\1;p' | sort -u | head -n 50 | xargs -r getent passwd
printf '\0'
[ "$t" ] && [ -z "$e" ] || printf '%s\n' "$l" | sed -nE 's;^[^ ]+ +[0-9]+/([0-9]+) .*;\1;p' | sort -u | head -n 50 | xargs -r getent group
printf '\0'
n=$(printf '%s\n' "$m" | sed 's;^/*;;; /^$/d' | sed 's/\\\\/\x01/g; s/\\\([0-7][0-7][0-7]\)/\\0\1/g; s/\x01/\\\\/g')
[ -z "$n" ] || printf '%s\n' "$n" | while IFS= read -r f; do printf '%b\0' "$f"; done | ${looks}`;

/** unzip's option that ignores directories. */
const junks = (extra: readonly string[]): boolean => extra.some((one) => /^-[a-zA-Z]*j/.test(one));

/** unzip's arguments in addition to archive and destination: which members to include and exclude. */
export const zipMembers = ({ include, exclude }: Pick<ArchiveArg, 'include' | 'exclude'>): Script =>
  script`${[...include, ...(exclude.length === 0 ? [] : ['-x', ...exclude])]}`;

/** The fields before the name in unzip's listing. */
const zipped = '[-a-z?][^ ]+ +[0-9.]+ [a-z0-9]+ +[0-9]+ [^ ]+ [^ ]+ [0-9]{8}\\.[0-9]{6} ';

// unzip writes names in the encoding of the locale: in the C locale they would become `#U00e9`.
const zipScript = (arg: ArchiveArg): Script => {
  const flat = junks(arg.extra);
  return script`LC_ALL=C.UTF-8
command -v unzip >/dev/null || { printf 'zip\0%s\0' "$t"; echo 'unzip is not installed on the host: install it (apt: name=unzip)' >&2; exit 1; }
l=$(unzip -Z -T -s "$s" ${zipMembers(arg)}) || { printf 'zip\0%s\0' "$t"; printf '%s\n' "$l" >&2; exit 1; }
m=$(printf '%s\n' "$l" | sed -nE ${`s;^${zipped};;p`})
${flat ? script`l=$(printf '%s\n' "$l" | sed -E ${`/\\/$/d; s;^(${zipped}).*/;\\1;`})` : script``}
printf 'zip\0%s\0%s\0' "$t" "$l"
[ -z "$t" ] || printf '%s\n' "$m" | while IFS= read -r f; do
  p=$d/${flat ? script`\${f##*/}` : script`$f`}
  case $f in
    */) ${
      flat
        ? script``
        : script`if [ ! -d "$p" ]; then [ -e "$p" ] && printf '%s: in the way\n' "$f" || printf '%s: missing\n' "$f"
      elif [ -h "\${p%/}" ]; then printf '%s: through a link\n' "$f"; fi`
    } ;;
    *)
      [ -e "$p" ] || { printf '%s: missing\n' "$f"; continue; }
      [ ! -d "$p" ] || { printf '%s: in the way\n' "$f"; continue; }
      case $f in *[][*?\\]*) e=$(printf %s "$f" | sed 's/[][*?\\]/\\&/g') ;; *) e=$f ;; esac
      unzip -p "$s" "$e" | cmp -s - "$p" && continue
      ${arg.keepNewer ? zipNewer : script``}
      printf '%s: Contents differ\n' "$f" ;;
  esac
done
printf '\0\0\0'
[ -z "$m" ] || printf '%s\n' "$m" | sed 's;^/*;;'${flat ? script` | sed '/\/$/d; s;.*/;;'` : script``} | tr '\n' '\0' | ${looks}`;
};

// Both times are local and written as digits, so the greater one is later.
const zipNewer = script`a=$(unzip -Z -T "$s" "$e" | sed -n 's/.* \([0-9]\{8\}\.[0-9]\{6\}\) .*/\1/p' | head -n 1)
      [ "$(date -r "$p" +%Y%m%d.%H%M%S)" \> "$a" ] && continue`;

/** A script that prints the content of an archive member, given the member's name in the archive. */
export function memberScript(arg: ArchiveArg, member: string, zip: boolean): Script {
  const name = member.replace(/[[\]*?\\]/g, '\\$&');
  const untar = script`LC_ALL=C tar -xO ${tarArguments({ ...arg, include: [], exclude: [] })} -- ${member}`;
  if (zip) return withArchive(arg.source, script`LC_ALL=C.UTF-8 unzip -p "$s" ${name}`);
  return arg.source.bytes === undefined ? withArchive(arg.source, untar) : untar;
}
