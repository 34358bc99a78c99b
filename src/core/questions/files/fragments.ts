import { quote } from '../../command.ts';
import { ofEach } from '../../picture/picture.ts';
import { type Question, type QuestionKind, question } from '../../question.ts';
import { decodeText } from '../../text-codec.ts';
import { contentAt } from './content.ts';
import { isEmptied, isSamePlace } from './foreseen-tree.ts';
import { foreseenListing, listing } from './listing.ts';
import { joinPath, tidyPath } from './paths.ts';
import { endAt, stat } from './stat.ts';

/** A file in a directory, with its content. */
export interface Fragment {
  readonly name: string;
  readonly bytes: Uint8Array;
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
      return bytes === undefined ? [] : [{ name, bytes }];
    })
      .flat()
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  },
  alongside: (path) => [stat(path), listing(path)] as readonly Question<unknown>[],
};

/** All files in a directory with their content, by name; undefined if the directory does not exist. */
export const fragments = (path: string): Question<readonly Fragment[] | undefined> => question(kind, path);

const absent = 44;

// For each file: its name, NUL, its length, NUL, its bytes.
const fragmentsScript = (path: string): string => `[ -d ${quote(path)} ] || exit ${absent}
cd -- ${quote(path)} || exit
for f in * .[!.]* ..?*; do
  [ -f "$f" ] || continue
  printf '%s\\0%s\\0' "$f" "$(stat -L -c %s -- "./$f")" && cat -- "./$f" || exit
done`;

function readFragments(stdout: Buffer): readonly Fragment[] {
  const read: Fragment[] = [];
  for (let at = 0; at < stdout.length; ) {
    const name = stdout.indexOf(0, at);
    const length = stdout.indexOf(0, name + 1);
    const end = length + 1 + Number(decodeText(stdout.subarray(name + 1, length)));
    read.push({ name: decodeText(stdout.subarray(at, name)), bytes: stdout.subarray(length + 1, end) });
    at = end;
  }
  return read.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
