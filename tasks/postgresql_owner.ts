import {
  blurs,
  type Change,
  defineTask,
  each,
  nothing,
  type Params,
  type Plan,
  predicts,
  type Question,
  together,
} from '../src/sdk.ts';
import { pgAsk, pgRun } from './shared/databases/pg-client.ts';
import { inDatabase } from './shared/databases/pg-database.ts';
import { type PgLogin, pgLogin, pgLoginParams } from './shared/databases/pg-login.ts';
import { type NamedObject, OWNED_TYPES, type Owned, pgOwned } from './shared/databases/pg-owner.ts';
import { pgName, pgText } from './shared/databases/pg-quote.ts';
import { type PgRoleState, pgRole } from './shared/databases/pg-role.ts';

const params = {
  new_owner: { type: 'str', required: true, doc: 'The role that should own the objects.' },
  obj_name: {
    type: 'str',
    doc: 'The object, also with its schema (`stock.goods`). A function may be named with the types of its arguments: `add(int, int)`.',
  },
  obj_type: { type: 'str', choices: OWNED_TYPES, aliases: ['type'], doc: 'The kind of object.' },
  reassign_owned_by: {
    type: 'list',
    elements: 'str',
    doc: 'Roles: everything that they own in the database, and databases and tablespaces that they own, gets the new owner.',
  },
  fail_on_role: {
    type: 'bool',
    default: true,
    doc: 'Fail if one of these roles does not exist; otherwise, warn and go on with the others.',
  },
  login_db: {
    type: 'str',
    default: '',
    aliases: ['db'],
    doc: 'The database that the objects are in (default: the one named after `login_user`).',
  },
  trust_input: { type: 'bool', default: true, ignored: 'all names are quoted' },
  ...pgLoginParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.postgresql.postgresql_owner',
  summary: 'Manage the owner of an object in a PostgreSQL database.',
  description: 'Needs `psql` on the host.',
  params,
  rules: {
    mutuallyExclusive: [
      ['obj_name', 'reassign_owned_by'],
      ['obj_type', 'reassign_owned_by'],
      ['obj_name', 'fail_on_role'],
      ['obj_type', 'fail_on_role'],
    ],
    requiredOneOf: [['obj_name', 'reassign_owned_by']],
    requiredTogether: [['obj_name', 'obj_type']],
  },
  ask: (task, { environment }) => {
    const login = pgLogin(task, task.login_db, environment);
    const named = namedBy(task);
    return together(
      {
        owner: pgRole(login, task.new_owner),
        found: named === undefined ? nothing() : pgOwned(login, named),
      },
      each('owned by', formerOwners(task), (role) => ownedBy(login, databaseOf(task), role)),
    );
  },
  plan(state, task, { environment }): Plan {
    const login = pgLogin(task, task.login_db, environment);
    if (isMissing(state.owner)) return { failed: `Role '${task.new_owner}' does not exist` };
    const named = namedBy(task);
    if (named !== undefined) return owning(login, task, named, state.found ?? []);
    const roles = formerOwners(task).map((role) => ({ role, owned: state[`owned by ${role}`] ?? null }));
    return reassigning(login, task, roles);
  },
  returns: { queries: 'The statements that were executed.' },
  examples: [
    {
      title: 'Give a table to a role',
      yaml: 'postgresql_owner:\n  db: shop\n  obj_name: stock.goods\n  obj_type: table\n  new_owner: shop\nbecome_user: postgres',
      runs: { no: 'needs a PostgreSQL server' },
    },
    {
      title: 'Give everything that a role owns to another, before the role is removed',
      yaml: 'postgresql_owner:\n  db: shop\n  reassign_owned_by: former_admin\n  new_owner: shop\nbecome_user: postgres',
      runs: { no: 'needs a PostgreSQL server' },
    },
  ],
});

const databaseOf = ({ login_db, login_user }: Task): string => login_db || login_user;

const namedBy = (task: Task): NamedObject | undefined =>
  task.obj_name === undefined || task.obj_type === undefined
    ? undefined
    : { type: task.obj_type, name: task.obj_name, database: databaseOf(task) };

const formerOwners = ({ reassign_owned_by = [] }: Task): readonly string[] => [...new Set(reassign_owned_by)];

const isMissing = ({ role }: PgRoleState): boolean => role === null;

/** What a role owns. */
interface Possessions {
  /** Whether the database system itself depends on the role. */
  readonly isPinned: boolean;
  readonly count: number;
  /** Some of the objects. */
  readonly some: readonly string[];
}

/** Asks for what a role owns, as far as `REASSIGN OWNED` in the database changes it; null if there is no such role. */
const ownedBy = (login: PgLogin, database: string, role: string): Question<Possessions | null> =>
  pgAsk(
    login,
    `WITH owned AS (SELECT pg_catalog.pg_describe_object(d.classid, d.objid, 0) AS what
  FROM pg_catalog.pg_shdepend d JOIN pg_catalog.pg_roles r ON r.oid = d.refobjid
  WHERE d.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND d.deptype = 'o' AND r.rolname = ${pgText(role)}
  AND d.classid NOT IN ('pg_catalog.pg_default_acl'::pg_catalog.regclass, 'pg_catalog.pg_user_mapping'::pg_catalog.regclass)
  AND d.dbid IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())))
SELECT pg_catalog.json_build_object('isPinned', r.oid < 16384, 'count', (SELECT count(*) FROM owned),
  'some', (SELECT coalesce(pg_catalog.json_agg(what), '[]') FROM (SELECT what FROM owned ORDER BY 1 LIMIT 5) few))
FROM pg_catalog.pg_roles r WHERE r.rolname = ${pgText(role)};`,
    inDatabase(database),
    'database:postgresql/db/*',
    'database:postgresql/shared/owner/*',
    `by:database:postgresql/role/${role}`,
  );

function owning(login: PgLogin, { new_owner }: Task, named: NamedObject, found: readonly Owned[]): Plan {
  const { type, name, database } = named;
  const [one, ...more] = found;
  if (one === undefined) return { failed: `${type.replaceAll('_', ' ')} "${name}" does not exist` };
  if (more.length > 0)
    return { failed: `${type} name "${name}" is not unique: name it with the types of its arguments, or its schema` };
  if (one.owner === new_owner) return { changes: [], result: { queries: [] } };
  const statement = `ALTER ${one.sql} OWNER TO ${pgName(new_owner)}`;
  const change: Change = {
    what: `owner of ${type.replaceAll('_', ' ')} ${name}`,
    from: one.owner,
    to: new_owner,
    commands: [pgRun(login, [statement])],
    effects: [
      predicts(pgOwned(login, named), [{ ...one, owner: new_owner }]),
      // The owner has privileges without a grant.
      blurs(`database:postgresql/in/${database}/grant/*`, 'database:postgresql/shared/grant/*'),
    ],
  };
  return { changes: [change], result: { queries: [statement] } };
}

interface FormerOwner {
  readonly role: string;
  readonly owned: Possessions | null;
}

function reassigning(login: PgLogin, task: Task, roles: readonly FormerOwner[]): Plan {
  const { new_owner, fail_on_role } = task;
  const lacking = roles.filter(({ owned }) => owned === null).map(({ role }) => role);
  if (lacking.length > 0 && fail_on_role) return { failed: `Role '${lacking[0]}' does not exist` };
  const pinned = roles.find(({ owned }) => owned?.isPinned === true);
  if (pinned !== undefined)
    return {
      failed: `cannot reassign ownership of objects owned by role ${pinned.role} because they are required by the database system`,
    };
  const owners = roles.flatMap(({ role, owned }) =>
    owned === null || owned.count === 0 || role === new_owner ? [] : [{ role, owned }],
  );
  const database = databaseOf(task);
  const changes = owners.map(({ role, owned }): Change => {
    const statement = reassignment(role, new_owner);
    return {
      what: `owner of ${listed(owned)}`,
      from: role,
      to: new_owner,
      commands: [pgRun(login, [statement])],
      effects: [
        predicts(ownedBy(login, database, role), { ...owned, count: 0, some: [] }),
        blurs(inDatabase(database), 'database:postgresql/db/*', 'database:postgresql/shared/*'),
      ],
    };
  });
  return {
    changes,
    warnings: lacking.map((role) => `Role '${role}' does not exist, pass`),
    result: { queries: owners.map(({ role }) => reassignment(role, new_owner)) },
  };
}

const reassignment = (from: string, to: string): string => `REASSIGN OWNED BY ${pgName(from)} TO ${pgName(to)}`;

const listed = ({ count, some }: Possessions): string =>
  `${some.join(', ')}${count > some.length ? ` and ${count - some.length} more` : ''}`;
