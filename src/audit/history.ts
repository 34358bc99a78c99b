import { closeSync, openSync, rmdirSync } from 'node:fs';
import { Database } from 'node-sqlite3-wasm';
import { groupBy } from '../core/group-by.ts';
import { makeFolders, statOf } from '../core/local-file.ts';
import { must } from '../core/must.ts';
import type { Judged } from './collect.ts';
import { type FoundBy, HANDLER, type HostFinding, LINT, ORPHAN, type PastAudit, type Seen } from './finding.ts';
import { type HistoryPlace, takeRecords } from './journal.ts';
import { addThings, type PastThing, THINGS_SCHEMA, thingsOn } from './past-things.ts';
import type { RunRecord } from './record.ts';
import type { Trace } from './traces/trace.ts';

/** A run, check or audit in the history. */
export interface PastRun {
  readonly id: number;
  readonly kind: RunRecord['kind'];
  /** ISO 8601, in UTC. */
  readonly startedAt: string;
  readonly tookMs: number;
  readonly user: string;
  readonly playbooks: readonly string[];
  readonly revision?: string;
  readonly exitCode: number;
  readonly hosts: RunRecord['hosts'];
  /** The approval hash of the plan that it applied. */
  readonly plan?: string;
}

/** A finding in a run of the history. */
export interface PastFinding {
  readonly id: string;
  readonly host: string;
  readonly kind: string;
  readonly task: FoundBy;
  readonly item?: string;
  readonly subject?: string;
  readonly changes: readonly { readonly what: string; readonly from: string | null; readonly to: string | null }[];
  readonly reason?: string;
  readonly doneBy?: readonly Trace[];
}

/** The time during which a finding was there, from the first audit that saw it. */
export interface Episode extends PastFinding {
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly times: number;
  readonly cause: Seen['cause'];
  /** When it was gone, and by which run it was repaired, if by one. */
  readonly ended?: { readonly at: string; readonly run: number; readonly how: 'repaired' | 'gone' };
}

// A second program waits until the first has written, which takes well below a second. One that was killed leaves its lock
// behind (the library's lock is a directory), which is then older than any work takes.
const WAIT_MS = 10_000;
const STALE_MS = 60_000;

// Kept in the database's header. A change of the schema below raises it, and `#bringUp` makes the difference.
const SCHEMA_VERSION = 1;
const SCHEMA = `${THINGS_SCHEMA}
create table if not exists runs(
  id integer primary key, key text unique not null, kind text not null, started integer not null, took integer not null,
  user text not null, version text not null, playbooks text not null, revision text, exit integer not null, hosts text not null, plan text);
create table if not exists findings(
  run integer not null, id text not null, host text not null, body text not null, primary key (run, id, host));
create table if not exists episodes(
  number integer primary key, id text not null, host text not null, first integer not null, last integer not null,
  times integer not null, cause text not null, ended integer, how text, body text not null);
create index if not exists open_episodes on episodes(host, id) where ended is null;
create index if not exists ended_episodes on episodes(ended) where ended is not null;
create table if not exists agreed(id text not null, host text not null, declares text, primary key (host, id)) without rowid;
create index if not exists runs_by_start on runs(started);
create index if not exists findings_by_id on findings(id);
`;

/** What is known of runs and audits on the operator's side, in a SQLite database. */
export class History implements Disposable {
  readonly #db: Database;
  readonly #place: HistoryPlace;

  /** Opens the history, and makes it if there is none. Throws an error whose message says why it cannot. */
  constructor(place: HistoryPlace) {
    makeFolders(place.folder, 0o700);
    closeSync(openSync(place.database, 'a', 0o600)); // nobody else may read what differs on servers
    this.#place = place;
    this.#db = new Database(place.database);
    if (this.#version() < SCHEMA_VERSION) this.#transaction(() => this.#bringUp());
  }

  /** Keeps the records that runs have left in the journal. Returns how many of them could not be read. */
  takeJournal(): number {
    return takeRecords(this.#place, (records) => {
      for (const record of records.toSorted((one, other) => one.startedAt - other.startedAt)) this.add(record);
    });
  }

  /** Keeps a record, and tells since when each of its findings has been known, by `ID HOST`. A record that is known is not kept twice. */
  add(record: RunRecord): ReadonlyMap<string, Seen> {
    return this.#transaction(() => {
      if (this.#db.get('select 1 from runs where key = ?', record.key) !== null) return new Map();
      const run = this.#addRun(record);
      const seen = new Map<string, Seen>();
      const judged = groupBy(record.judged, ({ host }) => host);
      const findings = groupBy(record.findings, ({ host }) => host);
      for (const host of new Set([...judged.keys(), ...findings.keys(), ...Object.keys(record.linted ?? {})]))
        this.#addHost(
          run,
          host,
          { ...record, judged: judged.get(host) ?? [], findings: findings.get(host) ?? [] },
          seen,
        );
      addThings(this.#db, run, record);
      return seen;
    });
  }

  /** Why each finding of a record differs, by `ID HOST`, as `add` would tell it. */
  causes({ judged, findings }: Pick<RunRecord, 'judged' | 'findings'>): ReadonlyMap<string, Seen['cause']> {
    const declared = new Map(judged.map(({ host, id, declares }) => [`${id} ${host}`, declares]));
    const byHost = groupBy(findings, ({ host }) => host);
    return new Map(
      [...byHost].flatMap(([host, own]) => {
        const agreed = this.#agreed(host);
        const causes = causesOf(own, (id) => causeOf(agreed.get(id), declared.get(`${id} ${host}`)));
        return [...causes].map(([id, cause]) => [`${id} ${host}`, cause] as const);
      }),
    );
  }

  /** The last runs, the latest first. */
  runs(most: number): readonly PastRun[] {
    return this.#all('select * from runs order by started desc, id desc limit ?', most).map(pastRun);
  }

  /** The last audits of the same playbooks before a time, the oldest first, with how many findings of each kind they had. */
  audits(playbooks: readonly string[], before: number, most: number): readonly PastAudit[] {
    const rows = this.#all(
      `select r.id, r.started, r.exit, json_extract(f.body, '$.kind') as kind, count(distinct f.id) as count
       from (select * from runs where kind = 'audit' and playbooks = ? and started < ? order by started desc limit ?) r
       left join findings f on f.run = r.id group by r.id, kind order by r.started`,
      [JSON.stringify(playbooks), before, most],
    );
    const audits = new Map<unknown, PastAudit>();
    for (const { id, started, exit, kind, count } of rows) {
      const none = { startedAt: iso(started), drift: 0, lint: 0, unknown: 0, failed: 0, exitCode: Number(exit) };
      const bar = COUNTED_AS[String(kind)];
      const known = audits.get(id) ?? none;
      audits.set(id, bar === undefined ? known : { ...known, [bar]: known[bar] + Number(count) });
    }
    return [...audits.values()];
  }

  /** A run with what it found or changed. */
  run(id: number): (PastRun & { readonly findings: readonly PastFinding[] }) | undefined {
    const row = this.#get('select * from runs where id = ?', id);
    if (row === null) return undefined;
    const findings = this.#all('select body from findings where run = ? order by rowid', id);
    return { ...pastRun(row), findings: findings.map(({ body }) => JSON.parse(String(body)) as PastFinding) };
  }

  /** What is not as declared, of one host or all, the longest known first; with `ended`, also what is so no more, the latest first. */
  episodes(host: string | undefined, ended: boolean): readonly Episode[] {
    const where = [ended ? 'e.ended is not null' : 'e.ended is null', ...(host === undefined ? [] : ['e.host = ?'])];
    const order = ended ? 'e.ended desc, e.host, e.id limit 200' : 'e.first, e.host, e.id';
    return this.#all(
      `select e.*, f.started as firstSeen, l.started as lastSeen, x.started as endedAt from episodes e
         join runs f on f.id = e.first join runs l on l.id = e.last left join runs x on x.id = e.ended
         where ${where.join(' and ')} order by ${order}`,
      host === undefined ? [] : [host],
    ).map(episode);
  }

  /** The playbooks of the last run that had a finding; undefined if none had. */
  playbooksOf(finding: string): readonly string[] | undefined {
    const row = this.#get(
      'select r.playbooks from findings f join runs r on r.id = f.run where f.id = ? order by r.started desc limit 1',
      finding,
    );
    return row === null ? undefined : (JSON.parse(String(row['playbooks'])) as string[]);
  }

  /** Whether a finding has ever been found on a host. */
  hasFound(finding: string, host: string): boolean {
    return this.#get('select 1 from findings where id = ? and host = ? limit 1', [finding, host]) !== null;
  }

  /** What runs have put on hosts, as far as it is not known to be gone. */
  things(hosts: readonly string[]): readonly PastThing[] {
    return this.#whenFree(() => thingsOn(this.#db, hosts));
  }

  /** The findings that are not over, of one kind of finder. */
  openOf(type: string): readonly PastFinding[] {
    const rows = this.#all('select body from episodes where ended is null order by first, host, id', []);
    return rows.map(({ body }) => JSON.parse(String(body)) as PastFinding).filter(({ task }) => task.type === type);
  }

  /** Whether any run has had to do with a host. */
  knowsHost(host: string): boolean {
    const sql = 'select 1 from runs, json_each(runs.hosts) where json_each.key = ? limit 1';
    return this.#get(sql, host) !== null;
  }

  /** The findings whose IDs begin in this way. */
  findingsLike(start: string): readonly PastFinding[] {
    const rows = this.#all('select body, max(run) from findings where id >= ? and id < ? group by id order by id', [
      start,
      `${start}g`,
    ]);
    return rows.map(({ body }) => JSON.parse(String(body)) as PastFinding);
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }

  #all(sql: string, values: JsValues): readonly Row[] {
    return this.#whenFree(() => this.#db.all(sql, values));
  }

  #get(sql: string, values: JsValues): Row | null {
    return this.#whenFree(() => this.#db.get(sql, values));
  }

  #addRun(record: RunRecord): number {
    const { key, kind, startedAt, tookMs, user, version, playbooks, exitCode, hosts } = record;
    const { revision = null, plan = null } = record;
    const { lastInsertRowid } = this.#db.run(
      'insert into runs(key, kind, started, took, user, version, playbooks, revision, exit, hosts, plan) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      [
        ...[key, kind, startedAt, tookMs, user, version, JSON.stringify(playbooks)],
        ...[revision, exitCode, JSON.stringify(hosts), plan],
      ],
    );
    return Number(lastInsertRowid);
  }

  /** Adds what a record has about one host, and nothing else. */
  #addHost(run: number, host: string, record: RunRecord, seen: Map<string, Seen>): void {
    const open = new Map(
      this.#db
        .all('select * from episodes where host = ? and ended is null', host)
        .map((row) => [String(row['id']), row]),
    );
    const agreed = this.#agreed(host);
    const judged = new Map(record.judged.map((one) => [one.id, one]));
    const { findings } = record;
    for (const finding of findings)
      this.#db.run('insert or replace into findings(run, id, host, body) values (?, ?, ?, ?)', [
        run,
        finding.id,
        host,
        bodyOf(finding),
      ]);
    // What a run changed is no longer so.
    const still = findings.filter(({ kind }) => record.kind !== 'run' || kind !== 'drift');
    const causes = causesOf(still, (id) => causeOf(agreed.get(id), judged.get(id)?.declares));
    for (const finding of still)
      seen.set(
        `${finding.id} ${host}`,
        this.#see(run, finding, open.get(finding.id), must(causes.get(finding.id), 'its cause')),
      );
    const ids = new Set(still.map(({ id }) => id));
    for (const [id, row] of open) if (!ids.has(id)) this.#endIfJudged(run, row, record, judged);
    for (const { id, status, declares = null } of judged.values()) {
      const isInOrder = status === 'ok' || (status === 'changed' && record.kind === 'run');
      if (!isInOrder || (agreed.has(id) && agreed.get(id) === declares)) continue;
      this.#db.run('insert or replace into agreed(id, host, declares) values (?, ?, ?)', [id, host, declares]);
    }
  }

  /** What a host last agreed with, by finding. */
  #agreed(host: string): ReadonlyMap<string, unknown> {
    const rows = this.#all('select id, declares from agreed where host = ?', host);
    return new Map(rows.map(({ id, declares }) => [String(id), declares]));
  }

  /** Notes that a finding was seen: again, or for the first time since it was in order. */
  #see(run: number, finding: HostFinding, known: Row | undefined, cause: Seen['cause']): Seen {
    const first = known === undefined ? run : Number(known['first']);
    const times = known === undefined ? 1 : Number(known['times']) + 1;
    const { id, host } = finding;
    if (known === undefined)
      this.#db.run('insert into episodes(id, host, first, last, times, cause, body) values (?, ?, ?, ?, 1, ?, ?)', [
        ...[id, host, run, run, cause],
        bodyOf(finding),
      ]);
    else
      this.#db.run('update episodes set last = ?, times = ?, cause = ?, body = ? where number = ?', [
        ...[run, times, cause, bodyOf(finding, known)],
        Number(known['number']),
      ]);
    const row = this.#db.get('select started from runs where id = ?', first);
    return { firstSeen: iso(row?.['started']), times, cause };
  }

  /** Ends the episode of a finding that is no more, if its task was looked at. */
  #endIfJudged(run: number, row: Row, record: RunRecord, judged: ReadonlyMap<string, Judged>): void {
    const one = judged.get(String(row['id']));
    // A handler that nothing notifies does not run at all.
    const { task, host } = JSON.parse(String(row['body'])) as PastFinding;
    const isHandler = task.name.startsWith(HANDLER);
    const linted = record.linted?.[host] ?? [];
    const wasLinted =
      (task.type === LINT && linted.includes(task.name)) || (task.type === ORPHAN && linted.includes(ORPHAN));
    const isOver =
      wasLinted || one !== undefined || (isHandler && judged.size > 0 && this.#hasPlaybooks(row['last'], record));
    if (!isOver) return;
    const how = record.kind === 'run' && one?.status === 'changed' ? 'repaired' : 'gone';
    this.#db.run('update episodes set ended = ?, how = ? where number = ?', [run, how, Number(row['number'])]);
  }

  #hasPlaybooks(run: unknown, { playbooks }: RunRecord): boolean {
    const row = this.#db.get('select playbooks from runs where id = ?', Number(run));
    return row?.['playbooks'] === JSON.stringify(playbooks);
  }

  #version(): number {
    return Number(this.#get('pragma user_version', [])?.['user_version'] ?? 0);
  }

  /** Makes the tables, or those that an older version did not have. Another program may have done it meanwhile. */
  #bringUp(): void {
    if (this.#version() >= SCHEMA_VERSION) return;
    this.#db.exec(SCHEMA);
    if (this.#get("select 1 from pragma_table_info('runs') where name = 'plan'", []) === null)
      this.#db.exec('alter table runs add column plan text');
    this.#db.exec(`pragma user_version = ${SCHEMA_VERSION}`);
  }

  #transaction<T>(work: () => T): T {
    this.#whenFree(() => this.#db.exec('begin immediate'));
    try {
      const value = work();
      this.#db.exec('commit');
      return value;
    } catch (error) {
      if (this.#db.inTransaction) this.#db.exec('rollback');
      throw error;
    }
  }

  /** Waits while another program has the database. */
  #whenFree<T>(work: () => T): T {
    const since = Date.now();
    for (;;) {
      try {
        return work();
      } catch (error) {
        const isBusy = error instanceof Error && /database is locked/.test(error.message);
        if (!isBusy || Date.now() - since > WAIT_MS) throw error;
        this.#breakStaleLock();
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
      }
    }
  }

  #breakStaleLock(): void {
    const lock = `${this.#place.database}.lock`;
    const made = statOf(lock)?.mtimeMs;
    if (made !== undefined && Date.now() - made > STALE_MS) rmdirSync(lock);
  }
}

/** What is kept of a finding. Who did it stays known as long as the same differs, also if it was not asked again. */
function bodyOf(finding: HostFinding, known?: Row): string {
  const before = known === undefined ? undefined : (JSON.parse(String(known['body'])) as PastFinding);
  const isSame = JSON.stringify(before?.changes) === JSON.stringify(finding.changes);
  const { doneBy = isSame ? before?.doneBy : undefined } = finding;
  return JSON.stringify({ ...finding, ...(doneBy !== undefined && { doneBy }), order: undefined });
}

/** The causes of a host's findings. A handler would run because of the others, so its cause is theirs. */
function causesOf(
  findings: readonly HostFinding[],
  own: (id: string) => Seen['cause'],
): ReadonlyMap<string, Seen['cause']> {
  const isHandler = ({ task }: HostFinding): boolean => task.name.startsWith(HANDLER);
  const others = findings.filter((finding) => !isHandler(finding)).map(({ id }) => own(id));
  const [first] = others;
  const because = others.includes('drift') ? 'drift' : first;
  return new Map(
    findings.map((finding) => [finding.id, isHandler(finding) ? (because ?? own(finding.id)) : own(finding.id)]),
  );
}

/** Whether a difference follows from a changed declaration: it compares with the one that the host agreed with before. */
function causeOf(before: unknown, now: string | undefined): Seen['cause'] {
  if (before === undefined) return 'new';
  if (before === null || now === undefined) return 'drift';
  return before === now ? 'drift' : 'intended';
}

/** In which number of an audit each kind of finding is counted. */
const COUNTED_AS: Readonly<Record<string, 'drift' | 'lint' | 'unknown' | 'failed'>> = {
  drift: 'drift',
  lint: 'lint',
  orphan: 'drift',
  uncertain: 'unknown',
  unknown: 'unknown',
  failed: 'failed',
  unreachable: 'failed',
};

type JsValues = string | number | (string | number)[];

type Row = Readonly<Record<string, unknown>>;

const iso = (ms: unknown): string => new Date(Number(ms)).toISOString();

const pastRun = (row: Row): PastRun => ({
  id: Number(row['id']),
  kind: row['kind'] as PastRun['kind'],
  startedAt: iso(row['started']),
  tookMs: Number(row['took']),
  user: String(row['user']),
  playbooks: JSON.parse(String(row['playbooks'])) as string[],
  ...(row['revision'] !== null && { revision: String(row['revision']) }),
  exitCode: Number(row['exit']),
  hosts: JSON.parse(String(row['hosts'])) as PastRun['hosts'],
  ...(row['plan'] !== null && { plan: String(row['plan']) }),
});

const episode = (row: Row): Episode => ({
  ...(JSON.parse(String(row['body'])) as PastFinding),
  firstSeen: iso(row['firstSeen']),
  lastSeen: iso(row['lastSeen']),
  times: Number(row['times']),
  cause: row['cause'] as Seen['cause'],
  ...(row['ended'] !== null && {
    ended: { at: iso(row['endedAt']), run: Number(row['ended']), how: row['how'] as 'repaired' | 'gone' },
  }),
});
