import { pgText } from './pg-quote.ts';
import { isQuery, type Statement } from './sql-text.ts';

/** What one statement did. */
export interface QueryResult {
  readonly rows: readonly unknown[];
  readonly status: string;
  readonly count: number;
  readonly changed: boolean;
}

/** Why statements cannot be executed. */
interface Refusal {
  readonly refused: string;
}

/** Whether statements are refused. */
export const isRefusal = (one: unknown): one is Refusal => typeof one === 'object' && one !== null && 'refused' in one;

/** A query with values in the place of `%s` and `%(name)s`, each quoted. Without values, percent signs stay as they are. */
export function pgFilled(
  query: string,
  positional: readonly unknown[] | undefined,
  named: Readonly<Record<string, unknown>> | undefined,
): string | Refusal {
  if (positional === undefined && named === undefined) return query;
  let next = 0;
  let lacking: string | undefined;
  const text = query.replace(/%(?:%|s|\((\w+)\)s)/g, (all, name?: string) => {
    if (all === '%%') return '%';
    const [from, key] = name === undefined ? [positional, next++] : [named, name];
    if (from === undefined || !Object.hasOwn(from, key)) lacking ??= name ?? `number ${next}`;
    return pgValue((from as Readonly<Record<string, unknown>> | undefined)?.[key]);
  });
  if (lacking !== undefined) return { refused: `the query needs a value that is not given: ${lacking}` };
  const surplus = (positional?.length ?? 0) - next;
  return positional !== undefined && surplus > 0
    ? { refused: 'not all arguments converted during string formatting: more positional_args than `%s` in the query' }
    : text;
}

/** A value in SQL. */
function pgValue(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return pgText(arrayText(value));
  return pgText(typeof value === 'string' ? value : JSON.stringify(value));
}

/** PostgreSQL's own notation of an array. */
function arrayText(values: readonly unknown[]): string {
  const words = values.map((value) => {
    if (Array.isArray(value)) return arrayText(value);
    return value === null ? 'NULL' : `"${String(value).replace(/[\\"]/g, '\\$&')}"`;
  });
  return `{${words.join(',')}}`;
}

const MARK = '-- retrace: next statement --';

/**
 * A script for psql that executes statements, and prints after a mark what each did: rows as JSON, or the server's
 * message.
 */
export const pgScript = (all: readonly Statement[]): string =>
  all.map((one) => `\\echo '${MARK}'\n${printing(one)}\n`).join('');

// A comment at the end of a statement must not hide what follows.
function printing({ text, bare }: Statement): string {
  const rows = `SELECT coalesce(pg_catalog.json_agg(q), '[]') FROM`;
  if (
    /^(?:select|table|values)\b/i.test(bare) &&
    !/\binto\b|\bfor\s+(?:no\s+key\s+)?(?:update|share|key)\b/i.test(bare)
  )
    return `${rows} (${text}\n) q;`;
  if (/^(?:insert|update|delete)\b/i.test(bare) && /\breturning\b/i.test(bare))
    return `WITH q AS (${text}\n) ${rows} q;`;
  if (/^(?:show|explain|select|with|table|values)\b/i.test(bare))
    return `\\pset format csv\n\\pset tuples_only off\n${text}\n;\n\\pset tuples_only on\n\\pset format unaligned`;
  return `\\set QUIET off\n${text}\n;\n\\set QUIET on`;
}

/** What the statements of a script did, read from what psql printed. */
export function readPgReply(
  all: readonly Statement[],
  { code, stdout, stderr }: { readonly code: number; readonly stdout: string; readonly stderr: string },
): { readonly results: readonly QueryResult[] } | { readonly failed: string } {
  const parts = stdout.split(`${MARK}\n`).slice(1);
  if (code !== 0) {
    const at = all[Math.max(parts.length - 1, 0)];
    return {
      failed:
        parts.length === 0 ? stderr : `Cannot execute SQL '${at?.text ?? ''}': ${stderr.replace(/^ERROR: {2}/, '')}`,
    };
  }
  return { results: all.map((one, index) => resultOf(one, (parts[index] ?? '').trim())) };
}

function resultOf(statement: Statement, printed: string): QueryResult {
  if (printed.startsWith('[')) {
    const rows: readonly unknown[] = JSON.parse(printed);
    const verb = statement.bare.split(/\s/, 1)[0]?.toUpperCase() ?? '';
    const word = verb === 'INSERT' ? 'INSERT 0' : verb;
    const read = isQuery(statement);
    return {
      rows,
      status: `${read ? 'SELECT' : word} ${rows.length}`,
      count: rows.length,
      changed: !read && rows.length > 0,
    };
  }
  if (/^(?:show|explain|select|with|table|values)\b/i.test(statement.bare)) {
    const rows = readCsv(printed);
    const verb = /^(?:show|explain)/i.exec(statement.bare)?.[0].toUpperCase() ?? `SELECT ${rows.length}`;
    return { rows, status: verb, count: rows.length, changed: !isQuery(statement) };
  }
  const status = printed.split('\n').at(-1) ?? '';
  const [, counted] = /^(?:INSERT \d+|UPDATE|DELETE|MERGE|COPY|MOVE) (\d+)$/.exec(status) ?? [];
  return { rows: [], status, count: Number(counted ?? 0), changed: counted !== '0' };
}

/** Rows of CSV as dictionaries; what is not quoted and empty is null. */
function readCsv(text: string): readonly Readonly<Record<string, string | null>>[] {
  const lines: (string | null)[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n|$)/g)) {
    const row = lines.at(-1)!;
    row.push(quoted === undefined ? plain || null : quoted.replaceAll('""', '"'));
    if (end === '') break;
    if (end === '\n') lines.push([]);
  }
  const [head = [], ...rows] = lines;
  return rows.map((row) => Object.fromEntries(row.map((value, index) => [String(head[index]), value])));
}
