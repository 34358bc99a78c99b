import {
  type CommandLine,
  expectedOneOf,
  formatOptions,
  nothingGiven,
  type OptionSpecs,
  parseOptions,
} from '../core/command-line.ts';
import type { CommandIo } from '../language/config/command-io.ts';
import type { Face } from './face.ts';
import { wrongValues } from './wrong-values.ts';

/** A command's surroundings, and the program that it belongs to. */
export interface CliIo extends CommandIo {
  readonly face: Face;
  /** All named commands. */
  readonly commands: readonly Command[];
}

/** The second argument of a command's `run`. */
export interface CallIo extends CliIo {
  /** Reports errors in the command line and returns the exit code. */
  readonly refuse: (mistakes: readonly string[]) => number;
}

/** A command. Its line in the overview, its help, its completion and its parser are all derived from this description. */
export interface Command<S extends OptionSpecs = OptionSpecs> {
  /** The word after `run`; empty for the command that runs playbooks. */
  readonly name: string;
  /** The command's line in the overview. */
  readonly summary: string;
  /** The ways to call the command, without its name: `HOST [NAME]`. */
  readonly usage: readonly string[];
  /** Further help text, a few lines at most. */
  readonly about?: string;
  readonly options: S;
  /** Positional words: their name in the message about missing ones, and how many are allowed. */
  readonly words?: { readonly what: string; readonly least: number; readonly most: number };
  /** The values allowed for the first of them or, for completion only, a kind of value. */
  readonly first?: readonly string[] | 'hosts' | 'task types' | 'commands';
  /** Everything after the first word belongs to another program, so no options are parsed there. */
  readonly passesOn?: true;
  /** The Ansible program that the command also stands in for, and its exit code for a usage error. */
  readonly ansible?: { readonly name: string; readonly usageError: number };
  /** Replaces the help generated from this description. */
  help?(io: CliIo): Promise<string | undefined>;
  /** Runs the command and returns the exit code. */
  run(line: CommandLine<S>, io: CallIo): Promise<number>;
}

/** Defines a command, inferring the types of its options. */
export const defineCommand = <const S extends OptionSpecs>(command: Command<S>): Command => command;

/** The option that every command has. */
export const HELP = { help: { type: 'switch', short: 'h', help: 'print this help' } } as const satisfies OptionSpecs;
/** The option for programs that print a version. */
export const VERSION = { version: { type: 'switch', help: 'print the version' } } as const satisfies OptionSpecs;

/** The options that a command accepts: its own and the common ones. */
export const optionsOf = ({ options, name }: Command, face: Face): OptionSpecs => ({
  ...options,
  ...((face.ansible || name === '') && VERSION),
  ...HELP,
});

/** Parses a command line and runs the command. Help, version and errors are handled here, the same way for all commands. */
export async function callCommand(command: Command, argv: readonly string[], io: CliIo): Promise<number> {
  const refuse = (mistakes: readonly string[]): number => report(mistakes, command, io);
  const line = readLine(command, argv, io.face);
  if (!line.ok) return refuse(line.mistakes);
  if (line.options['help'] === true) return print(await helpOf(command, io), io);
  if (line.options['version'] === true) return print(`${io.face.version}\n`, io);
  // Ansible's programs accept empty values, and scripts may rely on this.
  const wrong = io.face.ansible ? [] : wrongValues(command.options, line.options, io.cwd);
  const mistakes = [...wrong, ...mistakesOfWords(command, line.rest, io.face)];
  return mistakes.length > 0 ? refuse(mistakes) : command.run(line, { ...io, refuse });
}

function report(mistakes: readonly string[], command: Command, io: CliIo): number {
  const name = calledBy(command, io.face);
  io.stderr.write(mistakes.map((mistake) => `${name}: ${mistake}\n`).join(''));
  io.stderr.write(`${name}: \`${name} --help\` shows how to call it\n`);
  return io.face.ansible ? (command.ansible?.usageError ?? 2) : 1;
}

/** The help text for a command. */
export async function helpOf(command: Command, io: CliIo): Promise<string> {
  const own = await command.help?.(io);
  if (own !== undefined) return own;
  const name = calledBy(command, io.face);
  const usage = command.usage.map((way, index) => `${index === 0 ? 'usage:' : '      '} ${name} ${way}`.trimEnd());
  return `${usage.join('\n')}\n\n${command.about ?? sentence(command.summary)}\n\noptions:\n${formatOptions(optionsOf(command, io.face))}\n`;
}

function readLine(command: Command, argv: readonly string[], face: Face): ReturnType<typeof parseOptions<OptionSpecs>> {
  const options = optionsOf(command, face);
  if (command.passesOn === undefined) return parseOptions(options, argv);
  const asksForHelp = ['--help', '-h', 'help'].includes(argv[0] ?? '');
  return { ok: true, options: { ...nothingGiven(options), help: asksForHelp }, rest: argv };
}

function mistakesOfWords({ words, first }: Command, rest: readonly string[], face: Face): readonly string[] {
  const { what, least, most } = words ?? { what: '', least: 0, most: 0 };
  // Ansible's programs have their own wording for a wrong choice.
  const choices = !face.ansible && Array.isArray(first) ? (first as readonly string[]) : undefined;
  const [word] = rest;
  if (choices !== undefined && word === undefined && least > 0) return [`expected one of ${choices.join(', ')}`];
  if (rest.length < least && !(face.ansible && first !== undefined)) return [`no ${what} was given`];
  if (choices !== undefined && word !== undefined && !choices.includes(word)) return [expectedOneOf(choices, word)];
  return rest.slice(most).map((extra) => `unexpected argument "${extra}"`);
}

/** How a user invokes the command: `run vault`, `ansible-vault`. */
const calledBy = ({ name }: Command, face: Face): string => (face.ansible || name === '' ? face.name : `run ${name}`);

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

function print(text: string, io: CliIo): number {
  io.stdout.write(text);
  return 0;
}
