import {
  blurs,
  type Change,
  defineTask,
  each,
  type Params,
  type Plan,
  predicts,
  type Question,
  sh,
  type TaskContext,
  together,
} from '../src/sdk.ts';
import { dockerEngine, dockerParams, withEngine } from './shared/containers/engine.ts';
import { imageReference, shortImageId } from './shared/containers/image-name.ts';
import { engineObject, type Inspected, inspect } from './shared/containers/inspect.ts';
import { textAt } from './shared/containers/json.ts';
import { isForeseen } from './shared/containers/pulled-image.ts';
import { listInside } from './shared/json.ts';

const params = {
  name: { type: 'str', required: true, doc: 'The image, possibly with a registry and a tag, or its ID.' },
  tag: { type: 'str', default: 'latest', doc: 'The tag, unless `name` contains one.' },
  repository: {
    type: 'list',
    elements: 'str',
    required: true,
    doc: 'The new names, possibly with a registry and a tag; without one, they get the one in `tag`.',
  },
  existing_images: {
    type: 'str',
    default: 'overwrite',
    choices: ['keep', 'overwrite'],
    doc: 'What happens to a new name that another image has: it gets the name of this image, or it keeps it.',
  },
  ...dockerParams,
} as const;

type Task = Params<typeof params>;

type Asking = { readonly image: Question<Inspected> } & Readonly<Record<`as ${string}`, Question<Inspected>>>;

export default defineTask({
  name: 'community.docker.docker_image_tag',
  summary: 'Give a container image further names.',
  description: 'Needs the `docker` client on the host.',
  params,
  ask: (task, context): Asking =>
    together(
      { image: inspect(engineOf(task, context), 'image', imageReference(task.name, task.tag)) },
      each('as', namesOf(task), (name) => inspect(engineOf(task, context), 'image', name)),
    ),
  plan(state, task, context): Plan {
    const { image } = state;
    const wrong = namesOf(task).find((name) => name.includes('@'));
    if (wrong !== undefined) return { failed: `repository must not have a digest; got: ${wrong}` };
    if (image === null) return { failed: `Cannot find image ${imageReference(task.name, task.tag)}` };
    const missing = namesOf(task).filter((name) => {
      const other = state[`as ${name}`] ?? null;
      return other === null || (task.existing_images === 'overwrite' && textAt(other, 'Id') !== textAt(image, 'Id'));
    });
    if (context.check && isForeseen(image) && namesOf(task).some((name) => (state[`as ${name}`] ?? null) !== null))
      return { unknown: 'which image this is depends on an earlier task' };
    return { changes: missing.map((name) => tagging(name, image, state[`as ${name}`] ?? null, task, context)) };
  },
  result: ({ before: { image }, changes }) => ({
    image: image ?? {},
    tagged_images: changes.map(({ what }) => what.replace(/^image /, '')),
  }),
  returns: {
    image: 'What `docker image inspect` tells about the image.',
    tagged_images: 'The names that the image got.',
  },
  examples: [
    {
      title: 'Give an image another name',
      yaml: 'docker_image_tag:\n  name: shop\n  repository: [registry.example.org/team/shop:v1.4]',
      runs: { no: 'needs Docker and an image' },
    },
    {
      title: 'Give an image two names, unless other images have them',
      yaml: 'community.docker.docker_image_tag:\n  name: debian:12\n  repository: [base:stable, base:bookworm]\n  existing_images: keep',
      runs: { no: 'needs Docker and an image' },
    },
  ],
});

const engineOf = (task: Task, { environment }: TaskContext) => dockerEngine(task, environment);

const namesOf = ({ repository, tag }: Task): readonly string[] => [
  ...new Set(repository.map((name) => imageReference(name, tag))),
];

function tagging(
  name: string,
  image: NonNullable<Inspected>,
  other: Inspected,
  task: Task,
  context: TaskContext,
): Change {
  const engine = engineOf(task, context);
  const tags = [...listInside(image, 'RepoTags'), name];
  return {
    what: `image ${name}`,
    from: other === null ? null : shortImageId(textAt(other, 'Id')),
    to: shortImageId(textAt(image, 'Id')),
    commands: [
      sh`${withEngine(engine)}
_engine image tag -- ${imageReference(task.name, task.tag)} ${name}`,
    ],
    effects: [
      predicts(inspect(engine, 'image', name), { ...image, RepoTags: tags }),
      blurs(...(other === null ? [] : [engineObject('image', textAt(other, 'Id'))])),
    ],
  };
}
