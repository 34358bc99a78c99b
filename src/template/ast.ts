import type { Value } from '../core/value.ts';
import type { Operator } from './python/arithmetic.ts';

interface Node {
  /** The offset in the text where it starts. */
  readonly offset: number;
  readonly length?: number;
}

/** Arguments of a call, as written. */
export interface Arguments {
  readonly args: readonly Expression[];
  readonly named: readonly { readonly name: string; readonly value: Expression }[];
  readonly spread?: Expression;
  readonly spreadNamed?: Expression;
}

/** An expression. */
export type Expression = Node &
  (
    | { readonly type: 'constant'; readonly value: Value }
    | { readonly type: 'name'; readonly name: string }
    | { readonly type: 'list'; readonly items: readonly Expression[] }
    | { readonly type: 'tuple'; readonly items: readonly Expression[] }
    | { readonly type: 'concat'; readonly items: readonly Expression[] }
    | { readonly type: 'dict'; readonly entries: readonly (readonly [Expression, Expression])[] }
    | { readonly type: 'attribute'; readonly target: Expression; readonly name: string }
    | { readonly type: 'item'; readonly target: Expression; readonly key: Expression }
    | {
        readonly type: 'slice';
        readonly target: Expression;
        readonly start: Expression | undefined;
        readonly stop: Expression | undefined;
        readonly step: Expression | undefined;
      }
    | ({ readonly type: 'call'; readonly target: Expression } & Arguments)
    | ({ readonly type: 'filter'; readonly target: Expression | undefined; readonly name: string } & Arguments)
    | ({ readonly type: 'test'; readonly target: Expression; readonly name: string } & Arguments)
    | { readonly type: 'not'; readonly operand: Expression }
    | { readonly type: 'negate'; readonly operand: Expression }
    | { readonly type: 'positive'; readonly operand: Expression }
    | { readonly type: 'and'; readonly left: Expression; readonly right: Expression }
    | { readonly type: 'or'; readonly left: Expression; readonly right: Expression }
    | { readonly type: 'binary'; readonly operator: Operator; readonly left: Expression; readonly right: Expression }
    | {
        readonly type: 'compare';
        readonly left: Expression;
        readonly rest: readonly { readonly operator: Comparison; readonly right: Expression }[];
      }
    | {
        readonly type: 'conditional';
        readonly test: Expression;
        readonly yes: Expression;
        readonly no: Expression | undefined;
      }
  );

/** How two values are compared. */
export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in';

/** A target of `set` or `for`. */
export type Target = Node &
  (
    | { readonly type: 'name'; readonly name: string }
    | { readonly type: 'namespace'; readonly name: string; readonly attribute: string }
    | { readonly type: 'tuple'; readonly items: readonly Target[] }
  );

/** A macro's parameters and body; `call` blocks have these too. */
export interface MacroParts {
  readonly name: string;
  readonly parameters: readonly { readonly name: string; readonly fallback: Expression | undefined }[];
  readonly body: readonly Statement[];
}

/** A statement, or a piece of output. */
export type Statement = Node &
  (
    | { readonly type: 'data'; readonly text: string }
    | { readonly type: 'output'; readonly value: Expression }
    | {
        readonly type: 'if';
        readonly branches: readonly { readonly test: Expression; readonly body: readonly Statement[] }[];
        readonly otherwise: readonly Statement[];
      }
    | {
        readonly type: 'for';
        readonly target: Target;
        readonly items: Expression;
        readonly test: Expression | undefined;
        readonly recursive: boolean;
        readonly body: readonly Statement[];
        readonly otherwise: readonly Statement[];
      }
    | { readonly type: 'set'; readonly target: Target; readonly value: Expression }
    | {
        readonly type: 'set-block';
        readonly target: Target;
        readonly filter: Expression | undefined;
        readonly body: readonly Statement[];
      }
    | {
        readonly type: 'with';
        readonly targets: readonly { readonly target: Target; readonly value: Expression }[];
        readonly body: readonly Statement[];
      }
    | ({ readonly type: 'macro' } & MacroParts)
    | ({ readonly type: 'call-block'; readonly call: Expression } & MacroParts)
    | { readonly type: 'filter-block'; readonly filter: Expression; readonly body: readonly Statement[] }
    | {
        readonly type: 'block';
        readonly name: string;
        readonly scoped: boolean;
        readonly required: boolean;
        readonly body: readonly Statement[];
      }
    | { readonly type: 'extends'; readonly template: Expression }
    | {
        readonly type: 'include';
        readonly template: Expression;
        readonly ignoreMissing: boolean;
        readonly withContext: boolean;
      }
    | { readonly type: 'import'; readonly template: Expression; readonly name: string; readonly withContext: boolean }
    | {
        readonly type: 'from-import';
        readonly template: Expression;
        readonly names: readonly { readonly name: string; readonly as: string }[];
        readonly withContext: boolean;
      }
  );
