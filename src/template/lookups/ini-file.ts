import { fail } from '../errors.ts';

/** How an INI file is read. */
interface IniOptions {
  readonly file: string;
  /** A Java properties file: no sections, everything is under `''`. */
  readonly properties: boolean;
  readonly caseSensitive: boolean;
  readonly allowNoValue: boolean;
  /** Whether `%(name)s` stands for the value of another option. */
  readonly interpolates: boolean;
  /** Whether the defaults, which all sections share, are also a section of their own. */
  readonly defaultsToo?: boolean;
}

type Section = Map<string, string | null>;

/**
 * Reads the sections of INI text as Python's configparser does: `=` or `:`, continuation lines, `%(name)s` inside
 * values.
 */
export function readIni(text: string, options: IniOptions): Map<string, Section> {
  const sections = new Map<string, Section>();
  const defaults: Section = new Map();
  let current: Section | undefined = options.properties ? new Map() : undefined;
  if (current) sections.set('', current);
  let last: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*([#;].*)?$/.test(line)) continue;
    if (/^\s/.test(line) && last !== undefined && current) {
      current.set(last, `${current.get(last) ?? ''}\n${line.trim()}`);
      continue;
    }
    const header = /^\[([^\]]+)\]/.exec(line);
    if (header && !options.properties) {
      const [, title = ''] = header;
      current = title === 'DEFAULT' ? defaults : (sections.get(title) ?? new Map());
      if (current !== defaults) sections.set(title, current);
      last = undefined;
      continue;
    }
    last = readOption(line, current ?? fail(`File contains no section headers: ${options.file}`), options);
  }
  const all = completed(sections, defaults, options.interpolates);
  return options.defaultsToo === true && defaults.size > 0 ? new Map([...all, ['DEFAULT', defaults]]) : all;
}

function readOption(line: string, section: Section, { file, caseSensitive, allowNoValue }: IniOptions): string {
  const [, key = '', value] = /^(.*?)\s*(?:[=:]\s*(.*))?$/.exec(line) ?? [];
  const name = caseSensitive ? key.trim() : key.trim().toLowerCase();
  if (value === undefined && !allowNoValue) return fail(`Source contains parsing errors: '${file}': ${line}`);
  if (section.has(name)) return fail(`Duplicate option in '${file}': option '${name}' already exists`);
  section.set(name, value?.trim() ?? null);
  return name;
}

function completed(
  sections: ReadonlyMap<string, Section>,
  defaults: Section,
  interpolates: boolean,
): Map<string, Section> {
  const result = new Map<string, Section>();
  for (const [name, section] of sections) {
    const all = new Map([...defaults, ...section]);
    const final = (value: string | null) => (value === null || !interpolates ? value : expand(value, all, 10));
    result.set(name, new Map([...all].map(([key, value]) => [key, final(value)])));
  }
  return result;
}

function expand(value: string, all: ReadonlyMap<string, string | null>, depth: number): string {
  return value.replace(/%(?:%|\(([^)]+)\)s)/g, (match, name) => {
    if (match === '%%') return '%';
    const inner = all.get(name.toLowerCase()) ?? all.get(name);
    if (inner === undefined || depth === 0) return fail(`Bad value substitution: '${name}'`);
    return inner === null ? '' : expand(inner, all, depth - 1);
  });
}
