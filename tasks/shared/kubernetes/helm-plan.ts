import {
  blurs,
  type Change,
  type Command,
  type Content,
  decodeText,
  type Effect,
  loadPlainAll,
  mayAlter,
  predicts,
  type Question,
  type ShellAnswer,
  script,
  type TaskContext,
  tidyPath,
  toJs,
} from '../../../src/sdk.ts';
import { isObject, type JsonObject } from '../json.ts';
import { answerOf, askHelm, helmCommand, helmFor, PARTS, readParts } from './helm-client.ts';
import { askRelease, type Chart, type Release, type ReleaseState, releaseAnswer } from './helm-release.ts';
import { chartOptions, deployWords, differWords, type HelmTask, removeWords, sendsValues } from './helm-task.ts';
import { mergedValues, withSetValues } from './helm-values.ts';
import { isSameJson } from './object-differences.ts';

const valuesLine = ({ release_values }: HelmTask): string => `${JSON.stringify(release_values)}\n`;

/** A call of helm that gets the values in `$_values` if it reads them. */
const withValues = (task: HelmTask, words: readonly string[]) =>
  sendsValues(task) ? script`printf '%s' "$_values" | _helm ${words}` : script`_helm ${words} </dev/null`;

/** Asks about the chart; and if `differs`, what an upgrade would change. */
export function askChart(
  task: HelmTask,
  differs: boolean,
  environment: TaskContext['environment'],
): Question<ShellAnswer> {
  const { chart_ref = '', values_files, release_namespace, release_name } = task;
  const paths = [chart_ref, ...values_files].filter((path) => path.startsWith('/'));
  return askHelm(
    helmFor(task, environment),
    script`${PARTS}
IFS= read -r _values
_helm show chart ${chartOptions(task)} -- ${chart_ref} </dev/null || exit
_next
${differs ? withValues(task, differWords(task)) : script`:`}`,
    {
      about: [
        ...paths.map((path) => `path:${tidyPath(path)}`),
        ...(differs ? [`kubernetes:Release/${release_namespace}/${release_name}`] : []),
      ],
      input: valuesLine(task),
      isSecret: true,
    },
  );
}

/** The values that the task wants; undefined if only helm can tell. */
export function wantedValues(task: HelmTask, files: readonly Content[], now: JsonObject): JsonObject | undefined {
  const keeps = !task.reset_values && (task.reuse_values === true || task.reset_then_reuse_values);
  const read = files.map(({ bytes }) => {
    const all = bytes === undefined ? undefined : loadPlainAll(decodeText(bytes));
    const value = all?.ok === true ? all.value.map(toJs)[0] : undefined;
    return isObject(value) ? value : {};
  });
  const merged = [...read, task.release_values].reduce(mergedValues, keeps ? now : {});
  return withSetValues(merged, task.set_values ?? []);
}

/** What a plan for a release is derived from. */
interface HelmSituation {
  readonly task: HelmTask;
  readonly context: TaskContext;
  readonly state: ReleaseState;
  /** Undefined if it is in a repository that an earlier task adds. */
  readonly chart: Chart | undefined;
  readonly chartText: string;
  /** What the plugin says; undefined if it was not asked. */
  readonly difference: string | undefined;
  readonly values: JsonObject | undefined;
  /** Whether this task has just made this revision. */
  readonly isNew: boolean;
}

type Difference = Pick<Change, 'what' | 'from' | 'to' | 'diff'>;

/** What is to be done so that a release is there as wanted. */
export function deployment(situation: HelmSituation): readonly Change[] {
  const { task, state, chart } = situation;
  const { release } = state;
  const what = `release ${task.release_name}`;
  const found: readonly Difference[] =
    release === undefined
      ? [{ what, from: null, to: chart === undefined ? (task.chart_ref ?? '') : chartLabel(chart) }]
      : upgradeDifferences(release, situation);
  const isForced = found.length === 0 && task.force && !situation.isNew;
  const all: readonly Difference[] = isForced ? [{ what, from: release?.chart ?? null, to: 'upgraded again' }] : found;
  const effects = effectsOf(situation);
  return all.map((one, index) => ({ ...one, commands: index === 0 ? deployCommands(situation) : [], effects }));
}

/** A chart as helm lists it: `nginx-1.2.0`. */
export const chartLabel = ({ name, version }: Chart): string => `${name}-${version}`;

function upgradeDifferences(
  release: Release,
  { task, chart, difference, values, isNew }: HelmSituation,
): readonly Difference[] {
  const of = `of release ${task.release_name}`;
  const status = release.status === 'deployed' ? [] : [{ what: `status ${of}`, from: release.status, to: 'deployed' }];
  const charts =
    chart === undefined || release.chart === chartLabel(chart)
      ? []
      : [{ what: `chart ${of}`, from: release.chart, to: chartLabel(chart) }];
  const keys = values === undefined ? [] : valueDifferences([], release.values, values);
  const told: readonly Difference[] = [
    ...status,
    ...charts,
    ...keys.map(({ path, from, to }) => ({ what: `value ${path} ${of}`, from, to })),
  ];
  if (difference === undefined) {
    const unknown = { what: `values ${of}`, from: '', to: 'set again' };
    return values === undefined && !isNew ? [...told, unknown] : told;
  }
  if (difference === '') return status;
  const diff = { before: '', after: `${difference}\n` };
  const [first, ...rest] = told;
  return first === undefined
    ? [{ what: `objects ${of}`, from: 'as they are', to: 'as the chart has them now', diff }]
    : [{ ...first, diff }, ...rest];
}

/** Which values differ. What they are is not told: they may be passwords. */
function valueDifferences(
  path: readonly string[],
  from: unknown,
  to: unknown,
): readonly { readonly path: string; readonly from: string | null; readonly to: string | null }[] {
  if (isObject(from) && isObject(to)) {
    const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
    return keys.flatMap((key) => valueDifferences([...path, key], from[key], to[key]));
  }
  if (isSameJson(from, to)) return [];
  const other = from === undefined ? '(a value)' : '(another value)';
  return [{ path: path.join('.'), from: from === undefined ? null : '(a value)', to: to === undefined ? null : other }];
}

function deployCommands({ task, context, state, chart }: HelmSituation): readonly Command[] {
  const helm = helmFor(task, context.environment);
  const { chart_ref = '' } = task;
  const fetches = task.dependency_update && chart?.hasDependencies === true && !task.replace;
  const fetching = {
    ...helmCommand(helm, script`_helm dependency update -- ${chart_ref} </dev/null`),
    shown: `helm dependency update ${chart_ref}`,
    long: true,
  };
  const words = deployWords(task, state.version);
  const deploying = {
    ...helmCommand(
      helm,
      script`IFS= read -r _values
${withValues(task, words)}`,
      valuesLine(task),
    ),
    shown: shownCall(task, state.version),
    long: true,
  };
  return [...(fetches ? [fetching] : []), deploying];
}

/** The call as it is reported: without the values on the command line. */
export const shownCall = (task: HelmTask, version: string): string =>
  ['helm', ...deployWords({ ...task, set_values: undefined }, version)].join(' ');

/** The release as it will be. */
function effectsOf({ task, context, state, chart, chartText, difference, values }: HelmSituation): readonly Effect[] {
  const helm = helmFor(task, context.environment);
  const { release_namespace: namespace, release_name: name, chart_ref = '' } = task;
  const old = state.release?.listed ?? {};
  const listed = {
    ...old,
    name,
    namespace,
    revision: String(Number(old['revision'] ?? 0) + 1),
    status: 'deployed',
    chart: chart === undefined ? '' : chartLabel(chart),
    app_version: chart?.appVersion ?? '',
  };
  const release = { listed, status: 'deployed', chart: listed.chart, values: values ?? {} };
  const isDiffered = state.differ !== undefined;
  return [
    blurs('kubernetes:*'),
    ...(task.dependency_update && chart_ref.startsWith('/') ? [mayAlter(`path:${tidyPath(chart_ref)}`)] : []),
    ...(chart === undefined || (isDiffered && difference === undefined)
      ? []
      : [predicts(askChart(task, isDiffered, context.environment), answerOf([chartText, '']))]),
    ...(chart === undefined ? [] : [predicts(askRelease(helm, namespace, name), releaseAnswer({ ...state, release }))]),
  ];
}

/** What is to be done so that a release is gone. */
export function releaseRemoval(task: HelmTask, state: ReleaseState, context: TaskContext): readonly Change[] {
  const { release } = state;
  if (release === undefined) return [];
  const helm = helmFor(task, context.environment);
  const words = removeWords(task);
  return [
    {
      what: `release ${task.release_name}`,
      from: release.chart,
      to: null,
      commands: [
        { ...helmCommand(helm, script`_helm ${words} </dev/null`), shown: `helm ${words.join(' ')}`, long: true },
      ],
      effects: [
        blurs('kubernetes:*'),
        predicts(
          askRelease(helm, task.release_namespace, task.release_name),
          releaseAnswer({ ...state, release: undefined }),
        ),
      ],
    },
  ];
}

/** The parts of what was told about a chart. */
export function chartParts(answer: ShellAnswer): { readonly text: string; readonly difference: string } {
  const [text = '', difference = ''] = readParts(answer.stdout);
  return { text, difference: difference.trim() };
}
