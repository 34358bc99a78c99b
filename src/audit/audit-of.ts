import type { Collected } from './collect.ts';
import type { Audit, Finding } from './finding.ts';
import { openFindings } from './summary.ts';

/** An audit made of what a check collected, and of its findings with what the history and the team know about them. */
export function auditOf(collected: Collected, findings: readonly Finding[], errors: readonly string[]): Audit {
  const { version, playbooks, hosts, interrupted } = collected;
  const audit: Audit = {
    startedAt: new Date(collected.startedAt).toISOString(),
    version,
    playbooks,
    hosts,
    findings,
    errors: [...errors, ...(interrupted ? ['the audit was interrupted'] : [])],
    exitCode: collected.exitCode,
  };
  return { ...audit, exitCode: exitCodeOf(collected, audit) };
}

/** As that of a check, but what a team has accepted does not count. */
function exitCodeOf({ hosts, findings, errors, exitCode }: Collected, audit: Audit): number {
  const open = openFindings(audit);
  const has = (...kinds: readonly Finding['kind'][]): boolean => open.some(({ kind }) => kinds.includes(kind));
  if (errors.length > 0) return exitCode;
  if (open.length === audit.findings.length)
    return exitCode === 0 || exitCode === 3 ? ofLints(has, exitCode) : exitCode;
  if (has('unreachable')) return 4;
  if (has('failed', 'drift', 'lint', 'orphan')) return 2;
  // Tasks that are in order unless another one changes something are not findings, but nothing is certain about them.
  const doubts = Object.values(hosts).reduce((sum, { unless }) => sum + unless, 0);
  const uncertain = findings.filter(({ kind }) => kind === 'uncertain').length;
  return has('uncertain', 'unknown') || doubts > uncertain ? 3 : 0;
}

/** The exit code of the check does not know of what was found beyond its tasks. */
function ofLints(has: (...kinds: readonly Finding['kind'][]) => boolean, ofCheck: number): number {
  if (has('lint', 'orphan')) return 2;
  return has('unknown') ? 3 : ofCheck;
}
