import { posix } from 'node:path';
import { numbered, textsOf } from '../clone.ts';
import { type CloneRule, finding } from './rule.ts';

/** Sections that a sanoid.conf has twice: sanoid keeps one of them. */
export const duplicateSections: CloneRule = (clone) =>
  textsOf(clone).flatMap(({ path: file, text }) => {
    if (!/^sanoid(?:\.defaults)?\.conf$/.test(posix.basename(file))) return [];
    const seen = new Map<string, number>();
    return numbered(text).flatMap(({ line, number }) => {
      const [, name] = /^\s*\[\s*(.*?)\s*\]/.exec(line) ?? [];
      if (name === undefined) return [];
      const first = seen.get(name);
      seen.set(name, first ?? number);
      if (first === undefined) return [];
      const said = `the section [${name}] is there twice, first in line ${first}`;
      return [
        finding(
          'duplicate-section',
          { file, line: number, column: line.indexOf('[') + 1 },
          said,
          'make one section of both',
        ),
      ];
    });
  });

/** Lines of syncoid's arguments that write to the same dataset: the second undoes or repeats the first. */
export const duplicateTargets: CloneRule = (clone) =>
  textsOf(clone).flatMap(({ path: file, text }) => {
    if (!/^syncoid[^/]*\.conf$/.test(posix.basename(file))) return [];
    const seen = new Map<string, { readonly source: string; readonly number: number }>();
    return numbered(text).flatMap(({ line, number }) => {
      const words = line.trim().split(/\s+/);
      const [source, target] = words.slice(-2);
      if (line.trim().startsWith('#') || source === undefined || target === undefined || source.startsWith('-'))
        return [];
      const first = seen.get(target);
      seen.set(target, first ?? { source, number });
      if (first === undefined) return [];
      const from = first.source === source ? '' : `, from ${first.source}`;
      const said = `${target} is replicated to twice, first in line ${first.number}${from}`;
      return [
        finding(
          'duplicate-target',
          { file, line: number, column: line.lastIndexOf(target) + 1 },
          said,
          'remove one of the lines',
        ),
      ];
    });
  });
