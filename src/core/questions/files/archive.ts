import { type Script, type ShellText, script, sh } from '../../command.ts';
import { hash } from '../../hash.ts';
import type { Question, QuestionKind } from '../../question.ts';
import { decodeText, encodeText } from '../../text-codec.ts';
import { nulWords, tidyPath } from './paths.ts';

/** An archive: a file of the host, bytes from the controller, or what a script with its stdin prints. */
export interface ArchiveSource {
  readonly path: string;
  readonly bytes?: Uint8Array;
  readonly download?: { readonly script: ShellText; readonly stdin: Uint8Array };
}

/** What of an archive is meant, and where it is unpacked. */
export interface ArchiveArg {
  readonly source: ArchiveSource;
  readonly dest: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** The user's own arguments for tar or unzip: comparing is told what unpacking is told. */
  readonly extra: readonly string[];
  /** Files that are newer than in the archive are no difference. */
  readonly keepNewer: boolean;
}

/** How an archive compares with a folder. */
export interface ArchiveState {
  /** What is wrong with the archive or the folder. */
  readonly failure: string | undefined;
  readonly zip: boolean;
  /** Names that the archive's members get in the folder. */
  readonly members: readonly string[];
  /** The same as bytes, NUL after each: names need not be UTF-8. */
  readonly names: Uint8Array;
  /** `NAME: what differs`, in tar's words. */
  readonly differences: readonly string[];
  /** Owners and permission bits of members that are there. */
  readonly owned: readonly {
    readonly name: string;
    readonly mode: number;
    readonly uid: number;
    readonly gid: number;
    readonly user: string;
    readonly group: string;
    readonly link: boolean;
  }[];
}

const kind: QuestionKind<ArchiveArg, ArchiveState> = {
  name: 'archive',
  scripts: (args) =>
    args.map((arg) => ({
      script: archiveScript(arg),
      stdin: arg.source.download?.stdin ?? arg.source.bytes,
      ...(arg.source.download !== undefined && { deadlineMs: 600_000 }),
    })),
  read: (replies, args) =>
    replies.map((reply, index) => ({
      ok: true,
      value: readArchive(reply.stdout, decodeText(reply.stderr), args[index]?.keepNewer === true),
    })),
  about: ({ dest, source }) => [
    `path:${tidyPath(dest)}`,
    ...(source.bytes === undefined && source.download === undefined ? [`path:${tidyPath(source.path)}`] : []),
    ...(source.download === undefined ? [] : ['path:/usr/bin/curl', 'data:/etc/resolv.conf', 'data:/etc/hosts']),
  ],
};

/** Ask how an archive compares with a folder. Its bytes are not part of the question's key; their checksum is. */
export function archive(arg: ArchiveArg): Question<ArchiveState> {
  const { bytes, path, download } = arg.source;
  const sum = bytes ?? download?.stdin;
  const key = `archive ${JSON.stringify({ ...arg, source: { path, sum: sum === undefined ? undefined : hash('sha1', sum) } })}`;
  return {
    kind: kind as QuestionKind<unknown, ArchiveState>,
    arg,
    key,
    ...(download !== undefined && { beyond: true, secret: true }),
  };
}

/** How tar is told what a stream holds: it can only find out of files. */
function compression(bytes: Uint8Array): readonly string[] {
  const starts = (...magic: number[]) => magic.every((byte, index) => bytes[index] === byte);
  if (starts(0x1f, 0x8b)) return ['--gzip'];
  if (starts(0x42, 0x5a, 0x68)) return ['--bzip2'];
  if (starts(0xfd, 0x37, 0x7a, 0x58, 0x5a)) return ['--xz'];
  return starts(0x28, 0xb5, 0x2f, 0xfd) ? ['--zstd'] : [];
}

/** Whether bytes are a zip archive. */
export const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b;

/** tar's arguments for an archive, which is the file `$s` or on stdin: where from, what of it. */
export function tarArguments({ source, include, exclude, extra }: ArchiveArg): Script {
  const from = source.bytes === undefined ? script`-f "$s"` : script`${compression(source.bytes)} -f -`;
  return script`${from} ${[...exclude.map((pattern) => `--exclude=${pattern}`), ...extra, ...include]}`;
}

/** A script that has the archive as the file `$s`, in a temporary one of the login's own where it must be brought first. */
export function withArchive({ path, bytes, download }: ArchiveSource, use: Script): Script {
  if (bytes === undefined && download === undefined)
    return script`s=${path}
${use}`;
  const bring =
    download === undefined
      ? script`cat >"$s" || exit 1`
      : script`${download} >"$s" || { echo "cannot download "${path} >&2; exit 1; }`;
  const curl = script`command -v curl >/dev/null || { echo 'curl is not on the host, which fetches archives: install it (apt: name=curl)' >&2; exit 1; }
`;
  // mktemp makes a file that only its owner can read.
  return script`(${download === undefined ? script`` : curl}s=$(mktemp) || exit 1
trap 'rm -f -- "$s"' EXIT
trap 'exit 129' HUP INT TERM
${bring}
${use}
)`;
}

// Words ended by NUL: the type, the members, the differences, the names as bytes; then seven for each member that is there.
const archiveScript = (arg: ArchiveArg): ShellText =>
  sh`LC_ALL=C; export LC_ALL
d=${arg.dest}
[ -d "$d" ] || { echo "dest '$d' must be an existing dir" >&2; exit 1; }
${comparing(arg)}`.script;

function comparing(arg: ArchiveArg): Script {
  const { bytes, download } = arg.source;
  if (bytes !== undefined && download === undefined)
    return isZip(bytes) ? withArchive(arg.source, zipScript(arg)) : tarScript(arg);
  // The script is given the file `$s`, whatever it is called.
  const here = { ...arg, source: { path: '' } };
  return withArchive(
    arg.source,
    script`[ -f "$s" ] || { echo "Source '$s' does not exist" >&2; exit 1; }
if [ "$(head -c 2 -- "$s")" = PK ]; then
${zipScript(here)}
else
${tarScript(here)}
fi`,
  );
}

/** How the members that are there look; names come as NUL-ended words. */
const looks = script`{ cd -- "$d" && xargs -0 -r stat --printf '%n\0%f\0%u\0%g\0%U\0%G\0%.Y\0' -- 2>/dev/null; }
:`;

const differs = '(differs?|: Not linked to .*|: Warning: Cannot .*|: Cannot .*)$';

/** What stands before the name in tar's long listing. */
const listed = `[^ ]{10,11} +[0-9]+/[0-9]+ +[0-9,]+ [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9.]+ `;

// `--diff -vv` lists every member, and after each what differs of it, all under the names that they get. 1 is a difference, 2 a failure.
// Its names are escaped as in C; `printf %b` wants a zero before octal digits. No byte 1 is among them.
const tarScript = (
  arg: ArchiveArg,
): Script => script`o=$(tar -C "$d" --diff -vv --numeric-owner --full-time --utc --quoting-style=escape --show-transformed-names ${tarArguments(arg)} 2>&1)
[ "$?" -lt 2 ] && ! printf '%s\n' "$o" | grep -q "^tar: Removing leading ..*[.][.]" || { printf '%s\n' "$o" >&2; exit 1; }
l=$(printf '%s\n' "$o" | grep -E ${`^${listed}`} | sed -E '/^l/s/ -> .*//; /^h/s/ link to .*//')
m=$(printf '%s\n' "$l" | sed -E ${`s;^${listed};;`})
printf 'tar\0%s\0' "$l"
printf '%s\n' "$o" | grep -Ev ${`^${listed}`} | grep -E ${differs}
printf '\0'
n=$(printf '%s\n' "$m" | sed 's;^/*;;; /^$/d' | sed 's/\\\\/\x01/g; s/\\\([0-7][0-7][0-7]\)/\\0\1/g; s/\x01/\\\\/g')
[ -z "$n" ] || printf '%s\n' "$n" | while IFS= read -r f; do printf '%b\0' "$f"; done | ${looks}`;

/** unzip's option that forgets folders. */
const junks = (extra: readonly string[]): boolean => extra.some((one) => /^-[a-zA-Z]*j/.test(one));

/** What unzip is told besides the archive and where to: which members, and which not. */
export const zipMembers = ({ include, exclude }: Pick<ArchiveArg, 'include' | 'exclude'>): Script =>
  script`${[...include, ...(exclude.length === 0 ? [] : ['-x', ...exclude])]}`;

// unzip writes names as the locale has them: in C they would become `#U00e9`.
const zipScript = (arg: ArchiveArg): Script => {
  const flat = junks(arg.extra);
  return script`LC_ALL=C.UTF-8
command -v unzip >/dev/null || { echo 'unzip is not on the host: install it (apt: name=unzip)' >&2; exit 1; }
m=$(unzip -Z1 "$s" ${zipMembers(arg)}) || { printf '%s\n' "$m" >&2; exit 1; }
n=$(printf '%s\n' "$m" | sed 's;^/*;;'${flat ? script` | sed '/\/$/d; s;.*/;;'` : script``})
printf 'zip\0%s\0' "$n"
printf '%s\n' "$m" | while IFS= read -r f; do
  t=$d/${flat ? script`\${f##*/}` : script`$f`}
  case $f in
    */) ${flat ? script`` : script`[ -d "$t" ] || printf '%s: missing\n' "$f" `};;
    *)
      e=$(printf %s "$f" | sed 's/[][*?\\]/\\&/g')
      [ -e "$t" ] || { printf '%s: missing\n' "$f"; continue; }
      unzip -p "$s" "$e" | cmp -s - "$t" && continue
      ${arg.keepNewer ? zipNewer : script``}
      printf '%s: Contents differ\n' "$f" ;;
  esac
done
printf '\0'
[ -z "$n" ] || printf '%s\n' "$n" | tr '\n' '\0' | ${looks}`;
};

// Both times are of this place, as digits: later is greater.
const zipNewer = script`a=$(unzip -Z -T "$s" "$e" | sed -n 's/.* \([0-9]\{8\}\.[0-9]\{6\}\) .*/\1/p' | head -n 1)
      [ "$(date -r "$t" +%Y%m%d.%H%M%S)" \> "$a" ] && continue`;

const nobody = (failure: string, zip: boolean): ArchiveState => ({
  failure,
  zip,
  members: [],
  names: new Uint8Array(),
  differences: [],
  owned: [],
});

const isOutside = (name: string): string =>
  `the archive has ${JSON.stringify(name)}, which is outside of the directory that it is unpacked in`;

interface Member {
  readonly name: Buffer;
  /** Seconds since 1970 in the archive; a zip does not tell. */
  readonly time: number | undefined;
}

function readArchive(stdout: Buffer, stderr: string, keepNewer: boolean): ArchiveState {
  const [type, listing, differences, ...owned] = nulWords(stdout);
  const zip = type === 'zip';
  // tar tells such names as they would be inside, but that it has removed something.
  const climbing = /^tar: Removing leading `(.*\.\..*)' from/m.exec(stderr)?.[1];
  if (climbing !== undefined) return nobody(isOutside(climbing), zip);
  if (differences === undefined) return nobody(stderr.trim() || 'the archive cannot be read', zip);
  const lines = (text: string) => text.split('\n').filter((line) => line !== '');
  // unzip, too, unpacks an absolute name inside.
  const told = lines(listing!).map(zip ? (line) => ({ name: encodeText(line), time: undefined }) : tarMember);
  const outside = told.map(({ name }) => decodeText(name)).find((name) => name.split('/').includes('..'));
  if (outside !== undefined) return nobody(isOutside(outside), zip);
  const members = told.filter(({ name }) => name.length > 0);
  const there = Array.from({ length: Math.floor(owned.length / 7) }, (_, index) =>
    ownedBy(owned.slice(index * 7) as [string, ...string[]]),
  );
  const newer = keepNewer && !zip ? newerNames(members, there) : [];
  return {
    failure: undefined,
    zip,
    members: members.map(({ name }) => decodeText(name)),
    names: Buffer.concat(members.flatMap(({ name }) => [name, Buffer.from([0])])),
    // Where a member's whole name was stripped, nothing is unpacked.
    differences: lines(differences).filter((line) => !/^(tar: )?: /.test(line) && !isOf(line, newer)),
    owned: there.map(({ time, ...rest }) => rest),
  };
}

const isOf = (line: string, names: readonly string[]): boolean =>
  names.some((name) => line.startsWith(`${name}: `) || line.startsWith(`tar: ${name}: `));

/** Members whose files are newer than in the archive. */
function newerNames(members: readonly Member[], there: readonly { name: string; time: number }[]): readonly string[] {
  const times = new Map(members.map(({ name, time }) => [decodeText(name), time]));
  return there
    .filter(({ name, time }) => !name.endsWith('/') && time > (times.get(name) ?? Number.POSITIVE_INFINITY))
    .map(({ name }) => name);
}

function ownedBy([name, raw, uid, gid, user, group, time]: readonly string[]) {
  const bits = Number.parseInt(raw!, 16);
  return {
    name: name!,
    mode: bits & 0o7777,
    uid: Number(uid),
    gid: Number(gid),
    user: user!,
    group: group!,
    link: bits >> 12 === 10,
    time: Number(time),
  };
}

/** A line of tar's long listing. An absolute name is unpacked inside, so it means what is there. */
function tarMember(line: string): Member {
  const [head, date, time] = /^.*? (\d{4}-\d\d-\d\d) (\d\d:\d\d:[\d.]+) /.exec(line) ?? [''];
  return {
    name: unescaped(line.slice(head.length).replace(/^\/+/, '')),
    time: date === undefined ? undefined : Date.parse(`${date}T${time}Z`) / 1000,
  };
}

const escapes: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '?': 127, '\\': 92 };

/** What tar's names mean, which are escaped as in C. */
function unescaped(text: string): Buffer {
  const parts = text.split(/\\([0-7]{3}|.)/);
  return Buffer.concat(
    parts.map((part, index) => {
      if (index % 2 === 0) return encodeText(part);
      return Buffer.from([escapes[part] ?? (/^[0-7]{3}$/.test(part) ? Number.parseInt(part, 8) : part.charCodeAt(0))]);
    }),
  );
}
