import { readFileSync } from 'node:fs';
import { isSeq, parseDocument, Scalar, YAMLSeq } from 'yaml';
import { statOf, writeLocalFile } from '../core/local-file.ts';
import type { Accepted } from './baseline.ts';

const HEAD = ` Findings that we leave as they are for a time; \`run audit\` does not count them until then.`;

/** Adds an entry to a baseline file, or replaces that of the same finding and hosts. Comments and the other entries stay. */
export function accept(file: string, entry: Accepted & { readonly task: string }): void {
  const document = parseDocument(statOf(file) === undefined ? '' : readFileSync(file, 'utf8'), { version: '1.1' });
  if (document.errors.length > 0) throw new Error(`${file}: ${document.errors[0]?.message}`);
  const list = isSeq(document.contents) ? document.contents : new YAMLSeq(document.schema);
  if (document.contents !== list) {
    document.commentBefore = HEAD;
    document.contents = list as unknown as typeof document.contents;
  }
  list.flow = false;
  const hosts = [...entry.hosts].sort();
  const finding = new Scalar(entry.finding);
  finding.type = Scalar.QUOTE_DOUBLE; // digits alone would be a number
  const node = document.createNode({
    finding,
    task: entry.task,
    ...(hosts.length > 0 && { hosts }),
    until: entry.until,
    owner: entry.owner,
    why: entry.why,
  });
  const isSame = (item: unknown): boolean => {
    const known = (item as { toJSON(): Partial<Accepted> }).toJSON();
    return known.finding === entry.finding && JSON.stringify([...(known.hosts ?? [])].sort()) === JSON.stringify(hosts);
  };
  const at = list.items.findIndex(isSame);
  if (at < 0) list.items.push(node);
  else list.items[at] = node;
  writeLocalFile(file, document.toString(), (statOf(file)?.mode ?? 0o644) & 0o777);
}
