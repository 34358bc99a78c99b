import type { Params } from '../../../src/sdk.ts';

/** Parameters with which all MySQL and MariaDB types log in. */
export const myLoginParams = {
  login_user: { type: 'str', doc: 'The user to log in as (default: as in `config_file`, or the user on the host).' },
  login_password: { type: 'str', secret: true, doc: 'The password.' },
  login_host: {
    type: 'str',
    default: 'localhost',
    doc: 'The machine that the server runs on, as seen from the host. `localhost` means the socket, as for the client itself.',
  },
  login_port: { type: 'int', default: 3306, doc: 'The port of the server.' },
  login_unix_socket: { type: 'str', doc: 'The path of the socket, if it is not the usual one.' },
  config_file: {
    type: 'path',
    default: '~/.my.cnf',
    doc: 'An option file on the host, for example with the user and the password. The other parameters take precedence.',
  },
  connect_timeout: { type: 'int', default: 30, doc: 'How many seconds to wait for a connection.' },
  ca_cert: {
    type: 'path',
    aliases: ['ssl_ca'],
    doc: 'A file on the host with the certificate authorities to trust.',
  },
  client_cert: { type: 'path', aliases: ['ssl_cert'], doc: 'A file on the host with the certificate to log in with.' },
  client_key: { type: 'path', aliases: ['ssl_key'], doc: 'A file on the host with the key of that certificate.' },
  check_hostname: { type: 'bool', doc: "Whether the server's certificate must match its host name." },
} as const;

/** How to log in to a MySQL or MariaDB server: plain data. */
export interface MyLogin {
  /** Lines for an option file: passwords are among them. */
  readonly options: readonly string[];
  /** A login to try first. */
  readonly first?: readonly string[] | undefined;
  /** A login to try if that fails. */
  readonly otherwise?: readonly string[] | undefined;
  readonly configFile: string;
  readonly elsewhere: boolean;
  readonly secret: boolean;
  readonly environment: Readonly<Record<string, string>>;
}

type LoginParams = Params<typeof myLoginParams>;

/** Other logins to try. */
interface OtherLogins {
  /** Root without a password, first. */
  readonly implicit?: boolean;
  /** A user whose password the task sets: the old one may have been what the login was made with. */
  readonly otherwise?: { readonly user: string; readonly password: string } | undefined;
}

/** The login that a task's parameters describe. */
export function myLogin(
  params: LoginParams,
  environment: Readonly<Record<string, string>>,
  { implicit = false, otherwise }: OtherLogins = {},
): MyLogin {
  const { login_host: host, login_port: port, login_unix_socket: socket, login_password: password } = params;
  const place: readonly Option[] = [
    ['host', host],
    ['port', String(port)],
    ['socket', socket],
    // For `localhost`, the client would ignore the port and use the socket.
    ['protocol', host === 'localhost' && socket === undefined && port !== 3306 ? 'TCP' : undefined],
    ['loose-connect-timeout', String(params.connect_timeout)],
    ['ssl-ca', params.ca_cert],
    ['ssl-cert', params.client_cert],
    ['ssl-key', params.client_key],
    ['loose-ssl-verify-server-cert', params.check_hostname === true ? '1' : undefined],
  ];
  const as = (user: string | undefined, word: string | undefined) =>
    optionLines([...place, ['user', user], ['password', word]]);
  return {
    options: as(params.login_user, password),
    first: implicit ? as('root', '') : undefined,
    otherwise: otherwise === undefined ? undefined : as(otherwise.user, otherwise.password),
    configFile: params.config_file,
    elsewhere: host !== 'localhost' && !/^127\.|^::1$/.test(host),
    secret: password !== undefined || otherwise !== undefined,
    environment,
  };
}

type Option = readonly [name: string, value: string | undefined];

/** Lines of an option file. */
export const optionLines = (options: readonly Option[], group = 'client'): readonly string[] => [
  `[${group}]`,
  ...options.flatMap(([name, value]) => (value === undefined ? [] : [`${name}="${escaped(value)}"`])),
];

const escaped = (value: string): string =>
  value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r');
