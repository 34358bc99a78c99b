import { type Change, type Done, decodeText, type TaskResult, withLacking } from '../../../src/sdk.ts';
import { isObject, type JsonObject } from '../json.ts';
import { labelOf } from './definitions.ts';
import { withoutFields } from './hidden-fields.ts';
import type { K8sTask } from './k8s-params.ts';
import { type ManagedState, manageSteps, meantBy } from './manage-objects.ts';
import { readObjects, toldBy } from './object-state.ts';

/** What only the server decides, when it creates an object or changes it. */
const UNSURE = ['uid', 'resourceVersion', 'creationTimestamp', 'generation', 'managedFields'];

/** The result of `k8s`: of the only object, or of each. */
export function k8sResult({
  params: task,
  state,
  before,
  changes,
  replies,
  context,
  ...done
}: Done<ManagedState, K8sTask>): TaskResult {
  const meant = meantBy(state, task);
  if ('refused' in meant) return {};
  if ('listing' in meant) return { method: 'delete', result: { results: [] } };
  const { steps } = manageSteps(state, task, context);
  const objects = state.objects === undefined ? [] : readObjects(state.objects);
  const earlier = before.objects === undefined ? [] : readObjects(before.objects);
  const created = replies.map((reply) => toldBy(reply.code, decodeText(reply.stdout)).object);
  const duration = Math.round((done.endedAt.getTime() - done.startedAt.getTime()) / 1000);
  const results = meant.wanted.map(({ definition, way }, index): TaskResult => {
    const label = labelOf(definition);
    const step = steps[index];
    if (step?.status === 'failed') return { changed: false, result: {}, error: { msg: step.message } };
    if (step?.status === 'missing') return { changed: false, result: {}, warnings: step.warnings };
    const changed = changes.some((change) => concerns(change, label));
    const isNew = earlier[index]?.now.object === undefined;
    const generated = definition.name === undefined ? (created.at(0) ?? objects[index]?.tried?.object) : undefined;
    const object = task.state === 'absent' ? {} : (generated ?? objects[index]?.now.object ?? {});
    const told =
      context.check && changed && task.state !== 'absent' ? unsure(object, definition.name === undefined) : object;
    return {
      changed,
      method: methodOf(task, way.by, isNew),
      result: withoutFields(told, task.hidden_fields),
      ...(task.wait && { duration }),
    };
  });
  const skipped = meant.leftOut.map(
    ({ kind, name, namespace }): TaskResult => ({
      changed: false,
      result: {},
      msg: `resource 'kind=${kind},name=${name},namespace=${namespace}' filtered by label_selectors.`,
    }),
  );
  const all = [...results, ...skipped];
  const [only] = all;
  if (all.length !== 1 || only === undefined) return { result: { results: all } };
  const { changed: _changed, ...rest } = only;
  return rest;
}

const concerns = ({ what }: Change, label: string): boolean => what === label || what.endsWith(` of ${label}`);

function methodOf({ state, apply }: K8sTask, by: string, isNew: boolean): string {
  if (state === 'absent') return 'delete';
  if (apply) return 'apply';
  if (isNew) return 'create';
  return by === 'replace' ? 'replace' : 'update';
}

/** A predicted object, without what only the server decides. */
function unsure(object: JsonObject, isNamed: boolean): JsonObject {
  const { metadata, status: _status, ...rest } = object;
  const lacks = isNamed ? [...UNSURE, 'name'] : UNSURE;
  const known = isObject(metadata) ? Object.entries(metadata).filter(([key]) => !lacks.includes(key)) : [];
  return withLacking({ ...rest, metadata: withLacking(Object.fromEntries(known), lacks) }, ['status']);
}
