import type { Value } from '../core/value.ts';
import type { Scope, Session } from './context.ts';
import type { Env } from './env.ts';
import { fileSyntax } from './header.ts';
import type { Syntax } from './lexer.ts';

/** Starts a new evaluation over a scope. */
export function openSession(scope: Scope, env: Env, { syntax = fileSyntax.syntax }: { syntax?: Syntax } = {}): Session {
  return {
    scope,
    env,
    cache: scope.cache ?? new Map<string, Value>(),
    owned: new Map(),
    resolving: [],
    spent: { rounds: 0 },
    syntax,
  };
}
