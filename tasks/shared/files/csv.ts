/** How a CSV file is written. */
interface CsvDialect {
  readonly delimiter: string;
  /** Ignore spaces after a delimiter. */
  readonly skipsSpaces: boolean;
  /** Fail at quotes that are not as they should be. */
  readonly strict: boolean;
}

type Row = readonly string[];

/** Reads a CSV file as Python's csv module does; lines without any field do not count. */
export function readCsv(
  text: string,
  { delimiter, skipsSpaces, strict }: CsvDialect,
): { readonly rows: readonly Row[] } | { readonly failed: string } {
  const rows: Row[] = [];
  let row: string[] = [];
  let field: string | undefined;
  let state: 'start' | 'plain' | 'quoted' | 'quote in quoted' = 'start';
  const endField = (): void => {
    row.push(field ?? '');
    field = undefined;
    state = 'start';
  };
  const endRow = (): void => {
    if (row.length > 0 || field !== undefined) endField();
    if (row.length > 0) rows.push(row);
    row = [];
    state = 'start';
  };
  for (const char of text.replace(/\r\n?/g, '\n')) {
    if (state === 'quoted') {
      if (char === '"') state = 'quote in quoted';
      else field = `${field ?? ''}${char}`;
    } else if (state === 'quote in quoted' && char === '"') {
      field = `${field ?? ''}"`;
      state = 'quoted';
    } else if (char === '\n') endRow();
    else if (char === delimiter) endField();
    else if (state === 'start' && char === '"') {
      field = '';
      state = 'quoted';
    } else if (state === 'start' && char === ' ' && skipsSpaces) field ??= '';
    else if (state === 'quote in quoted' && strict) return { failed: `'${delimiter}' expected after '"'` };
    else {
      field = `${field ?? ''}${char}`;
      state = 'plain';
    }
    // After a delimiter, a further field has begun.
    if (char === delimiter && state === 'start') field = '';
  }
  if (state === 'quoted' && strict) return { failed: 'unexpected end of data' };
  endRow();
  return { rows };
}
