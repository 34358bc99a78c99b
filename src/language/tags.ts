import { isTemplateText } from '../core/value.ts';

/** The selection made by `--tags` and `--skip-tags`. */
export interface TagSelection {
  /** Empty means all. */
  readonly only: readonly string[];
  readonly skip: readonly string[];
}

/** Evaluates tags that are templates, each of which yields a list or comma-separated words. */
export function computedTags(tags: readonly string[], compute: (template: string) => unknown): readonly string[] {
  if (!tags.some(isTemplateText)) return tags;
  return tags.flatMap((tag) => (isTemplateText(tag) ? wordsOf(compute(tag)) : [tag]));
}

function wordsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(wordsOf);
  if (value === undefined || value === null) return [];
  return String(value)
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

/**
 * Whether something with these tags is to run; `always`, `never`, `tagged`, `untagged` and `all` mean the same as in
 * Ansible.
 */
export function selectedByTags(tags: readonly string[], { only, skip }: TagSelection): boolean {
  const own = new Set(tags.length === 0 ? ['untagged'] : tags);
  return isWanted(own, only.length === 0 ? ['all'] : only) && !isSkipped(own, skip);
}

function isWanted(own: ReadonlySet<string>, only: readonly string[]): boolean {
  if (own.has('always') || only.some((tag) => own.has(tag))) return true;
  if (own.has('never')) return false;
  return only.includes('all') || (only.includes('tagged') && !own.has('untagged'));
}

function isSkipped(own: ReadonlySet<string>, skip: readonly string[]): boolean {
  if (skip.includes('all')) return !own.has('always') || skip.includes('always');
  return skip.some((tag) => own.has(tag)) || (skip.includes('tagged') && !own.has('untagged'));
}
