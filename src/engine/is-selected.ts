import type { Include, Meta, Task } from '../core/model.ts';
import { selectedByTags } from '../language/tags.ts';
import type { Performing } from './performing.ts';

/** Whether the run's tags want an item; what we inserted ourselves is always wanted. */
export function isSelected({ play }: Performing, item: Task | Include | Meta): boolean {
  if (item.kind === 'meta' && (item.implicit || item.action === 'role_complete')) return true;
  const { tags, skipTags } = play.run.options;
  return selectedByTags(item.keywords.tags, { only: tags, skip: skipTags });
}
