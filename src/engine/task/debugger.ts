import type { Outcome } from '../../core/event.ts';
import { fromJs, isDict, isTemplateText, type Raw, Template, type Value } from '../../core/value.ts';
import type { Task } from '../../language/model.ts';
import { LEVELS } from '../../language/variables/levels.ts';
import { evaluate, evaluateExpression, type Scope, TemplateError } from '../../template/index.ts';
import { repr } from '../../template/python/repr.ts';
import { asTold } from '../host/as-told.ts';
import type { TaskDebugger } from '../variables/run-context.ts';
import { layerOf, type TemplateScope } from '../variables/scopes.ts';
import type { TaskRun } from './task-run.ts';

/** Whether a task's outcome starts the debugger: its keyword decides, or else whether failed tasks are debugged. */
export function isDebugged(
  { task }: Pick<TaskRun, 'task'>,
  { status, ignored }: Outcome,
  { enabled, ignoresErrors }: Pick<TaskDebugger, 'enabled' | 'ignoresErrors'>,
): boolean {
  const keyword = task.keywords.debugger;
  const isFailed = status === 'failed' && !(ignored === true && ignoresErrors);
  if (keyword === undefined) return enabled && (isFailed || status === 'unreachable');
  const by: Readonly<Record<string, boolean>> = {
    always: true,
    on_failed: isFailed,
    on_unreachable: status === 'unreachable',
    on_skipped: status === 'skipped',
  };
  return by[keyword] === true;
}

/** What a person may change in the debugger: the task's parameters, and variables for this task alone. */
interface Draft {
  readonly task: Task;
  readonly vars: Readonly<Record<string, Raw>>;
}

/** Lets a person look at a task that has ended, and change it: returns the task to run instead, if it is to run again. */
export async function debugTask(
  run: TaskRun,
  outcome: Outcome,
  { ask }: Pick<TaskDebugger, 'ask'>,
): Promise<TaskRun | 'continue' | 'quit'> {
  const prompt = `[${run.state.host.name}] TASK: ${run.ref.name} (debug)> `;
  let draft: Draft = { task: run.task, vars: {} };
  let said = '';
  for (;;) {
    const line = await ask(run.play.run.secrets.mask(`${said}${prompt}`));
    if (line === undefined) return 'quit';
    const [, word = 'not a command', rest = ''] = /^\s*([a-z_]*|\?)(?:\s+(.*\S))?\s*$/.exec(line) ?? [];
    const command = rest === '' || SHOWS.has(word) ? COMMANDS[word] : undefined;
    if (command === 'redo') return redone(run, draft);
    if (command === 'continue' || command === 'quit') return command;
    if (command === 'update') draft = { ...draft, task: run.task };
    const sight = sightOf(run, draft);
    const set =
      command === undefined ? assigned({ ...draft, freeForm: freeFormOf(run) }, line, sight, outcome) : undefined;
    if (typeof set === 'object') draft = set;
    said = typeof set === 'string' ? `${set}\n` : '';
    if (command === 'show') said = `${shown(rest, { ...run, task: draft.task }, outcome, sight)}\n`;
    if (command === 'help') said = HELP;
  }
}

const SHOWS: ReadonlySet<string> = new Set(['p', 'pprint']);

const COMMANDS: Readonly<Record<string, 'show' | 'redo' | 'continue' | 'quit' | 'update' | 'help'>> = {
  p: 'show',
  pprint: 'show',
  r: 'redo',
  redo: 'redo',
  c: 'continue',
  continue: 'continue',
  q: 'quit',
  quit: 'quit',
  u: 'update',
  update_task: 'update',
  h: 'help',
  help: 'help',
  '?': 'help',
  '': 'help',
};

const HELP = `
p EXPRESSION                show a value: task, task.args, task_vars, host, result._result
task.args["NAME"] = VALUE   change a parameter of the task
task_vars["NAME"] = VALUE   change a variable for this task
u, update_task              take back changes to the parameters
r, redo                     run the task again
c, continue                 continue with the next task
q, quit                     end the run

`;

function redone(run: TaskRun, { task, vars }: Draft): TaskRun {
  return { ...run, task, layers: [...run.layers, varsLayer(vars)] };
}

const varsLayer = (vars: Draft['vars']) => layerOf(LEVELS.extraVars, 'the debugger', vars);

const sightOf = ({ play, state, layers }: TaskRun, { task, vars }: Draft): TemplateScope =>
  play.scopes.of(state, task, [...layers, varsLayer(vars)]);

/** The parameter that Ansible calls `_raw_params`. */
function freeFormOf({ play, task }: TaskRun): string | undefined {
  return typeof task.type === 'string' ? play.run.loadedType(task.type)?.freeForm : undefined;
}

/** The draft after an assignment, or what is wrong with it. */
function assigned(
  draft: Draft & { readonly freeForm: string | undefined },
  line: string,
  sight: TemplateScope,
  outcome: Outcome,
): Draft | string {
  const [, what, , name = '', source = ''] =
    /^\s*(task\.args|task_vars)\[(["'])(.+?)\2\]\s*=(?!=)\s*(.*\S)\s*$/.exec(line) ?? [];
  if (what === undefined) return `*** not a command: ${line.trim()}\n${HELP}`;
  const value = computed(source, draft.task, sight, outcome);
  if ('problem' in value) return value.problem;
  const { task, vars, freeForm } = draft;
  // As in a playbook, a text with braces is a template.
  const written =
    typeof value.value === 'string' && isTemplateText(value.value)
      ? new Template(value.value, task.argsAt)
      : value.value;
  if (what === 'task_vars') return { task, vars: { ...vars, [name]: written } };
  const old = isDict(task.args) ? [...(task.args as Map<Value, Raw>)] : [];
  const param = name === '_raw_params' ? (freeForm ?? name) : name;
  return { task: { ...task, args: new Map<Value, Raw>([...old, [param, written]]) }, vars };
}

/** An expression's value, printed as in Python, or what is wrong with it. */
function shown(source: string, { task, ref }: TaskRun, outcome: Outcome, sight: TemplateScope): string {
  if (source === 'task') return `TASK: ${ref.name}`;
  const value = computed(source, task, sight, outcome);
  return 'problem' in value ? value.problem : repr(value.value);
}

function computed(
  source: string,
  task: Task,
  sight: TemplateScope,
  outcome: Outcome,
): { readonly value: Value } | { readonly problem: string } {
  try {
    return { value: evaluateExpression(source, undefined, scopeOf(task, sight, outcome), sight.env) };
  } catch (error) {
    if (error instanceof TemplateError) return { problem: `*** ${error.message}` };
    throw error;
  }
}

/** The names that expressions may use, in addition to the task's variables. */
function scopeOf(task: Task, { scope, env }: TemplateScope, outcome: Outcome): Scope {
  const own: Readonly<Record<string, () => Raw | undefined>> = {
    task: () => new Map<Value, Raw>([['args', argsShown(task, { scope, env })]]),
    task_vars: () => scope.get('vars'),
    host: () => scope.get('inventory_hostname'),
    result: () => new Map([['_result', fromJs(asTold(outcome).result)]]),
  };
  return { get: (name) => (name in own ? own[name]?.() : scope.get(name)), names: () => scope.names() };
}

/** The parameters with their values; one that cannot be computed is shown as written. */
function argsShown({ args }: Task, { scope, env }: TemplateScope): Value {
  if (!isDict(args)) return evaluate(args, scope, env);
  return new Map(
    [...(args as Map<Value, Raw>)].map(([name, written]): [Value, Value] => [name, valueOrText(written, scope, env)]),
  );
}

function valueOrText(written: Raw, scope: Scope, env: TemplateScope['env']): Value {
  try {
    return evaluate(written, scope, env);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return written instanceof Template ? written.source : null;
  }
}
