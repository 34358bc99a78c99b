import type { Database } from 'node-sqlite3-wasm';
import type { AppliedThing } from './orphans/watch.ts';
import type { RunRecord } from './record.ts';

/** A thing that a run put on a host. */
export interface PastThing {
  readonly host: string;
  readonly thing: Omit<AppliedThing, 'hosts' | 'made'>;
  /** A run made it, this one or an earlier one; otherwise it was there when a run first declared it. */
  readonly made: boolean;
  /** Its place among all things of the run. */
  readonly rank: number;
  /** What that run did not look at on the host. */
  readonly missed: readonly string[];
  /** The last run of its playbooks that put it there. */
  readonly run: { readonly id: number; readonly playbooks: readonly string[]; readonly revision?: string };
}

/** The tables of what runs have put on hosts. Texts are kept once: many hosts have the same things. */
export const THINGS_SCHEMA = `
create table if not exists texts(id integer primary key, text text unique not null);
create table if not exists things(
  host text not null, name text not null, playbooks text not null, run integer not null, rank integer not null, body integer not null,
  missed integer not null, made integer not null, primary key (host, name, playbooks)) without rowid;`;

/** What runs have put on hosts, as far as it is not known to be gone. */
export function thingsOn(db: Database, hosts: readonly string[]): readonly PastThing[] {
  const wanted = new Set(hosts);
  const texts = new Map<unknown, unknown>();
  const read = (id: unknown): unknown => {
    if (!texts.has(id)) {
      const row = db.get('select text from texts where id = ?', Number(id));
      texts.set(id, JSON.parse(String(row?.['text'])));
    }
    return texts.get(id);
  };
  return db
    .all(
      'select t.*, r.revision, r.started from things t join runs r on r.id = t.run order by t.host, r.started, t.rank',
    )
    .filter(({ host }) => wanted.has(String(host)))
    .map((row) => ({
      host: String(row['host']),
      thing: read(row['body']) as PastThing['thing'],
      made: Number(row['made']) === 1,
      rank: Number(row['rank']),
      missed: read(row['missed']) as readonly string[],
      run: {
        id: Number(row['run']),
        playbooks: JSON.parse(String(row['playbooks'])) as string[],
        ...(row['revision'] !== null && { revision: String(row['revision']) }),
      },
    }));
}

/** Keeps what a run put on hosts, and forgets what is gone. */
export function addThings(
  db: Database,
  run: number,
  { things = [], missed = [], retired = [], playbooks }: RunRecord,
): void {
  const none = textId(db, '[]');
  const missedOn = new Map(
    missed.flatMap(({ names, hosts }) => {
      const text = textId(db, JSON.stringify(names));
      return hosts.map((host) => [host, text] as const);
    }),
  );
  for (const [rank, { hosts, made, ...thing }] of things.entries()) {
    const body = textId(db, JSON.stringify(thing));
    for (const host of hosts)
      db.run(
        `insert or replace into things(host, name, playbooks, run, rank, body, missed, made) values (?, ?, ?, ?, ?, ?, ?,
          coalesce((select max(made) from things where host = ? and name = ?), ?))`,
        [
          ...[host, thing.name, JSON.stringify(playbooks), run, rank, body, missedOn.get(host) ?? none],
          ...[host, thing.name, made === true ? 1 : 0],
        ],
      );
  }
  for (const { host, name } of retired) db.run('delete from things where host = ? and name = ?', [host, name]);
}

/** The number of a text, which is kept once. */
function textId(db: Database, text: string): number {
  const known = db.get('select id from texts where text = ?', text);
  return Number(known?.['id'] ?? db.run('insert into texts(text) values (?)', text).lastInsertRowid);
}
