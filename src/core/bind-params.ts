import type { BoundTask, ParamSpec, ParamSpecs, ParamType } from './params.ts';
import { suggest } from './suggest.ts';
import type { ParamRules, TaskType } from './task-type.ts';
import { passwordsIn } from './url-login.ts';
import { Float, isDict, type Raw, Template, Tuple, toJs, type Value, Vaulted } from './value.ts';

/** Something wrong with one parameter, without its place. */
export interface ParamProblem {
  readonly code:
    | 'unknown-parameter'
    | 'missing-parameter'
    | 'wrong-type'
    | 'not-a-choice'
    | 'conflicting-parameters'
    | 'mode-without-zero';
  /** The parameter as written; its path for nested ones (`['headers', 'x']`). */
  readonly path: readonly string[];
  readonly message: string;
  readonly hint?: string;
}

/** What binding needs besides the values. */
interface BindOptions {
  /** Values equal to this were omitted (`default(omit)`). */
  readonly omit?: string;
  /** What `~` and `$HOME` in paths stand for; a function, since it is known only once there is a session. */
  readonly home?: () => string;
  /** The task type of a name, for parameters that are tasks. */
  readonly taskType?: (name: string) => TaskType | undefined;
}

type Bound =
  | { readonly ok: true; readonly params: Readonly<Record<string, unknown>>; readonly secrets: readonly string[] }
  | { readonly ok: false; readonly problems: readonly ParamProblem[] };

type Shape = Pick<TaskType, 'name' | 'params' | 'rules' | 'anyParams'>;

/** Give values to a task type's parameters: aliases resolved, types coerced as Ansible does, defaults filled in; all mistakes at once. */
export function bindParams(type: Shape, args: Raw, options: BindOptions = {}): Bound {
  const binder = new Binder(options);
  const params = binder.dict(type.params, type.rules, args, [], type.name, type.anyParams === true);
  return binder.problems.length > 0
    ? { ok: false, problems: binder.problems }
    : { ok: true, params, secrets: binder.secrets };
}

/** Mistakes that can be seen before templates are evaluated: names, what is missing, and the types of plain values. */
export function checkParams(type: Shape, args: Raw, options: BindOptions = {}): readonly ParamProblem[] {
  if (args instanceof Template || args instanceof Vaulted) return [];
  const binder = new Binder(options);
  binder.dict(type.params, type.rules, args, [], type.name, type.anyParams === true);
  return binder.problems;
}

/** Marks a value that is not known before its template is evaluated. */
const later = Symbol('later');

class Binder {
  readonly problems: ParamProblem[] = [];
  readonly secrets: string[] = [];
  readonly #options: BindOptions;

  constructor(options: BindOptions) {
    this.#options = options;
  }

  dict(
    specs: ParamSpecs,
    rules: ParamRules | undefined,
    args: Raw,
    path: readonly string[],
    owner: string,
    open: boolean,
  ) {
    const given = this.#named(specs, args, path, owner, open);
    const params: Record<string, unknown> = {};
    for (const [name, spec] of Object.entries(specs)) params[name] = this.#one(name, spec, given, path, owner);
    if (open)
      for (const [name, value] of given) if (!(name in specs)) params[name] = value instanceof Template ? later : value;
    if (rules !== undefined)
      this.#rules(rules, specs, new Set(Object.keys(params).filter((name) => given.has(name))), params, path);
    return params;
  }

  /** The values under their parameters' own names. */
  #named(specs: ParamSpecs, args: Raw, path: readonly string[], owner: string, open: boolean): Map<string, Raw> {
    const named = new Map<string, Raw>();
    if (args === null || args === undefined) return named;
    if (!isDict(args)) {
      this.#problem('wrong-type', path, `expected parameters as \`name: value\`, found ${describe(args)}`);
      return named;
    }
    const names = new Map(
      Object.entries(specs).flatMap(([name, spec]) => [name, ...(spec.aliases ?? [])].map((alias) => [alias, name])),
    );
    for (const [key, value] of args as Map<Value, Raw>) {
      if (typeof value === 'string' && value === this.#options.omit) continue;
      const name = names.get(String(key)) ?? (open ? String(key) : undefined);
      if (name === undefined) this.#unknown(String(key), [...names.keys()], Object.keys(specs), path, owner);
      else named.set(name, value);
    }
    return named;
  }

  #unknown(
    key: string,
    names: readonly string[],
    shown: readonly string[],
    path: readonly string[],
    owner: string,
  ): void {
    const near = suggest(key, names);
    const hint = near === undefined ? `known: ${shown.join(', ')}` : `did you mean \`${near}\`?`;
    this.#problem('unknown-parameter', [...path, key], `\`${key}\` is not a parameter of \`${owner}\``, hint);
  }

  #one(
    name: string,
    spec: ParamSpec,
    given: ReadonlyMap<string, Raw>,
    path: readonly string[],
    owner: string,
  ): unknown {
    const value = given.get(name);
    if (value === undefined || (value === null && spec.type !== 'raw')) {
      if (spec.required === true)
        this.#problem('missing-parameter', path, `\`${owner}\` needs the parameter \`${name}\``);
      return value === null && spec.default === undefined ? undefined : this.#default(spec);
    }
    const bound = this.#coerce(spec, value, [...path, name]);
    if (spec.secret === true) this.#remember(bound);
    if (spec.secret === 'password in URL') this.#remember(passwordsIn(String(bound)));
    return bound;
  }

  /** A default is written as its value is, but for the home of a path, which nobody knows before there is a host. */
  #default({ type, default: value }: ParamSpec): unknown {
    return type === 'path' && typeof value === 'string' ? expandHome(value, this.#options) : value;
  }

  #coerce(spec: ParamSpec, value: Raw, path: readonly string[]): unknown {
    if (value instanceof Template || value instanceof Vaulted) return later;
    if (spec.type === 'task') return this.#task(value, path);
    const bound = this.#scalar(spec.type, value, path);
    if (bound === undefined || bound === later) return bound;
    if (spec.type === 'list') return this.#list(spec, bound as readonly Raw[], path);
    if (spec.type === 'dict' && spec.options !== undefined)
      return this.dict(spec.options, spec.rules, bound as Raw, path, path.join('.'), false);
    if (spec.type === 'dict') return plain(bound as Raw);
    return this.#chosen(spec, bound, path);
  }

  #chosen(spec: ParamSpec, value: unknown, path: readonly string[]): unknown {
    if (spec.choices === undefined || spec.choices.includes(value as string)) return value;
    // YAML reads `state: yes` as a boolean; where a choice is spelled so, it is meant.
    const spelled = typeof value === 'string' && spec.choices.find((choice) => truthWords(choice, value));
    if (spelled !== undefined && spelled !== false) return spelled;
    const near = suggest(String(value), spec.choices.map(String));
    const hint = near === undefined ? undefined : `did you mean \`${near}\`?`;
    this.#problem(
      'not-a-choice',
      path,
      `\`${path.at(-1)}\` is one of ${spec.choices.join(', ')}; found \`${String(value)}\``,
      hint,
    );
    return undefined;
  }

  #list(spec: ParamSpec, items: readonly Raw[], path: readonly string[]): unknown {
    const kept = items.filter((item) => !(typeof item === 'string' && item === this.#options.omit));
    if (spec.elements === undefined) return kept.map(plain);
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
      this.#problem('wrong-type', path, `expected one task type with its parameters, found ${describe(value)}`);
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
      params: this.dict(type.params, type.rules, written, [...path, String(name)], type.name, type.anyParams === true),
    };
  }

  #scalar(type: ParamType, value: Raw, path: readonly string[]): unknown {
    const bound = coercions[type](value, this.#options);
    if (bound instanceof Wrong) {
      this.#problem(
        bound.code,
        path,
        `\`${path.at(-1)}\`: expected ${bound.expected}, found ${describe(value)}`,
        bound.hint,
      );
      return undefined;
    }
    return bound;
  }

  #rules(
    rules: ParamRules,
    _specs: ParamSpecs,
    given: ReadonlySet<string>,
    params: Readonly<Record<string, unknown>>,
    path: readonly string[],
  ): void {
    const conflict = (message: string) => this.#problem('conflicting-parameters', path, message);
    const missing = (message: string) => this.#problem('missing-parameter', path, message);
    for (const names of rules.mutuallyExclusive ?? [])
      if (names.filter((name) => given.has(name)).length > 1)
        conflict(`parameters are mutually exclusive: ${names.join('|')}`);
    for (const names of rules.requiredTogether ?? [])
      if (names.some((name) => given.has(name)) && !names.every((name) => given.has(name)))
        missing(`parameters are required together: ${names.join(', ')}`);
    for (const names of rules.requiredOneOf ?? [])
      if (!names.some((name) => given.has(name))) missing(`one of the following is required: ${names.join(', ')}`);
    for (const { param, is, needs, any } of rules.requiredIf ?? []) {
      const lacking = needs.filter((name) => !given.has(name) && params[name] === undefined);
      const enough = any === true ? lacking.length < needs.length : lacking.length === 0;
      if (params[param] === is && !enough)
        missing(
          `${param} is ${String(is)} but ${any === true ? 'any' : 'all'} of the following are missing: ${lacking.join(', ')}`,
        );
    }
    for (const [name, needs] of Object.entries(rules.requiredBy ?? {}))
      if (given.has(name))
        for (const other of needs)
          if (!given.has(other)) missing(`missing parameter(s) required by '${name}': ${other}`);
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

/** What a value should have been. */
class Wrong {
  readonly expected: string;
  readonly hint: string | undefined;
  readonly code: ParamProblem['code'];
  constructor(expected: string, hint?: string, code: ParamProblem['code'] = 'wrong-type') {
    this.expected = expected;
    this.hint = hint;
    this.code = code;
  }
}

const truths = new Set(['y', 'yes', 'on', '1', 'true', 't', '1.0']);
const untruths = new Set(['n', 'no', 'off', '0', 'false', 'f', '0.0']);
const truthWords = (choice: unknown, value: string): boolean =>
  typeof choice === 'string' &&
  ((value === 'True' && truths.has(choice)) || (value === 'False' && untruths.has(choice)));

const coercions: { readonly [T in ParamType]: (value: Raw, options: BindOptions) => unknown } = {
  str: text,
  raw: plain,
  bytes: size,
  json: (value) => (typeof value === 'string' ? value : JSON.stringify(plain(value))),
  task: () => undefined,
  path: (value, options) => {
    const path = text(value);
    return typeof path === 'string' ? expandHome(path, options) : path;
  },
  bool: (value) => {
    if (typeof value === 'boolean') return value;
    const word = String(value instanceof Float ? value.value : value).toLowerCase();
    return truths.has(word) ? true : untruths.has(word) ? false : new Wrong('a boolean (true or false)');
  },
  int: (value) => {
    const number =
      value instanceof Float ? value.value : typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return typeof number === 'number' && Number.isInteger(number) ? number : new Wrong('a whole number');
  },
  float: (value) => {
    const number =
      value instanceof Float ? value.value : typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return typeof number === 'number' && !Number.isNaN(number) ? number : new Wrong('a number');
  },
  list: (value) => {
    if (Array.isArray(value)) return value;
    if (value instanceof Tuple) return value.items;
    if (typeof value === 'string') return value.split(',').map((word) => word.trim());
    return isDict(value) ? new Wrong('a list') : [value];
  },
  dict: (value) => {
    if (isDict(value)) return value;
    if (typeof value !== 'string') return new Wrong('a dictionary');
    return dictFromText(value) ?? new Wrong('a dictionary');
  },
  mode: (value) => {
    if (typeof value === 'number') return modeFromInt(value);
    const word = text(value);
    if (typeof word !== 'string') return new Wrong("a mode, as '0644' or u=rw,g=r");
    return /^0?o?[0-7]{1,5}$|^([ugoa]*[-+=][rwxXstugo]*([-+=][rwxXstugo]*)*)(,[ugoa]*[-+=][rwxXstugo]*([-+=][rwxXstugo]*)*)*$|^preserve$/.test(
      word,
    )
      ? word
      : new Wrong("a mode, as '0644' or u=rw,g=r");
  },
};

/** An int is a mode as YAML 1.1 read it: `0644` arrives as 420. `644` without its zero would be a mode nobody means. */
function modeFromInt(value: number): string | Wrong {
  if (!Number.isInteger(value) || value < 0 || value > 0o7777 || (value > 0o777 && /^[0-7]{3}$/.test(String(value))))
    return new Wrong(`a mode with its zero`, `write \`'0${value}'\``, 'mode-without-zero');
  return `0${value.toString(8).padStart(3, '0')}`;
}

function text(value: Raw): string | Wrong {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (value instanceof Float) return value.value.toFixed(1);
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (isDict(value) || Array.isArray(value)) return JSON.stringify(plain(value));
  return new Wrong('text');
}

function expandHome(path: string, options: BindOptions): string {
  if (path !== '~' && !path.startsWith('~/') && !path.startsWith('$HOME')) return path;
  return options.home === undefined ? path : path.replace(/^(~|\$HOME)(?=\/|$)/, options.home());
}

function size(value: Raw): number | Wrong {
  const match = /^\s*([\d.]+)\s*([KMGTPEZY]?)(i?B?|b)?\s*$/i.exec(String(value));
  if (match === null) return new Wrong('a size, as 10MB');
  return Math.round(
    Number(match[1]) * 1024 ** ['', 'K', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'].indexOf(match[2]!.toUpperCase()),
  );
}

function dictFromText(words: string): Map<Value, Raw> | undefined {
  if (words.trim().startsWith('{')) {
    try {
      return new Map(Object.entries(JSON.parse(words) as Record<string, Value>));
    } catch {
      return undefined; // not JSON: what was found is told instead
    }
  }
  const pairs = words.split(/[,\s]+/).filter((pair) => pair !== '');
  if (!pairs.every((pair) => pair.includes('='))) return undefined;
  return new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
}

/** A raw tree as plain data; what holds a template is not known yet. */
function plain(value: Raw): unknown {
  return holdsTemplate(value) ? later : toJs(value as Value);
}

const holdsTemplate = (value: Raw): boolean =>
  value instanceof Template ||
  value instanceof Vaulted ||
  (Array.isArray(value) && (value as readonly Raw[]).some(holdsTemplate)) ||
  (isDict(value) && [...(value as Map<Value, Raw>).values()].some(holdsTemplate));

function describe(value: Raw): string {
  if (value === null || value === undefined) return 'nothing';
  if (isDict(value)) return 'a dictionary';
  if (Array.isArray(value) || value instanceof Tuple) return 'a list';
  if (typeof value === 'string') return `\`${value}\``;
  return `\`${value instanceof Float ? value.value.toFixed(1) : typeof value === 'boolean' ? (value ? 'true' : 'false') : String(value)}\``;
}
