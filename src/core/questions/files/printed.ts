import { type Script, type ShellText, script } from '../../command.ts';
import type { Printing } from '../../picture/becoming.ts';
import { NotForeseen, Refused } from '../../picture/picture.ts';
import type { Answer, Picture, Question, QuestionKind } from '../../question.ts';
import type { Reply } from '../../session.ts';
import { upTo } from '../../text/up-to.ts';
import { decodeText } from '../../text-codec.ts';

type Printable = Printing & { readonly script: Script };

const isPrintable = (printing: Printing): printing is Printable => printing.script !== undefined;

/** In a check: the bytes that a file will hold which a task makes. */
export const printedBytes = (picture: Picture, printing: Printing, task: string): Uint8Array => {
  if (!isPrintable(printing)) throw new NotForeseen(task);
  return nowOrUnknown(picture, printed(printing), task);
};

/** In a check: the checksum of what a file will hold which a task makes. */
export const printedChecksum = (picture: Picture, printing: Printing, algorithm: string, task: string): string => {
  if (!isPrintable(printing)) throw new NotForeseen(task);
  return nowOrUnknown(picture, printedSum(printing, algorithm), task);
};

/** What cannot be had beforehand is unknown, and no failure. */
function nowOrUnknown<A>(picture: Picture, question: Question<A>, task: string): A {
  try {
    return picture.now(question);
  } catch (error) {
    throw error instanceof Refused ? new NotForeseen(task) : error;
  }
}

const bytesKind: QuestionKind<Printable, Uint8Array> = {
  name: 'printed',
  scripts: (args) => args.map(({ script, stdin }) => ({ script: script.text, stdin, large: true, deadlineMs })),
  read: (replies) => replies.map((reply) => answerOf(reply, ({ stdout }) => stdout)),
  about: () => [],
};

const sumKind: QuestionKind<Printable & { readonly algorithm: string }, string> = {
  name: 'printed sum',
  scripts: (args) => args.map((arg) => ({ script: sumScript(arg, arg.algorithm), stdin: arg.stdin, deadlineMs })),
  read: (replies) => replies.map((reply) => answerOf(reply, ({ stdout }) => upTo(decodeText(stdout), ' '))),
  about: () => [],
};

const deadlineMs = 60_000;

/** The bytes that a file will hold. */
const printed = (printing: Printable): Question<Uint8Array> => ({
  kind: bytesKind as QuestionKind<unknown, Uint8Array>,
  arg: printing,
  key: `printed ${printing.key}`,
});

/** The checksum of what a file will hold. */
const printedSum = (printing: Printable, algorithm: string): Question<string> => ({
  kind: sumKind as QuestionKind<unknown, string>,
  arg: { ...printing, algorithm },
  key: `printed ${algorithm} ${printing.key}`,
});

// The exit code is that of what prints, not that of the last command of the pipe.
const sumScript = (printing: Printable, algorithm: string): ShellText =>
  script`{ c=$({ { (${printing.script}
); echo "$?" >&3; } | ${algorithm}sum -b >&4; } 3>&1); } 4>&1
exit "$c"`.text;

const answerOf = <A>(reply: Reply, read: (reply: Reply) => A): Answer<A> =>
  reply.code === 0
    ? { ok: true, value: read(reply) }
    : { ok: false, why: decodeText(reply.stderr).trim() || `exit code ${reply.code}` };
