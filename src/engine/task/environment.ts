import { isDict, type Raw, type Value } from '../../core/value.ts';
import type { Task } from '../../language/model.ts';
import { evaluate } from '../../template/index.ts';
import { str } from '../../template/python/repr.ts';
import { OMIT, type TemplateScope } from '../variables/scopes.ts';
import { BadParams } from './bad-params.ts';
import { ifKnown } from './retry-when-known.ts';

/** The `environment:` in effect; the innermost takes precedence. */
export function environmentOf(
  item: Pick<Task, 'keywords'>,
  { scope, env }: TemplateScope,
): Readonly<Record<string, string>> {
  const all = merged(item.keywords.environment.map(({ value }) => evaluate(value, scope, env)));
  const wrong = Object.keys(all).find((name) => !isVariableName(name));
  if (wrong !== undefined)
    throw new BadParams(
      `environment: ${JSON.stringify(wrong)} is not a valid variable name: expected letters, digits and _, not starting with a digit`,
    );
  return all;
}

const isVariableName = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);

/** The environment while facts are being gathered: omits values that need a fact. */
export function environmentBeforeFacts(
  item: Pick<Task, 'keywords'>,
  { scope, env }: TemplateScope,
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

/** Formatted as in Python: a dict or list is no use to a shell, but this is how Ansible formats it. */
const textOf = (value: Value): string => (value === null ? '' : str(value));
