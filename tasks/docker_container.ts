import {
  type Content,
  content,
  decodeText,
  defineTask,
  each,
  nothing,
  type Plan,
  type Question,
  type ShellAnswer,
  together,
} from '../src/sdk.ts';
import { containerEngine } from './shared/containers/container-command.ts';
import { missingForContainer, wrongParameter } from './shared/containers/container-errors.ts';
import { imageOf, imagePlan, pullPolicy } from './shared/containers/container-image.ts';
import { containerRemoval, lifecycleChanges } from './shared/containers/container-lifecycle.ts';
import { sharedContainers } from './shared/containers/container-options.ts';
import { type ContainerTask, containerParams } from './shared/containers/container-params.ts';
import type { Situation } from './shared/containers/container-situation.ts';
import { containerCreation } from './shared/containers/create-container.ts';
import { differencesOf } from './shared/containers/differing-container.ts';
import { isImageId } from './shared/containers/image-name.ts';
import { type Inspected, inspect } from './shared/containers/inspect.ts';
import { partly, textAt } from './shared/containers/json.ts';
import { offered } from './shared/containers/offered-image.ts';
import { containerUpdates, isUpdatable } from './shared/containers/update-container.ts';
import { jsonAt } from './shared/json.ts';

type Asking = {
  readonly container: Question<Inspected>;
  readonly image: Question<Inspected | undefined>;
  readonly file: Question<Content | undefined>;
  readonly offer: Question<ShellAnswer | undefined>;
} & Readonly<Record<`network ${string}`, Question<Inspected>>> &
  Readonly<Record<`shared ${string}`, Question<Inspected>>>;

type More = { readonly current: Question<Inspected | undefined> };

export default defineTask({
  name: 'community.docker.docker_container',
  summary: 'Manage a Docker container.',
  description:
    'Needs the `docker` client on the host. Options that are given are compared with the container; if one differs, the container is updated if the engine can do that, and otherwise removed and created again. Values of variables are sent to the client through a pipe. The client has one word for `entrypoint`: its other words become the start of the command, which makes no difference to what is run.',
  params: containerParams,
  prepare: (given): ContainerTask => {
    if (given.container_default_behavior === 'no_defaults') return given;
    const otherwise = {
      auto_remove: false,
      init: false,
      interactive: false,
      paused: false,
      privileged: false,
      read_only: false,
      tty: false,
    };
    const added = Object.entries(otherwise).filter(([name]) => Reflect.get(given, name) === undefined);
    return { ...given, ...Object.fromEntries(added) };
  },
  ask: (task, context): Asking => {
    const engine = containerEngine(task, context);
    const asks = task.state !== 'absent';
    const reference = imageOf(task);
    return together(
      {
        container: inspect(engine, 'container', task.name),
        image: asks && reference !== undefined ? inspect(engine, 'image', reference) : nothing(),
        file: asks && task.env_file !== undefined ? content(task.env_file) : nothing(),
        offer:
          asks && context.check && reference !== undefined && pullPolicy(task) === 'always' && !isImageId(reference)
            ? offered(engine, reference, task.platform)
            : nothing(),
      },
      each('network', asks ? (task.networks ?? []).map(({ name }) => name) : [], (name) =>
        inspect(engine, 'network', name),
      ),
      each('shared', asks ? sharedContainers(task) : [], (name) => inspect(engine, 'container', name)),
    );
  },
  thenAsk: ({ container }, task, context): More => {
    const id = textAt(container, 'Image');
    const asks = task.image_comparison === 'current-image' && task.state !== 'absent' && id !== '';
    return { current: asks ? inspect(containerEngine(task, context), 'image', id) : nothing() };
  },
  plan(state, task, context): Plan {
    const { container } = state;
    if (task.state === 'absent')
      return { changes: container === null ? [] : [containerRemoval(task, container, context)] };
    const wrong = wrongParameter(task) ?? missingForContainer(state, task);
    if (wrong !== undefined) return { failed: wrong };
    const image = imagePlan(state, task, context);
    if ('plan' in image) return image.plan;
    const { pulled, now } = image;
    const differences = differencesOf(state, task, now);
    if (differences === undefined)
      return { unknown: 'an earlier task would create this container with other options, and they are not known yet' };
    const situation: Situation = { state, task, context, image: now, differences };
    const changes = [
      ...pulled,
      ...(container !== null && isUpdatable(differences)
        ? [...containerUpdates(situation), ...lifecycleChanges(situation)]
        : containerCreation(situation)),
    ];
    return changes.length === 0 ? afterStart(container, task) : { changes };
  },
  result({ params: task, state: { container }, changes, replies, context }) {
    if (task.state === 'absent') return {};
    const reply = replies.at(-1);
    const output = task.detach || reply === undefined ? {} : { Output: decodeText(reply.stdout) };
    if (container === null) return { container: output };
    if (context.check && changes.length > 0) return { container: partly({ Name: `/${task.name}` }, UNSURE) };
    return { container: { ...container, ...output } };
  },
  returns: { container: 'What `docker container inspect` tells about the container.' },
  examples: [
    {
      title: 'Run a web server, and create it again if its image or an option is another one',
      yaml: 'docker_container:\n  name: web\n  image: nginx:1.27\n  published_ports: ["80:80"]\n  volumes: ["/srv/www:/usr/share/nginx/html:ro"]\n  restart_policy: unless-stopped',
      runs: { no: 'needs Docker' },
    },
    {
      title: 'Run a program once, and remove its container',
      yaml: 'community.docker.docker_container:\n  name: migration\n  image: registry.example.org/team/app:v1.4\n  command: [bin/migrate, --all]\n  env:\n    STAGE: test\n  networks:\n    - name: backend\n  detach: false\n  cleanup: true',
      runs: { no: 'needs Docker' },
    },
  ],
});

/** What is known about a container only after it has been created or changed. */
const UNSURE = [
  'Id',
  'State',
  'Config',
  'HostConfig',
  'NetworkSettings',
  'Mounts',
  'Image',
  'Created',
  'Platform',
  'Driver',
  'Path',
  'Args',
  'RestartCount',
  'LogPath',
  'GraphDriver',
];

/** Whether a container that should be healthy is. */
function afterStart(container: Inspected, task: ContainerTask): Plan {
  if (task.state !== 'healthy' || jsonAt(container, 'Foreseen') !== undefined) return { changes: [] };
  const health = textAt(container, 'State', 'Health', 'Status');
  if (health === '') return { failed: `Container ${task.name} has no health check, so it cannot become healthy` };
  if (health === 'healthy') return { changes: [] };
  const failed = `Timeout of ${task.healthy_wait_timeout} seconds exceeded while waiting for container ${task.name} to be healthy: it is ${health}`;
  const limit = task.healthy_wait_timeout > 0 ? task.healthy_wait_timeout * 1000 : Number.MAX_SAFE_INTEGER;
  return { wait: { againMs: 1000, deadlineMs: limit, failed } };
}
