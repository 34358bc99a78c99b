import { defineTask, type Params, type Plan } from '../src/sdk.ts';
import { withoutFields } from './shared/kubernetes/hidden-fields.ts';
import { kubeParams, nameParams, waitParams } from './shared/kubernetes/kube-params.ts';
import { kubectlComplaint, kubectlFor } from './shared/kubernetes/kubectl.ts';
import { askListed, listedObjects } from './shared/kubernetes/listed-objects.ts';
import { kubeconfigHere } from './shared/kubernetes/local-files.ts';
import { lacksKind } from './shared/kubernetes/object-steps.ts';
import { isReady } from './shared/kubernetes/readiness.ts';

const params = {
  ...nameParams,
  kind: { type: 'str', required: true, doc: 'The kind of the objects.' },
  label_selectors: {
    type: 'list',
    elements: 'str',
    default: [],
    doc: 'Only objects whose labels meet these selectors.',
  },
  field_selectors: {
    type: 'list',
    elements: 'str',
    default: [],
    doc: 'Only objects whose fields meet these selectors, for example `status.phase=Running`.',
  },
  hidden_fields: { type: 'list', elements: 'str', doc: 'Fields to leave out, such as `metadata.managedFields`.' },
  metadata_only: { type: 'bool', default: false, doc: 'Return only `apiVersion`, `kind` and `metadata`.' },
  ...waitParams,
  ...kubeParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'kubernetes.core.k8s_info',
  summary: 'Get objects in a Kubernetes cluster.',
  description:
    'Needs `kubectl` on the host. With `wait`, it fails if there is no such object in time. It changes nothing.',
  params,
  looks: () => true,
  asksAnew: true,
  prepare: (given, controller): Task => ({ ...given, kubeconfig: kubeconfigHere(given.kubeconfig, controller) }),
  ask: (task: Task, { environment }) => ({ found: askListed(kubectlFor(task, environment), task) }),
  plan({ found }, task, { check }): Plan {
    if (lacksKind(found.stderr)) return { changes: [], result: { resources: [], api_found: false } };
    if (found.code !== 0) return { failed: kubectlComplaint(found) };
    const objects = listedObjects(found);
    const isThere = objects.length > 0 && objects.every((one) => isReady(one, task.wait_condition));
    if (task.wait && !check && !isThere)
      return {
        wait: {
          againMs: Math.max(task.wait_sleep, 1) * 1000,
          deadlineMs: task.wait_timeout * 1000,
          failed: `Failed to gather information about ${task.kind}(s) even after waiting for ${task.wait_timeout} seconds`,
          shown: `${task.kind} ${task.name ?? ''}`.trim(),
        },
      };
    const resources = objects.map((one) => {
      const { apiVersion, kind, metadata } = one;
      return withoutFields(task.metadata_only ? { apiVersion, kind, metadata } : one, task.hidden_fields);
    });
    return { changes: [], result: { resources, api_found: true } };
  },
  returns: {
    resources: 'The objects.',
    api_found: 'Whether the cluster knows the kind and the version.',
  },
  examples: [
    {
      title: 'Get a service',
      yaml: 'k8s_info:\n  kind: Service\n  namespace: shop\n  name: web\nregister: web',
      runs: { no: 'needs a cluster' },
    },
    {
      title: 'Wait until all pods of an application are ready',
      yaml: 'kubernetes.core.k8s_info:\n  kind: Pod\n  namespace: shop\n  label_selectors: [app=web]\n  wait: true',
      runs: { no: 'needs a cluster' },
    },
  ],
});
