import { posix } from 'node:path';
import { numbered, textsOf } from '../clone.ts';
import { configurationOf, isDocument } from './configuration.ts';
import { type CloneRule, finding } from './rule.ts';

/** What git leaves where two changes of the same lines meet, all three markers of it. In documents, it may be an example. */
export const conflictMarkers: CloneRule = (clone) =>
  textsOf(clone).flatMap(({ path: file, text }) => {
    if (isDocument(file) || !text.includes('<<<<<<< ')) return [];
    const found: number[] = [];
    let opened: number | undefined;
    let isDivided = false;
    for (const { line, number } of numbered(text)) {
      if (/^<{7} \S/.test(line)) [opened, isDivided] = [number, false];
      else if (line === '=======') isDivided = opened !== undefined;
      else if (/^>{7} \S/.test(line) && opened !== undefined && isDivided) {
        found.push(opened);
        opened = undefined;
      }
    }
    return found.map((line) =>
      finding(
        'conflict-marker',
        { file, line },
        'a merge was left unfinished here',
        'keep one of both versions, and remove the markers',
      ),
    );
  });

/** Lines that end as on Windows. */
export const carriageReturns: CloneRule = (clone) =>
  configurationOf(clone).flatMap(({ path: file, text }) => {
    const lines = text.split('\n');
    const first = lines.findIndex((line) => line.endsWith('\r'));
    if (first === -1) return [];
    const count = lines.filter((line) => line.endsWith('\r')).length;
    const harm = text.startsWith('#!') && first === 0 ? ': the kernel does not find its interpreter' : '';
    return [
      finding(
        'carriage-return',
        { file, line: first + 1, column: lines[first]?.length ?? 1 },
        `${count === 1 ? 'a line ends' : `${count} lines end`} with CR LF, as on Windows${harm}`,
        `sed -i 's/\\r$//' ${posix.basename(file)}`,
      ),
    ];
  });
