import { splitWords } from '../../../src/sdk.ts';
import { streams } from '../commands/run-command.ts';
import { type ProjectTask, projectParams } from './compose-params.ts';
import type { Project } from './compose-project.ts';

/** Parameters of the types that run a program in a container of a compose project. */
export const programParams = {
  service: { type: 'str', required: true, doc: 'The service.' },
  argv: { type: 'list', elements: 'str', doc: 'The program and its arguments, as a list.' },
  command: { type: 'str', doc: 'The program and its arguments, split as a shell would.' },
  chdir: { type: 'str', doc: 'The directory in the container to run the program in.' },
  detach: { type: 'bool', default: false, doc: 'Do not wait for the program to end.' },
  user: { type: 'str', doc: 'The user in the container to run the program as.' },
  stdin: { type: 'str', doc: 'Standard input for the program.' },
  ...streams,
  tty: { type: 'bool', default: true, ignored: 'there is no terminal that the program could use' },
  env: { type: 'dict', doc: 'Variables for the program.' },
  ...projectParams,
} as const;

interface ProgramTask extends ProjectTask {
  readonly service: string;
  readonly argv: readonly string[] | undefined;
  readonly command: string | undefined;
  readonly detach: boolean;
  readonly stdin: string | undefined;
}

/** The program and its arguments; undefined if a quote is not closed. */
export const programWords = ({ argv, command }: ProgramTask): readonly string[] | undefined =>
  argv ?? splitWords(command ?? '');

/** What is wrong with the parameters of such a type, if anything. */
export function wrongProgram(task: ProgramTask, project: Project): string | undefined {
  if (programWords(task) === undefined) return `No closing quotation in: ${task.command}`;
  if (task.detach && task.stdin !== undefined) return 'If detach=true, stdin cannot be provided.';
  if (project.services.some(([name]) => name === task.service)) return undefined;
  return `no such service: ${task.service}`;
}
