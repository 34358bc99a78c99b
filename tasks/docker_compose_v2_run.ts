import {
  anyCode,
  blurs,
  type Command,
  decodeText,
  defineTask,
  mayAlter,
  type Params,
  type Plan,
  type TaskContext,
  tidyPath,
} from '../src/sdk.ts';
import { executionResult, executionReturns, inputOf } from './shared/commands/run-command.ts';
import { askCompose, callService } from './shared/containers/compose-calls.ts';
import { composeComplaint } from './shared/containers/compose-events.ts';
import { projectRules } from './shared/containers/compose-params.ts';
import { programParams, programWords, wrongProgram } from './shared/containers/compose-programs.ts';
import { readProject } from './shared/containers/compose-project.ts';
import { textEntries } from './shared/containers/json.ts';

const params = {
  build: { type: 'bool', default: false, doc: 'Build the image first.' },
  cap_add: { type: 'list', elements: 'str', doc: 'Capabilities to add.' },
  cap_drop: { type: 'list', elements: 'str', doc: 'Capabilities to drop.' },
  entrypoint: { type: 'str', doc: "The entrypoint, instead of the image's." },
  interactive: { type: 'bool', default: true, doc: 'Leave standard input open.' },
  labels: { type: 'list', elements: 'str', doc: 'Labels of the container, such as `kind=job`.' },
  name: { type: 'str', doc: 'The name of the container.' },
  no_deps: { type: 'bool', default: false, doc: 'Do not start the services that this one depends on.' },
  publish: { type: 'list', elements: 'str', doc: 'Ports of the container to publish on the host.' },
  quiet_pull: { type: 'bool', default: false, doc: 'Do not tell about the progress of pulling.' },
  remove_orphans: {
    type: 'bool',
    default: false,
    doc: 'Remove containers of services that are no longer in the files.',
  },
  cleanup: { type: 'bool', default: false, doc: 'Remove the container once the program has ended.' },
  service_ports: { type: 'bool', default: false, doc: 'Publish the ports of the service.' },
  use_aliases: { type: 'bool', default: false, doc: 'Give the container the names of the service in its networks.' },
  volumes: { type: 'list', elements: 'str', doc: 'Directories of the host or volumes to mount.' },
  ...programParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.docker.docker_compose_v2_run',
  summary: 'Run a program in a new container for a service of a compose project.',
  description:
    'Needs the `docker` client and its compose plugin, 2.18 or newer, on the host. It runs the program every time; a check does not.',
  params,
  acts: true,
  rules: {
    ...projectRules,
    mutuallyExclusive: [
      ...projectRules.mutuallyExclusive,
      ['argv', 'command'],
      // The client reads the definition from its standard input.
      ['definition', 'stdin'],
    ],
  },
  ask: (task, context) => ({ project: askCompose(task, context) }),
  plan({ project }, task, context): Plan {
    if (project.code !== 0) return { failed: composeComplaint(project) };
    const now = readProject(project.stdout);
    const wrong = wrongProgram(task, now);
    if (wrong !== undefined) return { failed: wrong };
    const words = programWords(task) ?? [];
    const mounted = (task.volumes ?? []).flatMap((text) => (text.startsWith('/') ? [text.split(':')[0] ?? ''] : []));
    return {
      changes: [
        {
          what: `command for service ${task.service}`,
          from: '',
          to: words.join(' ') || 'its own',
          commands: [running(task, words, context)],
          effects: [
            blurs('engine:*'),
            mayAlter('network:', ...[...now.sources, ...mounted].map((source) => `path:${tidyPath(source)}`)),
          ],
        },
      ],
    };
  },
  result({ params: task, replies: [reply] }) {
    if (reply === undefined) return {};
    if (!task.detach || reply.code !== 0) return executionResult(reply, task.strip_empty_ends);
    return { changed: true, container_id: decodeText(reply.stdout).trim() };
  },
  returns: { ...executionReturns, container_id: 'The container, with `detach`.' },
  examples: [
    {
      title: 'Run a program in a container of its own',
      yaml: 'docker_compose_v2_run:\n  project_src: /srv/shop\n  service: app\n  command: bin/migrate\n  cleanup: true',
      runs: { no: 'needs Docker and a project' },
    },
    {
      title: 'Start a container in the background',
      yaml: 'community.docker.docker_compose_v2_run:\n  project_src: /srv/shop\n  service: app\n  argv: [bin/worker, --queue, mail]\n  name: mailer\n  detach: true',
      runs: { no: 'needs Docker and a project' },
    },
  ],
});

function running(task: Task, words: readonly string[], context: TaskContext): Command {
  const flag = (name: string, isSet: boolean) => (isSet ? [name] : []);
  const option = (name: string, value: string | undefined) => (value === undefined ? [] : [name, value]);
  const list = (name: string, values: readonly string[] | undefined) => (values ?? []).flatMap((one) => [name, one]);
  const variables = textEntries(task.env);
  const call = [
    'run',
    ...flag('--build', task.build),
    ...list('--cap-add', task.cap_add),
    ...list('--cap-drop', task.cap_drop),
    ...option('--entrypoint', task.entrypoint),
    ...flag('--interactive=false', !task.interactive),
    ...list('--label', task.labels),
    ...option('--name', task.name),
    ...flag('--no-deps', task.no_deps),
    ...list('--publish', task.publish),
    ...flag('--quiet-pull', task.quiet_pull),
    ...flag('--remove-orphans', task.remove_orphans),
    ...flag('--rm', task.cleanup),
    ...flag('--service-ports', task.service_ports),
    ...flag('--use-aliases', task.use_aliases),
    ...list('--volume', task.volumes),
    ...option('--workdir', task.chdir),
    ...flag('--detach', task.detach),
    ...option('--user', task.user),
    '--no-TTY',
    ...variables.flatMap(([name]) => ['--env', name]),
    task.service,
    ...words,
  ];
  return {
    ...callService(task, context, call, variables),
    stdin: task.definition === undefined ? inputOf(task) : JSON.stringify(task.definition),
    shown: `docker compose run ${task.service} ${words.join(' ')}`.trim(),
    long: true,
    // The exit code is part of the result, because `failed_when` may accept it.
    accepts: anyCode,
  };
}
