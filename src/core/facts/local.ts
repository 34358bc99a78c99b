import { type Parts, partText } from './parts.ts';

/** Local facts: JSON or INI files, or programs that print either. One that cannot be read is a text that says why. */
export function localFacts(parts: Parts): Readonly<Record<string, unknown>> {
  const folder = partText(parts, 'local-folder').replace(/\/$/, '');
  const facts: Record<string, unknown> = {};
  for (const [part, text] of parts) {
    const [, kind = '', file = ''] = /^(local|local-failed|local-missing) (.*)$/.exec(part) ?? [];
    if (kind !== '') facts[file.replace(/\.fact$/, '')] = KINDS[kind]?.(`${folder}/${file}`, text);
  }
  return facts;
}

const KINDS: Readonly<Record<string, (path: string, text: string) => unknown>> = {
  local: readFact,
  'local-failed': (path, text) => `Failure executing fact script (${path}), ${text}`,
  'local-missing': (path) => `Could not stat fact (${path}): [Errno 2] No such file or directory: '${path}'`,
};

/** The texts among local facts that say why a fact could not be read. */
export const localWarnings = (facts: unknown): readonly string[] =>
  Object.values(facts ?? {}).filter(
    (fact): fact is string =>
      typeof fact === 'string' && /^(Failure executing|Could not stat|error loading) fact/.test(fact),
  );

function readFact(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return readIni(text) ?? `error loading facts as JSON or ini - please check content: ${path}`; // neither JSON nor INI
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
