import { type Change, defineTask, type Params, type Plan, predicts } from '../src/sdk.ts';
import { pgRun } from './shared/databases/pg-client.ts';
import {
  DEFAULT_OBJECTS,
  GRANT_TYPES,
  type Granted,
  type GrantObject,
  type GrantScope,
  type Grants,
  isPublic,
  pgGrants,
} from './shared/databases/pg-grants.ts';
import { pgLogin, pgLoginParams } from './shared/databases/pg-login.ts';
import { pgName } from './shared/databases/pg-quote.ts';

const params = {
  database: { type: 'str', required: true, aliases: ['db', 'login_db'], doc: 'The database to log in to.' },
  state: {
    type: 'str',
    default: 'present',
    choices: ['absent', 'present'],
    doc: 'Whether the roles should have the privileges.',
  },
  type: { type: 'str', default: 'table', choices: GRANT_TYPES, doc: 'The kind of objects.' },
  privs: {
    type: 'str',
    aliases: ['priv'],
    doc: 'The privileges, separated by commas, or `ALL`. Required, except for `type: group`.',
  },
  objs: {
    type: 'str',
    aliases: ['obj'],
    doc: 'The objects, separated by commas; `ALL_IN_SCHEMA` for all of this kind in the schema; for `default_privs`, kinds of objects such as `TABLES`, or `ALL_DEFAULT`. Functions are named with the types of their arguments, separated by colons: `add(int:int)`. For `type: database`, the default is `database`.',
  },
  schema: { type: 'str', doc: 'The schema of the objects (default: `public`; for `default_privs`, all schemas).' },
  roles: { type: 'str', required: true, aliases: ['role'], doc: 'The roles, separated by commas; `PUBLIC` for all.' },
  target_roles: {
    type: 'str',
    doc: 'For `default_privs`: the roles whose new objects get the privileges (default: `login_user`).',
  },
  grant_option: {
    type: 'bool',
    aliases: ['admin_option'],
    doc: 'Whether the roles may grant the privileges to others (default: leave it as it is).',
  },
  fail_on_role: { type: 'bool', default: true, doc: 'Fail if a role does not exist, instead of skipping it.' },
  usage_on_types: {
    type: 'bool',
    default: true,
    doc: 'With `default_privs`, also grant `USAGE` on new types.',
  },
  trust_input: { type: 'bool', default: true, ignored: 'all names are quoted' },
  ...pgLoginParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.postgresql.postgresql_privs',
  summary: 'Grant or revoke privileges on objects in a PostgreSQL database.',
  description:
    'Needs `psql` on the host. For `default_privs`, the roles get exactly the given privileges; otherwise, they keep any others that they have.',
  params,
  ask: (task, { environment }) => ({ grants: pgGrants(pgLogin(task, task.database, environment), scopeOf(task)) }),
  plan({ grants }, task, { environment }): Plan {
    const scope = scopeOf(task);
    const wrong = wrongly(task, scope, grants);
    if (wrong !== undefined) return { failed: wrong };
    const there = scope.roles.filter((role) => isPublic(role) || grants.roles.includes(role));
    const missing = scope.roles.filter((role) => !there.includes(role));
    const pairs = grants.objects.flatMap((object) => there.map((role) => differenceOf(task, object, role)));
    const all = pairs.filter(({ statements }) => statements.length > 0);
    const login = pgLogin(task, task.database, environment);
    const statements = all.flatMap((one) => one.statements);
    const changes = all.map(
      ({ object, role, before, after }, index): Change => ({
        what: `privileges of ${role} on ${task.type === 'default_privs' ? 'new' : task.type} ${object.name}`,
        from: told(before),
        to: told(after),
        commands: index === 0 ? [pgRun(login, statements)] : [],
        effects: [predicts(pgGrants(login, scope), foreseen(grants, all))],
      }),
    );
    const warnings = missing.map((role) => `Role ${role} does not exist and is skipped`);
    return { changes, warnings, result: { queries: statements } };
  },
  returns: { queries: 'The statements that were executed.' },
  examples: [
    {
      title: 'Let an application read and write all tables',
      yaml: 'postgresql_privs:\n  database: shop\n  roles: shop\n  privs: SELECT,INSERT,UPDATE,DELETE\n  objs: ALL_IN_SCHEMA\nbecome_user: postgres',
      runs: { no: 'needs a PostgreSQL server' },
    },
    {
      title: 'Revoke from all roles the privilege to create objects in the schema `public`',
      yaml: 'postgresql_privs:\n  database: shop\n  roles: PUBLIC\n  type: schema\n  objs: public\n  privs: CREATE\n  state: absent\nbecome_user: postgres',
      runs: { no: 'needs a PostgreSQL server' },
    },
  ],
});

const list = (text: string): readonly string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');

const IN_SCHEMA = ['function', 'procedure', 'sequence', 'table', 'type'];

function scopeOf(task: Task): GrantScope {
  const { type, database, schema, roles, objs, target_roles } = task;
  return {
    type,
    database,
    schema: IN_SCHEMA.includes(type) ? (schema ?? 'public') : schema,
    objects: objectsOf(task, objs ?? (type === 'database' ? database : '')),
    roles: list(roles).map((role) => (isPublic(role) ? 'PUBLIC' : role)),
    creators: list(target_roles ?? task.session_role ?? task.login_user),
  };
}

function objectsOf({ type, state, usage_on_types }: Task, objs: string): readonly string[] | undefined {
  if (type !== 'default_privs') return objs === 'ALL_IN_SCHEMA' ? undefined : list(objs);
  const kinds = objs === 'ALL_DEFAULT' ? DEFAULT_OBJECTS.filter((kind) => kind !== 'SCHEMAS') : list(objs);
  return usage_on_types && state === 'present' ? [...new Set([...kinds, 'TYPES'])] : kinds;
}

function wrongly(task: Task, scope: GrantScope, { objects, roles }: Grants): string | undefined {
  const { type, schema, privs, objs } = task;
  if ((privs === undefined) !== (type === 'group'))
    return type === 'group' ? '`privs` cannot be used with type `group`' : `\`privs\` is required for type ${type}`;
  if (objs === undefined && type !== 'database') return `\`objs\` is required for type ${type}`;
  if (schema !== undefined && !IN_SCHEMA.includes(type) && type !== 'default_privs')
    return `Argument "schema" is not allowed for type "${type}".`;
  if (scope.objects === undefined && !IN_SCHEMA.includes(type))
    return `Argument "objs": ALL_IN_SCHEMA is not allowed for type "${type}".`;
  const noKind = type === 'default_privs' ? scope.objects?.find((kind) => !DEFAULT_OBJECTS.includes(kind)) : undefined;
  if (noKind !== undefined) return `Invalid Object set specified: ${noKind} is none of ${DEFAULT_OBJECTS.join(', ')}`;
  const noRole = scope.roles.find((role) => !isPublic(role) && !roles.includes(role));
  if (noRole !== undefined && task.fail_on_role)
    return `Role ${noRole} does not exist: create it with postgresql_user first`;
  const lost = scope.objects?.find((name) => !objects.some(({ asked }) => asked === name));
  if (lost !== undefined)
    return `${type === 'default_privs' ? `role ${scope.creators.join(', ')}` : `${type} ${schema === undefined ? '' : `${schema}.`}${lost}`} does not exist in database ${task.database}`;
  const known = new Set([...objects.flatMap(({ all }) => all), 'ALL', 'ALL PRIVILEGES']);
  const unknown = objects.length === 0 ? undefined : wordsOf(privs).find((word) => !known.has(word));
  return unknown === undefined
    ? undefined
    : `Invalid privileges specified: ${unknown} is none of ${[...known].join(', ')}, which exist for type ${type}`;
}

const wordsOf = (privs = 'MEMBER'): readonly string[] =>
  list(privs).map((word) => (word.toUpperCase() === 'TEMP' ? 'TEMPORARY' : word.toUpperCase()));

interface Difference {
  readonly object: GrantObject;
  readonly role: string;
  readonly before: readonly Granted[];
  readonly after: readonly Granted[];
  readonly statements: readonly string[];
}

function differenceOf(task: Task, object: GrantObject, role: string): Difference {
  const before = object.granted.filter((one) => one.role === role);
  const wanted = wantedOn(task, object);
  const grants = task.grant_option === true;
  const has = (privilege: string, grantable = false): boolean =>
    before.some((one) => one.privilege === privilege && (one.grantable || !grantable));
  const present = task.state === 'present';
  // The owner may grant the privileges anyway; what counts is what is stored.
  const missing = present ? wanted.filter((one) => !has(one, grants)) : [];
  const surplus = before
    .map(({ privilege }) => privilege)
    .filter((one) => (present ? task.type === 'default_privs' && !wanted.includes(one) : wanted.includes(one)));
  const keeps = present && task.grant_option === false ? wanted.filter((one) => has(one, true)) : [];
  const kept = before
    .filter(({ privilege }) => !surplus.includes(privilege) && !missing.includes(privilege))
    .map((one) => (keeps.includes(one.privilege) ? { ...one, grantable: false } : one));
  const added = missing.map((privilege) => ({ role, privilege, grantable: grants }));
  return {
    object,
    role,
    before,
    after: [...kept, ...added],
    statements: [
      ...statement(task, object, role, { verb: 'GRANT', privileges: missing, option: grants }),
      ...statement(task, object, role, { verb: 'REVOKE', privileges: surplus, option: false }),
      ...statement(task, object, role, { verb: 'REVOKE', privileges: keeps, option: true }),
    ],
  };
}

function wantedOn({ type, objs, privs }: Task, { asked, all }: GrantObject): readonly string[] {
  // `usage_on_types` adds types to the objects that were given.
  if (type === 'default_privs' && asked === 'TYPES' && objs !== 'ALL_DEFAULT' && !list(objs ?? '').includes('TYPES'))
    return ['USAGE'];
  const words = wordsOf(privs);
  return words.some((word) => word.startsWith('ALL')) ? all : words.filter((word) => all.includes(word));
}

function statement(
  { type }: Task,
  { sql, asked }: GrantObject,
  role: string,
  { verb, privileges, option }: { verb: 'GRANT' | 'REVOKE'; privileges: readonly string[]; option: boolean },
): readonly string[] {
  if (privileges.length === 0) return [];
  const noun = type === 'group' ? 'ADMIN' : 'GRANT';
  const words = privileges.join(', ');
  const kind = type.replaceAll('_', ' ').toUpperCase();
  const on = type === 'default_privs' ? `${words} ON ${asked}` : `${words} ON ${kind} ${sql}`;
  const what = type === 'group' ? sql : on;
  const who = isPublic(role) ? 'PUBLIC' : pgName(role);
  const whole =
    verb === 'GRANT'
      ? `GRANT ${what} TO ${who}${option ? ` WITH ${noun} OPTION` : ''}`
      : `REVOKE ${option ? `${noun} OPTION FOR ` : ''}${what} FROM ${who}`;
  return [type === 'default_privs' ? `${sql} ${whole}` : whole];
}

const told = (granted: readonly Granted[]): string | null =>
  granted
    .map(({ privilege, grantable }) => `${privilege}${grantable ? ' (may grant it)' : ''}`)
    .toSorted()
    .join(', ') || null;

const foreseen = (grants: Grants, all: readonly Difference[]): Grants => ({
  ...grants,
  objects: grants.objects.map((object) => ({
    ...object,
    granted: all
      .filter((one) => one.object === object)
      .reduce((granted, { role, after }) => [...granted.filter((one) => one.role !== role), ...after], object.granted),
  })),
});
