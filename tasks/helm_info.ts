import { defineTask, loadPlainAll, type Params, type Plan, script, toJs } from '../src/sdk.ts';
import { isObject, textInside } from './shared/json.ts';
import { askHelm, helmComplaint, helmFor, helmParams, PARTS, readParts } from './shared/kubernetes/helm-client.ts';
import { kubeconfigHere } from './shared/kubernetes/local-files.ts';

const STATES = ['all', 'deployed', 'failed', 'pending', 'superseded', 'uninstalled', 'uninstalling'];

const params = {
  release_name: { type: 'str', required: true, aliases: ['name'], doc: 'The release.' },
  release_namespace: { type: 'str', required: true, aliases: ['namespace'], doc: 'The namespace of the release.' },
  release_state: {
    type: 'list',
    elements: 'str',
    default: [],
    doc: `Only a release with one of these states: ${STATES.map((state) => `\`${state}\``).join(', ')} (default: \`deployed\` or \`failed\`).`,
  },
  get_all_values: {
    type: 'bool',
    default: false,
    doc: "Return all values, including the chart's own; otherwise, only those that the release was given.",
  },
  ...helmParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'kubernetes.core.helm_info',
  summary: 'Get a release of a Helm chart in a Kubernetes cluster.',
  description: 'Needs `helm` 3 or 4 on the host. It changes nothing.',
  params,
  looks: () => true,
  asksAnew: true,
  rules: { mutuallyExclusive: [['context', 'ca_cert']] },
  prepare: (given, controller): Task => ({ ...given, kubeconfig: kubeconfigHere(given.kubeconfig, controller) }),
  ask: (task: Task, { environment }) => {
    const { release_name: name, release_namespace: namespace } = task;
    const states = task.release_state.filter((state) => STATES.includes(state)).map((state) => `--${state}`);
    const part = (words: readonly string[]) => script`_next
_helm get ${words} ${name} </dev/null || exit`;
    return {
      told: askHelm(
        helmFor(task, environment),
        script`${PARTS}
_list=$(_helm list --output json --filter ${`^${name}$`} ${states} </dev/null) || exit
printf '%s' "$_list"
case $_list in *'"name"'*) ;; *) exit 0 ;; esac
${part(['values', '--output=json', ...(task.get_all_values ? ['--all'] : [])])}
${part(['manifest'])}
${part(['hooks'])}
${part(['notes'])}`,
        { about: [`kubernetes:Release/${namespace}/${name}`], isSecret: true },
      ),
    };
  },
  plan({ told }, task): Plan {
    if (told.code !== 0) return { failed: helmComplaint(told) };
    const [list = '[]', values = 'null', manifest = '', hooks = '', notes = ''] = readParts(told.stdout);
    const all: unknown = JSON.parse(list);
    const found = (Array.isArray(all) ? all : [])
      .filter(isObject)
      .find((one) => textInside(one, 'name') === task.release_name);
    if (found === undefined) return { changes: [], result: {} };
    const given: unknown = JSON.parse(values) ?? {};
    return {
      changes: [],
      result: {
        status: {
          ...found,
          values: given,
          release_values: given,
          manifest: documents(manifest),
          hooks: documents(hooks),
          notes,
        },
      },
    };
  },
  returns: {
    status: 'The release as helm lists it, with `values`, `manifest`, `hooks` and `notes`; missing if there is none.',
  },
  examples: [
    {
      title: 'Get a release',
      yaml: 'helm_info:\n  name: ingress\n  release_namespace: ingress\nregister: ingress',
      runs: { no: 'needs helm and a cluster' },
    },
    {
      title: 'Find out whether an installation has failed',
      yaml: 'kubernetes.core.helm_info:\n  name: ingress\n  release_namespace: ingress\n  release_state: [failed]\nregister: ingress',
      runs: { no: 'needs helm and a cluster' },
    },
  ],
});

/** The documents in YAML text; empty ones are left out. */
function documents(text: string): readonly unknown[] {
  const read = loadPlainAll(text);
  return read.ok ? read.value.map(toJs).filter((one) => one !== null) : [];
}
