import { quote, script } from '../command.ts';
import { hash } from '../hash.ts';
import type { Question, QuestionKind } from '../question.ts';
import { decodeText } from '../text-codec.ts';
import { nulWords, tidyPath } from './paths.ts';

/** An archive: a file of the host, or bytes from the controller. */
interface ArchiveSource {
  readonly path: string;
  readonly bytes?: Uint8Array;
}

/** What of an archive is meant, and where it is unpacked. */
export interface ArchiveArg {
  readonly source: ArchiveSource;
  readonly dest: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly extra: readonly string[];
}

/** How an archive compares with a folder. */
export interface ArchiveState {
  /** What is wrong with the archive or the folder. */
  readonly failure: string | undefined;
  readonly zip: boolean;
  /** Names in the archive. */
  readonly members: readonly string[];
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
  scripts: (args) => args.map((arg) => ({ script: archiveScript(arg), stdin: arg.source.bytes })),
  read: (replies) => replies.map((reply) => ({ ok: true, value: readArchive(reply.stdout, decodeText(reply.stderr)) })),
  about: ({ dest, source }) => [
    `path:${tidyPath(dest)}`,
    ...(source.bytes === undefined ? [`path:${tidyPath(source.path)}`] : []),
  ],
};

/** Ask how an archive compares with a folder. Its bytes are not part of the question's key; their checksum is. */
export function archive(arg: ArchiveArg): Question<ArchiveState> {
  const { bytes, path } = arg.source;
  const key = `archive ${JSON.stringify({ ...arg, source: { path, sum: bytes === undefined ? undefined : hash('sha1', bytes) } })}`;
  return { kind: kind as QuestionKind<unknown, ArchiveState>, arg, key };
}

/** How tar is told what a stream holds: it can only find out of files. */
function compression(bytes: Uint8Array): string {
  const starts = (...magic: number[]) => magic.every((byte, index) => bytes[index] === byte);
  if (starts(0x1f, 0x8b)) return '--gzip';
  if (starts(0x42, 0x5a, 0x68)) return '--bzip2';
  if (starts(0xfd, 0x37, 0x7a, 0x58, 0x5a)) return '--xz';
  return starts(0x28, 0xb5, 0x2f, 0xfd) ? '--zstd' : '';
}

/** Whether bytes are a zip archive. */
export const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b;

/** tar's arguments for an archive: where from, what of it. */
export function tarArguments({ source, include, exclude, extra }: ArchiveArg): string {
  const from =
    source.bytes === undefined
      ? script`-f ${source.path}`
      : script`${compression(source.bytes) === '' ? [] : [compression(source.bytes)]} -f -`;
  return [from.text, script`${[...exclude.map((pattern) => `--exclude=${pattern}`), ...extra, ...include]}`.text].join(
    ' ',
  );
}

// Words ended by NUL: the type, the members, the differences; then six for each member that is there.
const archiveScript = (arg: ArchiveArg): string => `LC_ALL=C; export LC_ALL
d=${quote(arg.dest)}
[ -d "$d" ] || { echo "dest '$d' must be an existing dir" >&2; exit 1; }
${arg.source.bytes === undefined ? findingType(arg) : tarScript(arg)}
printf '%s\\n' "$m" | sed 's;^/*;;' | { cd -- "$d" && xargs -d '\\n' -r stat --printf '%n\\0%f\\0%u\\0%g\\0%U\\0%G\\0' -- 2>/dev/null; }
:`;

const findingType = (arg: ArchiveArg): string => `s=${quote(arg.source.path)}
[ -f "$s" ] || { echo "Source '$s' does not exist" >&2; exit 1; }
if [ "$(head -c 2 -- "$s")" = PK ]; then
${zipScript(arg)}
else
${tarScript(arg)}
fi`;

const differs = '(differs?|: Not linked to .*|: Warning: Cannot .*|: Cannot .*)$';

// `--diff --verbose` tells every member, and after each what differs of it. 1 is a difference, 2 a failure.
const tarScript = (arg: ArchiveArg): string => `o=$(tar -C "$d" --diff --verbose ${tarArguments(arg)} 2>&1)
[ "$?" -lt 2 ] || { printf '%s\\n' "$o" >&2; exit 1; }
m=$(printf '%s\\n' "$o" | grep -Ev ${quote(`${differs}|^tar: `)})
printf 'tar\\0%s\\0' "$m"
printf '%s\\n' "$o" | grep -E ${quote(differs)}
printf '\\0'`;

const zipScript = ({
  include,
  exclude,
}: ArchiveArg): string => `command -v unzip >/dev/null || { echo 'unzip is not on the host' >&2; exit 1; }
m=$(unzip -Z1 "$s" ${script`${[...include, ...(exclude.length === 0 ? [] : ['-x', ...exclude])]}`.text}) || { printf '%s\\n' "$m" >&2; exit 1; }
printf 'zip\\0%s\\0' "$m"
printf '%s\\n' "$m" | while IFS= read -r f; do
  case $f in
    */) [ -d "$d/$f" ] || printf '%s: missing\\n' "$f" ;;
    *)
      e=$(printf %s "$f" | sed 's/[][*?\\\\]/\\\\&/g')
      unzip -p "$s" "$e" | cmp -s - "$d/$f" || printf '%s: Contents differ\\n' "$f" ;;
  esac
done
printf '\\0'`;

function readArchive(stdout: Buffer, stderr: string): ArchiveState {
  const [type, members, differences, ...owned] = nulWords(stdout);
  if (differences === undefined)
    return {
      failure: stderr.trim() || 'the archive can not be read',
      zip: type === 'zip',
      members: [],
      differences: [],
      owned: [],
    };
  const lines = (text: string) => text.split('\n').filter((line) => line !== '');
  const outside = lines(members!).find((name) => name.split('/').includes('..'));
  if (outside !== undefined)
    return {
      failure: `the archive has ${JSON.stringify(outside)}, which is outside of the directory that it is unpacked in`,
      zip: type === 'zip',
      members: [],
      differences: [],
      owned: [],
    };
  return {
    failure: undefined,
    zip: type === 'zip',
    // An absolute name is unpacked inside, so it means what is there.
    members: lines(members!).map((name) => name.replace(/^\/+/, '')),
    differences: lines(differences),
    owned: Array.from({ length: Math.floor(owned.length / 6) }, (_, index) => {
      const [name, raw, uid, gid, user, group] = owned.slice(index * 6) as [string, ...string[]];
      const bits = Number.parseInt(raw!, 16);
      return {
        name,
        mode: bits & 0o7777,
        uid: Number(uid),
        gid: Number(gid),
        user: user!,
        group: group!,
        link: bits >> 12 === 10,
      };
    }),
  };
}
