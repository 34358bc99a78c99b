import type { Diagnostic } from '../core/source.ts';
import type { Clone } from './clone.ts';
import { documentedLinks } from './rules/documents.ts';
import { links } from './rules/links.ts';
import { nginxSyntax } from './rules/nginx.ts';
import { missingPaths } from './rules/paths.ts';
import type { CloneRule } from './rules/rule.ts';
import { duplicateSections, duplicateTargets } from './rules/sanoid.ts';
import { secretsInClear } from './rules/secrets.ts';
import { carriageReturns, conflictMarkers } from './rules/text.ts';
import { missingUnits } from './rules/units.ts';

/** What is looked for in a clone. */
const RULES: readonly CloneRule[] = [
  links,
  documentedLinks,
  missingPaths,
  missingUnits,
  nginxSyntax,
  conflictMarkers,
  duplicateSections,
  duplicateTargets,
  carriageReturns,
  secretsInClear,
];

/** What is wrong in a clone, by file and line. Files are named by their path in it. */
export const lintClone = (clone: Clone): readonly Diagnostic[] => byPlaces(RULES.flatMap((rule) => rule(clone)));

/** Findings by file and line. */
export const byPlaces = (found: readonly Diagnostic[]): readonly Diagnostic[] =>
  found.toSorted((one, other) => {
    const [left, right] = [one.at, other.at];
    const [file, otherFile] = [left?.file ?? '', right?.file ?? ''];
    if (file !== otherFile) return file < otherFile ? -1 : 1;
    return (left?.line ?? 0) - (right?.line ?? 0) || (left?.column ?? 0) - (right?.column ?? 0);
  });
