import { oneOr } from '../../core/one-or.ts';
import type { Value } from '../../core/value.ts';
import type { Context } from '../context.ts';
import { asTemplateError, fail, isUndefinedError, TemplateError } from '../errors.ts';
import { findLookup } from '../plugins.ts';
import type { Kwargs } from '../python/object.ts';
import { str } from '../python/repr.ts';
import { truth } from '../python/values.ts';

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
  if (!found) throw new TemplateError(`lookup plugin (${name}) not found`, 'unknown-lookup');
  const options = new Map([...kwargs].filter(([option]) => !OWN_OPTIONS.has(option)));
  const items = attempt(() => found.run(terms, options, context), String(kwargs.get('errors') ?? 'strict'), context);
  if (items === undefined) return wantList ? [] : null;
  if (wantList) return [...items];
  if (items.length === 0) return [];
  if (items.every((item) => typeof item === 'string')) return items.join(',');
  return oneOr(items, () => [...items]);
}

/** Failures of lookups may be turned into warnings or ignored, but undefined variables never. */
function attempt(run: () => readonly Value[], errors: string, context: Context): readonly Value[] | undefined {
  try {
    return run();
  } catch (thrown) {
    const error = asTemplateError(thrown);
    if (!(error instanceof TemplateError) || isUndefinedError(error) || errors === 'strict') throw error;
    if (errors === 'warn') context.session.env.warn(`Lookup failed but the error is being ignored: ${error.message}`);
    return undefined;
  }
}
