import { isDict, isTemplateText, type Raw, Template, type Value, Vaulted } from '../core/value.ts';
import { compileText } from './compile.ts';
import { Context, type Session } from './context.ts';
import { isUndefinedError, TemplateError } from './errors.ts';
import { globals } from './globals.ts';
import { Undefined } from './python/object.ts';
import { deepCopy } from './python/values.ts';

/** The value of a name: a variable, else a global function, else undefined. */
export function resolveName(name: string, context: Context): Value {
  const { session } = context;
  const known = context.owns ? session.owned.get(name) : session.cache.get(name);
  if (known !== undefined) return known;
  const raw = session.scope.get(name);
  if (raw === undefined) {
    const value = Object.hasOwn(globals, name) ? globals[name] : undefined;
    if (value !== undefined) return value;
    session.scope.missed?.();
    return context.undefined(`'${name}' is undefined`);
  }
  return context.owns ? own(name, raw, context) : keep(session.cache, name, resolveVariable(name, raw, context));
}

function own(name: string, raw: Raw, context: Context): Value {
  return keep(context.session.owned, name, deepCopy(resolveVariable(name, raw, context)));
}

function keep(cache: Map<string, Value>, name: string, value: Value): Value {
  if (!(value instanceof Undefined)) cache.set(name, value);
  return value;
}

/** A variable whose text refers to something undefined is itself undefined: only using it is an error. */
function resolveVariable(name: string, raw: Raw, context: Context): Value {
  const { session } = context;
  if (session.resolving.includes(name)) {
    const chain = [...session.resolving.slice(session.resolving.indexOf(name)), name].join(' -> ');
    throw new TemplateError(`recursive loop detected in variable '${name}': ${chain}`, 'recursive-variable');
  }
  session.resolving.push(name);
  try {
    return resolve(raw, session);
  } catch (error) {
    if (!(error instanceof TemplateError) || !isUndefinedError(error)) throw error;
    const { at } = error.diagnostic;
    const through = [...error.through, ...(raw instanceof Template ? [raw.source] : [])];
    return new Undefined(error.message, (later) => {
      if (later instanceof TemplateError) later.locate(at).through.push(...through);
    });
  } finally {
    session.resolving.pop();
  }
}

/** Whole trees known to contain nothing to evaluate. */
const plain = new WeakSet<object>();

/** Evaluates a value as written, at every depth. */
export function resolve(raw: Raw, session: Session): Value {
  if (raw instanceof Template) return isTemplateText(raw.source) ? evaluateText(raw, session) : raw.source;
  if (raw instanceof Vaulted) return decrypt(raw, session);
  if (Array.isArray(raw)) return resolveList(raw, session);
  if (isDict(raw)) return resolveDict(raw as Map<Value, Raw>, session);
  return raw as Value;
}

function decrypt(vaulted: Vaulted, session: Session): Value {
  try {
    return session.env.decrypt(vaulted);
  } catch (error) {
    throw error instanceof TemplateError ? error.locate(vaulted.at) : error;
  }
}

function resolveList(raw: readonly Raw[], session: Session): Value {
  if (plain.has(raw)) return raw as readonly Value[];
  const items = raw.map((item) => resolve(item, session));
  if (items.some((item, index) => item !== raw[index])) return items;
  plain.add(raw);
  return raw as readonly Value[];
}

function resolveDict(raw: Map<Value, Raw>, session: Session): Value {
  if (plain.has(raw)) return raw as Map<Value, Value>;
  const dict = new Map<Value, Value>();
  let same = true;
  for (const [key, item] of raw) {
    const value = resolve(item, session);
    if (value !== item) same = false;
    dict.set(key, value);
  }
  if (!same) return dict;
  plain.add(raw);
  return raw as Map<Value, Value>;
}

function evaluateText({ source, at }: Template, session: Session): Value {
  const compiled = compileText(source, at);
  const context = new Context(session, compiled.text, at, compiled.changes);
  context.native = session.env.native;
  try {
    return compiled.run(context);
  } catch (error) {
    throw context.locate(error);
  }
}
