import { isObject, type JsonObject, jsonAt, listInside, textInside } from '../json.ts';

/** A condition in the status of an object. */
interface Condition {
  readonly type: string | undefined;
  readonly status: string;
  readonly reason: string | undefined;
}

/** Whether an object is as a task waits for it to be. */
export function isReady(object: JsonObject, condition?: Condition): boolean {
  if (condition?.type !== undefined && condition.type !== '') return meets(object, condition);
  const rule = RULES[textInside(object, 'kind') ?? ''];
  return rule === undefined || rule(object);
}

function meets(object: JsonObject, { type, status, reason }: Condition): boolean {
  const found = listInside(object, 'status', 'conditions').find((one) => textInside(one, 'type') === type);
  return (
    textInside(found, 'status')?.toLowerCase() === status.toLowerCase() &&
    (reason === undefined || reason === '' || textInside(found, 'reason') === reason)
  );
}

const count = (object: JsonObject, ...path: readonly string[]): number => Number(jsonAt(object, ...path) ?? 0);

/** Whether the status is about the object as it is now. */
const isCurrent = (object: JsonObject): boolean =>
  isObject(object['status']) &&
  count(object, 'status', 'observedGeneration') === count(object, 'metadata', 'generation');

const RULES: Readonly<Record<string, (object: JsonObject) => boolean>> = {
  Deployment: (object) => {
    const wanted = count(object, 'spec', 'replicas');
    return (
      isCurrent(object) &&
      count(object, 'status', 'replicas') === wanted &&
      count(object, 'status', 'availableReplicas') === wanted &&
      count(object, 'status', 'unavailableReplicas') === 0
    );
  },
  DaemonSet: (object) => {
    const wanted = jsonAt(object, 'status', 'desiredNumberScheduled');
    return (
      isCurrent(object) &&
      wanted !== undefined &&
      count(object, 'status', 'updatedNumberScheduled') === wanted &&
      count(object, 'status', 'numberReady') === wanted &&
      count(object, 'status', 'unavailableReplicas') === 0
    );
  },
  StatefulSet: (object) => {
    const wanted = count(object, 'spec', 'replicas');
    if (!isCurrent(object) || count(object, 'status', 'replicas') !== wanted) return false;
    if (textInside(object, 'spec', 'updateStrategy', 'type') === 'OnDelete') return true;
    return (
      count(object, 'status', 'updatedReplicas') === wanted &&
      count(object, 'status', 'readyReplicas') === wanted &&
      textInside(object, 'status', 'updateRevision') === textInside(object, 'status', 'currentRevision')
    );
  },
  Pod: (object) => {
    const containers = jsonAt(object, 'status', 'containerStatuses');
    return Array.isArray(containers) && containers.every((one) => jsonAt(one, 'ready') === true);
  },
};
