import compareSemver from 'semver/functions/compare.js';
import parseSemver from 'semver/functions/parse.js';
import { pairs } from '../../core/pairs.ts';
import type { Value } from '../../core/value.ts';
import { fail } from '../errors.ts';
import { str } from '../python/repr.ts';
import { type Callees, fn } from '../python/signature.ts';
import { truth } from '../python/values.ts';
import { comparePep440 } from './pep440.ts';

const OPERATORS: Record<string, (order: number) => boolean> = {
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
};

const SYMBOLS: Record<string, string> = {
  '==': 'eq',
  '=': 'eq',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
  '!=': 'ne',
  '<>': 'ne',
};

const COMPARISONS: Record<string, (a: string, b: string) => number> = {
  loose: compareLoose,
  strict: compareStrict,
  semver: semver,
  semantic: semver,
  pep440: comparePep440,
};

const version = fn(
  "value, version, operator='eq', strict=None, version_type=None",
  ([value, other, operator, strict, type]) => {
    if (strict !== null && type !== null) return fail("Cannot specify both 'strict' and 'version_type'");
    if (!truth(value)) return fail('Input version value cannot be empty');
    if (!truth(other)) return fail('Version parameter to compare against cannot be empty');
    const comparison = comparisonFor(strict, type);
    const holds = OPERATORS[SYMBOLS[str(operator)] ?? str(operator)];
    if (!holds)
      return fail(
        `Invalid operator type (${str(operator)}). Must be one of ${[...Object.keys(SYMBOLS), ...Object.keys(OPERATORS)].map((each) => `'${each}'`).join(', ')}`,
      );
    return holds(comparison(str(value), str(other)));
  },
);

/** The test `version`, for loose, strict, semantic and Python versions. */
export const versionTests: Callees = { version, version_compare: version };

function comparisonFor(strict: Value, type: Value): (a: string, b: string) => number {
  if (strict !== null && truth(strict)) return compareStrict;
  if (type === null || str(type) === '') return compareLoose;
  const known = COMPARISONS[str(type)];
  return (
    known ??
    fail(
      `Invalid version type (${str(type)}). Must be one of ${Object.keys(COMPARISONS)
        .map((each) => `'${each}'`)
        .join(', ')}`,
    )
  );
}

type Part = number | string;

const looseParts = (text: string): Part[] =>
  text
    .split(/(\d+|[a-z]+|\.)/)
    .filter((part) => part !== '' && part !== '.')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));

/** distutils' LooseVersion: runs of digits and of letters, compared one by one. */
/** Compares two versions as Python's distutils does. */
export function compareLoose(a: string, b: string): number {
  const [left, right] = [looseParts(a), looseParts(b)];
  const common = Math.min(left.length, right.length);
  for (const [x, y] of pairs(left.slice(0, common), right.slice(0, common))) {
    if (x === y) continue;
    if (typeof x !== typeof y)
      return fail(
        `Version comparison failed: '<' not supported between instances of '${pyType(x)}' and '${pyType(y)}'`,
      );
    return x < y ? -1 : 1;
  }
  return left.length - right.length;
}

const pyType = (part: Part): string => (typeof part === 'number' ? 'int' : 'str');

const STRICT = /^(\d+)\.(\d+)(\.(\d+))?([ab](\d+))?$/;

function strictParts(text: string): (number | string)[] {
  const match = STRICT.exec(text);
  if (!match) return fail(`Version comparison failed: invalid version number '${text}'`);
  const [, major, minor, , patch, pre, number] = match;
  // A release is newer than its alphas and betas.
  return [Number(major), Number(minor), Number(patch ?? 0), pre?.[0] ?? 'z', Number(number ?? 0)];
}

function compareStrict(a: string, b: string): number {
  const [left, right] = [strictParts(a), strictParts(b)];
  const differing = pairs(left, right).find(([x, y]) => x !== y);
  if (differing === undefined) return 0;
  const [x, y] = differing;
  return x < y ? -1 : 1;
}

function semver(a: string, b: string): number {
  const parsed = (text: string) =>
    parseSemver(text) ?? fail(`Version comparison failed: invalid semantic version '${text}'`);
  return compareSemver(parsed(a), parsed(b));
}
