import {
  blurs,
  type Change,
  defineTask,
  mayAlter,
  nothing,
  type Params,
  type Plan,
  predicts,
  type Question,
  stat,
} from '../src/sdk.ts';
import { pgAsk, pgRun, pgRunAlone } from './shared/databases/pg-client.ts';
import { inDatabase, type PgDatabase, pgDatabase } from './shared/databases/pg-database.ts';
import { pgDump, pgRestore } from './shared/databases/pg-dump.ts';
import { type PgLogin, pgLogin, pgLoginParams } from './shared/databases/pg-login.ts';
import { pgName, pgText } from './shared/databases/pg-quote.ts';
import { noRole, type PgRoleState, pgRole } from './shared/databases/pg-role.ts';
import { withParts } from './shared/databases/with-parts.ts';

const params = {
  name: { type: 'str', required: true, aliases: ['db'], doc: 'The database.' },
  state: {
    type: 'str',
    default: 'present',
    choices: ['absent', 'dump', 'present', 'rename', 'restore'],
    doc: 'Whether the database should exist, or be renamed to `target`; `dump` writes it to a file, and `restore` executes what a file contains.',
  },
  target: {
    type: 'path',
    default: '',
    doc: 'The file on the host to dump to or restore from, or the new name with `state: rename`. The extension determines the format: `.tar`, `.pgc` (custom) and `.dir` (a directory) are those of `pg_restore`; anything else is SQL, which `.gz`, `.bz2` or `.xz` compresses.',
  },
  target_opts: {
    type: 'str',
    default: '',
    doc: 'Additional options for `pg_dump`, `pg_restore` or `psql`, separated by spaces. psql stops at the first error unless they contain `-v ON_ERROR_STOP=0`.',
  },
  dump_extra_args: { type: 'str', doc: 'Additional options for `pg_dump`, separated by spaces.' },
  owner: { type: 'str', default: '', doc: 'The role that should own it.' },
  template: { type: 'str', default: '', doc: 'The database to copy when it is created.' },
  encoding: { type: 'str', default: '', doc: 'Its character encoding, for example `UTF-8`.' },
  lc_collate: { type: 'str', default: '', doc: 'Its collation order (LC_COLLATE).' },
  lc_ctype: { type: 'str', default: '', doc: 'Its character classification (LC_CTYPE).' },
  conn_limit: {
    type: 'str',
    default: '',
    doc: 'The maximum number of simultaneous connections; -1 for no limit.',
  },
  tablespace: { type: 'str', default: '', doc: 'The tablespace that it is stored in.' },
  comment: { type: 'str', doc: 'A comment on it; an empty text removes it.' },
  maintenance_db: { type: 'str', default: 'postgres', doc: 'The database to log in to.' },
  force: { type: 'bool', default: false, doc: 'With `state: absent`, end all connections to it first.' },
  trust_input: { type: 'bool', default: true, ignored: 'all names and values are quoted' },
  ...pgLoginParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.postgresql.postgresql_db',
  summary: 'Create, configure, dump, restore, rename or remove a database on a PostgreSQL server.',
  description: 'Needs `psql` on the host, and `pg_dump` or `pg_restore` for files.',
  params,
  rules: {
    requiredIf: (['dump', 'rename', 'restore'] as const).map((is) => ({ param: 'state', is, needs: ['target'] })),
  },
  ask: (task, { environment }) => {
    const login = pgLogin(task, task.maintenance_db, environment);
    return {
      now: pgDatabase(login, task.name),
      owner: task.owner === '' || task.state !== 'present' ? nothing() : pgRole(login, task.owner),
      file: task.state === 'restore' ? stat(task.target) : nothing(),
      target: task.state === 'rename' ? pgDatabase(login, task.target) : nothing(),
      encoding: task.encoding === '' || task.state !== 'present' ? nothing() : encodingOf(login, task.encoding),
      template: task.state === 'present' ? pgDatabase(login, templateOf(task)) : nothing(),
    };
  },
  plan({ now, owner, target, file, encoding, template }, task, { environment }): Plan {
    const login = pgLogin(task, task.maintenance_db, environment);
    if (task.state === 'restore' && file?.exists !== true)
      return { failed: `target ${task.target} does not exist on the host` };
    if (task.state === 'dump' || task.state === 'restore') return copying(login, task, now);
    if (task.state === 'absent') return { changes: now === null ? [] : [removal(login, task, now)] };
    if (task.state === 'rename') return renaming(login, task, now, target ?? null);
    const wanted = { owner, encoding, template: template ?? null };
    return now === null ? creationOf(login, task, wanted) : adjustment(login, task, now, wanted);
  },
  result: ({ params: { name } }) => ({ db: name }),
  returns: { db: 'The database.', executed_commands: 'The statements that were executed.' },
  examples: [
    {
      title: 'Create a database for an application',
      yaml: 'postgresql_db:\n  name: shop\n  owner: shop\n  encoding: UTF-8\n  template: template0\nbecome_user: postgres',
      runs: { no: 'needs a PostgreSQL server' },
    },
    {
      title: 'Remove a database even if it is in use',
      yaml: 'postgresql_db:\n  name: shop\n  state: absent\n  force: true\nbecome_user: postgres',
      runs: { no: 'needs a PostgreSQL server' },
    },
  ],
});

const templateOf = ({ template }: Task): string => (template === '' ? 'template1' : template);

interface Encoding {
  /** Its number; -1 if there is no such encoding. */
  readonly number: number;
  readonly name: string;
}

/** An encoding by any of its names. */
const encodingOf = (login: PgLogin, name: string): Question<Encoding> =>
  pgAsk(
    login,
    `SELECT pg_catalog.json_build_object('number', n, 'name', pg_catalog.pg_encoding_to_char(n)) FROM (SELECT pg_catalog.pg_char_to_encoding(${pgText(name)}) AS n) one;`,
  );

interface Wanted {
  readonly owner: PgRoleState | undefined;
  readonly encoding: Encoding | undefined;
  readonly template: PgDatabase | null;
}

function creationOf(login: PgLogin, task: Task, { owner, encoding, template }: Wanted): Plan {
  const { name, conn_limit, tablespace } = task;
  if (owner?.role === null) return { failed: noRole(task.owner) };
  if (encoding?.number === -1) return { failed: `${task.encoding} is not a valid encoding name` };
  if (template === null) return { failed: `template database "${templateOf(task)}" does not exist` };
  const wanted = {
    encoding: encoding?.name ?? template.encoding,
    collate: task.lc_collate || template.collate,
    ctype: task.lc_ctype || template.ctype,
  };
  const unlike = (['encoding', 'collate', 'ctype'] as const).find((key) => wanted[key] !== template[key]);
  if (unlike !== undefined && templateOf(task) !== 'template0')
    return {
      failed: `the ${unlike} of a new database must be the same as that of its template: ${templateOf(task)} has ${template[unlike]}, not ${wanted[unlike]}. Use \`template: template0\``,
    };
  const clauses = [
    task.owner && `OWNER ${pgName(task.owner)}`,
    task.template && `TEMPLATE ${pgName(task.template)}`,
    task.encoding && `ENCODING ${pgText(task.encoding)}`,
    task.lc_collate && `LC_COLLATE ${pgText(task.lc_collate)}`,
    task.lc_ctype && `LC_CTYPE ${pgText(task.lc_ctype)}`,
    tablespace && `TABLESPACE ${pgName(tablespace)}`,
    conn_limit && `CONNECTION LIMIT ${Number(conn_limit)}`,
  ].filter((clause) => clause !== '');
  const after: PgDatabase = {
    ...wanted,
    owner: task.owner || task.session_role || task.login_user,
    tablespace: tablespace || template.tablespace,
    connections: Number(conn_limit || -1),
    comment: task.comment ?? '',
  };
  const statement = ['CREATE DATABASE', pgName(name), ...clauses].join(' ');
  const more = task.comment ? [commenting(task)] : [];
  const change: Change = {
    what: `database ${name}`,
    from: null,
    to: clauses.join(' ') || 'present',
    commands: [statement, ...more].map((one) => pgRunAlone(login, one)),
    effects: [predicts(pgDatabase(login, name), after), blurs(inDatabase(name))],
  };
  return { changes: [change], result: { executed_commands: [statement, ...more] } };
}

const commenting = ({ name, comment = '' }: Task): string =>
  `COMMENT ON DATABASE ${pgName(name)} IS ${comment === '' ? 'NULL' : pgText(comment)}`;

function removal(login: PgLogin, { name, force }: Task, now: PgDatabase): Change {
  const end = `SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = ${pgText(name)} AND pid <> pg_catalog.pg_backend_pid()`;
  return {
    what: `database ${name}`,
    from: `owned by ${now.owner}`,
    to: null,
    commands: [...(force ? [pgRunAlone(login, end)] : []), pgRunAlone(login, `DROP DATABASE ${pgName(name)}`)],
    effects: [predicts(pgDatabase(login, name), null), blurs(inDatabase(name))],
  };
}

function renaming(login: PgLogin, { name, target }: Task, now: PgDatabase | null, there: PgDatabase | null): Plan {
  if (now === null && there === null) return { failed: `Source and target databases do not exist: ${name}, ${target}` };
  if (now !== null && there !== null)
    return { failed: `Both the source and the target database exist: ${name}, ${target}. Nothing was renamed` };
  if (now === null) return { changes: [] };
  const statement = `ALTER DATABASE ${pgName(name)} RENAME TO ${pgName(target)}`;
  const change: Change = {
    what: 'database',
    from: name,
    to: target,
    commands: [pgRunAlone(login, statement)],
    effects: [
      predicts(pgDatabase(login, name), null),
      predicts(pgDatabase(login, target), now),
      blurs(inDatabase(name), inDatabase(target)),
    ],
  };
  return { changes: [change], result: { executed_commands: [statement] } };
}

function copying(login: PgLogin, task: Task, now: PgDatabase | null): Plan {
  const { name, target } = task;
  if (now === null) return { failed: `database "${name}" does not exist` };
  const isDump = task.state === 'dump';
  const given = isDump ? `${task.target_opts} ${task.dump_extra_args ?? ''}` : task.target_opts;
  const copy = { name, target, words: given.split(/\s+/).filter((word) => word !== '') };
  const command = isDump ? pgDump(login, copy) : pgRestore(login, copy);
  const change: Change = {
    what: isDump ? `dump of ${name}` : `restore of ${name}`,
    from: '',
    to: target,
    commands: [command],
    effects: isDump ? [blurs(`path:${target}`, `path:${target}/*`)] : [mayAlter('database:postgresql*')],
    ...(isDump ? { paths: [target] } : {}),
    repeats: true,
  };
  return { changes: [change], result: { executed_commands: [command.shown] } };
}

function adjustment(login: PgLogin, task: Task, now: PgDatabase, { owner, encoding }: Wanted): Plan {
  const fixed = [
    ['database encoding', 'encoding', encoding?.name ?? task.encoding, now.encoding],
    ['LC_COLLATE', 'LC_COLLATE', task.lc_collate, now.collate],
    ['LC_CTYPE', 'LC_CTYPE', task.lc_ctype, now.ctype],
  ].find(([, , wanted, is]) => wanted !== '' && wanted !== is);
  if (fixed !== undefined) return { failed: `Changing ${fixed[0]} is not supported. Current ${fixed[1]}: ${fixed[3]}` };
  if (owner?.role === null) return { failed: noRole(task.owner) };
  const limit = task.conn_limit === '' ? now.connections : Number(task.conn_limit);
  const alter = `ALTER DATABASE ${pgName(task.name)}`;
  const all = [
    {
      what: 'owner',
      from: now.owner,
      to: task.owner || now.owner,
      statement: `${alter} OWNER TO ${pgName(task.owner)}`,
      gives: { owner: task.owner },
    },
    {
      what: 'connection limit',
      from: String(now.connections),
      to: String(limit),
      statement: `${alter} CONNECTION LIMIT ${limit}`,
      gives: { connections: limit },
    },
    {
      what: 'tablespace',
      from: now.tablespace,
      to: task.tablespace || now.tablespace,
      statement: `${alter} SET TABLESPACE ${pgName(task.tablespace)}`,
      gives: { tablespace: task.tablespace },
    },
    {
      what: 'comment',
      from: now.comment,
      to: task.comment ?? now.comment,
      statement: commenting(task),
      gives: { comment: task.comment ?? now.comment },
    },
  ].filter(({ from, to }) => from !== to);
  const after = withParts(
    now,
    all.map(({ gives }) => gives),
  );
  const changes = all.map(
    ({ what, from, to, statement }): Change => ({
      what: `database ${task.name}, ${what}`,
      from,
      to,
      // Moving a database to another tablespace cannot be part of a transaction.
      commands: [what === 'tablespace' ? pgRunAlone(login, statement) : pgRun(login, [statement])],
      effects: [predicts(pgDatabase(login, task.name), after)],
    }),
  );
  return { changes, result: { executed_commands: all.map(({ statement }) => statement) } };
}
