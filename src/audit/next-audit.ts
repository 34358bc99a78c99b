import type { PastAudit } from './finding.ts';

const DAY_MS = 86_400_000;
/** A timer's random delay, and the time that an audit takes. */
const LATE_MS = 2 * 3_600_000;

/** When the next audit is likely to be: after the usual time between the earlier ones, but not before a day. */
export function nextAuditAfter(now: number, audits: readonly PastAudit[]): Date {
  const times = [...audits.map(({ startedAt }) => Date.parse(startedAt)), now];
  const gaps = times
    .slice(1)
    .map((time, index) => time - (times[index] ?? time))
    .sort((one, other) => one - other);
  const usual = gaps[Math.floor(gaps.length / 2)] ?? 0;
  return new Date(now + Math.max(DAY_MS, usual) + LATE_MS);
}
