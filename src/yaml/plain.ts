import { type Cursor, isBlank, isMarker } from './cursor.ts';

/** Read an unquoted scalar; continuation lines are indented by more than `indent` (inside brackets, by anything). */
export function readPlain(c: Cursor, indent: number, flow: boolean): string {
  let text = readChunk(c, flow);
  while (c.text.charCodeAt(c.pos) === 10) {
    const breaks = nextLine(c, indent, flow);
    if (breaks === 0) return text;
    const chunk = readChunk(c, flow);
    if (chunk === '') return text;
    text += (breaks === 1 ? ' ' : '\n'.repeat(breaks - 1)) + chunk;
  }
  return text;
}

// The part on this line; the cursor stops at the end of the line only if nothing else ended the scalar.
function readChunk(c: Cursor, flow: boolean): string {
  const { text, pos: from } = c;
  let end = from;
  for (let at = from; ; at++) {
    const code = text.charCodeAt(at);
    if (code === 32 || code === 9) continue;
    if (code === 10 || Number.isNaN(code) || stops(text, at, code, from, flow)) {
      c.pos = code === 10 ? at : end;
      return text.slice(from, end);
    }
    end = at + 1;
  }
}

function stops(text: string, at: number, code: number, from: number, flow: boolean): boolean {
  if (code === 58) return isBlank(text.charCodeAt(at + 1)) || (flow && isFlowIndicator(text.charCodeAt(at + 1)));
  if (code === 35) return at > from && isBlank(text.charCodeAt(at - 1));
  return flow && (isFlowIndicator(code) || (code === 63 && isBlank(text.charCodeAt(at + 1))));
}

/** Whether the character is one of `,[]{}`. */
export const isFlowIndicator = (code: number): boolean =>
  code === 44 || code === 91 || code === 93 || code === 123 || code === 125;

// Move to the next line with text, if it belongs to the scalar, and return the number of line ends in between.
function nextLine(c: Cursor, indent: number, flow: boolean): number {
  const { text } = c;
  let breaks = 0;
  let lineStart = c.pos;
  let at = c.pos;
  while (text.charCodeAt(at) === 10) {
    breaks++;
    lineStart = ++at;
    while (text.charCodeAt(at) === 32 || (text.charCodeAt(at) === 9 && (flow || at - lineStart > indent))) at++;
  }
  const outside = at >= text.length || (!flow && at - lineStart <= indent) || text.charCodeAt(at) === 35;
  if (outside || isMarker(text, lineStart)) {
    c.pos = trimmed(text, c.pos);
    return 0;
  }
  c.pos = at;
  c.lineStart = lineStart;
  return breaks;
}

function trimmed(text: string, end: number): number {
  let at = end;
  while (text.charCodeAt(at - 1) === 32 || text.charCodeAt(at - 1) === 9) at--;
  return at;
}
