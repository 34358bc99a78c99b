import type { Item } from './model.ts';

/** The variables in which an item registers its result, or parts of it. */
export function registeredNames(item: Item): readonly string[] {
  if (item.kind !== 'task' && item.kind !== 'include') return [];
  const { register, projections = [] } = item;
  return [...(register === undefined ? [] : [register]), ...projections.map(({ name }) => name)];
}
