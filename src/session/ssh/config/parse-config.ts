/** One line of an ssh_config file; for `Include`, also the included lines. */
export interface ConfigLine {
  /** In lower case. */
  readonly keyword: string;
  readonly words: readonly string[];
  /** The rest of the line after the keyword, for commands. */
  readonly rest: string;
  /** As `file:line`. */
  readonly at: string;
  readonly included?: readonly ConfigLine[];
}

/** Parse the text of a file; `include` reads the files that match a pattern. */
export function parseConfig(
  text: string,
  file: string,
  include: (pattern: string) => readonly ConfigLine[],
): readonly ConfigLine[] {
  return text.split('\n').flatMap((line, index) => {
    const [, keyword, rest] = /^\s*([^\s=#"]+)\s*=?\s*(.*?)\s*$/.exec(line) ?? [];
    if (!keyword || rest === undefined) return [];
    const parsed = { keyword: keyword.toLowerCase(), words: splitWords(rest), rest, at: `${file}:${index + 1}` };
    return parsed.keyword === 'include' ? [{ ...parsed, included: parsed.words.flatMap(include) }] : [parsed];
  });
}

/** Split as OpenSSH does: quotes group words, a backslash escapes quotes and spaces, `#` starts a comment. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  const word = /\s*((?:\\["'\\ ]|"(?:\\["\\]|[^"])*"|'(?:\\['\\]|[^'])*'|[^\s"'])+)/y;
  for (let match = word.exec(text); match; match = word.exec(text)) {
    const [, written = ''] = match;
    if (written.startsWith('#')) break;
    words.push(unquote(written));
  }
  return words;
}

const unquote = (word: string): string =>
  word.replace(
    /\\(["'\\ ])|"((?:\\["\\]|[^"])*)"|'((?:\\['\\]|[^'])*)'/g,
    (_all, escaped, double, single) => escaped ?? (double ?? single).replace(/\\(["'\\])/g, '$1'),
  );
