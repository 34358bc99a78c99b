import {
  anyCode,
  blurs,
  type Change,
  type Command,
  decodeText,
  defineTask,
  joined,
  mayAlter,
  type Params,
  type Plan,
  predicts,
  type Script,
  script,
  sh,
  stat,
  type TaskContext,
  tidyPath,
} from '../src/sdk.ts';
import { askEngine } from './shared/containers/ask-engine.ts';
import { isForClient } from './shared/containers/client-environment.ts';
import { valueText } from './shared/containers/container-options.ts';
import { dockerCliParams, dockerEngine, engineComplaint, withEngine } from './shared/containers/engine.ts';
import { imageReference, isImageId } from './shared/containers/image-name.ts';
import { engineObject, inspect } from './shared/containers/inspect.ts';
import { entriesAt, textAt, textEntries } from './shared/containers/json.ts';
import { foreseenImage, imageResult } from './shared/containers/pulled-image.ts';

const params = {
  name: { type: 'str', required: true, doc: 'The name of the image, possibly with a registry and a tag.' },
  tag: { type: 'str', default: 'latest', doc: 'The tag, unless `name` contains one.' },
  path: {
    type: 'path',
    required: true,
    doc: 'The directory on the host with everything that the image is built from.',
  },
  dockerfile: { type: 'str', doc: 'The Dockerfile, relative to `path` (default: `Dockerfile`).' },
  rebuild: {
    type: 'str',
    default: 'never',
    choices: ['never', 'always'],
    doc: 'Whether to build an image that exists. With `always`, the task reports a change if the image is another one afterwards.',
  },
  args: { type: 'dict', doc: 'Values for `ARG` in the Dockerfile. They are not among the arguments of the client.' },
  cache_from: { type: 'list', elements: 'str', doc: 'Images to use the layers of.' },
  etc_hosts: { type: 'dict', doc: 'Additional names for `/etc/hosts` during the build, each with its address.' },
  labels: { type: 'dict', doc: 'Labels of the image.' },
  network: { type: 'str', doc: 'The network for `RUN` in the Dockerfile.' },
  nocache: { type: 'bool', default: false, doc: 'Do not use layers of earlier builds.' },
  outputs: {
    type: 'list',
    elements: 'dict',
    doc: 'Where the result goes (default: the images of the daemon).',
    options: {
      type: {
        type: 'str',
        required: true,
        choices: ['local', 'tar', 'oci', 'docker', 'image'],
        doc: 'The kind of output.',
      },
      dest: { type: 'path', doc: 'The file or directory on the host.' },
      context: { type: 'str', doc: 'The context that gets the image; for `docker`.' },
      name: { type: 'list', elements: 'str', doc: 'The names of the image; for `image` (default: `name` and `tag`).' },
      push: { type: 'bool', default: false, doc: 'Push the image to its registry; for `image`.' },
    },
  },
  platform: { type: 'list', elements: 'str', doc: 'The platforms to build for, for example `linux/amd64`.' },
  pull: { type: 'bool', default: false, doc: 'Look for newer versions of the images that this one is based on.' },
  secrets: {
    type: 'list',
    elements: 'dict',
    doc: 'Secrets for `RUN --mount=type=secret` in the Dockerfile.',
    options: {
      id: { type: 'str', required: true, doc: 'The name of the secret.' },
      type: {
        type: 'str',
        required: true,
        choices: ['file', 'env', 'value'],
        doc: 'Where the secret is: in a file on the host, in a variable of the environment, or in `value`.',
      },
      src: { type: 'path', doc: 'The file.' },
      env: { type: 'str', doc: 'The variable.' },
      value: { type: 'str', secret: true, doc: 'The secret.' },
    },
    rules: {
      requiredIf: [
        { param: 'type', is: 'file', needs: ['src'] },
        { param: 'type', is: 'env', needs: ['env'] },
        { param: 'type', is: 'value', needs: ['value'] },
      ],
    },
  },
  shm_size: { type: 'str', doc: 'The size of `/dev/shm` during the build.' },
  target: { type: 'str', doc: 'The stage of the Dockerfile to build.' },
  ...dockerCliParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.docker.docker_image_build',
  summary: 'Build a container image with `docker buildx`.',
  description:
    'Needs the `docker` client and its buildx plugin on the host. An image that exists is built again only with `rebuild: always`; a check cannot know whether that gives another image, and says so.',
  params,
  acts: true,
  ask: (task, context) => ({
    image: inspect(engineOf(task, context), 'image', referenceOf(task)),
    place: stat(task.path),
    buildx: askEngine(engineOf(task, context), script`_engine buildx version`, {
      about: ['by:path:/usr/libexec/docker'],
    }),
  }),
  plan({ image, place, buildx }, task, context): Plan {
    if (isImageId(task.name)) return { failed: 'Image name must not be a digest' };
    if (image !== null && task.rebuild === 'never') return { changes: [] };
    if (!place.exists || place.kind !== 'directory') return { failed: `"${task.path}" is not an existing directory` };
    if (buildx.code !== 0)
      return {
        failed:
          'docker has no buildx plugin on the host: install the package docker-buildx-plugin of docker.com, or the docker-buildx package of Debian 13 or newer',
      };
    const reference = referenceOf(task);
    if (image !== null && context.check && task.outputs === undefined)
      return { unknown: 'only building the image shows whether it is another one' };
    const change: Change = {
      what: `image ${reference}`,
      from: image === null ? null : 'present',
      to: 'built',
      commands: [build(task, context)],
      effects: [
        predicts(inspect(engineOf(task, context), 'image', reference), foreseenImage(reference, image)),
        blurs(engineObject('image', '*')),
        mayAlter(
          'network:',
          ...(task.outputs ?? []).flatMap(({ dest }) => (dest === undefined ? [] : [`path:${tidyPath(dest)}`])),
        ),
      ],
    };
    return { changes: [change] };
  },
  result({ params: task, before: { image }, changes, replies: [reply] }) {
    if (changes.length === 0) return { actions: [], image: image ?? {} };
    const reference = referenceOf(task);
    if (reply === undefined) return imageResult(image, foreseenImage(reference, image));
    const stderr = decodeText(reply.stderr);
    const command = ['docker', ...wordsOf(task)];
    if (reply.code !== 0)
      return {
        changed: false,
        failed: true,
        msg: `Building ${reference} failed: ${lastOf(stderr, reply.code)}`,
        stderr,
        command,
      };
    const text = decodeText(reply.stdout);
    const [built] = text.trim() === '' ? [] : (JSON.parse(text) as readonly unknown[]);
    const isOther = textAt(built, 'Id') !== textAt(image, 'Id');
    return {
      changed: isOther || task.outputs !== undefined,
      image: built ?? {},
      command,
      stderr,
      actions: [`Built image ${reference}`],
    };
  },
  returns: {
    image: 'What `docker image inspect` tells about the image.',
    actions: 'What was done, in words.',
    command: 'The command as it was run.',
    stderr: 'What the client said.',
    msg: 'Why the build failed.',
  },
  examples: [
    {
      title: 'Build an image, unless it exists',
      yaml: 'docker_image_build:\n  name: shop\n  tag: v1.4\n  path: /srv/shop',
      runs: { no: 'needs Docker and a Dockerfile' },
    },
    {
      title: 'Build an image every time, with an argument and a secret',
      yaml: 'community.docker.docker_image_build:\n  name: registry.example.org/team/shop\n  path: /srv/shop\n  rebuild: always\n  args:\n    VERSION: "1.4"\n  secrets:\n    - id: token\n      type: value\n      value: "{{ token }}"\nvars:\n  token: not-a-good-one',
      runs: { no: 'needs Docker and a Dockerfile' },
    },
  ],
});

const engineOf = (task: Task, { environment }: TaskContext) => dockerEngine(task, environment);

const referenceOf = ({ name, tag }: Task): string => imageReference(name, tag);

/** The last thing that went wrong: before it is everything that went well. */
const lastOf = (stderr: string, code: number): string => {
  const error = stderr.split('\n').findLast((line) => /^(?:ERROR|error): /.test(line));
  return error ?? engineComplaint(stderr, code);
};

const secretVariable = (index: number): string => `RETRACE_SECRET_${index}`;

function wordsOf(task: Task): readonly string[] {
  const option = (name: string, value: string | undefined) => (value === undefined ? [] : [name, value]);
  const flag = (name: string, isSet: boolean) => (isSet ? [name] : []);
  return [
    'buildx',
    'build',
    '--progress',
    'plain',
    '--tag',
    referenceOf(task),
    ...option('--file', task.dockerfile === undefined ? undefined : `${task.path}/${task.dockerfile}`),
    ...entriesAt(task.args).flatMap(([name, value]) => [
      '--build-arg',
      isForClient(name) ? `${name}=${valueText(value)}` : name,
    ]),
    ...(task.cache_from ?? []).flatMap((one) => ['--cache-from', one]),
    ...textEntries(task.etc_hosts).flatMap(([name, address]) => ['--add-host', `${name}:${address}`]),
    ...entriesAt(task.labels).flatMap(([name, value]) => ['--label', `${name}=${valueText(value)}`]),
    ...option('--network', task.network),
    ...flag('--no-cache', task.nocache),
    ...(task.outputs ?? []).flatMap((output) => ['--output', outputText(output, task)]),
    ...(task.platform ?? []).flatMap((one) => ['--platform', one]),
    ...flag('--pull', task.pull),
    ...(task.secrets ?? []).flatMap(({ id, type, src, env }, index) => [
      '--secret',
      type === 'file'
        ? `id=${id},type=file,src=${src}`
        : `id=${id},type=env,env=${type === 'env' ? env : secretVariable(index)}`,
    ]),
    ...option('--shm-size', task.shm_size),
    ...option('--target', task.target),
    '--',
    task.path,
  ];
}

interface Output {
  readonly type: string;
  readonly dest: string | undefined;
  readonly context: string | undefined;
  readonly name: readonly string[] | undefined;
  readonly push: boolean;
}

function outputText({ type, dest, context, name, push }: Output, task: Task): string {
  const field = (key: string, value: string | undefined) => (value === undefined ? [] : [`${key}=${value}`]);
  const fields = [
    `type=${type}`,
    ...field('dest', dest),
    ...field('context', context),
    ...(type === 'image' ? [`name=${(name ?? [referenceOf(task)]).join(',')}`, ...(push ? ['push=true'] : [])] : []),
  ];
  return fields.map((one) => (/[",]/.test(one) ? `"${one.replaceAll('"', '""')}"` : one)).join(',');
}

/** Arguments and secrets are variables of the client, which it passes on by name. */
function build(task: Task, context: TaskContext): Command {
  const values = [
    ...entriesAt(task.args)
      .filter(([name]) => !isForClient(name))
      .map(([name, value]) => [name, valueText(value)] as const),
    ...(task.secrets ?? []).flatMap(({ type, value = '' }, index) =>
      type === 'value' ? [[secretVariable(index), value] as const] : [],
    ),
  ];
  const exports: Script = joined(
    values.map(
      ([name, value]) => script`export ${name}=${value}
`,
    ),
    script``,
  );
  return {
    ...sh`${withEngine(engineOf(task, context))}
(
${exports}_engine ${wordsOf(task)} >&2
) || exit
_engine image inspect -- ${referenceOf(task)} 2>/dev/null || :`,
    shown: `docker ${wordsOf(task).join(' ')}`,
    long: true,
    // The failure is reported with Ansible's words.
    accepts: anyCode,
  };
}
