import { onlyReads } from '../audit/unmanaged/declared.ts';
import { isRecord } from '../core/map-texts.ts';
import { isDict, type Raw, Template, toJs, type Value, Vaulted } from '../core/value.ts';
import type { StepTask } from '../document/steps/step-task.ts';
import type { Host, Item, Play, Task, VarsLayer } from '../language/model.ts';
import { type ComposedScope, composeScope } from '../language/variables/compose-scope.ts';
import { hostvarsDict } from '../language/variables/hostvars.ts';
import { LEVELS } from '../language/variables/levels.ts';
import { magicVariables } from '../language/variables/magic-variables.ts';
import { type Env, evaluate, type Scope, TemplateError } from '../template/index.ts';
import { hostsOf } from './listings.ts';
import type { Loaded } from './load-all.ts';

/**
 * The tasks of playbooks with what their parameters are on each host of the play, as far as the inventory and the playbooks tell. Asks no
 * host: what depends on facts or results stays as it is written. Handlers are left out, because changes notify them.
 */
export const stepTasks = (loaded: Loaded): readonly StepTask[] =>
  loaded.playbooks.flatMap(({ plays }) =>
    plays.flatMap((play) => tasksOf(play.items).flatMap((task) => stepTask(task, play, loaded))),
  );

function tasksOf(items: readonly Item[]): readonly Task[] {
  return items.flatMap((item) => {
    if (item.kind === 'task') return [item];
    return item.kind === 'block' ? tasksOf([...item.block, ...item.rescue, ...item.always]) : [];
  });
}

function stepTask(task: Task, play: Play, loaded: Loaded): readonly StepTask[] {
  const { context } = loaded;
  if (typeof task.type !== 'string') return [];
  const env = context.env(task.searchPath, context.inventory);
  const hosts = hostsOf(play, context).map((name) => context.inventory.hosts.get(name));
  const variants = (hosts.length === 0 ? [undefined] : hosts).flatMap((host) => {
    const scopeWith = scopesOf(task, play, host, loaded);
    return itemsOf(task, scopeWith([]), env).map((layer) => plain(task.args, scopeWith(layer), env));
  });
  const type = context.loadedType(task.type);
  const short = task.type.split('.').at(-1) ?? task.type;
  const reads = type !== undefined && variants.every((params) => isRead(() => onlyReads(type, params)));
  const name = titleOf(task);
  const done = reads || (short === 'uri' && variants.every(isGet)) ? 'looks' : 'does';
  return [
    {
      name,
      type: short,
      ...(task.keywords.step !== undefined && { step: task.keywords.step }),
      file: task.at.file,
      line: task.at.line,
      how: short === 'manual' ? 'manual' : done,
      variants: distinct(variants),
    },
  ];
}

/** The variables of a task on a host, with temporary ones; without a host, those of the task itself. */
function scopesOf(
  task: Task,
  play: Play,
  host: Host | undefined,
  { context }: Loaded,
): (also: readonly VarsLayer[]) => Scope {
  const { inventory, extra, options, runFacts } = context;
  const run = { ...runFacts, playbookDir: play.directory };
  const scopeOf = (of: Host | undefined, more: readonly VarsLayer[], item?: Task): ComposedScope =>
    composeScope({
      host: of ?? { layers: [] },
      state: [...more, extra],
      ...(item !== undefined && { item }),
      hashBehaviour: options.hashBehaviour,
      ...(of !== undefined && { magic: magicVariables({ host: of, inventory, run, role: item?.role, hostvars }) }),
    });
  const others = (name: string): ComposedScope | undefined => {
    const other = inventory.hosts.get(name);
    return other === undefined ? undefined : scopeOf(other, []);
  };
  const env = context.env([play.directory], inventory);
  const hostvars = (): Value => hostvarsDict(inventory, others, (value, seen) => evaluate(value, seen, env));
  return (also) => scopeOf(host, also, task);
}

const titleOf = ({ name, type }: Task): string => {
  if (name === undefined) return String(type);
  return name instanceof Template ? name.source : String(name);
};

/** Whether a request only reads. */
const isGet = (params: unknown): boolean =>
  isRecord(params) && params['dest'] === undefined && /^(?:GET|HEAD|OPTIONS)$/i.test(String(params['method'] ?? 'GET'));

/** A type may expect parameters that have been checked; these may hold templates. */
function isRead(ask: () => boolean): boolean {
  try {
    return ask();
  } catch {
    return false;
  }
}

const distinct = (values: readonly unknown[]): readonly unknown[] => [
  ...new Map(values.map((value) => [JSON.stringify(value), value])).values(),
];

/** The variables of each item of a task's loop; if its items are not known, the task without them. */
function itemsOf(task: Task, scope: Scope, env: Env): readonly (readonly VarsLayer[])[] {
  if (task.loop === undefined) return [[]];
  const items = knownValue(task.loop.over.value, scope, env);
  if (!Array.isArray(items)) return [[]];
  const name = typeof task.loop.loopVar === 'string' ? task.loop.loopVar : 'item';
  return (items as readonly Value[]).map((item) => [
    { level: LEVELS.loop, from: 'loop', vars: new Map([[name, { value: item }]]) },
  ]);
}

/** A value as plain data. Each text that cannot be evaluated, or is a secret, is left as written. */
function plain(raw: Raw, scope: Scope, env: Env): unknown {
  if (raw instanceof Vaulted) return '';
  if (raw instanceof Template) {
    const value = knownValue(raw, scope, env);
    return value === undefined ? raw.source : toJs(value);
  }
  if (Array.isArray(raw)) return raw.map((one: Raw) => plain(one, scope, env));
  if (isDict(raw))
    return Object.fromEntries([...raw].map(([key, value]) => [String(key), plain(value as Raw, scope, env)]));
  return toJs(raw as Value);
}

function knownValue(raw: Raw, scope: Scope, env: Env): Value | undefined {
  if (raw instanceof Template && /\b(lookup|query|q)\s*\(/.test(raw.source)) return undefined; // it may read files or run commands
  try {
    return evaluate(raw, scope, env);
  } catch (error) {
    if (error instanceof TemplateError) return undefined;
    throw error;
  }
}
