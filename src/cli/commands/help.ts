import { suggest } from '../../core/suggest.ts';
import { defineCommand, helpOf } from '../command.ts';
import { overview } from '../overview.ts';

/** `run help`, and `run` alone. */
export const help = defineCommand({
  name: 'help',
  usage: ['[COMMAND]'],
  summary: 'show this overview, or help for a command',
  options: {},
  words: { what: 'command', least: 0, most: 1 },
  first: 'commands',
  run: async ({ rest: [name] }, io) => {
    const about = io.commands.find((command) => command.name === name);
    if (name !== undefined && about === undefined) return io.refuse([await notACommand(name, io.commands)]);
    io.stdout.write(about === undefined ? overview(io.commands) : await helpOf(about, io));
    return 0;
  },
});

/** Suggests what an unknown command may have meant: a similarly spelled command, or a task type. */
async function notACommand(word: string, commands: readonly { readonly name: string }[]): Promise<string> {
  const said = `"${word}" is not a command`;
  const { taskTypes } = await import('../../../tasks/index.ts');
  const types = Object.values(taskTypes).flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  if (types.some((name) => name.replace(/^.*\./, '') === word.replace(/^.*\./, '')))
    return `${said} but a task type: \`run doc ${word}\` describes it`;
  const near = suggest(
    word,
    commands.map(({ name }) => name),
  );
  return near === undefined ? said : `${said}; did you mean "${near}"?`;
}
