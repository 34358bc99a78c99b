import type { Position } from '../../core/source.ts';
import type { Vars } from '../model.ts';
import { addHost, addHostVars, type Draft, shortSource } from './draft.ts';
import { expandRanges, splitPort } from './host-range.ts';

/**
 * Adds all hosts that an inventory line denotes: expands ranges, splits off the port, and gives each host the
 * variables.
 */
export function addHosts(
  draft: Draft,
  { written, group, vars, file, at }: { written: string; group: string; vars: Vars; file?: string; at?: Position },
): void {
  const { name, port } = splitPort(written);
  const names = name.split(':').length > 2 && !name.includes('[') ? [name] : expandRanges(name);
  if ('problem' in names) {
    draft.notes.push({ severity: 'error', code: 'host-range', message: names.problem, ...(at && { at }) });
    return;
  }
  const all = port === undefined ? vars : new Map([['ansible_port', { value: port, ...(at && { at }) }], ...vars]);
  for (const host of names) {
    addHost(draft, host, group, file);
    addHostVars(draft, host, all, file === undefined ? 'the command line' : shortSource(file));
  }
}
