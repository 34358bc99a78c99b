import { quote } from '../../command.ts';
import { pairs } from '../../pairs.ts';
import { type Question, type QuestionKind, question } from '../../question.ts';
import { mustHoldKnown } from './foreseen-path.ts';
import { isSamePlace } from './foreseen-tree.ts';
import { contents, entries, inGroups, nulWords } from './paths.ts';
import { endAt, entryAt, stat } from './stat.ts';

/** The output of `file` and `lsattr` for a path; undefined if the host does not have them. */
export interface FileDetails {
  readonly mimetype?: string;
  readonly charset?: string;
  /** Flags as `lsattr` prints them, and the inode's version. */
  readonly flags?: string;
  readonly version?: string;
  /** In a check: the file is only predicted, so none of this is known. */
  readonly foreseen?: true;
}

interface Arg {
  readonly path: string;
  readonly follow: boolean;
}

const kind: QuestionKind<Arg, FileDetails> = {
  name: 'file details',
  scripts: (args) => inGroups(args, 200).map((group) => ({ script: group.map(detailsScript).join('\n') })),
  read: (replies, args) =>
    pairs(replies, inGroups(args, 200)).flatMap(([reply, group]) => {
      const words = nulWords(reply.stdout);
      return group.map((_, at) => ({ ok: true, value: readDetails(words[2 * at] ?? '', words[2 * at + 1] ?? '') }));
    }),
  about: ({ path }) => [...entries(path), ...contents(path)],
  foretell(arg, picture) {
    const located = arg.follow ? endAt(picture, arg.path) : entryAt(picture, arg.path);
    if (located?.entry === undefined) return {};
    const { foreseen, place, now } = located;
    if (foreseen !== undefined && !(foreseen.is === 'directory' && !foreseen.empty)) return { foreseen: true };
    // `file` prints less for a link to nothing.
    if (located.entry.kind === 'link' && endAt(picture, arg.path)?.foreseen !== undefined) return { foreseen: true };
    mustHoldKnown(picture, located, arg.path);
    // A predicted link may lead to an entry that stays as it is; the host's answer for this path is about another.
    const isSameEntry = now !== undefined && now === picture.nowIfAsked(stat(arg.path));
    if (isSameEntry || isSamePlace(picture, located, arg.path)) return picture.now(fileDetails(arg.path, arg.follow));
    const { mimetype, charset, flags, version } = picture.now(fileDetails(place, false));
    // lsattr prints nothing for a link.
    const isLink = entryAt(picture, arg.path).entry?.kind === 'link';
    return {
      ...(mimetype !== undefined && { mimetype, charset }),
      ...(!isLink && flags !== undefined && { flags, version }),
    };
  },
  alongside: ({ path }) => [stat(path) as Question<unknown>],
};

/** The content type of a file, and its flags. */
export const fileDetails = (path: string, follow: boolean): Question<FileDetails> => question(kind, { path, follow });

// One process of each per path: `file` prints text taken from the content, so its output for several names cannot be
// split safely.
const detailsScript = ({ path, follow }: Arg): string =>
  `p=${quote(path)}
if [ -e "$p" ] || [ -h "$p" ]; then
  ! command -v file >/dev/null || file -b ${follow ? '-L' : '-h'} --mime-type --mime-encoding -- "$p" 2>/dev/null
fi; printf '\\0'
if [ -f "$p" ] || [ -d "$p" ]; then ! command -v lsattr >/dev/null || lsattr -vd -- "$p" 2>/dev/null; fi; printf '\\0'`;

function readDetails(mime: string, flags: string): FileDetails {
  const [, mimetype, charset] = /^([^;]+); charset=(.*)$/m.exec(mime.trim()) ?? [];
  const [, version, letters] = /^\s*(\d+)\s+([-a-zA-Z]+)\s/.exec(flags) ?? [];
  return {
    ...(mimetype !== undefined && { mimetype, charset }),
    ...(letters !== undefined && { flags: letters, version }),
  };
}
