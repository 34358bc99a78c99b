import {
  defineTask,
  nothing,
  type Params,
  type Plan,
  type Question,
  type ShellAnswer,
  type TaskContext,
} from '../src/sdk.ts';
import { executionReturns } from './shared/commands/run-command.ts';
import { askCompose } from './shared/containers/compose-calls.ts';
import { composeComplaint } from './shared/containers/compose-events.ts';
import { projectRules } from './shared/containers/compose-params.ts';
import { programParams, programWords, wrongProgram } from './shared/containers/compose-programs.ts';
import { type Project, readProject } from './shared/containers/compose-project.ts';
import { dockerEngine } from './shared/containers/engine.ts';
import { type Inspected, inspect } from './shared/containers/inspect.ts';
import { textAt } from './shared/containers/json.ts';
import { insideResult, planInside } from './shared/containers/run-inside.ts';

const params = {
  index: { type: 'int', doc: 'Which container of the service, if it has several (default: the first).' },
  privileged: { type: 'bool', default: false, doc: 'Give the program all privileges.' },
  ...programParams,
} as const;

type Task = Params<typeof params>;

type Asking = { readonly project: Question<ShellAnswer> };

type More = { readonly container: Question<Inspected | undefined> };

export default defineTask({
  name: 'community.docker.docker_compose_v2_exec',
  summary: 'Run a program in a running container of a compose project.',
  description:
    'Needs the `docker` client and its compose plugin, 2.18 or newer, on the host. It runs the program every time. A check does not run it, but reports if the container does not run.',
  params,
  acts: true,
  rules: {
    ...projectRules,
    mutuallyExclusive: [...projectRules.mutuallyExclusive, ['argv', 'command']],
    requiredOneOf: [...projectRules.requiredOneOf, ['argv', 'command']],
  },
  ask: (task, context): Asking => ({ project: askCompose(task, context) }),
  thenAsk({ project }, task, context): More {
    const name = containerOf(project.code === 0 ? readProject(project.stdout) : undefined, task);
    return { container: name === undefined ? nothing() : inspect(engineOf(task, context), 'container', name) };
  },
  plan({ project, container }, task, context): Plan {
    if (project.code !== 0) return { failed: composeComplaint(project) };
    const now = readProject(project.stdout);
    const wrong = wrongProgram(task, now);
    if (wrong !== undefined) return { failed: wrong };
    const words = programWords(task) ?? [];
    if (words.length === 0) return { failed: 'no command given' };
    const name = containerOf(now, task);
    if (name === undefined || container === undefined)
      return {
        failed: `service "${task.service}" has no container${task.index === undefined ? '' : ` #${task.index}`}`,
      };
    return planInside(container, engineOf(task, context), { ...task, tty: false, container: name, words });
  },
  result: ({ params: task, replies: [reply] }) => insideResult(reply, task),
  returns: executionReturns,
  examples: [
    {
      title: 'Run a program in a container of a project',
      yaml: 'docker_compose_v2_exec:\n  project_src: /srv/shop\n  service: web\n  command: nginx -s reload',
      runs: { no: 'needs Docker and a project' },
    },
    {
      title: 'Run a shell script in the second container of a service',
      yaml: 'community.docker.docker_compose_v2_exec:\n  project_src: /srv/shop\n  service: app\n  index: 2\n  argv: [/bin/sh, -c, "bin/migrate >>log"]\n  user: app',
      runs: { no: 'needs Docker and a project' },
    },
  ],
});

const engineOf = (task: Task, { environment }: TaskContext) => dockerEngine(task, environment);

/** The container of a service: the given one, or the first that runs. */
function containerOf(project: Project | undefined, { service, index }: Task): string | undefined {
  const mine = (project?.containers ?? []).filter((one) => textAt(one, 'Service') === service);
  const number = (one: unknown) => Number(/container-number=(\d+)/.exec(textAt(one, 'Labels'))?.[1] ?? 1);
  const inOrder = mine.toSorted((a, b) => number(a) - number(b));
  const found =
    index === undefined
      ? (inOrder.find((one) => textAt(one, 'State') === 'running') ?? inOrder[0])
      : inOrder.find((one) => number(one) === index);
  return found === undefined ? undefined : textAt(found, 'Name');
}
