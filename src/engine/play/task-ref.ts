import type { TaskRef } from '../../core/event.ts';
import { asWritten, isDict, type Raw, Template } from '../../core/value.ts';
import type { Include, Meta, Task } from '../../language/model.ts';
import { evaluate } from '../../template/index.ts';
import { ifKnown } from '../task/retry-when-known.ts';
import type { PlayContext } from '../variables/play-context.ts';
import type { PlayHost } from './play-host.ts';

/** A task as events refer to it. */
export function refOf(play: PlayContext, item: Task | Include | Meta, host: PlayHost, handler: boolean): TaskRef {
  const name = item.name === undefined ? actionOf(item) : nameText(play, item.name, item, host);
  return {
    id: item.id,
    name: item.role === undefined || bringsRole(item) ? name : `${item.role.name} : ${name}`,
    type: typeOf(item),
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

function actionOf(item: Task | Include | Meta): string {
  if (item.kind !== 'include') return typeOf(item);
  return bringsRole(item) && isDict(item.args)
    ? `${item.type} : ${asWritten(item.args.get('name') ?? item.args.get('role') ?? '')}`
    : item.type;
}

/** Ansible names an include_role as if it were not in a role. */
const bringsRole = (item: Task | Include | Meta): boolean => item.kind === 'include' && item.of === 'role';

function nameText(play: PlayContext, name: Raw, item: Task | Include | Meta, host: PlayHost): string {
  if (!(name instanceof Template)) return String(name);
  const { scope, env } = play.scopes.of(host.state, item, host.exported);
  return ifKnown(() => String(evaluate(name, scope, env))) ?? name.source;
}
