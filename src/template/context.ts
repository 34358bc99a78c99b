import type { Position } from '../core/source.ts';
import type { Raw, Value } from '../core/value.ts';
import type { Env } from './env.ts';
import { asTemplateError, positionIn, TemplateError } from './errors.ts';
import type { Syntax } from './lexer.ts';
import { Undefined } from './python/object.ts';

/** The variables that templates see. `get` may throw anything: only template errors are ever caught here. */
export interface Scope {
  get(name: string): Raw | undefined;
  names(): Iterable<string>;
  /** Whether a person wrote the value of a variable. Without this function, no value counts as written. */
  written?(name: string): boolean;
  /** Called when a template reads a name that is neither a variable nor a global function. */
  missed?(): void;
  /** Cached values of variables, by name; the supplier of the cache must clear it when a variable changes. */
  readonly cache?: Map<string, Value>;
}

/** Stacks two scopes: a variable that the upper one does not define comes from the lower. A null counts as defined. */
export const scopeOver = (upper: Scope, lower: Scope): Scope => ({
  get(name) {
    const value = upper.get(name);
    return value === undefined ? lower.get(name) : value;
  },
  names: () => new Set([...upper.names(), ...lower.names()]),
  written: (name) => (upper.get(name) === undefined ? lower : upper).written?.(name) === true,
  missed() {
    upper.missed?.();
    lower.missed?.();
  },
});

/** The names that a template itself sets, as nested frames. */
export class Frame {
  readonly vars = new Map<string, Value>();
  readonly parent: Frame | undefined;

  constructor(parent?: Frame) {
    this.parent = parent;
  }
}

/** A body of a `{% block %}`. */
export type Block = (context: Context, frame: Frame, out: Output) => void;

/** Text being written. */
export interface Output {
  text: string;
}

/** The state of evaluating one template; nested templates have their own context over the same session. */
export class Context {
  readonly session: Session;
  readonly text: string;
  readonly at: Position | undefined;
  /** The current offset in the text, used for errors that have no place of their own. */
  offset = 0;
  /** Whether the result becomes a value as with `jinja2_native`: never in template files. */
  native = false;
  /** The bodies of each block, the overriding one first. */
  readonly blocks = new Map<string, Block[]>();
  /** The template that this one extends, once `extends` has run. */
  parent: ((context: Context, out: Output) => void) | undefined;
  /** Whether values of variables may be changed in place, so that this evaluation needs its own copies. */
  readonly owns: boolean;

  constructor(session: Session, text: string, at: Position | undefined, owns: boolean) {
    this.session = session;
    this.text = text;
    this.at = at;
    this.owns = owns;
  }

  /** Creates an undefined value that remembers where it was requested. */
  undefined(message: string | (() => string), owner?: Value): Undefined {
    const { text, at, offset } = this;
    return new Undefined(
      message,
      (error) => error instanceof TemplateError && error.locate(positionIn(text, at, offset)),
      owner,
    );
  }

  /** Sets an error's place to the current one if it has none. */
  locate(error: unknown): unknown {
    const told = asTemplateError(error);
    return told instanceof TemplateError ? told.locate(positionIn(this.text, this.at, this.offset)) : told;
  }
}

/** One evaluation from outside: its variables, its effects, and what it has computed so far. */
export interface Session {
  readonly scope: Scope;
  readonly env: Env;
  readonly cache: Map<string, Value>;
  /** Copies of the variables that a template may change. */
  readonly owned: Map<string, Value>;
  /** The variables currently being resolved, outermost first. */
  readonly resolving: string[];
  /** Loop iterations so far. */
  readonly spent: { rounds: number };
  /** The syntax of files that are included, imported or extended. */
  readonly syntax: Syntax;
}
