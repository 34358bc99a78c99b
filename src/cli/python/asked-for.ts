import type { Value } from '../../core/value.ts';
import type { Context } from '../../template/context.ts';
import { opened, TemplateError, Undefined } from '../../template/index.ts';
import { loadYaml } from '../../template/python/yaml-load.ts';
import { resolveName } from '../../template/resolve.ts';
import { type Json, pack } from './pack.ts';
import type { Message } from './python-process.ts';

/** Gives a plugin what it asks for while it runs. */
export const askedFor =
  (context: Context) =>
  (asked: Message): Message => {
    try {
      return { value: pack(ANSWERS[String(asked['ask'])]?.(asked, context) ?? null) };
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      return { error: error.message, undefined: error.diagnostic.code === 'undefined' };
    }
  };

type Answer = (asked: Message, context: Context) => Value;

const ANSWERS: Readonly<Record<string, Answer>> = {
  defined: ({ name }, { session }) => session.scope.get(String(name)) !== undefined,
  variable: ({ name }, context) => valueOfName(name ?? null, context),
  names: (_, { session }) => [...new Set(session.scope.names())],
  file: ({ path }, { session: { env } }) => {
    const content = env.readFile(String(path));
    return content === undefined ? null : opened(content, String(path), env);
  },
  yaml: ({ text }) => loadYaml(String(text)),
  setting: ({ name }, { session }) => session.env.setting(String(name)) ?? null,
  warn: ({ message }, { session }) => {
    session.env.warn(String(message));
    return null;
  },
};

function valueOfName(name: Json, context: Context): Value {
  const value = resolveName(String(name), context);
  if (value instanceof Undefined) throw new TemplateError(value.message, 'undefined');
  return value;
}
