import {
  type Content,
  content,
  decodeText,
  defineTask,
  each,
  nothing,
  type Plan,
  type Question,
  type ShellAnswer,
  script,
  type TaskContext,
  type TaskResult,
  together,
  withLacking,
} from '../src/sdk.ts';
import { helmCommand, helmComplaint, helmFor } from './shared/kubernetes/helm-client.ts';
import {
  askChart,
  chartLabel,
  chartParts,
  deployment,
  releaseRemoval,
  shownCall,
  wantedValues,
} from './shared/kubernetes/helm-plan.ts';
import { askRelease, readChart, readRelease } from './shared/kubernetes/helm-release.ts';
import { askRepositories, readRepositories } from './shared/kubernetes/helm-repositories.ts';
import { type HelmTask, helmReleaseParams } from './shared/kubernetes/helm-task.ts';
import { kubeconfigHere } from './shared/kubernetes/local-files.ts';

type MayBeAsked = Question<ShellAnswer | undefined>;
type HelmQuestions = { readonly release: Question<ShellAnswer>; readonly repositories: MayBeAsked } & Readonly<
  Record<`values ${string}`, Question<Content>>
>;

export default defineTask({
  name: 'kubernetes.core.helm',
  summary: 'Manage releases of Helm charts in a Kubernetes cluster.',
  description:
    'Needs `helm` 3 or 4 on the host. A release is compared by its chart and its values, as helm keeps them; if the plugin helm-diff is installed, it tells whether the objects of the release would change. Values are not shown.',
  params: helmReleaseParams,
  rules: {
    requiredIf: [{ param: 'release_state', is: 'present', needs: ['chart_ref'] }],
    mutuallyExclusive: [
      ['context', 'ca_cert'],
      ['replace', 'history_max'],
      ['wait_timeout', 'timeout'],
      ['force', 'server_side'],
    ],
  },
  prepare: (given, controller): HelmTask => ({ ...given, kubeconfig: kubeconfigHere(given.kubeconfig, controller) }),
  ask: (task: HelmTask, { environment, check }): HelmQuestions => {
    const helm = helmFor(task, environment);
    // A check asks, because an earlier task may add the repository that the chart is in.
    const repositories: MayBeAsked = check && task.release_state === 'present' ? askRepositories(helm) : nothing();
    return together(
      { release: askRelease(helm, task.release_namespace, task.release_name), repositories },
      each('values', task.values_files, content),
    );
  },
  thenAsk({ release }, task, { environment }): { readonly about: MayBeAsked } {
    const state = readRelease(release, task.release_name);
    if ('failed' in state || task.release_state === 'absent') return { about: nothing() };
    return { about: askChart(task, state.release !== undefined && state.differ !== undefined, environment) };
  },
  plan(state, task, context): Plan {
    const now = readRelease(state.release, task.release_name);
    if ('failed' in now) return { failed: now.failed };
    if (task.update_repo_cache && !context.check && context.done === undefined)
      return { changes: [updatedLists(task, context)], more: true };
    if (task.release_state === 'absent')
      return task.replace && now.release !== undefined
        ? { failed: 'replace is not applicable when state is absent' }
        : { changes: releaseRemoval(task, now, context) };
    const { about } = state;
    if (about === undefined) return { failed: 'nothing was asked about the chart' };
    const missing = task.values_files.find((path) => state[`values ${path}`]?.bytes === undefined);
    if (missing !== undefined) return { failed: `cannot read the values file ${missing} on the host` };
    const isForeseen = about.code !== 0 && isInForeseenRepository(state.repositories, helmComplaint(about), task);
    if (about.code !== 0 && !isForeseen) return { failed: helmComplaint(about) };
    if (isForeseen && now.release !== undefined)
      return { unknown: 'the chart is in a repository that is not there yet' };
    const { text, difference } = chartParts(about);
    const read = isForeseen ? undefined : readChart(text);
    if (read !== undefined && 'failed' in read) return { failed: read.failed };
    const isElsewhere = task.chart_repo_url !== undefined || /^https?:\/\//.test(task.chart_ref ?? '');
    if (task.dependency_update && read?.hasDependencies === true && isElsewhere && !task.replace)
      return { failed: 'dependency_update: helm can do this only for a chart in a directory, or with `replace`' };
    const lacksDependencies = task.dependency_update && read?.hasDependencies === false;
    const isDiffered = now.release !== undefined && now.differ !== undefined;
    const files = task.values_files.flatMap((path) => state[`values ${path}`] ?? []);
    const changes = deployment({
      task,
      context,
      state: now,
      chart: read,
      chartText: text,
      difference: isDiffered ? difference : undefined,
      values: wantedValues(task, files, now.release?.values ?? {}),
      isNew: isNewer(context.done?.before['release'], state.release, task),
    });
    const warning = 'dependency_update: Chart.yaml has no `dependencies`, so there is nothing to fetch';
    return { changes, warnings: lacksDependencies ? [warning] : [] };
  },
  // What a chart makes of the same values may differ each time, for example a password.
  reached(before, { release, about }, task) {
    const now = readRelease(release, task.release_name);
    if ('failed' in now || about === undefined || now.release?.status !== 'deployed') return false;
    const chart = readChart(chartParts(about).text);
    const isMade = isNewer(before.release, release, task) && now.differ !== undefined;
    return isMade && !('failed' in chart) && now.release.chart === chartLabel(chart);
  },
  result({ params: task, state, replies, changes, context }): TaskResult {
    const now = readRelease(state.release, task.release_name);
    if ('failed' in now) return {};
    const { release } = now;
    const isPredicted = context.check && changes.length > 0;
    const listed =
      release === undefined ? undefined : { ...release.listed, values: release.values, release_values: release.values };
    const last = replies.at(-1);
    return {
      ...(listed !== undefined && { status: isPredicted ? withLacking(listed, ['updated']) : listed }),
      stdout: last === undefined ? '' : decodeText(last.stdout),
      stderr: last === undefined ? '' : decodeText(last.stderr),
      command: task.release_state === 'present' ? shownCall(task, now.version) : `helm uninstall ${task.release_name}`,
    };
  },
  returns: {
    status: 'The release as helm lists it, with its values.',
    stdout: "helm's stdout.",
    stderr: "helm's stderr.",
    command: 'The call of helm.',
  },
  examples: [
    {
      title: 'Install a chart',
      yaml: 'helm:\n  name: ingress\n  chart_ref: ingress-nginx/ingress-nginx\n  release_namespace: ingress\n  create_namespace: true\n  values:\n    controller:\n      replicaCount: 2',
      runs: { no: 'needs helm and a cluster' },
    },
    {
      title: 'Remove a release',
      yaml: 'kubernetes.core.helm:\n  name: ingress\n  namespace: ingress\n  state: absent\n  wait: true',
      runs: { no: 'needs helm and a cluster' },
    },
  ],
});

const updatedLists = (task: HelmTask, { environment }: TaskContext) => ({
  what: 'lists of charts',
  from: null,
  to: 'fetched',
  commands: [
    {
      ...helmCommand(helmFor(task, environment), script`_helm repo update </dev/null`),
      shown: 'helm repo update',
      long: true,
    },
  ],
  effects: [],
  means: true as const,
});

/** Whether a release has a newer revision than before. */
function isNewer(before: unknown, now: ShellAnswer, { release_name: name }: HelmTask): boolean {
  if (!isAnswer(before)) return false;
  const revisions = [before, now].map((answer) => {
    const state = readRelease(answer, name);
    return 'failed' in state ? 0 : Number(state.release?.listed['revision'] ?? 0);
  });
  return (revisions[1] ?? 0) > (revisions[0] ?? 0);
}

const isAnswer = (value: unknown): value is ShellAnswer =>
  typeof value === 'object' && value !== null && 'stdout' in value && 'code' in value;

/** Whether a chart is missing only because an earlier task adds its repository. */
function isInForeseenRepository(answer: ShellAnswer | undefined, said: string, { chart_ref = '' }: HelmTask): boolean {
  if (answer === undefined || !/repo \S+ not found|no repositories|failed to download/.test(said)) return false;
  const all = readRepositories(answer);
  const [, repository] = /^([^/.~][^/]*)\/[^/]+$/.exec(chart_ref) ?? [];
  const isUnknownHere = new RegExp(`repo ${repository} not found|no repositories`).test(said);
  return !('failed' in all) && isUnknownHere && all.some(({ name }) => name === repository);
}
