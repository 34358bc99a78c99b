import { createHash } from 'node:crypto';
import { wholeOf } from '../../core/local-content.ts';
import type { Part } from '../../core/session.ts';

/** What tells a question in a script from all others: its user, its text and its input. */
export const questionId = (user: string, { script, stdin, deadlineMs }: Part): string =>
  createHash('sha256')
    .update(JSON.stringify([user, script, deadlineMs ?? null]))
    .update(stdin === undefined ? '' : wholeOf(stdin))
    .digest('hex')
    .slice(0, 32);
