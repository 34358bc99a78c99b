import {
  blurs,
  type Change,
  defineTask,
  nothing,
  type Params,
  type Plan,
  predicts,
  type Question,
} from '../src/sdk.ts';
import { pgAsk, pgRun } from './shared/databases/pg-client.ts';
import { inDatabase } from './shared/databases/pg-database.ts';
import { type PgLogin, pgLogin, pgLoginParams } from './shared/databases/pg-login.ts';
import { pgName, pgText } from './shared/databases/pg-quote.ts';
import { noRole, type PgRoleState, pgRole } from './shared/databases/pg-role.ts';
import { withParts } from './shared/databases/with-parts.ts';

const params = {
  name: { type: 'str', required: true, aliases: ['schema'], doc: 'The schema.' },
  login_db: { type: 'str', default: 'postgres', aliases: ['db', 'database'], doc: 'The database that it is in.' },
  state: { type: 'str', default: 'present', choices: ['absent', 'present'], doc: 'Whether the schema should exist.' },
  owner: { type: 'str', default: '', doc: 'The role that should own it.' },
  comment: { type: 'str', doc: 'A comment on the schema; an empty one removes it.' },
  cascade_drop: { type: 'bool', default: false, doc: 'With `state: absent`, also remove everything in it.' },
  trust_input: { type: 'bool', default: true, ignored: 'all names and values are quoted' },
  ...pgLoginParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.postgresql.postgresql_schema',
  summary: 'Manage a schema in a PostgreSQL database.',
  description: 'Needs `psql` on the host.',
  params,
  ask: (task, { environment }) => {
    const login = pgLogin(task, task.login_db, environment);
    const isAbsent = task.state === 'absent';
    return {
      now: schema(login, task),
      owner: task.owner === '' || isAbsent ? nothing() : pgRole(login, task.owner),
      contents: isAbsent && !task.cascade_drop ? contents(login, task) : nothing(),
    };
  },
  plan({ now, owner, contents: inside = [] }, task, { environment }): Plan {
    const login = pgLogin(task, task.login_db, environment);
    if (task.state === 'absent') return removal(login, task, now, inside);
    if (isMissing(owner)) return { failed: noRole(task.owner) };
    return now === null ? creationOf(login, task) : adjustment(login, task, now);
  },
  result: ({ params: { name } }) => ({ schema: name }),
  returns: { schema: 'The schema.', queries: 'The statements that were executed.' },
  examples: [
    {
      title: 'Create a schema for a role',
      yaml: 'postgresql_schema:\n  name: stock\n  db: shop\n  owner: shop\nbecome_user: postgres',
      runs: { no: 'needs a PostgreSQL server' },
    },
    {
      title: 'Remove a schema with everything in it',
      yaml: 'postgresql_schema:\n  name: stock\n  db: shop\n  state: absent\n  cascade_drop: true\nbecome_user: postgres',
      runs: { no: 'needs a PostgreSQL server' },
    },
  ],
});

interface Schema {
  readonly owner: string;
  readonly comment: string | null;
}

const schema = (login: PgLogin, { name, login_db }: Task): Question<Schema | null> =>
  pgAsk(
    login,
    `SELECT pg_catalog.json_build_object('owner', pg_catalog.pg_get_userbyid(n.nspowner),
  'comment', pg_catalog.obj_description(n.oid, 'pg_namespace')) FROM pg_catalog.pg_namespace n WHERE n.nspname = ${pgText(name)};`,
    `database:postgresql/in/${login_db}/schema/${name}`,
  );

/** Some of the objects that are in a schema. */
const contents = (login: PgLogin, { name, login_db }: Task): Question<readonly string[]> =>
  pgAsk(
    login,
    `SELECT coalesce(pg_catalog.json_agg(what), '[]') FROM (
  SELECT DISTINCT pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid) AS what
  FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_namespace n ON n.oid = d.refobjid
  WHERE d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND d.deptype = 'n' AND n.nspname = ${pgText(name)}
  ORDER BY 1 LIMIT 5) one;`,
    inDatabase(login_db),
  );

const isMissing = (owner: PgRoleState | undefined): boolean => owner !== undefined && owner.role === null;

function removal(login: PgLogin, task: Task, now: Schema | null, inside: readonly string[]): Plan {
  const { name, login_db, cascade_drop } = task;
  if (now === null) return { changes: [], result: { queries: [] } };
  if (inside.length > 0)
    return {
      failed: `cannot drop schema ${name} because other objects depend on it: ${inside.join(', ')}. With \`cascade_drop\`, they are removed as well`,
    };
  const statement = `DROP SCHEMA ${pgName(name)}${cascade_drop ? ' CASCADE' : ''}`;
  const change: Change = {
    what: `schema ${name} in ${login_db}`,
    from: `owned by ${now.owner}`,
    to: null,
    commands: [pgRun(login, [statement])],
    effects: [predicts(schema(login, task), null), blurs(inDatabase(login_db))],
  };
  return { changes: [change], result: { queries: [statement] } };
}

const commenting = ({ name, comment = '' }: Task): string =>
  `COMMENT ON SCHEMA ${pgName(name)} IS ${comment === '' ? 'NULL' : pgText(comment)}`;

function creationOf(login: PgLogin, task: Task): Plan {
  const { name, login_db, owner, comment = '' } = task;
  const creating = `CREATE SCHEMA ${pgName(name)}${owner === '' ? '' : ` AUTHORIZATION ${pgName(owner)}`}`;
  const statements = comment === '' ? [creating] : [creating, commenting(task)];
  const after = {
    owner: owner || (task.session_role ?? task.login_user),
    comment: comment === '' ? null : comment,
  };
  const change: Change = {
    what: `schema ${name} in ${login_db}`,
    from: null,
    to: `owned by ${after.owner}${comment === '' ? '' : `, comment ${comment}`}`,
    commands: [pgRun(login, statements)],
    effects: [predicts(schema(login, task), after), blurs(inDatabase(login_db))],
  };
  return { changes: [change], result: { queries: statements } };
}

function adjustment(login: PgLogin, task: Task, now: Schema): Plan {
  const { name, login_db, owner, comment } = task;
  const wantedComment = comment === '' ? null : comment;
  const all = [
    {
      what: 'owner',
      from: now.owner,
      to: owner || now.owner,
      statement: `ALTER SCHEMA ${pgName(name)} OWNER TO ${pgName(owner)}`,
      gives: { owner },
    },
    {
      what: 'comment',
      from: now.comment,
      to: wantedComment === undefined ? now.comment : wantedComment,
      statement: commenting(task),
      gives: { comment: wantedComment ?? null },
    },
  ].filter(({ from, to }) => from !== to);
  const after = withParts(
    now,
    all.map(({ gives }) => gives),
  );
  const changes = all.map(
    ({ what, from, to, statement }): Change => ({
      what: `schema ${name} in ${login_db}, ${what}`,
      from,
      to,
      commands: [pgRun(login, [statement])],
      effects: [predicts(schema(login, task), after), blurs(`database:postgresql/in/${login_db}/grant/*`)],
    }),
  );
  return { changes, result: { queries: all.map(({ statement }) => statement) } };
}
