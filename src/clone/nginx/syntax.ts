/** A directive of nginx: its words, where it is in the text, and what is in its block. */
export interface Directive {
  readonly words: readonly string[];
  /** Offsets in the text: of its first character, and behind its `;` or the `{` of its block. */
  readonly from: number;
  readonly to: number;
  readonly line: number;
  readonly block?: readonly Directive[];
}

/** Why a text is no configuration of nginx. */
interface SyntaxMistake {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

interface NginxToken {
  readonly kind: 'word' | ';' | '{' | '}' | 'eof' | 'wrong';
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

interface Open {
  readonly words: NginxToken[];
  readonly directives: Directive[];
  readonly token?: NginxToken;
}

/**
 * Reads nginx's syntax (`nginx.org/en/docs`, "Structure of the configuration file"): words, quotes, comments, `;` and blocks. What
 * directives mean is not looked at. Undefined if the text is in another language, too: Lua in a block, or a template.
 */
export function readNginx(text: string): readonly Directive[] | SyntaxMistake | undefined {
  if (/\{\{|\{%|<%|_by_lua_block\b/.test(text)) return undefined;
  const open: Open[] = [{ words: [], directives: [] }];
  for (let at = 0; ; ) {
    const token = tokenAt(text, at);
    at = token.to;
    const top = open.at(-1);
    if (top === undefined) return undefined;
    const said = mistakeOf(token, top, open.length);
    if (said !== undefined) return { ...placeOf(text, token.from), message: said };
    if (token.kind === 'eof') return top.directives;
    if (token.kind === 'word') top.words.push(token);
    else if (token.kind === ';') top.directives.push(directiveOf(text, top.words.splice(0), token));
    else if (token.kind === '{') open.push({ words: [], directives: [], token });
    else {
      open.pop();
      const outer = open.at(-1);
      if (outer !== undefined && top.token !== undefined)
        outer.directives.push({ ...directiveOf(text, outer.words.splice(0), top.token), block: top.directives });
    }
  }
}

function mistakeOf({ kind, text }: NginxToken, { words, token }: Open, depth: number): string | undefined {
  const [first] = words;
  if (kind === 'wrong') return text;
  if ((kind === ';' || kind === '{') && first === undefined) return `unexpected "${kind}"`;
  if (kind === '}' && depth === 1) return 'unexpected "}": no block is open';
  if ((kind === '}' || kind === 'eof') && first !== undefined)
    return `the directive "${first.text}" has no ";" at its end`;
  return kind === 'eof' && token !== undefined ? 'the file ends, but a block is still open: expected "}"' : undefined;
}

const directiveOf = (text: string, words: readonly NginxToken[], end: NginxToken): Directive => ({
  words: words.map((word) => word.text),
  from: words[0]?.from ?? end.from,
  to: end.to,
  line: placeOf(text, words[0]?.from ?? end.from).line,
});

const placeOf = (text: string, offset: number): { readonly line: number; readonly column: number } => ({
  line: text.slice(0, offset).split('\n').length,
  column: offset - text.lastIndexOf('\n', offset - 1),
});

/** The next token. As in nginx, only a blank, `;` or `{` ends a word, quotes count only where a word begins, and `${` opens no block. */
function tokenAt(text: string, start: number): NginxToken {
  const [blank = ''] = /^(?:[ \t\r\n]+|#[^\n]*)*/.exec(text.slice(start)) ?? [];
  const from = start + blank.length;
  const first = text[from];
  if (first === undefined) return { kind: 'eof', text: '', from: Math.max(0, text.trimEnd().length - 1), to: from };
  if (first === ';' || first === '{' || first === '}') return { kind: first, text: first, from, to: from + 1 };
  if (first === '"' || first === "'") return quotedAt(text, from, first);
  const [word = first] = /^(?:\\[\s\S]|\$\{|[^ \t\r\n;{\\])+/.exec(text.slice(from)) ?? [];
  return { kind: 'word', text: word, from, to: from + word.length };
}

function quotedAt(text: string, from: number, quote: string): NginxToken {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === quote) {
      const next = text[at + 1];
      if (next === undefined || /[ \t\r\n;{)]/.test(next))
        return { kind: 'word', text: text.slice(from + 1, at), from, to: at + 1 };
      return { kind: 'wrong', text: `unexpected "${next}" after a closing quote`, from: at + 1, to: at + 1 };
    }
  }
  return { kind: 'wrong', text: `this ${quote} is never closed`, from, to: text.length };
}
