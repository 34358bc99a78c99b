import { join } from 'node:path';
import { readLocalFile, statOf } from '../core/local-file.ts';
import type { Diagnostic, Result } from '../core/source.ts';
import { systemReason } from '../core/system-error.ts';
import { globPattern } from '../core/text/glob.ts';
import { decodeText } from '../core/text-codec.ts';
import { loadYaml } from '../yaml/load.ts';
import { locationOf } from '../yaml/places.ts';
import type { Acceptance, HostFinding } from './finding.ts';

/** The file beside a playbook with what a team leaves as it is for a time. It belongs in git. */
export const BASELINE = 'accepted-findings.yaml';

/** An entry of the file. */
export interface Accepted extends Acceptance {
  readonly finding: string;
  /** The hosts that it is for, by name or shell pattern (`web*`); all, if there are none. */
  readonly hosts: readonly string[];
}

const KEYS = ['finding', 'task', 'hosts', 'until', 'owner', 'why'];

/** What has been accepted in the directories of the playbooks. */
export function readBaselines(folders: readonly string[]): Result<readonly Accepted[]> {
  const read = [...new Set(folders)].map((folder) => readBaseline(join(folder, BASELINE)));
  const errors = read.flatMap((one) => (one.ok ? [] : one.error));
  return errors.length > 0
    ? { ok: false, error: errors }
    : { ok: true, value: read.flatMap((one) => (one.ok ? one.value : [])) };
}

function readBaseline(file: string): Result<readonly Accepted[]> {
  if (statOf(file) === undefined) return { ok: true, value: [] };
  const text = readText(file);
  if (!text.ok) return text;
  const loaded = loadYaml(text.value, file, { plain: true });
  if (!loaded.ok) return loaded;
  const { value, at } = loaded.value;
  if (value === null) return { ok: true, value: [] };
  const wrong = (message: string, place = at.value): Diagnostic => ({
    severity: 'error',
    code: 'baseline',
    message,
    at: place,
  });
  if (!Array.isArray(value)) return { ok: false, error: [wrong('expected a list of accepted findings')] };
  const entries = value.map((entry: unknown, index) =>
    readEntry(entry, (message, key) => {
      const place = key === undefined ? locationOf(value, index) : (locationOf(entry, key) ?? locationOf(value, index));
      return wrong(message, place?.value);
    }),
  );
  const errors = entries.flatMap((entry) => (Array.isArray(entry) ? entry : []));
  return errors.length > 0 ? { ok: false, error: errors } : { ok: true, value: entries as readonly Accepted[] };
}

function readText(file: string): Result<string> {
  try {
    return { ok: true, value: decodeText(readLocalFile(file)) };
  } catch (error) {
    const reason = systemReason(error);
    if (reason === undefined) throw error;
    return { ok: false, error: [{ severity: 'error', code: 'baseline', message: reason }] };
  }
}

type Wrong = (message: string, key?: string) => Diagnostic;

function readEntry(entry: unknown, wrong: Wrong): Accepted | readonly Diagnostic[] {
  if (!(entry instanceof Map)) return [wrong('expected an accepted finding: finding, until, owner, why')];
  const errors = [...entry.keys()].flatMap((key) =>
    KEYS.includes(String(key))
      ? []
      : [wrong(`unknown key "${String(key)}"; expected one of ${KEYS.join(', ')}`, String(key))],
  );
  const text = (key: string): string => {
    const value: unknown = entry.get(key);
    if (typeof value === 'string' && value.trim() !== '') return value;
    // YAML takes an ID of digits alone for a number, and a date for a date.
    if (typeof value === 'number' || value instanceof Date) return dateOrNumber(value);
    errors.push(wrong(value === undefined ? `\`${key}\` is missing` : `\`${key}\`: expected a text`, key));
    return '';
  };
  const [finding, until, owner, why] = [text('finding'), text('until'), text('owner'), text('why')];
  if (until !== '' && !isDate(until))
    errors.push(wrong(`\`until\`: expected a date as in 2027-01-31, got "${until}"`, 'until'));
  if (finding !== '' && !/^[0-9a-f]{10}$/.test(finding))
    errors.push(wrong(`\`finding\`: expected the ten characters of an ID, got "${finding}"`, 'finding'));
  const hosts: unknown = entry.get('hosts') ?? [];
  const names = Array.isArray(hosts) ? hosts.map(String) : [String(hosts)];
  return errors.length > 0 ? errors : { finding, hosts: names, until, owner, why };
}

const dateOrNumber = (value: number | Date): string =>
  value instanceof Date ? value.toISOString().slice(0, 10) : String(value);

/** Whether a text is a day of the calendar, as in ISO 8601. */
export const isDate = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.slice(0, 10) === text;

/** The findings, with the acceptance of those that have been accepted, whether its time has ended or not. `today` as in 2027-01-31. */
export const withAccepted = (
  findings: readonly HostFinding[],
  baseline: readonly Accepted[],
  today: string,
): readonly HostFinding[] =>
  findings.map((finding) => {
    const entries = baseline
      .filter(
        ({ finding: id, hosts }) =>
          id === finding.id && (hosts.length === 0 || hosts.some((name) => globPattern(name).test(finding.host))),
      )
      .toSorted((one, other) => (one.until < other.until ? 1 : -1));
    const [last] = entries;
    if (last === undefined) return finding;
    const { why, until, owner } = last;
    return { ...finding, [until >= today ? 'accepted' : 'lapsed']: { why, until, owner } };
  });
