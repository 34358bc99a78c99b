import type { Value } from '../../core/value.ts';

/** A JMESPath expression. */
export type Path =
  | { readonly type: 'current' }
  | { readonly type: 'field'; readonly name: string }
  | { readonly type: 'literal'; readonly value: Value }
  | { readonly type: 'index'; readonly index: number }
  | {
      readonly type: 'slice';
      readonly start: number | null;
      readonly stop: number | null;
      readonly step: number | null;
    }
  | { readonly type: 'pipe'; readonly left: Path; readonly right: Path }
  | {
      readonly type: 'project';
      readonly kind: 'list' | 'values' | 'flatten';
      readonly left: Path;
      readonly right: Path;
    }
  | { readonly type: 'filter'; readonly left: Path; readonly test: Path; readonly right: Path }
  | { readonly type: 'list'; readonly items: readonly Path[] }
  | { readonly type: 'hash'; readonly entries: readonly (readonly [string, Path])[] }
  | { readonly type: 'or' | 'and'; readonly left: Path; readonly right: Path }
  | { readonly type: 'not'; readonly operand: Path }
  | { readonly type: 'compare'; readonly operator: string; readonly left: Path; readonly right: Path }
  | { readonly type: 'call'; readonly name: string; readonly args: readonly Path[] }
  | { readonly type: 'reference'; readonly path: Path };
