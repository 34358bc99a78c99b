import { sh } from '../../core/command.ts';
import { type Parts, partLines, partText } from '../../core/facts/parts.ts';
import { truthOf } from '../../core/text/truth.ts';
import { fieldRows } from '../unmanaged/survey.ts';
import { begin, type LintContext, type LintFinding, utc } from './lint.ts';

/** The policies of sanoid, and when each dataset and each of its snapshots was made. */
export const snapshotsScript = sh`${begin}
command -v zfs >/dev/null && [ -e /etc/sanoid/sanoid.conf ] || exit 127
part defaults; cat /etc/sanoid/sanoid.defaults.conf 2>/dev/null || cat /usr/share/sanoid/sanoid.defaults.conf 2>/dev/null
part policies; cat /etc/sanoid/sanoid.conf
part made; pools=$(zpool list -H -o name) || { echo "zpool list: $pools" >&2; exit 1; }
[ -z "$pools" ] || zfs get -rHp -o name,value creation $pools | tr '\t' '\037'
part end`;

const DAY = 86_400;

/** The kinds of snapshots: the unit of ages without one, how often a snapshot is made, and the age at which the newest is a matter of concern, unless the policy says it (sanoid's own defaults). */
const KINDS = [
  { name: 'frequently', smaller: 1, every: 900, critical: 0 },
  { name: 'hourly', smaller: 60, every: 3600, critical: 6 * 3600 },
  { name: 'daily', smaller: 3600, every: DAY, critical: 32 * 3600 },
  { name: 'weekly', smaller: DAY, every: 7 * DAY, critical: 0 },
  { name: 'monthly', smaller: DAY, every: 31 * DAY, critical: 40 * DAY },
  { name: 'yearly', smaller: DAY, every: 365 * DAY, critical: 0 },
] as const;

type Settings = ReadonlyMap<string, string>;

/** Datasets whose newest snapshot is older than their policy of sanoid allows, and those with snapshots that it would have removed. */
export function oldSnapshots(parts: Parts, { now }: LintContext): readonly LintFinding[] {
  const made = fieldRows(parts, 'made', 2).map(([name = '', at = '']) => ({ name, at: Number(at) }));
  const datasets = made.filter(({ name }) => !name.includes('@'));
  const seconds = now.getTime() / 1000;
  const policyOf = policies(parts);
  return datasets.flatMap(({ name: dataset, at: created }) => {
    const policy = policyOf(dataset);
    if (policy === undefined) return [];
    const own = made.filter(({ name }) => name.startsWith(`${dataset}@autosnap_`));
    return KINDS.flatMap((kind) => {
      const times = own
        .filter(({ name }) => name.endsWith(`_${kind.name}`))
        .map(({ at }) => at)
        .sort((one, other) => other - one);
      return kindFindings({ dataset, policy, kind, times, created, now: seconds });
    });
  });
}

interface OfKind {
  readonly dataset: string;
  readonly policy: Settings;
  readonly kind: (typeof KINDS)[number];
  /** When its snapshots of this kind were made, in seconds since the epoch, the newest first. */
  readonly times: readonly number[];
  /** When the dataset was. */
  readonly created: number;
  readonly now: number;
}

function kindFindings({ dataset, policy, kind, times, created, now }: OfKind): readonly LintFinding[] {
  const keeps = Number(policy.get(kind.name) ?? 0);
  const critical = durationOf(policy.get(`${kind.name}_crit`), kind.smaller) ?? kind.critical;
  const [newest = created] = times;
  const subject = `${dataset} (${kind.name})`;
  if (isOn(policy, 'autosnap') && keeps > 0 && critical > 0 && now - newest > critical)
    return [
      {
        subject,
        reason: `${times.length === 0 ? 'it has no snapshot' : `its newest snapshot is of ${utc(newest)}`}; the policy demands one every ${critical < 3600 ? `${Math.round(critical / 60)} minutes` : `${Math.round(critical / 3600)} hours`}`,
        remedy: 'look at what takes them: systemctl status sanoid.timer sanoid.service',
      },
    ];
  const late = times.slice(keeps).filter((at) => now - at > keeps * kind.every + Math.max(DAY, kind.every));
  const oldest = late.at(-1);
  // Where pruning waits until space is short, old snapshots are meant to stay.
  if (oldest === undefined || !isOn(policy, 'autoprune') || Number(policy.get('prune_defer') ?? 0) > 0) return [];
  return [
    {
      subject,
      reason: `${late.length} snapshots are older than the policy keeps them (${keeps}); the oldest is of ${utc(oldest)}`,
      remedy: 'look at what removes them: systemctl status sanoid-prune.service; zfs holds',
    },
  ];
}

/** sanoid.conf: sections are datasets or templates; a dataset's own settings win over its templates, and those over the defaults. */
function policies(parts: Parts): (dataset: string) => Settings | undefined {
  const defaults = sections(partText(parts, 'defaults').split('\n'));
  const own = sections(partLines(parts, 'policies'));
  const template = (name: string): readonly (readonly [string, string])[] => [
    ...(defaults.get(`template_${name}`) ?? []),
    ...(own.get(`template_${name}`) ?? []),
  ];
  const settings = (section: string): Settings => {
    const written = own.get(section) ?? new Map<string, string>();
    const used = (written.get('use_template') ?? '').split(',').filter((name) => name.trim() !== '');
    return new Map([...template('default'), ...used.flatMap((name) => template(name.trim())), ...written]);
  };
  return (dataset) => {
    if (dataset.startsWith('template_')) return undefined;
    if (own.has(dataset)) {
      const policy = settings(dataset);
      return isOn(policy, 'process_children_only') ? undefined : policy;
    }
    for (let parent = dataset.replace(/\/?[^/]*$/, ''); parent !== ''; parent = parent.replace(/\/?[^/]*$/, ''))
      if (own.has(parent)) return isOn(settings(parent), 'recursive') ? settings(parent) : undefined;
    return undefined;
  };
}

function sections(lines: readonly string[]): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const all = new Map<string, Map<string, string>>();
  let current = new Map<string, string>();
  for (const line of lines) {
    const section = /^\s*\[(.*)\]\s*$/.exec(line)?.[1];
    const [, key, value] = /^\s*([a-z_]+)\s*=\s*([^#;]*)/.exec(line) ?? [];
    if (section !== undefined) {
      current = new Map();
      all.set(section, current);
    } else if (key !== undefined && value !== undefined) current.set(key, value.trim());
  }
  return all;
}

const isOn = (policy: Settings, key: string): boolean => policy.get(key) === 'zfs' || truthOf(policy.get(key)) === true;

const UNITS = new Map(Object.entries({ s: 1, m: 60, h: 3600, d: DAY, w: 7 * DAY, y: 365 * DAY }));

function durationOf(text: string | undefined, smaller: number): number | undefined {
  const [, count, unit] = /^(\d+)([smhdwy]?)$/i.exec(text ?? '') ?? [];
  if (count === undefined) return undefined;
  const letter = (unit ?? '').toLowerCase();
  return Number(count) * (UNITS.get(letter) ?? smaller);
}
