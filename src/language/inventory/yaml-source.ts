import type { Position } from '../../core/source.ts';
import { suggest } from '../../core/suggest.ts';
import { isDict, type Raw, type Value } from '../../core/value.ts';
import { locationOf } from '../../yaml/places.ts';
import type { Vars } from '../model.ts';
import { addHosts } from './add-hosts.ts';
import { addChild, addGroup, addGroupVars, type Draft, shortSource } from './draft.ts';
import { placedVars } from './vars-of.ts';

const SECTIONS = ['hosts', 'children', 'vars'];

/** Reads a YAML inventory: groups by name, each with `hosts`, `children` and `vars`. */
export function readYamlSource(draft: Draft, root: Raw, file: string): void {
  if (root === null) return;
  if (!isDict(root)) {
    malformed(draft, 'a YAML inventory must be a dict of groups', { file, line: 1, column: 1 });
    return;
  }
  for (const [name, group] of root) readGroup(draft, String(name), group, locationOf(root, name)?.key, file);
}

function readGroup(draft: Draft, name: string, group: Raw, at: Position | undefined, file: string): void {
  addGroup(draft, name);
  if (group === null) return;
  if (!isDict(group)) {
    malformed(draft, `group ${name} must be a dict with hosts, children and vars`, at);
    return;
  }
  for (const [section, content] of group)
    readSection(draft, { name, file }, String(section), content, locationOf(group, section)?.key);
}

function readSection(
  draft: Draft,
  { name, file }: { readonly name: string; readonly file: string },
  section: string,
  content: Raw,
  at: Position | undefined,
): void {
  if (!SECTIONS.includes(section)) {
    const message = `Skipping unexpected key (${section}) in group (${name}), only "vars", "children" and "hosts" are valid`;
    const meant = suggest(section, SECTIONS);
    const hint = meant === undefined ? {} : { hint: `did you mean "${meant}"?` };
    draft.notes.push({ severity: 'warning', code: 'unknown-key', message, ...(at && { at }), ...hint });
    return;
  }
  // `hosts: one` is an old short form of a dict with a single key.
  const entries = typeof content === 'string' ? new Map([[content, null]]) : content;
  if (entries === null) return;
  if (!isDict(entries)) {
    malformed(draft, `${section} of group ${name} must be a dict, with a colon after each name`, at);
    return;
  }
  if (section === 'vars') addGroupVars(draft, name, placedVars(entries), shortSource(file));
  if (section === 'children') readChildren(draft, name, entries, file);
  if (section === 'hosts') readHosts(draft, name, entries, file);
}

function readChildren(draft: Draft, parent: string, children: Map<Value, Raw>, file: string): void {
  for (const [key, group] of children) {
    const at = locationOf(children, key)?.key;
    readGroup(draft, String(key), group, at, file);
    addChild(draft, parent, String(key), at);
  }
}

function readHosts(draft: Draft, group: string, hosts: Map<Value, Raw>, file: string): void {
  for (const [key, written] of hosts) {
    const at = locationOf(hosts, key)?.key;
    if (typeof key !== 'string') warnOfKind(draft, key, at);
    const given = written ?? new Map();
    const vars: Vars | undefined = isDict(given) ? placedVars(given) : undefined;
    if (vars) addHosts(draft, { written: String(key), group, vars, file, ...(at && { at }) });
    else malformed(draft, `host ${key} must have a dict of variables`, locationOf(hosts, key)?.value ?? at);
  }
}

/** Ansible refuses the whole file because of such a name. */
function warnOfKind(draft: Draft, key: Value, at: Position | undefined): void {
  const message = `Host pattern ${String(key)} must be a string. Enclose integers/floats in quotation marks`;
  draft.notes.push({ severity: 'warning', code: 'inventory-form', message, ...(at && { at }) });
}

function malformed(draft: Draft, message: string, at: Position | undefined): void {
  draft.notes.push({ severity: 'error', code: 'inventory-form', message, ...(at && { at }) });
}
