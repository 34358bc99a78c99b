/** How a server reads SQL. */
export type Dialect = 'mysql' | 'postgresql';

// A quoted word, a comment, or anything else up to the next of them. Unclosed quotes reach to the end.
const PIECES: Readonly<Record<Dialect, RegExp>> = {
  postgresql:
    /(?<comment>--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<quoted>(?<![A-Za-z0-9_])[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|(?<![A-Za-z0-9_])(?<tag>\$(?:[A-Za-z_]\w*)?\$)[\s\S]*?(?:\k<tag>|$))|(?<end>;)|[A-Za-z0-9_$]+|[\s\S]/g,
  mysql:
    /(?<comment>--(?=\s|$)[^\n]*|#[^\n]*|\/\*(?![!M])[\s\S]*?(?:\*\/|$))|(?<quoted>'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|"(?:[^"\\]|\\[\s\S]|"")*(?:"|$)|`(?:[^`]|``)*(?:`|$))|(?<end>;)|[A-Za-z0-9_$]+|[\s\S]/g,
};

/** A statement as written, and without comments and the content of quotes. */
export interface Statement {
  readonly text: string;
  readonly bare: string;
}

/** The statements in a text. */
export function statementsIn(text: string, dialect: Dialect): readonly Statement[] {
  const all: { text: string; bare: string }[] = [];
  let last = { text: '', bare: '' };
  for (const { 0: piece, groups = {} } of text.matchAll(PIECES[dialect])) {
    if (groups['end'] !== undefined) {
      all.push(last);
      last = { text: '', bare: '' };
    } else last = { text: last.text + piece, bare: last.bare + bareOf(piece, groups) };
  }
  return [...all, last]
    .map(({ text, bare }) => ({ text: text.trim(), bare: bare.trim() }))
    .filter(({ bare }) => bare !== '');
}

const bareOf = (piece: string, { comment, quoted }: Readonly<Record<string, string | undefined>>): string => {
  if (comment !== undefined) return ' ';
  return quoted === undefined ? piece : "''";
};

/** Functions without side effects, and words that are followed by a parenthesis. */
// biome-ignore format: a list
const PURE: ReadonlySet<string> = new Set(['abs', 'all', 'and', 'any', 'array', 'array_agg', 'array_length', 'array_to_string', 'as', 'ascii', 'avg', 'between', 'by', 'cast', 'ceil', 'char',
  'char_length', 'coalesce', 'concat', 'concat_ws', 'count', 'current_database', 'current_role', 'current_schema', 'current_setting', 'current_user', 'database', 'date',
  'date_trunc', 'decode', 'encode', 'exists', 'extract', 'floor', 'format', 'from', 'generate_series', 'greatest', 'group_concat', 'has_database_privilege', 'has_schema_privilege',
  'has_table_privilege', 'hex', 'if', 'ifnull', 'in', 'isnull', 'join', 'json_agg', 'json_array', 'json_build_object', 'json_object', 'jsonb_agg', 'jsonb_build_object', 'least', 'left', 'length',
  'like', 'limit', 'lower', 'ltrim', 'max', 'md5', 'min', 'mod', 'not', 'now', 'nullif', 'numeric', 'on', 'or', 'over', 'partition', 'pg_database_size', 'pg_get_userbyid', 'pg_is_in_recovery',
  'pg_relation_size', 'pg_size_pretty', 'pg_table_size', 'pg_total_relation_size', 'position', 'quote_ident', 'quote_literal', 'rank', 'regexp_replace', 'repeat', 'replace', 'reverse', 'right',
  'round', 'row', 'row_number', 'row_to_json', 'rtrim', 'select', 'some', 'split_part', 'string_agg', 'substr', 'substring', 'sum', 'then', 'to_char', 'to_date', 'to_jsonb', 'to_regclass', 'to_timestamp',
  'translate', 'trim', 'union', 'unnest', 'upper', 'user', 'using', 'values', 'varchar', 'version', 'when', 'where', 'with']);

/** Whether a statement is certain to change nothing, so that a check may execute it. */
export function onlyReads({ bare }: Statement): boolean {
  const words = bare.toLowerCase();
  if (/^show\b/.test(words)) return true;
  if (!/^(?:select|table|values|with)\b/.test(words)) return false;
  if (
    /\b(?:insert|update|delete|merge|replace\s+into|into|for\s+(?:no\s+key\s+)?(?:update|share|key)|lock)\b/.test(words)
  )
    return false;
  return [...words.matchAll(/([\w$]+|"|`|'')\s*\(/g)].every(([, name = '']) => PURE.has(name));
}

/** Whether a statement only shows something, as Ansible counts it: it is then not a change. */
export const isQuery = ({ bare }: Statement): boolean =>
  (/^(?:select|show|explain|table|values|describe|desc)\b/i.test(bare) && !/^explain\b.*\banalyze\b/is.test(bare)) ||
  (/^with\b/i.test(bare) && !/\b(?:insert|update|delete|merge)\b/i.test(bare));
