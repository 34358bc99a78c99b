import { type Effect, type Plan, predicts, type ShellAnswer, type TaskContext } from '../../../src/sdk.ts';
import { isObject, jsonAt, textInside } from '../json.ts';
import { type DefinitionSources, definedBy } from './defined-objects.ts';
import { type Definition, definitionsIn, labelOf } from './definitions.ts';
import type { K8sTask } from './k8s-params.ts';
import { kubectlComplaint, kubectlFor } from './kubectl.ts';
import { askListed, type Listing, listedAnswer, listedObjects } from './listed-objects.ts';
import {
  answerWith,
  askObjects,
  type ObjectState,
  readObjects,
  settled,
  type WantedObject,
  type Way,
} from './object-state.ts';
import { absentStep, lacksKind, type ObjectStep, presentStep } from './object-steps.ts';
import { isReady } from './readiness.ts';
import { meetsSelectors } from './selectors.ts';

/** What the host told about the objects of a task. */
export type ManagedState = DefinitionSources & {
  readonly objects?: ShellAnswer | undefined;
  readonly listed?: ShellAnswer | undefined;
} & Readonly<Record<`namespace ${string}`, boolean | undefined>>;

/** The objects that a task is about: defined ones, or all that are listed. */
type Meant =
  | { readonly refused: string }
  | { readonly listing: Listing }
  | { readonly wanted: readonly WantedObject[]; readonly leftOut: readonly Definition[] };

/** Which objects a task means. */
export function meantBy(sources: DefinitionSources, task: K8sTask): Meant {
  const { state, kind, name, label_selectors: selectors = [] } = task;
  const isBare = task.definitions === undefined && task.src === undefined;
  const isList = isBare && state === 'absent' && name === undefined && (task.delete_all || selectors.length > 0);
  if (isBare && kind === undefined) return { refused: "'kind' option is required to specify the resource type." };
  if (isList && kind !== undefined) return { listing: { ...task, kind } };
  const defined = definedBy(task, sources);
  if ('refused' in defined) return defined;
  const isMeant = ({ body }: Definition): boolean => {
    const labels = jsonAt(body, 'metadata', 'labels');
    return state === 'absent' || meetsSelectors(isObject(labels) ? labels : {}, selectors);
  };
  const meant = defined.filter(isMeant);
  const nameless = meant.find(
    (one) => one.name === undefined && textInside(one.body, 'metadata', 'generateName') === undefined,
  );
  if (nameless !== undefined) return { refused: `${nameless.kind}: the object has no name` };
  return {
    wanted: meant.map((definition) => ({
      definition,
      way: wayOf(task),
      tries: state !== 'absent',
      creates: state !== 'patched',
      validates: task.validate?.strict === true,
    })),
    leftOut: defined.filter((one) => !isMeant(one)),
  };
}

function wayOf({ apply, server_side_apply: server, force, merge_type }: K8sTask): Way {
  if (apply)
    return {
      by: 'apply',
      options:
        server === undefined
          ? []
          : [
              '--server-side',
              `--field-manager=${server.field_manager}`,
              ...(server.force_conflicts ? ['--force-conflicts'] : []),
            ],
    };
  if (force) return { by: 'replace' };
  const types = merge_type ?? ['strategic-merge', 'merge'];
  return { by: 'patch', types: types.map((type) => type.replace('-merge', '')) };
}

/** What is to be done about each object, and the prediction of what that leads to. */
interface ManageSteps {
  readonly steps: readonly ObjectStep[];
  readonly afterwards: Effect;
  /** Why nothing is known about the objects. */
  readonly unreadable?: string | undefined;
}

/** Works out what is to be done about each object. */
export function manageSteps(state: ManagedState, task: K8sTask, context: TaskContext): ManageSteps {
  const kubectl = kubectlFor(task, context.environment);
  const meant = meantBy(state, task);
  const nothing: ManageSteps = { steps: [], afterwards: { blurs: [] } };
  if ('refused' in meant) return { ...nothing, unreadable: meant.refused };
  if ('listing' in meant) {
    const { listed } = state;
    if (listed === undefined || listed.code !== 0)
      return { ...nothing, unreadable: listed === undefined ? 'nothing was listed' : kubectlComplaint(listed) };
    const steps = listedObjects(listed).map((object) => {
      const { metadata, ...rest } = object;
      const identity = { name: textInside(metadata, 'name'), namespace: textInside(metadata, 'namespace') };
      const body = { apiVersion: rest['apiVersion'] ?? task.api_version, kind: rest['kind'], metadata: identity };
      const [definition] = asList(definitionsIn(body, task));
      return definition === undefined
        ? []
        : [
            absentStep(
              { kubectl, wanted: removing(definition), state: settled(object), willBeThere: () => false },
              task.delete_options,
            ),
          ];
    });
    return { steps: steps.flat(), afterwards: predicts(askListed(kubectl, meant.listing), listedAnswer([])) };
  }
  const { wanted } = meant;
  const objects = state.objects === undefined ? [] : readObjects(state.objects);
  if (objects.length < wanted.length)
    return {
      ...nothing,
      unreadable: state.objects === undefined ? 'nothing was asked' : kubectlComplaint(state.objects),
    };
  const steps: ObjectStep[] = [];
  for (const [index, one] of wanted.entries()) {
    const now = objects[index] ?? settled(undefined);
    const earlier = wanted.slice(0, index).filter((_, at) => steps[at]?.status === 'changes');
    const willBeThere = (said: string): boolean =>
      context.check &&
      isProvided(said, one.definition, { state, earlier: earlier.map(({ definition }) => definition) });
    const comparing = { kubectl, wanted: one, state: now, willBeThere };
    steps.push(task.state === 'absent' ? absentStep(comparing, task.delete_options) : presentStep(comparing));
  }
  return { steps, afterwards: predicts(askObjects(kubectl, wanted), answerWith(steps.map((step) => step.afterwards))) };
}

const asList = (read: ReturnType<typeof definitionsIn>): readonly Definition[] => ('refused' in read ? [] : read);

const removing = (definition: Definition): WantedObject => ({
  definition,
  way: { by: 'replace' },
  tries: false,
  creates: false,
  validates: false,
});

/** Whether what the server lacks for an object is created before it, by this task or by an earlier one. */
function isProvided(
  said: string,
  { apiVersion, kind, namespace = '' }: Definition,
  { state, earlier }: { readonly state: ManagedState; readonly earlier: readonly Definition[] },
): boolean {
  if (said.includes(`namespaces "${namespace}" not found`))
    return (
      state[`namespace ${namespace}`] === true ||
      earlier.some((one) => one.kind === 'Namespace' && one.name === namespace)
    );
  return (
    lacksKind(said) &&
    earlier.some(
      ({ kind: other, body }) =>
        other === 'CustomResourceDefinition' &&
        textInside(body, 'spec', 'names', 'kind') === kind &&
        apiVersion.startsWith(`${textInside(body, 'spec', 'group')}/`),
    )
  );
}

/** What is wrong with the definitions themselves. */
export function invalidDefinitions(state: ManagedState, task: K8sTask): readonly string[] {
  const meant = meantBy(state, task);
  if (state.objects === undefined || !('wanted' in meant)) return [];
  const objects = readObjects(state.objects);
  return meant.wanted.flatMap(({ definition }, index) => {
    const told = objects[index]?.validated;
    const isAbout = told !== undefined && told.code !== 0 && !/ not found|no matches for kind/.test(told.said);
    return isAbout ? [`${definition.kind} ${definition.name}: ${told.said.replace(/^error: /, '')}`] : [];
  });
}

/** What a task waits for, once there is nothing else to do; undefined if everything is as it should be. */
export function waitingFor(state: ManagedState, task: K8sTask, { check }: TaskContext): Plan | undefined {
  const meant = meantBy(state, task);
  if (!task.wait || check || 'refused' in meant) return undefined;
  const wait = (kind: string, label: string, name: string, object?: unknown): Plan => ({
    wait: {
      againMs: Math.max(task.wait_sleep, 1) * 1000,
      deadlineMs: task.wait_timeout * 1000,
      failed: `"${kind}" "${name}": Timed out waiting on resource`,
      shown: label,
      phase: label,
      ...(object !== undefined && { result: { result: object } }),
    },
  });
  if ('listing' in meant) {
    const left = state.listed === undefined ? [] : listedObjects(state.listed);
    return left.length === 0 ? undefined : wait(meant.listing.kind, `${left.length} ${meant.listing.kind}`, '');
  }
  const objects: readonly ObjectState[] = state.objects === undefined ? [] : readObjects(state.objects);
  const index = meant.wanted.findIndex((_, at) => {
    const object = objects[at]?.now.object;
    if (task.state === 'absent') return object !== undefined;
    return object !== undefined && !isReady(object, task.wait_condition);
  });
  const one = meant.wanted[index]?.definition;
  return one === undefined ? undefined : wait(one.kind, labelOf(one), one.name ?? '', objects[index]?.now.object);
}
