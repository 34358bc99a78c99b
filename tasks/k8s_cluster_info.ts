import { defineTask, type Params, type Plan, script } from '../src/sdk.ts';
import { isObject, jsonAt, listInside, textInside } from './shared/json.ts';
import { kubeParams } from './shared/kubernetes/kube-params.ts';
import { askKubectl, kubectlComplaint, kubectlFor } from './shared/kubernetes/kubectl.ts';
import { kubeconfigHere } from './shared/kubernetes/local-files.ts';

const params = {
  invalidate_cache: { type: 'bool', default: true, ignored: 'nothing is cached' },
  ...kubeParams,
} as const;

type Task = Params<typeof params>;

const MARK = '== retrace: next';

export default defineTask({
  name: 'kubernetes.core.k8s_cluster_info',
  summary: 'Get the version of a Kubernetes cluster, and the kinds of objects that it knows.',
  description: 'Needs `kubectl` on the host. It changes nothing.',
  params,
  looks: () => true,
  prepare: (given, controller): Task => ({ ...given, kubeconfig: kubeconfigHere(given.kubeconfig, controller) }),
  ask: (task: Task, { environment }) => ({
    told: askKubectl(
      kubectlFor(task, environment),
      script`_next() { printf '\n%s\n' ${MARK}; }
_kubectl get --raw /version </dev/null || exit
_next
_kubectl version --client -o json </dev/null || exit
_next
_kubectl config view --minify -o json </dev/null || echo '{}'
_next
_kubectl get --raw /apis </dev/null || exit
_versions=$(_kubectl api-versions </dev/null) || exit
for _version in $_versions; do
  _next
  case $_version in */*) _path=/apis/$_version ;; *) _path=/api/$_version ;; esac
  _kubectl get --raw "$_path" </dev/null || echo '{}'
done`,
      { about: ['kubernetes:CustomResourceDefinition/*'] },
    ),
  }),
  plan({ told }, task): Plan {
    if (told.code !== 0) return { failed: kubectlComplaint(told) };
    const [server, client, config, groups, ...lists] = told.stdout
      .split(`${MARK}\n`)
      .map((part): unknown => JSON.parse(part));
    const preferred = new Set([
      'v1',
      ...listInside(groups, 'groups').map((one) => textInside(one, 'preferredVersion', 'groupVersion')),
    ]);
    const cluster = jsonAt(listInside(config, 'clusters')[0], 'cluster');
    return {
      changes: [],
      result: {
        version: { client: textInside(client, 'clientVersion', 'gitVersion') ?? '', server: { kubernetes: server } },
        connection: {
          host: task.host ?? textInside(cluster, 'server') ?? '',
          cert_file: task.client_cert ?? null,
          ssl_ca_cert: task.ca_cert ?? textInside(cluster, 'certificate-authority') ?? null,
          username: task.username ?? null,
          password: task.password ?? null,
          proxy: task.proxy ?? textInside(cluster, 'proxy-url') ?? null,
          verify_ssl: task.validate_certs ?? jsonAt(cluster, 'insecure-skip-tls-verify') !== true,
        },
        apis: Object.fromEntries(
          lists.filter(isObject).map((list) => {
            const version = textInside(list, 'groupVersion') ?? '';
            return [version, kindsIn(list, preferred.has(version))];
          }),
        ),
      },
    };
  },
  returns: {
    version: 'The version of the `client`, which is kubectl, and of the `server`.',
    connection: 'How the cluster was reached.',
    apis: 'The versions of the API, each with its kinds: `name`, `singular_name`, `short_names`, `namespaced`, `preferred` and `categories`.',
  },
  examples: [
    {
      title: 'Get the version of the cluster',
      yaml: 'k8s_cluster_info:\nregister: cluster',
      runs: { no: 'needs a cluster' },
    },
    {
      title: 'Get what a cluster of a given context offers',
      yaml: 'kubernetes.core.k8s_cluster_info:\n  context: test\nregister: cluster',
      runs: { no: 'needs a cluster' },
    },
  ],
});

const kindsIn = (list: unknown, isPreferred: boolean): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    listInside(list, 'resources')
      .filter((one) => textInside(one, 'name')?.includes('/') === false)
      .map((one) => [
        textInside(one, 'kind') ?? '',
        {
          categories: listInside(one, 'categories'),
          name: textInside(one, 'name'),
          namespaced: jsonAt(one, 'namespaced') === true,
          preferred: isPreferred,
          short_names: listInside(one, 'shortNames'),
          singular_name: textInside(one, 'singularName') ?? '',
        },
      ]),
  );
