import { basename } from 'node:path';
import type { Become } from '../../core/session.ts';
import { becomeMethodOf } from './index.ts';

/** Why becoming the user failed: the output in one line, and how to fix it. */
export function explainBecome(become: Become, said: string): { readonly words: string; readonly hint?: string } {
  const lines = said
    .replace(
      /We trust you have received the usual lecture[\s\S]*?great responsibility\.(\s*For security reasons[^\n]*)?/,
      '',
    )
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  // The host's own lecture, or what a login prints, may precede the reason.
  const own = lines.filter((line) => line.startsWith(`${basename(become.exe ?? become.method)}: `));
  const words = (own.length > 0 ? own : lines).join('; ');
  const hint = becomeMethodOf(become.method).hint(become, words);
  return { words, ...(hint !== undefined && { hint }) };
}
