import type { Diagnostic } from '../../core/source.ts';
import { linkTargets, pulledLinks, staleExcerpts, unknownNames, unlinkedUnits } from './claims.ts';
import { linkedTwice, movedLink, otherAddress, twoGateways } from './contradictions.ts';
import {
  copiedCertificates,
  endedCertificates,
  fail2banWithoutLog,
  openEnds,
  otherHosts,
  shownFailing,
} from './open-ends.ts';
import { listedNotMade, notTwice, usedBeforeMade } from './order.ts';
import type { DocumentRule, DocumentView } from './rule.ts';

/** What is looked for in a document. */
const RULES: readonly DocumentRule[] = [
  twoGateways,
  linkedTwice,
  movedLink,
  otherAddress,
  usedBeforeMade,
  notTwice,
  listedNotMade,
  linkTargets,
  pulledLinks,
  staleExcerpts,
  unlinkedUnits,
  unknownNames,
  otherHosts,
  openEnds,
  shownFailing,
  copiedCertificates,
  endedCertificates,
  fail2banWithoutLog,
];

/** What is wrong in a document, or goes wrong for whoever follows it, by line. */
export const lintDocument = (view: DocumentView): readonly Diagnostic[] =>
  RULES.flatMap((rule) => rule(view)).toSorted((one, other) => (one.at?.line ?? 0) - (other.at?.line ?? 0));
