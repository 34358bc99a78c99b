import { addHosts } from './add-hosts.ts';
import { addHost, addHostVars, type Draft } from './draft.ts';
import { expandRanges, splitPort } from './host-range.ts';
import { type InventoryOptions, noteUnparsed } from './read-path.ts';

/** Reads a list such as `a,b`. Returns whether it is one: anything else is a file that does not exist. */
export function readHostList(draft: Draft, list: string, options: InventoryOptions): boolean {
  if (!list.includes(',') || options.hostLists === 'none') {
    const hint = list.includes(',') ? 'enable the plugin host_list' : 'a list of hosts needs a comma: "host,"';
    noteUnparsed(draft, list, { reason: 'there is no such file or directory', hint }, options);
    return false;
  }
  const names = list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (options.hostLists === 'host_list') return names.map((name) => addAsWritten(draft, name)).length > 0;
  if (options.hostLists === 'advanced_host_list') return expandAsAnsible(draft, list, names, options);
  for (const written of names) addHosts(draft, { written, group: 'ungrouped', vars: new Map() });
  return true;
}

/** Adds one host, whose name may contain brackets. */
function addAsWritten(draft: Draft, written: string): void {
  const { name, port } = splitPort(written);
  addHost(draft, name, 'ungrouped');
  if (port !== undefined) addHostVars(draft, name, new Map([['ansible_port', { value: port }]]), 'the command line');
}

/** Ansible takes a name with a malformed range as it is, but refuses the whole list if the ends of a range are not of one kind. */
function expandAsAnsible(draft: Draft, list: string, names: readonly string[], options: InventoryOptions): boolean {
  for (const written of names) {
    const names = expandRanges(splitPort(written).name);
    if (!('problem' in names)) addHosts(draft, { written, group: 'ungrouped', vars: new Map() });
    else if (names.of === 'ends') {
      const reason = `Failed to parse ${list} with advanced_host_list plugin: ${names.problem}`;
      noteUnparsed(draft, list, { reason }, options);
      return false;
    } else {
      const message = `Unable to parse address from hostname, leaving unchanged: ${names.problem}`;
      draft.notes.push({ severity: 'warning', code: 'host-range', message });
      addAsWritten(draft, written);
    }
  }
  return true;
}
