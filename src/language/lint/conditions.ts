import { Template } from '../../core/value.ts';
import type { Written } from '../model.ts';
import type { Finding, Linted, Rule } from './rule.ts';

const listsOf = ({ item }: Linted): readonly Written[] => [
  ...item.keywords.when,
  ...(item.kind === 'task' ? [...(item.changedWhen ?? []), ...(item.failedWhen ?? []), ...(item.until ?? [])] : []),
];

function findIn(linted: Linted, pattern: RegExp, message: (match: RegExpExecArray) => string, fix: string): Finding[] {
  return listsOf(linted).flatMap(({ value, at }) => {
    const match = pattern.exec(value instanceof Template ? value.source : String(value));
    return match === null ? [] : [{ at, message: message(match), fix }];
  });
}

/** Braces in a condition. */
export const conditionWithBraces: Rule = {
  code: 'condition-with-braces',
  why: 'a condition is already an expression; whatever braces produce is evaluated again, even if it came from a host',
  find: (linted) =>
    listsOf(linted).flatMap(({ value, at }) =>
      value instanceof Template && /\{\{/.test(value.source)
        ? [{ at, message: 'a condition contains braces', fix: `write it bare: ${bare(value.source)}` }]
        : [],
    ),
};

const bare = (source: string): string =>
  source
    .replaceAll(/\{\{-?\s*(.*?)\s*-?\}\}/gs, '$1')
    .replaceAll(/\s+/g, ' ')
    .trim();

/** `== true`. */
export const comparedWithTrue: Rule = {
  code: 'compared-with-true',
  why: 'text such as "yes" or "true" from an inventory or -e is not equal to true',
  find: (linted) =>
    findIn(
      linted,
      /[!=]=\s*(true|false|yes|no)\b/i,
      ([found]) => `comparison in a condition: ${found}`,
      'write "x | bool" or "not x | bool"',
    ),
};

/** `== ""`. */
export const comparedWithEmpty: Rule = {
  code: 'compared-with-empty',
  why: 'an empty list, null and an empty string are different; a comparison with "" detects only one of them',
  find: (linted) =>
    findIn(
      linted,
      /[!=]=\s*(''|"")/,
      ([found]) => `comparison in a condition: ${found}`,
      'write "x | length > 0", or "x" for any value that is not empty',
    ),
};
