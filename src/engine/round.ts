import { groupBy } from '../core/group-by.ts';
import type { Answer, Question, QuestionKind } from '../core/question.ts';
import type { Part, Reply } from '../core/session.ts';

/** Questions of one host and user, merged into the parts of one exchange. */
interface Asking {
  readonly parts: readonly Part[];
  /** The answers, by question key, out of the parts' replies. */
  read(replies: readonly Reply[]): ReadonlyMap<string, Answer<unknown>>;
}

/** Merge questions: those of one kind become as few parts as the kind makes of them, each key is asked once. */
export function mergeQuestions(questions: readonly Question<unknown>[]): Asking {
  const groups = groupByKind(questions);
  const compiled = groups.map(({ kind, asked }) => {
    const args = asked.map((one) => one.arg);
    return { kind, asked, args, parts: kind.scripts(args) };
  });
  return {
    parts: compiled.flatMap((group) => group.parts),
    read(replies) {
      const answers = new Map<string, Answer<unknown>>();
      let next = 0;
      for (const { kind, asked, args, parts } of compiled) {
        const own = replies.slice(next, next + parts.length);
        next += parts.length;
        const read = own.length === parts.length ? readSafely(kind, own, args) : [];
        for (const [index, one] of asked.entries())
          answers.set(one.key, read[index] ?? { ok: false, why: 'no answer' });
      }
      return answers;
    },
  };
}

function readSafely(
  kind: QuestionKind<unknown, unknown>,
  replies: readonly Reply[],
  args: readonly unknown[],
): readonly Answer<unknown>[] {
  const late = replies.find((reply) => reply.timedOut === true);
  if (late !== undefined && kind.name !== 'shell')
    return args.map(() => ({ ok: false, why: `no answer in time to ${kind.name}` }));
  return kind.read(replies, args);
}

function groupByKind(
  questions: readonly Question<unknown>[],
): readonly { kind: QuestionKind<unknown, unknown>; asked: readonly Question<unknown>[] }[] {
  const once = new Map(questions.map((question) => [question.key, question]));
  return [...groupBy(once.values(), (question) => question.kind)].map(([kind, asked]) => ({ kind, asked }));
}
