import { quote } from '../../command.ts';
import { ofEach } from '../../picture/picture.ts';
import { type Question, type QuestionKind, question } from '../../question.ts';
import { decodeText } from '../../text-codec.ts';
import { contentAt } from './content.ts';
import { isEmptied, isSamePlace } from './foreseen-tree.ts';
import { foreseenListing, listing } from './listing.ts';
import { joinPath, realpath, tidyPath } from './paths.ts';
import { endAt, stat } from './stat.ts';

/** A file in a directory, with its content. */
export interface Fragment {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** For a link: the path that it leads to, without links. */
  readonly leadsTo?: string;
  /** It leads to nothing, so it has no content yet. */
  readonly dangling?: true;
}

const kind: QuestionKind<string, readonly Fragment[] | undefined> = {
  name: 'fragments',
  scripts: (paths) => paths.map((path) => ({ script: fragmentsScript(path) })),
  read: (replies) =>
    replies.map((reply) => {
      if (reply.code === absent) return { ok: true, value: undefined };
      if (reply.code !== 0) return { ok: false, why: decodeText(reply.stderr).trim() };
      return { ok: true, value: readFragments(reply.stdout) };
    }),
  about: (path) => [`path:${tidyPath(path)}`],
  foretell(path, picture) {
    const root = endAt(picture, path);
    if (root?.entry?.kind !== 'directory') return undefined;
    const at = isSamePlace(picture, root, path) ? path : root.place;
    const now = new Map((isEmptied(root) ? [] : (picture.now(fragments(at)) ?? [])).map((one) => [one.name, one]));
    return ofEach(foreseenListing(at, picture) ?? [], ({ name, kind }): readonly Fragment[] => {
      const place = joinPath(root.place, name);
      const known = now.get(name);
      if (kind === 'file' && known !== undefined && picture.files.at(place) === undefined) return [known];
      const bytes = contentAt(picture, place);
      const end = kind === 'link' ? endAt(picture, place) : undefined;
      if (bytes !== undefined) return [{ name, bytes, ...(end !== undefined && { leadsTo: end.place }) }];
      const isDangling = end !== undefined && end.entry === undefined;
      return isDangling ? [{ name, bytes: new Uint8Array(), leadsTo: end.place, dangling: true }] : [];
    })
      .flat()
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  },
  alongside: (path) => [stat(path), listing(path)] as readonly Question<unknown>[],
};

/** All files in a directory with their content, by name; undefined if the directory does not exist. */
export const fragments = (path: string): Question<readonly Fragment[] | undefined> => question(kind, path);

const absent = 44;

// For each file: its name, NUL, where it leads if it is a link, NUL, its length (- if it leads to nothing), NUL, its bytes.
const fragmentsScript = (path: string): string => `[ -d ${quote(path)} ] || exit ${absent}
cd -- ${quote(path)} || exit
for f in * .[!.]* ..?*; do
  [ -f "$f" ] || { [ -L "$f" ] && [ ! -e "$f" ]; } || continue
  t=
  if [ -L "$f" ]; then t=$( ${realpath('-m', '"./$f"')} 2>/dev/null) && [ ! -L "$t" ] || continue; fi
  [ -e "$f" ] || { printf '%s\\0%s\\0-\\0' "$f" "$t"; continue; }
  printf '%s\\0%s\\0%s\\0' "$f" "$t" "$(stat -L -c %s -- "./$f")" && cat -- "./$f" || exit
done`;

function readFragments(stdout: Buffer): readonly Fragment[] {
  const read: Fragment[] = [];
  let at = 0;
  const word = (): string => {
    const start = at;
    const end = stdout.indexOf(0, start);
    at = end + 1;
    return decodeText(stdout.subarray(start, end));
  };
  while (at < stdout.length) {
    const [name, leadsTo, length] = [word(), word(), word()];
    const end = length === '-' ? at : at + Number(length);
    read.push({
      name,
      bytes: stdout.subarray(at, end),
      ...(leadsTo !== '' && { leadsTo }),
      ...(length === '-' && { dangling: true }),
    });
    at = end;
  }
  return read.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
