import {
  blurs,
  decodeText,
  defineTask,
  exists,
  nothing,
  type Params,
  type Plan,
  type Question,
  sh,
  type TaskContext,
  withLacking,
} from '../src/sdk.ts';
import { withEngine } from './shared/containers/engine.ts';
import { engineObject, type Inspected, inspect } from './shared/containers/inspect.ts';
import { textEntries } from './shared/containers/json.ts';
import { podmanEngine, podmanParams } from './shared/containers/podman.ts';

const params = {
  src: { type: 'str', required: true, doc: 'The archive on the host.' },
  commit_message: { type: 'str', doc: 'A comment of the image.' },
  change: {
    type: 'list',
    elements: 'dict',
    doc: 'Settings of the image, as in a Dockerfile: each a dictionary with an instruction and what it says, for example `CMD: /bin/sh`.',
  },
  volume: { type: 'str', doc: 'A volume that gets the files, instead of an image.' },
  ...podmanParams,
} as const;

type Task = Params<typeof params>;

type Asking = { readonly isThere: Question<boolean>; readonly into: Question<Inspected | undefined> };

export default defineTask({
  name: 'containers.podman.podman_import',
  summary: 'Make a Podman image, or fill a volume, from an archive of files.',
  description:
    'Needs the `podman` client on the host. Every run makes a new image, without a name, or writes the files into the volume.',
  params,
  acts: true,
  rules: {
    mutuallyExclusive: [
      ['volume', 'commit_message'],
      ['volume', 'change'],
    ],
  },
  ask: (task, context): Asking => ({
    isThere: exists(task.src),
    into: task.volume === undefined ? nothing() : inspect(engineOf(task, context), 'volume', task.volume),
  }),
  plan({ isThere, into }, task, context): Plan {
    if (!isThere) return { failed: `there is no file ${task.src}` };
    if (into === null) return { failed: `there is no volume ${task.volume}` };
    const { volume, src } = task;
    const words =
      volume === undefined
        ? [
            ...(task.commit_message === undefined ? [] : ['--message', task.commit_message]),
            ...(task.change ?? []).flatMap((one) =>
              textEntries(one).flatMap(([name, value]) => ['--change', `${name}=${value}`]),
            ),
          ]
        : [];
    return {
      changes: [
        {
          what: volume === undefined ? 'image' : `files in volume ${volume}`,
          from: volume === undefined ? null : '',
          to: `files in ${src}`,
          commands: [
            {
              ...(volume === undefined
                ? sh`${withEngine(engineOf(task, context))}
id=$(_engine import --quiet ${words} -- ${src}) || exit
_engine image inspect -- "$id"`
                : sh`${withEngine(engineOf(task, context))}
_engine volume import -- ${volume} ${src} >/dev/null`),
              shown: volume === undefined ? `podman import ${src}` : `podman volume import ${volume} ${src}`,
              long: true,
            },
          ],
          effects: [blurs(engineObject(volume === undefined ? 'image' : 'volume', volume ?? '*'))],
        },
      ],
    };
  },
  result({ params: task, state: { into }, replies: [reply] }) {
    if (task.volume !== undefined) return { volume: into };
    if (reply === undefined) return withLacking({}, ['image']);
    const [image]: readonly unknown[] = JSON.parse(decodeText(reply.stdout));
    return { image };
  },
  returns: {
    image: 'What `podman image inspect` tells about the image.',
    volume: 'What `podman volume inspect` tells about the volume.',
  },
  examples: [
    {
      title: 'Make an image of an archive',
      yaml: 'podman_import:\n  src: /srv/root.tar\n  change:\n    - CMD: /bin/sh\n    - USER: www-data\n  commit_message: First image\nregister: imported',
      runs: { no: 'needs Podman and an archive' },
    },
    {
      title: 'Fill a volume',
      yaml: 'containers.podman.podman_import:\n  src: /srv/data.tar\n  volume: data',
      runs: { no: 'needs Podman, an archive and a volume' },
    },
  ],
});

const engineOf = (task: Task, { environment }: TaskContext) => podmanEngine(task, environment);
