import type { Question } from '../../../src/sdk.ts';
import { pgAsk } from './pg-client.ts';
import type { PgLogin } from './pg-login.ts';
import { pgName, pgText } from './pg-quote.ts';

/** The kinds of objects that have an owner. */
export const OWNED_TYPES = [
  'aggregate',
  'collation',
  'conversion',
  'database',
  'domain',
  'event_trigger',
  'foreign_data_wrapper',
  'foreign_table',
  'function',
  'language',
  'large_object',
  'matview',
  'procedure',
  'publication',
  'routine',
  'schema',
  'sequence',
  'server',
  'statistics',
  'table',
  'tablespace',
  'text_search_configuration',
  'text_search_dictionary',
  'type',
  'view',
] as const;

/** A kind of objects that have an owner. */
type OwnedType = (typeof OWNED_TYPES)[number];

/** An object as a task names it, in a database. */
export interface NamedObject {
  readonly type: OwnedType;
  readonly name: string;
  readonly database: string;
}

/** An object that has this name. */
export interface Owned {
  readonly owner: string;
  /** What follows ALTER, quoted by the server. */
  readonly sql: string;
}

/** Ask for the objects with a name: several functions may have the same one. */
export const pgOwned = (login: PgLogin, named: NamedObject): Question<readonly Owned[]> =>
  pgAsk(
    login,
    `SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('owner', pg_catalog.pg_get_userbyid(o.owner), 'sql', o.sql)), '[]') FROM (${queryOf(named)}) o;`,
    ownerSubject(named),
  );

function ownerSubject({ type, name, database }: NamedObject): string {
  if (type === 'database') return `database:postgresql/db/${name}`;
  if (type === 'tablespace') return `database:postgresql/shared/owner/tablespace/${name}`;
  return type === 'schema'
    ? `database:postgresql/in/${database}/schema/${name}`
    : `database:postgresql/in/${database}/owner/${type}/${name}`;
}

/** The word for a kind of object in SQL. */
const wordOf = (type: OwnedType): string =>
  type === 'matview' ? 'MATERIALIZED VIEW' : type.toUpperCase().replaceAll('_', ' ');

/** Objects that are in no schema: the catalog and the start of its columns' names. */
const FLAT: Readonly<Partial<Record<OwnedType, readonly [catalog: string, name: string, owner: string]>>> = {
  database: ['pg_database', 'datname', 'datdba'],
  event_trigger: ['pg_event_trigger', 'evtname', 'evtowner'],
  foreign_data_wrapper: ['pg_foreign_data_wrapper', 'fdwname', 'fdwowner'],
  language: ['pg_language', 'lanname', 'lanowner'],
  publication: ['pg_publication', 'pubname', 'pubowner'],
  schema: ['pg_namespace', 'nspname', 'nspowner'],
  server: ['pg_foreign_server', 'srvname', 'srvowner'],
  tablespace: ['pg_tablespace', 'spcname', 'spcowner'],
};

/** Catalogs of objects in schemas. */
interface Catalog {
  readonly table: string;
  /** The start of its columns' names. */
  readonly prefix: string;
  /** The function that says whether one is found without its schema. */
  readonly visible: string;
  readonly where?: string;
}

const relation = (kinds: string): Catalog => ({
  table: 'pg_class',
  prefix: 'rel',
  visible: 'pg_table_is_visible',
  where: `o.relkind IN (${kinds})`,
});

const CATALOGS: Readonly<Partial<Record<OwnedType, Catalog>>> = {
  collation: {
    table: 'pg_collation',
    prefix: 'coll',
    visible: 'pg_collation_is_visible',
    where: `o.collencoding IN (-1, (SELECT encoding FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()))`,
  },
  conversion: { table: 'pg_conversion', prefix: 'con', visible: 'pg_conversion_is_visible' },
  domain: { table: 'pg_type', prefix: 'typ', visible: 'pg_type_is_visible', where: `o.typtype = 'd'` },
  foreign_table: relation(`'f'`),
  matview: relation(`'m'`),
  sequence: relation(`'S'`),
  statistics: { table: 'pg_statistic_ext', prefix: 'stx', visible: 'pg_statistics_obj_is_visible' },
  table: relation(`'r', 'p'`),
  text_search_configuration: { table: 'pg_ts_config', prefix: 'cfg', visible: 'pg_ts_config_is_visible' },
  text_search_dictionary: { table: 'pg_ts_dict', prefix: 'dict', visible: 'pg_ts_dict_is_visible' },
  // The row of a table has a type of the same name, which belongs to the table.
  type: {
    table: 'pg_type',
    prefix: 'typ',
    visible: 'pg_type_is_visible',
    where: `(o.typrelid = 0 OR EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = o.typrelid AND c.relkind = 'c'))`,
  },
  view: relation(`'v'`),
};

function queryOf({ type, name }: NamedObject): string {
  const word = pgText(wordOf(type));
  const flat = FLAT[type];
  if (flat !== undefined) {
    const [catalog, column, owner] = flat;
    return `SELECT ${owner} AS owner, pg_catalog.format('%s %I', ${word}, ${column}) AS sql FROM pg_catalog.${catalog} WHERE ${column} = ${pgText(plainName(name))}`;
  }
  if (type === 'large_object')
    return `SELECT lomowner AS owner, pg_catalog.format('%s %s', ${word}, oid) AS sql FROM pg_catalog.pg_largeobject_metadata WHERE oid::text = ${pgText(name)}`;
  const catalog = CATALOGS[type];
  return catalog === undefined ? routines(type, name) : inSchema(catalog, word, name);
}

function inSchema({ table, prefix, visible, where = 'true' }: Catalog, word: string, given: string): string {
  const { schema, name } = parts(given);
  const place = schema === undefined ? `pg_catalog.${visible}(o.oid)` : `n.nspname = ${pgText(schema)}`;
  return `SELECT o.${prefix}owner AS owner, pg_catalog.format('%s %I.%I', ${word}, n.nspname, o.${prefix}name) AS sql
FROM pg_catalog.${table} o JOIN pg_catalog.pg_namespace n ON n.oid = o.${prefix}namespace WHERE o.${prefix}name = ${pgText(name)} AND ${where} AND ${place}`;
}

const KINDS: Readonly<Partial<Record<OwnedType, string>>> = {
  aggregate: `o.prokind = 'a'`,
  function: `o.prokind IN ('f', 'w')`,
  procedure: `o.prokind = 'p'`,
};

/** Functions may be named with the types of their arguments, in any notation that the server knows. */
function routines(type: OwnedType, given: string): string {
  const [, before = given, types] = /^(.*?)\s*(\(.*\))$/s.exec(given) ?? [];
  const { schema, name } = parts(before);
  const sign = [...(schema === undefined ? [] : [pgName(schema)]), pgName(name)].join('.');
  const isNamed =
    types === undefined
      ? `o.proname = ${pgText(name)} AND ${schema === undefined ? 'pg_catalog.pg_function_is_visible(o.oid)' : `n.nspname = ${pgText(schema)}`}`
      : `o.oid = pg_catalog.to_regprocedure(${pgText(`${sign}${types === '(*)' ? '()' : types}`)})`;
  const none = type === 'aggregate' ? `'*'` : `''`;
  return `SELECT o.proowner AS owner, pg_catalog.format('%s %I.%I(%s)', ${pgText(wordOf(type))}, n.nspname, o.proname, coalesce(nullif(pg_catalog.pg_get_function_identity_arguments(o.oid), ''), ${none})) AS sql
FROM pg_catalog.pg_proc o JOIN pg_catalog.pg_namespace n ON n.oid = o.pronamespace WHERE ${isNamed} AND ${KINDS[type] ?? 'true'}`;
}

/** A name without the quotes that it may have in SQL. */
const plainName = (name: string): string => {
  const [, inner] = /^"((?:[^"]|"")*)"$/s.exec(name) ?? [];
  return inner === undefined ? name : inner.replaceAll('""', '"');
};

/** A name with or without a schema, each with or without quotes. */
function parts(given: string): { readonly schema: string | undefined; readonly name: string } {
  const [, schema, name = given] = /^(?:("(?:[^"]|"")*"|[^".]+)\.)?("(?:[^"]|"")*"|[^".]+)$/s.exec(given) ?? [];
  return { schema: schema === undefined ? undefined : plainName(schema), name: plainName(name) };
}
