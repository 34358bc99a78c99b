import {
  content,
  defineTask,
  followed,
  openText,
  type Params,
  type Plan,
  stat,
  type TaskResult,
  tidyPath,
} from '../src/sdk.ts';
import { readCsv } from './shared/files/csv.ts';

const params = {
  path: { type: 'path', required: true, aliases: ['filename'], doc: 'The file.' },
  key: { type: 'str', doc: 'Return a dictionary with the values of this column as keys, instead of a list.' },
  dialect: { type: 'str', default: 'excel', doc: 'How it is written: `excel`, `excel-tab` or `unix`.' },
  fieldnames: {
    type: 'list',
    elements: 'str',
    doc: 'The names of the columns, for a file without a header.',
  },
  unique: { type: 'bool', default: true, doc: 'Fail if a key occurs more than once.' },
  delimiter: { type: 'str', doc: 'The character between fields (default: that of the dialect).' },
  skipinitialspace: { type: 'bool', doc: 'Ignore spaces after the delimiter.' },
  strict: { type: 'bool', doc: 'Fail at quotes that are not as they should be.' },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.read_csv',
  summary: 'Read a CSV file.',
  description: 'Changes nothing, and needs nothing on the host.',
  params,
  looks: () => true,
  ask: ({ path }) => ({ entry: stat(tidyPath(path)), file: content(tidyPath(path)) }),
  plan({ entry, file }, task): Plan {
    const delimiter = task.delimiter ?? DELIMITERS[task.dialect];
    if (delimiter === undefined)
      return { failed: `Dialect '${task.dialect}' is not supported: it must be excel, excel-tab or unix` };
    if ([...delimiter].length !== 1)
      return { failed: 'Unable to create custom dialect: "delimiter" must be a 1-character string' };
    const wrong = followed(entry) === undefined ? '[Errno 2] No such file or directory' : '[Errno 21] Is a directory';
    if (file.bytes === undefined) return { failed: `Unable to open file: ${wrong}: '${task.path}'` };
    const dialect = { delimiter, skipsSpaces: task.skipinitialspace ?? false, strict: task.strict ?? false };
    const read = readCsv(openText(file.bytes).text.replace(/^\uFEFF/, ''), dialect);
    if ('failed' in read) return { failed: `Unable to process file: ${read.failed}` };
    const told = tableOf(read.rows, task);
    return 'failed' in told ? told : { changes: [], result: told.result };
  },
  returns: {
    list: 'A dictionary for each row, if no `key` is given.',
    dict: 'The rows by key.',
  },
  examples: [
    {
      title: 'Read accounts, by name',
      yaml: 'read_csv:\n  path: /srv/accounts.csv\n  key: name\nregister: accounts',
      runs: { no: 'needs the file' },
    },
    {
      title: 'Read a file without a header',
      yaml: "read_csv:\n  path: /etc/passwd\n  fieldnames: [name, password, uid, gid, gecos, home, shell]\n  delimiter: ':'\nregister: users",
    },
  ],
});

const DELIMITERS: Readonly<Record<string, string>> = { excel: ',', 'excel-tab': '\t', unix: ',' };

type Table = { readonly result: TaskResult } | { readonly failed: string };

function tableOf(rows: readonly (readonly string[])[], { key, unique, fieldnames }: Task): Table {
  const header = fieldnames ?? rows[0] ?? [];
  const records = rows.slice(fieldnames === undefined ? 1 : 0).map((row) => recordOf(header, row));
  if (key === undefined) return { result: { list: records, dict: {} } };
  if (!header.includes(key))
    return { failed: `Key '${key}' was not found in the CSV header fields: ${header.join(', ')}` };
  const keyed = new Map<string, TaskResult>();
  for (const record of records) {
    const value = String(record[key] ?? '');
    if (unique && keyed.has(value)) return { failed: `Key '${key}' is not unique for value '${value}'` };
    keyed.set(value, record);
  }
  return { result: { list: [], dict: Object.fromEntries(keyed) } };
}

/** What lacks is null, and what is too much is in a list by the name `null`, as Ansible returns it. */
const recordOf = (header: readonly string[], row: readonly string[]): TaskResult => ({
  ...Object.fromEntries(header.map((name, index) => [name, row[index] ?? null])),
  ...(row.length > header.length && { null: row.slice(header.length) }),
});
