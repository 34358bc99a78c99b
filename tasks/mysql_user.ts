import {
  blurs,
  type Change,
  defineTask,
  type Effect,
  type Params,
  type Plan,
  predicts,
  type Question,
  type Questions,
} from '../src/sdk.ts';
import {
  type Account,
  accounts,
  grants,
  isHash,
  LIMITS,
  nativeHash,
  noTls,
  readAccounts,
  rowsOf,
  type Tls,
  tlsSql,
  wantedLimits,
  wantedTls,
} from './shared/databases/my-account.ts';
import { myRun, type Rows } from './shared/databases/my-client.ts';
import { type MyLogin, myLogin, myLoginParams } from './shared/databases/my-login.ts';
import {
  ALL,
  grantLine,
  type PrivilegeDifference,
  type PrivilegeMode,
  privilegeDifferences,
  privilegeStatements,
  readGrants,
  readPriv,
  scopeText,
} from './shared/databases/my-privileges.ts';
import { myText, myUser } from './shared/databases/my-quote.ts';
import { withParts } from './shared/databases/with-parts.ts';

const params = {
  name: { type: 'str', required: true, aliases: ['user'], doc: 'The user.' },
  host: { type: 'str', default: 'localhost', doc: 'The host that the user logs in from; `%` for any.' },
  host_all: {
    type: 'bool',
    default: false,
    doc: 'Manage the user for all hosts for which it exists, instead of only for `host`.',
  },
  state: { type: 'str', default: 'present', choices: ['absent', 'present'], doc: 'Whether the user should exist.' },
  password: { type: 'str', secret: true, doc: 'The password, in plain text or, with `encrypted`, as a hash.' },
  encrypted: {
    type: 'bool',
    default: false,
    doc: 'The password is the hash that `mysql_native_password` stores (`*` and 40 digits).',
  },
  update_password: {
    type: 'str',
    default: 'always',
    choices: ['always', 'on_create', 'on_new_username'],
    doc: 'When to set the password: whenever it differs, only for a new user, or only for a user that does not exist for any other host; if it does, the new one gets the same password.',
  },
  plugin: { type: 'str', doc: 'The plugin that authenticates the user, for example `unix_socket`.' },
  plugin_hash_string: { type: 'str', secret: true, doc: 'What the plugin should store.' },
  plugin_auth_string: { type: 'str', secret: true, doc: 'The password, or what the plugin uses instead.' },
  priv: {
    type: 'raw',
    doc: 'Privileges, as `database.table:SELECT,INSERT/other.*:ALL`, or as a dictionary from `database.table` to privileges. `GRANT` is the right to grant them to others. The user loses those that are not listed, unless `append_privs` is true.',
  },
  append_privs: { type: 'bool', default: false, doc: 'Keep privileges that are not in `priv`.' },
  subtract_privs: { type: 'bool', default: false, doc: 'Revoke the privileges in `priv`.' },
  tls_requires: {
    type: 'dict',
    doc: 'What a connection must use: `SSL`, `X509`, or values for `SUBJECT`, `ISSUER` and `CIPHER`. An empty dictionary requires nothing.',
  },
  resource_limits: {
    type: 'dict',
    doc: 'Limits: `MAX_QUERIES_PER_HOUR`, `MAX_UPDATES_PER_HOUR`, `MAX_CONNECTIONS_PER_HOUR`, `MAX_USER_CONNECTIONS`.',
  },
  sql_log_bin: { type: 'bool', default: true, doc: 'Write the changes to the binary log.' },
  session_vars: { type: 'dict', default: {}, doc: 'Variables to set for the session.' },
  force_context: { type: 'bool', default: false, ignored: 'replication filters by database are not considered' },
  column_case_sensitive: { type: 'bool', ignored: 'the case of columns is kept' },
  check_implicit_admin: {
    type: 'bool',
    default: false,
    doc: 'First try to log in as root without a password.',
  },
  ...myLoginParams,
} as const;

type Task = Params<typeof params>;

type Asking = Questions & {
  readonly user: Question<Rows>;
  readonly [grants: `grants ${string}`]: Question<Rows>;
};

export default defineTask({
  name: 'community.mysql.mysql_user',
  summary: 'Manage a user of a MySQL or MariaDB server and its privileges.',
  description:
    'Needs `mysql` or `mariadb` on the host, and MariaDB 10.4 or MySQL 5.7, or newer, on the server. Passwords are compared with what the server stores, and are hashed before they are sent, unless the server is MySQL: there, a plugin such as `caching_sha2_password` hashes them, and a password in plain text is set every time.',
  params,
  rules: { mutuallyExclusive: [['append_privs', 'subtract_privs']] },
  ask: (task, { environment }): Asking => ({ user: accounts(loginOf(task, environment), task.name) }),
  thenAsk: ({ user }, task, { environment }): Asking => {
    const login = loginOf(task, environment);
    const hosts = task.priv === undefined || task.state === 'absent' ? [] : loginHosts(task, readAccounts(user));
    return {
      user: accounts(login, task.name),
      ...Object.fromEntries(
        hosts
          .filter((host) => readAccounts(user).some((one) => one.host === host))
          .map((host) => [`grants ${host}`, grants(login, task.name, host)]),
      ),
    };
  },
  plan(state, task, { environment }): Plan {
    const login = loginOf(task, environment);
    const server = readAccounts(state.user);
    const isMaria = state.user.some(([tag, version]) => tag === 'version' && /mariadb/i.test(version ?? ''));
    const priv = task.priv === undefined || task.priv === '' ? [] : readPriv(task.priv);
    if (typeof priv === 'string') return { failed: priv };
    const tls = wantedTls(task.tls_requires);
    if (typeof tls === 'string') return { failed: tls };
    const limits = wantedLimits(task.resource_limits);
    if (typeof limits === 'string') return { failed: limits };
    if (task.encrypted && task.password !== undefined && !isHash(task.password))
      return { failed: 'with `encrypted`, the password must be a hash: `*` and 40 hexadecimal digits' };
    const hosts = loginHosts(task, server);
    if (task.state === 'absent') return { changes: removal(login, task, state.user, hosts) };
    if (task.host_all && hosts.length === 0) return { failed: 'host_all parameter cannot be used when adding a user' };
    const wanted = { isMaria, tls, limits, server };
    const planned = hosts.map((host) => {
      const now = server.find((one) => one.host === host);
      const granted = now === undefined ? [] : readGrants((state[`grants ${host}`] ?? []).map(([line = '']) => line));
      const privileges = task.priv === undefined ? [] : privilegeDifferences(granted, priv, modeOf(task));
      const left = privileges.reduce(
        (all, { scope, after }) => [
          ...all.filter((one) => scopeText(one.scope) !== scopeText(scope)),
          ...(after.length === 0 ? [] : [{ scope, words: after }]),
        ],
        granted,
      );
      // What remains of everything after a part is revoked is not known.
      const unsure = privileges.some(
        ({ before, revoke }) => task.subtract_privs && before.includes(ALL) && !revoke.includes(ALL),
      );
      const account = accountSteps(task, now, host, wanted);
      return { host, account, privileges, left: unsure ? undefined : left };
    });
    return { changes: planned.flatMap((one) => changesFor(login, task, state.user, one)) };
  },
  result: ({ params: { name } }) => ({ user: name }),
  returns: { user: 'The user.' },
  examples: [
    {
      title: 'Create a user for an application',
      yaml: 'mysql_user:\n  name: shop\n  password: "{{ shop_password }}"\n  priv: shop.*:ALL\n  login_unix_socket: /run/mysqld/mysqld.sock\nvars:\n  shop_password: not-a-good-one',
      runs: { no: 'needs a MySQL server' },
    },
    {
      title: 'Remove anonymous users',
      yaml: "mysql_user:\n  name: ''\n  host_all: true\n  state: absent\n  login_unix_socket: /run/mysqld/mysqld.sock",
      runs: { no: 'needs a MySQL server' },
    },
  ],
});

function modeOf({ append_privs, subtract_privs }: Task): PrivilegeMode {
  if (subtract_privs) return 'subtract';
  return append_privs ? 'append' : 'exactly';
}

const loginOf = (task: Task, environment: Readonly<Record<string, string>>): MyLogin =>
  myLogin(task, environment, { implicit: task.check_implicit_admin, otherwise: ownLogin(task) });

/** A user that changes its own password logs in with the new one afterwards. */
const ownLogin = ({ name, password, encrypted, login_user = 'root' }: Task) =>
  password === undefined || encrypted || name !== login_user ? undefined : { user: name, password };

const loginHosts = ({ host, host_all }: Task, server: readonly Account[]): readonly string[] =>
  host_all ? server.map((one) => one.host) : [host.toLowerCase()];

function removal(login: MyLogin, task: Task, told: Rows, hosts: readonly string[]): readonly Change[] {
  const there = hosts.filter((host) => readAccounts(told).some((one) => one.host === host));
  return there.map((host) => ({
    what: `user ${task.name}@${host}`,
    from: 'present',
    to: null,
    commands: [asCommand(login, task, [`DROP USER ${myUser(task.name, host)}`])],
    effects: [
      blurs(`database:mysql/user/${task.name}`),
      predicts(
        accounts(login, task.name),
        rowsOf(
          told,
          readAccounts(told).filter((one) => !there.includes(one.host)),
        ),
      ),
    ],
  }));
}

/** A difference between an account and what it should be. */
interface Step {
  readonly what: string;
  readonly from: string | null;
  readonly to: string;
  /** What follows the user in `CREATE USER` or `ALTER USER`. */
  readonly clause: string;
  readonly clauseShown?: string;
  /** Undefined if it is not known what the server will store. */
  readonly gives: Partial<Account> | undefined;
}

interface Wanted {
  readonly isMaria: boolean;
  readonly tls: Tls | undefined;
  readonly limits: readonly (string | undefined)[];
  readonly server: readonly Account[];
}

interface AccountSteps {
  readonly isNew: boolean;
  readonly now: Account;
  readonly steps: readonly Step[];
}

/** The differences, in the order that the clauses of `CREATE USER` have: authentication, TLS, limits. */
function accountSteps(task: Task, found: Account | undefined, host: string, wanted: Wanted): AccountSteps {
  const isNew = found === undefined;
  const now = found ?? { ...noTls, host, plugin: 'mysql_native_password', stored: '', limits: ['0', '0', '0', '0'] };
  const { tls, limits } = wanted;
  const limited = limits.flatMap((value, index) =>
    value === undefined || value === now.limits[index]
      ? []
      : [{ name: LIMITS[index] ?? '', value, is: now.limits[index] ?? '' }],
  );
  return {
    isNew,
    now,
    steps: [
      ...authentication(task, found, now, wanted),
      ...(tls === undefined || tlsSql(tls) === tlsSql(now)
        ? []
        : [{ what: 'TLS', from: tlsSql(now), to: tlsSql(tls), clause: tlsSql(tls), gives: tls }]),
      ...(limited.length === 0
        ? []
        : [
            {
              what: 'limits',
              from: limited.map(({ name, is }) => `${name} ${is}`).join(', '),
              to: limited.map(({ name, value }) => `${name} ${value}`).join(', '),
              clause: `WITH ${limited.map(({ name, value }) => `${name} ${value}`).join(' ')}`,
              gives: { limits: now.limits.map((is, index) => limits[index] ?? is) },
            },
          ]),
    ],
  };
}

function authentication(
  task: Task,
  found: Account | undefined,
  now: Account,
  { isMaria, server }: Wanted,
): readonly Step[] {
  const { password, plugin, plugin_hash_string: stored, update_password } = task;
  const others = server.filter(({ host }) => host !== now.host);
  const [like] = others;
  if (update_password === 'on_new_username' && found === undefined && like !== undefined)
    return [authStep(found, asStored(like.plugin, like.stored, isMaria))];
  if (found !== undefined && update_password !== 'always') return [];
  if (plugin !== undefined) {
    const auth = pluginAuth(task, plugin, isMaria);
    const same =
      found?.plugin === plugin &&
      (auth.stored === undefined
        ? stored === undefined && task.plugin_auth_string === undefined
        : auth.stored === found.stored);
    return same ? [] : [authStep(found, auth)];
  }
  if (password === undefined) return [];
  const hashed = task.encrypted ? password.toUpperCase() : nativeHash(password);
  const isNative = now.plugin === 'mysql_native_password' || now.plugin === '';
  if (found !== undefined && isNative && now.stored.toUpperCase() === hashed) return [];
  if (isMaria || task.encrypted || (isNative && found !== undefined))
    return [authStep(found, asStored('mysql_native_password', hashed, isMaria))];
  return [authStep(found, { clause: `IDENTIFIED BY ${myText(password)}`, plugin: '', stored: undefined })];
}

interface Auth {
  readonly clause: string;
  readonly plugin: string;
  /** Undefined if the server decides it. */
  readonly stored: string | undefined;
}

const asStored = (plugin: string, stored: string, isMaria: boolean): Auth => ({
  clause: `IDENTIFIED ${isMaria ? 'VIA' : 'WITH'} ${plugin} ${isMaria ? 'USING' : 'AS'} ${myText(stored)}`,
  plugin,
  stored,
});

function pluginAuth(
  { plugin_hash_string: stored, plugin_auth_string: auth }: Task,
  plugin: string,
  isMaria: boolean,
): Auth {
  const named = `IDENTIFIED ${isMaria ? 'VIA' : 'WITH'} ${plugin.replace(/\W/g, '')}`;
  if (stored !== undefined) return { ...asStored(plugin.replace(/\W/g, ''), stored, isMaria), plugin };
  if (auth === undefined) return { clause: named, plugin, stored: undefined };
  if (plugin === 'mysql_native_password') return asStored(plugin, nativeHash(auth), isMaria);
  if (!isMaria) return { clause: `${named} BY ${myText(auth)}`, plugin, stored: undefined };
  return plugin === 'pam'
    ? asStored(plugin, auth, isMaria)
    : { clause: `${named} USING PASSWORD(${myText(auth)})`, plugin, stored: undefined };
}

const authStep = (found: Account | undefined, { clause, plugin, stored }: Auth): Step => ({
  what: found === undefined || found.plugin === plugin ? 'password' : 'authentication',
  from: found === undefined || found.plugin === plugin ? '(hidden)' : found.plugin,
  to: found !== undefined && found.plugin !== plugin && plugin !== '' ? plugin : '(hidden, different)',
  clause,
  clauseShown: clause.replace(/^(IDENTIFIED(?: (?:VIA|WITH) \w+)?).*$/s, '$1 (hidden)'),
  gives: stored === undefined ? undefined : { plugin, stored },
});

interface WantedAccount {
  readonly host: string;
  readonly account: AccountSteps;
  readonly privileges: readonly PrivilegeDifference[];
  readonly left: ReturnType<typeof readGrants> | undefined;
}

function changesFor(
  login: MyLogin,
  task: Task,
  told: Rows,
  { host, account, privileges, left }: WantedAccount,
): readonly Change[] {
  const { isNew, now, steps } = account;
  const user = myUser(task.name, host);
  const after = withParts(
    now,
    steps.map(({ gives }) => gives),
  );
  const isKnown = steps.every(({ gives }) => gives !== undefined);
  const rows = rowsOf(told, [...readAccounts(told).filter((one) => one.host !== host), after]);
  const effects: readonly Effect[] = [
    isKnown && !task.host_all ? predicts(accounts(login, task.name), rows) : blurs(`database:mysql/user/${task.name}`),
    ...(left === undefined || !isKnown || task.host_all
      ? []
      : [
          predicts(
            grants(login, task.name, host),
            left.map((one) => [grantLine(one)]),
          ),
        ]),
  ];
  const clauses = (shown: boolean): string =>
    steps.map(({ clause, clauseShown }) => (shown ? (clauseShown ?? clause) : clause)).join(' ');
  const accountChanges: readonly Change[] = isNew
    ? [change(`user ${task.name}@${host}`, null, steps.map(({ what, to }) => `${what} ${to}`).join(', ') || 'present')]
    : steps.map(({ what, from, to, gives }) => ({
        ...change(`user ${task.name}@${host}, ${what}`, from, to),
        ...(gives === undefined && { repeats: true as const }),
      }));
  const all: readonly Change[] = [
    ...accountChanges,
    ...privileges.map(({ scope, before, after: then }) =>
      change(`privileges of ${task.name}@${host} on ${scopeText(scope)}`, words(before), words(then)),
    ),
  ];
  const verb = isNew ? 'CREATE USER' : 'ALTER USER';
  const statements = (shown: boolean): readonly string[] => [
    ...(accountChanges.length > 0 ? [`${verb} ${user} ${clauses(shown)}`.trim()] : []),
    ...privileges.flatMap((one) => privilegeStatements(one, user)),
  ];
  return all.map((one, index) => ({
    ...one,
    commands: index === 0 ? [asCommand(login, task, statements(false), statements(true))] : [],
    effects,
  }));
}

const change = (what: string, from: string | null, to: string | null): Change => ({ what, from, to, commands: [] });

const words = (all: readonly string[]): string | null => all.toSorted().join(', ') || null;

function asCommand(
  login: MyLogin,
  { sql_log_bin, session_vars }: Task,
  statements: readonly string[],
  shown = statements,
) {
  const before = [
    ...(sql_log_bin ? [] : ['SET SESSION sql_log_bin = 0']),
    ...Object.entries(session_vars).map(
      ([name, value]) =>
        `SET SESSION ${name.replace(/\W/g, '')} = ${/^\d+$/.test(String(value)) ? value : myText(String(value))}`,
    ),
  ];
  return myRun(login, [...before, ...statements], [...before, ...shown]);
}
