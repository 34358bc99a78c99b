import { myText } from './my-quote.ts';
import type { Statement } from './sql-text.ts';

/** What one statement did. */
interface MyResult {
  readonly rows: readonly Readonly<Record<string, string | null>>[];
  readonly count: number;
}

/** A query with values in the place of `%s` and `%(name)s`, each quoted; or why that is not possible. */
export function myFilled(
  query: string,
  positional: readonly unknown[] | undefined,
  named: Readonly<Record<string, unknown>> | undefined,
): { readonly text: string } | { readonly refused: string } {
  if (positional === undefined && named === undefined) return { text: query };
  const words = query.split(/(%%|%s|%\(\w+\)s)/);
  const count = words.filter((word) => word === '%s').length;
  if (count > (positional?.length ?? 0))
    return { refused: `the query needs ${count} positional_args, and has ${positional?.length ?? 0}` };
  if (positional !== undefined && count < positional.length)
    return {
      refused: `not all arguments converted during string formatting: the query has ${count} \`%s\` for ${positional.length} positional_args`,
    };
  const lacking = words
    .flatMap((word) => /^%\((\w+)\)s$/.exec(word)?.[1] ?? [])
    .find((name) => named === undefined || !Object.hasOwn(named, name));
  if (lacking !== undefined) return { refused: `the query needs a value that is not in named_args: ${lacking}` };
  const values = positional?.values();
  const filled = words.map((word) => {
    if (word === '%%') return '%';
    if (word === '%s') return myValue(values?.next().value);
    const [, name] = /^%\((\w+)\)s$/.exec(word) ?? [];
    return name === undefined ? word : myValue(named?.[name]);
  });
  return { text: filled.join('') };
}

/** A value in SQL; a list becomes `(a, b)`. */
function myValue(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `(${value.map(myValue).join(', ')})`;
  return myText(typeof value === 'string' ? value : JSON.stringify(value));
}

const MARK = 'retrace: next statement';

/** A script that executes statements, and after each tells how many rows it returned or changed. */
export const myScript = (all: readonly Statement[]): string =>
  all
    .map(({ text }) => `${text}\n;\nSELECT '${MARK}' AS mark, ROW_COUNT() AS affected, FOUND_ROWS() AS found;\n`)
    .join('');

/** What the statements of a script did, read from the XML that the client printed. */
export function readMyReply(
  all: readonly Statement[],
  { code, stdout, stderr }: { readonly code: number; readonly stdout: string; readonly stderr: string },
): { readonly results: readonly MyResult[] } | { readonly failed: string } {
  const results: MyResult[] = [];
  let rows: MyResult['rows'] = [];
  for (const [, body = ''] of stdout.matchAll(/<resultset[^>]*>([\s\S]*?)<\/resultset>/g)) {
    const read = readXmlRows(body);
    if (read[0]?.['mark'] !== MARK) rows = read;
    else {
      // It is -1 after a statement that returns rows.
      const affected = Number(read[0]['affected']);
      results.push({ rows, count: affected < 0 ? rows.length : affected });
      rows = [];
    }
  }
  if (code === 0) return { results };
  const at = all[results.length];
  return {
    failed:
      /^ERROR 20\d\d|^ERROR 1045/.test(stderr) || at === undefined || code === 127
        ? stderr
        : `Cannot execute SQL '${at.text}': ${stderr}`,
  };
}

/** Rows by the names of their columns, in XML that the client printed. */
export const readXmlRows = (body: string): MyResult['rows'] =>
  [...body.matchAll(/<row>([\s\S]*?)<\/row>/g)].map(([, row = '']) =>
    Object.fromEntries(
      [...row.matchAll(/<field name="([^"]*)"(?: xsi:nil="true" \/>|>([\s\S]*?)<\/field>)/g)].map(
        ([, name = '', value]) => [plain(name), value === undefined ? null : plain(value)],
      ),
    ),
  );

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const plain = (text: string): string => text.replace(/&(\w+);/g, (all, name: string) => ENTITIES[name] ?? all);
