import type { CliIo, Command } from './command.ts';
import type { Face } from './face.ts';
import { askSecret } from './prompt.ts';

/** The surroundings of a command that this process runs. */
export const worldOf = (face: Face, commands: readonly Command[]): CliIo => ({
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
