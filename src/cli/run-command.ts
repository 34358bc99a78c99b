import { adHoc } from './ad-hoc.ts';
import { type CliIo, callCommand } from './command.ts';
import { commands } from './commands/index.ts';
import { playbooks } from './commands/playbooks.ts';
import { ansibleFace, type Face, run } from './face.ts';
import { overview } from './overview.ts';
import { askSecret, endPrompts } from './prompt.ts';

/** Runs the program whose name we were called by. */
export function runCommand(calledAs: string, argv: readonly string[]): Promise<number> {
  const program = [playbooks, adHoc, ...commands].find(({ ansible }) => ansible?.name === calledAs);
  const answer = program === undefined ? asOurselves(argv) : callCommand(program, argv, worldOf(ansibleFace(calledAs)));
  return answer.finally(endPrompts);
}

async function asOurselves(argv: readonly string[]): Promise<number> {
  const io = worldOf(run);
  const [first, ...others] = argv;
  if (first === undefined) {
    io.stdout.write(overview(commands));
    return 1;
  }
  const command = commands.find(({ name }) => name === first);
  return command === undefined ? callCommand(playbooks, argv, io) : callCommand(command, others, io);
}

const worldOf = (face: Face): CliIo => ({
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  get isTTY(): boolean {
    return process.stdout.isTTY === true;
  },
  env: process.env,
  cwd: process.cwd(),
  askSecret,
  face,
  asAnsible: face.ansible,
  commands,
});
