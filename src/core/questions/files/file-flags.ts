import { quote } from '../../command.ts';
import { pairs } from '../../pairs.ts';
import { type Question, type QuestionKind, question } from '../../question.ts';
import { entries, inGroups, nulWords } from './paths.ts';
import { endAt, stat } from './stat.ts';

/** The flags of a file or directory that `chattr` sets. */
export interface FileFlags {
  /** Their letters in `lsattr`'s order; undefined if there is no such file, or its file system has no flags. */
  readonly letters: string | undefined;
}

const kind: QuestionKind<string, FileFlags> = {
  name: 'file flags',
  scripts: (paths) => inGroups(paths, 200).map((group) => ({ script: group.map(flagsScript).join('\n') })),
  read: (replies, paths) =>
    pairs(replies, inGroups(paths, 200)).flatMap(([reply, group]) => {
      const words = nulWords(reply.stdout);
      return group.map((_, at) => ({ ok: true, value: readFlags(words[at] ?? '') }));
    }),
  about: (path) => entries(path),
  foretell(path, picture) {
    const end = endAt(picture, path);
    if (end?.entry === undefined) return { letters: undefined };
    if (end.entry.flags !== undefined) return { letters: end.entry.flags };
    const { foreseen, place } = end;
    const isSame =
      foreseen === undefined ||
      (foreseen.is === 'directory' && !foreseen.empty) ||
      (foreseen.is === 'file' && 'place' in foreseen.held && foreseen.held.place === place);
    return isSame ? picture.now(fileFlags(place)) : { letters: '' };
  },
  alongside: (path) => [stat(path) as Question<unknown>],
};

/** The flags of what a path leads to, following links. */
export const fileFlags = (path: string): Question<FileFlags> => question(kind, path);

const flagsScript = (path: string): string =>
  `! command -v lsattr >/dev/null || lsattr -d -- "$(readlink -f -- ${quote(path)})" 2>/dev/null; printf '\\0'`;

const readFlags = (line: string): FileFlags => ({
  letters: /^\s*([-a-zA-Z]+)\s/.exec(line)?.[1]?.replaceAll('-', ''),
});
