import { defineTask, each, nothing, type Plan, type Question, type ShellAnswer, together } from '../src/sdk.ts';
import { askFileAt, askPageAt } from './shared/kubernetes/defined-objects.ts';
import { type K8sTask, k8sParams } from './shared/kubernetes/k8s-params.ts';
import { k8sResult } from './shared/kubernetes/k8s-result.ts';
import { kubectlFor } from './shared/kubernetes/kubectl.ts';
import { askListed } from './shared/kubernetes/listed-objects.ts';
import { fileHere, kubeconfigHere, renderedTemplates } from './shared/kubernetes/local-files.ts';
import { invalidDefinitions, manageSteps, meantBy, waitingFor } from './shared/kubernetes/manage-objects.ts';
import { askNamespace } from './shared/kubernetes/namespace.ts';
import { planSteps } from './shared/kubernetes/object-plan.ts';
import { askObjects } from './shared/kubernetes/object-state.ts';

type MayBeAsked = Question<ShellAnswer | undefined>;
type Further = { readonly objects: MayBeAsked; readonly listed: MayBeAsked } & Readonly<
  Record<`namespace ${string}`, Question<boolean>>
>;

export default defineTask({
  name: 'kubernetes.core.k8s',
  summary: 'Manage objects in a Kubernetes cluster.',
  description:
    'Needs `kubectl` 1.20 or newer on the host (with `delegate_to: localhost`, on the controller). The server itself tells what an object would be like, in a dry run that changes nothing, so defaults, and what the cluster adds, are no differences. The values in secrets are not shown.',
  params: k8sParams,
  rules: {
    mutuallyExclusive: [
      ['resource_definition', 'src'],
      ['merge_type', 'apply'],
      ['template', 'resource_definition'],
      ['template', 'src'],
      ['name', 'generate_name'],
    ],
  },
  prepare: (given, controller): K8sTask => ({
    ...given,
    src: given.src === undefined ? undefined : fileHere(given.src, controller),
    kubeconfig: kubeconfigHere(given.kubeconfig, controller),
    definitions:
      given.template === undefined ? given.resource_definition : renderedTemplates(given.template, controller),
  }),
  ask: ({ src }: K8sTask) => ({ file: askFileAt(src), page: askPageAt(src) }),
  thenAsk(sources, task, context): Further {
    const meant = meantBy(sources, task);
    const kubectl = kubectlFor(task, context.environment);
    const wanted = 'wanted' in meant ? meant.wanted : [];
    // A run does not need to know it: the server tells it together with the objects.
    const spaces = context.check ? wanted.flatMap(({ definition }) => definition.namespace ?? []) : [];
    const objects: MayBeAsked = wanted.length === 0 ? nothing() : askObjects(kubectl, wanted);
    const listed: MayBeAsked = 'listing' in meant ? askListed(kubectl, meant.listing) : nothing();
    return together(
      { objects, listed },
      each('namespace', [...new Set(spaces)], (name) => askNamespace(kubectl, name)),
    );
  },
  plan(state, task, context): Plan {
    const { steps, afterwards, unreadable } = manageSteps(state, task, context);
    if (unreadable !== undefined) return { failed: unreadable };
    const invalid = invalidDefinitions(state, task);
    if (invalid.length > 0 && task.validate?.fail_on_error === true) return { failed: invalid.join('\n') };
    const plan = planSteps({ steps, afterwards, check: context.check, goesOn: task.continue_on_error });
    if (!('changes' in plan)) return plan;
    const isDone =
      plan.changes.every((change) => change.repeats === true) &&
      (context.done !== undefined || plan.changes.length === 0);
    const waiting = isDone ? waitingFor(state, task, context) : undefined;
    return waiting ?? { ...plan, warnings: [...(plan.warnings ?? []), ...invalid] };
  },
  result: (done) => k8sResult(done),
  returns: {
    result:
      'The object as it is now, or `results`, a list with the result for each object. Empty if the object was removed.',
    method: 'What was done: `create`, `update`, `replace`, `apply` or `delete`.',
    duration: 'How many seconds it took, with `wait`.',
    error: 'Why the server refused the object.',
    warnings: 'What the server warns about.',
    msg: 'Why the task failed, or why an object was left out.',
  },
  examples: [
    {
      title: 'Create a namespace',
      yaml: 'k8s:\n  kind: Namespace\n  name: shop\n  state: present',
      runs: { no: 'needs a cluster' },
    },
    {
      title: 'Create or change a deployment, and wait until it is ready',
      yaml: 'kubernetes.core.k8s:\n  template: web.yaml.j2\n  namespace: shop\n  wait: true',
      runs: { no: 'needs a cluster and a template' },
    },
    {
      title: 'Remove a service',
      yaml: 'kubernetes.core.k8s:\n  api_version: v1\n  kind: Service\n  namespace: shop\n  name: web\n  state: absent',
      runs: { no: 'needs a cluster' },
    },
  ],
});
