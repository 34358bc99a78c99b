import { Template, toJs } from '../../core/value.ts';
import type { Include, Meta, Task } from '../../language/model.ts';
import { computedTags, selectedByTags } from '../../language/tags.ts';
import { evaluate } from '../../template/index.ts';
import { ifKnown } from '../task/retry-when-known.ts';
import type { HostState } from '../variables/host-state.ts';
import type { PlayContext } from '../variables/play-context.ts';

/** Whether the run's tags select an item on a host; items that we inserted ourselves are always selected. */
export function isSelected(play: PlayContext, state: HostState, item: Task | Include | Meta): boolean {
  if (item.kind === 'meta' && (item.implicit || item.action === 'role_complete')) return true;
  const { tags, skipTags } = play.run.options;
  return selectedByTags(tagsOf(play, state, item), { only: tags, skip: skipTags });
}

function tagsOf(play: PlayContext, state: HostState, item: Task | Include | Meta): readonly string[] {
  return computedTags(item.keywords.tags, (text) => {
    const { scope, env } = play.scopes.of(state, item);
    const value = ifKnown(() => evaluate(new Template(text, item.at), scope, env));
    return value === undefined ? text : toJs(value);
  });
}
