import { oneOr } from '../../core/one-or.ts';
import type { Value } from '../../core/value.ts';
import type { Context } from '../context.ts';
import { asTemplateError, fail, isUndefinedError, TemplateError } from '../errors.ts';
import { findLookup } from '../plugins.ts';
import type { Kwargs } from '../python/object.ts';
import { str, typeName } from '../python/repr.ts';
import { elements, truth } from '../python/values.ts';

const OWN_OPTIONS = new Set(['wantlist', 'errors', 'allow_unsafe']);

/** `lookup(name, *terms)` joins the results with commas; `query` and `wantlist=True` return the list. */
export function runLookup(
  [nameValue, ...terms]: readonly Value[],
  kwargs: Kwargs,
  context: Context,
  asList: boolean,
): Value {
  const name = str(nameValue ?? fail("lookup() missing 1 required positional argument: 'name'"));
  const wantList = asList || truth(kwargs.get('wantlist') ?? false);
  const found = findLookup(name, context.session.env);
  if (!found) {
    const why = context.session.env.lookups.missing?.(name);
    throw new TemplateError(`lookup plugin (${name}) not found`, 'unknown-lookup', undefined, why);
  }
  const options = new Map([...kwargs].filter(([option]) => !OWN_OPTIONS.has(option)));
  const result = attempt(() => found.run(terms, options, context), String(kwargs.get('errors') ?? 'strict'), context);
  if (result === undefined) return wantList ? [] : null;
  if (wantList) return Array.isArray(result) ? [...result] : result;
  return truth(result) ? joined(name, result) : result;
}

/** As in Ansible, the texts joined with commas, or the only item, or the list. Of a dict or a text, the elements are joined. */
function joined(name: string, result: Value): Value {
  const items = elements(result) ?? fail(`The lookup plugin '${name}' did not return a list.`);
  if (items.every((item) => typeof item === 'string')) return items.join(',');
  return Array.isArray(result) ? oneOr(items, () => [...items]) : noTexts(items);
}

function noTexts(items: readonly Value[]): never {
  const at = items.findIndex((item) => typeof item !== 'string');
  return fail(`sequence item ${at}: expected str instance, ${typeName(items[at] ?? null)} found`, 'template-type');
}

/** Failures of lookups may be turned into warnings or ignored, but undefined variables never. */
function attempt(run: () => Value, errors: string, context: Context): Value | undefined {
  try {
    return run();
  } catch (thrown) {
    const error = asTemplateError(thrown);
    if (!(error instanceof TemplateError) || isUndefinedError(error) || errors === 'strict') throw error;
    if (errors === 'warn') context.session.env.warn(`Lookup failed but the error is being ignored: ${error.message}`);
    return undefined;
  }
}
