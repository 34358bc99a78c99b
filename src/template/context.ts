import type { Position } from '../core/source.ts';
import type { Raw, Value } from '../core/value.ts';
import type { Env } from './env.ts';
import { asTemplateError, positionIn, TemplateError } from './errors.ts';
import type { Syntax } from './lexer.ts';
import { Undefined } from './python/object.ts';

/** The variables that templates see. `get` may throw what it likes: only mistakes of templates are ever caught here. */
export interface Scope {
  get(name: string): Raw | undefined;
  names(): Iterable<string>;
  /** Whether a person wrote the value of that name; where that is not told, nobody did. */
  written?(name: string): boolean;
  /** Values of variables already computed, by name; whoever supplies it clears it when a variable changes. */
  readonly cache?: Map<string, Value>;
}

/** Two scopes as one: what the upper one does not define, the lower may. A null is a value. */
export const scopeOver = (upper: Scope, lower: Scope): Scope => ({
  get(name) {
    const value = upper.get(name);
    return value === undefined ? lower.get(name) : value;
  },
  names: () => new Set([...upper.names(), ...lower.names()]),
  written: (name) => (upper.get(name) === undefined ? lower : upper).written?.(name) === true,
});

/** Names that a template itself sets, inside out. */
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

/** What the evaluation of one template text knows; nested texts have their own, over the same session. */
export class Context {
  readonly session: Session;
  readonly text: string;
  readonly at: Position | undefined;
  /** Where in the text the evaluation is: what an error that has no place of its own points to. */
  offset = 0;
  /** Bodies of blocks, the overriding one first. */
  readonly blocks = new Map<string, Block[]>();
  /** The template that this one extends, once it said so. */
  parent: ((context: Context, out: Output) => void) | undefined;
  /** Whether values of variables may be changed in place, so that this evaluation must own them. */
  readonly owns: boolean;

  constructor(session: Session, text: string, at: Position | undefined, owns: boolean) {
    this.session = session;
    this.text = text;
    this.at = at;
    this.owns = owns;
  }

  /** A value that is not there, which remembers where it was asked for. */
  undefined(message: string | (() => string)): Undefined {
    const { text, at, offset } = this;
    return new Undefined(
      message,
      (error) => error instanceof TemplateError && error.locate(positionIn(text, at, offset)),
    );
  }

  /** Give an error that has no place the one where the evaluation is. */
  locate(error: unknown): unknown {
    const told = asTemplateError(error);
    return told instanceof TemplateError ? told.locate(positionIn(this.text, this.at, this.offset)) : told;
  }
}

/** One evaluation from outside: its variables, its effects, and what it computed already. */
export interface Session {
  readonly scope: Scope;
  readonly env: Env;
  readonly cache: Map<string, Value>;
  /** Copies of variables that a template may change. */
  readonly owned: Map<string, Value>;
  /** The variables being resolved, outermost first. */
  readonly resolving: string[];
  /** Rounds of its loops so far. */
  readonly spent: { rounds: number };
  /** How files that are included, imported or extended are read. */
  readonly syntax: Syntax;
}
