import {
  anyCode,
  decodeText,
  defineTask,
  mayAlter,
  nothing,
  type Params,
  type Plan,
  type Question,
  type ShellAnswer,
  sh,
  type TaskContext,
} from '../src/sdk.ts';
import { dockerEngine, dockerParams, engineComplaint, withEngine } from './shared/containers/engine.ts';
import { imageReference, isImageId } from './shared/containers/image-name.ts';
import { engineObject, type Inspected, inspect } from './shared/containers/inspect.ts';
import { offered, readOffer } from './shared/containers/offered-image.ts';
import { isForeseen } from './shared/containers/pulled-image.ts';

const params = {
  name: { type: 'str', required: true, doc: 'The image, possibly with a registry, and with a tag.' },
  tag: { type: 'str', default: 'latest', doc: 'The tag, unless `name` contains one.' },
  ...dockerParams,
} as const;

type Task = Params<typeof params>;

interface Asking {
  readonly [name: string]: Question<Inspected> | Question<ShellAnswer | undefined>;
  readonly image: Question<Inspected>;
  readonly offer: Question<ShellAnswer | undefined>;
}

export default defineTask({
  name: 'community.docker.docker_image_push',
  summary: 'Push a container image to a registry.',
  description:
    'Needs the `docker` client on the host. The image is pushed every time, and the task reports a change if something was sent. A check asks the registry whether it has the image already.',
  params,
  acts: true,
  ask: (task, context): Asking => ({
    image: inspect(engineOf(task, context), 'image', referenceOf(task)),
    offer:
      context.check && !isImageId(task.name)
        ? offered(engineOf(task, context), referenceOf(task), undefined)
        : nothing(),
  }),
  plan({ image, offer }, task, context): Plan {
    const reference = referenceOf(task);
    if (isImageId(task.name)) return { failed: 'Cannot push an image by ID' };
    if (image === null) return { failed: `Cannot find image ${reference}` };
    if (offer !== undefined && isForeseen(image)) return { unknown: 'which image this is depends on an earlier task' };
    if (offer !== undefined) {
      const told = isMissingThere(offer) ? 'other' : readOffer(offer, image);
      if (told === 'same') return { changes: [] };
      if (told !== 'other') return { unknown: told.why };
    }
    return {
      changes: [
        {
          what: `registry of ${reference}`,
          from: '',
          to: 'pushed',
          commands: [
            {
              ...sh`${withEngine(engineOf(task, context))}
_engine image push -- ${reference}`,
              shown: `docker image push ${reference}`,
              long: true,
              // The failure is reported with Ansible's words.
              accepts: anyCode,
            },
          ],
          // The engine then also knows the digest of the image there.
          effects: [mayAlter(engineObject('image', '*'))],
        },
      ],
    };
  },
  result({ params: task, before: { image }, replies: [reply], changes }) {
    const reference = referenceOf(task);
    const actions = changes.length === 0 ? [] : [`Pushed image ${reference}`];
    if (reply === undefined) return { actions, image: image ?? {} };
    if (reply.code !== 0) {
      const said = engineComplaint(decodeText(reply.stderr), reply.code);
      return { changed: false, failed: true, msg: `Error pushing image ${reference}: ${said}` };
    }
    return { changed: /: Pushed$/m.test(decodeText(reply.stdout)), actions, image: image ?? {} };
  },
  returns: {
    actions: 'What was done, in words.',
    image: 'What `docker image inspect` tells about the image.',
    msg: 'Why the task failed.',
  },
  examples: [
    {
      title: 'Push an image',
      yaml: 'docker_image_push:\n  name: registry.example.org/team/shop\n  tag: v1.4',
      runs: { no: 'needs Docker and a registry' },
    },
    {
      title: 'Push an image to a registry on the host',
      yaml: 'community.docker.docker_image_push:\n  name: localhost:5000/shop:latest',
      runs: { no: 'needs Docker and a registry' },
    },
  ],
});

const engineOf = (task: Task, { environment }: TaskContext) => dockerEngine(task, environment);

const referenceOf = ({ name, tag }: Task): string => imageReference(name, tag);

/** Whether the registry knows no such image; it may then be pushed for the first time. */
const isMissingThere = ({ code, stderr }: ShellAnswer): boolean =>
  code !== 0 && /not found|manifest unknown|no such manifest|name unknown/i.test(stderr);
