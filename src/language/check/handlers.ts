import { suggest } from '../../core/suggest.ts';
import { Template } from '../../core/value.ts';
import { type Checking, problem, type Reached, type ReachedPlay } from './checking.ts';

/** Checks that every handler notified by name is defined, if all handlers are known. */
export function checkNotify(checking: Checking, reached: ReachedPlay): void {
  if (reached.opaque) return;
  const handlers = reached.items.filter(
    ({ isHandler, item }) => isHandler || ('listen' in item && item.listen !== undefined),
  );
  if (handlers.some(({ item }) => item.name instanceof Template)) return;
  const known = new Set(handlers.flatMap(namesOf));
  for (const { item } of reached.items) {
    for (const { value, at } of item.kind === 'task' ? item.notify : []) {
      if (typeof value !== 'string' || known.has(value)) continue;
      const near = suggest(value, known);
      const message = `The requested handler '${value}' was not found in either the main handlers list nor in the listening handlers list`;
      problem(checking, 'unknown-handler', message, at, near && `did you mean "${near}"?`);
    }
  }
}

function namesOf({ item }: Reached): string[] {
  const listen = 'listen' in item ? (item.listen ?? []) : [];
  if (item.name === undefined) return [...listen];
  const name = String(item.name);
  return [...listen, name, ...(item.role === undefined ? [] : [`${item.role.name} : ${name}`])];
}
