import {
  blurs,
  defineTask,
  each,
  type Params,
  type PathState,
  type Plan,
  parentOf,
  predicts,
  type Question,
  type ShellAnswer,
  sh,
  stat,
  type TaskContext,
  tidyPath,
  together,
} from '../src/sdk.ts';
import { dockerEngine, dockerParams, withEngine } from './shared/containers/engine.ts';
import { archivedImages, archiveOf, askArchivedImages } from './shared/containers/image-archive.ts';
import { imageReference, isImageId } from './shared/containers/image-name.ts';
import { type Inspected, inspect } from './shared/containers/inspect.ts';
import { textAt } from './shared/containers/json.ts';

const params = {
  names: {
    type: 'list',
    elements: 'str',
    required: true,
    aliases: ['name'],
    doc: 'The images, possibly with a registry and a tag, or their IDs.',
  },
  tag: { type: 'str', default: 'latest', doc: 'The tag of names that contain none.' },
  path: { type: 'path', doc: 'The archive on the host, a `.tar` file.', required: true },
  force: {
    type: 'bool',
    default: false,
    doc: 'Write the archive every time, even if it contains the right images.',
  },
  platform: { type: 'str', doc: 'The platform of the images, for example `linux/arm64`; needs Docker 28 or newer.' },
  ...dockerParams,
} as const;

type Task = Params<typeof params>;

type Asking = {
  readonly manifest: Question<ShellAnswer>;
  readonly file: Question<PathState>;
  readonly parent: Question<PathState>;
} & Readonly<Record<`image ${string}`, Question<Inspected>>>;

export default defineTask({
  name: 'community.docker.docker_image_export',
  summary: 'Write container images to an archive.',
  description:
    'Needs the `docker` client on the host. An archive that contains exactly these images under these names is kept.',
  params,
  ask: (task, context): Asking =>
    together(
      { manifest: askArchivedImages(task.path), file: stat(task.path), parent: stat(parentOf(task.path)) },
      each('image', referencesOf(task), (name) => inspect(engineOf(task, context), 'image', name)),
    ),
  plan(state, task, context): Plan {
    const references = referencesOf(task);
    if (references.length === 0) return { failed: 'At least one image name must be specified' };
    const missing = references.find((name) => (state[`image ${name}`] ?? null) === null);
    if (missing !== undefined) return { failed: `Image ${missing} not found` };
    if (!state.parent.exists) return { failed: `the directory ${parentOf(task.path)} does not exist` };
    const wanted = references.map((name) => ({
      id: textAt(state[`image ${name}`] ?? null, 'Id'),
      tags: isImageId(name) ? [] : [name],
    }));
    const why = whyExported(state.manifest, wanted, task, state.file.exists);
    if (why === undefined) return { changes: [] };
    return {
      changes: [
        {
          what: task.path,
          from: state.file.exists ? why : null,
          to: `image${references.length === 1 ? '' : 's'} ${references.join(', ')}`,
          commands: [
            {
              ...sh`${withEngine(engineOf(task, context))}
_engine image save --output ${task.path} ${task.platform === undefined ? [] : ['--platform', task.platform]} -- ${references}`,
              shown: `docker image save --output ${task.path} ${references.join(' ')}`,
              long: true,
            },
          ],
          effects: [
            predicts(askArchivedImages(task.path), archiveOf(merged(wanted))),
            blurs(`path:${tidyPath(task.path)}`),
          ],
          ...(task.force && { repeats: true as const }),
        },
      ],
    };
  },
  result: ({ params: task, before }) => ({
    images: referencesOf(task).flatMap((name) => before[`image ${name}`] ?? []),
  }),
  returns: { images: 'What `docker image inspect` tells about each image.' },
  examples: [
    {
      title: 'Write an image to an archive',
      yaml: 'docker_image_export:\n  name: shop\n  tag: v1.4\n  path: /srv/shop.tar',
      runs: { no: 'needs Docker and an image' },
    },
    {
      title: 'Write two images to an archive',
      yaml: 'community.docker.docker_image_export:\n  names: [debian:12, registry.example.org/team/shop:v1.4]\n  path: /srv/images.tar',
      runs: { no: 'needs Docker and images' },
    },
  ],
});

const engineOf = (task: Task, { environment }: TaskContext) => dockerEngine(task, environment);

const referencesOf = ({ names, tag }: Task): readonly string[] => names.map((name) => imageReference(name, tag));

type Images = ReturnType<typeof archivedImages>;

/** The same, with each image once. */
const merged = (images: Images): Images =>
  [...new Set(images.map(({ id }) => id))].map((id) => ({
    id,
    tags: [...new Set(images.filter((one) => one.id === id).flatMap(({ tags }) => tags))],
  }));

/** Why the archive is written, in a word for what it is now; undefined if it is as it should be. */
function whyExported(manifest: ShellAnswer, wanted: Images, { force }: Task, exists: boolean): string | undefined {
  if (!exists) return '';
  const there = archivedImages(manifest);
  if (there.length === 0) return 'not an archive of images';
  const key = (images: Images) =>
    JSON.stringify(
      merged(images)
        .map(({ id, tags }) => [id, tags.toSorted()])
        .toSorted(),
    );
  if (key(there) !== key(wanted)) return 'other images';
  return force ? 'the same images' : undefined;
}
