/** Splits words as Python's shlex does, leaving out comments; undefined if a quote is not closed. */
export function shellWords(line: string): { readonly text: string; readonly column: number }[] | undefined {
  const words: { text: string; column: number }[] = [];
  let at = 0;
  while (at < line.length) {
    if (/\s/.test(line.charAt(at))) at++;
    else if (line[at] === '#') break;
    else {
      const word = readWord(line, at);
      if (!word) return undefined;
      words.push({ text: word.text, column: at + 1 });
      at = word.end;
    }
  }
  return words;
}

function readWord(line: string, start: number): { text: string; end: number } | undefined {
  let text = '';
  let at = start;
  while (at < line.length && !/[\s#]/.test(line.charAt(at))) {
    const piece = readPiece(line, at);
    if (!piece) return undefined;
    text += piece.text;
    at = piece.end;
  }
  return { text, end: at };
}

function readPiece(line: string, at: number): { text: string; end: number } | undefined {
  const char = line.charAt(at);
  if (char === '\\') return at + 1 < line.length ? { text: line.charAt(at + 1), end: at + 2 } : undefined;
  if (char !== '"' && char !== "'") return { text: char, end: at + 1 };
  const quoted = char === '"' ? /"((?:[^"\\]|\\.)*)"/y : /'([^']*)'/y;
  quoted.lastIndex = at;
  const [, inside] = quoted.exec(line) ?? [];
  if (inside === undefined) return undefined;
  // Inside double quotes, a backslash escapes only a quote or another backslash.
  return { text: char === '"' ? inside.replace(/\\(["\\])/g, '$1') : inside, end: quoted.lastIndex };
}
