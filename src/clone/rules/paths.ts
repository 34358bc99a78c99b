import { destinationOf, elsewhere, numbered, textsOf } from '../clone.ts';
import { isDocument } from './configuration.ts';
import { type CloneRule, finding } from './rule.ts';

/** Paths of the clone, as hosts have it, that configuration and scripts name and that are not there. */
export const missingPaths: CloneRule = (clone) =>
  textsOf(clone).flatMap(({ path: file, text }) => {
    if (isDocument(file)) return [];
    return numbered(text).flatMap(({ line, number }) => {
      if (/^\s*(?:#|;|\/\/|--)/.test(line)) return [];
      return clone.deployedAt.flatMap((root) =>
        pathsBelow(root, line, number).flatMap((one) => judge(clone, file, one)),
      );
    });
  });

interface Named {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

function judge(clone: Parameters<CloneRule>[0], file: string, { path, line, column }: Named) {
  const to = destinationOf(clone, path);
  if (to.kind !== 'missing') return [];
  const now = elsewhere(clone, path);
  return [
    finding(
      'missing-path',
      { file, line, column },
      `this names ${path} in the clone, which is not there`,
      now === undefined ? 'add it, or remove this' : `${now} is there: was that meant?`,
    ),
  ];
}

/** What a line names below a directory. What goes on with a variable or a pattern is not known, nor what a command makes. */
const pathsBelow = (root: string, line: string, number: number): readonly Named[] =>
  [...line.matchAll(/(?<![\w./-])\/[\w.@/+-]+/g)].flatMap(({ 0: whole, index }) => {
    const next = line[index + whole.length] ?? '';
    const path = whole.replace(/[./]+$/, '');
    const isMade = />\s*["']?$|\b(?:mkdir|touch|tee|clone)\b/.test(line.slice(0, index));
    return path.startsWith(`${root}/`) && !isMade && !/[$*?{[%\\:~]/.test(next)
      ? [{ path: path.slice(root.length + 1), line: number, column: index + 1 }]
      : [];
  });
