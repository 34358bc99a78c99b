import { createHmac, randomBytes } from 'node:crypto';
import { appendFileSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { hash } from '../core/hash.ts';
import type { LocalContent } from '../core/local-content.ts';
import { makeFolders } from '../core/local-file.ts';
import { isSystemError } from '../core/system-error.ts';
import type { RunRecord } from './record.ts';

/** Where runs and audits are kept on the operator's side. */
export interface HistoryPlace {
  readonly folder: string;
  readonly database: string;
  /** One line of JSON for each run that is not in the database yet: appending costs a run next to nothing. */
  readonly journal: string;
  readonly key: string;
}

/** The place that RETRACE_HISTORY names, or that of the XDG base directory specification; undefined if it is `off`. */
export function historyPlace(env: NodeJS.ProcessEnv): HistoryPlace | undefined {
  const named = env['RETRACE_HISTORY'];
  if (named === 'off') return undefined;
  const state = env['XDG_STATE_HOME'] || join(env['HOME'] || homedir(), '.local/state');
  const folder = named || join(state, 'retrace');
  return {
    folder,
    database: join(folder, 'history.sqlite'),
    journal: join(folder, 'journal.ndjson'),
    key: join(folder, 'key'),
  };
}

/** Makes digests of what tasks declare. Throws a system error if the key can be neither read nor made. */
export function declaredDigest(place: HistoryPlace): (declared: unknown) => string {
  const digest = keyedDigest(place);
  return (declared) => digest(declared).slice(0, 16);
}

/**
 * Makes digests of plain data. They are keyed, because parameters and commands can contain passwords, and nobody who reads
 * the history or a plan is to try out which. Throws a system error if the key can be neither read nor made.
 */
export function keyedDigest({ folder, key }: Pick<HistoryPlace, 'folder' | 'key'>): (told: unknown) => string {
  makeFolders(folder, 0o700);
  try {
    writeFileSync(key, randomBytes(32), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!isSystemError(error) || error.code !== 'EEXIST') throw error;
  }
  const secret = readFileSync(key);
  return (told) => createHmac('sha256', secret).update(JSON.stringify(told, contentAsHash)).digest('hex');
}

/** Replaces bytes and local files by hashes of their content. `this` has the value before JSON's own conversion. */
function contentAsHash(this: unknown, key: string, value: unknown): unknown {
  const given = (this as Readonly<Record<string, unknown>>)[key];
  if (given instanceof Uint8Array) return hash('sha1', given);
  return isLocalContent(given) ? hash('sha1', given) : value;
}

const isLocalContent = (value: unknown): value is LocalContent =>
  typeof value === 'object' &&
  value !== null &&
  'local' in value &&
  'length' in value &&
  typeof value.local === 'string';

/** Appends a record. An earlier writer may have been stopped in the middle of a line, so a new one is begun. */
export function appendRecord({ folder, journal }: HistoryPlace, record: RunRecord): void {
  makeFolders(folder, 0o700);
  appendFileSync(journal, `\n${JSON.stringify(record)}\n`, { mode: 0o600 });
}

/**
 * Gives all records of the journal to a function that keeps them, then removes them. If it fails, or the program is
 * stopped, they are taken again next time; two programs may take the same. Returns how many lines could not be read.
 */
export function takeRecords({ journal, folder }: HistoryPlace, keep: (records: readonly RunRecord[]) => void): number {
  moveIfThere(journal, join(folder, `journal.${randomBytes(6).toString('hex')}.taken`));
  const taken = readdirSync(folder).filter((name) => /^journal\.[0-9a-f]+\.taken$/.test(name));
  let unread = 0;
  for (const name of taken) {
    const lines = (textOf(join(folder, name)) ?? '').split('\n').filter((line) => line !== '');
    const records = lines.flatMap((line) => recordIn(line) ?? []);
    unread += lines.length - records.length;
    keep(records);
    rmSync(join(folder, name), { force: true });
  }
  return unread;
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!isSystemError(error) || error.code !== 'ENOENT') throw error;
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function recordIn(line: string): RunRecord | undefined {
  try {
    const record: unknown = JSON.parse(line);
    const isRecord = typeof record === 'object' && record !== null && 'key' in record && 'judged' in record;
    return isRecord ? (record as RunRecord) : undefined;
  } catch {
    return undefined;
  }
}
