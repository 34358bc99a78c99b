import { isSeq, LineCounter, parseAllDocuments, visit } from 'yaml';

/**
 * The same tasks with `ignore_errors` at those that begin at one of the lines, or at all asserts, so that a run goes on after an assertion that
 * does not hold. Each stands as JSON on its first line: no line moves.
 */
export function tolerant(text: string, lines: ReadonlySet<number> | 'asserts'): string {
  const counter = new LineCounter();
  const edits: { start: number; end: number; by: string }[] = [];
  for (const document of parseAllDocuments(text, { lineCounter: counter, version: '1.1', logLevel: 'silent' })) {
    if ('empty' in document || document.errors.length > 0) return text;
    visit(document, {
      Map(_, node, path) {
        const range = node.range;
        if (!isSeq(path.at(-1)) || !range || node.has('ignore_errors')) return;
        const meant =
          lines === 'asserts'
            ? node.has('assert') || node.has('ansible.builtin.assert')
            : lines.has(counter.linePos(range[0]).line);
        if (!meant) return;
        const task = { ...(node.toJS(document) as object), ignore_errors: true };
        edits.push({ start: range[0], end: range[1], by: JSON.stringify(task) });
      },
    });
  }
  return edits
    .sort((a, b) => b.start - a.start)
    .reduce((all, { start, end, by }) => {
      const kept = all.slice(start, end).replace(/[^\n]/g, '');
      return all.slice(0, start) + by + kept + all.slice(end);
    }, text);
}
