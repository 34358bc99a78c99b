import type { Diagnostic } from '../core/source.ts';
import { selectHosts } from '../language/inventory/index.ts';
import type { Loaded } from './load-all.ts';

/** As in Ansible, a limit that leaves no host is an error, unless the inventory is empty anyway. */
export function limitProblems({ context: { inventory, options } }: Loaded): readonly Diagnostic[] {
  if (options.limit === undefined || inventory.hosts.size === 0) return [];
  const selected = selectHosts(inventory, 'all', { limit: options.limit, mismatch: options.mismatch });
  if (!selected.ok) return selected.error;
  return selected.value.length > 0 ? [] : [...(selected.warnings ?? []), NO_HOSTS];
}

const NO_HOSTS: Diagnostic = {
  severity: 'error',
  code: 'empty-limit',
  message: 'Specified inventory, host pattern and/or --limit leaves us with no hosts to target.',
};
