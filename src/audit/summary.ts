import type { HostSummary } from '../core/event.ts';
import { type Audit, FINDING_KINDS, type Finding, type FindingKind } from './finding.ts';

/** How each kind of finding is counted: one, and several. */
const COUNTED: Readonly<Record<FindingKind, readonly [one: string, several: string]>> = {
  unreachable: ['unreachable', 'unreachable'],
  failed: ['failed', 'failed'],
  drift: ['drift', 'drifts'],
  lint: ['lint', 'lints'],
  orphan: ['orphan', 'orphans'],
  uncertain: ['uncertain', 'uncertain'],
  unknown: ['unknown', 'unknown'],
};

/** The audit in one sentence: `2 drifts, 1 unknown on 3 of 40 hosts; 1 accepted`. */
export function summaryOf(audit: Audit): string {
  const hosts = Object.keys(audit.hosts);
  const open = openFindings(audit);
  const counts = FINDING_KINDS.map((kind) => counted(open, kind)).filter((text) => text !== '');
  const affected = new Set(open.flatMap((finding) => finding.hosts));
  const accepted = audit.findings.length - open.length;
  const of = hosts.length === 1 ? `on ${hosts[0]}` : `on ${affected.size} of ${hosts.length} hosts`;
  const found = counts.length === 0 ? nothingFound(audit, hosts) : `${counts.join(', ')} ${of}`;
  return accepted === 0 ? found : `${found}; ${accepted} accepted`;
}

/** What nobody has accepted. */
export const openFindings = ({ findings }: Audit): readonly Finding[] =>
  findings.filter(({ accepted }) => accepted === undefined);

function counted(findings: readonly Finding[], kind: FindingKind): string {
  const count = findings.filter((finding) => finding.kind === kind).length;
  return count === 0 ? '' : `${count} ${COUNTED[kind][count === 1 ? 0 : 1]}`;
}

function nothingFound({ hosts }: Audit, names: readonly string[]): string {
  const ok = Object.values(hosts).reduce((sum, one) => sum + inOrder(one), 0);
  if (names.length === 0) return 'nothing was checked';
  return `no findings: ${ok} tasks in order on ${names.length === 1 ? names[0] : `${names.length} hosts`}`;
}

/** How many tasks found everything as declared: as in Ansible's recap, what would change and ignored failures are counted as ok, too. */
export const inOrder = ({ ok, changed, ignored }: HostSummary): number => ok - changed - ignored;
