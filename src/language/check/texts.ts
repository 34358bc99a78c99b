import type { Position } from '../../core/source.ts';
import { type Raw, Template } from '../../core/value.ts';
import { locationOf } from '../../yaml/places.ts';
import { shortTypeName } from '../load/action.ts';
import type { Item, Projection, Task, Written } from '../model.ts';

/** A string in an item that is read as a template or as a bare expression. */
export interface TemplateText {
  readonly source: string;
  readonly at: Position | undefined;
  readonly kind: 'text' | 'expression';
  /** Evaluated in each iteration of the loop, or once the result is available. */
  readonly afterLoop: boolean;
}

type Leaf = Exclude<Item, { kind: 'block' }>;

/** All strings in an item that are evaluated when it runs, including the conditions around it. */
export function textsOf(item: Leaf): TemplateText[] {
  const { keywords } = item;
  const perTurn = [...keywords.environment, ...singles(item)].flatMap((written) => inRaw(written.value, true));
  return [
    ...conditions(keywords.when),
    ...perTurn,
    ...(item.kind === 'task' ? taskTexts(item) : []),
    ...(item.kind === 'include' ? inRaw(item.args, true) : []),
    ...('loop' in item && item.loop ? loopTexts(item) : []),
    ...('projections' in item ? expressions(item.projections ?? []) : []),
  ];
}

const expressions = (all: readonly Projection[]): TemplateText[] =>
  conditions(all.map(({ expression, at }) => ({ value: expression, at })));

const singles = ({ keywords }: Leaf): Written[] =>
  [
    keywords.become,
    keywords.becomeUser,
    keywords.delegateTo,
    keywords.checkMode,
    keywords.noLog,
    keywords.ignoreErrors,
  ].filter((written) => written !== undefined);

function taskTexts(task: Task): TemplateText[] {
  return [
    ...inRaw(task.args, true),
    ...bareArgs(task),
    ...[task.changedWhen, task.failedWhen, task.until, task.loop?.breakWhen].flatMap((list) => conditions(list ?? [])),
    ...[task.retries, task.delay, task.async, task.poll].flatMap((written) =>
      written ? inRaw(written.value, true) : [],
    ),
  ];
}

// Parameters that are expressions without braces.
function bareArgs(task: Task): TemplateText[] {
  const type = typeof task.type === 'string' ? shortTypeName(task.type) : '';
  const key = new Map([
    ['assert', 'that'],
    ['debug', 'var'],
  ]).get(type);
  const value = key !== undefined && task.args instanceof Map ? (task.args as Map<unknown, Raw>).get(key) : undefined;
  if (value === undefined || key === undefined) return [];
  const all = Array.isArray(value) ? (value as readonly Raw[]) : [value];
  const placed = all.map((one, index) => {
    const found = Array.isArray(value) ? locationOf(value, index) : locationOf(task.args, key);
    return { value: one, at: found?.value ?? task.argsAt };
  });
  return conditions(placed);
}

function loopTexts({ loop }: { loop?: import('../model.ts').Loop }): TemplateText[] {
  if (loop === undefined) return [];
  const control = [loop.label, loop.loopVar, loop.indexVar, loop.pause].flatMap((raw) =>
    raw === undefined ? [] : inRaw(raw, true),
  );
  return [...inRaw(loop.over.value, false), ...control];
}

/** Conditions are evaluated for each item of a loop. */
function conditions(list: readonly Written[]): TemplateText[] {
  const afterLoop = true;
  return list.flatMap(({ value, at }): TemplateText[] => {
    if (value instanceof Template) return [{ source: value.source, at: value.at ?? at, kind: 'text', afterLoop }];
    return typeof value === 'string' ? [{ source: value, at: inQuotes(at, value), kind: 'expression', afterLoop }] : [];
  });
}

// The place of a quoted string is the place of its opening quote.
const inQuotes = (at: Position, text: string): Position =>
  at.length === text.length + 2 ? { ...at, column: at.column + 1, length: text.length } : at;

/** All templates in a value. */
export function inRaw(raw: Raw, afterLoop = true): TemplateText[] {
  if (raw instanceof Template) return [{ source: raw.source, at: raw.at, kind: 'text', afterLoop }];
  if (Array.isArray(raw)) return (raw as readonly Raw[]).flatMap((item) => inRaw(item, afterLoop));
  if (raw instanceof Map) return [...(raw as Map<unknown, Raw>).values()].flatMap((item) => inRaw(item, afterLoop));
  return [];
}
