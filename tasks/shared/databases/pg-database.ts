import type { Question, Subject } from '../../../src/sdk.ts';
import { pgAsk } from './pg-client.ts';
import type { PgLogin } from './pg-login.ts';
import { pgText } from './pg-quote.ts';

/** A database's attributes. */
export interface PgDatabase {
  readonly owner: string;
  readonly encoding: string;
  readonly collate: string;
  readonly ctype: string;
  readonly connections: number;
  readonly tablespace: string;
  /** Empty if there is none. */
  readonly comment: string;
}

/** Ask for a database; null if there is none with that name. */
export const pgDatabase = (login: PgLogin, name: string): Question<PgDatabase | null> =>
  pgAsk(
    login,
    `SELECT pg_catalog.json_build_object(
  'encoding', pg_catalog.pg_encoding_to_char(d.encoding), 'collate', d.datcollate, 'ctype', d.datctype,
  'owner', pg_catalog.pg_get_userbyid(d.datdba), 'tablespace', t.spcname, 'connections', d.datconnlimit,
  'comment', coalesce(pg_catalog.shobj_description(d.oid, 'pg_database'), ''))
FROM pg_catalog.pg_database d JOIN pg_catalog.pg_tablespace t ON t.oid = d.dattablespace WHERE d.datname = ${pgText(name)};`,
    `database:postgresql/db/${name}`,
  );

/** Everything that is stored in a database. */
export const inDatabase = (name: string): Subject => `database:postgresql/in/${name}/*`;
