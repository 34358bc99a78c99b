import { defineTask, type Params, type Plan, script } from '../src/sdk.ts';
import { kindArgument } from './shared/kubernetes/kinds.ts';
import { kubeParams, nameParams } from './shared/kubernetes/kube-params.ts';
import { askKubectl, kubectlComplaint, kubectlFor } from './shared/kubernetes/kubectl.ts';
import { kubeconfigHere } from './shared/kubernetes/local-files.ts';

const params = {
  ...nameParams,
  kind: {
    type: 'str',
    default: 'Pod',
    doc: 'The kind of the object. Of one that has pods, the log of one pod is returned.',
  },
  label_selectors: {
    type: 'list',
    elements: 'str',
    default: [],
    doc: 'Instead of a name: the first pod whose labels meet these selectors.',
  },
  container: { type: 'str', doc: 'The container in the pod (default: the only one).' },
  all_containers: { type: 'bool', doc: 'Return the logs of all containers in the pod.' },
  since_seconds: { type: 'str', doc: 'Return only what was logged in these last seconds.' },
  previous: { type: 'bool', default: false, doc: 'Return the log of the instance of the container before this one.' },
  tail_lines: { type: 'int', doc: 'Return only this many lines, from the end.' },
  ...kubeParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'kubernetes.core.k8s_log',
  summary: 'Get the log of a pod in a Kubernetes cluster.',
  description: 'Needs `kubectl` on the host. It changes nothing.',
  params,
  rules: { mutuallyExclusive: [['container', 'all_containers']] },
  looks: () => true,
  asksAnew: true,
  prepare: (given, controller): Task => ({ ...given, kubeconfig: kubeconfigHere(given.kubeconfig, controller) }),
  ask: (task: Task, { environment }) => {
    const { namespace, label_selectors: selectors, name } = task;
    const place = namespace === undefined ? [] : [`--namespace=${namespace}`];
    const object = `${kindArgument(task.api_version, task.kind)}/${name ?? ''}`;
    const none = `No pods in namespace ${namespace ?? ''} matched selector ${selectors.join(',')}`;
    const finding =
      selectors.length === 0
        ? script`_of=${/^pods?$/i.test(task.kind) ? (name ?? '') : object}`
        : script`_of=$(_kubectl get pods -o name ${place} --selector=${selectors.join(',')}) || exit
_of=$(printf '%s\n' "$_of" | head -n 1)
[ "$_of" ] || { echo ${none} >&2; exit 1; }`;
    return {
      told: askKubectl(
        kubectlFor(task, environment),
        script`${finding}
_kubectl logs ${[...place, ...logOptions(task)]} "$_of"`,
        { about: ['kubernetes:Pod/*'] },
      ),
    };
  },
  plan({ told }, task): Plan {
    const { name, label_selectors: selectors } = task;
    if (name !== undefined && selectors.length > 0)
      return { failed: 'Only one of name or label_selectors can be provided' };
    if (name === undefined && selectors.length === 0)
      return { failed: 'name must be provided for resources that do not support namespaced base url' };
    if (told.code !== 0) return { failed: refusal(kubectlComplaint(told)) };
    return { changes: [], result: { log: told.stdout, log_lines: told.stdout.split('\n') } };
  },
  returns: { log: 'The log.', log_lines: 'Its lines.' },
  examples: [
    {
      title: 'Get the last lines of the log of a pod',
      yaml: 'k8s_log:\n  namespace: shop\n  name: web-0\n  tail_lines: 20\nregister: log',
      runs: { no: 'needs a cluster' },
    },
    {
      title: 'Get the log of a pod of a deployment',
      yaml: 'kubernetes.core.k8s_log:\n  api_version: apps/v1\n  kind: Deployment\n  namespace: shop\n  name: web\nregister: log',
      runs: { no: 'needs a cluster' },
    },
  ],
});

const logOptions = ({ container, all_containers, since_seconds: since, previous, tail_lines: tail }: Task) => [
  // With a selector, the client would return only a few lines.
  `--tail=${tail ?? -1}`,
  ...(container === undefined ? [] : [`--container=${container}`]),
  ...(all_containers === true ? ['--all-containers'] : []),
  ...(since === undefined ? [] : [`--since=${since}s`]),
  ...(previous ? ['--previous'] : []),
];

const refusal = (said: string): string =>
  /^(?:No pods|kubectl is|Failed to load)/.test(said) ? said : `Unable to retrieve log from Pod due to: ${said}`;
