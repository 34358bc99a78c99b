import type { Params } from '../../../src/sdk.ts';
import { helmParams } from './helm-client.ts';

/** The parameters of `helm`. */
export const helmReleaseParams = {
  release_name: { type: 'str', required: true, aliases: ['name'], doc: 'The name of the release.' },
  release_namespace: { type: 'str', required: true, aliases: ['namespace'], doc: 'The namespace of the release.' },
  release_state: {
    type: 'str',
    default: 'present',
    choices: ['present', 'absent'],
    aliases: ['state'],
    doc: '`present`: the release has this chart and these values; `absent`: there is no such release.',
  },
  chart_ref: {
    type: 'path',
    doc: 'The chart: `repository/chart`, its name in `chart_repo_url`, a URL, or the path of a directory or an archive on the host.',
  },
  chart_repo_url: { type: 'str', doc: 'The URL of the repository of the chart.', secret: 'password in URL' },
  chart_version: { type: 'str', doc: 'The version of the chart (default: the newest).' },
  release_values: {
    type: 'dict',
    default: {},
    aliases: ['values'],
    doc: 'Values for the chart. They are sent to helm on stdin, so they may contain passwords.',
  },
  values_files: {
    type: 'list',
    elements: 'str',
    default: [],
    doc: 'Files on the host with values; later ones, and `release_values`, take precedence.',
  },
  set_values: {
    type: 'list',
    elements: 'dict',
    doc: "Values that take precedence over all others. They are among helm's arguments, which other users of the host can see.",
    options: {
      value: { type: 'str', required: true, doc: 'A value such as `phase=prod`.' },
      value_type: {
        type: 'str',
        default: 'raw',
        choices: ['raw', 'string', 'json', 'file'],
        doc: 'How the text is read: as `--set`, `--set-string`, `--set-json` or `--set-file` does.',
      },
    },
  },
  reuse_values: { type: 'bool', doc: 'In an upgrade, keep the values of the last one.' },
  reset_values: { type: 'bool', default: true, doc: "In an upgrade, begin with the chart's own values." },
  reset_then_reuse_values: {
    type: 'bool',
    default: false,
    doc: "In an upgrade, begin with the chart's own values, and keep those of the last one. Needs helm 3.14 or newer.",
  },
  dependency_update: {
    type: 'bool',
    default: false,
    aliases: ['dep_up'],
    doc: 'Before an installation or an upgrade, fetch the charts that a chart in a directory depends on.',
  },
  update_repo_cache: {
    type: 'bool',
    default: false,
    doc: 'Fetch the lists of charts of all repositories first. A check uses the lists as they are.',
  },
  disable_hook: { type: 'bool', default: false, doc: 'Do not run hooks.' },
  force: { type: 'bool', default: false, doc: 'Upgrade every time, and replace objects if necessary.' },
  purge: { type: 'bool', default: true, doc: 'If false, keep the history of a release that is removed.' },
  wait: { type: 'bool', default: false, doc: 'Wait until the objects of the release are ready, or gone.' },
  wait_timeout: { type: 'str', doc: 'How long to wait, for example `5m`, with `wait`.' },
  timeout: { type: 'str', doc: 'How long to wait for each operation, for example `5m0s`.' },
  atomic: { type: 'bool', default: false, doc: 'If it fails, go back to what was there before.' },
  server_side: {
    type: 'str',
    choices: ['auto', 'true', 'false'],
    doc: 'Whether the server merges changes. Needs helm 4.',
  },
  force_conflicts: { type: 'bool', default: false, doc: 'Take over fields that others manage. Needs helm 4.' },
  create_namespace: { type: 'bool', default: false, doc: 'Create the namespace if it is missing.' },
  post_renderer: { type: 'str', doc: 'A program on the host that edits what the chart renders.' },
  replace: { type: 'bool', default: false, doc: 'Use the name of a removed release whose history was kept.' },
  skip_crds: { type: 'bool', default: false, doc: 'Do not install definitions of own kinds.' },
  history_max: { type: 'int', doc: 'How many revisions to keep.' },
  insecure_skip_tls_verify: {
    type: 'bool',
    default: false,
    aliases: ['skip_tls_certs_check'],
    doc: 'Do not verify the certificate of the server that the chart is on.',
  },
  plain_http: { type: 'bool', default: false, doc: 'Use HTTP for an OCI registry. Needs helm 3.13 or newer.' },
  take_ownership: {
    type: 'bool',
    default: false,
    doc: 'Take over objects that belong to no release, or to another one. Needs helm 3.17 or newer.',
  },
  skip_schema_validation: {
    type: 'bool',
    default: false,
    doc: "Do not check the values against the chart's schema. Needs helm 3.16 or newer.",
  },
  ...helmParams,
} as const;

/** A task of `helm`. */
export type HelmTask = Params<typeof helmReleaseParams>;

/** Options that say which chart is meant. */
export const chartOptions = (
  task: Pick<HelmTask, 'chart_version' | 'chart_repo_url' | 'insecure_skip_tls_verify' | 'plain_http'>,
) => [
  ...(task.chart_version === undefined ? [] : [`--version=${task.chart_version}`]),
  ...(task.chart_repo_url === undefined ? [] : [`--repo=${task.chart_repo_url}`]),
  ...(task.insecure_skip_tls_verify ? ['--insecure-skip-tls-verify'] : []),
  ...(task.plain_http ? ['--plain-http'] : []),
];

/** Whether values are sent on stdin. */
export const sendsValues = ({ release_values }: Pick<HelmTask, 'release_values'>): boolean =>
  Object.keys(release_values).length > 0;

/** Options with the values, in the order in which helm reads them. */
const valueOptions = (task: Pick<HelmTask, 'values_files' | 'release_values' | 'set_values'>): readonly string[] => [
  ...task.values_files.map((file) => `--values=${file}`),
  ...(sendsValues(task) ? ['--values=-'] : []),
  ...(task.set_values ?? []).flatMap(({ value, value_type: type }) => [
    `--set${type === 'raw' ? '' : `-${type}`}`,
    value,
  ]),
];

const flag = (name: string, isSet: boolean) => (isSet ? [name] : []);

/** The words after `helm` that install or upgrade a release. */
export function deployWords(task: HelmTask, version: string): readonly string[] {
  const isFour = Number(version.split('.')[0]) >= 4;
  const { wait_timeout: waits, timeout, history_max: history } = task;
  const limit = timeout ?? (task.wait ? waits : undefined);
  return [
    ...(task.replace
      ? ['install', '--replace', ...flag('--dependency-update', task.dependency_update)]
      : upgradeWords(task)),
    ...chartOptions(task),
    ...valueOptions(task),
    ...flag('--wait', task.wait),
    ...(limit === undefined ? [] : [`--timeout=${limit}`]),
    ...flag(isFour ? '--rollback-on-failure' : '--atomic', task.atomic),
    ...(task.server_side === undefined ? [] : [`--server-side=${task.server_side}`]),
    ...flag('--force-conflicts', task.force_conflicts),
    ...(task.force ? forcing(isFour) : []),
    ...flag('--no-hooks', task.disable_hook),
    ...flag('--create-namespace', task.create_namespace),
    ...(task.post_renderer === undefined ? [] : [`--post-renderer=${task.post_renderer}`]),
    ...flag('--skip-crds', task.skip_crds),
    ...(history === undefined ? [] : [`--history-max=${history}`]),
    ...flag('--skip-schema-validation', task.skip_schema_validation),
    '--',
    task.release_name,
    task.chart_ref ?? '',
  ];
}

const forcing = (isFour: boolean) => (isFour ? ['--server-side=false', '--force-replace'] : ['--force']);

const reusing = (task: HelmTask) => [
  ...flag('--reset-values', task.reset_values),
  ...(task.reuse_values === undefined ? [] : [`--reuse-values=${task.reuse_values}`]),
  ...flag('--reset-then-reuse-values', task.reset_then_reuse_values),
];

const upgradeWords = (task: HelmTask) => [
  'upgrade',
  '--install',
  ...reusing(task),
  ...flag('--take-ownership', task.take_ownership),
];

/** The words after `helm` with which the plugin tells what an upgrade changes. */
export const differWords = (task: HelmTask): readonly string[] => [
  'diff',
  'upgrade',
  '--no-color',
  ...(task.replace ? [] : reusing(task)),
  ...chartOptions(task),
  ...valueOptions(task),
  ...(task.post_renderer === undefined ? [] : [`--post-renderer=${task.post_renderer}`]),
  ...flag('--skip-schema-validation', task.skip_schema_validation),
  '--',
  task.release_name,
  task.chart_ref ?? '',
];

/** The words after `helm` that remove a release. */
export const removeWords = (task: HelmTask): readonly string[] => [
  'uninstall',
  ...flag('--keep-history', !task.purge),
  ...flag('--no-hooks', task.disable_hook),
  ...flag('--wait', task.wait),
  ...(task.wait_timeout === undefined && task.timeout === undefined
    ? []
    : [`--timeout=${task.timeout ?? task.wait_timeout}`]),
  '--',
  task.release_name,
];
