import type { CommandPart } from '../document.ts';
import { draftVariable } from './drafted.ts';

/** A command with variables in the place of what a reader has to put in. */
export function withVariables(command: CommandPart): CommandPart {
  const names = command.placeholders.filter((one) => variableName(one) !== undefined);
  if (names.length === 0) return command;
  const filled = (text: string): string =>
    names.reduce((all, one) => all.replaceAll(one, () => draftVariable(variableName(one) ?? '')), text);
  const calls = command.calls.map((call) => ({
    ...call,
    words: call.words.map(filled),
    redirects: call.redirects.map((redirect) => ({ ...redirect, path: filled(redirect.path) })),
  }));
  return { ...command, calls };
}

/** The variable for a placeholder: one of the vault if it is a secret; undefined if it stands for more than a word. */
function variableName(placeholder: string): string | undefined {
  if (/^(…|<>)$/.test(placeholder)) return undefined;
  const name = placeholder
    .toLowerCase()
    .replace(/\W+/g, '_')
    .replace(/^_+|_+$/g, '');
  if (name === '' || /^x+$/.test(name)) return 'vault_secret';
  return /pass|secret|token|key|pwd/.test(name) ? `vault_${name}` : name;
}
