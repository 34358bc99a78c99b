import { defineTask, each, globPattern, nothing, type Params, type Question, type Questions } from '../src/sdk.ts';
import { pgAsk } from './shared/databases/pg-client.ts';
import { type PgLogin, pgLogin, pgLoginParams } from './shared/databases/pg-login.ts';
import { isObject, type JsonObject } from './shared/json.ts';

const SUBSETS = [
  'version',
  'in_recovery',
  'tablespaces',
  'databases',
  'replications',
  'repl_slots',
  'settings',
  'roles',
] as const;

type Subset = (typeof SUBSETS)[number];

const params = {
  filter: {
    type: 'list',
    elements: 'str',
    default: [],
    doc: `What to gather: ${SUBSETS.map((name) => `\`${name}\``).join(', ')}, also with wildcards; a leading \`!\` excludes, unless others are included (default: everything).`,
  },
  login_db: {
    type: 'str',
    default: '',
    aliases: ['db'],
    doc: 'The database to log in to (default: the one named after `login_user`).',
  },
  trust_input: { type: 'bool', default: true, ignored: 'all names are quoted' },
  ...pgLoginParams,
} as const;

type Task = Params<typeof params>;

type Asking = Questions & { readonly databases: Question<JsonObject | undefined> };

export default defineTask({
  name: 'community.postgresql.postgresql_info',
  summary: 'Gather information about a PostgreSQL server.',
  description:
    'Needs `psql` on the host, and PostgreSQL 10 or newer on the server. How subscriptions connect to other servers is left out: it may contain passwords.',
  params,
  looks: () => true,
  ask: (task, { environment }): Asking => {
    const login = pgLogin(task, task.login_db, environment);
    const subsets = subsetsOf(task);
    const asked = Object.fromEntries(
      subsets.filter((name) => name !== 'databases').map((name) => [name, pgAsk(login, QUERIES[name], ABOUT)]),
    );
    return {
      ...asked,
      databases: subsets.includes('databases') ? pgAsk<JsonObject>(login, QUERIES.databases, ABOUT) : nothing(),
    };
  },
  thenAsk: ({ databases }, task, { environment }) =>
    each('in', Object.keys(databases ?? {}), (name) => inside(pgLogin(task, name, environment))),
  plan(state, task) {
    const known: Readonly<Record<string, unknown>> = state;
    const subsets: readonly string[] = subsetsOf(task);
    const found = Object.fromEntries(
      SUBSETS.filter((name) => subsets.includes(name)).map((name) => [
        name,
        name === 'settings' ? settingsOf(known[name]) : known[name],
      ]),
    );
    const databases = Object.entries(state.databases ?? {}).map(([name, one]) => [
      name,
      { ...(isObject(one) && one), ...insideOf(known[`in ${name}`]) },
    ]);
    return {
      changes: [],
      result: {
        ...NOTHING,
        ...found,
        ...(subsets.includes('databases') && { databases: Object.fromEntries(databases) }),
        pending_restart_settings: Object.entries(isObject(found['settings']) ? found['settings'] : {})
          .filter(([, one]) => isObject(one) && one['pending_restart'] === true)
          .map(([name]) => name),
      },
    };
  },
  returns: {
    version: 'The version: `major`, `minor`, `full` as text, and `raw` as reported by the server.',
    in_recovery: 'Whether the server is in recovery, as a standby is; null if it was not asked.',
    tablespaces: 'The tablespaces, with their owner, privileges and options.',
    databases:
      'The databases, with their owner, encoding, size in bytes, privileges, schemas (`namespaces`), extensions, languages, publications and subscriptions.',
    replications: 'The servers that this one sends its changes to, by process ID.',
    repl_slots: 'The replication slots.',
    settings: 'The settings, each with its value, unit, context and file.',
    roles: 'The roles.',
    pending_restart_settings: 'The settings that were changed, and take effect after a restart.',
  },
  examples: [
    {
      title: 'Find out the version of the server, and whether it is a standby',
      yaml: 'postgresql_info:\n  filter: [version, in_recovery]\nbecome_user: postgres\nregister: server',
      runs: { no: 'needs a PostgreSQL server' },
    },
    {
      title: 'Gather everything except the settings',
      yaml: 'postgresql_info:\n  filter: "!settings"\nbecome_user: postgres\nregister: server',
      runs: { no: 'needs a PostgreSQL server' },
    },
  ],
});

const ABOUT = 'database:postgresql*';

/** What is told about what was not asked. */
const NOTHING = {
  version: {},
  in_recovery: null,
  tablespaces: {},
  databases: {},
  replications: {},
  repl_slots: {},
  settings: {},
  roles: {},
};

function subsetsOf({ filter }: Task): readonly Subset[] {
  const wanted = filter.filter((name) => !name.startsWith('!'));
  const unwanted = filter.filter((name) => name.startsWith('!')).map((name) => name.slice(1));
  const isIn = (patterns: readonly string[], name: string) => patterns.some((one) => globPattern(one).test(name));
  return SUBSETS.filter((name) => (wanted.length > 0 ? isIn(wanted, name) : !isIn(unwanted, name)));
}

/** A query that gives an object with an object for each row of another. */
const byName = (name: string, columns: string, from: string): string =>
  `(SELECT coalesce(pg_catalog.json_object_agg(${name}, (SELECT pg_catalog.row_to_json(c) FROM (SELECT ${columns}) c)), '{}') FROM ${from})`;

const QUERIES: Readonly<Record<Subset, string>> = {
  version: `SELECT pg_catalog.json_build_object('major', n / 10000, 'minor', n % 10000, 'patch', NULL,
  'full', n / 10000 || '.' || n % 10000, 'raw', pg_catalog.version())
FROM (SELECT pg_catalog.current_setting('server_version_num')::int AS n) one;`,
  in_recovery: 'SELECT pg_catalog.to_json(pg_catalog.pg_is_in_recovery());',
  tablespaces: `SELECT ${byName('s.spcname', `pg_catalog.pg_get_userbyid(s.spcowner) AS spcowner, coalesce(s.spcacl::text, '') AS spcacl, coalesce(s.spcoptions, '{}') AS spcoptions`, 'pg_catalog.pg_tablespace s')};`,
  databases: `SELECT ${byName(
    'd.datname',
    `pg_catalog.pg_get_userbyid(d.datdba) AS owner, pg_catalog.pg_encoding_to_char(d.encoding) AS encoding, d.datcollate AS collate, d.datctype AS ctype,
  coalesce(pg_catalog.array_to_string(d.datacl, E'\\n'), '') AS access_priv,
  CASE WHEN pg_catalog.has_database_privilege(d.datname, 'CONNECT') THEN pg_catalog.pg_database_size(d.datname)::text ELSE 'No Access' END AS size`,
    `pg_catalog.pg_database d WHERE d.datname <> 'template0' AND d.datallowconn`,
  )};`,
  replications: `SELECT ${byName(
    'r.pid',
    `pg_catalog.pg_get_userbyid(r.usesysid) AS usename, coalesce(r.application_name, '') AS app_name, r.client_addr::text AS client_addr, r.client_hostname, r.backend_start::text AS backend_start, r.state`,
    'pg_catalog.pg_stat_replication r',
  )};`,
  repl_slots: `SELECT ${byName('s.slot_name', 's.plugin, s.slot_type, s.database, s.active', 'pg_catalog.pg_replication_slots s')};`,
  settings: `SELECT ${byName(
    's.name',
    `s.setting, coalesce(s.unit, '') AS unit, s.context, s.vartype, coalesce(s.boot_val, '') AS boot_val, coalesce(s.min_val, '') AS min_val,
  coalesce(s.max_val, '') AS max_val, coalesce(s.sourcefile, '') AS sourcefile, pg_catalog.current_setting(s.name) AS pretty_val, s.pending_restart,
  CASE s.unit WHEN 'kB' THEN greatest(s.setting::numeric * 1024, 0) WHEN '8kB' THEN greatest(s.setting::numeric * 8192, 0) WHEN 'MB' THEN greatest(s.setting::numeric * 1048576, 0) END AS val_in_bytes`,
    'pg_catalog.pg_settings s',
  )};`,
  roles: `SELECT ${byName(
    'r.rolname',
    `r.rolsuper AS superuser, r.rolcanlogin AS canlogin, coalesce(pg_catalog.to_json(r.rolvaliduntil) #>> '{}', '') AS valid_until,
  ARRAY(SELECT g.rolname FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid ORDER BY 1) AS member_of`,
    `pg_catalog.pg_roles r WHERE r.rolname !~ '^pg_'`,
  )};`,
};

/** What is in the database that the login is for. */
const inside = (login: PgLogin): Question<unknown> =>
  pgAsk(
    login,
    `SELECT pg_catalog.json_build_object(
  'namespaces', ${byName('n.nspname', `pg_catalog.pg_get_userbyid(n.nspowner) AS nspowner, coalesce(n.nspacl::text, '') AS nspacl`, 'pg_catalog.pg_namespace n')},
  'extensions', ${byName(
    'e.extname',
    `e.extversion, n.nspname, pg_catalog.obj_description(e.oid, 'pg_extension') AS description`,
    'pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace',
  )},
  'languages', ${byName('l.lanname', `pg_catalog.pg_get_userbyid(l.lanowner) AS lanowner, coalesce(l.lanacl::text, '') AS lanacl`, 'pg_catalog.pg_language l')},
  'publications', ${byName('p.pubname', 'p.*, pg_catalog.pg_get_userbyid(p.pubowner) AS ownername', 'pg_catalog.pg_publication p')},
  'subscriptions', ${byName(
    's.subname',
    's.oid, s.subdbid, s.subowner, s.subenabled, s.subslotname, s.subsynccommit, s.subpublications, pg_catalog.pg_get_userbyid(s.subowner) AS ownername',
    'pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid WHERE d.datname = pg_catalog.current_database()',
  )});`,
    ABOUT,
  );

/** The settings; only some of them are a number of bytes. */
const settingsOf = (told: unknown): JsonObject =>
  Object.fromEntries(
    Object.entries(isObject(told) ? told : {}).map(([name, one]) => {
      if (!isObject(one) || one['val_in_bytes'] !== null) return [name, one];
      const { val_in_bytes: _, ...rest } = one;
      return [name, rest];
    }),
  );

/** What was told about the inside of a database, with the versions of extensions in their parts. */
function insideOf(told: unknown): JsonObject {
  if (!isObject(told)) return {};
  const extensions = Object.entries(isObject(told['extensions']) ? told['extensions'] : {}).map(([name, one]) => [
    name,
    isObject(one) ? { ...one, extversion: versionOf(String(one['extversion'])) } : one,
  ]);
  return { ...told, extensions: Object.fromEntries(extensions) };
}

function versionOf(raw: string): JsonObject {
  const [, major, minor] = /^(\d+)(?:[.-](\d+))?(?:[.-]\d+)*$/.exec(raw) ?? [];
  return { raw, major: major === undefined ? null : Number(major), minor: minor === undefined ? null : Number(minor) };
}
