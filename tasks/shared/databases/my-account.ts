import { hash, type Question } from '../../../src/sdk.ts';
import { myAsk, type Rows } from './my-client.ts';
import type { MyLogin } from './my-login.ts';
import { myText, myUser } from './my-quote.ts';

/** A user for one host, as the server stores it. */
export interface Account {
  readonly host: string;
  readonly plugin: string;
  readonly stored: string;
  readonly tls: string;
  readonly cipher: string;
  readonly issuer: string;
  readonly subject: string;
  readonly limits: readonly string[];
}

/** The limits of an account, in the order of the server's table. */
export const LIMITS = [
  'MAX_QUERIES_PER_HOUR',
  'MAX_UPDATES_PER_HOUR',
  'MAX_CONNECTIONS_PER_HOUR',
  'MAX_USER_CONNECTIONS',
];

/** The version of the server, and a user for all hosts. */
export const accounts = (login: MyLogin, name: string): Question<Rows> =>
  myAsk(
    login,
    `SELECT 'version', VERSION();
SELECT 'user', host, plugin, HEX(authentication_string), ssl_type, CAST(ssl_cipher AS CHAR), CAST(x509_issuer AS CHAR), CAST(x509_subject AS CHAR),
  max_questions, max_updates, max_connections, max_user_connections
FROM mysql.user WHERE user = ${myText(name)} AND host <> '' ORDER BY host;`,
    `database:mysql/user/${name}`,
  );

/** What a user may do, as statements. */
export const grants = (login: MyLogin, name: string, host: string): Question<Rows> =>
  myAsk(login, `SHOW GRANTS FOR ${myUser(name, host)};`, `database:mysql/user/${name}`);

/** The accounts in an answer of `accounts`. */
export const readAccounts = (rows: Rows): readonly Account[] =>
  rows
    .filter(([tag]) => tag === 'user')
    .map(([, host = '', plugin = '', hex = '', tls = '', cipher = '', issuer = '', subject = '', ...limits]) => ({
      host,
      plugin,
      stored: hex === 'NULL' ? '' : Buffer.from(hex, 'hex').toString('latin1'),
      tls,
      cipher,
      issuer,
      subject,
      limits,
    }));

/** The answer of `accounts` if these are a user's accounts; the version stays as it was told. */
export const rowsOf = (told: Rows, all: readonly Account[]): Rows => [
  ...told.filter(([tag]) => tag === 'version'),
  ...all.map(rowOf),
];

const rowOf = (one: Account): readonly string[] => [
  'user',
  one.host,
  one.plugin,
  Buffer.from(one.stored, 'latin1').toString('hex').toUpperCase(),
  one.tls,
  one.cipher,
  one.issuer,
  one.subject,
  ...one.limits,
];

/** What a connection of the user must have. */
export type Tls = Pick<Account, 'cipher' | 'issuer' | 'subject' | 'tls'>;

/** Nothing is required: a connection may be unencrypted. */
export const noTls: Tls = { tls: '', cipher: '', issuer: '', subject: '' };

/** What `tls_requires` says; a string is an error. */
export function wantedTls(given: Readonly<Record<string, unknown>> | undefined): Tls | string | undefined {
  if (given === undefined) return undefined;
  const entries = Object.entries(given).map(([key, value]) => [key.toUpperCase(), value] as const);
  const unknown = entries.find(([key]) => !['CIPHER', 'ISSUER', 'NONE', 'SSL', 'SUBJECT', 'X509'].includes(key));
  if (unknown !== undefined) return `tls_requires: ${unknown[0]} is none of SSL, X509, SUBJECT, ISSUER, CIPHER`;
  const value = (name: string): string => String(entries.find(([key]) => key === name)?.[1] ?? '');
  const has = (name: string): boolean => entries.some(([key]) => key === name);
  if (has('CIPHER') || has('ISSUER') || has('SUBJECT'))
    return { tls: 'SPECIFIED', cipher: value('CIPHER'), issuer: value('ISSUER'), subject: value('SUBJECT') };
  if (has('X509')) return { ...noTls, tls: 'X509' };
  return has('SSL') ? { ...noTls, tls: 'ANY' } : noTls;
}

/** The clause of `CREATE USER` for it. */
export function tlsSql({ tls, cipher, issuer, subject }: Tls): string {
  const words: Readonly<Record<string, string>> = { '': 'NONE', ANY: 'SSL', X509: 'X509' };
  const parts = [
    ...(cipher === '' ? [] : [`CIPHER ${myText(cipher)}`]),
    ...(issuer === '' ? [] : [`ISSUER ${myText(issuer)}`]),
    ...(subject === '' ? [] : [`SUBJECT ${myText(subject)}`]),
  ];
  return `REQUIRE ${words[tls] ?? parts.join(' AND ')}`;
}

/** The limits by their place in the server's table; a string is an error. */
export function wantedLimits(given: Readonly<Record<string, unknown>> = {}): readonly (string | undefined)[] | string {
  const entries = new Map(Object.entries(given).map(([key, value]) => [key.toUpperCase(), String(value)]));
  const unknown = [...entries.keys()].find((key) => !LIMITS.includes(key));
  if (unknown !== undefined) return `resource_limits: ${unknown} is none of ${LIMITS.join(', ')}`;
  const wrong = [...entries].find(([, value]) => !/^-?\d+$/.test(value));
  if (wrong !== undefined) return `resource_limits: ${wrong[0]} must be a number, got ${wrong[1]}`;
  return LIMITS.map((name) => entries.get(name));
}

/** Whether a text is such a hash as `mysql_native_password` stores. */
export const isHash = (text: string): boolean => /^\*[0-9A-Fa-f]{40}$/.test(text);

/** The hash that `mysql_native_password` stores. */
export const nativeHash = (password: string): string =>
  password === '' ? '' : `*${hash('sha1', Buffer.from(hash('sha1', password), 'hex')).toUpperCase()}`;
