import { randomBytes } from 'node:crypto';
import { script } from '../../core/command.ts';
import { type BecomeMethod, hintOfPassword, inWords, pipedFor, shellFor, shellWordsOf } from './become-method.ts';

/** sudo. */
export const sudo: BecomeMethod = {
  enter(become) {
    const { user, password, flags = '-H -S -n', exe = 'sudo' } = become;
    // Random, so that nothing a login prints is mistaken for the prompt.
    const text = `[sudo ${randomBytes(8).toString('hex')}]`;
    const all = sudoFlags(flags, password !== undefined);
    const inside = (line: string) =>
      throughShell(all) ? withoutDollar(pipedFor(become, line)) : pipedFor(become, line);
    return {
      by: inWords(exe, ...all),
      // Untranslated, so that its messages can be explained, but in the login's locale, which sudo passes on.
      wrap: (line) =>
        script`exec env LANGUAGE=C ${shellWordsOf(exe)} ${all} -p ${text} -u ${user} -- ${shellFor(inside(line))}`.text,
      prompts: [{ text, password }],
    };
  },
  hint: hintOfPassword,
};

/** With a password, sudo may ask for it (no -n), and reads it from stdin (-S). */
function sudoFlags(flags: string, hasPassword: boolean): readonly string[] {
  const words = shellWordsOf(flags).filter((word) => !(hasPassword && (word === '-n' || word === '--non-interactive')));
  return words.includes('-S') ? words : [...words, '-S'];
}

/**
 * Whether sudo runs the command through the user's own shell (`-i`, `-s`): it then escapes every special character
 * except `$`.
 */
const throughShell = (flags: readonly string[]): boolean =>
  flags.some((word) => word === '--login' || word === '--shell' || /^-[A-Za-z]*[is]/.test(word));

/**
 * The same command line for `/bin/sh -c`, without any `$` and without characters that are special inside the quotes
 * that this needs.
 */
const withoutDollar = (line: string): string =>
  `eval "\`printf %b '${line.replace(/[$"'\\`]/g, (it) => `\\0${it.charCodeAt(0).toString(8).padStart(3, '0')}`)}'\`"`;
