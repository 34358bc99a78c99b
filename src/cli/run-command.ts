import { adHoc } from './ad-hoc.ts';
import { callCommand } from './command.ts';
import { commands } from './commands/index.ts';
import { playbooks } from './commands/playbooks.ts';
import { ansibleFace, run } from './face.ts';
import { overview } from './overview.ts';
import { endPrompts } from './prompt.ts';
import { worldOf } from './world.ts';

/** Runs the program whose name we were called by. */
export function runCommand(calledAs: string, argv: readonly string[]): Promise<number> {
  const program = [playbooks, adHoc, ...commands].find(({ ansible }) => ansible?.name === calledAs);
  const answer =
    program === undefined ? asOurselves(argv) : callCommand(program, argv, worldOf(ansibleFace(calledAs), commands));
  return answer.finally(endPrompts);
}

async function asOurselves(argv: readonly string[]): Promise<number> {
  const io = worldOf(run, commands);
  const [first, ...others] = argv;
  if (first === undefined) {
    io.stdout.write(overview(commands));
    return 1;
  }
  const command = commands.find(({ name }) => name === first);
  return command === undefined ? callCommand(playbooks, argv, io) : callCommand(command, others, io);
}
