import { groupBy } from '../../core/group-by.ts';
import type { Answer, Question, QuestionKind } from '../../core/question.ts';
import type { Part, Reply } from '../../core/session.ts';

/** Questions for one host and user, merged into the parts of one exchange. */
interface Asking {
  readonly parts: readonly Part[];
  /** Extracts the answers, by question key, from the replies to the parts. What was not asked has none. */
  read(replies: readonly Reply[]): ReadonlyMap<string, Answer<unknown>>;
}

/** A change in an exchange: the parts of its commands, after `prepared` that come before them, and what is asked then. */
interface ChangeStep {
  readonly prepared: number;
  readonly commands: readonly Part[];
  readonly questions: readonly Question<unknown>[];
}

/** The replies to the commands of a step (to one of those before them, if that failed), and the answers, by key. */
export interface DoneStep {
  readonly replies: readonly Reply[];
  readonly answers: ReadonlyMap<string, Answer<unknown>>;
}

/** Lay out the changes of an exchange one after another, each with its questions behind its commands. */
export function mergeSteps(steps: readonly ChangeStep[]): {
  readonly parts: readonly Part[];
  /** Distributes the replies; after a broken exchange, there may be too few. */
  read(replies: readonly Reply[]): readonly DoneStep[];
} {
  const laid = steps.map((step) => ({ ...step, asking: mergeQuestions(step.questions) }));
  return {
    parts: laid.flatMap(({ commands, asking }) => [...commands, ...asking.parts]),
    read(replies) {
      let next = 0;
      return laid.map(({ prepared, commands, asking }) => {
        const own = replies.slice(next, next + commands.length + asking.parts.length);
        next += commands.length + asking.parts.length;
        const wrong = own.slice(0, prepared).find((reply) => reply.code !== 0);
        return {
          replies: wrong === undefined ? own.slice(prepared, commands.length) : [wrong],
          answers: asking.read(own.slice(commands.length)),
        };
      });
    },
  };
}

/** Shown instead of a script that contains a secret. */
export const untold = '(hidden: it may contain a secret)';

/** Merge questions: each kind merges its own into few parts, and each key is asked once. */
export function mergeQuestions(questions: readonly Question<unknown>[]): Asking {
  const groups = groupByKind(questions);
  const compiled = groups.map(({ kind, secret, asked }) => {
    const args = asked.map((one) => one.arg);
    const parts = kind.scripts(args);
    return { kind, asked, args, parts: secret ? parts.map((part) => ({ ...part, shown: untold })) : parts };
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

/** The same with parts for each question of its own: each reply then means the same, whatever else is asked. */
export function separateQuestions(questions: readonly Question<unknown>[]): Asking {
  const each = questions.map((question) => mergeQuestions([question]));
  return {
    parts: each.flatMap(({ parts }) => parts),
    read(replies) {
      let next = 0;
      const answers = each.flatMap(({ parts, read }) => {
        const own = replies.slice(next, next + parts.length);
        next += parts.length;
        return own.some(({ unasked }) => unasked === true) ? [] : [...read(own)];
      });
      return new Map(answers);
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
    return args.map(() => ({ ok: false, why: `the host did not answer in time: ${kind.name}` }));
  return kind.read(replies, args);
}

interface Group {
  readonly kind: QuestionKind<unknown, unknown>;
  readonly secret: boolean;
  readonly asked: readonly Question<unknown>[];
}

/**
 * Group questions by kind, each key once. A key that is secret in one question is secret in all, and secret keys get
 * their own parts, so that the rest can be shown.
 */
function groupByKind(questions: readonly Question<unknown>[]): readonly Group[] {
  const secrets = new Set(questions.filter((one) => one.secret === true).map((one) => one.key));
  const once = [...new Map(questions.map((one) => [one.key, one])).values()];
  return [false, true].flatMap((secret) =>
    [
      ...groupBy(
        once.filter((one) => secrets.has(one.key) === secret),
        (one) => one.kind,
      ),
    ].map(([kind, asked]): Group => ({ kind, secret, asked })),
  );
}
