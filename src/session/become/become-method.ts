import { type Script, script } from '../../core/command.ts';
import type { Become } from '../../core/session.ts';
import { splitWords } from '../../core/split-words.ts';
import type { Prompt } from '../start-shell.ts';
import { throughPipes } from '../through-pipes.ts';

/** One way to become another user on a host. */
export interface BecomeMethod {
  /** The command line that runs another one as the user, and the prompt it may show. */
  readonly enter: (become: Become) => Entered;
  /** How to fix a failure, given the program's output. */
  readonly hint: (become: Become, words: string) => string | undefined;
}

interface Entered {
  /** The program and its flags, as people know them. */
  readonly by: string;
  readonly wrap: (commandLine: string) => string;
  readonly prompts: readonly Prompt[];
}

/** Split flags or a program with arguments into words. If a quote is not closed, split at whitespace. */
export const shellWordsOf = (text: string): readonly string[] => splitWords(text) ?? text.split(/\s+/).filter(Boolean);

/** A program with its flags. */
export const inWords = (...words: readonly string[]): string => words.filter((word) => word !== '').join(' ');

/** The command line for the user's shell: a user other than root cannot reopen the login user's pipes. */
export const pipedFor = ({ user }: Become, line: string): string => (user === 'root' ? line : throughPipes(line));

/** A shell that runs a command line. */
export const shellFor = (line: string): Script => script`/bin/sh -c ${line}`;

/** How to fix the failures that PAM and the passwd file cause for both sudo and su. */
export function hintOfPassword({ user, password }: Become, words: string): string | undefined {
  if (/unknown user|does not exist|No passwd entry|unknown login/i.test(words))
    return `there is no user ${user} on the host: create it before this task, or correct become_user`;
  if (!/password|authentication|conversation failed/i.test(words)) return undefined;
  return password === undefined
    ? `give the password with ${passwordOptions}`
    : `the password from ${passwordOptions} was refused`;
}

const passwordOptions = '-K (--ask-become-pass), --become-password-file or ansible_become_password';
