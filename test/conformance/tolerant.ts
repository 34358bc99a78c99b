import { isMap, isPair, isSeq, LineCounter, parseAllDocuments, visit, type YAMLMap } from 'yaml';

/**
 * The same tasks with `ignore_errors` at those that begin at one of the lines, or at all, so that a run goes on after what
 * does not hold. Each stands as JSON on its first line: no line moves.
 */
export function tolerant(text: string, lines: ReadonlySet<number> | 'all'): string {
  const counter = new LineCounter();
  const edits: { start: number; end: number; by: string }[] = [];
  for (const document of parseAllDocuments(text, { lineCounter: counter, version: '1.1', logLevel: 'silent' })) {
    if ('empty' in document || document.errors.length > 0) return text;
    visit(document, {
      Map(_, node, path) {
        const range = node.range;
        // A play stands where its implicit gathering of facts is noted.
        if (!isSeq(path.at(-1)) || !range || node.has('ignore_errors') || node.has('hosts')) return undefined;
        const meant = lines === 'all' ? isTask(node, path) : lines.has(counter.linePos(range[0]).line);
        if (!meant || /!(unsafe|vault)\b/.test(text.slice(range[0], range[1]))) return undefined;
        const task = { ...(node.toJS(document) as object), ignore_errors: true };
        edits.push({ start: range[0], end: range[1], by: JSON.stringify(task) });
        // What is inside has been written anew, too.
        return visit.SKIP;
      },
    });
  }
  return edits
    .sort((a, b) => b.start - a.start)
    .reduce((all, { start, end, by }) => {
      const replaced = all.slice(start, end);
      // After a comment, a task reaches as far as the indentation of the next one.
      const [indentation = ''] = /(?<=\n) *$/.exec(replaced) ?? [];
      return all.slice(0, start) + by + replaced.replace(/[^\n]/g, '') + indentation + all.slice(end);
    }, text);
}

/** A task that nothing rescues: an entry of a file's list, or of a list that a play or block has. */
function isTask(node: YAMLMap, path: readonly unknown[]): boolean {
  const above = path.slice(0, -1);
  const lists = above.filter((one) => isPair(one)).map(({ key }) => String(key));
  return (
    !node.items.some(({ key }) =>
      /^(hosts|block|meta|([a-z.]+\.)?(import|include)_\w+|import_playbook)$/.test(String(key)),
    ) &&
    lists.every((list) => /^(tasks|pre_tasks|post_tasks|handlers|block|always|rescue)$/.test(list)) &&
    !above.some((one) => isMap(one) && one.has('rescue'))
  );
}
