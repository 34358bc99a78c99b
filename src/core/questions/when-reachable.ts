import type { ShellText } from '../command.ts';
import { type Question, type QuestionKind, question } from '../question.ts';
import { type ShellAnswer, shellKind } from './shell.ts';

/** A read-only script for a host that may not be reachable. */
export interface WhenReachable {
  readonly script: ShellText;
  /** Log in again to ask, and give up after this many milliseconds: an old login may lead to a host that is going down. */
  readonly newLoginMs?: number;
  readonly deadlineMs?: number;
}

/** The output of a script, or why the host could not be reached. */
export type Reached =
  | { readonly reached: true; readonly said: ShellAnswer }
  | { readonly reached: false; readonly why: string };

const kind: QuestionKind<WhenReachable, Reached> = {
  name: 'when-reachable',
  scripts: (args) => shellKind.scripts(args),
  read: (replies, args) =>
    shellKind
      .read(replies, args)
      .map((one) => (one.ok ? { ok: true, value: { reached: true, said: one.value } } : one)),
  about: () => [],
  newLoginMs: ({ newLoginMs }) => newLoginMs,
  unreached: ({ reason, message }) => (endures.has(reason) ? undefined : { reached: false, why: message }),
};

/** Failures that waiting does not resolve: a person must decide, or the connection cannot work at all. */
const endures: ReadonlySet<string> = new Set(['host-key-unknown', 'unsupported', 'interrupted']);

/** Run a read-only script on a host; that the host is unreachable is an answer, too. */
export const whenReachable = (arg: WhenReachable): Question<Reached> => question(kind, arg, { beyond: true });
