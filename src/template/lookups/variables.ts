import type { Value } from '../../core/value.ts';
import { fail, TemplateError } from '../errors.ts';
import { Undefined } from '../python/object.ts';
import type { Pattern } from '../python/pattern.ts';
import { compilePattern, search } from '../python/regex.ts';
import { repr, str, typeName, undefinedError } from '../python/repr.ts';
import { resolveName } from '../resolve.ts';
import { type Lookups, lookup } from './lookup.ts';

/** Lookups for variables, the environment and the configuration. */
export const variableLookups: Lookups = {
  vars: lookup((terms, options, context) =>
    terms.map((term) => {
      if (typeof term !== 'string')
        return fail(`Invalid setting identifier, "${str(term)}" is not a string, its a ${typeName(term)}`);
      const raw = context.session.scope.get(term);
      const value =
        raw === undefined ? new Undefined(`No variable found with this name: ${term}`) : resolveName(term, context);
      if (!(value instanceof Undefined)) return value;
      const fallback = options.get('default');
      if (fallback === undefined || fallback === null) throw undefinedError(value);
      return fallback;
    }),
  ),
  varnames: lookup((terms, _options, { session }) => {
    const names = [...new Set(session.scope.names())];
    return terms.flatMap((term) => {
      if (typeof term !== 'string')
        return fail(`Invalid setting identifier, "${str(term)}" is not a string, it is a ${typeName(term)}`);
      const pattern = patternOf(term);
      return names.filter((name) => search(pattern, name) !== undefined);
    });
  }),
  env: lookup((terms, options, { session }) =>
    terms.map((term) => {
      const name = str(term).split(/\s+/)[0] ?? '';
      const value = session.env.variables[name] ?? options.get('default') ?? '';
      if (value instanceof Undefined) throw new TemplateError(value.message, 'undefined');
      return value;
    }),
  ),
  config: lookup((terms, options, { session }) =>
    terms.map((term) => {
      const value = session.env.setting(str(term));
      return value === undefined ? missingSetting(str(term), options.get('on_missing') ?? 'error') : value;
    }),
  ),
};

function patternOf(term: string): Pattern {
  try {
    return compilePattern(term);
  } catch (error) {
    if (error instanceof TemplateError) return fail(`Unable to use "${term}" as a search parameter: ${error.message}`);
    throw error;
  }
}

function missingSetting(name: string, policy: Value): Value {
  if (policy === 'skip' || policy === 'warn') return null;
  return fail(`Unable to find setting ${repr(name)}`);
}
