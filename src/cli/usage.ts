import type { OptionSpecs } from '../core/command-line.ts';
import { type CommandLine, formatOptions, parseOptions } from '../core/command-line.ts';

/** The exit code of a command line that was not understood, whichever command it is for. */
export const USAGE_ERROR = 1;

/**
 * Read the command line of a subcommand: its help is printed, and what is wrong is told, here. Gives the exit code where
 * nothing is left to do.
 */
export function readCommandLine<const S extends OptionSpecs>(
  name: string,
  usage: string,
  specs: S,
  argv: readonly string[],
): CommandLine<S> | number {
  const all = { ...specs, help: { type: 'switch', short: 'h', help: 'print this help' } } as const;
  const read = parseOptions<OptionSpecs>(all, argv);
  if (!read.ok) {
    process.stderr.write(read.mistakes.map((mistake) => `run ${name}: ${mistake}\n`).join(''));
    process.stderr.write(`run ${name}: \`run ${name} --help\` shows how to call it\n`);
    return USAGE_ERROR;
  }
  if (read.options['help'] === true) {
    process.stdout.write(`${usage}\n\noptions:\n${formatOptions(all)}\n`);
    return 0;
  }
  return { options: read.options as CommandLine<S>['options'], rest: read.rest };
}
