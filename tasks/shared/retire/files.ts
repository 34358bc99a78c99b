import { joinPath, nameOf, type TaskResult, type Thing } from '../../../src/sdk.ts';
import { pathThing } from './paths.ts';

/** A file that a task writes. If its destination is a directory, the file goes inside it, and the result tells which it is. */
export function destThings(
  { dest, src }: { readonly dest: string; readonly src?: unknown },
  result: TaskResult | undefined,
): readonly Thing[] {
  const inside = typeof src === 'string' ? [joinPath(dest, nameOf(src))] : [];
  const named = result?.['dest'];
  const paths = typeof named === 'string' ? [named] : [dest, ...inside];
  return paths.map((path) => pathThing(path, { puts: typeof named === 'string', whole: true }));
}
