import type { Position } from '../../core/source.ts';
import type { Entry, Vars } from '../model.ts';
import { addHosts } from './add-hosts.ts';
import { addChild, addGroup, addGroupVars, type Draft, groupName, shortSource } from './draft.ts';
import { iniValue } from './ini-value.ts';
import { shellWords } from './shell-words.ts';

interface Section {
  readonly group: string;
  readonly kind: 'hosts' | 'vars' | 'children';
}

interface Line {
  readonly text: string;
  readonly at: Position;
}

/** Reads an INI inventory: hosts with variables, `[group]`, `[group:vars]`, `[group:children]`. */
export function readIniSource(draft: Draft, text: string, file: string): void {
  const declared = new Set(draft.groups.keys());
  const referred: { group: string; by: string; at: Position }[] = [];
  let section: Section = { group: 'ungrouped', kind: 'hosts' };
  for (const line of significantLines(text, file)) {
    const header = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$/.exec(line.text);
    if (header) {
      section = openSection(draft, header, line);
      if (section.kind !== 'vars') declared.add(groupName(draft, section.group));
      else referred.push({ group: section.group, by: `[${section.group}:vars]`, at: line.at });
      if (section.kind !== 'vars') addGroup(draft, section.group);
    } else if (section.kind === 'hosts') readHost(draft, section, line, file);
    else if (section.kind === 'vars') readVar(draft, section, line, file);
    else referred.push(readChild(draft, section, line));
  }
  for (const { group, by, at } of referred) {
    if (!declared.has(groupName(draft, group)))
      wrong(draft, `${by} names the group ${group}, which no section declares`, at);
  }
}

function significantLines(text: string, file: string): Line[] {
  return text
    .split(/\r?\n/)
    .map((line, index) => ({
      text: line.trim(),
      at: { file, line: index + 1, column: 1 + line.length - line.trimStart().length },
    }))
    .filter(({ text }) => text !== '' && !text.startsWith('#') && !text.startsWith(';'));
}

function openSection(draft: Draft, [, group = '', kind = 'hosts']: RegExpExecArray, line: Line): Section {
  if (kind === 'hosts' || kind === 'vars' || kind === 'children') return { group, kind };
  wrong(draft, `Section [${group}:${kind}] has unknown type: ${kind}`, line.at, 'known: hosts, vars, children');
  return { group, kind: 'hosts' };
}

function readHost(draft: Draft, { group }: Section, line: Line, file: string): void {
  const words = shellWords(line.text);
  if (!words) {
    wrong(draft, 'a quote is not closed', line.at);
    return;
  }
  const [host, ...assignments] = words;
  if (!host) return;
  if (host.text.startsWith('[') && !/^\[[^\]]*:[^\]]*\]/.test(host.text)) {
    wrong(
      draft,
      `Invalid section entry: '${line.text}'`,
      line.at,
      'a section is [group], [group:vars] or [group:children]',
    );
    return;
  }
  addHosts(draft, { written: host.text, group, vars: assignedVars(draft, assignments, line), file, at: line.at });
}

function assignedVars(draft: Draft, words: readonly { text: string; column: number }[], line: Line): Vars {
  const vars = new Map<string, Entry>();
  for (const { text, column } of words) {
    const at = { ...line.at, column: line.at.column + column - 1, length: text.length };
    const equals = text.indexOf('=');
    if (equals < 1) wrong(draft, `Expected key=value host variable assignment, got: ${text}`, at);
    else vars.set(text.slice(0, equals), { value: iniValue(text.slice(equals + 1), at), at, written: true });
  }
  return vars;
}

function readVar(draft: Draft, { group }: Section, line: Line, file: string): void {
  const equals = line.text.indexOf('=');
  if (equals < 1) {
    wrong(draft, `Expected key=value, got: ${line.text}`, line.at);
    return;
  }
  const name = line.text.slice(0, equals).trim();
  const value = iniValue(line.text.slice(equals + 1).trim(), line.at);
  addGroupVars(draft, group, new Map([[name, { value, at: line.at, written: true }]]), shortSource(file));
}

function readChild(draft: Draft, { group }: Section, line: Line): { group: string; by: string; at: Position } {
  const child = line.text.replace(/\s*#.*$/, '');
  addChild(draft, group, child, line.at);
  return { group: child, by: `[${group}:children]`, at: line.at };
}

function wrong(draft: Draft, message: string, at: Position, hint?: string): void {
  draft.notes.push({ severity: 'error', code: 'inventory-ini', message, at, ...(hint && { hint }) });
}
