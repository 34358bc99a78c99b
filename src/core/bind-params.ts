import { brokenRules } from './broken-rules.ts';
import { coerce, describeValue, expandHome, type Home, later, plainValue, truthWords, Wrong } from './coerce-param.ts';
import type { BoundTask, ParamSpec, ParamSpecs, ParamType } from './params.ts';
import { suggest } from './suggest.ts';
import type { TaskType } from './task-type.ts';
import { truthOf } from './text/truth.ts';
import { passwordsIn } from './url-login.ts';
import { isDict, type Raw, Template, type Value, Vaulted } from './value.ts';

/** A problem with one parameter, without its position. */
export interface ParamProblem {
  readonly code:
    | 'unknown-parameter'
    | 'missing-parameter'
    | 'wrong-type'
    | 'not-a-choice'
    | 'conflicting-parameters'
    | 'mode-without-zero';
  /** The parameter as written; for a nested one, its path (`['headers', 'x']`). */
  readonly path: readonly string[];
  readonly message: string;
  readonly hint?: string;
  /** The name of a missing parameter of the task type itself, as opposed to a nested one. */
  readonly missing?: string;
}

/** Inputs to binding, in addition to the values. */
interface BindOptions {
  /** A value equal to this is treated as omitted (`default(omit)`). */
  readonly omit?: string;
  /** Resolves `~` and `$HOME` in paths; a function, since the home directory is known only once there is a session. */
  readonly home?: Home;
  /** The task's `environment`, from which some parameters take their default. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Looks up a task type by name, for parameters that are tasks. */
  readonly taskType?: (name: string) => TaskType | undefined;
}

/** The bound parameters, or what is wrong with the values. */
export type Bound = {
  /** The values of the task type's own parameters, by canonical name. */
  readonly given: ReadonlyMap<string, Raw>;
} & (
  | { readonly ok: true; readonly params: Readonly<Record<string, unknown>>; readonly secrets: readonly string[] }
  | { readonly ok: false; readonly problems: readonly ParamProblem[] }
);

type Shape = Pick<TaskType, 'name' | 'params' | 'rules' | 'anyParams'>;

/**
 * Bind values to a task type's parameters: resolve aliases, coerce types as Ansible does, fill in defaults. Reports
 * all errors at once.
 */
export function bindParams(type: Shape, args: Raw, options: BindOptions = {}): Bound {
  const binder = new Binder(options);
  const params = binder.dict(type, args, []);
  const { problems, given, secrets } = binder;
  return problems.length > 0 ? { ok: false, problems, given } : { ok: true, params, secrets, given };
}

/**
 * Errors that can be found before templates are evaluated: wrong names, missing parameters, and wrong types of plain
 * values.
 */
export function checkParams(type: Shape, args: Raw, options: BindOptions = {}): readonly ParamProblem[] {
  if (args instanceof Template || args instanceof Vaulted) return [];
  const binder = new Binder(options);
  binder.dict(type, args, []);
  return binder.problems;
}

class Binder {
  readonly problems: ParamProblem[] = [];
  readonly secrets: string[] = [];
  given: ReadonlyMap<string, Raw> = new Map();
  readonly #options: BindOptions;

  constructor(options: BindOptions) {
    this.#options = options;
  }

  dict(shape: Shape, args: Raw, path: readonly string[]): Readonly<Record<string, unknown>> {
    const given = this.#named(shape, args, path);
    if (path.length === 0) this.given = given;
    const params: Record<string, unknown> = {};
    for (const [name, spec] of Object.entries(shape.params))
      params[name] = this.#one(name, spec, given, path, shape.name);
    for (const [name, value] of given)
      if (!Object.hasOwn(shape.params, name)) params[name] = value instanceof Template ? later : value;
    for (const { code, message } of brokenRules(shape.rules, given, params)) this.#problem(code, path, message);
    return params;
  }

  /** The values, keyed by their parameters' canonical names. */
  #named(shape: Shape, args: Raw, path: readonly string[]): ReadonlyMap<string, Raw> {
    const named = new Map<string, Raw>();
    if (args === null || args === undefined) return named;
    if (!isDict(args)) {
      const got = typeof args === 'string' ? `'${args}'` : describeValue(args);
      this.#problem(
        'wrong-type',
        path,
        `invalid or malformed argument: ${got}: expected parameters as \`name: value\``,
      );
      return named;
    }
    const names = namesOf(shape.params);
    for (const [key, value] of args as Map<Value, Raw>) {
      if (typeof value === 'string' && value === this.#options.omit) continue;
      const name = names.get(String(key)) ?? (shape.anyParams === true ? String(key) : undefined);
      if (name === undefined) this.#unknown(String(key), [...names.keys()], shape, path);
      else if (!isNone(value, shape.params[name])) named.set(name, value);
    }
    return named;
  }

  #unknown(key: string, names: readonly string[], { name, params }: Shape, path: readonly string[]): void {
    const near = suggest(key, names);
    const hint = near === undefined ? `known: ${Object.keys(params).join(', ')}` : `did you mean \`${near}\`?`;
    this.#problem('unknown-parameter', [...path, key], `\`${key}\` is not a parameter of \`${name}\``, hint);
  }

  #one(
    name: string,
    spec: ParamSpec,
    given: ReadonlyMap<string, Raw>,
    path: readonly string[],
    owner: string,
  ): unknown {
    const value = given.get(name);
    if (value === undefined) {
      if (spec.required === true)
        this.problems.push({
          code: 'missing-parameter',
          path,
          message: `\`${owner}\` needs the parameter \`${name}\``,
          ...(path.length === 0 && { missing: name }),
        });
      return this.#default(spec);
    }
    const bound = this.#coerce(spec, value, [...path, name]);
    if (spec.secret === true) this.#remember(bound);
    if (spec.secret === 'password in URL') this.#remember(passwordsIn(String(bound)));
    return bound;
  }

  /** A default is used as written, except that the home in a path is resolved, which requires a host. */
  #default({ type, default: value, environment: name }: ParamSpec): unknown {
    const said = name === undefined ? undefined : truthOf(this.#options.environment?.[name]);
    if (said !== undefined) return said;
    return type === 'path' && typeof value === 'string' ? expandHome(value, this.#options.home) : value;
  }

  #coerce(spec: ParamSpec, value: Raw, path: readonly string[]): unknown {
    if (value instanceof Template || value instanceof Vaulted) return later;
    if (spec.type === 'task') return this.#task(value, path);
    if (value === null && spec.choices !== undefined) return this.#chosen(spec, value, path);
    const bound = this.#scalar(spec.type, value, path);
    if (bound === undefined || bound === later) return bound;
    if (spec.type === 'list') return this.#list(spec, bound as readonly Raw[], path);
    if (spec.type === 'dict' && spec.options !== undefined)
      return this.dict({ name: path.join('.'), params: spec.options, rules: spec.rules }, bound as Raw, path);
    if (spec.type === 'dict') return plainValue(bound as Raw);
    return this.#chosen(spec, bound, path);
  }

  #chosen(spec: ParamSpec, value: unknown, path: readonly string[]): unknown {
    if (spec.choices === undefined || spec.choices.includes(value as string)) return value;
    // YAML reads `state: yes` as a boolean; if one of the choices is spelled `yes`, that choice is meant.
    const spelled = typeof value === 'string' && spec.choices.find((choice) => truthWords(choice, value));
    if (spelled !== undefined && spelled !== false) return spelled;
    const near = suggest(String(value), spec.choices.map(String));
    const hint = near === undefined ? undefined : `did you mean \`${near}\`?`;
    this.#problem(
      'not-a-choice',
      path,
      `\`${named(path)}\` must be one of ${spec.choices.join(', ')}; found \`${String(value)}\``,
      hint,
    );
    return undefined;
  }

  #list(spec: ParamSpec, items: readonly Raw[], path: readonly string[]): unknown {
    const kept = items.filter((item) => !(typeof item === 'string' && item === this.#options.omit));
    if (spec.elements === undefined) return kept.map(plainValue);
    const element: ParamSpec = { type: spec.elements, options: spec.options, rules: spec.rules, choices: spec.choices };
    const bound = kept.map((item, index) =>
      item === null && spec.elements === 'str' ? '' : this.#coerce(element, item, [...path, String(index)]),
    );
    return bound.includes(later) ? later : bound;
  }

  #task(value: Raw, path: readonly string[]): BoundTask | typeof later | undefined {
    const entries = isDict(value) ? [...(value as Map<Value, Raw>)] : [];
    const [name, args] = entries[0] ?? [];
    if (entries.length !== 1) {
      this.#problem('wrong-type', path, `expected one task type with its parameters, got ${describeValue(value)}`);
      return undefined;
    }
    const type = this.#options.taskType?.(String(name));
    if (this.#options.taskType === undefined) return later;
    if (type === undefined) {
      this.#problem('not-a-choice', path, `\`${String(name)}\` is not a task type`);
      return undefined;
    }
    const written: Raw =
      typeof args === 'string' && type.freeForm !== undefined ? new Map([[type.freeForm, args]]) : (args ?? null);
    return {
      type,
      params: this.dict(type, written, [...path, String(name)]),
    };
  }

  #scalar(type: ParamType, value: Raw, path: readonly string[]): unknown {
    const bound = coerce(type, value, this.#options.home);
    if (!(bound instanceof Wrong)) return bound;
    const { code, expected, hint } = bound;
    this.#problem(code, path, `\`${named(path)}\`: expected ${expected}, got ${describeValue(value)}`, hint);
    return undefined;
  }

  #remember(bound: unknown): void {
    if (typeof bound === 'string' && bound !== '') this.secrets.push(bound);
    else if (Array.isArray(bound)) for (const item of bound) this.#remember(item);
    else if (typeof bound === 'object' && bound !== null) for (const item of Object.values(bound)) this.#remember(item);
  }

  #problem(code: ParamProblem['code'], path: readonly string[], message: string, hint?: string): void {
    this.problems.push({ code, path, message, hint });
  }
}

/** How a message names a parameter. A list item is named by the list's name and its 1-based index. */
const named = (path: readonly string[]): string => {
  const [parent, last = ''] = path.slice(-2);
  return parent !== undefined && /^\d+$/.test(last) ? `${parent}, item ${Number(last) + 1}` : (path.at(-1) ?? '');
};

/**
 * Whether a value counts as not given: null, or an empty string for an optional path. Where there are choices, null must
 * be one of them, as in Ansible.
 */
const isNone = (value: Raw, spec: ParamSpec | undefined): boolean =>
  spec !== undefined &&
  ((value === null && spec.type !== 'raw' && spec.choices === undefined) ||
    (value === '' && spec.type === 'path' && spec.required !== true));

const known = new WeakMap<ParamSpecs, ReadonlyMap<string, string>>();

/** Maps every name and alias to the parameter's canonical name. */
function namesOf(params: ParamSpecs): ReadonlyMap<string, string> {
  const names =
    known.get(params) ??
    new Map(
      Object.entries(params).flatMap(([name, spec]) => [name, ...(spec.aliases ?? [])].map((alias) => [alias, name])),
    );
  known.set(params, names);
  return names;
}
