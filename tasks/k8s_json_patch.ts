import {
  decodeText,
  defineTask,
  mayAlter,
  type Params,
  type Plan,
  type Script,
  script,
  type TaskResult,
} from '../src/sdk.ts';
import { withoutFields } from './shared/kubernetes/hidden-fields.ts';
import { kindArgument } from './shared/kubernetes/kinds.ts';
import { kubeParams, nameParams, waitParams } from './shared/kubernetes/kube-params.ts';
import { askKubectl, kubectlCommand, kubectlComplaint, kubectlFor } from './shared/kubernetes/kubectl.ts';
import { kubeconfigHere } from './shared/kubernetes/local-files.ts';
import { fieldDifferences, objectDiff } from './shared/kubernetes/object-differences.ts';
import { readObjects, SECTIONS, toldBy } from './shared/kubernetes/object-state.ts';
import { lacksKind, noSuchKind } from './shared/kubernetes/object-steps.ts';

const params = {
  ...nameParams,
  kind: { type: 'str', required: true, doc: 'The kind of the object.' },
  name: { type: 'str', required: true, doc: 'The name of the object.' },
  patch: {
    type: 'list',
    elements: 'dict',
    required: true,
    doc: 'The operations of the patch (RFC 6902), each with `op`, `path` and, for most, `value`.',
  },
  hidden_fields: {
    type: 'list',
    elements: 'str',
    default: [],
    doc: 'Fields to leave out of the result, such as `metadata.managedFields`.',
  },
  ...waitParams,
  ...kubeParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'kubernetes.core.k8s_json_patch',
  summary: 'Apply a JSON patch to an object in a Kubernetes cluster.',
  description:
    'Needs `kubectl` 1.20 or newer on the host. The server tells in a dry run what the patch would change; if that is nothing, it is not applied. `wait_condition` has no `reason` here.',
  params,
  acts: true,
  prepare: (given, controller): Task => ({ ...given, kubeconfig: kubeconfigHere(given.kubeconfig, controller) }),
  ask: (task: Task, { environment }) => ({
    found: askKubectl(
      kubectlFor(task, environment),
      script`${SECTIONS}
IFS= read -r _body
_begin
_x=$(_kubectl get -o json ${placeOf(task)} -- ${objectOf(task)} 2>&1 </dev/null); _c=$?; _tell now "$_c"
[ "$_c" -eq 0 ] || exit
_x=$(printf '%s' "$_body" | ${patching(task)} --dry-run=server 2>&1); _tell tried "$?"`,
      {
        about: [`kubernetes:${task.kind}/*`],
        lines: [JSON.stringify(task.patch)],
        isSecret: /^secrets?$/i.test(task.kind),
      },
    ),
  }),
  plan({ found }, task, { environment }): Plan {
    const [state] = readObjects(found);
    if (state === undefined) return { failed: kubectlComplaint(found) };
    const { now, tried } = state;
    const label = `${task.kind} ${task.namespace === undefined ? '' : `${task.namespace}/`}${task.name}`;
    if (lacksKind(now.said)) return { failed: noSuchKind(task.api_version, task.kind) };
    if (now.object === undefined)
      return { failed: `${task.kind} ${task.name}: Failed to retrieve requested object: ${now.said}` };
    if (tried?.object === undefined) return { failed: `Failed to patch existing object: ${tried?.said ?? ''}` };
    if (task.wait && (task.wait_condition?.reason ?? '') !== '')
      return { failed: 'wait_condition: kubectl cannot wait for a reason' };
    const differences = fieldDifferences(now.object, tried.object, false);
    if (differences.length === 0)
      return { changes: [], result: { result: withoutFields(now.object, task.hidden_fields) } };
    const kubectl = kubectlFor(task, environment);
    const patch = {
      ...kubectlCommand(
        kubectl,
        script`IFS= read -r _body
printf '%s' "$_body" | ${patching(task)}`,
        [JSON.stringify(task.patch)],
      ),
      shown: `kubectl patch --type json (${label})`,
    };
    const waits = task.wait ? waiting(task) : undefined;
    const commands = [patch, ...(waits === undefined ? [] : [{ ...kubectlCommand(kubectl, waits), long: true }])];
    const diff = objectDiff(now.object, tried.object, label);
    return {
      changes: differences.map(({ path, from, to }, index) => ({
        what: `${path} of ${label}`,
        from,
        to,
        commands: index === 0 ? commands : [],
        effects: [mayAlter('kubernetes:*')],
        ...(index === 0 && { diff }),
      })),
    };
  },
  result({ params: task, replies, startedAt, endedAt }): TaskResult {
    const [reply, waited] = replies;
    if (reply === undefined) return {};
    const told = toldBy(reply.code, decodeText(reply.stdout));
    const wrong = [reply, waited].find((one) => one !== undefined && one.code !== 0);
    if (wrong !== undefined) {
      const said = decodeText(wrong.stderr).trim();
      const msg = wrong === reply ? `Failed to patch existing object: ${said}` : `Resource update timed out: ${said}`;
      return { changed: wrong !== reply, failed: true, msg };
    }
    const duration = Math.round((endedAt.getTime() - startedAt.getTime()) / 1000);
    return {
      changed: true,
      result: withoutFields(told.object ?? {}, task.hidden_fields),
      ...(task.wait && { duration }),
    };
  },
  returns: {
    result: 'The object as the patch left it.',
    duration: 'How many seconds it took, with `wait`.',
    msg: 'Why the task failed.',
  },
  examples: [
    {
      title: 'Set a label and an image',
      yaml: 'k8s_json_patch:\n  kind: Pod\n  namespace: shop\n  name: web-0\n  patch:\n    - op: add\n      path: /metadata/labels/tier\n      value: front\n    - op: replace\n      path: /spec/containers/0/image\n      value: nginx:1.26',
      runs: { no: 'needs a cluster' },
    },
    {
      title: 'Remove an annotation',
      yaml: 'kubernetes.core.k8s_json_patch:\n  kind: Namespace\n  name: shop\n  patch:\n    - op: remove\n      path: /metadata/annotations/owner',
      runs: { no: 'needs a cluster' },
    },
  ],
});

const placeOf = ({ namespace }: Task): readonly string[] =>
  namespace === undefined ? [] : [`--namespace=${namespace}`];

const objectOf = ({ api_version, kind, name }: Task): readonly string[] => [kindArgument(api_version, kind), name];

const patching = (task: Task): Script =>
  script`_kubectl patch -o json --type json --patch-file /dev/stdin ${placeOf(task)} ${objectOf(task)}`;

function waiting(task: Task): Script | undefined {
  const { wait_condition: condition, kind, wait_timeout: seconds } = task;
  const limit = `--timeout=${seconds}s`;
  const [type, name = ''] = objectOf(task);
  const wanted = condition?.type ?? (/^pods?$/i.test(kind) ? 'Ready' : '');
  if (wanted !== '') {
    const status = condition === undefined || condition.status === 'True' ? '' : `=${condition.status}`;
    return script`_kubectl wait ${placeOf(task)} ${`--for=condition=${wanted}${status}`} ${limit} -- ${type ?? ''} ${name}`;
  }
  return /^(?:deployment|daemonset|statefulset)s?$/i.test(kind)
    ? script`_kubectl rollout status ${placeOf(task)} ${limit} -- ${type ?? ''} ${name}`
    : undefined;
}
