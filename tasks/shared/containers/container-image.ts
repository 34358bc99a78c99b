import { blurs, type Change, type Plan, predicts, sh, type TaskContext } from '../../../src/sdk.ts';
import { containerEngine } from './container-command.ts';
import { comparisonFor } from './container-differences.ts';
import type { ContainerTask } from './container-params.ts';
import type { ContainerAnswers, ContainerDifference } from './container-situation.ts';
import { withEngine } from './engine.ts';
import { imageReference, isImageId } from './image-name.ts';
import { engineObject, type Inspected, inspect } from './inspect.ts';
import { textAt } from './json.ts';
import { readOffer } from './offered-image.ts';
import { foreseenImage, isForeseen } from './pulled-image.ts';

/** The image that a container should have, with its tag, digest or ID; undefined if none is given. */
export const imageOf = ({ image }: ContainerTask): string | undefined => {
  if (image === undefined) return undefined;
  return /^[0-9a-f]{64}$/.test(image) ? `sha256:${image}` : imageReference(image);
};

/** When the image of a container is pulled. */
export function pullPolicy({ pull }: ContainerTask): 'always' | 'missing' | 'never' {
  if (pull === true || pull === 'always') return 'always';
  return pull === 'never' ? 'never' : 'missing';
}

/** The image that the container should have, once it has been pulled; or what to do first, or why that is not known. */
export function imagePlan(
  { image, offer }: ContainerAnswers,
  task: ContainerTask,
  context: TaskContext,
): { readonly plan: Plan } | { readonly pulled: readonly Change[]; readonly now: Inspected | undefined } {
  const reference = imageOf(task);
  if (reference === undefined || image === undefined) return { pulled: [], now: undefined };
  if (image === null && (pullPolicy(task) === 'never' || isImageId(reference)))
    return { plan: { failed: `Cannot find image with ${isImageId(reference) ? 'ID' : 'name'} ${reference}` } };
  const isDone = context.done !== undefined || isImageId(reference) || pullPolicy(task) !== 'always';
  if (image !== null && isDone) return { pulled: [], now: image };
  const engine = containerEngine(task, context);
  const pull: Change = {
    what: `image ${reference}`,
    from: image === null ? null : 'present',
    to: 'pulled',
    commands: [
      {
        ...sh`${withEngine(engine)}
_engine pull --quiet ${task.platform === undefined ? [] : ['--platform', task.platform]} -- ${reference} >/dev/null`,
        shown: `docker pull ${reference}`,
        long: true,
      },
    ],
    effects: [
      predicts(inspect(engine, 'image', reference), foreseenImage(reference, image)),
      blurs(engineObject('image', '*')),
    ],
  };
  if (!context.check)
    return { plan: { changes: [image === null ? pull : { ...pull, means: true, repeats: true }], more: true } };
  if (image === null) return { pulled: [pull], now: foreseenImage(reference, image) };
  const told = offer === undefined ? 'same' : readOffer(offer, image);
  if (told === 'same') return { pulled: [], now: image };
  return told === 'other' ? { pulled: [pull], now: foreseenImage(reference, image) } : { plan: { unknown: told.why } };
}

/** How the image of an existing container differs; undefined stands for an image that is not asked about. */
export function imageDifferences(
  container: NonNullable<Inspected>,
  task: ContainerTask,
  image: Inspected | undefined,
): readonly ContainerDifference[] {
  if (image === undefined || image === null || task.ignore_image) return [];
  if (comparisonFor('image', 'value', task.comparisons) === 'ignore') return [];
  const short = (id: string) => id.replace(/^sha256:/, '').slice(0, 12);
  const [from, to] = [textAt(container, 'Image'), textAt(image, 'Id')];
  if (isForeseen(image)) return [{ what: 'image', from: short(from), to: `${task.image}` }];
  if (from !== to) return [{ what: 'image', from: short(from), to: short(to) }];
  const name = textAt(container, 'Config', 'Image');
  const isNamed = [task.image, imageOf(task)].includes(name);
  return isNamed || task.image_name_mismatch === 'ignore'
    ? []
    : [{ what: 'image name', from: name, to: task.image ?? '' }];
}
