import { bindParams, type ParamProblem } from '../core/bind-params.ts';
import type { AnyQuestion } from '../core/question.ts';
import { type Account, userAccount } from '../core/questions/account.ts';
import { inOneLine, type Position } from '../core/source.ts';
import { type Controller, ControllerError, type TaskContext, type TaskType } from '../core/task-type.ts';
import { Expression, isDict, isTemplateText, type Raw, Template, toJs, type Value } from '../core/value.ts';
import type { Task, Written } from '../language/model.ts';
import { unknownTaskType } from '../language/unknown-task-type.ts';
import { asTemplateError, evaluate, evaluateCondition, isUndefinedError, TemplateError } from '../template/index.ts';
import { str } from '../template/python/repr.ts';
import { createController } from './controller.ts';
import { truth } from './endpoint.ts';
import type { HostLink, Identity } from './host-link.ts';
import type { HostState } from './host-state.ts';
import type { PlayContext } from './play-context.ts';
import { OMIT, type Sight } from './scopes.ts';
import { doubtOf, ifKnown } from './settle.ts';
import { Touched, TouchedHome } from './touched.ts';

/** A task with everything computed for one host and one loop item: ready to be asked, planned and applied. */
export interface Call {
  readonly type: TaskType;
  readonly params: unknown;
  readonly context: TaskContext;
  readonly link: HostLink;
  readonly identity: Identity;
  readonly delegatedTo?: string;
  readonly censored: boolean;
  readonly diff: boolean;
  /** Ended as Ansible ends it where we know better: what its scripts count on. */
  readonly ansible: boolean;
  readonly timeoutMs?: number;
  readonly warnings: readonly string[];
}

/** What computing a task can end in instead of a call. */
type Computed =
  | { readonly kind: 'call'; readonly call: Call }
  | { readonly kind: 'skipped'; readonly message: string; readonly condition: string; readonly censored: boolean }
  | { readonly kind: 'failed'; readonly message: string; readonly msg?: string; readonly censored: boolean };

/**
 * Compute a task for a host: conditions, then where it runs, its parameters and its files. Throws `Touched` where a value
 * is not known yet. `peek` is asking ahead: nothing then may be prompted for or written.
 */
export async function computeCall(
  play: PlayContext,
  state: HostState,
  task: Task,
  sight: Sight,
  peek: boolean,
): Promise<Computed> {
  let censored = false;
  try {
    censored = keywordTruth(task.keywords.noLog, sight) ?? false;
    const warnings: string[] = [];
    const refused = firstFalse(task.keywords.when, sight, warnings);
    if (refused !== undefined)
      return { kind: 'skipped', message: 'Conditional result was False', condition: refused, censored };
    return { kind: 'call', call: await makeCall(play, state, task, sight, peek, censored, warnings) };
  } catch (thrown) {
    const error = asTemplateError(thrown);
    if (error instanceof TemplateError) {
      const doubt = doubtOf(play, state, error);
      if (doubt !== undefined) throw new Touched('unknown', state.host.name, doubt);
      return { kind: 'failed', message: placed(error), msg: ansibleMessage(error), censored };
    }
    if (error instanceof ControllerError) return { kind: 'failed', message: error.message, censored };
    if (error instanceof BadParams) return { kind: 'failed', message: error.message, censored };
    throw error;
  }
}

/** The first condition that does not hold, as written. */
export function firstFalse(
  conditions: readonly Written[],
  { scope, env }: Sight,
  warnings: string[] = [],
): string | undefined {
  for (const { value, at } of conditions) {
    const { value: holds, warning } = evaluatePlaced(value, at, { scope, env });
    if (warning !== undefined) warnings.push(warning);
    if (!holds) return conditionText(value);
  }
  return undefined;
}

function evaluatePlaced(value: Raw, at: Position, { scope, env }: Sight): ReturnType<typeof evaluateCondition> {
  try {
    return evaluateCondition(value, scope, env);
  } catch (error) {
    throw error instanceof TemplateError ? error.locate(at) : error;
  }
}

/** A condition as it is written. */
export function conditionText(value: Raw): string {
  if (value instanceof Template) return value.source;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return String(toJs(value as Value));
}

/** A keyword's value, computed; undefined where it is not given. */
export const keywordValue = (written: Written | undefined, { scope, env }: Sight): Value | undefined =>
  written === undefined ? undefined : evaluate(written.value, scope, env);

/** What a keyword that is yes or no says; undefined where it is not written. */
export const keywordTruth = (written: Written | undefined, sight: Sight): boolean | undefined =>
  truth(keywordValue(written, sight));

/** The number of a keyword; undefined where it is not written, or none. */
export function keywordNumber(written: Written | undefined, sight: Sight): number | undefined {
  const value = keywordValue(written, sight);
  return value === undefined || value === null ? undefined : Number(toJs(value));
}

class BadParams extends Error {}

async function makeCall(
  play: PlayContext,
  state: HostState,
  task: Task,
  sight: Sight,
  peek: boolean,
  censored: boolean,
  warnings: string[],
): Promise<Call> {
  const { options } = play.run;
  const type = await typeOf(play, task, sight);
  const where = placeOf(play, state, task, sight);
  const check = keywordTruth(task.keywords.checkMode, sight) ?? options.check;
  const diff = keywordTruth(task.keywords.diff, sight) ?? options.diff;
  const bound = bindParams(type, argsOf(task, type, sight), {
    omit: OMIT,
    home: (user) =>
      user === undefined ? homeOf(where.link, where.identity) : homeOfUser(where.link, where.identity, user),
    taskType: play.run.loadedType,
  });
  if (!bound.ok) throw new BadParams(bound.problems.map((problem) => sentence(problem)).join('; '));
  for (const secret of bound.secrets) play.run.secrets.add(secret);
  const context: TaskContext = {
    check,
    diff,
    host: where.delegatedTo ?? state.host.name,
    interactive: options.interactive,
    ...(options.patienceMs !== undefined && { patienceMs: options.patienceMs }),
    native: options.native,
    now: new Date(),
    verbosity: play.run.runFacts.verbosity,
    environment: where.identity.environment,
  };
  const controller: Controller = createController(play, task, sight, peek, where);
  const params =
    type.prepare === undefined ? bound.params : await type.prepare(bound.params as never, controller, context);
  const timeout = keywordNumber(task.keywords.timeout, sight);
  const patience = keywordNumber(task.async, sight);
  const seconds = timeout ?? (patience === 0 ? undefined : patience);
  return {
    type,
    params,
    context,
    ...where,
    censored,
    diff,
    ansible: options.ansible === true,
    timeoutMs: seconds === undefined || seconds === 0 ? undefined : seconds * 1000,
    warnings,
  };
}

async function typeOf(play: PlayContext, task: Task, sight: Sight): Promise<TaskType> {
  const name = typeof task.type === 'string' ? task.type : String(evaluate(task.type, sight.scope, sight.env));
  const type = play.run.loadedType(name) ?? (await play.run.taskType(name));
  if (type === undefined)
    throw new BadParams(play.run.options.ansible === true ? unresolved(name) : unknownTaskType(name, []).message);
  return type;
}

/** Nobody knows a task type of that name. */
export const unresolved = (name: string): string =>
  `couldn't resolve module/action '${name}'. This often indicates a misspelling, missing collection, or incorrect module path.`;

/** Where and as whom a task runs: its host, or the one that it is delegated to. */
function placeOf(
  play: PlayContext,
  state: HostState,
  task: Task,
  sight: Sight,
): Pick<Call, 'link' | 'identity' | 'delegatedTo'> {
  const delegate = keywordValue(task.keywords.delegateTo, sight);
  const name = delegate === undefined || delegate === null || delegate === OMIT ? undefined : String(delegate);
  const environment = environmentOf(task, sight);
  if (name === undefined) return { link: state.link, identity: play.identity(state, task, sight, environment) };
  const other = play.stateOf(name);
  if (other === undefined) throw new BadParams(`cannot delegate to \`${name}\`: it is not in the inventory`);
  return {
    link: other.link,
    identity: play.identity(other, task, play.scopes.of(other, task), environment, sight),
    delegatedTo: name,
  };
}

/** The `environment:` in force, the innermost winning. */
function environmentOf(item: Pick<Task, 'keywords'>, { scope, env }: Sight): Readonly<Record<string, string>> {
  const all = merged(item.keywords.environment.map(({ value }) => evaluate(value, scope, env)));
  const wrong = Object.keys(all).find((name) => !isVariableName(name));
  if (wrong !== undefined)
    throw new BadParams(
      `environment: ${JSON.stringify(wrong)} is not the name of a variable: expected letters, digits and _, not beginning with a digit`,
    );
  return all;
}

const isVariableName = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);

/** The same while facts are being gathered: what needs a fact is left out. */
export function environmentBeforeFacts(
  item: Pick<Task, 'keywords'>,
  { scope, env }: Sight,
): Readonly<Record<string, string>> {
  const entries = item.keywords.environment.flatMap(({ value }) =>
    isDict(value) ? [...(value as Map<Value, Raw>)] : [],
  );
  return merged([
    new Map(
      entries.flatMap(([name, raw]) => {
        const value = ifKnown(() => evaluate(raw, scope, env));
        return value === undefined || !isVariableName(String(name)) ? [] : [[name, value] as const];
      }),
    ),
  ]);
}

function merged(environments: readonly Value[]): Readonly<Record<string, string>> {
  const all: Record<string, string> = {};
  for (const part of environments.flatMap((value) => (Array.isArray(value) ? (value as readonly Value[]) : [value])))
    if (isDict(part)) for (const [name, text] of part) if (text !== OMIT) all[String(name)] = textOf(text);
  return all;
}

/** As Python writes it: a dict or list is no use to a shell, but Ansible's text. */
const textOf = (value: Value): string => (value === null ? '' : str(value));

/** The parameters of a task: `module_defaults` below what the task says. */
function argsOf(task: Task, type: TaskType, sight: Sight): Raw {
  const { rest, expressions } = apart(withKeys(task, sight), type);
  const evaluated: Raw = evaluate(rest, sight.scope, sight.env);
  const given = isDict(evaluated)
    ? new Map<Value, Raw>([...(evaluated as Map<Value, Raw>), ...expressions])
    : evaluated;
  const defaults = new Map<Value, Value>();
  for (const written of task.keywords.moduleDefaults) {
    const all = evaluate(written.value, sight.scope, sight.env);
    if (!isDict(all)) continue;
    for (const [name, values] of all)
      if (names(type).has(String(name)) && isDict(values)) for (const [key, value] of values) defaults.set(key, value);
  }
  if (defaults.size === 0 || !(isDict(given) || given === null)) return given;
  return new Map<Value, Raw>([...defaults, ...((given ?? []) as Map<Value, Raw>)]);
}

/** Names of parameters may be templates: `set_fact` sets variables of any name. Only names in the playbook's own text are. */
function withKeys({ args, argsAt }: Task, { scope, env }: Sight): Raw {
  if (!isDict(args) || ![...args.keys()].some((key) => isTemplateText(String(key)))) return args;
  const entries = [...(args as Map<Value, Raw>)].map(([key, value]): [Value, Raw] => [
    isTemplateText(String(key)) ? String(evaluate(new Template(String(key), argsAt), scope, env)) : key,
    value,
  ]);
  return new Map(entries);
}

/** Parameters that are expressions stay as the playbook has them: what a template gives is never one. */
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

function names(type: TaskType): Set<string> {
  const short = type.name.replace(/^ansible\.builtin\./, '');
  return new Set([type.name, short, `ansible.builtin.${short}`, `ansible.legacy.${short}`, ...(type.aliases ?? [])]);
}

/** The home of a host's user; touching it before there is a session says so. */
export function homeOf(link: HostLink, identity: Identity): string {
  const home = link.home(identity);
  if (home === undefined) throw new TouchedHome(link, identity);
  return home;
}

/** The home of another user of a host, undefined where there is none of that name; touching it before it is asked says so. */
function homeOfUser(link: HostLink, identity: Identity, user: string): string | undefined {
  const belief = link.beliefs.of(userAccount(user), identity.key);
  if (belief === undefined) throw new TouchedHome(link, identity, user);
  if (belief.is === 'unknown') throw new Touched('unknown', link.name, belief.because);
  if (!belief.answer.ok) throw new ControllerError(`the home of ${user}: ${belief.answer.why}`);
  const account = belief.answer.value as Account;
  if (account.exists && account.home === undefined) throw new Touched('unknown', link.name, belief.assuming);
  return account.home;
}

const sentence = ({ path, message, hint }: ParamProblem): string =>
  `${path.length > 1 ? `${path.slice(0, -1).join('.')}: ` : ''}${message}${hint === undefined ? '' : ` (${hint})`}`;

/** What a template's mistake says, with its place. */
export const placed = (error: TemplateError): string => inOneLine(error.diagnostic);

/** The same of a condition on a task's result, with the keyword it stands under and its text. */
export const placedCondition = (keyword: string, { diagnostic, condition }: TemplateError): string =>
  inOneLine({ ...diagnostic, message: `${keyword}: ${condition ?? ''}: ${diagnostic.message}` });

/** The same in Ansible's words, which playbooks look at in `msg`. */
export function ansibleMessage(error: TemplateError): string {
  const { condition, message } = error;
  if (condition !== undefined)
    return `The conditional check '${condition}' failed. The error was: error while evaluating conditional (${condition}): ${message}`;
  return isUndefinedError(error)
    ? `The task includes an option with an undefined variable. The error was: ${message}. ${message}`
    : message;
}

/** The questions of a call whose answers are not known, and those that depend on answers that are. */
export function questionsOf(call: Call): readonly AnyQuestion<unknown>[] {
  const first = Object.values(call.type.ask?.(call.params as never, call.context) ?? {}) as AnyQuestion<unknown>[];
  const beliefs = first.map((question) => call.link.beliefs.of(question, call.identity.key));
  if (call.type.thenAsk === undefined || !beliefs.every((belief) => belief?.is === 'answer' && belief.answer.ok))
    return first;
  const named = Object.keys(call.type.ask?.(call.params as never, call.context) ?? {});
  const state = Object.fromEntries(
    named.map((name, index) => [name, (beliefs[index] as { answer: { value: unknown } }).answer.value]),
  );
  return [
    ...first,
    ...(Object.values(call.type.thenAsk(state as never, call.params as never, call.context)) as AnyQuestion<unknown>[]),
  ];
}
