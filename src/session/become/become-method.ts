import { type Script, script } from '../../core/command.ts';
import type { Become } from '../../core/session.ts';
import { splitWords } from '../../core/split-words.ts';
import type { Prompt } from '../start-shell.ts';
import { throughPipes } from '../through-pipes.ts';

/** One way to become another user on a host. */
export interface BecomeMethod {
  /** The command line that runs another one as the user, and what it asks on the way. */
  readonly enter: (become: Become) => Entered;
  /** The way out, by what it said. */
  readonly hint: (become: Become, words: string) => string | undefined;
}

interface Entered {
  readonly wrap: (commandLine: string) => string;
  readonly prompts: readonly Prompt[];
}

/** Flags and programs may be several words. One with a quote that is not closed is taken as it stands. */
export const shellWordsOf = (text: string): readonly string[] => splitWords(text) ?? text.split(/\s+/).filter(Boolean);

/** What the user's shell is given: another user than root cannot open the pipes of the one who logged in. */
export const pipedFor = ({ user }: Become, line: string): string => (user === 'root' ? line : throughPipes(line));

/** A shell that runs a command line. */
export const shellFor = (line: string): Script => script`/bin/sh -c ${line}`;

/** What PAM and the passwd file say to sudo and su alike, and the way out. */
export function hintOfPassword({ user, password }: Become, words: string): string | undefined {
  if (/unknown user|does not exist|No passwd entry|unknown login/i.test(words))
    return `there is no user ${user} on the host: create it before this task, or correct become_user`;
  if (!/password|authentication|conversation failed/i.test(words)) return undefined;
  return password === undefined
    ? `give the password with ${passwordOptions}`
    : `the password that ${passwordOptions} gave was refused`;
}

const passwordOptions = '-K (--ask-become-pass), --become-password-file or ansible_become_password';
