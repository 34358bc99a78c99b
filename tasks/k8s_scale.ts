import {
  type Change,
  defineTask,
  mayAlter,
  nothing,
  type Params,
  type Plan,
  predicts,
  type Question,
  type ShellAnswer,
  script,
  type TaskContext,
  type TaskResult,
} from '../src/sdk.ts';
import { type JsonObject, jsonAt, textInside } from './shared/json.ts';
import { askFileAt, askPageAt, type DefinitionSources, definedBy } from './shared/kubernetes/defined-objects.ts';
import { kindArgument } from './shared/kubernetes/kinds.ts';
import { definitionParams, kubeParams, nameParams } from './shared/kubernetes/kube-params.ts';
import { kubectlCommand, kubectlComplaint, kubectlFor } from './shared/kubernetes/kubectl.ts';
import { askListed, type Listing, listedAnswer, listedObjects } from './shared/kubernetes/listed-objects.ts';
import { fileHere, kubeconfigHere } from './shared/kubernetes/local-files.ts';
import { lacksKind, noSuchKind } from './shared/kubernetes/object-steps.ts';
import { isReady } from './shared/kubernetes/readiness.ts';

const params = {
  replicas: {
    type: 'int',
    required: true,
    doc: 'How many replicas there should be; of a job, how many pods may run at once.',
  },
  current_replicas: { type: 'int', doc: 'Scale only what has this many replicas now.' },
  resource_version: { type: 'str', doc: 'Scale only what has this version now.' },
  wait: {
    type: 'bool',
    default: true,
    doc: 'Wait until the replicas are ready. A check, and a job, are not waited for.',
  },
  wait_timeout: { type: 'int', default: 20, doc: 'How many seconds to wait.' },
  wait_sleep: { type: 'int', default: 5, doc: 'How many seconds to wait before looking again.' },
  label_selectors: {
    type: 'list',
    elements: 'str',
    default: [],
    doc: 'Instead of a name: scale all objects whose labels meet these selectors.',
  },
  continue_on_error: {
    type: 'bool',
    default: false,
    doc: 'Of several objects, scale those that can be scaled, and report the others in `errors`.',
  },
  ...nameParams,
  ...definitionParams,
  ...kubeParams,
} as const;

type Task = Params<typeof params> & { readonly definitions: unknown };

type ScaleQuestions = { readonly found: Question<ShellAnswer | undefined> };

export default defineTask({
  name: 'kubernetes.core.k8s_scale',
  summary: 'Change the number of replicas of a deployment, a replica set or the like, or the parallelism of a job.',
  description: 'Needs `kubectl` on the host.',
  params,
  rules: { mutuallyExclusive: [['resource_definition', 'src']] },
  prepare: (given, controller): Task => ({
    ...given,
    src: given.src === undefined ? undefined : fileHere(given.src, controller),
    kubeconfig: kubeconfigHere(given.kubeconfig, controller),
    definitions: given.resource_definition,
  }),
  ask: ({ src }: Task) => ({ file: askFileAt(src), page: askPageAt(src) }),
  thenAsk(sources, task, { environment }): ScaleQuestions {
    const listing = listingOf(sources, task);
    return { found: 'refused' in listing ? nothing() : askListed(kubectlFor(task, environment), listing) };
  },
  plan(state, task, context): Plan {
    const listing = listingOf(state, task);
    if ('refused' in listing) return { failed: listing.refused };
    const { found } = state;
    if (found === undefined) return { failed: 'nothing was asked' };
    if (lacksKind(found.stderr)) return { failed: noSuchKind(listing.api_version, listing.kind) };
    if (found.code !== 0) return { failed: kubectlComplaint(found) };
    const objects = listedObjects(found);
    if (objects.length === 0 && listing.name !== undefined)
      return { failed: `Failed to retrieve requested object: ${listing.kind} "${listing.name}" not found` };
    const uncounted = objects.find((one) => countOf(one) === undefined);
    if (uncounted !== undefined && !(task.continue_on_error && objects.length > 1))
      return { failed: noCount(uncounted) };
    const waiting = objects.find((one) => countOf(one) === task.replicas && !isJob(one) && !isReady(one));
    if (task.wait && context.done !== undefined && waiting !== undefined)
      return {
        wait: {
          againMs: Math.max(task.wait_sleep, 1) * 1000,
          deadlineMs: task.wait_timeout * 1000,
          failed: 'Resource scaling timed out',
          shown: labelOf(waiting),
        },
      };
    const scaled = objects.filter((one) => isScaled(one, task));
    const warnings = context.done === undefined ? objects.flatMap((one) => warningAbout(one, task)) : [];
    const then = objects.map((one) => (scaled.includes(one) ? withCount(one, task.replicas) : one));
    const effects = [
      mayAlter('kubernetes:Pod/*', 'kubernetes:ReplicaSet/*'),
      predicts(askListed(kubectlFor(task, context.environment), listing), listedAnswer(then)),
    ];
    return { changes: scaled.map((one) => ({ ...scaling(one, task, context), effects })), warnings };
  },
  result({ params: task, state, before, changes, startedAt, endedAt }): TaskResult {
    const { found } = state;
    if (found === undefined || found.code !== 0) return {};
    const objects = listedObjects(found);
    const duration = task.wait ? { duration: Math.round((endedAt.getTime() - startedAt.getTime()) / 1000) } : {};
    const errors = objects
      .filter((one) => countOf(one) === undefined)
      .map((one) => ({ error: noCount(one), failed: true }));
    const results = objects
      .filter((one) => countOf(one) !== undefined)
      .map((one) => ({
        changed: changes.some(({ what }) => what === whatOf(one)),
        result: one,
        ...duration,
      }));
    const [only] = results;
    const isOne = before.found === undefined || listedObjects(before.found).length <= 1;
    if (isOne) return { result: only?.result ?? {}, ...duration };
    return { results, ...(errors.length > 0 && { errors }) };
  },
  returns: {
    result: 'The object, if there is only one.',
    results: 'If there are several objects: the result for each.',
    errors: 'Objects that cannot be scaled, with `continue_on_error`.',
    duration: 'How many seconds it took, with `wait`.',
  },
  examples: [
    {
      title: 'Scale a deployment',
      yaml: 'k8s_scale:\n  api_version: apps/v1\n  kind: Deployment\n  namespace: shop\n  name: web\n  replicas: 3\n  wait_timeout: 60',
      runs: { no: 'needs a cluster' },
    },
    {
      title: 'Stop all deployments of an application',
      yaml: 'kubernetes.core.k8s_scale:\n  api_version: apps/v1\n  kind: Deployment\n  namespace: shop\n  label_selectors: [app=web]\n  replicas: 0',
      runs: { no: 'needs a cluster' },
    },
  ],
});

function listingOf(sources: DefinitionSources, task: Task): Listing | { readonly refused: string } {
  const { label_selectors, definitions, src } = task;
  if (definitions === undefined && src === undefined && task.kind === undefined)
    return { refused: "'kind' option is required to specify the resource type." };
  const defined = definedBy(task, sources);
  if ('refused' in defined) return defined;
  const [first] = defined;
  if (first === undefined) return { refused: 'Failed to load resource definition: there is no object in it' };
  const { apiVersion, kind, name, namespace } = first;
  if (name === undefined && label_selectors.length === 0)
    return { refused: 'either name or label_selectors is required' };
  return { api_version: apiVersion, kind, name, namespace, label_selectors };
}

const isJob = (object: JsonObject): boolean => object['kind'] === 'Job';

const fieldOf = (object: JsonObject): string => (isJob(object) ? 'parallelism' : 'replicas');

function countOf(object: JsonObject): number | undefined {
  const found = jsonAt(object, 'spec', fieldOf(object));
  return typeof found === 'number' ? found : undefined;
}

const withCount = (object: JsonObject, count: number): JsonObject => ({
  ...object,
  spec: { ...Object(jsonAt(object, 'spec')), [fieldOf(object)]: count },
});

const labelOf = (object: JsonObject): string =>
  `${object['kind']} ${textInside(object, 'metadata', 'namespace') ?? ''}/${textInside(object, 'metadata', 'name')}`;

const whatOf = (object: JsonObject): string => `${fieldOf(object)} of ${labelOf(object)}`;

const identity = (object: JsonObject): string =>
  `kind=${object['kind']} name=${textInside(object, 'metadata', 'name')} namespace=${textInside(object, 'metadata', 'namespace')}.`;

const noCount = (object: JsonObject): string => `Failed to retrieve the available count for object ${identity(object)}`;

function warningAbout(
  object: JsonObject,
  { current_replicas: current, resource_version: version }: Task,
): readonly string[] {
  const count = countOf(object);
  const now = textInside(object, 'metadata', 'resourceVersion');
  if (version !== undefined && version !== now)
    return [`expected resource version ${version} does not match with actual ${now} for object ${identity(object)}`];
  return current !== undefined && count !== undefined && count !== current
    ? [`current replicas ${current} does not match with actual ${count} for object ${identity(object)}`]
    : [];
}

const isScaled = (object: JsonObject, task: Task): boolean => {
  const count = countOf(object);
  return count !== undefined && count !== task.replicas && warningAbout(object, task).length === 0;
};

function scaling(object: JsonObject, task: Task, { environment }: TaskContext): Change {
  const { replicas } = task;
  const name = textInside(object, 'metadata', 'name') ?? '';
  const namespace = textInside(object, 'metadata', 'namespace');
  const place = namespace === undefined ? [] : [`--namespace=${namespace}`];
  const kind = kindArgument(textInside(object, 'apiVersion') ?? 'v1', textInside(object, 'kind') ?? '');
  const call = isJob(object)
    ? script`_kubectl patch ${place} --type=merge ${`--patch={"spec":{"parallelism":${replicas}}}`} -- ${kind} ${name}`
    : script`_kubectl scale ${place} ${`--replicas=${replicas}`} ${`--current-replicas=${countOf(object) ?? -1}`} -- ${kind} ${name}`;
  return {
    what: whatOf(object),
    from: String(countOf(object)),
    to: String(replicas),
    commands: [{ ...kubectlCommand(kubectlFor(task, environment), call), shown: `kubectl scale (${labelOf(object)})` }],
  };
}
