import { changeText } from '../../core/change.ts';
import { fitted } from '../../report/told.ts';
import type { Finding, FindingKind } from '../finding.ts';

/** The heading of each kind of finding. */
export const KIND_TITLES: Readonly<Record<FindingKind, string>> = {
  unreachable: 'Unreachable',
  failed: 'Failed',
  drift: 'Drift',
  lint: 'Lints: wrong, whatever the playbooks say',
  orphan: 'Orphans: put there by an earlier run, declared no more',
  uncertain: 'Uncertain: an earlier task may change it',
  unknown: 'Unknown',
};

/** The task with its item, step and subject: `nginx : install nginx.conf (item=off1) [S12] /etc/nginx/nginx.conf`. */
export function taskText({ task, item, subject }: Finding): string {
  const label = item === undefined ? '' : ` (item=${item})`;
  const step = task.step === undefined ? '' : ` [${task.step}]`;
  // A name often contains what the task is about; then it is not told twice.
  const about = subject === undefined || `${task.name}${label}`.includes(subject) ? '' : ` ${subject}`;
  return `${task.name}${label}${step}${about}`;
}

/** What was found, on one line: the changes, or the reason. */
export function foundText({ changes, reason, kind, assuming }: Finding): string {
  const all = changes.map((change) => changeText(change)).join('; ');
  const why = reason ?? '';
  const text = kind === 'drift' || kind === 'uncertain' ? all || why : why || all;
  const rests = assuming === undefined ? '' : ` (assuming ${assuming.map((task) => `"${task}"`).join(', ')})`;
  return `${fitted(text === '' ? NOTHING_TOLD[kind] : text, 400)}${rests}`;
}

/** What is said of a finding that tells neither a change nor a reason: `no_log` hides them. */
const NOTHING_TOLD: Readonly<Record<FindingKind, string>> = {
  unreachable: 'could not be reached',
  failed: 'failed',
  drift: 'would change',
  uncertain: 'would change',
  unknown: 'unknown',
  lint: 'found',
  orphan: 'declared no more',
};

/** Some hosts by name, many by number: `web1, web2, web3 and 947 more`. */
export function hostsText(hosts: readonly string[], most = 6): string {
  if (hosts.length <= most) return hosts.join(', ');
  const shown = Math.max(1, Math.min(3, most));
  return `${hosts.slice(0, shown).join(', ')} and ${hosts.length - shown} more (${hosts.length} hosts)`;
}

/** Since when the finding is known, and why: `drift since 2026-11-28`; empty without a history. */
export function sinceText({ seen, hosts, kind }: Finding): string {
  const all = hosts.flatMap((host) => seen?.[host] ?? []);
  const [first] = all.map(({ firstSeen }) => firstSeen).sort();
  if (first === undefined) return '';
  const day = first.slice(0, 10);
  if (kind !== 'drift' && kind !== 'uncertain') return `since ${day}`;
  const causes = [...new Set(all.map(({ cause }) => cause))].sort();
  return `${causes.map((cause) => CAUSES[cause]).join(' or ')} since ${day}`;
}

/** What has caused the finding, a text for each cause: `off1: 2026-11-30 19:59 UTC, alex: sudo vim /etc/motd`. */
export const doneByTexts = ({ doneBy = {}, hosts }: Finding): readonly string[] =>
  Object.entries(doneBy).flatMap(([host, traces]) =>
    traces.map(
      ({ at, text }) =>
        `${hosts.length === 1 ? '' : `${host}: `}${at.slice(0, 16).replace('T', ' ')} UTC, ${fitted(text, 200)}`,
    ),
  );

const CAUSES = { intended: 'intended', drift: 'drift', new: 'new' } as const;
