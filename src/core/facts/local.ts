import type { Parts } from './parts.ts';

/** Local facts: JSON or INI files, or programs that print either. */
export const localFacts = (parts: Parts): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    [...parts].flatMap(([name, text]) =>
      name.startsWith('local ') ? [[name.slice(6).replace(/\.fact$/, ''), readFact(text)]] : [],
    ),
  );

function readFact(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return readIni(text) ?? `error loading facts as JSON or ini - please check content: ${text.trim().slice(0, 200)}`; // neither JSON nor INI
  }
}

function readIni(text: string): Readonly<Record<string, Record<string, string>>> | undefined {
  const sections: Record<string, Record<string, string>> = {};
  let section: Record<string, string> | undefined;
  for (const line of text.split('\n').map((one) => one.trim())) {
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const [, title] = /^\[(.+)\]$/.exec(line) ?? [];
    const [, key, value = ''] = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(line) ?? [];
    if (title !== undefined) section = sections[title] ??= {};
    else if (key === undefined || section === undefined) return undefined;
    else section[key.toLowerCase()] = value;
  }
  return Object.keys(sections).length === 0 ? undefined : sections;
}
