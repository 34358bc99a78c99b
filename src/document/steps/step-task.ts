/** A task of a playbook, as far as it matters to a document: what it is called, and its parameters with their values. */
export interface StepTask {
  readonly name: string;
  /** Its type, without its collection: `apt`. */
  readonly type: string;
  /** Its `step:`. */
  readonly step?: string;
  readonly file: string;
  readonly line: number;
  /** `looks`: it only checks; `manual`: a person does it; `does`: it makes something so. */
  readonly how: 'does' | 'looks' | 'manual';
  /** Its parameters, as plain data, for each host and item of its loop. What could not be evaluated is left as written. */
  readonly variants: readonly unknown[];
}

/** Names that occur in parameters, for quick questions. */
export interface NamesOfTask {
  /** Whether one of these names occurs. */
  has(names: readonly string[]): boolean;
  /** Whether a file or another thing occurs that a document names; a relative path may be the end of a longer one. */
  hasFile(name: string): boolean;
  /** Whether a text occurs in one of the parameters. */
  includes(text: string): boolean;
  /** Whether it makes something be absent. */
  readonly removes: boolean;
  /** Whether it says what a file contains. */
  readonly writesText: boolean;
}

/** What is named in the parameters of one variant: whole values, words in them, and paths that are put together of a directory and a name. */
export function namesOfTask(params: unknown): NamesOfTask {
  const texts = textsIn(params);
  const names = new Set<string>();
  for (const text of texts) {
    names.add(withoutSlash(text));
    for (const word of text.split(/[\s"'`,;|&<>(){}]+/)) names.add(withoutSlash(word));
    for (const word of text.split(/[\s"'`,;=|&<>(){}[\]:]+/)) names.add(withoutSlash(word));
  }
  const folders = [...names].filter((name) => name.startsWith('/'));
  const relatives = listsIn(params).filter((name) => /^[\w@.-]+$/.test(name));
  for (const folder of folders) for (const name of relatives) names.add(`${folder}/${name}`);
  const entries = params !== null && typeof params === 'object' ? Object.entries(params) : [];
  for (const [key, value] of entries) if (value === true) names.add(key);
  return {
    has: (wanted) => wanted.some((name) => names.has(withoutSlash(name))),
    hasFile: (name) =>
      names.has(withoutSlash(name)) ||
      (/^[\w@-][\w@.-]*[./][\w@./-]+$/.test(name) && [...names].some((one) => one.endsWith(`/${name}`))),
    includes: (text) => texts.some((one) => squeezed(one).includes(squeezed(text))),
    removes: entries.some(
      ([key, value]) => key === 'state' && ['absent', 'stopped', 'unmounted'].includes(String(value)),
    ),
    writesText: entries.some(([key]) => ['line', 'lines', 'block', 'content', 'item', 'value'].includes(key)),
  };
}

const squeezed = (text: string): string => text.replace(/\s+/g, ' ').trim();

const withoutSlash = (name: string): string => (name.length > 1 ? name.replace(/\/+$/, '') : name);

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => [...(Array.isArray(value) ? [] : [key]), ...textsIn(one)]);
}

/** The texts of a parameter that is a list or a single name. */
const listsIn = (params: unknown): readonly string[] =>
  params === null || typeof params !== 'object'
    ? []
    : Object.values(params).flatMap((one) => (Array.isArray(one) ? textsIn(one) : []));
