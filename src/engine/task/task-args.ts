import type { TaskType } from '../../core/task-type.ts';
import { Expression, isDict, isTemplateText, type Raw, Template, type Value, withoutKey } from '../../core/value.ts';
import type { Task } from '../../language/model.ts';
import { evaluate } from '../../template/index.ts';
import type { TemplateScope } from '../variables/scopes.ts';

/** A task's parameters, with `module_defaults` for those that it does not set. */
export function argsOf(task: Task, type: TaskType, sight: TemplateScope): Raw {
  const { rest, expressions } = apart(withKeys(task, sight), type);
  const evaluated: Raw = spreadOut(evaluate(rest, sight.scope, sight.env));
  const given = isDict(evaluated)
    ? new Map<Value, Raw>([...(evaluated as Map<Value, Raw>), ...expressions])
    : evaluated;
  const defaults = new Map([...workersDefaults(task, type, sight), ...defaultsFor(names(type), task, sight)]);
  if (defaults.size === 0 || !(isDict(given) || given === null)) return given;
  return new Map<Value, Raw>([...defaults, ...((given ?? []) as Map<Value, Raw>)]);
}

/** The `module_defaults` for a type with these names. */
function defaultsFor(names: ReadonlySet<string>, task: Task, sight: TemplateScope): ReadonlyMap<Value, Value> {
  const defaults = new Map<Value, Value>();
  for (const written of task.keywords.moduleDefaults) {
    const all = evaluate(written.value, sight.scope, sight.env);
    if (!isDict(all)) continue;
    for (const [name, values] of all)
      if (names.has(String(name)) && isDict(values)) for (const [key, value] of values) defaults.set(key, value);
  }
  return defaults;
}

const workersDefaults = (task: Task, { worker }: TaskType, sight: TemplateScope): ReadonlyMap<Value, Value> =>
  worker === undefined ? new Map() : defaultsFor(names({ name: worker }), task, sight);

/** Parameters from a template that yields a whole dict, overridden by those written next to it. */
function spreadOut(args: Value): Value {
  if (!isDict(args)) return args;
  const all = args.get('_variable_params');
  if (!isDict(all)) return args;
  return new Map([...all, ...withoutKey(args, '_variable_params')]);
}

/**
 * Parameter names may be templates, since `set_fact` sets variables with any name, but only if they are written in the
 * playbook itself.
 */
function withKeys({ args, argsAt }: Task, { scope, env }: TemplateScope): Raw {
  if (!isDict(args) || ![...args.keys()].some((key) => isTemplateText(String(key)))) return args;
  const entries = [...(args as Map<Value, Raw>)].map(([key, value]): [Value, Raw] => [
    isTemplateText(String(key)) ? String(evaluate(new Template(String(key), argsAt), scope, env)) : key,
    value,
  ]);
  return new Map(entries);
}

/**
 * Separate parameters that are expressions, which stay as written in the playbook: the output of a template is never
 * one.
 */
function apart(args: Raw, { params }: TaskType): { rest: Raw; expressions: ReadonlyMap<Value, Raw> } {
  const names = new Set(
    Object.entries(params).flatMap(([name, { type, aliases = [] }]) =>
      type === 'expression' ? [name, ...aliases] : [],
    ),
  );
  if (names.size === 0 || !isDict(args)) return { rest: args, expressions: new Map() };
  const all = [...(args as Map<Value, Raw>)];
  return {
    rest: new Map(all.filter(([name]) => !names.has(String(name)))),
    expressions: new Map(
      all.flatMap(([name, raw]) =>
        names.has(String(name)) && raw !== null ? [[name, Expression.asWritten(raw)]] : [],
      ),
    ),
  };
}

function names(type: Pick<TaskType, 'name' | 'aliases'>): Set<string> {
  const short = type.name.replace(/^ansible\.builtin\./, '');
  return new Set([type.name, short, `ansible.builtin.${short}`, `ansible.legacy.${short}`, ...(type.aliases ?? [])]);
}
