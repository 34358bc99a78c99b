import {
  blurs,
  defineTask,
  each,
  type Params,
  type PathState,
  type Plan,
  parentOf,
  type Question,
  sh,
  stat,
  type TaskContext,
  tidyPath,
  together,
} from '../src/sdk.ts';
import { withEngine } from './shared/containers/engine.ts';
import { type Inspected, inspect } from './shared/containers/inspect.ts';
import { podmanEngine, podmanParams } from './shared/containers/podman.ts';

const params = {
  image: {
    type: 'list',
    elements: 'str',
    required: true,
    doc: 'The image, and further names or images to save with it.',
  },
  dest: { type: 'str', required: true, aliases: ['path'], doc: 'The archive or directory on the host.' },
  format: {
    type: 'str',
    choices: ['docker-archive', 'oci-archive', 'oci-dir', 'docker-dir'],
    doc: 'The format (default: `docker-archive`).',
  },
  multi_image_archive: { type: 'bool', doc: 'The further names are those of images, not of this one.' },
  compress: { type: 'bool', doc: 'Compress layers in a directory.' },
  force: { type: 'bool', default: true, doc: 'Write it every time, even if it exists.' },
  ...podmanParams,
} as const;

type Task = Params<typeof params>;

type Asking = { readonly file: Question<PathState>; readonly parent: Question<PathState> } & Readonly<
  Record<`image ${string}`, Question<Inspected>>
>;

export default defineTask({
  name: 'containers.podman.podman_save',
  summary: 'Write container images of Podman to an archive.',
  description:
    'Needs the `podman` client on the host. It writes the archive every time, unless it exists and `force` is false.',
  params,
  ask: (task, context): Asking =>
    together(
      { file: stat(task.dest), parent: stat(parentOf(task.dest)) },
      each('image', imagesOf(task), (name) => inspect(engineOf(task, context), 'image', name)),
    ),
  plan(state, task, context): Plan {
    const { file, parent } = state;
    if (file.exists && !task.force) return { changes: [] };
    const missing = imagesOf(task).find((name) => (state[`image ${name}`] ?? null) === null);
    if (missing !== undefined) return { failed: `Error saving ${missing}: image not known` };
    if (!parent.exists) return { failed: `the directory ${parentOf(task.dest)} does not exist` };
    const words = [
      ...(task.compress === true ? ['--compress'] : []),
      ...(task.format === undefined ? [] : ['--format', task.format]),
      ...(task.multi_image_archive === true ? ['--multi-image-archive'] : []),
    ];
    return {
      changes: [
        {
          what: task.dest,
          from: file.exists ? 'present' : null,
          to: `image ${task.image.join(', ')}`,
          commands: [
            {
              // Podman does not replace what is there.
              ...sh`${withEngine(engineOf(task, context))}
rm -rf -- ${task.dest} && _engine save --quiet ${words} --output ${task.dest} -- ${task.image} >/dev/null`,
              shown: `podman save --output ${task.dest} ${task.image.join(' ')}`,
              long: true,
            },
          ],
          effects: [blurs(`path:${tidyPath(task.dest)}`)],
          ...(task.force && { repeats: true as const }),
        },
      ],
    };
  },
  examples: [
    {
      title: 'Write an image to an archive',
      yaml: 'podman_save:\n  image: [shop:v1.4]\n  dest: /srv/shop.tar',
      runs: { no: 'needs Podman and an image' },
    },
    {
      title: 'Write two images to an archive, unless it exists',
      yaml: 'containers.podman.podman_save:\n  image: [shop:v1.4, base:stable]\n  multi_image_archive: true\n  dest: /srv/images.tar\n  force: false',
      runs: { no: 'needs Podman and images' },
    },
  ],
});

const engineOf = (task: Task, { environment }: TaskContext) => podmanEngine(task, environment);

/** The images that must exist. */
const imagesOf = ({ image, multi_image_archive }: Task): readonly string[] =>
  multi_image_archive === true ? image : image.slice(0, 1);
