import type { Question, Subject } from '../../../src/sdk.ts';
import { pgAsk } from './pg-client.ts';
import type { PgLogin } from './pg-login.ts';
import { pgName, pgText, pgTexts } from './pg-quote.ts';

/** The kinds of objects that privileges are granted on. */
export const GRANT_TYPES = [
  'database',
  'default_privs',
  'foreign_data_wrapper',
  'foreign_server',
  'function',
  'group',
  'language',
  'procedure',
  'schema',
  'sequence',
  'table',
  'tablespace',
  'type',
] as const;

/** A kind of objects that privileges are granted on. */
type GrantType = (typeof GRANT_TYPES)[number];

/** Whose privileges on which objects. */
export interface GrantScope {
  readonly type: GrantType;
  readonly database: string;
  /** For types that have one; of default privileges: all schemas, if there is none. */
  readonly schema: string | undefined;
  /** The objects by name; undefined for all in the schema. */
  readonly objects: readonly string[] | undefined;
  readonly roles: readonly string[];
  /** Of default privileges: the roles that create the objects. */
  readonly creators: readonly string[];
}

/** An object and who has which privileges on it. */
export interface GrantObject {
  /** The name that it was asked by. */
  readonly asked: string;
  /** The name as it is reported. */
  readonly name: string;
  /** What follows `ON`, quoted by the server; of default privileges, what precedes `GRANT`. */
  readonly sql: string;
  /** Every privilege that there is on such an object. */
  readonly all: readonly string[];
  readonly granted: readonly Granted[];
}

/** A privilege that a role has. */
export interface Granted {
  readonly role: string;
  readonly privilege: string;
  readonly grantable: boolean;
}

/** The objects that exist, and the roles that exist. */
export interface Grants {
  readonly roles: readonly string[];
  readonly objects: readonly GrantObject[];
}

/** The word for everybody, in any case. */
export const isPublic = (role: string): boolean => role.toUpperCase() === 'PUBLIC';

/** Ask who has which privileges. */
export const pgGrants = (login: PgLogin, scope: GrantScope): Question<Grants> =>
  pgAsk(
    login,
    `SELECT pg_catalog.json_build_object(
  'roles', ARRAY(SELECT rolname::text FROM pg_catalog.pg_roles WHERE rolname = ANY(${pgTexts(scope.roles)})),
  'objects', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
    'asked', o.asked, 'name', o.name, 'sql', o.sql, 'all', o.every,
    'granted', (SELECT coalesce(pg_catalog.json_agg(g), '[]') FROM (
      SELECT CASE WHEN e.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.pg_get_userbyid(e.grantee) END AS role,
        e.privilege_type AS privilege, bool_or(e.is_grantable) AS grantable
      FROM (${granteesOf(scope)}) e GROUP BY 1, 2 ORDER BY 1, 2
    ) g WHERE ${scope.roles.some(isPublic) ? `g.role = 'PUBLIC' OR ` : ''}g.role = ANY(${pgTexts(scope.roles)}))
  ) ORDER BY o.name), '[]') FROM (
    SELECT o.*, ${scope.type === 'group' ? `ARRAY['MEMBER']` : EVERY} AS every FROM (${objectsOf(scope)}) o
  ) o));`,
    ...subjectsOf(scope),
  );

function granteesOf({ type, schema }: GrantScope): string {
  if (type === 'group') return MEMBERS;
  // In a schema, default privileges are added to the general ones: there they start from nothing.
  const isAdded = type === 'default_privs' && schema !== undefined;
  // Elsewhere, what has no ACL of its own has the default one.
  return `SELECT * FROM pg_catalog.aclexplode(${isAdded ? 'o.acl' : 'coalesce(o.acl, pg_catalog.acldefault(o.kind, o.owner))'})`;
}

const MEMBERS = `SELECT m.member AS grantee, 'MEMBER' AS privilege_type, m.admin_option AS is_grantable
  FROM pg_catalog.pg_auth_members m WHERE m.roleid = o.owner`;
const EVERY = `ARRAY(SELECT x.privilege_type::text FROM pg_catalog.aclexplode(pg_catalog.acldefault(o.kind, o.owner)) x WHERE x.grantee = o.owner)`;

function subjectsOf({ type, database, schema, objects = ['*'], roles, creators }: GrantScope): readonly Subject[] {
  if (type === 'group') return roles.map((role) => `database:postgresql/role/${role}`);
  const shared = type === 'database' || type === 'tablespace';
  const place = shared ? 'database:postgresql/shared' : `database:postgresql/in/${database}`;
  const rest = type === 'default_privs' ? creators.map((one) => `${one}/`) : [''];
  return roles.flatMap((role) => [
    `by:database:postgresql/role/${role}`,
    ...objects.flatMap((object) => rest.map((by) => `${place}/grant/${role}/${type}/${by}${schema ?? ''}.${object}`)),
  ]);
}

interface Catalog {
  readonly from: string;
  readonly name: string;
  readonly acl: string;
  readonly owner: string;
  /** The letter of the kind of object in `acldefault`. */
  readonly kind: string;
}

const catalog = (table: string, prefix: string, kind: string, letters = prefix): Catalog => ({
  from: `pg_catalog.${table}`,
  name: `${prefix}name`,
  acl: `${prefix}acl`,
  owner: `${letters}owner`,
  kind,
});

/** Catalogs of objects that are in no schema. */
const FLAT: Readonly<Partial<Record<GrantType, Catalog>>> = {
  database: { ...catalog('pg_database', 'dat', 'd'), owner: 'datdba' },
  schema: catalog('pg_namespace', 'nsp', 'n'),
  language: catalog('pg_language', 'lan', 'l'),
  tablespace: catalog('pg_tablespace', 'spc', 't'),
  foreign_data_wrapper: catalog('pg_foreign_data_wrapper', 'fdw', 'F'),
  foreign_server: catalog('pg_foreign_server', 'srv', 'S'),
  group: { from: 'pg_catalog.pg_roles', name: 'rolname', acl: 'NULL::aclitem[]', owner: 'oid', kind: 'r' },
};

function objectsOf(scope: GrantScope): string {
  const { type, schema = 'public', objects } = scope;
  const flat = FLAT[type];
  if (flat !== undefined)
    return `SELECT ${flat.name}::text AS asked, ${flat.name}::text AS name, pg_catalog.quote_ident(${flat.name}) AS sql, ${flat.acl} AS acl, ${flat.owner} AS owner, '${flat.kind}'::"char" AS kind FROM ${flat.from} WHERE ${flat.name} = ANY(${pgTexts(objects ?? [])})`;
  if (type === 'default_privs') return defaultsOf(scope);
  const place = `JOIN pg_catalog.pg_namespace n ON n.nspname = ${pgText(schema)} AND n.oid = `;
  const only = (name: string): string => (objects === undefined ? '' : ` AND ${name} = ANY(${pgTexts(objects)})`);
  const row = (name: string, prefix: string, kind: string): string =>
    `SELECT ${name}::text AS asked, n.nspname || '.' || ${name} AS name, pg_catalog.format('%I.%I', n.nspname, ${name}) AS sql, ${prefix}acl AS acl, ${prefix}owner AS owner, '${kind}'::"char" AS kind`;
  if (type === 'type')
    return `${row('t.typname', 't.typ', 'T')} FROM pg_catalog.pg_type t ${place}t.typnamespace WHERE true${only('t.typname')}`;
  if (type === 'function' || type === 'procedure') return routinesOf(scope, place);
  const kinds = type === 'sequence' ? `'S'` : `'r', 'v', 'm', 'p', 'f'`;
  return `${row('c.relname', 'c.rel', type === 'sequence' ? 's' : 'r')} FROM pg_catalog.pg_class c ${place}c.relnamespace WHERE c.relkind IN (${kinds})${only('c.relname')}`;
}

/** Functions are named with the types of their arguments, in any notation that the server knows. */
function routinesOf({ type, schema = 'public', objects }: GrantScope, place: string): string {
  const kind = type === 'procedure' ? `p.prokind = 'p'` : `p.prokind <> 'p'`;
  const columns = `pg_catalog.format('%s.%s(%s)', n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)) AS name, pg_catalog.format('%I.%I(%s)', n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)) AS sql, p.proacl AS acl, p.proowner AS owner, 'f'::"char" AS kind`;
  const from = `pg_catalog.pg_proc p ${place}p.pronamespace`;
  if (objects === undefined) return `SELECT p.proname::text AS asked, ${columns} FROM ${from} WHERE ${kind}`;
  const named = objects.map((object) => {
    const [, name = object, types = ''] = /^(.*?)(\(.*\))$/.exec(object) ?? [];
    return `(${pgText(object)}, ${pgText(`${pgName(schema)}.${pgName(name)}${types.replaceAll(':', ',') || '()'}`)})`;
  });
  return `SELECT w.asked, ${columns} FROM (VALUES ${named.join(', ')}) w(asked, sign) JOIN ${from} ON p.oid = pg_catalog.to_regprocedure(w.sign) WHERE ${kind}`;
}

const DEFAULTS: Readonly<Record<string, readonly [stored: string, acl: string]>> = {
  TABLES: ['r', 'r'],
  SEQUENCES: ['S', 's'],
  FUNCTIONS: ['f', 'f'],
  TYPES: ['T', 'T'],
  SCHEMAS: ['n', 'n'],
};

/** The kinds of objects that may have default privileges. */
export const DEFAULT_OBJECTS: readonly string[] = Object.keys(DEFAULTS);

function defaultsOf({ schema, objects = [], creators }: GrantScope): string {
  const kinds = objects.map((object) => {
    const [stored = '', acl = ''] = DEFAULTS[object] ?? [];
    return `(${pgText(object)}, '${stored}'::"char", '${acl}'::"char")`;
  });
  const namespace =
    schema === undefined ? '0' : `(SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = ${pgText(schema)})`;
  const within = schema === undefined ? '' : ` IN SCHEMA ${pgName(schema)}`;
  return `SELECT v.name AS asked, v.name || ' of ' || t.rolname AS name,
  pg_catalog.format('ALTER DEFAULT PRIVILEGES FOR ROLE %I%s', t.rolname, ${pgText(within)}) AS sql,
  d.defaclacl AS acl, t.oid AS owner, v.kind
FROM (VALUES ${kinds.join(', ')}) v(name, stored, kind) JOIN pg_catalog.pg_roles t ON t.rolname = ANY(${pgTexts(creators)})
LEFT JOIN pg_catalog.pg_default_acl d ON d.defaclrole = t.oid AND d.defaclnamespace = ${namespace} AND d.defaclobjtype = v.stored`;
}
