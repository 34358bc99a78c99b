import { type Change, defineTask, nothing, type Params, type Plan, predicts, type Question } from '../src/sdk.ts';
import { myAsk, myRun, type Rows } from './shared/databases/my-client.ts';
import { type MyLogin, myLogin, myLoginParams } from './shared/databases/my-login.ts';
import {
  grantLine,
  type PrivilegeMode,
  privilegeDifferences,
  privilegeStatements,
  readGrants,
  readPriv,
  scopeText,
} from './shared/databases/my-privileges.ts';
import { myName, myText, myUser } from './shared/databases/my-quote.ts';

const params = {
  name: { type: 'str', required: true, doc: 'The role.' },
  state: { type: 'str', default: 'present', choices: ['absent', 'present'], doc: 'Whether the role should exist.' },
  admin: {
    type: 'str',
    doc: 'The user or role that may grant a new role to others, as `user@host`: only on MariaDB. By default, that is who creates it.',
  },
  members: {
    type: 'list',
    elements: 'str',
    doc: 'Who has the role: users as `user@host`, and roles. All others lose it, except those who may grant it, unless `append_members` is true.',
  },
  append_members: { type: 'bool', default: false, doc: 'Keep members that are not in `members`.' },
  detach_members: { type: 'bool', default: false, doc: 'Take the role from the `members`.' },
  members_must_exist: {
    type: 'bool',
    default: true,
    doc: 'Fail if one of the `members` does not exist; otherwise, they are left out.',
  },
  set_default_role_all: {
    type: 'bool',
    default: true,
    doc: 'On MySQL, let new members use all their roles without asking for them.',
  },
  priv: {
    type: 'raw',
    doc: 'The privileges of the role, as in `mysql_user`. It loses those that are not listed, unless `append_privs` is true.',
  },
  append_privs: { type: 'bool', default: false, doc: 'Keep privileges that are not in `priv`.' },
  subtract_privs: { type: 'bool', default: false, doc: 'Revoke the privileges in `priv`.' },
  check_implicit_admin: {
    type: 'bool',
    default: false,
    doc: 'First try to log in as root without a password.',
  },
  column_case_sensitive: { type: 'bool', ignored: 'the case of columns is kept' },
  ...myLoginParams,
} as const;

type Task = Params<typeof params>;

/** Servers store roles differently, and have different statements about them. */
type Server = 'mariadb' | 'mysql';

export default defineTask({
  name: 'community.mysql.mysql_role',
  summary: 'Manage a role of a MySQL or MariaDB server, its members and its privileges.',
  description:
    'Needs `mysql` or `mariadb` on the host, and MariaDB or MySQL 8, or newer, on the server. It is tested with MariaDB only.',
  params,
  rules: {
    mutuallyExclusive: [
      ['append_members', 'detach_members'],
      ['append_privs', 'subtract_privs'],
      ['admin', 'members'],
      ['admin', 'append_members'],
      ['admin', 'detach_members'],
    ],
  },
  ask: (task, { environment }) => ({ version: askVersion(loginOf(task, environment)) }),
  thenAsk({ version }, task, { environment }) {
    const login = loginOf(task, environment);
    const server = serverOf(version);
    return {
      role: askRole(login, server, task.name),
      others: askUsers(login, server, [...(task.members ?? []), ...(task.admin === undefined ? [] : [task.admin])]),
      granted: task.priv === undefined || task.state === 'absent' ? nothing() : askGrants(login, server, task.name),
    };
  },
  plan({ version, role = [], others = [], granted }, task, { environment }): Plan {
    const server = serverOf(version);
    const login = loginOf(task, environment);
    const now = readRole(role);
    if (server === 'mysql' && task.admin !== undefined)
      return { failed: 'admin is only possible on MariaDB: on MySQL, grant the role with `mysql_query`' };
    if (task.state === 'absent') return { changes: now.exists ? [removal(login, server, task)] : [] };
    const priv = task.priv === undefined || task.priv === '' ? [] : readPriv(task.priv);
    if (typeof priv === 'string') return { failed: priv };
    const there = others.map(([user = '', host = '']) => memberText(user, host));
    const missing = [...(task.members ?? []), ...(task.admin === undefined ? [] : [task.admin])].filter(
      (one) => !there.includes(canonical(one, server)),
    );
    const [lost] = task.members_must_exist || task.admin !== undefined ? missing : [];
    if (lost !== undefined) return { failed: `user / role ${lost} does not exist` };
    const members = memberChanges(now, there, task, server);
    const has = readGrants((now.exists ? (granted ?? []) : []).map(([line = '']) => line));
    const privileges = task.priv === undefined ? [] : privilegeDifferences(has, priv, modeOf(task));
    const roleSql = nameSql(server, task.name);
    const statements = [
      ...(now.exists ? [] : [createRole(task, server)]),
      ...members.removed.map((one) => `REVOKE ${roleSql} FROM ${memberSql(one, server)}`),
      ...members.added.map((one) => `GRANT ${roleSql} TO ${memberSql(one, server)}`),
      ...(server === 'mysql' && task.set_default_role_all
        ? members.added.map((one) => `SET DEFAULT ROLE ALL TO ${memberSql(one, server)}`)
        : []),
      ...privileges.flatMap((one) => privilegeStatements(one, roleSql)),
    ];
    const told: readonly ToldChange[] = [
      ...(now.exists ? [] : [{ what: `role ${task.name}`, from: null, to: 'present' }]),
      ...members.added.map((one) => ({ what: `member ${one} of ${task.name}`, from: null, to: 'present' })),
      ...members.removed.map((one) => ({ what: `member ${one} of ${task.name}`, from: 'present', to: null })),
      ...privileges.map(({ scope, before, after }) => ({
        what: `privileges of ${task.name} on ${scopeText(scope)}`,
        from: words(before),
        to: words(after),
      })),
    ];
    const left = privileges.reduce(
      (all, { scope, after }) => [
        ...all.filter((one) => scopeText(one.scope) !== scopeText(scope)),
        ...(after.length === 0 ? [] : [{ scope, words: after }]),
      ],
      has,
    );
    const after: Role = { ...now, exists: true, members: members.left };
    const effects = [
      // Who creates a role may also grant it.
      now.exists
        ? predicts(askRole(login, server, task.name), roleRows(after))
        : predicts(
            askRole(login, server, task.name),
            roleRows({ ...after, admins: task.admin === undefined ? [] : [task.admin] }),
          ),
      ...(task.priv === undefined
        ? []
        : [
            predicts(
              askGrants(login, server, task.name),
              left.map((one) => [grantLine(one)]),
            ),
          ]),
    ];
    return {
      changes: told.map((one, index) => ({ ...one, commands: index === 0 ? [myRun(login, statements)] : [], effects })),
    };
  },
  examples: [
    {
      title: 'A role for developers, and who has it',
      yaml: 'mysql_role:\n  name: developers\n  priv: shop.*:ALL/logs.*:SELECT\n  members:\n    - ann@localhost\n    - bob@%\n  login_unix_socket: /run/mysqld/mysqld.sock',
      runs: { no: 'needs a MySQL server' },
    },
    {
      title: 'Remove a role',
      yaml: 'mysql_role:\n  name: developers\n  state: absent\n  login_unix_socket: /run/mysqld/mysqld.sock',
      runs: { no: 'needs a MySQL server' },
    },
  ],
});

type ToldChange = Pick<Change, 'what' | 'from' | 'to'>;

function modeOf({ append_privs, subtract_privs }: Task): PrivilegeMode {
  if (subtract_privs) return 'subtract';
  return append_privs ? 'append' : 'exactly';
}

const loginOf = (task: Task, environment: Readonly<Record<string, string>>): MyLogin =>
  myLogin(task, environment, { implicit: task.check_implicit_admin });

const askVersion = (login: MyLogin): Question<Rows> => myAsk(login, 'SELECT VERSION();', 'database:mysql/version');

const serverOf = (version: Rows | undefined): Server =>
  /mariadb/i.test(version?.[0]?.[0] ?? '') ? 'mariadb' : 'mysql';

const subject = (name: string): string => `database:mysql/user/${name}`;

/** Asks whether there is such a role, who has it, and who may grant it. */
const askRole = (login: MyLogin, server: Server, name: string): Question<Rows> =>
  myAsk(
    login,
    server === 'mariadb'
      ? `SELECT 'role' FROM mysql.user WHERE user = ${myText(name)} AND is_role = 'Y';
SELECT IF(admin_option = 'Y', 'admin', 'member'), user, host FROM mysql.roles_mapping WHERE role = ${myText(name)} ORDER BY user, host;`
      : `SELECT 'role' FROM mysql.user WHERE user = ${myText(name)} AND host = '%';
SELECT IF(with_admin_option = 'Y', 'admin', 'member'), to_user, to_host FROM mysql.role_edges WHERE from_user = ${myText(name)} AND from_host = '%' ORDER BY to_user, to_host;`,
    subject(name),
  );

interface Role {
  readonly exists: boolean;
  readonly members: readonly string[];
  /** Who may grant the role to others, and has it, too. */
  readonly admins: readonly string[];
}

const readRole = (rows: Rows): Role => {
  const those = (kind: string): readonly string[] =>
    rows.filter(([tag]) => tag === kind).map(([, user = '', host = '']) => memberText(user, host));
  return { exists: rows.some(([tag]) => tag === 'role'), members: those('member'), admins: those('admin') };
};

const roleRows = ({ exists, members, admins }: Role): Rows => {
  const rows = (tag: string, all: readonly string[]): Rows => all.map((one) => [tag, ...userAndHost(one)]);
  return [...(exists ? [['role']] : []), ...rows('member', members), ...rows('admin', admins)];
};

/** A user with its host; a role, which has none, by its name alone. */
const memberText = (user: string, host: string): string => (host === '' ? user : `${user}@${host}`);

function userAndHost(member: string): readonly [user: string, host: string] {
  const at = member.lastIndexOf('@');
  return at < 0 ? [member, ''] : [member.slice(0, at), member.slice(at + 1)];
}

/** A member as the server tells it: MySQL's roles have a host, too. */
function canonical(member: string, server: Server): string {
  const [user, host] = userAndHost(member);
  return memberText(user, host === '' && server === 'mysql' ? '%' : host);
}

function memberSql(member: string, server: Server): string {
  const [user, host] = userAndHost(canonical(member, server));
  return host === '' ? myName(user) : myUser(user, host);
}

const nameSql = (server: Server, name: string): string => (server === 'mariadb' ? myName(name) : myUser(name, '%'));

/** Asks which of these users and roles exist. */
function askUsers(login: MyLogin, server: Server, members: readonly string[]): Question<Rows> {
  const pairs = members.map((one) => userAndHost(canonical(one, server)));
  const those = pairs.map(([user, host]) => `(user = ${myText(user)} AND host = ${myText(host)})`);
  return myAsk(
    login,
    `SELECT user, host FROM mysql.user WHERE ${those.length === 0 ? 'FALSE' : those.join(' OR ')};`,
    ...pairs.map(([user]) => subject(user)),
  );
}

const askGrants = (login: MyLogin, server: Server, name: string): Question<Rows> =>
  // There are no grants for a role that does not exist.
  myAsk(
    login,
    server === 'mariadb'
      ? `SET @q = IF(EXISTS (SELECT 1 FROM mysql.user WHERE user = ${myText(name)} AND is_role = 'Y'), ${myText(`SHOW GRANTS FOR ${myName(name)}`)}, 'DO 0');
EXECUTE IMMEDIATE @q;`
      : `SET @q = IF(EXISTS (SELECT 1 FROM mysql.user WHERE user = ${myText(name)} AND host = '%'), ${myText(`SHOW GRANTS FOR ${myUser(name, '%')}`)}, 'DO 0');
PREPARE q FROM @q; EXECUTE q;`,
    subject(name),
  );

interface MemberChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly left: readonly string[];
}

function memberChanges(now: Role, there: readonly string[], task: Task, server: Server): MemberChanges {
  const given = (task.members ?? []).map((one) => canonical(one, server)).filter((one) => there.includes(one));
  const has = [...now.members, ...now.admins];
  if (task.detach_members) {
    const removed = given.filter((one) => has.includes(one));
    return { added: [], removed, left: now.members.filter((one) => !removed.includes(one)) };
  }
  const added = given.filter((one) => !has.includes(one));
  // Without any members, they are not managed.
  const isExact = !task.append_members && (task.members ?? []).length > 0;
  const removed = isExact ? now.members.filter((one) => !given.includes(one)) : [];
  return { added, removed, left: [...now.members.filter((one) => !removed.includes(one)), ...added].toSorted() };
}

const createRole = ({ name, admin }: Task, server: Server): string =>
  `CREATE ROLE ${nameSql(server, name)}${admin === undefined ? '' : ` WITH ADMIN ${memberSql(admin, server)}`}`;

function removal(login: MyLogin, server: Server, task: Task): Change {
  return {
    what: `role ${task.name}`,
    from: 'present',
    to: null,
    commands: [myRun(login, [`DROP ROLE ${nameSql(server, task.name)}`])],
    effects: [predicts(askRole(login, server, task.name), []), predicts(askGrants(login, server, task.name), [])],
  };
}

const words = (all: readonly string[]): string | null => all.toSorted().join(', ') || null;
