/** A job or a variable in a crontab, with its line. */
export interface CronEntry {
  readonly env: boolean;
  readonly name: string;
  readonly line: string;
}

const marker = (name: string): string => `#Ansible: ${name}`;

/** Returns a crontab with an entry added, or replacing the one with the same name. */
export function withEntry(
  table: string,
  entry: CronEntry,
  where: { readonly insertafter?: string; readonly insertbefore?: string },
): string | { readonly failed: string } {
  const lines = tableLines(table);
  const at = indexOf(lines, entry);
  if (at >= 0) return joined([...lines.slice(0, at), entry.line, ...lines.slice(at + 1)]);
  if (!entry.env) return joined([...lines, marker(entry.name), entry.line]);
  const beside = where.insertafter ?? where.insertbefore;
  if (beside === undefined) return joined([entry.line, ...lines]);
  const other = lines.findIndex((line) => names(line, beside));
  if (other < 0) return { failed: `Variable named '${beside}' not found.` };
  const index = where.insertafter === undefined ? other : other + 1;
  return joined([...lines.slice(0, index), entry.line, ...lines.slice(index)]);
}

/** Returns a crontab without an entry. */
export function withoutEntry(table: string, entry: CronEntry): string {
  const lines = tableLines(table);
  const at = indexOf(lines, entry);
  if (at < 0) return table;
  return joined([...lines.slice(0, entry.env ? at : at - 1), ...lines.slice(at + 1)]);
}

/** The position of the entry's line; a job's line is the one below its name. */
function indexOf(lines: readonly string[], { env, name }: CronEntry): number {
  if (env) return lines.findIndex((line) => names(line, name));
  const at = lines.indexOf(marker(name));
  return at < 0 || at + 1 >= lines.length ? -1 : at + 1;
}

const names = (line: string, name: string): boolean => line.startsWith(name) && /^\s*=/.test(line.slice(name.length));

const tableLines = (table: string): readonly string[] => (table === '' ? [] : table.replace(/\n$/, '').split('\n'));
const joined = (lines: readonly string[]): string => (lines.length === 0 ? '' : `${lines.join('\n')}\n`);
