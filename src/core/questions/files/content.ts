import { quote } from '../../command.ts';
import { wholeOf } from '../../local-content.ts';
import { must } from '../../must.ts';
import { pairs } from '../../pairs.ts';
import { type Answer, type Picture, type Question, type QuestionKind, question } from '../../question.ts';
import type { Reply } from '../../session.ts';
import { decodeText } from '../../text-codec.ts';
import { mustHoldKnown } from './foreseen-path.ts';
import { contents, inAnsiblesWords, nulWords, readRealpaths, realpaths } from './paths.ts';
import { printedBytes } from './printed.ts';
import { endAt, stat } from './stat.ts';

/** A file's content, following links; undefined if it is not a regular file. */
export interface Content {
  readonly bytes: Uint8Array | undefined;
  readonly resolved: string | undefined;
}

const kind: QuestionKind<string, Content> = {
  name: 'content',
  scripts: (paths) => [
    { script: realpaths(paths) },
    ...paths.map((path) => ({ script: contentScript(path), large: true })),
  ],
  read: ([places, ...replies], paths) => {
    const real = readRealpaths(nulWords(must(places, 'the reply with the real paths').stdout), paths.length);
    return pairs(replies, paths).map(([reply, path], index) => readContent(reply, path, real[index]));
  },
  about: (path, answer) => [
    ...contents(path, answer?.resolved),
    ...(answer !== undefined && answer.bytes === undefined ? [`missing:${path}`] : []),
  ],
  foretell: (path, picture) => foretold(picture, path),
  alongside: (path) => [stat(path) as Question<unknown>],
};

/** In a check: the foreseen content of the file at a path. */
export const contentAt = (picture: Picture, path: string): Uint8Array | undefined => foretold(picture, path).bytes;

/** In a check: the foreseen content of a path. */
function foretold(picture: Picture, path: string): Content {
  const end = endAt(picture, path);
  if (end?.entry?.kind !== 'file') return { bytes: undefined, resolved: end?.place };
  mustHoldKnown(picture, end, path);
  const { place, foreseen } = end;
  if (foreseen?.is !== 'file') return contentNow(picture, path, place);
  const { held, task } = foreseen;
  if ('bytes' in held) return { bytes: wholeOf(held.bytes), resolved: place };
  if ('printedBy' in held) return { bytes: printedBytes(picture, held.printedBy, task), resolved: place };
  return { ...contentNow(picture, path, held.place), resolved: place };
}

/**
 * The current content of a file on the host: the answer for the requested path if it is known, otherwise for its
 * place.
 */
function contentNow(picture: Picture, path: string, place: string): Content {
  const known = picture.nowIfAsked(content(path));
  return known?.resolved === place ? known : picture.now(content(place));
}

/** The bytes of a file on the host. With `secret`, no diff, journal or -v output shows them. */
export const content = (path: string, options: { host?: string; secret?: boolean } = {}): Question<Content> =>
  question(kind, path, options);

const absent = 44;

// Reading a FIFO or device could block or never end, so read only regular files and the kinds that a reader expects.
const contentScript = (path: string): string => `p=${quote(path)}
if [ -f "$p" ]; then LC_ALL=C cat -- "$p"
else exit ${absent}; fi`;

function readContent(reply: Reply, path: string, resolved: string | undefined): Answer<Content> {
  if (reply.code === 0) return { ok: true, value: { bytes: reply.stdout, resolved } };
  if (reply.code === absent) return { ok: true, value: { bytes: undefined, resolved } };
  return { ok: false, why: inAnsiblesWords(path, decodeText(reply.stderr).trim()) || `exit code ${reply.code}` };
}
