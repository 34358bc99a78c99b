import {
  anyCode,
  decodeText,
  defineTask,
  mayAlter,
  type Params,
  type Plan,
  script,
  splitWords,
  type TaskResult,
} from '../src/sdk.ts';
import { executionResult, executionReturns } from './shared/commands/run-command.ts';
import { kubeParams } from './shared/kubernetes/kube-params.ts';
import { askKubectl, kubectlCommand, kubectlComplaint, kubectlFor } from './shared/kubernetes/kubectl.ts';
import { kubeconfigHere } from './shared/kubernetes/local-files.ts';

const params = {
  namespace: { type: 'str', required: true, doc: 'The namespace of the pod.' },
  pod: { type: 'str', required: true, doc: 'The pod.' },
  container: { type: 'str', doc: 'The container in the pod (default: the first one).' },
  command: { type: 'str', required: true, doc: 'The program and its arguments, split as a shell would.' },
  ...kubeParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'kubernetes.core.k8s_exec',
  summary: 'Run a program in a pod of a Kubernetes cluster.',
  description:
    'Needs `kubectl` on the host. It runs the program every time. A check does not run it, but reports if there is no such pod.',
  params,
  acts: true,
  prepare: (given, controller): Task => ({ ...given, kubeconfig: kubeconfigHere(given.kubeconfig, controller) }),
  ask: (task: Task, { environment }) => ({
    pod: askKubectl(
      kubectlFor(task, environment),
      script`_kubectl get -o name ${`--namespace=${task.namespace}`} -- pods ${task.pod}`,
      { about: [`kubernetes:Pod/${task.namespace}/${task.pod}`] },
    ),
  }),
  plan({ pod }, task, { environment }): Plan {
    const words = splitWords(task.command);
    if (words === undefined) return { failed: `No closing quotation in: ${task.command}` };
    if (words.length === 0) return { failed: 'no command given' };
    if (pod.code !== 0) return { failed: refusal(task, kubectlComplaint(pod)) };
    const place = [
      `--namespace=${task.namespace}`,
      ...(task.container === undefined ? [] : [`--container=${task.container}`]),
    ];
    const command = {
      ...kubectlCommand(
        kubectlFor(task, environment),
        script`_kubectl exec ${[...place, task.pod]} -- ${words} </dev/null`,
      ),
      shown: `kubectl exec ${task.pod} -- ${task.command}`,
      long: true,
      // The exit code is part of the result, because `failed_when` may accept it.
      accepts: anyCode,
    };
    const change = {
      what: `command in pod ${task.namespace}/${task.pod}`,
      from: '',
      to: task.command,
      commands: [command],
      effects: [mayAlter('kubernetes:*', 'network:')],
    };
    return { changes: [change] };
  },
  result({ params: task, replies: [reply] }): TaskResult {
    if (reply === undefined) return {};
    const told = decodeText(reply.stderr);
    const isOurs = reply.code !== 0 && !ENDED.test(told);
    if (isOurs) return { changed: false, failed: true, msg: refusal(task, told.trim()) };
    const stderr = Buffer.from(told.replace(DEFAULTED, '').replace(ENDED, ''));
    return { ...executionResult({ ...reply, stderr }, false), return_code: reply.code };
  },
  returns: { ...executionReturns, return_code: 'The exit code.' },
  examples: [
    {
      title: 'Run a program in a pod',
      yaml: 'k8s_exec:\n  namespace: shop\n  pod: web-0\n  command: nginx -s reload',
      runs: { no: 'needs a cluster' },
    },
    {
      title: 'Run a shell script in a container',
      yaml: 'kubernetes.core.k8s_exec:\n  namespace: shop\n  pod: database-0\n  container: postgres\n  command: sh -c "pg_dump shop | wc -l"\nregister: lines',
      runs: { no: 'needs a cluster' },
    },
  ],
});

/** What the client itself writes next to the program's output. */
const DEFAULTED = /^Default(?:ed|ing) container .*\n/m;
const ENDED = /command terminated with exit code \d+\n?$/;

const refusal = ({ pod }: Task, said: string): string =>
  /^(?:kubectl is|Failed to load)/.test(said) ? said : `Failed to execute on pod ${pod} due to : ${said}`;
