import { suggest } from '../core/suggest.ts';
import { shortTypeName } from './load/action.ts';

/** Names of modules for other systems and tools, with the type that does the same here. */
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

/** The message about an unknown task type. */
export function unknownTaskType(name: string, known: readonly string[]): { message: string; hint: string } {
  const near = nearest(name, known);
  return {
    message: `unknown task type "${name}"`,
    hint:
      near === undefined
        ? '`run doc` lists all task types; write your own in tasks/NAME.ts next to the playbook, or move a task for another system to a file that is included conditionally'
        : `did you mean "${near}"?`,
  };
}

// Compare only the last word: sharing a collection name does not make two names similar.
function nearest(name: string, known: readonly string[]): string | undefined {
  const last = shortTypeName(name).replace(/^.*\./, '');
  const short = new Map(known.map((full) => [full.replace(/^.*\./, ''), full]));
  const same = SAME_AS[last];
  if (same !== undefined && short.has(same)) return same;
  const found = short.get(suggest(last, short.keys()) ?? '');
  return found?.replace(/^ansible\.builtin\./, '');
}
