import { quote } from '../../command.ts';
import { type Question, type QuestionKind, question } from '../../question.ts';
import { decodeText } from '../../text-codec.ts';
import { nulWords, tidyPath } from './paths.ts';

/** A name in a folder. */
export interface Listed {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  /** Of a link, what it says. */
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
};

/** The names in a folder; undefined where there is no folder. */
export const listing = (path: string): Question<readonly Listed[] | undefined> => question(kind, path);

const absent = 44;

const listScript = (path: string): string =>
  `[ -d ${quote(path)} ] || exit ${absent}\nfind -H ${quote(path.startsWith('/') ? path : `./${path}`)} -mindepth 1 -maxdepth 1 -printf '%f\\0%y\\0%l\\0'`;

function readListed([name, letter, target]: readonly string[]): Listed {
  const kindOf = letter === 'f' ? 'file' : letter === 'd' ? 'directory' : letter === 'l' ? 'link' : 'other';
  return { name: name!, kind: kindOf, ...(kindOf === 'link' && { target }) };
}
