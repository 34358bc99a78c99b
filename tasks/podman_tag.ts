import {
  blurs,
  type Change,
  defineTask,
  each,
  type Params,
  type Plan,
  predicts,
  type Question,
  sh,
  type TaskContext,
  together,
} from '../src/sdk.ts';
import { withEngine } from './shared/containers/engine.ts';
import { imageReference, shortImageId } from './shared/containers/image-name.ts';
import { engineObject, type Inspected, inspect } from './shared/containers/inspect.ts';
import { textAt } from './shared/containers/json.ts';
import { podmanEngine, podmanParams } from './shared/containers/podman.ts';
import { isForeseen } from './shared/containers/pulled-image.ts';

const params = {
  image: { type: 'str', required: true, doc: 'The image, by its name or ID.' },
  target_names: { type: 'list', elements: 'str', required: true, doc: 'The new names.' },
  ...podmanParams,
} as const;

type Task = Params<typeof params>;

type Asking = { readonly image: Question<Inspected> } & Readonly<Record<`as ${string}`, Question<Inspected>>>;

export default defineTask({
  name: 'containers.podman.podman_tag',
  summary: 'Give a container image of Podman further names.',
  description: 'Needs the `podman` client on the host. Names that the image already has are left as they are.',
  params,
  ask: (task, context): Asking =>
    together(
      { image: inspect(engineOf(task, context), 'image', task.image) },
      each('as', task.target_names, (name) => inspect(engineOf(task, context), 'image', localName(name))),
    ),
  plan(state, task, context): Plan {
    const { image } = state;
    if (image === null) return { failed: `Error tagging local image ${task.image}: image not known` };
    const others = task.target_names.map((name) => ({ name, other: state[`as ${name}`] ?? null }));
    if (context.check && isForeseen(image) && others.some(({ other }) => other !== null))
      return { unknown: 'which image this is depends on an earlier task' };
    const missing = others.filter(({ other }) => other === null || textAt(other, 'Id') !== textAt(image, 'Id'));
    return {
      changes: missing.map(
        ({ name, other }): Change => ({
          what: `image ${name}`,
          from: other === null ? null : shortImageId(textAt(other, 'Id')),
          to: shortImageId(textAt(image, 'Id')),
          commands: [
            sh`${withEngine(engineOf(task, context))}
_engine image tag -- ${task.image} ${name}`,
          ],
          effects: [
            predicts(inspect(engineOf(task, context), 'image', localName(name)), image),
            blurs(...(other === null ? [] : [engineObject('image', textAt(other, 'Id'))])),
          ],
        }),
      ),
    };
  },
  examples: [
    {
      title: 'Give an image another name',
      yaml: 'podman_tag:\n  image: shop:v1.4\n  target_names: [registry.example.org/team/shop:v1.4]',
      runs: { no: 'needs Podman and an image' },
    },
    {
      title: 'Give an image two names',
      yaml: 'containers.podman.podman_tag:\n  image: docker.io/library/debian:12\n  target_names: [base:stable, base:bookworm]',
      runs: { no: 'needs Podman and an image' },
    },
  ],
});

const engineOf = (task: Task, { environment }: TaskContext) => podmanEngine(task, environment);

/** Podman gives names without a registry one of its own. Others with the same end are not meant. */
function localName(name: string): string {
  const [first = ''] = name.split('/');
  const hasRegistry = name.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  return imageReference(hasRegistry ? name : `localhost/${name}`);
}
