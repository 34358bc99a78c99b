import { type Script, type ShellText, script } from '../../command.ts';
import type { Printing } from '../../picture/becoming.ts';
import { NotForeseen, Refused } from '../../picture/picture.ts';
import type { Answer, Picture, Question, QuestionKind } from '../../question.ts';
import type { Reply } from '../../session.ts';
import { upTo } from '../../text/up-to.ts';
import { decodeText } from '../../text-codec.ts';

type Printable = Printing & { readonly script: Script };

const isPrintable = (printing: Printing): printing is Printable => printing.script !== undefined;

/** In a check: the foreseen content of a file that a task creates. */
export const printedBytes = (picture: Picture, printing: Printing, task: string): Uint8Array => {
  if (!isPrintable(printing)) throw new NotForeseen(task);
  return nowOrUnknown(picture, printed(printing), task);
};

/** In a check: the checksum of the foreseen content of a file that a task creates. */
export const printedChecksum = (picture: Picture, printing: Printing, algorithm: string, task: string): string => {
  if (!isPrintable(printing)) throw new NotForeseen(task);
  return nowOrUnknown(picture, printedSum(printing, algorithm), task);
};

/** Content that cannot be obtained in advance is unknown, not a failure. */
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

/** The future content of a file. */
const printed = (printing: Printable): Question<Uint8Array> => ({
  kind: bytesKind as QuestionKind<unknown, Uint8Array>,
  arg: printing,
  key: `printed ${printing.key}`,
});

/** The checksum of a file's future content. */
const printedSum = (printing: Printable, algorithm: string): Question<string> => ({
  kind: sumKind as QuestionKind<unknown, string>,
  arg: { ...printing, algorithm },
  key: `printed ${algorithm} ${printing.key}`,
});

// The exit code is that of the printing script, not of the last command in the pipe.
const sumScript = (printing: Printable, algorithm: string): ShellText =>
  script`{ c=$({ { (${printing.script}
); echo "$?" >&3; } | ${algorithm}sum -b >&4; } 3>&1); } 4>&1
exit "$c"`.text;

const answerOf = <A>(reply: Reply, read: (reply: Reply) => A): Answer<A> =>
  reply.code === 0
    ? { ok: true, value: read(reply) }
    : { ok: false, why: decodeText(reply.stderr).trim() || `exit code ${reply.code}` };
