/** What cannot be equal on two hosts, at two times, and what is put in its place. */
const keys: readonly { readonly key: RegExp; readonly put: unknown; readonly why: string }[] = [
  { key: /^invocation$/, put: undefined, why: "Ansible's echo of the parameters, which it does not document" },
  { key: /^(start|end|delta|started|elapsed)$/, put: 'TIME', why: 'when it ran, and how long' },
  { key: /^(atime|ctime|mtime|birthtime)$/, put: 'TIME', why: 'when the file was written' },
  { key: /^cache_update_time$/, put: 'TIME', why: 'when the image of the host was built' },
  { key: /^(inode|dev|version)$/, put: 'NUMBER', why: 'which disk, and where on it' },
  { key: /^backup(_file)?$/, put: 'BACKUP', why: 'the name holds a time' },
];

const texts: readonly { readonly text: RegExp; readonly put: string; readonly why: string }[] = [
  { text: /\btwin[12]\b/g, put: 'TWIN', why: 'the name of the machine' },
  {
    text: /^.*\/\.ansible\/tmp\/ansible-tmp-[^/]+\/\.?source.*$/,
    put: 'SOURCE',
    why: "Ansible's copy of a file, on its way to the host",
  },
];

/** A value with what must differ put out of it. */
export function normalised(value: unknown): unknown {
  if (typeof value === 'string') return texts.reduce((text, rule) => text.replace(rule.text, rule.put), value);
  if (Array.isArray(value)) return sorted(value.map(normalised));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => {
    const rule = keys.find((one) => one.key.test(key) && (one.put === undefined || typeof inner !== 'object'));
    return [key, rule === undefined ? normalised(inner) : rule.put] as const;
  });
  return Object.fromEntries(entries.filter(([, inner]) => inner !== undefined));
}

/** What `find` found has the order of the folder on the disk, which is nobody's business. */
const sorted = (values: readonly unknown[]): readonly unknown[] =>
  values.every((one) => typeof one === 'object' && one !== null && 'path' in one && 'isreg' in one)
    ? values.toSorted((a, b) => ((a as { path: string }).path < (b as { path: string }).path ? -1 : 1))
    : values;
