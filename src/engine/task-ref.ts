import type { TaskRef } from '../core/event.ts';
import type { Include, Meta, Task } from '../core/model.ts';
import { type Raw, Template } from '../core/value.ts';
import { evaluate } from '../template/index.ts';
import type { PlayContext } from './play-context.ts';
import type { PlayHost } from './play-host.ts';
import { settled } from './settled.ts';

/** A task as events name it. */
export function refOf(play: PlayContext, item: Task | Include | Meta, host: PlayHost, handler: boolean): TaskRef {
  const type = typeOf(item);
  const name = item.name === undefined ? type : nameText(play, item.name, item, host);
  return {
    id: item.id,
    name: item.role === undefined ? name : `${item.role.name} : ${name}`,
    type,
    at: item.at,
    step: item.keywords.step,
    handler,
    tags: item.keywords.tags,
  };
}

function typeOf(item: Task | Include | Meta): string {
  if (item.kind === 'meta') return 'meta';
  if (item.kind === 'include') return `include_${item.of}`;
  return typeof item.type === 'string' ? item.type : 'action';
}

function nameText(play: PlayContext, name: Raw, item: Task | Include | Meta, host: PlayHost): string {
  if (!(name instanceof Template)) return String(name);
  const { scope, env } = play.scopes.of(host.state, item, host.exported);
  return settled(() => String(evaluate(name, scope, env))) ?? name.source;
}
