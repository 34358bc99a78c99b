import type { ShellText } from '../command.ts';
import { type Question, type QuestionKind, question } from '../question.ts';
import { decodeText, encodeText } from '../text-codec.ts';
import type { Subject } from '../touches.ts';

/** A read-only script to run on a host, for anything no typed question covers. */
export interface ShellQuestion {
  readonly script: ShellText;
  /** The subjects that the answer depends on; everything by default. */
  readonly about?: readonly Subject[];
  readonly deadlineMs?: number;
  /** What the script reads on its stdin, such as a passphrase; a question with a secret must be marked as such. */
  readonly input?: string | undefined;
}

/** The output of a script. */
export interface ShellAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/** The answer of a script that prints something and ends with a code: what a check predicts. */
export const shellAnswer = (stdout = '', code = 0): ShellAnswer => ({ code, stdout, stderr: '', timedOut: false });

/** The kind of question that runs a script. */
export const shellKind: QuestionKind<ShellQuestion, ShellAnswer> = {
  name: 'shell',
  scripts: (args) =>
    args.map(({ script, deadlineMs, input }) => ({
      script,
      deadlineMs,
      ...(input !== undefined && { stdin: encodeText(input) }),
    })),
  read: (replies) =>
    replies.map(({ code, stdout, stderr, timedOut }) => ({
      ok: true,
      value: { code, stdout: decodeText(stdout), stderr: decodeText(stderr), timedOut: timedOut === true },
    })),
  about: ({ about }) => about ?? 'everything',
};

/** Run a read-only script; any exit code is an answer. */
export const shell = (
  arg: ShellQuestion,
  options: Pick<Question<ShellAnswer>, 'host' | 'asLogin' | 'beyond' | 'waits' | 'secret'> = {},
): Question<ShellAnswer> => question(shellKind, arg, options);

const costlyKind: QuestionKind<ShellQuestion, ShellAnswer> = { ...shellKind, name: 'costly-shell', costly: true };

/** Like `shell`, for a script that takes the host a second or more. */
export const costlyShell = (arg: ShellQuestion): Question<ShellAnswer> => question(costlyKind, arg);
