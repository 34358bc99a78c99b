import { type Question, type QuestionKind, question } from '../question.ts';

const kind: QuestionKind<null, undefined> = {
  name: 'nothing',
  scripts: () => [],
  read: (_replies, args) => args.map(() => ({ ok: true, value: undefined })),
  about: () => [],
  known: { ok: true, value: undefined },
};

/** In place of a question that need not be asked; costs nothing, and is always answered with undefined. */
export const nothing = (): Question<undefined> => question(kind, null);
