/** Split a command line into words, as Python's `shlex.split` does; undefined if a quote is not closed. */
export function splitWords(line: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const char = line.charAt(at);
    if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === "'" || char === '"') {
      const quoted = readQuoted(line, at + 1, char);
      if (quoted === undefined) return undefined;
      word = (word ?? '') + quoted.text;
      at = quoted.end;
    } else if (char === '\\') {
      if (at + 1 === line.length) return undefined;
      word = (word ?? '') + line[++at];
    } else word = (word ?? '') + char;
  }
  return word === undefined ? words : [...words, word];
}

/** The words of options that a user wrote; text with a quote that is not closed is one word. */
export const optionWords = (line: string): readonly string[] => splitWords(line) ?? [line];

function readQuoted(line: string, start: number, mark: string): { text: string; end: number } | undefined {
  let text = '';
  for (let at = start; at < line.length; at++) {
    const char = line.charAt(at);
    if (char === mark) return { text, end: at };
    if (mark === '"' && char === '\\' && (line[at + 1] === '"' || line[at + 1] === '\\')) text += line[++at];
    else text += char;
  }
  return undefined;
}
