import type { Audit, Finding } from './finding.ts';
import { openFindings } from './summary.ts';

/**
 * An audit with only what is new since the last one of the history, on the hosts where it is new: what was not there then, and what is
 * no longer accepted; undefined if nothing is. An audit with errors is always news: nobody knows what it did not see. Without a
 * history, everything is new.
 */
export function newsOf(audit: Audit): Audit | undefined {
  const last = audit.history?.at(-1)?.startedAt.slice(0, 10);
  const findings = openFindings(audit).flatMap((finding) => {
    const hosts = finding.hosts.filter((host) => isNew(finding, host, last));
    return hosts.length === 0 ? [] : [{ ...finding, hosts }];
  });
  return findings.length === 0 && audit.errors.length === 0 ? undefined : { ...audit, findings };
}

function isNew({ seen = {}, lapsed }: Finding, host: string, last: string | undefined): boolean {
  const known = Object.entries(seen).find(([one]) => one === host)?.[1];
  if (known === undefined || known.times === 1) return true;
  // It was still accepted when the last audit was made.
  return lapsed !== undefined && last !== undefined && last <= lapsed.until;
}
