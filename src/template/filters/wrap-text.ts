/** Python's `textwrap` for a single line; drops blanks at line ends. */
export function wrapText(text: string, width: number, breakLongWords: boolean, breakOnHyphens: boolean): string[] {
  const chunks = split(text, breakOnHyphens);
  const lines: string[] = [];
  let line = '';
  for (let [chunk] = chunks; chunk !== undefined; [chunk] = chunks) {
    if (line === '' && lines.length > 0 && chunk.trim() === '') {
      chunks.shift();
    } else if (line.length + chunk.length <= width) {
      line += chunks.shift();
    } else if (chunk.length > width && breakLongWords) {
      const room = Math.max(1, width - line.length);
      const cut = hyphenCut(chunk, room, breakOnHyphens);
      line += chunk.slice(0, cut);
      chunks[0] = chunk.slice(cut);
      lines.push(line.trimEnd());
      line = '';
    } else if (line === '') {
      lines.push(chunk);
      chunks.shift();
    } else {
      lines.push(line.trimEnd());
      line = '';
    }
  }
  return line.trimEnd() === '' ? lines : [...lines, line.trimEnd()];
}

// After a hyphen between two letters each, and on both sides of a dash.
const BREAKS =
  /(?<=[\p{L}_]{2}-|[\p{L}_]-[\p{L}_]-)(?=[\p{L}_]-?[\p{L}_])|(?<=[\p{L}\p{N}_!"'&.,?])(?=-{2,}[\p{L}\p{N}_])|(?<=[\p{L}\p{N}_!"'&.,?]-{2,})(?=[\p{L}\p{N}_])/u;

function split(text: string, onHyphens: boolean): string[] {
  const words = text.split(/(\s+)/).filter((part) => part !== '');
  return onHyphens ? words.flatMap((word) => word.split(BREAKS)) : words;
}

function hyphenCut(chunk: string, room: number, onHyphens: boolean): number {
  const hyphen = onHyphens && chunk.length > room ? chunk.lastIndexOf('-', room - 1) : -1;
  return hyphen > 0 && /[^-]/.test(chunk.slice(0, hyphen)) ? hyphen + 1 : room;
}
