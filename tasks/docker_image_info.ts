import {
  defineTask,
  each,
  nothing,
  type Params,
  type Question,
  type ShellAnswer,
  script,
  type TaskContext,
  together,
} from '../src/sdk.ts';
import { askEngine } from './shared/containers/ask-engine.ts';
import { dockerEngine, dockerParams, engineComplaint } from './shared/containers/engine.ts';
import { imageReference } from './shared/containers/image-name.ts';
import { type Inspected, inspect } from './shared/containers/inspect.ts';

const params = {
  name: { type: 'list', elements: 'str', doc: 'Names or IDs of images (default: all images).' },
  ...dockerParams,
} as const;

type Task = Params<typeof params>;

type Asking = { readonly all: Question<ShellAnswer | undefined> } & Readonly<
  Record<`image ${string}`, Question<Inspected>>
>;

export default defineTask({
  name: 'community.docker.docker_image_info',
  summary: 'Tell about container images on a host.',
  description: 'Needs the `docker` client on the host. Images that do not exist are left out.',
  params,
  looks: () => true,
  ask: (task, context): Asking =>
    together(
      { all: task.name === undefined ? everything(task, context) : nothing() },
      each('image', task.name ?? [], (name) => inspect(engineOf(task, context), 'image', nameOf(name))),
    ),
  plan: ({ all }) =>
    all !== undefined && all.code !== 0 ? { failed: engineComplaint(all.stderr, all.code) } : { changes: [] },
  result: ({ params: { name }, state }) => ({
    images:
      name === undefined
        ? (JSON.parse(state.all?.stdout.trim() || '[]') as readonly unknown[])
        : name.flatMap((one) => state[`image ${one}`] ?? []),
  }),
  returns: { images: 'What `docker image inspect` tells about each image.' },
  examples: [
    {
      title: 'Tell about two images',
      yaml: 'docker_image_info:\n  name: [debian:12, nginx]\nregister: images',
      runs: { no: 'needs Docker' },
    },
    {
      title: 'Tell about all images',
      yaml: 'community.docker.docker_image_info:\nregister: images',
      runs: { no: 'needs Docker' },
    },
  ],
});

const engineOf = (task: Task, { environment }: TaskContext) => dockerEngine(task, environment);

/** An ID, also a short one, has no tag. */
const nameOf = (name: string): string => (/^(?:sha256:)?[0-9a-f]{12,64}$/.test(name) ? name : imageReference(name));

const everything = (task: Task, context: TaskContext) =>
  askEngine(
    engineOf(task, context),
    script`ids=$(_engine image ls --quiet --no-trunc) || exit
[ -z "$ids" ] || _engine image inspect -- $(printf '%s\n' "$ids" | sort -u)`,
    { about: ['engine:image/*'] },
  );
