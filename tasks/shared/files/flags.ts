import { type Change, type Command, sh } from '../../../src/sdk.ts';

/** Flags that describe how a file system stores a file: `chattr` cannot remove them. */
const STORED = /[EehINV]/g;

/** The flags after setting what is wanted: `+Ai` adds, `-Ai` removes, `=Ai` or `Ai` sets exactly these. */
export function flagsAfter(letters: string, wanted: string): string {
  const [, how = '', given = ''] = /^([-+=]?)(.*)$/s.exec(wanted) ?? [];
  const without = [...letters].filter((letter) => !given.includes(letter)).join('');
  if (how === '-') return without;
  return how === '+' ? joined(letters, given) : joined(letters.match(STORED)?.join('') ?? '', given);
}

const joined = (letters: string, more: string): string => [...new Set(letters + more)].join('');

const missingIn = (letters: string, others: string): string =>
  [...letters].filter((letter) => !others.includes(letter)).join('');

/** The command that turns the first flags into the second ones; none if they are the same. */
export function flagCommands(path: string, from: string, to: string): readonly Command[] {
  const removed = missingIn(from, to);
  const added = missingIn(to, from);
  const words = [...(removed === '' ? [] : [`-${removed}`]), ...(added === '' ? [] : [`+${added}`])];
  return words.length === 0 ? [] : [sh`chattr ${words} -- ${path}`];
}

/** The change to the flags of an existing file or directory. */
export function flagChanges(path: string, letters: string, wanted: string | undefined): readonly Change[] {
  if (wanted === undefined) return [];
  const after = flagsAfter(letters, wanted);
  const commands = flagCommands(path, letters, after);
  return commands.length === 0
    ? []
    : [{ what: 'attributes', from: letters === '' ? 'none' : letters, to: after === '' ? 'none' : after, commands }];
}
