import { defineTask, type Params, type Plan, splitWords, type TaskContext } from '../src/sdk.ts';
import { executionReturns, streams } from './shared/commands/run-command.ts';
import { dockerEngine, dockerParams } from './shared/containers/engine.ts';
import { inspect } from './shared/containers/inspect.ts';
import { insideResult, planInside } from './shared/containers/run-inside.ts';

const params = {
  container: { type: 'str', required: true, doc: 'The name or ID of the container.' },
  argv: { type: 'list', elements: 'str', doc: 'The program and its arguments, as a list.' },
  command: { type: 'str', doc: 'The program and its arguments, split as a shell would.' },
  chdir: { type: 'str', doc: 'The directory in the container to run the program in.' },
  detach: { type: 'bool', default: false, doc: 'Do not wait for the program to end.' },
  user: { type: 'str', doc: 'The user in the container to run the program as: a name or ID, possibly with a group.' },
  stdin: { type: 'str', doc: 'Standard input for the program.' },
  ...streams,
  tty: { type: 'bool', default: false, doc: 'Allocate a terminal.' },
  env: { type: 'dict', doc: 'Variables for the program.' },
  ...dockerParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.docker.docker_container_exec',
  summary: 'Run a program in a running Docker container.',
  description:
    'Needs the `docker` client on the host. It runs the program every time. A check does not run it, but reports if the container does not run.',
  params,
  acts: true,
  rules: { mutuallyExclusive: [['argv', 'command']], requiredOneOf: [['argv', 'command']] },
  ask: (task, context) => ({ container: inspect(engineOf(task, context), 'container', task.container) }),
  plan({ container }, task, context): Plan {
    const words = wordsOf(task);
    if (words === undefined) return { failed: `No closing quotation in: ${task.command}` };
    if (words.length === 0) return { failed: 'no command given' };
    if (task.detach && task.stdin !== undefined) return { failed: 'If detach=true, stdin cannot be provided.' };
    return planInside(container, engineOf(task, context), { ...task, words });
  },
  result: ({ params: task, replies: [reply] }) => insideResult(reply, task),
  returns: executionReturns,
  examples: [
    {
      title: 'Run a program in a container',
      yaml: 'docker_container_exec:\n  container: web\n  command: nginx -s reload',
      runs: { no: 'needs Docker' },
    },
    {
      title: 'Run a shell script in a container, as a user',
      yaml: 'community.docker.docker_container_exec:\n  container: app\n  argv: [/bin/sh, -c, "bin/migrate >>log"]\n  chdir: /srv/app\n  user: app\n  env:\n    STAGE: test',
      runs: { no: 'needs Docker' },
    },
  ],
});

const engineOf = (task: Task, { environment }: TaskContext) => dockerEngine(task, environment);

const wordsOf = ({ argv, command }: Task): readonly string[] | undefined => argv ?? splitWords(command ?? '');
