import {
  blurs,
  type Change,
  type Command,
  decodeText,
  defineTask,
  exists,
  joined,
  nothing,
  type Params,
  type Plan,
  predicts,
  type Question,
  script,
  sh,
  type TaskContext,
} from '../src/sdk.ts';
import { valueText } from './shared/containers/container-options.ts';
import { dockerEngine, dockerParams, engineComplaint, withEngine } from './shared/containers/engine.ts';
import { imageReference, isImageId, shortImageId } from './shared/containers/image-name.ts';
import { engineObject, type Inspected, inspect } from './shared/containers/inspect.ts';
import { entriesAt, textAt, textEntries } from './shared/containers/json.ts';
import { foreseenImage, imageResult, isForeseen } from './shared/containers/pulled-image.ts';

const params = {
  name: { type: 'str', required: true, doc: 'The image, possibly with a registry and a tag, or its ID.' },
  tag: { type: 'str', default: 'latest', doc: 'The tag, unless `name` contains one.' },
  state: { type: 'str', default: 'present', choices: ['absent', 'present'], doc: 'Whether the image should exist.' },
  source: {
    type: 'str',
    choices: ['build', 'load', 'pull', 'local'],
    doc: 'Where the image comes from: a Dockerfile, an archive on the host, a registry, or nowhere: then it must exist.',
  },
  force_source: { type: 'bool', default: false, doc: 'Build, load or pull the image even if it exists.' },
  force_absent: {
    type: 'bool',
    default: false,
    doc: 'Remove the image even if it has other names or containers that do not run.',
  },
  force_tag: {
    type: 'bool',
    default: false,
    doc: 'Give the image the name in `repository` even if another image has it.',
  },
  repository: { type: 'str', doc: 'Another name for the image, possibly with a registry and a tag.' },
  push: { type: 'bool', default: false, doc: 'Push the image to its registry, every time.' },
  load_path: { type: 'path', doc: 'The archive on the host to load.' },
  archive_path: { type: 'path', ignored: 'use `command` with `docker image save` and `creates`' },
  build: {
    type: 'dict',
    doc: 'How to build the image.',
    options: {
      path: {
        type: 'path',
        required: true,
        doc: 'The directory on the host with everything that the image is built from.',
      },
      dockerfile: { type: 'str', doc: 'The Dockerfile, relative to `path`.' },
      args: {
        type: 'dict',
        doc: 'Values for `ARG` in the Dockerfile. They are not among the arguments of the client.',
      },
      cache_from: { type: 'list', elements: 'str', doc: 'Images to use the layers of.' },
      container_limits: { type: 'dict', ignored: 'the builder has no such limits any more' },
      etc_hosts: { type: 'dict', doc: 'Additional names for `/etc/hosts` during the build, each with its address.' },
      http_timeout: { type: 'int', ignored: 'the client has no such limit' },
      labels: { type: 'dict', doc: 'Labels of the image.' },
      network: { type: 'str', doc: 'The network for `RUN` in the Dockerfile.' },
      nocache: { type: 'bool', default: false, doc: 'Do not use layers of earlier builds.' },
      platform: { type: 'str', doc: 'The platform to build for.' },
      pull: { type: 'bool', default: false, doc: 'Look for newer versions of the images that this one is based on.' },
      rm: { type: 'bool', default: true, ignored: 'intermediate containers are always removed' },
      shm_size: { type: 'str', doc: 'The size of `/dev/shm` during the build.' },
      target: { type: 'str', doc: 'The stage of the Dockerfile to build.' },
      use_config_proxy: { type: 'bool', ignored: "the client uses its configuration's proxies" },
    },
  },
  pull: {
    type: 'dict',
    doc: 'How to pull the image.',
    options: { platform: { type: 'str', doc: 'The platform of the image.' } },
  },
  ...dockerParams,
} as const;

type Task = Params<typeof params>;

type Asking = {
  readonly image: Question<Inspected>;
  readonly other: Question<Inspected | undefined>;
  readonly archive: Question<boolean | undefined>;
};

export default defineTask({
  name: 'community.docker.docker_image',
  summary: 'Manage a container image: pull, build, load, tag, push or remove it.',
  description:
    'Needs the `docker` client on the host. An image that exists is kept, unless `force_source` is true; the task then reports a change if it is another one afterwards. A check cannot know that, and says so.',
  params,
  acts: true,
  rules: {
    requiredIf: [
      { param: 'source', is: 'build', needs: ['build'] },
      { param: 'source', is: 'load', needs: ['load_path'] },
      { param: 'state', is: 'present', needs: ['source'] },
    ],
  },
  ask: (task, context): Asking => ({
    image: inspect(engineOf(task, context), 'image', referenceOf(task)),
    other: task.repository === undefined ? nothing() : inspect(engineOf(task, context), 'image', otherName(task)),
    archive: task.source === 'load' && task.load_path !== undefined ? exists(task.load_path) : nothing(),
  }),
  plan({ image, other, archive }, task, context): Plan {
    const reference = referenceOf(task);
    if (task.state === 'absent') return { changes: image === null ? [] : [removal(task, image, context)] };
    if (task.source === 'local' && image === null) return { failed: `Cannot find the image ${reference} locally.` };
    if (task.source === 'pull' && isImageId(task.name)) return { failed: 'Cannot pull an image by ID' };
    if (archive === false) return { failed: `Error loading image ${task.name} - there is no file ${task.load_path}` };
    const gets = task.source !== 'local' && (image === null || task.force_source);
    const tags =
      other === undefined || !(other === null || (task.force_tag && (gets || other['Id'] !== image?.['Id'])))
        ? []
        : [tagging(task, other, context)];
    const pushes = task.push ? [pushing(task, context)] : [];
    if (gets && image !== null && context.check && tags.length + pushes.length === 0)
      return {
        unknown: `only ${task.source === 'build' ? 'building' : `${task.source}ing`} the image shows whether it is another one`,
      };
    const changes = [...(gets ? [getting(task, image, context)] : []), ...tags, ...pushes];
    const [first, ...more] = changes;
    if (first === undefined) return { changes: [] };
    // What is told of the image is read after everything else.
    const last = changes.at(-1) ?? first;
    const reading: Command = {
      ...sh`${withEngine(engineOf(task, context))}
_engine image inspect -- ${reference}`,
    };
    return { changes: [...[first, ...more].slice(0, -1), { ...last, commands: [...last.commands, reading] }] };
  },
  result({ params: task, before: { image }, changes, replies }) {
    const reference = referenceOf(task);
    if (changes.length === 0) return { actions: [], image: image ?? {} };
    const actions = changes.map(({ what, to }) => `${what}: ${to ?? 'removed'}`);
    const failing = replies.find(({ code, skipped }) => code !== 0 && skipped !== true);
    if (failing !== undefined) {
      const said = engineComplaint(decodeText(failing.stderr), failing.code);
      return { changed: replies.indexOf(failing) > 0, failed: true, msg: `Error with image ${reference}: ${said}` };
    }
    if (task.state === 'absent') return { actions, image: {} };
    const reply = replies.at(-1);
    if (reply === undefined) return { actions, ...imageResult(image, foreseenImage(reference, image)) };
    const [now] = JSON.parse(decodeText(reply.stdout)) as readonly unknown[];
    const isSame =
      changes.length === 1 && changes[0]?.what === `image ${reference}` && textAt(now, 'Id') === textAt(image, 'Id');
    return { changed: !isSame, actions, image: now };
  },
  returns: {
    actions: 'What was done, in words.',
    image: 'What `docker image inspect` tells about the image.',
    msg: 'Why the task failed.',
  },
  examples: [
    {
      title: 'Pull an image',
      yaml: 'docker_image:\n  name: debian:12\n  source: pull',
      runs: { no: 'needs Docker and a registry' },
    },
    {
      title: 'Build an image, and push it under another name',
      yaml: 'community.docker.docker_image:\n  name: shop\n  source: build\n  build:\n    path: /srv/shop\n  repository: registry.example.org/team/shop:v1.4\n  push: true',
      runs: { no: 'needs Docker and a Dockerfile' },
    },
  ],
});

const engineOf = (task: Task, { environment }: TaskContext) => dockerEngine(task, environment);

const referenceOf = ({ name, tag }: Task): string => imageReference(name, tag);

const otherName = ({ repository = '', tag }: Task): string => imageReference(repository, tag);

const shortId = (image: Inspected): string => {
  if (image === null) return '';
  return isForeseen(image) ? 'present' : shortImageId(textAt(image, 'Id'));
};

/** Does something with images; later tasks know the image under its name, but not which one it is. */
function changing(
  task: Task,
  context: TaskContext,
  change: Pick<Change, 'what' | 'from' | 'to'> & { readonly command: Command; readonly reference: string },
): Change {
  const { command, reference, ...told } = change;
  return {
    ...told,
    commands: [{ ...command, long: true }],
    effects: [
      predicts(inspect(engineOf(task, context), 'image', reference), foreseenImage(reference, null)),
      blurs(engineObject('image', '*')),
    ],
  };
}

const verbs = { build: 'built', load: 'loaded', pull: 'pulled', local: 'present' } as const;

function getting(task: Task, image: Inspected, context: TaskContext): Change {
  const reference = referenceOf(task);
  const { source = 'local' } = task;
  const command = { build: buildCommand, load: loadCommand, pull: pullCommand, local: pullCommand }[source];
  return changing(task, context, {
    what: `image ${reference}`,
    from: image === null ? null : shortId(image),
    to: verbs[source],
    command: command(task, context),
    reference,
  });
}

const pullCommand = (task: Task, context: TaskContext): Command => ({
  ...sh`${withEngine(engineOf(task, context))}
_engine pull ${task.pull?.platform === undefined ? [] : ['--platform', task.pull.platform]} -- ${referenceOf(task)} >&2`,
  shown: `docker pull ${referenceOf(task)}`,
});

/** Loading succeeds whatever is in the archive. */
const loadCommand = (task: Task, context: TaskContext): Command => ({
  ...sh`${withEngine(engineOf(task, context))}
_engine image load --input ${task.load_path ?? ''} >&2 && _engine image inspect -- ${referenceOf(task)} >/dev/null 2>&1 || { echo ${`${task.load_path} does not contain the image ${referenceOf(task)}, or cannot be loaded`} >&2; exit 1; }`,
  shown: `docker image load --input ${task.load_path}`,
});

function buildCommand(task: Task, context: TaskContext): Command {
  const { build } = task;
  const option = (name: string, value: string | undefined) => (value === undefined ? [] : [name, value]);
  const words = [
    'build',
    '--tag',
    referenceOf(task),
    ...option('--file', build?.dockerfile === undefined ? undefined : `${build.path}/${build.dockerfile}`),
    ...entriesAt(build?.args).flatMap(([name]) => ['--build-arg', name]),
    ...(build?.cache_from ?? []).flatMap((one) => ['--cache-from', one]),
    ...textEntries(build?.etc_hosts).flatMap(([name, address]) => ['--add-host', `${name}:${address}`]),
    ...entriesAt(build?.labels).flatMap(([name, value]) => ['--label', `${name}=${valueText(value)}`]),
    ...option('--network', build?.network),
    ...(build?.nocache === true ? ['--no-cache'] : []),
    ...option('--platform', build?.platform),
    ...(build?.pull === true ? ['--pull'] : []),
    ...option('--shm-size', build?.shm_size),
    ...option('--target', build?.target),
    '--',
    build?.path ?? '',
  ];
  const exports = joined(
    entriesAt(build?.args).map(
      ([name, value]) => script`export ${name}=${valueText(value)}
`,
    ),
    script``,
  );
  return {
    ...sh`${withEngine(engineOf(task, context))}
${exports}_engine ${words} >&2`,
    shown: `docker ${words.join(' ')}`,
  };
}

const tagging = (task: Task, other: Inspected, context: TaskContext): Change =>
  changing(task, context, {
    what: `image ${otherName(task)}`,
    from: other === null ? null : shortId(other),
    to: referenceOf(task),
    command: sh`${withEngine(engineOf(task, context))}
_engine image tag -- ${referenceOf(task)} ${otherName(task)}`,
    reference: otherName(task),
  });

function pushing(task: Task, context: TaskContext): Change {
  const name = task.repository === undefined ? referenceOf(task) : otherName(task);
  return {
    what: `registry of ${name}`,
    from: '',
    to: 'pushed',
    commands: [
      {
        ...sh`${withEngine(engineOf(task, context))}
_engine image push -- ${name} >&2`,
        shown: `docker image push ${name}`,
        long: true,
      },
    ],
    effects: [],
  };
}

const removal = (task: Task, image: NonNullable<Inspected>, context: TaskContext): Change => ({
  what: `image ${referenceOf(task)}`,
  from: shortId(image),
  to: null,
  commands: [
    sh`${withEngine(engineOf(task, context))}
_engine image rm ${task.force_absent ? ['--force'] : []} -- ${referenceOf(task)} >/dev/null`,
  ],
  effects: [
    predicts(inspect(engineOf(task, context), 'image', referenceOf(task)), null),
    blurs(engineObject('image', textAt(image, 'Id'))),
  ],
});
