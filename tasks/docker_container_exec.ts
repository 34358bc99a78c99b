import {
  anyCode,
  type Change,
  type Command,
  defineTask,
  mayAlter,
  type Params,
  type Plan,
  script,
  sh,
  splitWords,
  type TaskContext,
} from '../src/sdk.ts';
import { executionResult, executionReturns, inputOf, streams } from './shared/commands/run-command.ts';
import { clientEnvironment } from './shared/containers/client-environment.ts';
import { dockerEngine, dockerParams, withEngine } from './shared/containers/engine.ts';
import { engineObject, type Inspected, inspect } from './shared/containers/inspect.ts';
import { textAt, textEntries } from './shared/containers/json.ts';
import { jsonAt, listInside } from './shared/json.ts';

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
    const refused = whyNot(container, task);
    if (refused !== undefined) return { failed: refused };
    const change: Change = {
      what: `command in container ${task.container}`,
      from: '',
      to: words.join(' '),
      commands: [execution(task, words, context)],
      effects: [mayAlter(engineObject('container', '*'), 'network:', ...sourcesOf(container))],
    };
    return { changes: [change] };
  },
  result({ params: task, replies: [reply] }) {
    if (reply === undefined) return {};
    if (task.detach && reply.code === 0) return { changed: true };
    return executionResult(reply, task.strip_empty_ends);
  },
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

function whyNot(container: Inspected, { container: name }: Task): string | undefined {
  if (container === null) return `Could not find container "${name}"`;
  if (jsonAt(container, 'State', 'Paused') === true) return `Container "${name}" is paused`;
  const isRunning = jsonAt(container, 'State', 'Running') === true;
  return isRunning ? undefined : `Container "${name}" is not running: it is ${textAt(container, 'State', 'Status')}`;
}

/** The subjects for the directories and files of the host that a container may write to. */
const sourcesOf = (container: Inspected): readonly string[] =>
  listInside(container, 'Mounts').flatMap((mount) =>
    jsonAt(mount, 'RW') === true ? [`path:${textAt(mount, 'Source')}`] : [],
  );

function execution(task: Task, words: readonly string[], context: TaskContext): Command {
  const option = (name: string, value: string | undefined) => (value === undefined ? [] : [name, value]);
  const { options, wrap } = clientEnvironment(textEntries(task.env));
  const call = script`_engine exec ${[
    ...(task.detach ? ['--detach'] : []),
    ...(task.stdin === undefined ? [] : ['--interactive']),
    ...(task.tty ? ['--tty'] : []),
    ...option('--user', task.user),
    ...option('--workdir', task.chdir),
    ...options,
  ]} -- ${task.container} ${words}`;
  const stdin = inputOf(task);
  return {
    ...sh`${withEngine(engineOf(task, context))}
${wrap(call)}`,
    stdin,
    shown: `docker exec ${task.container} ${words.join(' ')}`,
    long: true,
    // The exit code is part of the result, because `failed_when` may accept it.
    accepts: anyCode,
  };
}
