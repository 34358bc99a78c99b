/** A part of a file of repositories: a section with its name, or (with an empty name) what is above the first one. */
interface Section {
  readonly name: string;
  readonly text: string;
}

/** The sections of a file. */
function sectionsOf(text: string): readonly Section[] {
  const parts = text.split(/^(?=\[[^\]\n]+\])/m);
  return parts.map((part) => ({ name: /^\[([^\]\n]+)\]/.exec(part)?.[1] ?? '', text: part }));
}

/** The settings of a section; lines that begin with a space go on with the value. */
function settingsOf(text: string): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  let last = '';
  for (const line of text.split('\n').slice(1)) {
    const [, key, value = ''] = /^([^\s#;=:][^=:]*?)\s*[=:]\s*(.*)$/.exec(line) ?? [];
    if (key !== undefined) {
      last = key.toLowerCase();
      settings.set(last, value.trim());
    } else if (/^\s+\S/.test(line) && last !== '') settings.set(last, `${settings.get(last)}\n${line.trim()}`);
  }
  return settings;
}

/** A repository's settings; several values of one are separated by line feeds. */
type Repository = ReadonlyMap<string, string>;

/** The file with a repository in it. Everything else in the file stays; the text is unchanged if the settings are. */
export function withRepository(text: string, name: string, wanted: Repository): string {
  const sections = sectionsOf(text);
  const written = sectionText(name, wanted);
  const now = sections.find((one) => one.name === name);
  if (now === undefined) return `${text === '' || text.endsWith('\n') ? text : `${text}\n`}${written}`;
  if (sectionText(name, settingsOf(now.text)) === written) return text;
  return sections.map((one) => (one === now ? written : one.text)).join('');
}

/** The file without a repository; undefined if that was the last one. */
export function withoutRepository(text: string, name: string): string | undefined {
  const left = sectionsOf(text).filter((one) => one.name !== name);
  return left.some((one) => one.name !== '') ? left.map((one) => one.text).join('') : undefined;
}

/** Whether the file has a repository. */
export const hasRepository = (text: string, name: string): boolean => sectionsOf(text).some((one) => one.name === name);

const sectionText = (name: string, settings: Repository): string => {
  const lines = [...settings].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `[${name}]\n${lines.map(([key, value]) => `${key} = ${value.replaceAll('\n', '\n\t')}\n`).join('')}\n`;
};
