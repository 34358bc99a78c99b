import {
  decodeText,
  defineTask,
  mayAlter,
  type Params,
  type Plan,
  predicts,
  sh,
  type TaskContext,
  type TaskResult,
} from '../src/sdk.ts';
import { dockerEngine, dockerParams, withEngine } from './shared/containers/engine.ts';
import { imageReference, isImageId, shortImageId } from './shared/containers/image-name.ts';
import { engineObject, type Inspected, inspect } from './shared/containers/inspect.ts';
import { textAt } from './shared/containers/json.ts';
import { isForeseen } from './shared/containers/pulled-image.ts';
import { listInside } from './shared/json.ts';

const params = {
  name: { type: 'str', required: true, doc: 'The image, possibly with a registry and a tag, or its ID.' },
  tag: { type: 'str', default: 'latest', doc: 'The tag, unless `name` contains one.' },
  force: {
    type: 'bool',
    default: false,
    doc: 'Remove the image even if it has other names or containers that do not run.',
  },
  prune: { type: 'bool', default: true, doc: 'Also remove the images without a name that it is based on.' },
  ...dockerParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.docker.docker_image_remove',
  summary: 'Remove a container image, or one of its names.',
  description: 'Needs the `docker` client on the host. The image itself is removed with its last name.',
  params,
  ask: (task, context) => ({ image: inspect(engineOf(task, context), 'image', referenceOf(task)) }),
  plan({ image }, task, context): Plan {
    if (image === null) return { changes: [] };
    const engine = engineOf(task, context);
    const { untagged, deleted } = removed(image, task);
    const gone = [...new Set([referenceOf(task), ...(deleted.length > 0 ? [textAt(image, 'Id'), ...untagged] : [])])];
    const names = (key: string) => listInside(image, key).filter((name) => !untagged.includes(String(name)));
    const kept = { ...image, RepoTags: names('RepoTags'), RepoDigests: names('RepoDigests') };
    const others = deleted.length > 0 ? [] : [textAt(image, 'Id'), ...kept.RepoTags.map(String)];
    return {
      changes: [
        {
          what: `image ${referenceOf(task)}`,
          from: isForeseen(image) ? 'present' : shortImageId(textAt(image, 'Id')),
          to: null,
          commands: [
            sh`${withEngine(engine)}
_engine image rm ${task.force ? ['--force'] : []} ${task.prune ? [] : ['--no-prune']} -- ${referenceOf(task)}`,
          ],
          effects: [
            ...gone.map((name) => predicts(inspect(engine, 'image', name), null)),
            ...others.map((name) => predicts(inspect(engine, 'image', name), kept)),
            ...(deleted.length > 0 ? [mayAlter(engineObject('image', '*'))] : []),
          ],
        },
      ],
    };
  },
  result({ params: task, before: { image }, replies: [reply] }): TaskResult {
    if (image === null) return { image: {}, actions: [], deleted: [], untagged: [] };
    const lines = decodeText(reply?.stdout ?? new Uint8Array()).split('\n');
    const named = (word: string) => lines.flatMap((line) => (line.startsWith(word) ? [line.slice(word.length)] : []));
    return {
      image,
      actions: [`Removed image ${referenceOf(task)}`],
      ...(reply === undefined
        ? removed(image, task)
        : { deleted: named('Deleted: ').toSorted(), untagged: named('Untagged: ').toSorted() }),
    };
  },
  returns: {
    image: 'What `docker image inspect` told about the image; empty if there was none.',
    actions: 'What was done, in words.',
    deleted: 'The IDs of the images and layers that were removed. A check does not know the layers.',
    untagged: 'The names and digests that were removed.',
  },
  examples: [
    {
      title: 'Remove an image',
      yaml: 'docker_image_remove:\n  name: shop\n  tag: v1.3',
      runs: { no: 'needs Docker' },
    },
    {
      title: 'Remove an image with all its names',
      yaml: 'community.docker.docker_image_remove:\n  name: sha256:e004c2cc521c95383aebb1fb5893719aa7a8eae2e7a71f316a4410784edb00a9\n  force: true',
      runs: { no: 'needs Docker' },
    },
  ],
});

const engineOf = (task: Task, { environment }: TaskContext) => dockerEngine(task, environment);

const referenceOf = ({ name, tag }: Task): string => imageReference(name, tag);

/** What will be removed, as far as it is known: the image itself goes with its last name. */
function removed(image: NonNullable<Inspected>, task: Task) {
  const tags = listInside(image, 'RepoTags').map(String);
  const digests = listInside(image, 'RepoDigests').map(String);
  const reference = referenceOf(task);
  const others = tags.filter((tag) => tag !== reference);
  const isLast = isImageId(task.name) || others.length === 0;
  if (isLast) return { untagged: [...new Set([...tags, ...digests])].toSorted(), deleted: [textAt(image, 'Id')] };
  const repository = reference.replace(/:[^/]*$/, '');
  const isUsed = others.some((tag) => tag.replace(/:[^/]*$/, '') === repository);
  const gone = isUsed ? [] : digests.filter((digest) => digest.startsWith(`${repository}@`));
  return { untagged: [reference, ...gone].toSorted(), deleted: [] };
}
