import { basename } from 'node:path';
import type { Become } from '../core/session.ts';

const passwordOptions = '-K (--ask-become-pass), --become-password-file or ansible_become_password';

/** Why nobody became another user: what was said, in one line, and the way out. */
export function explainBecome(become: Become, said: string): { readonly words: string; readonly hint?: string } {
  const lines = said
    .replace(
      /We trust you have received the usual lecture[\s\S]*?great responsibility\.(\s*For security reasons[^\n]*)?/,
      '',
    )
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  // A lecture of the host's own, or what a login prints, stands before the reason.
  const own = lines.filter((line) => line.startsWith(`${basename(become.exe ?? become.method)}: `));
  const words = (own.length > 0 ? own : lines).join('; ');
  const hint = hintOf(become, words);
  return { words, ...(hint !== undefined && { hint }) };
}

function hintOf({ method, user, password }: Become, words: string): string | undefined {
  if (method === 'doas')
    return /authenti|tty/i.test(words)
      ? 'doas takes a password from a terminal only: permit it with `nopass` in doas.conf, or become by sudo or su'
      : undefined;
  if (/unknown user|does not exist|No passwd entry|unknown login/i.test(words))
    return `there is no user ${user} on the host: create it before this task, or correct become_user`;
  if (!/password|authentication|conversation failed/i.test(words)) return undefined;
  return password === undefined
    ? `give the password with ${passwordOptions}`
    : `the password that ${passwordOptions} gave was refused`;
}
