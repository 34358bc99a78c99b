import type { Diagnostic } from '../../core/source.ts';
import { suggest } from '../../core/suggest.ts';
import { isTemplateText } from '../../core/value.ts';
import type { Checking, ReachedPlay } from './checking.ts';

/** Words with a special meaning in `--tags` and `--skip-tags`: no task needs to have them as tags. */
const SPECIAL = new Set(['all', 'always', 'never', 'tagged', 'untagged']);

/**
 * Reports command-line tags that no task has. A run with such a tag would do nothing, or less than intended, so it is
 * an error. It is only a warning if something is included by a name known only during the run, and for `--skip-tags`,
 * which then skips too little.
 */
export function checkTags(checking: Checking, plays: readonly ReachedPlay[]): void {
  const { tags } = checking.options;
  if (tags === undefined) return;
  const known = new Set(
    plays.flatMap(({ play, items }) => [...play.keywords.tags, ...items.flatMap(({ item }) => item.keywords.tags)]),
  );
  const open = [...known].some(isTemplateText) || plays.some(({ opaque }) => opaque);
  const tell = (unknown: readonly string[], severity: Diagnostic['severity'], option: string): void => {
    for (const tag of unknown.filter((one) => !known.has(one) && !SPECIAL.has(one)))
      checking.problems.push({
        severity,
        code: 'unknown-tag',
        message: `${option}: no task has the tag "${tag}"${open ? ' (but included tasks may have it)' : ''}`,
        hint: hintOf(tag, known),
      });
  };
  tell(tags.only, open ? 'warning' : 'error', '--tags');
  tell(tags.skip, 'warning', '--skip-tags');
}

function hintOf(tag: string, known: ReadonlySet<string>): string {
  const near = suggest(tag, known);
  if (near !== undefined) return `did you mean "${near}"?`;
  return known.size === 0 ? 'no task has any tag' : `known tags: ${[...known].sort().join(', ')}`;
}
