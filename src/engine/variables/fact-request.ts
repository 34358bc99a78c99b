import { everyFact, type FactRequest } from '../../core/facts/subsets.ts';
import { isDict, type Raw, toJs, type Value } from '../../core/value.ts';
import { evaluate } from '../../template/index.ts';
import type { HostState } from './host-state.ts';
import { keywordNumber, keywordValue } from './keyword-values.ts';
import type { PlayContext } from './play-context.ts';
import type { TemplateScope } from './scopes.ts';

/**
 * Which facts a play gathers from a host: what its keywords say, otherwise what the configuration says, otherwise its
 * `module_defaults` for `gather_facts` and `setup`.
 */
export function factRequestOf({ run, definition: play, scopes }: PlayContext, state: HostState): FactRequest {
  const sight = scopes.of(state);
  const defaults = defaultsOfGathering(play.keywords.moduleDefaults, sight);
  const subset = keywordValue(play.gatherSubset, sight);
  const timeoutSeconds = keywordNumber(play.gatherTimeout, sight);
  const factPath = keywordValue(play.factPath, sight);
  return {
    ...everyFact,
    ...requestIn(defaults),
    ...run.options.gather,
    ...(isGiven(subset) && { subset: words(subset) }),
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
    ...(isGiven(factPath) && { factPath: String(factPath) }),
  };
}

const isGiven = (value: Value | undefined): value is Value => value !== undefined && value !== null && value !== '';

/** The parameters of `setup` as a request. */
function requestIn(args: ReadonlyMap<Value, Value>): Partial<FactRequest> {
  const [subset, filter, factPath, timeout] = ['gather_subset', 'filter', 'fact_path', 'gather_timeout'].map((name) =>
    args.get(name),
  );
  return {
    ...(isGiven(subset) && { subset: words(subset) }),
    ...(isGiven(filter) && { filter: words(filter) }),
    ...(isGiven(factPath) && { factPath: String(factPath) }),
    ...(isGiven(timeout) && { timeoutSeconds: Number(toJs(timeout)) }),
  };
}

/** Ansible's lists may be one text with commas. */
const words = (value: Value): readonly string[] =>
  Array.isArray(value)
    ? value.map(String)
    : String(value)
        .split(',')
        .map((word) => word.trim());

// Only these entries are evaluated: others may need the facts that are about to be gathered.
function defaultsOfGathering(
  written: readonly { readonly value: Raw }[],
  { scope, env }: TemplateScope,
): ReadonlyMap<Value, Value> {
  const found = { setup: new Map<Value, Value>(), gather_facts: new Map<Value, Value>() };
  for (const { value } of written) {
    const all: Raw = isDict(value) ? value : evaluate(value, scope, env);
    if (!isDict(all)) continue;
    for (const [name, raw] of all as Map<Value, Raw>) {
      const type = String(name).replace(/^ansible\.(builtin|legacy)\./, '');
      if (type !== 'setup' && type !== 'gather_facts') continue;
      const args = evaluate(raw, scope, env);
      if (isDict(args)) found[type] = args;
    }
  }
  return new Map([...found.setup, ...found.gather_facts]);
}
