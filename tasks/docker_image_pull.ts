import {
  anyCode,
  blurs,
  decodeText,
  defineTask,
  nothing,
  type Params,
  type Plan,
  predicts,
  type Question,
  type ShellAnswer,
  sh,
  type TaskContext,
} from '../src/sdk.ts';
import { dockerEngine, dockerParams, engineComplaint, withEngine } from './shared/containers/engine.ts';
import { imageReference, isImageId, shortImageId } from './shared/containers/image-name.ts';
import { engineObject, type Inspected, inspect } from './shared/containers/inspect.ts';
import { textAt } from './shared/containers/json.ts';
import { offered, readOffer } from './shared/containers/offered-image.ts';
import { foreseenImage, imageResult } from './shared/containers/pulled-image.ts';

const params = {
  name: {
    type: 'str',
    required: true,
    doc: 'The image, possibly with a registry, and with a tag or digest, for example `debian:12`.',
  },
  tag: { type: 'str', default: 'latest', doc: 'The tag or digest, unless `name` contains one.' },
  platform: { type: 'str', doc: 'The platform of the image, for example `linux/arm64/v8`.' },
  pull: {
    type: 'str',
    default: 'always',
    choices: ['always', 'not_present'],
    doc: 'Whether to look for a newer image every time, or to pull the image only if the host does not have it.',
  },
  ...dockerParams,
} as const;

type Task = Params<typeof params>;

interface Asking {
  readonly [name: string]: Question<Inspected> | Question<ShellAnswer | undefined>;
  readonly image: Question<Inspected>;
  readonly offer: Question<ShellAnswer | undefined>;
}

export default defineTask({
  name: 'community.docker.docker_image_pull',
  summary: 'Pull a container image from a registry.',
  description:
    'Needs the `docker` client on the host. With `pull: always`, the image is pulled every time, and the task reports a change if the image is another one afterwards. A check asks the registry, with `docker buildx` if it is installed, whether the image is still the same.',
  params,
  acts: true,
  ask: (task, context): Asking => ({
    image: inspect(engineOf(task, context), 'image', referenceOf(task)),
    offer:
      context.check && task.pull === 'always' && isProper(task)
        ? offered(engineOf(task, context), referenceOf(task), task.platform)
        : nothing(),
  }),
  plan({ image, offer }, task, context): Plan {
    if (!isProper(task)) return { failed: 'Cannot pull an image by ID' };
    const differs = image === null || isOtherPlatform(image, task.platform);
    if (task.pull === 'not_present' && !differs) return { changes: [] };
    if (offer !== undefined && !differs) {
      const told = readOffer(offer, image);
      if (told === 'same') return { changes: [] };
      if (told !== 'other') return { unknown: told.why };
    }
    const reference = referenceOf(task);
    const engine = engineOf(task, context);
    return {
      changes: [
        {
          what: `image ${reference}`,
          from: image === null ? null : shortImageId(textAt(image, 'Id')),
          to: 'pulled',
          commands: [
            {
              ...sh`${withEngine(engine)}
_engine pull ${task.platform === undefined ? [] : ['--platform', task.platform]} -- ${reference} >&2 && _engine image inspect -- ${reference}`,
              shown: `docker pull ${reference}`,
              long: true,
              // The failure is reported with Ansible's words.
              accepts: anyCode,
            },
          ],
          effects: [
            predicts(inspect(engine, 'image', reference), foreseenImage(reference, image)),
            blurs(engineObject('image', '*')),
          ],
        },
      ],
    };
  },
  result({ params: task, before, replies: [reply], changes }) {
    const reference = referenceOf(task);
    if (changes.length === 0) return { actions: [], image: before.image ?? {} };
    const actions = [`Pulled image ${reference}`];
    if (reply === undefined) return { actions, ...imageResult(before.image, foreseenImage(reference, before.image)) };
    if (reply.code !== 0)
      return {
        changed: false,
        failed: true,
        msg: `Error pulling image ${reference}: ${engineComplaint(decodeText(reply.stderr), reply.code)}`,
      };
    const [image] = JSON.parse(decodeText(reply.stdout)) as readonly unknown[];
    return { changed: textAt(image, 'Id') !== textAt(before.image, 'Id'), actions, image };
  },
  returns: {
    actions: 'What was done, in words.',
    image: 'What `docker image inspect` tells about the image.',
  },
  examples: [
    {
      title: 'Have the newest image of a release',
      yaml: 'docker_image_pull:\n  name: debian:12',
      runs: { no: 'needs Docker and a registry' },
    },
    {
      title: 'Pull an image only if it is missing',
      yaml: 'community.docker.docker_image_pull:\n  name: registry.example.org/team/app\n  tag: v1.4\n  pull: not_present',
      runs: { no: 'needs Docker and a registry' },
    },
  ],
});

const engineOf = (task: Task, { environment }: TaskContext) => dockerEngine(task, environment);

const referenceOf = ({ name, tag }: Task): string => imageReference(name, tag);

const isProper = ({ name }: Task): boolean => !isImageId(name);

/** Whether an image is for another platform than the wanted one. */
function isOtherPlatform(image: NonNullable<Inspected>, platform: string | undefined): boolean {
  if (platform === undefined) return false;
  const [system, architecture, variant] = platform.split('/');
  const differs = (wanted: string | undefined, is: string) => wanted !== undefined && is !== '' && wanted !== is;
  return (
    differs(system, textAt(image, 'Os')) ||
    differs(architecture, textAt(image, 'Architecture')) ||
    differs(variant, textAt(image, 'Variant'))
  );
}
