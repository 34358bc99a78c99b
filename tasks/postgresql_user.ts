import {
  blurs,
  type Change,
  defineTask,
  freshSalt,
  nothing,
  type Params,
  type Plan,
  predicts,
  type Question,
} from '../src/sdk.ts';
import { pgAsk, pgRun } from './shared/databases/pg-client.ts';
import { type PgLogin, pgLogin, pgLoginParams } from './shared/databases/pg-login.ts';
import { pgName, pgText } from './shared/databases/pg-quote.ts';
import {
  isPassword,
  type PgRole,
  type PgRoleState,
  pgRole,
  ROLE_FLAGS,
  storedForm,
} from './shared/databases/pg-role.ts';
import { withParts } from './shared/databases/with-parts.ts';

const params = {
  name: { type: 'str', required: true, aliases: ['user'], doc: 'The role.' },
  state: { type: 'str', default: 'present', choices: ['absent', 'present'], doc: 'Whether the role should exist.' },
  password: {
    type: 'str',
    secret: true,
    doc: 'Its password, in plain text or in the form that the server stores (`SCRAM-SHA-256$…` or `md5…`). An empty string removes the password.',
  },
  encrypted: {
    type: 'bool',
    default: true,
    ignored: 'PostgreSQL has stored no password in plain text since version 10',
  },
  no_password_changes: { type: 'bool', default: false, doc: 'Set the password only when the role is created.' },
  role_attr_flags: {
    type: 'str',
    default: '',
    doc: 'Attributes, separated by commas: `SUPERUSER`, `CREATEROLE`, `CREATEDB`, `INHERIT`, `LOGIN`, `REPLICATION`, `BYPASSRLS`, or one of these with the prefix `NO`.',
  },
  expires: { type: 'str', doc: 'When the password expires, or `infinity`.' },
  conn_limit: { type: 'int', doc: 'The maximum number of simultaneous connections of the role; -1 for no limit.' },
  comment: { type: 'str', doc: 'A comment on the role.' },
  groups: { type: 'list', elements: 'str', doc: 'Roles that the role should be a member of. It stays in any others.' },
  fail_on_user: {
    type: 'bool',
    default: true,
    aliases: ['fail_on_role'],
    doc: 'Fail if the role cannot be removed because objects depend on it.',
  },
  db: {
    type: 'str',
    default: '',
    aliases: ['login_db'],
    doc: 'The database to log in to (default: the one named after `login_user`).',
  },
  trust_input: { type: 'bool', default: true, ignored: 'all names and values are quoted' },
  ...pgLoginParams,
} as const;

type Task = Params<typeof params> & { readonly salt: string };

export default defineTask({
  name: 'community.postgresql.postgresql_user',
  summary: 'Manage a role (user) of a PostgreSQL server.',
  description:
    'Needs `psql` on the host. A password is compared with what the server stores, so it is set only if it differs. It is hashed before it is sent: the server never sees it and cannot log it. If the login role is not allowed to read the stored password, the password is set every time.',
  params,
  prepare: (given): Task => ({ ...given, salt: freshSalt() }),
  ask: (task, { environment }) => {
    const login = pgLogin(task, task.db, environment);
    return {
      now: pgRole(login, task.name),
      until: task.expires === undefined || task.state === 'absent' ? nothing() : pgTime(login, task.expires),
      dependents: task.state === 'absent' ? dependents(login, task.name) : nothing(),
    };
  },
  plan({ now, until, dependents }, task, { environment }): Plan {
    const login = pgLogin(task, task.db, environment);
    const flags = wantedFlags(task.role_attr_flags);
    if (typeof flags === 'string') return { failed: flags };
    if (task.state === 'absent') return removal(login, task, now, dependents ?? []);
    const { role } = now;
    return role === null
      ? { changes: [creationOf(login, task, now, { flags, until })] }
      : adjustment(login, task, { now, role, flags, until });
  },
  result: ({ params: { name } }) => ({ user: name }),
  returns: { user: 'The role.', queries: 'The statements that were executed, without passwords.' },
  examples: [
    {
      title: 'Create a role for an application',
      yaml: 'postgresql_user:\n  name: shop\n  password: "{{ shop_password }}"\n  role_attr_flags: NOSUPERUSER,NOCREATEDB\nbecome_user: postgres\nvars:\n  shop_password: not-a-good-one',
      runs: { no: 'needs a PostgreSQL server' },
    },
    {
      title: 'Remove a role',
      yaml: 'postgresql_user:\n  name: shop\n  state: absent\nbecome_user: postgres',
      runs: { no: 'needs a PostgreSQL server' },
    },
  ],
});

interface Until {
  readonly until: string | null;
  readonly untilShown: string | null;
}

/** A time as the server reads it. */
const pgTime = (login: PgLogin, text: string): Question<Until> =>
  pgAsk(
    login,
    `SELECT pg_catalog.json_build_object('until', extract(epoch from t)::text, 'untilShown', t::text) FROM (SELECT ${pgText(text)}::timestamptz AS t) one;`,
  );

/** What would be left without its owner, or with privileges for nobody, if a role were removed. */
const dependents = (login: PgLogin, name: string): Question<readonly string[]> =>
  pgAsk(
    login,
    `SELECT coalesce(pg_catalog.json_agg(what), '[]') FROM (
  SELECT DISTINCT CASE WHEN d.dbid = 0 OR b.datname = pg_catalog.current_database()
    THEN pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid)
    ELSE 'something in database ' || b.datname END AS what
  FROM pg_catalog.pg_shdepend d JOIN pg_catalog.pg_roles r ON r.oid = d.refobjid
  LEFT JOIN pg_catalog.pg_database b ON b.oid = d.dbid
  WHERE d.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND r.rolname = ${pgText(name)}
  ORDER BY 1 LIMIT 5) one;`,
    'database:postgresql*',
  );

type Flags = Readonly<Record<string, boolean>>;

/** The attributes to set, or what is wrong with them. */
function wantedFlags(text: string): Flags | string {
  const words = text
    .split(',')
    .map((word) => word.trim().toUpperCase())
    .filter((word) => word !== '');
  const flags = words.map((word) => [word.replace(/^NO/, ''), !word.startsWith('NO')] as const);
  const unknown = flags.find(([flag]) => !Object.hasOwn(ROLE_FLAGS, flag));
  if (unknown !== undefined)
    return `Invalid role_attr_flags specified: ${text}: ${unknown[0]} is none of ${Object.keys(ROLE_FLAGS).join(', ')}`;
  const both = flags.find(([flag, on]) => flags.some(([other, yes]) => other === flag && yes !== on));
  return both === undefined ? Object.fromEntries(flags) : `Conflicting role_attr_flags: ${both[0]} and NO${both[0]}`;
}

const flagWord = (flag: string, on: boolean): string => `${on ? '' : 'NO'}${flag}`;

function removal(login: PgLogin, { name, fail_on_user }: Task, now: PgRoleState, left: readonly string[]): Plan {
  if (now.role === null) return { changes: [], result: { queries: [] } };
  if (left.length > 0) {
    const why = `Unable to remove user ${name}: these depend on it: ${left.join(', ')}. Use postgresql_owner or \`REASSIGN OWNED\` first, or revoke its privileges`;
    return fail_on_user ? { failed: why } : { changes: [], warnings: [why], result: { queries: [] } };
  }
  const statement = `DROP USER ${pgName(name)}`;
  const change: Change = {
    what: `role ${name}`,
    from: 'present',
    to: null,
    commands: [pgRun(login, [statement])],
    effects: [predicts(pgRole(login, name), { ...now, role: null }), blurs('database:postgresql/role/*')],
  };
  return { changes: [change], result: { queries: [statement] } };
}

/** One difference between a role and what it should be: its part of `ALTER USER`, or a statement of its own. */
interface Difference {
  readonly what: string;
  readonly from: string | null;
  readonly to: string;
  readonly clause?: string;
  /** The clause as it is reported, if it contains a secret. */
  readonly clauseShown?: string;
  readonly statements?: readonly string[];
  readonly gives: Partial<PgRole>;
}

interface Wanted {
  readonly flags: Flags;
  readonly until: Until | undefined;
}

const noRole: PgRole = {
  flags: { ...Object.fromEntries(Object.keys(ROLE_FLAGS).map((flag) => [flag, false])), INHERIT: true, LOGIN: true },
  connections: -1,
  until: null,
  untilShown: null,
  comment: null,
  password: null,
  memberOf: [],
};

function creationOf(login: PgLogin, task: Task, now: PgRoleState, wanted: Wanted): Change {
  const all = differences(task, now, noRole, wanted, true);
  const after = withParts(
    noRole,
    all.map(({ gives }) => gives),
  );
  const told = all.flatMap(({ what, to }) => (what === '' ? [to] : [`${what} ${to}`]));
  return {
    what: `role ${task.name}`,
    from: null,
    to: told.join(', ') || 'present',
    commands: [asCommand(login, 'CREATE', task.name, all)],
    effects: [predicts(pgRole(login, task.name), { ...now, role: visible(after, now) })],
  };
}

function adjustment(
  login: PgLogin,
  task: Task,
  { now, role, flags, until }: { now: PgRoleState; role: PgRole } & Wanted,
): Plan {
  const all = differences(task, now, role, { flags, until }, false);
  const after = withParts(
    role,
    all.map(({ gives }) => gives),
  );
  const changes = all.map(
    ({ what, from, to, clauseShown }, index): Change => ({
      what: `role ${task.name}${what === '' ? '' : `, ${what}`}`,
      from,
      to,
      commands: index === 0 ? [asCommand(login, 'ALTER', task.name, all)] : [],
      effects: [predicts(pgRole(login, task.name), { ...now, role: visible(after, now) })],
      // What cannot be read cannot be found to be right.
      ...(clauseShown !== undefined && !now.readable && { repeats: true }),
    }),
  );
  return { changes, result: { queries: all.length === 0 ? [] : statementsOf('ALTER', task.name, all, true) } };
}

/** A role as the login can see it. */
const visible = (role: PgRole, { readable }: PgRoleState): PgRole => (readable ? role : { ...role, password: null });

const asCommand = (login: PgLogin, verb: 'ALTER' | 'CREATE', name: string, all: readonly Difference[]) =>
  pgRun(login, statementsOf(verb, name, all, false), statementsOf(verb, name, all, true));

function statementsOf(
  verb: 'ALTER' | 'CREATE',
  name: string,
  all: readonly Difference[],
  shown: boolean,
): readonly string[] {
  const clauses = all.flatMap(
    ({ clause, clauseShown }) => (shown && clauseShown !== undefined ? clauseShown : clause) ?? [],
  );
  const main = clauses.length > 0 || verb === 'CREATE' ? [[verb, 'USER', pgName(name), ...clauses].join(' ')] : [];
  return [...main, ...all.flatMap(({ statements = [] }) => statements)];
}

function differences(
  task: Task,
  now: PgRoleState,
  role: PgRole,
  { flags, until }: Wanted,
  isNew: boolean,
): readonly Difference[] {
  const { name, conn_limit: limit, comment, groups = [] } = task;
  const missing = groups.filter((group) => !role.memberOf.includes(group));
  return [
    ...passwordDifference(task, now, role, isNew),
    ...Object.entries(flags)
      .filter(([flag, on]) => role.flags[flag] !== on)
      .map(([flag, on]) => ({
        what: '',
        from: flagWord(flag, !on),
        to: flagWord(flag, on),
        clause: flagWord(flag, on),
        gives: { flags: { ...role.flags, ...flags } },
      })),
    ...(until === undefined || until.until === role.until
      ? []
      : [
          {
            what: 'password expires',
            from: role.untilShown ?? 'never',
            to: until.untilShown ?? 'never',
            clause: `VALID UNTIL ${pgText(task.expires ?? '')}`,
            gives: until,
          },
        ]),
    ...(limit === undefined || limit === role.connections
      ? []
      : [
          {
            what: 'connection limit',
            from: String(role.connections),
            to: String(limit),
            clause: `CONNECTION LIMIT ${limit}`,
            gives: { connections: limit },
          },
        ]),
    ...(comment === undefined || comment === (role.comment ?? '')
      ? []
      : [
          {
            what: 'comment',
            from: role.comment,
            to: comment,
            statements: [`COMMENT ON ROLE ${pgName(name)} IS ${pgText(comment)}`],
            gives: { comment: comment === '' ? null : comment },
          },
        ]),
    ...(missing.length === 0
      ? []
      : [
          {
            what: 'member of',
            from: role.memberOf.join(', ') || 'none',
            to: [...role.memberOf, ...missing].join(', '),
            statements: missing.map((group) => `GRANT ${pgName(group)} TO ${pgName(name)}`),
            gives: { memberOf: [...role.memberOf, ...missing].toSorted() },
          },
        ]),
  ];
}

function passwordDifference(task: Task, now: PgRoleState, role: PgRole, isNew: boolean): readonly Difference[] {
  const { name, password, no_password_changes, salt } = task;
  if (password === undefined || (isNew ? password === '' : no_password_changes)) return [];
  if (now.readable && isPassword(role.password, password, name)) return [];
  const stored = password === '' ? null : storedForm(password, name, now.encryption, salt);
  return [
    {
      what: 'password',
      from: isNew ? null : '(hidden)',
      to: stored === null ? 'none' : '(hidden, different)',
      clause: stored === null ? 'PASSWORD NULL' : `PASSWORD ${pgText(stored)}`,
      clauseShown: stored === null ? 'PASSWORD NULL' : 'PASSWORD (hidden)',
      gives: { password: stored },
    },
  ];
}
