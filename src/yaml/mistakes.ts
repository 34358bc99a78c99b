import { type Cursor, SyntaxMistake } from './cursor.ts';

/** A dict starts where none is allowed. */
export function notHere(c: Cursor, from: number, line: number): SyntaxMistake {
  if (c.lineStart !== line) return missingColon(c, from, line);
  const hint = 'put quotes around a value that contains a colon and a space; a dict starts on its own line';
  return new SyntaxMistake('mapping values are not allowed here', c.pos, c.pos + 1, hint);
}

/** Text continues on a line that contains a colon: judging by its indentation, that line is part of the text. */
export function missingColon(c: Cursor, from: number, line: number): SyntaxMistake {
  const start = c.lineStart + (/^ */.exec(c.text.slice(c.lineStart))?.[0].length ?? 0);
  const ownLine = c.text.slice(line, from).trim() === '';
  const hint = ownLine
    ? 'is a colon missing at the end of the line above?'
    : 'indent it like the key above to continue the same dict, or put the text in quotes';
  return new SyntaxMistake(
    'mapping values are not allowed here: this line continues the text above',
    start,
    c.pos,
    hint,
  );
}

/** A colon without a key before it. */
export const missingKey = (at: number): SyntaxMistake =>
  new SyntaxMistake('a key is missing before this colon', at, at + 1, 'put quotes around a value that is a colon');

/** `{{ x }}` without quotes. */
export function unquotedBraces(c: Cursor, from: number): SyntaxMistake {
  const lineEnd = c.text.indexOf('\n', from);
  const end = lineEnd < 0 ? c.text.length : lineEnd;
  const written = c.text.slice(from, end).trimEnd();
  const quote = written.includes('"') ? "'" : '"';
  return new SyntaxMistake(
    'a value that starts with "{{" must be in quotes',
    from,
    from + written.length,
    `write ${quote}${written}${quote}`,
  );
}

/** Something follows a complete value. */
export function trailing(c: Cursor): SyntaxMistake {
  const end = c.text.indexOf('\n', c.pos);
  const hint = 'put the whole value in one pair of quotes';
  return new SyntaxMistake('unexpected text after the value', c.pos, end < 0 ? c.text.length : end, hint);
}

/** A line whose indentation matches nothing above it. */
export function badIndent(c: Cursor, at: number, column: number): SyntaxMistake {
  const end = c.text.indexOf('\n', c.pos);
  const message = `this line is indented by ${at} spaces, which matches no line above`;
  return new SyntaxMistake(
    message,
    c.pos,
    end < 0 ? c.text.length : end,
    `indent it by ${column} spaces to continue the same list or dict`,
  );
}
