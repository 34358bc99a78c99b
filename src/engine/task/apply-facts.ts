import { connectionVariables } from '../../core/connections.ts';
import type { Outcome } from '../../core/event.ts';
import { fromJs, isDict, type Raw, type Value, Vaulted, withoutTuples } from '../../core/value.ts';
import type { Task } from '../../language/model.ts';
import { mergeOver } from '../../language/variables/merge-layers.ts';
import { evaluate, isWritten } from '../../template/index.ts';
import { entryNotKnownYet, NotKnownYet } from '../host/not-known-yet.ts';
import { type FactDoubt, type HostState, noDoubt } from '../variables/host-state.ts';
import { keywordTruth } from '../variables/keyword-values.ts';
import type { PlayContext } from '../variables/play-context.ts';
import type { TemplateScope } from '../variables/scopes.ts';
import type { BoundTask } from './bind-task.ts';
import { cacheFacts } from './facts.ts';

/** A task that has run on a host: its outcome, and which of its facts are in doubt. */
interface Performed {
  readonly call: BoundTask;
  readonly outcome: Outcome;
  readonly doubt?: FactDoubt;
}

/** Apply the facts and variables that a result carries, for later tasks to see. */
export function applyFacts(
  play: PlayContext,
  state: HostState,
  task: Task,
  sight: TemplateScope,
  { call, outcome, doubt = noDoubt }: Performed,
): void {
  const given = outcome.result['ansible_facts'];
  const { gives = call.type.onlyValues === true ? undefined : 'facts' } = call.type;
  // What `debug` shows may well be called `ansible_facts`.
  if (given === undefined || gives === undefined || !['ok', 'changed'].includes(outcome.status)) return;
  const facts = withoutTuples(fromJs(given));
  if (!isDict(facts)) return;
  const delegated =
    call.delegatedTo !== undefined && keywordTruth(task.keywords.delegateFacts, sight) === true
      ? play.stateOf(call.delegatedTo)
      : undefined;
  const owner = delegated ?? state;
  // Values count as written by a person if they come from a variables file or from task arguments written by a person.
  const written = (gives === 'include_vars' || isWritten(task.args, sight.scope)) && { written: true as const };
  if (gives === 'facts') rememberFacts(play, owner, withoutReach(facts), doubt);
  else
    for (const [name, value] of facts)
      (gives === 'set_fact' ? owner.set : owner.included).set(String(name), {
        value:
          (gives === 'set_fact' ? encryptedIn(task.args, name) : undefined) ??
          (outcome.result['_ansible_merge'] === true ? overKnown(String(name), value, sight) : value),
        ...written,
      });
  if (outcome.result['cacheable'] === true || outcome.result['_ansible_facts_cacheable'] === true)
    rememberFacts(play, owner, facts);
}

/** A value that is written encrypted stays so, as in Ansible. */
function encryptedIn(args: Raw, name: Value): Vaulted | undefined {
  const written = isDict(args) ? (args as ReadonlyMap<Value, Raw>).get(name) : undefined;
  return written instanceof Vaulted ? written : undefined;
}

/** A value merged into the current value of its variable. */
function overKnown(name: string, value: Value, { scope, env }: TemplateScope): Raw {
  const known = scope.get(name);
  return known === undefined ? value : mergeOver(evaluate(known, scope, env), value);
}

/** What a host says about itself must not decide how it is reached, and with which program. */
export const withoutReach = (facts: ReadonlyMap<Value, Value>): Map<Value, Value> =>
  new Map([...facts].filter(([name]) => !isReach(String(name))));

const isReach = (name: string): boolean =>
  connectionVariables.has(name) ||
  /^ansible_(?:become.*|shell_.*|ssh_(?!host_key_).*|remote_.*|.*_interpreter|connection|host|port|user|password|facts)$/.test(
    name,
  ) ||
  name.startsWith('discovered_interpreter_');

/** Makes facts known, and writes them to the cache. */
export function rememberFacts(
  play: PlayContext,
  owner: HostState,
  facts: ReadonlyMap<Value, Value>,
  doubt = noDoubt,
): void {
  owner.facts.add(facts, doubt);
  cacheFacts(play, owner);
}

/** For a task that would set variables or facts to unknown values: later tasks that read them become unknown too. */
export function applyUnknownFacts(play: PlayContext, state: HostState, task: Task, because: string): void {
  const type = typeof task.type === 'string' ? play.run.loadedType(task.type) : undefined;
  if (type?.gives === undefined) return;
  const names = task.keywords.delegateTo === undefined ? type.factNames?.(task.args) : undefined;
  if (names !== undefined) {
    const unknown = new NotKnownYet('unknown', state.host.name, because);
    state.facts.add(new Map(), { ...noDoubt, unknown: new Map(names.map((name) => [name, unknown])) });
    return;
  }
  if (type.gives !== 'set_fact' || !isDict(task.args)) {
    // The names that it would set are not known either.
    state.doubt = because;
    return;
  }
  for (const name of (task.args as Map<Value, Raw>).keys())
    if (name !== 'cacheable')
      state.set.set(String(name), entryNotKnownYet(new NotKnownYet('unknown', state.host.name, because)));
}
