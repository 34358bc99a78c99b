import type { ParamType } from './params.ts';
import { wrongSubject } from './subject.ts';
import { truthOf } from './text/truth.ts';
import { Expression, Float, isDict, type Raw, Template, Tuple, toJs, type Value, Vaulted } from './value.ts';

/** Resolves `~`, `$HOME` and `~user` in paths; a function, since homes are known only once there is a session. */
export type Home = ((user?: string) => string | undefined) | undefined;

/** Coerce a value to a parameter's type, as Ansible does; `Wrong` if that is impossible. */
export const coerce = (type: ParamType, value: Raw, home: Home): unknown => coercions[type](value, home);

/** Marks a value that is unknown until its template is evaluated. */
export const later = Symbol('later');

/** Describes the value that was expected instead. */
export class Wrong {
  readonly expected: string;
  readonly hint: string | undefined;
  readonly code: 'wrong-type' | 'mode-without-zero';
  constructor(expected: string, hint?: string, code: Wrong['code'] = 'wrong-type') {
    this.expected = expected;
    this.hint = hint;
    this.code = code;
  }
}

/** Whether a boolean that YAML read is this choice, spelled as a truth word. */
export const truthWords = (choice: unknown, value: string): boolean =>
  typeof choice === 'string' &&
  ((value === 'True' && truthOf(choice) === true) || (value === 'False' && truthOf(choice) === false));

const coercions: { readonly [T in ParamType]: (value: Raw, home: Home) => unknown } = {
  str: text,
  raw: plainValue,
  subject,
  bytes: size,
  json: (value) => (typeof value === 'string' ? value : JSON.stringify(plainValue(value))),
  task: () => undefined,
  expression: (value) => (value instanceof Expression ? value : Expression.ofValue(plainValue(value))),
  path: (value, home) => {
    const path = text(value);
    // Ansible makes text of a list or a dictionary, and a file of that name.
    if (path === '' || isDict(value) || Array.isArray(value)) return new Wrong('a path');
    return typeof path === 'string' ? expandHome(path, home) : path;
  },
  bool: (value) => truthOf(value) ?? new Wrong('a boolean (true or false)'),
  int: (value) => {
    const number = numberIn(value);
    return typeof number === 'number' && Number.isInteger(number) ? number : new Wrong('an integer');
  },
  float: (value) => {
    const number = numberIn(value);
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
    if (typeof word !== 'string') return new Wrong("a mode such as '0644' or u=rw,g=r");
    return MODE.test(word) ? word : new Wrong("a mode such as '0644' or u=rw,g=r");
  },
};

/** For whom: everybody, or one or more of user, group and others; then what. */
const CLAUSE = '(?:a|[ugo]*)(?:[-+=][rwxXstugo]*)+';
const MODE = new RegExp(`^0?o?[0-7]{1,5}$|^${CLAUSE}(?:,${CLAUSE})*$|^preserve$`);

function subject(value: Raw): string | Wrong {
  const word = text(value);
  const wrong = typeof word === 'string' ? wrongSubject(word) : undefined;
  return wrong === undefined ? word : new Wrong(wrong.expected, wrong.hint);
}

/**
 * YAML 1.1 reads `0644` as the integer 420, which is a mode. A plain `644`, without the leading zero, would be mode
 * 01204, which is never intended.
 */
function modeFromInt(value: number): string | Wrong {
  if (!Number.isInteger(value) || value < 0 || value > 0o7777 || (value > 0o777 && /^[0-7]{3}$/.test(String(value))))
    return new Wrong(`a mode with a leading zero`, `write \`'0${value}'\``, 'mode-without-zero');
  return `0${value.toString(8).padStart(3, '0')}`;
}

function text(value: Raw): string | Wrong {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (value instanceof Float) return value.value.toFixed(1);
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (isDict(value) || Array.isArray(value)) return JSON.stringify(plainValue(value));
  return new Wrong('text');
}

/** Expand a leading `~`, `$HOME` or `~user` to the home directory, if it is known. */
export function expandHome(path: string, home: Home): string | Wrong {
  const [start, user] = /^(?:~([^/]*)|\$HOME)(?=\/|$)/.exec(path) ?? [];
  if (start === undefined || home === undefined) return path;
  const found = user === undefined || user === '' ? home() : home(user);
  return found === undefined ? new Wrong('a path (there is no user with that name)') : found + path.slice(start.length);
}

function size(value: Raw): number | Wrong {
  const match = /^\s*(\d+\.?\d*|\.\d+)\s*([KMGTPEZY]?)(i?B?|b)?\s*$/i.exec(String(value));
  if (match === null) return new Wrong('a size such as 10MB');
  return Math.round(
    Number(match[1]) * 1024 ** ['', 'K', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'].indexOf((match[2] ?? '').toUpperCase()),
  );
}

function dictFromText(words: string): Map<Value, Raw> | undefined {
  if (words.trim().startsWith('{')) {
    try {
      return new Map(Object.entries(JSON.parse(words) as Record<string, Value>));
    } catch {
      return undefined; // not JSON: the caller reports what it found instead
    }
  }
  const pairs = words.split(/[,\s]+/).filter((pair) => pair !== '');
  if (!pairs.every((pair) => pair.includes('='))) return undefined;
  return new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
}

/** A raw tree as plain data; anything that contains a template becomes `later`. */
export function plainValue(value: Raw): unknown {
  return holdsTemplate(value) ? later : toJs(value as Value);
}

const holdsTemplate = (value: Raw): boolean =>
  value instanceof Template ||
  value instanceof Vaulted ||
  (Array.isArray(value) && (value as readonly Raw[]).some(holdsTemplate)) ||
  (isDict(value) && [...(value as Map<Value, Raw>).values()].some(holdsTemplate));

/** Describe a value for a message. */
export function describeValue(value: Raw): string {
  if (value === null || value === undefined) return 'nothing';
  if (isDict(value)) return 'a dictionary';
  if (Array.isArray(value) || value instanceof Tuple) return 'a list';
  if (typeof value === 'string') return `\`${value}\``;
  return `\`${value instanceof Float ? value.value.toFixed(1) : String(value)}\``;
}

/** Convert a string that spells a number to that number; return anything else unchanged. */
function numberIn(value: unknown): unknown {
  if (value instanceof Float) return value.value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
}
