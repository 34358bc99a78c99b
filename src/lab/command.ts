import { existsSync } from 'node:fs';
import { containerNamed } from './containers.ts';
import { doManualStep, manualSteps } from './do.ts';
import { labDown } from './down.ts';
import { help } from './help.ts';
import { addressOf, benchHosts, documentHosts, hostNamed } from './hosts.ts';
import { runInside } from './inside.ts';
import { knownHostsFile, operatorKey } from './keys.ts';
import type { LabIo } from './lab-io.ts';
import { obstacle } from './machine.ts';
import { progressOn } from './progress.ts';
import { whyFailed } from './run-command.ts';
import { labStatus } from './status.ts';
import { labReset, labUp } from './up.ts';

/** `run lab …`: run the command and return the exit code. */
export async function labCommand(argv: readonly string[], io: LabIo): Promise<number> {
  const [name = '', ...rest] = argv;
  if (name === '' || isHelp(name)) {
    io.stdout.write(help.lab);
    return name === '' ? 1 : 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command)
    return complain(io, `unknown command \`lab ${name}\`; expected one of ${Object.keys(commands).join(', ')}`);
  if (isHelp(rest[0] ?? '')) {
    io.stdout.write(help[name] ?? help.lab);
    return 0;
  }
  const why = obstacle();
  if (why) return complain(io, why);
  try {
    return (await command(rest, io)) ?? 0;
  } catch (error) {
    return complain(io, whyFailed(error));
  }
}

type Command = (argv: readonly string[], io: LabIo) => Promise<number | undefined>;

const commands: Readonly<Record<string, Command>> = {
  async up(argv, io) {
    const { flags, names } = split(argv, ['--bench']);
    const hosts = flags.has('--bench') ? [...benchHosts, ...names] : names;
    await labUp(hosts.length > 0 ? hosts : documentHosts, progressOn(io));
    return undefined;
  },

  async status(argv, io) {
    split(argv, []);
    const lines = await labStatus();
    io.stdout.write(lines.map((line) => `${line}\n`).join(''));
    return undefined;
  },

  async reset(argv, io) {
    const { names } = split(argv, []);
    for (const name of names.length > 0 ? names : [undefined]) await labReset(name, progressOn(io));
    return undefined;
  },

  async ssh([host = '', ...command], io) {
    if (host === '') return complain(io, '`lab ssh` needs a host; see run lab status');
    return runInside(['ssh', ...sshOptions(), ...sshTarget(host, command)]);
  },

  async exec(argv, io) {
    const command = argv[0] === '--' ? argv.slice(1) : argv;
    if (command.length === 0) return complain(io, '`lab exec` needs a command');
    return runInside(command);
  },

  async down(argv, io) {
    split(argv, []);
    await labDown(progressOn(io));
    return undefined;
  },

  async do(argv, io) {
    const { names } = split(argv, []);
    if (names.length === 0) return complain(io, `\`lab do\` needs a step: ${manualSteps.join(', ')}`);
    for (const name of names) await doManualStep(name, progressOn(io));
    return undefined;
  },
};

// The command as a single string: ssh joins words with spaces, so the typed text is passed on unchanged, as with ssh itself.
function sshTarget(host: string, command: readonly string[]): readonly string[] {
  const container = containerNamed(host);
  if (!container) return [`root@${addressOf(hostNamed(host))}`, ...command];
  const node = `root@${addressOf(hostNamed(container.node))}`;
  if (command.length === 0) return ['-t', node, 'pct', 'enter', container.id];
  const text = command.join(' ').replace(/'/g, `'\\''`);
  return [node, 'pct', 'exec', container.id, '--', 'sh', '-c', `'${text}'`];
}

function sshOptions(): readonly string[] {
  if (!existsSync(operatorKey())) throw new Error('the lab has never been started: run lab up');
  const options = [
    'IdentitiesOnly=yes',
    `IdentityFile=${operatorKey()}`,
    `UserKnownHostsFile=${knownHostsFile()}`,
    'StrictHostKeyChecking=yes',
    'LogLevel=ERROR',
  ];
  return ['-F', '/dev/null', ...options.flatMap((option) => ['-o', option])];
}

function split(
  argv: readonly string[],
  known: readonly string[],
): { flags: ReadonlySet<string>; names: readonly string[] } {
  const flags = argv.filter((word) => word.startsWith('-'));
  const unknown = flags.find((flag) => !known.includes(flag));
  if (unknown) throw new Error(`unknown option ${unknown}${known.length > 0 ? `; known: ${known.join(', ')}` : ''}`);
  return { flags: new Set(flags), names: argv.filter((word) => !word.startsWith('-')) };
}

const isHelp = (word: string) => word === '--help' || word === '-h' || word === 'help';

function complain(io: LabIo, message: string): number {
  io.stderr.write(`lab: ${message}\n`);
  return 1;
}
