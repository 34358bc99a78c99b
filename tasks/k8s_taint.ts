import { defineTask, mayAlter, type Params, type Plan, predicts, script, type TaskResult } from '../src/sdk.ts';
import { isObject, type JsonObject, jsonAt, listInside, textInside } from './shared/json.ts';
import { kubeParams } from './shared/kubernetes/kube-params.ts';
import { kubectlCommand, kubectlComplaint, kubectlFor } from './shared/kubernetes/kubectl.ts';
import { askListed, listedAnswer, listedObjects } from './shared/kubernetes/listed-objects.ts';
import { kubeconfigHere } from './shared/kubernetes/local-files.ts';

const params = {
  state: {
    type: 'str',
    default: 'present',
    choices: ['present', 'absent'],
    doc: 'Whether the node should have the taints.',
  },
  name: { type: 'str', required: true, doc: 'The node.' },
  taints: {
    type: 'list',
    elements: 'dict',
    required: true,
    doc: 'The taints.',
    options: {
      key: { type: 'str', doc: 'The key of the taint.' },
      value: { type: 'str', doc: 'Its value.' },
      effect: {
        type: 'str',
        choices: ['NoSchedule', 'NoExecute', 'PreferNoSchedule'],
        doc: 'What it does to pods that do not tolerate it. Required, unless taints are removed.',
      },
    },
  },
  replace: { type: 'bool', default: false, doc: 'Remove all other taints.' },
  ...kubeParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'kubernetes.core.k8s_taint',
  summary: 'Manage the taints of a node in a Kubernetes cluster.',
  description:
    'Needs `kubectl` on the host. A taint that is removed without an `effect` is removed whatever its effect is.',
  params,
  prepare: (given, controller): Task => ({ ...given, kubeconfig: kubeconfigHere(given.kubeconfig, controller) }),
  ask: (task: Task, { environment }) => ({ found: askListed(kubectlFor(task, environment), listingOf(task)) }),
  plan({ found }, task, { environment }): Plan {
    const { name, taints, state } = task;
    if (found.code !== 0) return { failed: `Failed to retrieve node '${name}' due to: ${kubectlComplaint(found)}` };
    const [node] = listedObjects(found);
    if (node === undefined) return { failed: `Node '${name}' has not been found.` };
    if (state === 'present' && taints.some(({ key, effect }) => key === undefined || effect === undefined))
      return { failed: 'taints: each needs a key and an effect' };
    const now = taintsOf(node);
    const wanted =
      state === 'present' ? withTaints(now, task) : now.filter((one) => !taints.some((gone) => isMeant(one, gone)));
    const changes = [
      ...wanted
        .filter((one) => shownNow(now, one) !== shown(one))
        .map((one) => ({
          what: `taint ${identityOf(one)} of node ${name}`,
          from: shownNow(now, one),
          to: shown(one),
        })),
      ...now
        .filter((one) => !wanted.some((kept) => identityOf(kept) === identityOf(one)))
        .map((one) => ({
          what: `taint ${identityOf(one)} of node ${name}`,
          from: shown(one),
          to: null,
        })),
    ];
    const kubectl = kubectlFor(task, environment);
    const patch = `--patch=${JSON.stringify({ spec: { taints: wanted.length === 0 ? null : wanted } })}`;
    const command = {
      ...kubectlCommand(kubectl, script`_kubectl patch --type=merge ${patch} -- node ${name} >/dev/null`),
      shown: `kubectl patch node ${name}`,
    };
    const after = { ...node, spec: { ...Object(jsonAt(node, 'spec')), taints: wanted } };
    const effects = [
      mayAlter('kubernetes:Pod/*'),
      predicts(askListed(kubectl, listingOf(task)), listedAnswer([after])),
    ];
    return { changes: changes.map((one, index) => ({ ...one, commands: index === 0 ? [command] : [], effects })) };
  },
  result: ({ state: { found }, params: task }): TaskResult => ({
    result: task.state === 'absent' ? {} : (listedObjects(found)[0] ?? {}),
  }),
  returns: { result: 'The node; empty if taints are removed.' },
  examples: [
    {
      title: 'Keep pods away from a node',
      yaml: 'k8s_taint:\n  name: worker-1\n  taints:\n    - key: dedicated\n      value: database\n      effect: NoSchedule',
      runs: { no: 'needs a cluster' },
    },
    {
      title: 'Remove a taint',
      yaml: 'kubernetes.core.k8s_taint:\n  name: worker-1\n  state: absent\n  taints:\n    - key: dedicated\n      effect: NoSchedule',
      runs: { no: 'needs a cluster' },
    },
  ],
});

const listingOf = ({ name }: Task) => ({ api_version: 'v1', kind: 'Node', name, namespace: undefined });

type Taint = JsonObject;

const taintsOf = (node: JsonObject): readonly Taint[] => listInside(node, 'spec', 'taints').filter(isObject);

/** What tells a taint apart from others of the node. */
const identityOf = (taint: unknown): string => `${textInside(taint, 'key')}:${textInside(taint, 'effect')}`;

const shown = (taint: unknown): string => {
  const value = textInside(taint, 'value') ?? '';
  return value === '' ? 'without a value' : value;
};

const shownNow = (all: readonly Taint[], taint: Taint): string | null => {
  const found = all.find((one) => identityOf(one) === identityOf(taint));
  return found === undefined ? null : shown(found);
};

function withTaints(now: readonly Taint[], { taints, replace }: Task): readonly Taint[] {
  const given: readonly Taint[] = taints.map(({ key, value, effect }) => ({
    key,
    ...(value !== undefined && { value }),
    effect,
  }));
  const merged = given.map((one) => {
    const old = now.find((other) => identityOf(other) === identityOf(one));
    return old !== undefined && shown(old) === shown(one) ? old : one;
  });
  const others = now.filter((one) => !given.some((other) => identityOf(other) === identityOf(one)));
  return [...(replace ? [] : others), ...merged];
}

const isMeant = (taint: Taint, { key, value, effect }: Task['taints'][number]): boolean =>
  (key === undefined || textInside(taint, 'key') === key) &&
  (value === undefined || textInside(taint, 'value') === value) &&
  (effect === undefined || textInside(taint, 'effect') === effect);
