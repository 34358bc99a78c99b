import { VARS_OPTIONS } from '../../language/variables/vars-options.ts';
import { defineCommand } from '../command.ts';

/** `run vars`. */
export const vars = defineCommand({
  name: 'vars',
  usage: ['HOST [NAME] [options]'],
  summary: "print a host's variables, where each value comes from, and which values it overrides",
  about: "Prints a host's variables, where each value comes from, and which values it overrides. Secrets are masked.",
  options: VARS_OPTIONS,
  words: { what: 'host', least: 1, most: 2 },
  first: 'hosts',
  run: async (line, io) =>
    (await import('../../language/variables/vars-command.ts')).varsCommand(line, {
      ...io,
      plugins: async (folder) =>
        (await import('../plugins-of.ts')).pluginsBeside(folder, (message) =>
          io.stderr.write(`[WARNING]: ${message}\n`),
        ),
    }),
});
