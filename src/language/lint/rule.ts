import type { Position } from '../../core/source.ts';
import type { Raw } from '../../core/value.ts';
import { shortTypeName } from '../load/action.ts';
import type { Handler, Include, Item, Meta, Play, Task } from '../model.ts';

/** An item other than a block, as lint sees it. */
export interface Linted {
  readonly item: Task | Handler | Include | Meta;
  readonly isHandler: boolean;
}

/** A violation of a rule: its place, and what exactly is wrong. */
export interface Finding {
  readonly at: Position;
  readonly message: string;
  /** What to write instead. */
  readonly fix: string;
}

/** A problem worth a warning: its code, why it matters, and how to find it in an item. */
export interface Rule {
  readonly code: string;
  /** Why it matters, in one sentence. */
  readonly why: string;
  readonly find: (linted: Linted, play: Play) => readonly Finding[];
}

/** The short name of a task's type; empty if the type is a template or the item is not a task. */
export const typeName = (item: Item): string =>
  item.kind === 'task' && typeof item.type === 'string' ? shortTypeName(item.type) : '';

/** A parameter of a task as written. */
export const argOf = (item: Item, name: string): Raw | undefined =>
  item.kind === 'task' && item.args instanceof Map ? (item.args as Map<unknown, Raw>).get(name) : undefined;

/** Whether any of the parameters is given. */
export const hasAnyArg = (item: Item, names: readonly string[]): boolean =>
  names.some((name) => argOf(item, name) !== undefined);
