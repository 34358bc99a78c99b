import { suggest } from '../core/suggest.ts';
import { shortTypeName } from './load/action.ts';

/** Names of other systems' and tools' modules, with the type that does the same here. */
const SAME_AS: Readonly<Record<string, string>> = {
  apt_get: 'apt',
  aptitude: 'apt',
  chmod: 'file',
  chown: 'file',
  mkdir: 'file',
  symlink: 'file',
  sysvinit: 'service',
  wget: 'get_url',
  curl: 'uri',
};

/** What there is to say of a task type that nobody knows. */
export function unknownTaskType(name: string, known: readonly string[]): { message: string; hint: string } {
  const near = nearest(name, known);
  return {
    message: `unknown task type "${name}"`,
    hint:
      near === undefined
        ? '`run doc` lists those that there are; write your own into tasks/NAME.ts beside the playbook, or have a task for another system in a file that is included with a condition'
        : `did you mean "${near}"?`,
  };
}

// What a collection's names share is no likeness: only the last word is compared.
function nearest(name: string, known: readonly string[]): string | undefined {
  const last = shortTypeName(name).replace(/^.*\./, '');
  const short = new Map(known.map((full) => [full.replace(/^.*\./, ''), full]));
  const same = SAME_AS[last];
  if (same !== undefined && short.has(same)) return same;
  const found = short.get(suggest(last, short.keys()) ?? '');
  return found?.replace(/^ansible\.builtin\./, '');
}
