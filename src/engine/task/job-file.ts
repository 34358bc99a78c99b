import { toJs } from '../../core/value.ts';
import { evaluate } from '../../template/index.ts';
import { homeOf } from '../host/homes.ts';
import type { Place } from '../host/host-link.ts';
import type { TemplateScope } from '../variables/scopes.ts';

/** A job's status file on its host, in the directory set by `ansible_async_dir` or the setting `async_dir`. */
export function jobFile(
  id: string,
  { link, identity }: Place,
  { scope, env }: TemplateScope,
  setting = '~/.ansible_async',
): string {
  const written = scope.get('ansible_async_dir');
  const folder = written === undefined ? setting : String(toJs(evaluate(written, scope, env)));
  return `${folder.replace(/^~(?=\/|$)/, () => homeOf(link, identity))}/${id}`;
}
