import {
  anyCode,
  blurs,
  decodeText,
  defineTask,
  each,
  exists,
  type Params,
  type Plan,
  predicts,
  type Question,
  type ShellAnswer,
  sh,
  type TaskContext,
  together,
  withLacking,
} from '../src/sdk.ts';
import { dockerEngine, dockerParams, engineComplaint, withEngine } from './shared/containers/engine.ts';
import { archivedImages, askArchivedImages } from './shared/containers/image-archive.ts';
import { isImageId, shortImageId } from './shared/containers/image-name.ts';
import { engineObject, type Inspected, inspect } from './shared/containers/inspect.ts';
import { textAt } from './shared/containers/json.ts';

const params = {
  path: { type: 'path', required: true, doc: 'The archive on the host.' },
  ...dockerParams,
} as const;

type Task = Params<typeof params>;

type Asking = {
  readonly manifest: Question<ShellAnswer>;
  readonly isThere: Question<boolean>;
};

type More = Readonly<Record<`image ${string}`, Question<Inspected>>>;

export default defineTask({
  name: 'community.docker.docker_image_load',
  summary: 'Load container images from an archive.',
  description:
    'Needs the `docker` client on the host. If the host already has all images of the archive under their names, there is nothing to do.',
  params,
  acts: true,
  ask: ({ path }): Asking => ({ manifest: askArchivedImages(path), isThere: exists(path) }),
  thenAsk: ({ manifest }, task, context): More =>
    together(
      {},
      each('image', archivedNames(manifest), (name) => inspect(engineOf(task, context), 'image', name)),
    ),
  plan(state, task, context): Plan {
    if (!state.isThere) return { failed: `Error opening archive ${task.path} - there is no such file` };
    const engine = engineOf(task, context);
    const names = archivedNames(state.manifest);
    const missing = archivedImages(state.manifest).flatMap(({ id, tags }) =>
      (tags.length === 0 ? [id] : tags).filter((name) => textAt(state[`image ${name}`] ?? null, 'Id') !== id),
    );
    if (names.length > 0 && missing.length === 0) return { changes: [] };
    const known = archivedImages(state.manifest).flatMap(({ id, tags }) =>
      [id, ...tags].map((name) => predicts(inspect(engine, 'image', name), { Id: id, RepoTags: tags })),
    );
    return {
      changes: [
        {
          what: missing.length === 0 ? `images in ${task.path}` : `images ${missing.map(shownName).join(', ')}`,
          from: null,
          to: 'loaded',
          commands: [
            {
              ...sh`${withEngine(engine)}
told=$(_engine image load --input ${task.path}) || exit
printf '%s\n' "$told"
printf '%s\n' "$told" | sed -n 's/^Loaded image\( ID\)\{0,1\}: //p' | while read -r name; do
  _engine image inspect --format '{{json .}}' -- "$name" || exit
done`,
              shown: `docker image load --input ${task.path}`,
              long: true,
              // The failure is reported with Ansible's words.
              accepts: anyCode,
            },
          ],
          effects: [...known, blurs(engineObject('image', '*'))],
        },
      ],
    };
  },
  result({ params: task, before, replies: [reply], changes }) {
    const names = archivedImages(before.manifest).flatMap(({ id, tags }) => (tags.length === 0 ? [id] : tags));
    if (changes.length === 0)
      return { image_names: names, images: names.flatMap((name) => before[`image ${name}`] ?? []) };
    if (reply === undefined) return withLacking({ image_names: names }, ['images']);
    if (reply.code !== 0) {
      const said = engineComplaint(decodeText(reply.stderr), reply.code);
      return { changed: false, failed: true, msg: `Error loading archive ${task.path} - ${said}` };
    }
    const lines = decodeText(reply.stdout).split('\n');
    const loaded = lines.flatMap((line) => /^Loaded image(?: ID)?: (.*)$/.exec(line)?.[1] ?? []);
    if (loaded.length === 0)
      return { changed: false, failed: true, msg: 'Detected no loaded images. Archive potentially corrupt?' };
    return {
      image_names: loaded,
      images: lines.filter((line) => line.startsWith('{')).map((line): unknown => JSON.parse(line)),
      stdout: lines.filter((line) => line !== '' && !line.startsWith('{')).join('\n'),
    };
  },
  returns: {
    image_names: 'The names of the images in the archive; IDs of those without a name.',
    images: 'What `docker image inspect` tells about each image.',
    stdout: 'What the client said.',
    msg: 'Why the task failed.',
  },
  examples: [
    {
      title: 'Load images',
      yaml: 'docker_image_load:\n  path: /srv/images.tar\nregister: loaded',
      runs: { no: 'needs Docker and an archive' },
    },
    {
      title: 'Load images into another daemon',
      yaml: 'community.docker.docker_image_load:\n  path: /srv/images.tar\n  docker_host: unix:///run/user/1000/docker.sock',
      runs: { no: 'needs Docker and an archive' },
    },
  ],
});

const engineOf = (task: Task, { environment }: TaskContext) => dockerEngine(task, environment);

const archivedNames = (manifest: ShellAnswer): readonly string[] => [
  ...new Set(archivedImages(manifest).flatMap(({ id, tags }) => [id, ...tags])),
];

const shownName = (name: string): string => (isImageId(name) ? shortImageId(name) : name);
