import { posix } from 'node:path';
import { destinationOf, elsewhere, insideOf } from '../clone.ts';
import { type CloneRule, finding } from './rule.ts';

/** Links of the clone that lead nowhere in it, and absolute ones, which lead somewhere only where the clone is deployed. */
export const links: CloneRule = (clone) =>
  [...clone.entries].flatMap(([file, entry]) => {
    if (entry.kind !== 'link') return [];
    const { target } = entry;
    const to = destinationOf(clone, file);
    if (to.kind === 'circle') return [finding('link-circle', { file }, `this link to ${target} leads back to itself`)];
    if (to.kind === 'missing') {
      const now = elsewhere(clone, to.path);
      const fix =
        now === undefined ? 'remove it, or bring back what it led to' : `${now} is there: ${relink(file, now)}`;
      return [finding('broken-link', { file }, `this link to ${target} leads to ${to.path}, which is not there`, fix)];
    }
    const inside = insideOf(clone, target);
    if (to.kind === 'outside' || inside === undefined || clone.isToldWhere) return [];
    return [
      finding(
        'absolute-link',
        { file },
        `this link leads to ${target}: it is broken wherever the clone lies elsewhere`,
        `${relink(file, inside)} (or tell with --deployed-at where the clone always lies)`,
      ),
    ];
  });

const relink = (file: string, to: string): string =>
  `make it lead to ${posix.relative(posix.dirname(file), to) || '.'}`;
