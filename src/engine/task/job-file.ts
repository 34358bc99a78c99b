import { toJs } from '../../core/value.ts';
import { evaluate } from '../../template/index.ts';
import { homeOf } from '../host/homes.ts';
import type { Place } from '../host/host-link.ts';
import type { TemplateScope } from '../variables/scopes.ts';

/** Where a job is kept on its host: in the folder that `ansible_async_dir` or the setting `async_dir` names. */
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
