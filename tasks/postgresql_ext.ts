import { blurs, type Change, defineTask, type Params, type Plan, predicts, type Question } from '../src/sdk.ts';
import { pgAsk, pgAskInstalled, pgRun } from './shared/databases/pg-client.ts';
import { inDatabase } from './shared/databases/pg-database.ts';
import { type PgLogin, pgLogin, pgLoginParams } from './shared/databases/pg-login.ts';
import { pgName, pgText } from './shared/databases/pg-quote.ts';

const params = {
  name: { type: 'str', required: true, aliases: ['ext'], doc: 'The extension.' },
  db: { type: 'str', required: true, aliases: ['login_db'], doc: 'The database.' },
  state: {
    type: 'str',
    default: 'present',
    choices: ['absent', 'present'],
    doc: 'Whether the database should have the extension.',
  },
  version: {
    type: 'str',
    doc: 'Its version, or `latest` for the newest one available on the server (default: leave it as it is).',
  },
  schema: { type: 'str', doc: 'The schema that it should be in.' },
  comment: { type: 'str', doc: 'A comment on it; an empty text removes it.' },
  cascade: {
    type: 'bool',
    default: false,
    doc: 'Also create the extensions that it needs; with `state: absent`, remove everything that depends on it.',
  },
  trust_input: { type: 'bool', default: true, ignored: 'all names are quoted' },
  ...pgLoginParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.postgresql.postgresql_ext',
  summary: 'Create, update or remove an extension in a PostgreSQL database.',
  description: 'Needs `psql` on the host and the package with the extension on the server.',
  params,
  ask: (task, { environment }) => {
    const login = pgLogin(task, task.db, environment);
    return { now: extension(login, task), available: available(login, task.name) };
  },
  plan({ now, available: there }, task, { environment }): Plan {
    const login = pgLogin(task, task.db, environment);
    const planned = task.state === 'absent' ? removal(task, now) : presence(task, now, there);
    if ('failed' in planned) return planned;
    const { steps } = planned;
    const statements = steps.map(({ statement }) => statement);
    const after = steps.reduce<Extension | null>((_, { gives }) => gives, now);
    const changes = steps.map(
      ({ what, from, to }, index): Change => ({
        what: `extension ${task.name} in ${task.db}${what}`,
        from,
        to,
        commands: index === 0 ? [pgRun(login, statements)] : [],
        effects: [predicts(extension(login, task), after), blurs(inDatabase(task.db))],
      }),
    );
    return { changes, result: { queries: statements } };
  },
  returns: { queries: 'The statements that were executed.' },
  examples: [
    {
      title: 'Create an extension in a database',
      yaml: 'postgresql_ext:\n  name: pg_trgm\n  db: shop\nbecome_user: postgres',
      runs: { no: 'needs a PostgreSQL server' },
    },
    {
      title: 'Update an extension after its package was upgraded',
      yaml: 'postgresql_ext:\n  name: postgis\n  db: shop\n  version: latest\nbecome_user: postgres',
      runs: { no: 'needs a PostgreSQL server' },
    },
  ],
});

interface Extension {
  readonly version: string;
  readonly schema: string;
  /** Empty if there is none. */
  readonly comment: string;
}

interface Available {
  /** The comment that the extension brings. */
  readonly comment: string;
  /** The version that is created by default. */
  readonly newest: string;
  readonly versions: readonly string[];
  /** The schema that a new one gets if none is given; null if the database decides. */
  readonly schema: string | null;
}

const extension = (login: PgLogin, { name, db }: Task): Question<Extension | null> =>
  pgAsk(
    login,
    `SELECT pg_catalog.json_build_object('version', e.extversion, 'schema', n.nspname,
  'comment', coalesce(pg_catalog.obj_description(e.oid, 'pg_extension'), ''))
FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = ${pgText(name)};`,
    `database:postgresql/in/${db}/extension/${name}`,
  );

const available = (login: PgLogin, name: string): Question<Available | null> =>
  pgAskInstalled(
    login,
    `SELECT pg_catalog.json_build_object('newest', a.default_version, 'comment', coalesce(a.comment, ''),
  'versions', ARRAY(SELECT v.version::text FROM pg_catalog.pg_available_extension_versions v WHERE v.name = a.name),
  'schema', coalesce((SELECT v.schema::text FROM pg_catalog.pg_available_extension_versions v
    WHERE v.name = a.name AND v.version = a.default_version), pg_catalog.current_schema()::text))
FROM pg_catalog.pg_available_extensions a WHERE a.name = ${pgText(name)};`,
  );

interface Step {
  readonly what: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly statement: string;
  readonly gives: Extension | null;
}

type Planned = { readonly steps: readonly Step[] } | { readonly failed: string };

function removal({ name, cascade }: Task, now: Extension | null): Planned {
  if (now === null) return { steps: [] };
  const statement = `DROP EXTENSION ${pgName(name)}${cascade ? ' CASCADE' : ''}`;
  return { steps: [{ what: '', from: now.version, to: null, statement, gives: null }] };
}

function presence(task: Task, now: Extension | null, there: Available | null): Planned {
  const { name, version, schema, cascade } = task;
  if (there === null)
    return {
      failed: `Extension ${name} is not available: install its package on the server, for example postgresql-contrib or postgresql-VERSION-${name}`,
    };
  const wanted = version === 'latest' ? there.newest : version;
  if (wanted !== undefined && !there.versions.includes(wanted))
    return {
      failed: `Extension ${name} is not available in version ${wanted}. Available: ${there.versions.toSorted().join(', ')}`,
    };
  if (now === null) {
    const clauses = [
      ...(schema === undefined ? [] : [`SCHEMA ${pgName(schema)}`]),
      ...(wanted === undefined ? [] : [`VERSION ${pgText(wanted)}`]),
      ...(cascade ? ['CASCADE'] : []),
    ];
    const gives = {
      version: wanted ?? there.newest,
      schema: schema ?? there.schema ?? 'public',
      comment: there.comment,
    };
    const statement = ['CREATE EXTENSION', pgName(name), ...clauses].join(' ');
    return { steps: [{ what: '', from: null, to: gives.version, statement, gives }, ...commenting(task, gives)] };
  }
  const target = wanted ?? now.version;
  // An update sets the comment that the extension brings.
  const updated = { ...now, version: target, ...(target !== now.version && { comment: there.comment }) };
  const updating: Step = {
    what: '',
    from: now.version,
    to: updated.version,
    statement: `ALTER EXTENSION ${pgName(name)} UPDATE TO ${pgText(updated.version)}`,
    gives: updated,
  };
  const moved = { ...updated, schema: schema ?? now.schema };
  const moving: Step = {
    what: ', schema',
    from: now.schema,
    to: moved.schema,
    statement: `ALTER EXTENSION ${pgName(name)} SET SCHEMA ${pgName(moved.schema)}`,
    gives: moved,
  };
  return { steps: [...[updating, moving].filter(({ from, to }) => from !== to), ...commenting(task, moved)] };
}

/** Sets the comment, if it is another one. */
const commenting = ({ name, comment }: Task, now: Extension): readonly Step[] =>
  comment === undefined || comment === now.comment
    ? []
    : [
        {
          what: ', comment',
          from: now.comment,
          to: comment,
          statement: `COMMENT ON EXTENSION ${pgName(name)} IS ${comment === '' ? 'NULL' : pgText(comment)}`,
          gives: { ...now, comment },
        },
      ];
