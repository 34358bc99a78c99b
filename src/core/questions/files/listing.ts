import { quote } from '../../command.ts';
import { type Picture, type Question, type QuestionKind, question } from '../../question.ts';
import { decodeText } from '../../text-codec.ts';
import { type Below, entriesBelow, isSamePlace } from './foreseen-tree.ts';
import { nulWords, tidyPath } from './paths.ts';
import { endAt, stat } from './stat.ts';

/** A name in a directory. */
export interface Listed {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  /** For a link, its target. */
  readonly target?: string;
}

const kind: QuestionKind<string, readonly Listed[] | undefined> = {
  name: 'listing',
  scripts: (paths) => paths.map((path) => ({ script: listScript(path) })),
  read: (replies) =>
    replies.map((reply) => {
      if (reply.code === absent) return { ok: true, value: undefined };
      if (reply.code !== 0) return { ok: false, why: decodeText(reply.stderr).trim() };
      const words = nulWords(reply.stdout);
      return {
        ok: true,
        value: Array.from({ length: words.length / 3 }, (_, index) => readListed(words.slice(index * 3))),
      };
    }),
  about: (path) => [`path:${tidyPath(path)}`],
  foretell: (path, picture) => foreseenListing(path, picture),
  alongside: (path) => [stat(path) as Question<unknown>],
};

/** In a check: the names that will be in a directory. */
export function foreseenListing(path: string, picture: Picture): readonly Listed[] | undefined {
  const root = endAt(picture, path);
  if (root?.entry?.kind !== 'directory') return undefined;
  const asked = listing(isSamePlace(picture, root, path) ? path : root.place);
  const below = entriesBelow(picture, {
    root,
    listed: () => picture.now(asked) ?? [],
    pathOf: ({ name }) => name,
    depth: 1,
  });
  return below.filter((one) => !one.path.includes('/')).map(asListed);
}

function asListed({ path: name, listed, foreseen }: Below<Listed>): Listed {
  if (foreseen === undefined) return listed;
  return { name, kind: foreseen.is, ...(foreseen.is === 'link' && { target: foreseen.target }) };
}

/** The names in a directory; undefined if it does not exist. */
export const listing = (path: string): Question<readonly Listed[] | undefined> => question(kind, path);

const absent = 44;

const listScript = (path: string): string =>
  `[ -d ${quote(path)} ] || exit ${absent}\nfind -H ${quote(path.startsWith('/') ? path : `./${path}`)} -mindepth 1 -maxdepth 1 -printf '%f\\0%y\\0%l\\0'`;

/** The letters of find's `%y`. */
const kinds: Readonly<Record<string, Listed['kind']>> = { f: 'file', d: 'directory', l: 'link' };

function readListed([name = '', letter = '', target]: readonly string[]): Listed {
  const kindOf = kinds[letter] ?? 'other';
  return { name, kind: kindOf, ...(kindOf === 'link' && { target }) };
}
