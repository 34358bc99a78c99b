import type { Outcome } from '../../core/event.ts';
import { fromJs, isDict, type Raw, toJs, type Value } from '../../core/value.ts';
import type { Task } from '../../language/model.ts';
import { mergeDicts } from '../../template/filters/merge.ts';
import { factModulesOf, isSetup } from '../variables/fact-modules.ts';
import type { TemplateScope } from '../variables/scopes.ts';
import { rememberFacts, withoutReach } from './apply-facts.ts';
import { attempt } from './attempt.ts';
import type { LoopItem } from './loop.ts';
import type { Ran, TaskRun } from './task-run.ts';

/** Runs a task once. `gather_facts` runs the modules that gather the host's facts, if it is not only `setup`. */
export async function attemptOrGather(
  run: TaskRun,
  sight: TemplateScope,
  item?: LoopItem,
  attempts?: number,
): Promise<Ran> {
  const modules = isGathering(run.task) ? factModulesOf(run.play, sight) : undefined;
  return modules === undefined ? attempt(run, sight, item, attempts) : gatherByModules(run, sight, item, modules);
}

const isGathering = ({ type }: Task): boolean =>
  typeof type === 'string' && /^(?:ansible\.(?:builtin|legacy)\.)?gather_facts$/.test(type);

/** Runs the modules one after another, and merges what they find. */
async function gatherByModules(
  run: TaskRun,
  sight: TemplateScope,
  item: LoopItem | undefined,
  modules: readonly string[],
): Promise<Ran> {
  const rans = new Map<string, Ran>();
  for (const module of modules) {
    const ran = await attempt({ ...run, task: taskFor(run.task, module) }, sight, item);
    if (['unreachable', 'unknown'].includes(ran.outcome.status)) return ran;
    rans.set(module, ran);
  }
  const [first] = rans.values();
  const outcome = together(new Map([...rans].map(([module, ran]) => [module, ran.outcome])));
  if (outcome.status === 'ok' || outcome.status === 'changed')
    rememberFacts(run.play, run.state, withoutReach(factsIn(outcome)));
  return { ...first, outcome };
}

/** The parameters of `setup` mean nothing to other modules. */
function taskFor(task: Task, module: string): Task {
  const isForAll = isSetup(module) || !isDict(task.args);
  const args = isForAll
    ? task.args
    : new Map([...(task.args as Map<Value, Raw>)].filter(([name]) => !isForSetup(name)));
  return { ...task, type: module, args };
}

const isForSetup = (name: Value): boolean =>
  ['gather_subset', 'gather_timeout', 'filter', 'fact_path', 'parallel'].includes(String(name));

/** One outcome for all modules. If any of them fails, so does the task, as in Ansible. */
function together(outcomes: ReadonlyMap<string, Outcome>): Outcome {
  const all = [...outcomes.values()];
  const ran = all.filter(({ status }) => status !== 'skipped');
  const [first = { status: 'ok', changes: [], result: {} }] = ran.length > 0 ? ran : all;
  if (ran.length === 0) return first;
  const failed = [...outcomes].filter(([, { status }]) => status === 'failed');
  const [fallen] = failed;
  if (fallen !== undefined) return failedTogether(fallen, failed);
  const found = ran.map(factsIn).reduce((low, high) => mergeDicts(low, high, true, 'append_rp'), new Map());
  const facts = toJs(new Map([...found, [GATHERED, true]]));
  const warnings = ran.flatMap((one) => one.warnings ?? []);
  const predicted = ran.find(({ status }) => status === 'changed') ?? first;
  return { ...predicted, warnings, result: { changed: predicted.status === 'changed', ansible_facts: facts } };
}

/** The mark by which playbooks and modules see that facts have been gathered. */
const GATHERED = '_ansible_facts_gathered';

type Named = readonly [module: string, outcome: Outcome];

function failedTogether([name, first]: Named, failed: readonly Named[]): Outcome {
  const names = failed.map(([module]) => module).join(', ');
  const results = Object.fromEntries(failed.map(([module, { result }]) => [module, result]));
  const msg = `The following modules failed to execute: ${names}\n`;
  const message = `${name}: ${first.message ?? String(first.result['msg'])}`;
  return { ...first, message, result: { changed: false, failed: true, msg, failed_modules: results } };
}

function factsIn({ result }: Outcome): Map<Value, Value> {
  const facts = fromJs(result['ansible_facts'] ?? {});
  return isDict(facts) ? facts : new Map();
}
