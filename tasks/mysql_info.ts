import { defineTask, type Params, type Questions } from '../src/sdk.ts';
import { myAsk, type Rows } from './shared/databases/my-client.ts';
import { myLogin, myLoginParams } from './shared/databases/my-login.ts';

const SUBSETS = ['databases', 'engines', 'global_status', 'settings', 'users', 'version'] as const;

type Subset = (typeof SUBSETS)[number];

const params = {
  filter: {
    type: 'list',
    elements: 'str',
    default: [],
    doc: `What to gather: ${SUBSETS.map((name) => `\`${name}\``).join(', ')}; a leading \`!\` excludes one (default: everything).`,
  },
  login_db: { type: 'str', ignored: 'the information is about the whole server' },
  exclude_fields: {
    type: 'list',
    elements: 'str',
    default: [],
    doc: 'What to leave out: only `db_size`, which may take a long time to determine.',
  },
  return_empty_dbs: { type: 'bool', default: false, doc: 'Include databases without tables.' },
  ...myLoginParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.mysql.mysql_info',
  summary: 'Gather information about a MySQL or MariaDB server.',
  description: 'Needs `mysql` or `mariadb` on the host. Replication and privileges are not gathered.',
  params,
  looks: () => true,
  ask: (task, { environment }): Questions => {
    const login = myLogin(task, environment);
    return Object.fromEntries(
      subsetsOf(task).map((name) => [name, myAsk(login, queryOf(name, task), 'database:mysql*')]),
    );
  },
  plan(state, task) {
    const unknown = task.filter.map((name) => name.replace(/^!/, '')).find((name) => !isSubset(name));
    if (unknown !== undefined) return { failed: `filter: ${unknown} is none of ${SUBSETS.join(', ')}` };
    const rows = state as Readonly<Record<string, Rows>>;
    return {
      changes: [],
      result: Object.fromEntries(subsetsOf(task).map((name) => [name, read(name, rows[name] ?? [], task)])),
    };
  },
  returns: {
    version: 'The version: `major`, `minor`, `release`, `suffix`, and `full` as text.',
    databases: 'The databases, each with its `size` in bytes.',
    settings: 'The global variables.',
    global_status: 'The status of the server.',
    users: 'Hosts, and the users that may log in from there.',
    engines: 'The storage engines.',
  },
  examples: [
    {
      title: 'Find out the version of the server',
      yaml: 'mysql_info:\n  filter: [version]\nregister: mysql',
      runs: { no: 'needs a MySQL server' },
    },
    {
      title: 'Gather everything except the sizes of databases',
      yaml: 'mysql_info:\n  exclude_fields: [db_size]\nregister: mysql',
      runs: { no: 'needs a MySQL server' },
    },
  ],
});

const isSubset = (name: string): name is Subset => SUBSETS.some((one) => one === name);

function subsetsOf({ filter }: Task): readonly Subset[] {
  const wanted = filter.filter(isSubset);
  return SUBSETS.filter((name) => (wanted.length === 0 || wanted.includes(name)) && !filter.includes(`!${name}`));
}

function queryOf(name: Subset, { exclude_fields: excluded }: Task): string {
  const size = excluded.includes('db_size') ? 'NULL' : 'COALESCE(SUM(t.data_length + t.index_length), 0)';
  const queries: Readonly<Record<Subset, string>> = {
    databases: `SELECT s.schema_name, ${size}, COUNT(t.table_name) FROM information_schema.schemata s LEFT JOIN information_schema.tables t ON t.table_schema = s.schema_name GROUP BY s.schema_name`,
    engines: 'SELECT engine, support, comment, transactions, xa, savepoints FROM information_schema.engines',
    global_status: 'SHOW GLOBAL STATUS',
    settings: 'SHOW GLOBAL VARIABLES',
    users: "SELECT host, user FROM mysql.user WHERE host <> '' ORDER BY host, user",
    version: 'SELECT VERSION()',
  };
  return `${queries[name]};`;
}

function read(name: Subset, rows: Rows, { exclude_fields: excluded, return_empty_dbs }: Task): unknown {
  if (name === 'version') return mysqlVersion(rows.at(0)?.at(0) ?? '');
  if (name === 'databases')
    return Object.fromEntries(
      rows
        .filter(([, , tables]) => return_empty_dbs || tables !== '0')
        .map(([database = '', size]) => [database, excluded.includes('db_size') ? {} : { size: Number(size) }]),
    );
  if (name === 'engines')
    return Object.fromEntries(
      rows.map(([engine = '', Support, Comment, Transactions, XA, Savepoints]) => [
        engine,
        { Support, Comment, Transactions, XA, Savepoints },
      ]),
    );
  if (name === 'users') {
    const hosts = [...new Set(rows.map(([host = '']) => host))];
    const usersOf = (host: string) => rows.filter(([one]) => one === host).map(([, user = '']) => [user, {}] as const);
    return Object.fromEntries(hosts.map((host) => [host, Object.fromEntries(usersOf(host))]));
  }
  return Object.fromEntries(
    rows.map(([key = '', value = '']) => [key, /^\d{1,15}$/.test(value) ? Number(value) : value]),
  );
}

function mysqlVersion(full: string): Readonly<Record<string, unknown>> {
  const [, major, minor, release, suffix = ''] = /^(\d+)\.(\d+)\.(\d+)-?(.*)$/.exec(full) ?? [];
  return { full, major: Number(major), minor: Number(minor), release: Number(release), suffix };
}
