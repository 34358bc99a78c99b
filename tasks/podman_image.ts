import {
  blurs,
  type Change,
  type Command,
  decodeText,
  defineTask,
  mayAlter,
  nothing,
  type Params,
  type PathState,
  type Plan,
  predicts,
  type Question,
  script,
  sh,
  stat,
  type TaskContext,
} from '../src/sdk.ts';
import { engineComplaint, withEngine } from './shared/containers/engine.ts';
import { imageReference, isImageId, shortImageId } from './shared/containers/image-name.ts';
import { engineObject, type Inspected, inspect } from './shared/containers/inspect.ts';
import { textAt } from './shared/containers/json.ts';
import { podmanEngine, podmanParams, quadletParams } from './shared/containers/podman.ts';
import { buildOptions, buildWords, pullWords, pushOptions, pushWords } from './shared/containers/podman-image-words.ts';
import { foreseenImage, imageResult, isForeseen } from './shared/containers/pulled-image.ts';

const params = {
  name: { type: 'str', required: true, doc: 'The image, possibly with a registry and a tag, or its ID.' },
  tag: { type: 'str', default: 'latest', doc: 'The tag, unless `name` contains one.' },
  state: {
    type: 'str',
    default: 'present',
    choices: ['present', 'absent', 'build'],
    doc: 'Whether the image should exist; a missing one is pulled, or built if `path` is given or with `build`.',
  },
  pull: { type: 'bool', default: true, doc: 'Pull an image that is missing.' },
  pull_policy: {
    type: 'str',
    choices: ['always', 'missing', 'never', 'newer'],
    doc: 'When to pull the image: every time (`always`, `newer`), if it is missing, or never.',
  },
  pull_extra_args: { type: 'str', doc: 'Further arguments of `podman pull`.' },
  force: {
    type: 'bool',
    default: false,
    doc: 'Pull or build the image even if it exists, and remove it even if it is used.',
  },
  arch: { type: 'str', doc: 'The architecture of the image, for example `arm64`.' },
  platform: { type: 'str', doc: 'The platform of the image, for example `linux/arm64`.' },
  retry: { type: 'int', doc: 'How often pulling and pushing are tried again; needs Podman 5 or newer.' },
  retry_delay: { type: 'str', doc: 'How long to wait before that; needs Podman 5 or newer.' },
  path: { type: 'str', doc: 'The directory on the host with everything that the image is built from.' },
  build: { type: 'dict', aliases: ['build_args', 'buildargs'], doc: 'How to build the image.', options: buildOptions },
  push: { type: 'bool', default: false, doc: 'Push the image, every time.' },
  push_args: { type: 'dict', doc: 'How to push the image.', options: pushOptions },
  validate_certs: {
    type: 'bool',
    aliases: ['tlsverify', 'tls_verify'],
    doc: 'Whether the registry must have a valid certificate.',
  },
  ca_cert_dir: { type: 'path', doc: 'A directory on the host with certificates.' },
  auth_file: {
    type: 'path',
    aliases: ['authfile'],
    doc: 'A file on the host with logins, as `podman login` writes it.',
  },
  username: { type: 'str', doc: 'Not supported: log in first, with `podman login --password-stdin`.' },
  password: { type: 'str', secret: true, doc: 'Not supported: log in first, with `podman login --password-stdin`.' },
  ...quadletParams,
  ...podmanParams,
} as const;

type Task = Params<typeof params>;

type Asking = { readonly image: Question<Inspected>; readonly place: Question<PathState | undefined> };

export default defineTask({
  name: 'containers.podman.podman_image',
  summary: 'Manage a container image with Podman: pull, build, push or remove it.',
  description:
    'Needs the `podman` client on the host. An image that exists is kept, unless `force` is true or `pull_policy` says otherwise; the task then reports a change if it is another one afterwards. A check cannot know that, and says so.',
  params,
  acts: true,
  rules: { mutuallyExclusive: [['arch', 'platform']] },
  ask: (task, context): Asking => ({
    image: inspect(engineOf(task, context), 'image', referenceOf(task)),
    place: task.path === undefined ? nothing() : stat(task.path),
  }),
  plan({ image, place }, task, context): Plan {
    const reference = referenceOf(task);
    if (task.username !== undefined || task.password !== undefined)
      return {
        failed:
          'username and password are not supported, because others could see them: log in first, with `podman login --password-stdin`, or give auth_file',
      };
    if (task.state === 'absent') return { changes: image === null ? [] : [removal(task, image, context)] };
    const builds = isBuilt(task);
    if (builds && task.build?.container_file === undefined && place?.exists !== true)
      return {
        failed:
          task.path === undefined
            ? 'path or build.container_file is needed to build an image'
            : `${task.path} does not exist`,
      };
    const again = task.force || (!builds && (task.pull_policy === 'always' || task.pull_policy === 'newer'));
    const mayPull = task.pull && task.pull_policy !== 'never';
    if (image === null && !builds && !mayPull)
      return { failed: `Cannot find image ${reference}, and it is not to be pulled` };
    const gets = (image === null || again) && (builds || mayPull) && !(image !== null && isImageId(task.name));
    const pushes = task.push ? [pushing(task, context)] : [];
    if (gets && image !== null && context.check && pushes.length === 0)
      return { unknown: `only ${builds ? 'building' : 'pulling'} the image shows whether it is another one` };
    const changes = [...(gets ? [getting(task, image, context)] : []), ...pushes];
    const last = changes.at(-1);
    if (last === undefined) return { changes: [] };
    // What is told of the image is read after everything else.
    const reading: Command = {
      ...sh`${withEngine(engineOf(task, context))}
_engine image inspect -- ${reference}`,
    };
    return { changes: [...changes.slice(0, -1), { ...last, commands: [...last.commands, reading] }] };
  },
  result({ params: task, before: { image }, changes, replies, context }) {
    const reference = referenceOf(task);
    if (changes.length === 0) return { actions: [], image: image === null ? [] : [image] };
    const actions = changes.map(({ what, to }) => `${what}: ${to ?? 'removed'}`);
    const failing = replies.find(({ code, skipped }) => code !== 0 && skipped !== true);
    if (failing !== undefined) {
      const said = engineComplaint(decodeText(failing.stderr), failing.code);
      return { changed: replies.indexOf(failing) > 0, failed: true, msg: `Error with image ${reference}: ${said}` };
    }
    if (task.state === 'absent') return { actions, image: [] };
    const reply = replies.at(-1);
    if (reply === undefined || context.check)
      return { actions, image: [imageResult(image, foreseenImage(reference, image))['image']] };
    const [now] = JSON.parse(decodeText(reply.stdout)) as readonly unknown[];
    const isSame = !task.push && textAt(now, 'Id') === textAt(image, 'Id');
    return { changed: !isSame, actions, image: [now] };
  },
  returns: {
    actions: 'What was done, in words.',
    image: 'A list with what `podman image inspect` tells about the image.',
    msg: 'Why the task failed.',
  },
  examples: [
    {
      title: 'Pull an image',
      yaml: 'podman_image:\n  name: docker.io/library/debian\n  tag: "12"',
      runs: { no: 'needs Podman and a registry' },
    },
    {
      title: 'Build an image, and push it',
      yaml: 'containers.podman.podman_image:\n  name: registry.example.org/team/shop\n  tag: v1.4\n  path: /srv/shop\n  push: true',
      runs: { no: 'needs Podman and a registry' },
    },
  ],
});

const engineOf = (task: Task, { environment }: TaskContext) => podmanEngine(task, environment);

const referenceOf = ({ name, tag }: Task): string => imageReference(name, tag);

const isBuilt = ({ state, path, build }: Task): boolean =>
  state === 'build' || path !== undefined || build?.container_file !== undefined;

const shortId = (image: NonNullable<Inspected>): string =>
  isForeseen(image) ? 'present' : shortImageId(textAt(image, 'Id'));

function getting(task: Task, image: Inspected, context: TaskContext): Change {
  const reference = referenceOf(task);
  const engine = engineOf(task, context);
  const words = isBuilt(task) ? buildWords(task, reference) : pullWords(task, reference);
  const file = isBuilt(task) ? task.build?.container_file : undefined;
  const command: Command = {
    // The client opens its standard input again, which must be a pipe.
    ...sh`${withEngine(engine)}
${file === undefined ? script`` : script`cat | `}_engine ${words} >&2`,
    stdin: file,
    shown: `podman ${words.join(' ')}`,
    long: true,
  };
  return {
    what: `image ${reference}`,
    from: image === null ? null : shortId(image),
    to: isBuilt(task) ? 'built' : 'pulled',
    commands: [command],
    effects: [
      predicts(inspect(engine, 'image', reference), foreseenImage(reference, image)),
      blurs(engineObject('image', '*')),
      ...(isBuilt(task) ? [mayAlter('network:')] : []),
    ],
  };
}

function pushing(task: Task, context: TaskContext): Change {
  const words = pushWords(task, referenceOf(task));
  return {
    what: `registry of ${referenceOf(task)}`,
    from: '',
    to: 'pushed',
    commands: [
      {
        ...sh`${withEngine(engineOf(task, context))}
_engine ${words} >&2`,
        shown: `podman ${words.join(' ')}`,
        long: true,
      },
    ],
    effects: [
      mayAlter(engineObject('image', '*'), ...(task.push_args?.transport === undefined ? [] : ['path:*' as const])),
    ],
  };
}

const removal = (task: Task, image: NonNullable<Inspected>, context: TaskContext): Change => ({
  what: `image ${referenceOf(task)}`,
  from: shortId(image),
  to: null,
  commands: [
    sh`${withEngine(engineOf(task, context))}
_engine image rm ${task.force ? ['--force'] : []} -- ${referenceOf(task)} >/dev/null`,
  ],
  effects: [
    predicts(inspect(engineOf(task, context), 'image', referenceOf(task)), null),
    blurs(engineObject('image', textAt(image, 'Id'))),
    ...(task.force ? [mayAlter(engineObject('container', '*'))] : []),
  ],
});
