import type { Position } from '../../core/source.ts';
import type { Raw } from '../../core/value.ts';
import type { KEYWORDS, KeywordName } from './table.ts';

/** A keyword's value as written, with its place. */
export interface Written {
  readonly value: Raw;
  readonly at: Position;
  /** The surrounding value. For `become` and its settings, it applies if this one turns out to be `omit`. */
  readonly outer?: Written;
}

type Inherited<How> = {
  [K in KeywordName]: (typeof KEYWORDS)[K] extends { inherited: How } ? K : never;
}[KeywordName];

type CamelCase<S extends string> = S extends `${infer A}_${infer B}` ? `${A}${Capitalize<CamelCase<B>>}` : S;

/** The form of an inherited keyword's value after reading, by keyword type. */
interface Read {
  readonly bool: Written;
  readonly int: Written;
  readonly text: Written;
  readonly label: string;
  readonly names: readonly Written[];
  readonly conditions: readonly Written[];
  readonly dicts: readonly Written[];
  readonly tags: readonly string[];
}

type ReadOf<K extends KeywordName> = Read[(typeof KEYWORDS)[K]['type'] & keyof Read];

/**
 * The keywords in effect for an item, in camel case: its own, else those of the nearest ancestor (block, include, role, play). Where
 * Ansible accumulates, all of them, outermost first.
 */
export type Keywords = {
  readonly [K in Inherited<'all'> as CamelCase<K>]: ReadOf<K>;
} & {
  readonly [K in Inherited<'nearest'> as CamelCase<K>]?: ReadOf<K>;
};

/** The types that an inherited keyword may have. */
export type InheritedType = keyof Read;

/** Nothing inherited. */
export const noKeywords: Keywords = { when: [], environment: [], moduleDefaults: [], tags: [] };

/** The name of a keyword's field in the model. */
export const fieldOf = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
