import { hash, isScramVerifier, type Question, scramMatches, scramVerifier } from '../../../src/sdk.ts';
import { pgAsk } from './pg-client.ts';
import type { PgLogin } from './pg-login.ts';
import { pgText } from './pg-quote.ts';

/** A role and what its password is stored with. */
export interface PgRoleState {
  /** How the server stores new passwords: `scram-sha-256`, or `md5` (`on` in old versions). */
  readonly encryption: string;
  /** Whether the login may read stored passwords. */
  readonly readable: boolean;
  readonly role: PgRole | null;
}

/** A role's attributes. */
export interface PgRole {
  readonly flags: Readonly<Record<string, boolean>>;
  readonly connections: number;
  /** Seconds since the epoch, as text (`infinity` is a value of its own); null if the password never expires. */
  readonly until: string | null;
  readonly untilShown: string | null;
  readonly comment: string | null;
  readonly password: string | null;
  readonly memberOf: readonly string[];
}

/** The names of attributes in SQL, by their columns. */
export const ROLE_FLAGS: Readonly<Record<string, string>> = {
  SUPERUSER: 'rolsuper',
  CREATEROLE: 'rolcreaterole',
  CREATEDB: 'rolcreatedb',
  INHERIT: 'rolinherit',
  LOGIN: 'rolcanlogin',
  REPLICATION: 'rolreplication',
  BYPASSRLS: 'rolbypassrls',
};

/** Ask for a role. */
export const pgRole = (login: PgLogin, name: string): Question<PgRoleState> =>
  pgAsk(
    login,
    `SELECT pg_catalog.has_table_privilege('pg_catalog.pg_authid', 'SELECT') AS readable \\gset
\\if :readable
${roleQuery(name, '(SELECT rolpassword FROM pg_catalog.pg_authid a WHERE a.oid = r.oid)')}
\\else
${roleQuery(name, 'NULL')}
\\endif`,
    `database:postgresql/role/${name}`,
  );

const roleQuery = (name: string, password: string): string => `SELECT pg_catalog.json_build_object(
  'encryption', pg_catalog.current_setting('password_encryption'),
  'readable', :'readable' = 't',
  'role', (SELECT pg_catalog.json_build_object(
    'flags', pg_catalog.json_build_object(${Object.entries(ROLE_FLAGS)
      .map(([flag, column]) => `'${flag}', r.${column}`)
      .join(', ')}),
    'connections', r.rolconnlimit,
    'until', extract(epoch from r.rolvaliduntil)::text,
    'untilShown', r.rolvaliduntil::text,
    'comment', pg_catalog.shobj_description(r.oid, 'pg_authid'),
    'password', ${password},
    'memberOf', ARRAY(SELECT g.rolname::text FROM pg_catalog.pg_auth_members m
      JOIN pg_catalog.pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid ORDER BY 1)
  ) FROM pg_catalog.pg_roles r WHERE r.rolname = ${pgText(name)}));`;

/** The message that a role is missing. */
export const noRole = (name: string): string => `role "${name}" does not exist: create it with postgresql_user first`;

/** Whether a password is already the form that a server stores. */
const isStoredForm = (password: string): boolean => /^md5[0-9a-f]{32}$/.test(password) || isScramVerifier(password);

/** Whether a role's stored password is the given one. */
export function isPassword(stored: string | null, password: string, role: string): boolean {
  if (password === '') return stored === null || stored === '';
  if (stored === null) return false;
  if (isStoredForm(password)) return stored === password;
  return stored.startsWith('md5') ? stored === md5Form(password, role) : scramMatches(stored, password);
}

/** The form in which the server should store a password: computed here, so that the password itself is never sent. */
export function storedForm(password: string, role: string, encryption: string, salt: string): string {
  if (isStoredForm(password)) return password;
  return encryption === 'scram-sha-256' ? scramVerifier(password, salt) : md5Form(password, role);
}

const md5Form = (password: string, role: string): string => `md5${hash('md5', `${password}${role}`)}`;
