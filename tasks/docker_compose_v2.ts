import {
  blurs,
  type Change,
  decodeText,
  defineTask,
  type Effect,
  mayAlter,
  type Plan,
  predicts,
  shellAnswer,
  type TaskContext,
  type TaskResult,
  tidyPath,
} from '../src/sdk.ts';
import { askProject, composeWords, execution } from './shared/containers/compose-calls.ts';
import {
  type ComposeEvent,
  composeComplaint,
  composeEvents,
  isChanging,
  toldEvents,
} from './shared/containers/compose-events.ts';
import { type ComposeTask, composeParams, projectRules } from './shared/containers/compose-params.ts';
import { type Project, readProject } from './shared/containers/compose-project.ts';
import { textAt } from './shared/containers/json.ts';

export default defineTask({
  name: 'community.docker.docker_compose_v2',
  summary: 'Manage the services of a compose project with `docker compose`.',
  description:
    'Needs the `docker` client and its compose plugin, 2.18 or newer, on the host. Compose itself tells what it would do (`--dry-run`). A check cannot know whether building, or pulling with `pull: always`, gives another image; it says so if nothing else would change.',
  params: composeParams,
  acts: true,
  rules: projectRules,
  ask: (task, context) => ({ project: askProject(task, context) }),
  plan({ project }, task, context): Plan {
    const wrong = Object.entries(task.scale ?? {}).find(([, value]) => !/^\d+$/.test(String(value)));
    if (wrong !== undefined)
      return { failed: `The value ${String(wrong[1])} for scale[${wrong[0]}] is not an integer` };
    if (project.code !== 0) return { failed: composeComplaint(project) };
    const now = readProject(project.stdout);
    // A real run may succeed where a dry one fails: the failure counts only in a check.
    if (now.failed && context.check) return { failed: composeComplaint({ code: 1, stderr: now.said }) };
    const events = [...composeEvents(now.said), ...expected(now, task)].filter(isTold(task));
    const changing = events.filter(isChanging);
    const mayRenew = task.pull === 'always' || composeEvents(now.said).some(({ status }) => status === 'Building');
    if (task.state === 'absent' || task.state === 'restarted' || !mayRenew) {
      if (events.length === 0 && !now.failed) return { changes: [] };
    } else if (context.check && !changing.some(({ status }) => status !== 'Recreate' && status !== 'Starting'))
      return { unknown: 'only building or pulling the images shows whether containers must be created again' };
    const effects = effectsOf(task, context, now);
    const changes = toldEvents(events).map(
      (one, index): Change => ({ ...one, commands: index === 0 ? [execution(task, context)] : [], effects }),
    );
    const whole: Change = {
      what: `project ${now.name}`,
      from: '',
      to: composeWords(task).at(-1)?.join(' ') ?? '',
      commands: [execution(task, context)],
      effects,
    };
    return { changes: changes.length === 0 ? [whole] : changes };
  },
  result({ params: task, before: { project }, replies: [reply], changes, context }) {
    if (changes.length === 0) return { ...told(readProject(project.stdout)), actions: [] };
    if (reply === undefined || context.check) return { actions: composeEvents(readProject(project.stdout).said) };
    const stderr = decodeText(reply.stderr);
    const events = composeEvents(stderr);
    if (reply.code !== 0)
      return {
        failed: true,
        changed: events.some(isChanging),
        msg: composeComplaint({ code: reply.code, stderr }),
        rc: reply.code,
        stderr,
        actions: events,
      };
    const stopped = readProject(project.stdout).containers.length > 0 && task.state === 'restarted';
    return {
      changed:
        events.some((one) => isChanging(one) || (!task.ignore_build_events && one.status === 'Building')) || stopped,
      ...told(readProject(decodeText(reply.stdout))),
      actions: events,
    };
  },
  returns: {
    containers: 'The containers of the project, as `docker compose ps` tells them.',
    images: 'The images of the project, as `docker compose images` tells them.',
    actions: 'What was done: a list of `what`, `id` and `status`.',
    rc: 'The exit code, if compose failed.',
    stderr: "Compose's stderr, if it failed.",
    msg: 'Why compose failed.',
  },
  examples: [
    {
      title: 'Run the services of a project',
      yaml: 'docker_compose_v2:\n  project_src: /srv/shop',
      runs: { no: 'needs Docker and a project' },
    },
    {
      title: 'Stop and remove a project with its volumes',
      yaml: 'community.docker.docker_compose_v2:\n  project_src: /srv/shop\n  state: absent\n  remove_volumes: true',
      runs: { no: 'needs Docker and a project' },
    },
  ],
});

const isTold =
  ({ ignore_build_events: ignores }: ComposeTask) =>
  (event: ComposeEvent): boolean =>
    isChanging(event) || (event.status === 'Building' && !ignores);

const told = ({ containers, images }: Project): TaskResult => ({ containers, images });

/** What compose does not tell in advance: which running containers it stops or restarts. */
function expected({ containers }: Project, { state, services }: ComposeTask): readonly ComposeEvent[] {
  const mine = containers.filter((one) => services.length === 0 || services.includes(textAt(one, 'Service')));
  const running = mine.filter((one) => textAt(one, 'State') === 'running');
  const each = (list: readonly unknown[], status: string) =>
    list.map((one) => ({ what: 'container', id: textAt(one, 'Name'), status }));
  if (state === 'restarted') return each(mine, 'Restarting');
  return state === 'stopped' ? each(running, 'Stopping') : [];
}

function effectsOf(task: ComposeTask, context: TaskContext, now: Project): readonly Effect[] {
  const done = JSON.stringify({ name: now.name });
  return [
    blurs('engine:*'),
    mayAlter('network:', ...now.sources.map((source) => `path:${tidyPath(source)}`)),
    ...(task.state === 'restarted' ? [] : [predicts(askProject(task, context), shellAnswer(done))]),
  ];
}
