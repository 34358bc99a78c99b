import type { Position } from '../../core/source.ts';

/** A value in an INI file, with its place. */
export interface IniEntry {
  readonly value: string;
  readonly at: Position;
}

/** Reads a file as Python's configparser does: `section.key` → value; ` ;` starts a comment, and indented lines continue a value. */
export function parseIni(text: string, file: string): ReadonlyMap<string, IniEntry> {
  const entries = new Map<string, IniEntry>();
  let section = '';
  let last: string | undefined;
  for (const [index, written] of text.split(/\r?\n/).entries()) {
    const line = /^\s*[#;]/.test(written) ? '' : written.replace(/\s;.*$/, '');
    const header = /^\[([^\]]+)\]/.exec(line);
    const pair = /^([^\s=:][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(line);
    if (header) {
      section = header[1] as string;
      last = undefined;
    } else if (/^\s/.test(line) && last !== undefined && line.trim() !== '') continueEntry(entries, last, line.trim());
    else if (pair) {
      last = `${section}.${(pair[1] as string).toLowerCase()}`;
      entries.set(last, {
        value: pair[2] as string,
        at: { file, line: index + 1, column: 1, length: line.trimEnd().length },
      });
    }
  }
  return entries;
}

function continueEntry(entries: Map<string, IniEntry>, key: string, more: string): void {
  const entry = entries.get(key) as IniEntry;
  entries.set(key, { ...entry, value: `${entry.value}\n${more}` });
}
