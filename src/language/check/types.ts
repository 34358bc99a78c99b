import { checkParams, type ParamProblem } from '../../core/bind-params.ts';
import type { Position } from '../../core/source.ts';
import type { TaskType } from '../../core/task-type.ts';
import { type Raw, Template, withoutKey } from '../../core/value.ts';
import { locationOf } from '../../yaml/places.ts';
import type { Task } from '../model.ts';
import { unknownTaskType } from '../unknown-task-type.ts';
import { type Checking, problem } from './checking.ts';

/** Checks that a task's type exists and accepts the task's parameters. */
export function checkType(checking: Checking, task: Task): void {
  const { taskType } = checking.options;
  if (taskType === undefined || typeof task.type !== 'string' || wasChecked(checking, task)) return;
  const type = taskType(task.type);
  if (type === undefined) reportUnknown(checking, task.type, task.typeAt);
  else checkArgs(checking, task, type);
}

function wasChecked(checking: Checking, { at, keywords }: Task): boolean {
  const key = `${at.file}:${at.line}:${at.column} ${keywords.moduleDefaults.length}`;
  if (checking.checkedTasks.has(key)) return true;
  checking.checkedTasks.add(key);
  return false;
}

function reportUnknown(checking: Checking, name: string, at: Position): void {
  const { message, hint } = unknownTaskType(name, checking.options.typeNames ?? []);
  problem(checking, 'unknown-task-type', message, at, hint);
}

function checkArgs(checking: Checking, task: Task, type: TaskType): void {
  const { args } = task;
  const open = args instanceof Template || task.keywords.moduleDefaults.length > 0;
  const later = args instanceof Map && args.has('_variable_params');
  const found = checkParams(type, later ? withoutKey(args, '_variable_params') : args, {
    taskType: checking.options.taskType,
  });
  const told = found.filter((one) => !((open || later) && dependsOnAll.has(one.code)) && !isUndecided(task, one));
  for (const one of told) problem(checking, one.code, one.message, placeOfProblem(task, one), one.hint);
  if (!told.some(({ code }) => code === 'mode-without-zero')) checkModes(checking, task, type);
}

/** Problems that may disappear once all parameters are known. */
const dependsOnAll: ReadonlySet<string> = new Set(['missing-parameter', 'conflicting-parameters']);

// A template may evaluate to nothing (`omit`), so until then it is unclear whether two parameters conflict.
function isUndecided(task: Task, { code, message }: ParamProblem): boolean {
  if (code !== 'conflicting-parameters' || !(task.args instanceof Map)) return false;
  const names = new Set(message.split(/[^\w]+/));
  return [...task.args].some(([name, value]) => value instanceof Template && names.has(String(name)));
}

function placeOfProblem(task: Task, { path, code }: ParamProblem): Position {
  let container: unknown = task.args;
  let place = code === 'missing-parameter' && path.length === 0 ? task.typeAt : task.argsAt;
  for (const key of path) {
    const found = locationOf(container, Array.isArray(container) ? Number(key) : key);
    if (found === undefined) return place;
    place = code === 'unknown-parameter' ? (found.key ?? found.value) : found.value;
    if (container instanceof Map) container = container.get(key);
    else container = Array.isArray(container) ? container[Number(key)] : undefined;
  }
  return place;
}

/** Common modes in decimal notation, as a computation yields them (420 is 0644): these are probably intended. */
const decimalModes = new Set([
  0o400, 0o440, 0o444, 0o555, 0o600, 0o640, 0o644, 0o660, 0o664, 0o666, 0o700, 0o710, 0o711, 0o750, 0o755, 0o770, 0o775,
  0o777,
]);

// YAML reads `mode: 644` as the number 644, which means mode 01204.
function checkModes(checking: Checking, task: Task, type: TaskType): void {
  if (!(task.args instanceof Map)) return;
  for (const [name, value] of task.args as Map<unknown, Raw>) {
    const source = locationOf(task.args, name)?.source;
    if (type.params[String(name)]?.type !== 'mode' || typeof value !== 'number' || source === undefined) continue;
    if (!/^[1-7][0-7]{2,3}$/.test(source) || decimalModes.has(value)) continue;
    const message = `\`${String(name)}: ${source}\` has no leading zero: read as a decimal number, it means mode 0${value.toString(8)}`;
    problem(checking, 'mode-without-zero', message, locationOf(task.args, name)?.value, `write \`'0${source}'\``);
  }
}
