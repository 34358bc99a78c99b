import { type Question, type QuestionKind, question } from '../question.ts';

const kind: QuestionKind<null, undefined> = {
  name: 'nothing',
  scripts: () => [],
  read: (_replies, args) => args.map(() => ({ ok: true, value: undefined })),
  about: () => [],
  known: { ok: true, value: undefined },
};

/** A placeholder for a question that need not be asked; costs nothing, and the answer is always undefined. */
export const nothing = (): Question<undefined> => question(kind, null);
