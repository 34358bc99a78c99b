/** Python's `textwrap.wrap` for a single line; a line loses the last of its words if that is blank. */
export function wrapText(text: string, width: number, breakLongWords: boolean, breakOnHyphens: boolean): string[] {
  const chunks = split(text, breakOnHyphens);
  const lines: string[] = [];
  while (chunks.length > 0) {
    if (lines.length > 0 && isBlank(chunks[0])) chunks.shift();
    const line = takeWhileFits(chunks, width);
    const [next] = chunks;
    const room = width - line.join('').length;
    if (next !== undefined && next.length > width && breakLongWords) {
      // Without any room left, this is an empty word: it is the one that the line loses, not the blank before it.
      const cut = hyphenCut(next, room, breakOnHyphens);
      line.push(next.slice(0, cut));
      chunks[0] = next.slice(cut);
    } else if (next !== undefined && line.length === 0) line.push(...chunks.splice(0, 1));
    if (isBlank(line.at(-1))) line.pop();
    if (line.length > 0) lines.push(line.join(''));
  }
  return lines;
}

const isBlank = (chunk: string | undefined): boolean => chunk?.trim() === '';

/** Takes words from the front as long as they fit into a line. */
function takeWhileFits(chunks: string[], width: number): string[] {
  let length = 0;
  const end = chunks.findIndex((chunk) => {
    length += chunk.length;
    return length > width;
  });
  return chunks.splice(0, end === -1 ? chunks.length : end);
}

// After a hyphen between two letters each, and on both sides of a dash.
const BREAKS =
  /(?<=[\p{L}_]{2}-|[\p{L}_]-[\p{L}_]-)(?=[\p{L}_]-?[\p{L}_])|(?<=[\p{L}\p{N}_!"'&.,?])(?=-{2,}[\p{L}\p{N}_])|(?<=[\p{L}\p{N}_!"'&.,?]-{2,})(?=[\p{L}\p{N}_])/u;

function split(text: string, onHyphens: boolean): string[] {
  const words = text.split(/(\s+)/).filter((part) => part !== '');
  return onHyphens ? words.flatMap((word) => word.split(BREAKS)) : words;
}

function hyphenCut(chunk: string, room: number, onHyphens: boolean): number {
  const hyphen = onHyphens && room > 0 && chunk.length > room ? chunk.lastIndexOf('-', room - 1) : -1;
  return hyphen > 0 && /[^-]/.test(chunk.slice(0, hyphen)) ? hyphen + 1 : room;
}
