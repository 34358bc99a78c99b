import { defineCommand, optionsOf } from '../command.ts';
import { COMPLETION_SCRIPTS } from '../completion-scripts.ts';
import { playbooks } from './playbooks.ts';

/** `run completion`: generated from the same tables as the parser and the help. */
export const completion = defineCommand({
  name: 'completion',
  usage: ['bash|zsh|fish'],
  summary: 'print a completion script for your shell: eval "$(run completion bash)"',
  about: `Prints a script that makes the shell complete commands, options and their values:
  bash: eval "$(run completion bash)" in ~/.bashrc
  zsh:  eval "$(run completion zsh)" in ~/.zshrc, after compinit
  fish: run completion fish > ~/.config/fish/completions/run.fish`,
  options: {},
  words: { what: 'shell', least: 1, most: 1 },
  first: Object.keys(COMPLETION_SCRIPTS),
  run: async ({ rest: [shell = ''] }, { commands, face, stdout }) => {
    const names = commands.map(({ name }) => name);
    const known = [playbooks, ...commands].map((command) => ({
      name: command.name,
      options: optionsOf(command, face),
      ...(command.first !== undefined && { first: command.first === 'commands' ? names : command.first }),
    }));
    if (isShell(shell)) stdout.write(COMPLETION_SCRIPTS[shell](known));
    return 0;
  },
});

const isShell = (word: string): word is keyof typeof COMPLETION_SCRIPTS => Object.hasOwn(COMPLETION_SCRIPTS, word);
