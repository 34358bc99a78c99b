import {
  blurs,
  type Change,
  type Command,
  type Effect,
  mayAlter,
  predicts,
  type Script,
  script,
} from '../../../src/sdk.ts';
import { type JsonObject, jsonAt, textInside } from '../json.ts';
import { type Definition, kubeObject, labelOf } from './definitions.ts';
import { explained, type Kubectl, kubectlCommand } from './kubectl.ts';
import { askNamespace } from './namespace.ts';
import { fieldDifferences, objectDiff } from './object-differences.ts';
import {
  createCall,
  OBJECT_CALLS,
  type ObjectState,
  settled,
  type ToldByClient,
  type WantedObject,
  wayCall,
} from './object-state.ts';

/** What is to be done about one object. */
export type ObjectStep = {
  readonly label: string;
  readonly warnings: readonly string[];
} & (
  | { readonly status: 'same' | 'missing'; readonly afterwards: ObjectState }
  | { readonly status: 'changes'; readonly changes: readonly Change[]; readonly afterwards: ObjectState }
  | { readonly status: 'failed'; readonly message: string; readonly afterwards: ObjectState }
);

/** What an object is compared with. */
interface Comparing {
  readonly kubectl: Kubectl;
  readonly wanted: WantedObject;
  readonly state: ObjectState;
  /** Whether what the server misses, such as the namespace, will be there once earlier changes have been made. */
  readonly willBeThere: (refusal: string) => boolean;
}

/** What is to be done so that an object is as it is defined. */
export function presentStep({ kubectl, wanted, state, willBeThere }: Comparing): ObjectStep {
  const { definition, way, creates } = wanted;
  const label = labelOf(definition);
  const { now, tried } = state;
  const warnings = [now.said, tried?.said ?? ''].flatMap(warningsIn);
  const base = { label, warnings };
  const refusal = [now, tried].find((told): told is ToldByClient => told !== undefined && told.code !== 0);
  const body = JSON.stringify(definition.body);
  const isNew = now.object === undefined;
  const call = isNew && way.by !== 'apply' ? createCall : wayCall(way);
  const command: Command = { ...kubectlCommand(kubectl, call, [body]), shown: shownCall(isNew, wanted, label) };
  if (refusal !== undefined && !willBeThere(refusal.said)) {
    const message = refusalText(refusal.said, isNew, wanted, refusal === now);
    return { ...base, status: 'failed', message, afterwards: state };
  }
  const after = refusal === undefined ? tried?.object : definition.body;
  if (isNew && !creates) {
    const { kind, name } = definition;
    const text = `resource 'kind=${kind},name=${name}' was not found but will not be created as 'state' parameter has been set to 'patched'`;
    return { ...base, warnings: [...warnings, text], status: 'missing', afterwards: state };
  }
  if (after === undefined)
    return { ...base, status: 'failed', message: `kubectl told nothing about ${label}`, afterwards: state };
  const effects = effectsOn(kubectl, definition, after);
  if (now.object === undefined) {
    const isRepeated = definition.name === undefined;
    const change: Change = {
      what: label,
      from: null,
      to: 'created',
      diff: objectDiff(undefined, after, label),
      commands: [command],
      effects,
      ...(isRepeated && { repeats: true as const }),
    };
    return { ...base, status: 'changes', changes: [change], afterwards: isRepeated ? state : settled(after) };
  }
  const differences = fieldDifferences(now.object, after, 'status' in definition.body);
  const afterwards = settled(after);
  if (differences.length === 0) return { ...base, status: 'same', afterwards };
  const diff = objectDiff(now.object, after, label);
  const changes = differences.map(({ path, from, to }, index) => ({
    what: `${path} of ${label}`,
    from,
    to,
    commands: index === 0 ? [command] : [],
    effects,
    ...(index === 0 && { diff }),
  }));
  return { ...base, status: 'changes', changes, afterwards };
}

const warningsIn = (said: string): readonly string[] =>
  said.split('\n').flatMap((line) => /^Warning: (.*)$/.exec(line)?.[1] ?? []);

const shownCall = (isNew: boolean, { way }: WantedObject, label: string): string =>
  `kubectl ${isNew && way.by !== 'apply' ? 'create' : way.by} (${label})`;

/** Why the server does not accept an object, in its own words. */
function refusalText(said: string, isNew: boolean, { way, definition }: WantedObject, isOfGet: boolean): string {
  if (lacksKind(said)) return noSuchKind(definition.apiVersion, definition.kind);
  const [verb] = isOfGet ? ['retrieve requested'] : [isNew && way.by !== 'apply' ? 'create' : way.by];
  const text = explained(said)
    .replace(/^error: /, '')
    .replace(/^Error from server \(\w+\): (?:error when \w+ "STDIN": )?/, '');
  return /^(?:The connection|Unable to connect|kubectl is missing|Failed to load)/.test(text) || text === ''
    ? text || 'kubectl failed'
    : `Failed to ${verb} object: ${text}`;
}

/** Whether the server does not know the kind of an object. */
export const lacksKind = (said: string): boolean =>
  /no matches for kind|the server doesn't have a resource type/.test(said);

/** The message about a kind that the server does not know. */
export const noSuchKind = (apiVersion: string, kind: string): string =>
  `Failed to find exact match for ${apiVersion}.${kind} by [kind, name, singularName, shortNames]`;

/** Kinds whose objects the cluster turns into others. */
const CONTROLLERS: ReadonlySet<string> = new Set([
  'Deployment',
  'ReplicaSet',
  'DaemonSet',
  'StatefulSet',
  'Job',
  'CronJob',
  'Pod',
  'ReplicationController',
  'PersistentVolumeClaim',
]);

/** What a change to an object does to later answers, apart from those about the object. */
function effectsOn(
  kubectl: Kubectl,
  { kind, name, namespace }: Definition,
  after: JsonObject | undefined,
): readonly Effect[] {
  const others = CONTROLLERS.has(kind)
    ? [
        mayAlter(
          'kubernetes:Pod/*',
          'kubernetes:ReplicaSet/*',
          'kubernetes:Job/*',
          'kubernetes:PersistentVolumeClaim/*',
        ),
      ]
    : [];
  if (kind === 'Namespace' && name !== undefined)
    return [
      ...(after === undefined ? [blurs('kubernetes:*')] : []),
      predicts(askNamespace(kubectl, name), after !== undefined),
    ];
  if (kind === 'CustomResourceDefinition') return [blurs('kubernetes:*')];
  return [blurs(kubeObject({ kind, name, namespace })), ...others];
}

/** How an object is removed. */
interface DeleteOptions {
  readonly propagationPolicy: string | undefined;
  readonly gracePeriodSeconds: number | undefined;
  readonly preconditions:
    | { readonly resourceVersion: string | undefined; readonly uid: string | undefined }
    | undefined;
}

/** What is to be done so that an object is gone. One that is being removed already is left to that. */
export function absentStep({ kubectl, wanted, state }: Comparing, options: DeleteOptions | undefined): ObjectStep {
  const { definition } = wanted;
  const label = labelOf(definition);
  const base = { label, warnings: warningsIn(state.now.said), afterwards: state };
  const { now } = state;
  if (now.code !== 0) return { ...base, status: 'failed', message: refusalText(now.said, false, wanted, true) };
  if (now.object === undefined || jsonAt(now.object, 'metadata', 'deletionTimestamp') !== undefined)
    return { ...base, status: 'same' };
  const { uid, resourceVersion } = options?.preconditions ?? {};
  const found = (key: string) => textInside(now.object, 'metadata', key);
  const another = [
    { key: 'uid', wanted: uid },
    { key: 'resourceVersion', wanted: resourceVersion },
  ].find(({ key, wanted }) => wanted !== undefined && found(key) !== wanted);
  if (another !== undefined)
    return {
      ...base,
      status: 'failed',
      message: `Failed to delete object: the precondition ${another.key} is ${another.wanted}, but ${label} has ${found(another.key)}`,
    };
  const change: Change = {
    what: label,
    from: 'present',
    to: null,
    diff: objectDiff(now.object, undefined, label),
    commands: [
      {
        ...kubectlCommand(kubectl, deleteCall(options), [JSON.stringify(definition.body)]),
        shown: `kubectl delete (${label})`,
      },
    ],
    effects: effectsOn(kubectl, definition, undefined),
  };
  return { ...base, status: 'changes', changes: [change], afterwards: settled(undefined) };
}

function deleteCall(options: DeleteOptions | undefined): Script {
  const { propagationPolicy: policy, gracePeriodSeconds: grace } = options ?? {};
  const words = [
    ...(policy === undefined ? [] : [`--cascade=${policy.toLowerCase()}`]),
    ...(grace === undefined ? [] : [`--grace-period=${grace}`]),
    ...(grace === 0 ? ['--force'] : []),
  ];
  return script`${OBJECT_CALLS}
IFS= read -r _body
_given delete -f - --ignore-not-found --wait=false ${words}`;
}
