import type { Told } from './told.ts';

export type Side = 'ours' | 'theirs';

/** A playbook is checked on fresh hosts, run, and run again. */
export const phases = ['check', 'run', 'again'] as const;
export type Phase = (typeof phases)[number];

/** What a program did and left behind. */
export interface Seen {
  readonly exitCode: number;
  readonly told: readonly Told[];
  /** Each host's registered values. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Each file's kind, mode, owner and content, as one text. */
  readonly files: Readonly<Record<string, string>>;
}

/** The same, plus its output and its cost. */
export interface Ran extends Seen {
  readonly output: string;
  /** How many rounds each of our plays cost a host. */
  readonly rounds: readonly number[];
}

/** Each difference on one line: the place, our value, Ansible's value. */
export function differencesOf(phase: Phase, ours: Ran, theirs: Seen): readonly string[] {
  const found = [...outcomes(phase, ours.told, theirs.told)];
  if (ours.exitCode !== theirs.exitCode && found.length === 0 && phase !== 'check')
    found.push(`exit code: ours ${ours.exitCode}, Ansible's ${theirs.exitCode}\n${ours.output}`);
  if (ours.told.length === 0) found.push(`ours told nothing: ${ours.output}`);
  found.push(...values('', ours.values, theirs.values), ...values('', ours.files, theirs.files));
  return found.map((line) => `${phase}: ${line}`);
}

function* outcomes(phase: Phase, ours: readonly Told[], theirs: readonly Told[]): Generator<string> {
  const [a, b] = [numbered(phase === 'check' ? untilFailed(ours, theirs) : ours), numbered(theirs)];
  for (const [key, told] of a) {
    const other = b.get(key);
    // What our check calls unknown, Ansible makes up, or fails on.
    if (phase === 'check' && (told.status === 'unknown' || told.status === 'retried')) continue;
    if (other?.status !== told.status || other.name !== told.name)
      yield `${key}: ours ${said(told)}, Ansible's ${said(other)}`;
  }
  for (const [key, told] of b)
    if (!a.has(key) && !(phase === 'check' && told.status === 'failed'))
      yield `${key}: ours none, Ansible's ${said(told)}`;
}

/** In a check, Ansible fails where something is missing because it was not really created; compare both up to there. */
function untilFailed(ours: readonly Told[], theirs: readonly Told[]): readonly Told[] {
  const hosts = new Map(
    theirs.filter(({ status, item }) => status === 'failed' && !item).map(({ host, at }) => [host, at]),
  );
  return ours.filter((told, index) => {
    const at = hosts.get(told.host);
    return at === undefined || index < ours.findIndex((one) => one.host === told.host && one.at === at);
  });
}

const said = (told: Told | undefined): string =>
  told === undefined ? 'none' : `${told.status} "${told.name}"${told.why ? ` (${told.why})` : ''}`;

/** Each outcome keyed by place and host, and by how often that place occurred. */
function numbered(all: readonly Told[]): ReadonlyMap<string, Told> {
  const byKey = new Map<string, Told>();
  for (const told of all) {
    const place = `${told.at} on ${told.host}${told.item ? ' item' : told.status === 'retried' ? ' try' : ''}`;
    let count = 1;
    while (byKey.has(`${place} ${count}`)) count++;
    byKey.set(`${place} ${count}`, told);
  }
  return byKey;
}

function* values(path: string, ours: unknown, theirs: unknown): Generator<string> {
  if (isRecord(ours) && isRecord(theirs)) {
    for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)]))
      yield* values(path === '' ? key : `${path}.${key}`, ours[key], theirs[key]);
  } else if (Array.isArray(ours) && Array.isArray(theirs) && ours.length === theirs.length) {
    for (const [index, value] of ours.entries()) yield* values(`${path}[${index}]`, value, theirs[index]);
  } else if (JSON.stringify(ours) !== JSON.stringify(theirs))
    yield `${path}: ours ${JSON.stringify(ours)}, Ansible's ${JSON.stringify(theirs)}`;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
