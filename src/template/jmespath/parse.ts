import { must } from '../../core/must.ts';
import { fail } from '../errors.ts';
import { parseJson } from '../python/json.ts';
import type { Path } from './ast.ts';

interface Token {
  readonly type: string;
  readonly text: string;
}

const TOKEN =
  /\s*(?:(?<name>[A-Za-z_]\w*)|(?<quoted>"(?:[^"\\]|\\.)*")|(?<raw>'(?:[^'\\]|\\.)*')|(?<literal>`(?:[^`\\]|\\.)*`)|(?<number>-?\d+)|(?<op>\[\?|\[\]|\|\||&&|[=!<>]=|[.*@&()[\]{},:|<>!]))/y;

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  const text = source.trimEnd();
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < text.length; ) {
    const start = TOKEN.lastIndex;
    const groups = TOKEN.exec(text)?.groups;
    if (!groups) return fail(`json_query: unexpected character at ${start} in '${source}'`);
    const [type, value] = must(
      Object.entries(groups).find(([, each]) => each !== undefined),
      'the kind of a token',
    );
    tokens.push({ type: type === 'op' ? value : type, text: value });
  }
  return tokens;
}

const BINDING = {
  '|': 1,
  '||': 2,
  '&&': 3,
  '==': 5,
  '!=': 5,
  '<': 5,
  '<=': 5,
  '>': 5,
  '>=': 5,
  '[]': 9,
  '*': 20,
  '[?': 21,
  '.': 40,
  '{': 50,
  '[': 55,
  '(': 60,
} as const;

const bindingOf = (type: string): number => (Object.hasOwn(BINDING, type) ? BINDING[type as keyof typeof BINDING] : 0);

/** The binding power that ends a projection: anything that binds less tightly applies to its result. */
const PROJECTION_STOP = 10;

/** Parses a JMESPath expression. */
export function parsePath(source: string): Path {
  const parser = new Parser(tokenize(source), source);
  return parser.whole();
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #source: string;
  #at = 0;

  constructor(tokens: readonly Token[], source: string) {
    this.#tokens = tokens;
    this.#source = source;
  }

  whole(): Path {
    const path = this.#expression(0);
    return this.#at < this.#tokens.length ? this.#fail() : path;
  }

  get #type(): string {
    return this.#tokens[this.#at]?.type ?? 'end';
  }

  #fail(): never {
    return fail(`json_query: invalid expression '${this.#source}' at ${this.#tokens[this.#at]?.text ?? 'its end'}`);
  }

  #take(): Token {
    return this.#tokens[this.#at++] ?? this.#fail();
  }

  #expect(type: string): Token {
    return this.#type === type ? this.#take() : this.#fail();
  }

  #expression(binding: number): Path {
    let left = this.#prefix();
    while (bindingOf(this.#type) > binding) left = this.#infix(left);
    return left;
  }

  #prefix(): Path {
    const { type, text } = this.#take();
    switch (type) {
      case 'name':
        return this.#type === '(' ? this.#call(text) : { type: 'field', name: text };
      case 'quoted':
        return { type: 'field', name: JSON.parse(text) };
      case 'raw':
        return { type: 'literal', value: text.slice(1, -1).replaceAll("\\'", "'") };
      case 'literal':
        return { type: 'literal', value: literal(text.slice(1, -1).replaceAll('\\`', '`')) };
      case '@':
        return { type: 'current' };
      case '*':
        return {
          type: 'project',
          kind: 'values',
          left: { type: 'current' },
          right: this.#afterProjection(BINDING['*']),
        };
      case '[]':
        return {
          type: 'project',
          kind: 'flatten',
          left: { type: 'current' },
          right: this.#afterProjection(BINDING['[]']),
        };
      case '[?':
        return this.#filter({ type: 'current' });
      case '[':
        return this.#bracket({ type: 'current' }, true);
      case '{':
        return this.#hash();
      case '!':
        return { type: 'not', operand: this.#expression(45) };
      case '&':
        return { type: 'reference', path: this.#expression(0) };
      case '(': {
        const inside = this.#expression(0);
        this.#expect(')');
        return inside;
      }
      default:
        this.#at--;
        return this.#fail();
    }
  }

  #infix(left: Path): Path {
    const { type } = this.#take();
    if (type === '.') return this.#dot(left);
    if (type === '[') return this.#bracket(left, false);
    if (type === '[?') return this.#filter(left);
    if (type === '[]') return { type: 'project', kind: 'flatten', left, right: this.#afterProjection(BINDING['[]']) };
    if (type === '|') return { type: 'pipe', left, right: this.#expression(1) };
    if (type === '||') return { type: 'or', left, right: this.#expression(2) };
    if (type === '&&') return { type: 'and', left, right: this.#expression(3) };
    return { type: 'compare', operator: type, left, right: this.#expression(5) };
  }

  #dot(left: Path): Path {
    if (this.#type === '*') {
      this.#take();
      return { type: 'project', kind: 'values', left, right: this.#afterProjection(BINDING['*']) };
    }
    return { type: 'pipe', left, right: this.#afterDot(BINDING['.']) };
  }

  #afterDot(binding: number): Path {
    if (this.#type === '[') {
      this.#take();
      return this.#list();
    }
    if (this.#type === '{') {
      this.#take();
      return this.#hash();
    }
    return ['name', 'quoted', '*'].includes(this.#type) ? this.#expression(binding) : this.#fail();
  }

  #afterProjection(binding: number): Path {
    if (bindingOf(this.#type) < PROJECTION_STOP) return { type: 'current' };
    if (this.#type === '[' || this.#type === '[?') return this.#expressionFrom(binding);
    if (this.#type !== '.') return this.#fail();
    this.#take();
    return this.#afterDot(binding);
  }

  /** The rest of a projection that continues with brackets. */
  #expressionFrom(binding: number): Path {
    let left: Path = { type: 'current' };
    while (bindingOf(this.#type) > binding) left = this.#infix(left);
    return left;
  }

  #bracket(left: Path, canBeList: boolean): Path {
    if (this.#type === 'number' || this.#type === ':') return this.#indexOrSlice(left);
    if (this.#type === '*' && this.#tokens[this.#at + 1]?.type === ']') {
      this.#at += 2;
      return { type: 'project', kind: 'list', left, right: this.#afterProjection(BINDING['*']) };
    }
    return canBeList ? this.#list() : this.#fail();
  }

  #indexOrSlice(left: Path): Path {
    const parts: [number | null, ...(number | null)[]] = [null];
    while (this.#type !== ']') {
      const { type, text } = this.#take();
      if (type === ':') parts.push(null);
      else if (type === 'number') parts[parts.length - 1] = Number(text);
      else return this.#fail();
    }
    this.#take();
    const [start, stop, step = null] = parts;
    if (stop === undefined) return { type: 'pipe', left, right: { type: 'index', index: start ?? this.#fail() } };
    const slice: Path = { type: 'slice', start, stop, step };
    return {
      type: 'project',
      kind: 'list',
      left: { type: 'pipe', left, right: slice },
      right: this.#afterProjection(BINDING['*']),
    };
  }

  #filter(left: Path): Path {
    const test = this.#expression(0);
    this.#expect(']');
    const right: Path = this.#type === '[]' ? { type: 'current' } : this.#afterProjection(BINDING['[?']);
    return { type: 'filter', left, test, right };
  }

  #separated<T>(end: string, read: () => T): T[] {
    const items: T[] = [];
    while (this.#type !== end) {
      if (items.length > 0) this.#expect(',');
      items.push(read());
    }
    this.#take();
    return items;
  }

  #list(): Path {
    return { type: 'list', items: this.#separated(']', () => this.#expression(0)) };
  }

  #hash(): Path {
    const entry = (): readonly [string, Path] => {
      const { type, text } = this.#take();
      if (type !== 'quoted' && type !== 'name') this.#fail();
      const key = type === 'quoted' ? (JSON.parse(text) as string) : text;
      this.#expect(':');
      return [key, this.#expression(0)];
    };
    return { type: 'hash', entries: this.#separated('}', entry) };
  }

  #call(name: string): Path {
    this.#take();
    return { type: 'call', name, args: this.#separated(')', () => this.#expression(0)) };
  }
}

/** A literal in backquotes: JSON, or bare text. */
function literal(text: string) {
  return /^\s*(?:["[{\d-]|true$|false$|null$)/.test(text) ? parseJson(text) : text.trimStart();
}
