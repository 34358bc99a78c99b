import { myName } from './my-quote.ts';

/** What privileges are granted on. */
interface PrivilegeScope {
  /** Empty for tables. */
  readonly kind: string;
  readonly database: string;
  readonly table: string;
}

/** The privileges on one thing: words such as `SELECT`, `SELECT (a, b)`, `ALL PRIVILEGES`, and `GRANT` for the grant option. */
interface ScopedPrivileges {
  readonly scope: PrivilegeScope;
  readonly words: readonly string[];
}

/** All of them. */
export const ALL = 'ALL PRIVILEGES';

/** The scope as it is reported. */
export const scopeText = ({ kind, database, table }: PrivilegeScope): string =>
  `${kind === '' ? '' : `${kind} `}${database}.${table}`;

/** All databases, or all tables. */
const EVERYTHING = '*';

/** The scope in SQL. */
const scopeSql = ({ kind, database, table }: PrivilegeScope): string => {
  const part = (word: string): string => (word === EVERYTHING ? word : myName(word));
  return `${kind === '' ? '' : `${kind} `}${part(database)}.${part(table)}`;
};

const NAME = '`(?:[^`]|``)*`|\\*';
const GRANTED = new RegExp(
  `^GRANT (.*?) ON (?:(FUNCTION|PROCEDURE|PACKAGE BODY|PACKAGE|TABLE) )?(${NAME})\\.(${NAME}) TO `,
  's',
);

/** The privileges that `SHOW GRANTS` tells. Roles and proxies are none. */
export function readGrants(lines: readonly string[]): readonly ScopedPrivileges[] {
  return lines.flatMap((line) => {
    const [, words, kind = '', database, table] = GRANTED.exec(line) ?? [];
    if (words === undefined || database === undefined || table === undefined) return [];
    const scope = { kind: kind === 'TABLE' ? '' : kind, database: unquoted(database), table: unquoted(table) };
    const option = / WITH (?:\S+ \d+ )*GRANT OPTION/.test(line) ? ['GRANT'] : [];
    return [{ scope, words: allOf([...wordsIn(words), ...option]) }];
  });
}

/** A line as `SHOW GRANTS` would tell it. */
export const grantLine = ({ scope, words }: ScopedPrivileges): string =>
  `GRANT ${
    words
      .filter((word) => word !== 'GRANT')
      .map(wordSql)
      .join(', ') || 'USAGE'
  } ON ${scopeSql(scope)} TO USER${words.includes('GRANT') ? ' WITH GRANT OPTION' : ''}`;

const unquoted = (name: string): string => (name.startsWith('`') ? name.slice(1, -1).replaceAll('``', '`') : name);

/** Every privilege on everything that MySQL 8 lists, where others say ALL. */
// biome-ignore format: a list
const EVERY = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'CREATE', 'DROP', 'RELOAD', 'SHUTDOWN', 'PROCESS', 'FILE', 'REFERENCES', 'INDEX', 'ALTER', 'SHOW DATABASES', 'SUPER',
  'CREATE TEMPORARY TABLES', 'LOCK TABLES', 'EXECUTE', 'REPLICATION SLAVE', 'REPLICATION CLIENT', 'CREATE VIEW', 'SHOW VIEW', 'CREATE ROUTINE', 'ALTER ROUTINE', 'CREATE USER', 'EVENT',
  'TRIGGER', 'CREATE TABLESPACE', 'CREATE ROLE', 'DROP ROLE'];

const allOf = (words: readonly string[]): readonly string[] =>
  EVERY.every((one) => words.includes(one)) ? [ALL, ...words.filter((word) => word === 'GRANT')] : words;

/** Names that servers use for the same privilege. */
const SAME: Readonly<Record<string, string>> = {
  ALL,
  'BINLOG MONITOR': 'REPLICATION CLIENT',
  'DELETE HISTORY': 'DELETE VERSIONING ROWS',
  'GRANT OPTION': 'GRANT',
  'REPLICATION REPLICA': 'REPLICATION SLAVE',
  'REPLICA MONITOR': 'SLAVE MONITOR',
};

/** Privileges in a text, separated by commas; `USAGE` is none. */
function wordsIn(text: string): readonly string[] {
  const words = (text.match(/[^,(]+(?:\([^)]*\))?/g) ?? []).map((word) => {
    const [, name = '', columns] = /^\s*([^(]*?)\s*(?:\(([^)]*)\))?\s*$/.exec(word) ?? [];
    const plain = name.toUpperCase().replace(/\s+/g, ' ');
    const sorted = columns
      ?.split(',')
      .map((column) => unquoted(column.trim()))
      .toSorted();
    return sorted === undefined ? (SAME[plain] ?? plain) : `${plain} (${sorted.join(', ')})`;
  });
  return [...new Set(words.filter((word) => word !== '' && word !== 'USAGE'))];
}

/** A privilege in SQL. */
function wordSql(word: string): string {
  const [, name = word, columns] = /^(.*?) \((.*)\)$/.exec(word) ?? [];
  return columns === undefined ? name : `${name} (${columns.split(', ').map(myName).join(', ')})`;
}

/** The parameter `priv`: `db.table:SELECT,INSERT/db2.*:ALL`, or a dictionary; or what is wrong with it. */
export function readPriv(priv: unknown): readonly ScopedPrivileges[] | string {
  const items =
    typeof priv === 'object' && priv !== null
      ? Object.entries(priv).map(([scope, words]) => [scope, String(words)] as const)
      : (String(priv).match(/(?:`(?:[^`]|``)*`|[^/`])+/g) ?? []).map((item) => {
          const [, scope = '', words = ''] = /^(.*):([^:]*)$/s.exec(item.trim()) ?? [];
          return [scope, words] as const;
        });
  const all: ScopedPrivileges[] = [];
  for (const [place, words] of items) {
    const [, kind = '', database, table] =
      /^(?:(FUNCTION|PROCEDURE|TABLE)\s+)?(`(?:[^`]|``)*`|[^.`]+)\.(`(?:[^`]|``)*`|.+)$/i.exec(place.trim()) ?? [];
    if (database === undefined || table === undefined || words === '')
      return `invalid privileges string: expected \`database.table:PRIVILEGE\`, found \`${place}${words === '' ? '' : `:${words}`}\``;
    const scope = {
      kind: kind.toUpperCase().replace('TABLE', ''),
      database: unquoted(database),
      table: unquoted(table),
    };
    const known = all.find((one) => scopeText(one.scope) === scopeText(scope));
    if (known === undefined) all.push({ scope, words: wordsIn(words) });
    else all.splice(all.indexOf(known), 1, { scope, words: [...new Set([...known.words, ...wordsIn(words)])] });
  }
  return all;
}

/** How the given privileges are meant. */
export type PrivilegeMode = 'append' | 'exactly' | 'subtract';

/** A difference of the privileges on one thing, and the statements that remove it. */
export interface PrivilegeDifference {
  readonly scope: PrivilegeScope;
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly grant: readonly string[];
  readonly revoke: readonly string[];
}

/** What to grant and to revoke. */
export function privilegeDifferences(
  now: readonly ScopedPrivileges[],
  wanted: readonly ScopedPrivileges[],
  mode: PrivilegeMode,
): readonly PrivilegeDifference[] {
  const scopes = new Map([...now, ...wanted].map(({ scope }) => [scopeText(scope), scope]));
  const on = (all: readonly ScopedPrivileges[], text: string): readonly string[] =>
    all.filter(({ scope }) => scopeText(scope) === text).flatMap(({ words }) => words);
  return [...scopes]
    .map(([text, scope]) => ({ scope, ...difference(on(now, text), on(wanted, text), mode) }))
    .filter(({ grant, revoke }) => grant.length + revoke.length > 0);
}

function difference(has: readonly string[], given: readonly string[], mode: PrivilegeMode) {
  const option = (words: readonly string[]): readonly string[] => words.filter((word) => word === 'GRANT');
  const lessAll = (words: readonly string[]) => (words.includes(ALL) ? [ALL, ...option(words)] : words);
  const wanted = lessAll(given);
  const covered = (word: string, by: readonly string[]): boolean =>
    by.includes(word) || (by.includes(ALL) && word !== 'GRANT');
  if (mode === 'subtract') {
    const revoke = wanted.includes(ALL)
      ? [...(has.some((word) => word !== 'GRANT') ? [ALL] : []), ...option(wanted).filter((word) => has.includes(word))]
      : wanted.filter((word) => covered(word, has));
    const after = has.filter((word) => !covered(word, wanted));
    return { before: has, after, grant: [], revoke };
  }
  const after = lessAll(mode === 'append' ? [...new Set([...has, ...wanted])] : wanted);
  // Where everything is granted, less is granted by revoking everything first.
  const anew = has.includes(ALL) && !after.includes(ALL);
  const grant = after.filter((word) => (anew && word !== 'GRANT') || !covered(word, has));
  const surplus = has.filter((word) => !covered(word, after));
  return { before: has, after, grant, revoke: anew ? [ALL, ...option(surplus)] : surplus };
}

/** The statements for a difference. */
export function privilegeStatements({ scope, grant, revoke }: PrivilegeDifference, user: string): readonly string[] {
  const on = scopeSql(scope);
  const plain = (words: readonly string[]): string =>
    words
      .filter((word) => word !== 'GRANT')
      .map(wordSql)
      .join(', ');
  return [
    ...(plain(revoke) === '' ? [] : [`REVOKE ${plain(revoke)} ON ${on} FROM ${user}`]),
    ...(revoke.includes('GRANT') ? [`REVOKE GRANT OPTION ON ${on} FROM ${user}`] : []),
    ...(grant.length === 0
      ? []
      : [`GRANT ${plain(grant) || 'USAGE'} ON ${on} TO ${user}${grant.includes('GRANT') ? ' WITH GRANT OPTION' : ''}`]),
  ];
}
