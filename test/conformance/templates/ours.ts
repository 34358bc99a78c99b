import { isTemplateText, type Raw, Template, type Value } from '../../../src/core/value.ts';
import { defaultEnv, evaluate, renderTemplate, repr, TemplateError } from '../../../src/template/index.ts';
import { parseJson } from '../../../src/template/python/json.ts';
import type { Source } from './generate.ts';

/** What became of a template: its value as Python shows it, or why it failed. */
export type Evaluated = { readonly is: string } | { readonly fails: string };

/** Evaluates a template with our implementation. Anything but a result or an error of the template is thrown. */
export function evaluateOurs({ kind, text }: Source, variables: Readonly<Record<string, unknown>>): Evaluated {
  const known = parseJson(JSON.stringify(variables)) as Map<Value, Value>;
  const scope = {
    get: (name: string) => {
      const value = known.get(name);
      return value === undefined ? undefined : written(value);
    },
    names: () => [...known.keys()] as string[],
    written: () => true,
  };
  try {
    return {
      is: repr(
        kind === 'value' ? evaluate(new Template(text), scope, env) : renderTemplate(text, '/tmp/x.j2', {}, scope, env),
      ),
    };
  } catch (error) {
    if (!(error instanceof TemplateError)) return { fails: `BUG ${error instanceof Error ? error.stack : error}` };
    return { fails: error.message };
  }
}

const env = defaultEnv({ searchPath: () => ['/tmp'], folder: '/tmp' });

function written(value: Value): Raw {
  if (typeof value === 'string') return isTemplateText(value) ? new Template(value) : value;
  if (Array.isArray(value)) return value.map(written);
  return value instanceof Map ? new Map([...value].map(([key, item]) => [key, written(item)])) : value;
}
