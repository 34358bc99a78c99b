import type { CliIo } from '../../src/cli/command.ts';
import { commands } from '../../src/cli/commands/index.ts';
import { ansibleFace, run } from '../../src/cli/face.ts';
import type { CommandIo } from '../../src/language/config/command-io.ts';

/** The arguments of a command, called under our own name or, if the io says so, as one of Ansible's programs. */
export const worldWith = (io: CommandIo): CliIo => ({
  ...io,
  face: io.asAnsible === true ? ansibleFace('ansible') : run,
  commands,
});
