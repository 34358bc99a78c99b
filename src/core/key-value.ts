/** Arguments given as text: the pairs, and the rest as free-form text. */
interface TextArguments {
  readonly pairs: ReadonlyMap<string, string>;
  readonly free: string;
}

/** Options that a command's text may contain; any other `=` belongs to the command itself. */
const commandOptions = new Set([
  'creates',
  'removes',
  'unless',
  'onlyif',
  'chdir',
  'executable',
  'stdin',
  'stdin_add_newline',
  'strip_empty_ends',
]);

/** Reads `a=1 b="2 3"` and free-form text. For commands, only the few options that they accept are read as pairs. */
export function readArguments(text: string, isCommand: boolean): TextArguments {
  const pairs = new Map<string, string>();
  if (!/[=\\]/.test(text)) return { pairs, free: text };
  const free: string[] = [];
  for (const word of splitArguments(text)) {
    const at = pairAt(word);
    const key = word.slice(0, Math.max(at, 0)).trim();
    if (at < 0 || (isCommand && !commandOptions.has(key))) free.push(word);
    else pairs.set(key, unquote(decodeEscapes(word.slice(at + 1)).trim()));
  }
  return { pairs, free: pairs.size === 0 && !/\\\s/.test(text) ? text : joinWords(free) };
}

// Finds the first unescaped `=` that follows a name.
function pairAt(word: string): number {
  const at = word.search(/(?<!\\)=/);
  return at > 0 ? at : -1;
}

/**
 * Splits text into words at blanks outside quotes and template braces. Blanks at the start of a line, and all but one after a word, stay
 * with the word, so that joining the words restores the text.
 */
function splitArguments(text: string): readonly string[] {
  const words: string[] = [];
  let word = '';
  let quote = '';
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    const two = char + (text[at + 1] ?? '');
    if (quote === '' && (opens.has(two) || (closes.has(two) && depth > 0))) {
      depth += opens.has(two) ? 1 : -1;
      word += two;
      at++;
    } else if (depth === 0 && quote === '' && two === '\\\n' && word.trim() === '') at += text[at + 2] === ' ' ? 2 : 1;
    else if (depth === 0 && quote === '' && (char === ' ' || char === '\n')) word = endWord(words, word, char);
    else {
      if (depth === 0 && (char === '"' || char === "'") && !isEscaped(text, at)) quote = toggle(quote, char);
      word += char;
    }
  }
  return word === '' ? words : [...words, word];
}

const opens = new Set(['{{', '{%', '{#']);
const closes = new Set(['}}', '%}', '#}']);

function toggle(quote: string, char: string): string {
  if (quote === '') return char;
  return quote === char ? '' : quote;
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0;
  while (text[at - 1 - slashes] === '\\') slashes++;
  return slashes % 2 === 1;
}

// Returns the start of the next word: the leading blanks of a line.
function endWord(words: string[], word: string, char: string): string {
  const startsLine = words.at(-1)?.endsWith('\n') !== false;
  if (char === '\n') {
    if (word === '' && !startsLine) words[words.length - 1] += '\n';
    else words.push(`${word}\n`);
    return '';
  }
  // A lone backslash is a line continuation in text whose lines YAML has joined.
  if (word.trim() === '\\') return '';
  if (word.trim() !== '') words.push(word);
  else if (startsLine) return `${word} `;
  else words[words.length - 1] += ' ';
  return '';
}

function joinWords(words: readonly string[]): string {
  let text = '';
  for (const word of words) text += text === '' || text.endsWith('\n') ? word : ` ${word}`;
  return text;
}

const unquote = (text: string): string =>
  text.length > 1 && /^["']/.test(text) && text.at(-1) === text[0] && !isEscaped(text, text.length - 1)
    ? text.slice(1, -1)
    : text;

const meanings: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

// Decodes Python's string escapes except octal ones, because `\1` is a group in a pattern. Anything else is left
// unchanged.
function decodeEscapes(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([abfnrtv\\'"]))/g,
    (_, x, u, U, one) => meanings[one] ?? String.fromCodePoint(Number.parseInt(x ?? u ?? U, 16)),
  );
}
