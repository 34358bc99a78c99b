import type { Params } from '../../../src/sdk.ts';

/** Parameters with which all PostgreSQL types log in. */
export const pgLoginParams = {
  login_user: { type: 'str', default: 'postgres', aliases: ['login'], doc: 'The role to log in as.' },
  login_password: { type: 'str', default: '', secret: true, doc: 'Its password.' },
  login_host: {
    type: 'str',
    default: '',
    aliases: ['host'],
    doc: 'The machine that the server runs on, as seen from the host (default: the socket on the host).',
  },
  login_unix_socket: {
    type: 'str',
    default: '',
    aliases: ['unix_socket'],
    doc: 'The directory of the socket, if it is not the usual one.',
  },
  port: { type: 'int', default: 5432, aliases: ['login_port'], doc: 'The port of the server.' },
  ssl_mode: {
    type: 'str',
    default: 'prefer',
    choices: ['allow', 'disable', 'prefer', 'require', 'verify-ca', 'verify-full'],
    doc: 'Whether to encrypt the connection, and what to verify.',
  },
  ca_cert: {
    type: 'str',
    aliases: ['ssl_rootcert'],
    doc: 'A file on the host with the certificate authorities to trust.',
  },
  ssl_cert: { type: 'path', doc: 'A file on the host with the certificate to log in with.' },
  ssl_key: { type: 'path', doc: 'A file on the host with the key of that certificate.' },
  connect_params: { type: 'dict', default: {}, doc: 'Additional connection parameters, by their libpq names.' },
  session_role: { type: 'str', doc: 'The role to switch to after logging in.' },
} as const;

/** How to log in to a PostgreSQL server: plain data. */
export interface PgLogin {
  /** Connection parameters by libpq's names, without the password. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly password: string;
  /** The role to become after the login. */
  readonly role?: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
}

type LoginParams = Params<typeof pgLoginParams>;

/** The login that a task's parameters describe. Without a database, it is the one named after the user. */
export function pgLogin(
  params: LoginParams,
  database: string | undefined,
  environment: Readonly<Record<string, string>>,
): PgLogin {
  const { password = params.login_password, ...more } = Object.fromEntries(
    Object.entries(params.connect_params).map(([name, value]) => [name, String(value)]),
  );
  const isHere = params.login_host === '' || params.login_host === 'localhost';
  const given = {
    dbname: database === undefined || database === '' ? params.login_user : database,
    user: params.login_user,
    host: isHere && params.login_unix_socket !== '' ? params.login_unix_socket : params.login_host,
    port: String(params.port),
    sslmode: params.ssl_mode === 'prefer' ? undefined : params.ssl_mode,
    sslrootcert: params.ca_cert,
    sslcert: params.ssl_cert,
    sslkey: params.ssl_key,
    ...more,
  };
  const parameters = Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ''),
  );
  return { parameters, password, role: params.session_role, environment };
}

/** Whether the server is not on the host that the client runs on. */
export const isElsewhere = ({ parameters: { host = '', hostaddr = host } }: PgLogin): boolean =>
  !/^(?:|\/.*|@.*|localhost|127\..*|::1)$/.test(hostaddr);

/** libpq's notation of the parameters. */
export const connectionWords = ({ parameters }: PgLogin): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${name}='${value.replace(/[\\']/g, '\\$&')}'`)
    .join(' ');
