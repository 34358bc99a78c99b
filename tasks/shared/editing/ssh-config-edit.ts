/** An option of ssh and its value. */
export type SshOption = readonly [keyword: string, value: string];

/** The options of a host by keyword, in lower case; those that occur more than once have several values. */
export type SshOptions = Readonly<Record<string, readonly string[]>>;

/** A host's part of a configuration: its lines, the first of which names it. */
interface Section {
  readonly start: number;
  /** The line after its last option. */
  readonly end: number;
}

/** The options that a configuration has for a host; undefined if no section is for exactly this host. */
export function sshOptions(text: string, host: string): SshOptions | undefined {
  const lines = text.split('\n');
  const section = sectionOf(lines, host);
  if (section === undefined) return undefined;
  const found: Record<string, readonly string[]> = {};
  for (const line of lines.slice(section.start + 1, section.end)) {
    const option = readOption(line);
    if (option !== undefined) found[option.keyword] = [...(found[option.keyword] ?? []), option.value];
  }
  return found;
}

/** Sets options of a host; a host without a section gets one at the end. All other lines stay as they are. */
export function withSshOptions(text: string, host: string, options: readonly SshOption[]): string {
  const lines = text.split('\n');
  const section = sectionOf(lines, host);
  if (section === undefined) {
    const start = text === '' || text.endsWith('\n') ? text : `${text}\n`;
    return `${start}Host ${host}\n${options.map(([keyword, value]) => `    ${keyword} ${value}\n`).join('')}`;
  }
  const own = options.reduce(setOption, lines.slice(section.start, section.end));
  const last = section.end === lines.length ? [''] : [];
  return [...lines.slice(0, section.start), ...own, ...last, ...lines.slice(section.end)].join('\n');
}

/** Removes the section of a host. */
export function withoutSshHost(text: string, host: string): string {
  const lines = text.split('\n');
  const section = sectionOf(lines, host);
  if (section === undefined) return text;
  const isBlank = (line: string | undefined): boolean => line === undefined || line.trim() === '';
  // Not two empty lines where there was one on either side.
  const also = isBlank(lines[section.start - 1]) && isBlank(lines[section.end]) && section.end < lines.length - 1;
  const rest = [...lines.slice(0, section.start), ...lines.slice(section.end + (also ? 1 : 0))];
  return rest.join('\n');
}

function setOption(own: readonly string[], [keyword, value]: SshOption): readonly string[] {
  const at = own.flatMap((line, index) => (index > 0 && readOption(line)?.keyword === keyword ? [index] : []));
  const [first, ...others] = at;
  if (first === undefined) return [...own, `${indentOf(own)}${keyword} ${value}`];
  const [, start = '', written = keyword] = /^(\s*)([A-Za-z]+)/.exec(own[first] ?? '') ?? [];
  const right = at.length === 1 && readOption(own[first] ?? '')?.value === value;
  return own.flatMap((line, index) => {
    if (others.includes(index)) return [];
    return index === first && !right ? [`${start}${written} ${value}`] : [line];
  });
}

const indentOf = (own: readonly string[]): string => /^\s+/.exec(own[1] ?? '')?.[0] ?? '    ';

function sectionOf(lines: readonly string[], host: string): Section | undefined {
  const start = lines.findIndex((line) => {
    const option = readOption(line);
    return option?.keyword === 'host' && option.value.split(/\s+/).join(' ') === host.trim().split(/\s+/).join(' ');
  });
  if (start < 0) return undefined;
  let end = start + 1;
  for (let at = end; at < lines.length; at++) {
    const keyword = readOption(lines[at] ?? '')?.keyword;
    if (keyword === 'host' || keyword === 'match') break;
    if (keyword !== undefined) end = at + 1;
  }
  return { start, end };
}

/** Reads `Keyword value` and `Keyword=value`; a comment is none. */
function readOption(line: string): { readonly keyword: string; readonly value: string } | undefined {
  const [, keyword, value = ''] = /^\s*([A-Za-z]+)(?:\s*=\s*|\s+)(.*?)\s*$/.exec(line) ?? [];
  if (keyword === undefined) return undefined;
  return { keyword: keyword.toLowerCase(), value: value.replace(/^"([^"]*)"$/, '$1') };
}
