import { formatOptions, runOptions } from './options.ts';
import { version } from './version.ts';

/** What stands in for the terminal in every command. */
const io = {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  get isTTY(): boolean {
    return process.stdout.isTTY === true;
  },
  env: process.env,
  cwd: process.cwd(),
};

/** The commands besides running playbooks: name, arguments, help, and what answers. */
const commands: readonly {
  readonly name: string;
  readonly usage: string;
  readonly help: string;
  readonly run: (argv: readonly string[]) => Promise<number>;
}[] = [
  {
    name: 'lab',
    usage: 'lab up|status|reset|ssh|do|down',
    help: 'real hosts on this machine to try things on',
    run: async (argv) => (await import('../lab/index.ts')).labCommand([...argv], io),
  },
];

/** Answer as the program that we were called as. */
export async function runCommand(
  _calledAs: string,
  first: string | undefined,
  others: readonly string[],
  argv: readonly string[],
): Promise<number> {
  const command = commands.find(({ name }) => name === first);
  if (command !== undefined) return command.run(others);
  if (first === undefined || first === 'help') {
    process.stdout.write(help());
    return first === undefined ? 1 : 0;
  }
  const { playCommand } = await import('./play-command.ts');
  return playCommand(argv, help);
}

const help =
  (): string => `Retrace ${version}: retraces the steps of an install document on real servers, and tells where they have strayed from it since.

usage: run PLAYBOOK... [options]
${commands.map(({ usage }) => `       run ${usage}`).join('\n')}

  run playbooks/off1-proxy.yaml              bring the servers to what the document describes
  run playbooks/off1-proxy.yaml --check      audit: what has drifted since?
  run playbooks/off1-proxy.yaml --tags ssl   only the SSL steps again

commands:
${commands.map(({ usage, help: about }) => `  ${usage}\n      ${about}`).join('\n')}

options:
${formatOptions(runOptions)}

exit codes: 0 done (a check: in order), 1 error, 2 a task failed (a check: drift), 3 a check knows too little, 4 unreachable
`;
