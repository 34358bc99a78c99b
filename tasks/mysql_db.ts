import {
  blurs,
  type Change,
  type Command,
  defineTask,
  mayAlter,
  type Params,
  type PathState,
  type Plan,
  predicts,
  type Question,
  type Questions,
  reading,
  script,
  sh,
  stat,
} from '../src/sdk.ts';
import { myAsk, myRun, type Rows, withOptions } from './shared/databases/my-client.ts';
import { type MyLogin, myLogin, myLoginParams } from './shared/databases/my-login.ts';
import { myName, myText } from './shared/databases/my-quote.ts';

const params = {
  name: {
    type: 'list',
    elements: 'str',
    required: true,
    aliases: ['db'],
    doc: 'The databases; `all` for all of them, with `dump` or `import`.',
  },
  state: {
    type: 'str',
    default: 'present',
    choices: ['absent', 'dump', 'import', 'present'],
    doc: 'Whether the databases should exist; `dump` writes them to a file, and `import` executes the statements in a file.',
  },
  encoding: { type: 'str', default: '', doc: 'The character set of a new database, for example `utf8mb4`.' },
  collation: { type: 'str', default: '', doc: 'The collation of a new database.' },
  target: {
    type: 'path',
    doc: 'The file on the host to dump to or import from. The extension `.gz`, `.bz2`, `.xz` or `.zst` determines its compression.',
  },
  single_transaction: { type: 'bool', default: false, doc: 'Dump in one transaction.' },
  quick: { type: 'bool', default: true, doc: 'Dump row by row instead of loading whole tables into memory.' },
  ignore_tables: { type: 'list', elements: 'str', default: [], doc: 'Tables not to dump, as `database.table`.' },
  hex_blob: { type: 'bool', default: false, doc: 'Dump binary columns in hexadecimal.' },
  force: { type: 'bool', default: false, doc: 'Continue a dump or an import after an error.' },
  master_data: {
    type: 'int',
    default: 0,
    choices: [0, 1, 2],
    doc: 'Include the position in the binary log in the dump.',
  },
  skip_lock_tables: { type: 'bool', default: false, doc: 'Dump without locking the tables.' },
  dump_extra_args: { type: 'str', doc: 'Additional options for the dump program, separated by spaces.' },
  use_shell: { type: 'bool', default: false, ignored: 'compressed files are read and written through a pipe anyway' },
  pipefail: { type: 'bool', default: false, ignored: 'an error anywhere in the pipe always makes the task fail' },
  unsafe_login_password: { type: 'bool', default: false, ignored: 'passwords are never on a command line' },
  restrict_config_file: { type: 'bool', default: false, ignored: '`config_file` is the only file that is read' },
  config_overrides_defaults: { type: 'bool', default: false, ignored: 'parameters take precedence over `config_file`' },
  check_implicit_admin: {
    type: 'bool',
    default: false,
    doc: 'First try to log in as root without a password.',
  },
  ...myLoginParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.mysql.mysql_db',
  summary: 'Create, remove, dump or import databases on a MySQL or MariaDB server.',
  description:
    'Needs `mysql` or `mariadb` on the host. As in Ansible, the character set of an existing database is not changed; a warning says so. Dumps and imports are run every time.',
  params,
  rules: {
    requiredIf: [
      { param: 'state', is: 'dump', needs: ['target'] },
      { param: 'state', is: 'import', needs: ['target'] },
    ],
  },
  ask: (task, { environment }): Asking => ({
    now: databases(myLogin(task, environment, { implicit: task.check_implicit_admin }), task.name),
    ...(task.state === 'import' ? { target: stat(task.target ?? '') } : {}),
  }),
  plan({ now, target }, task, { environment }): Plan {
    const login = myLogin(task, environment, { implicit: task.check_implicit_admin });
    const names = task.name;
    const missing = names.filter((name) => name !== 'all' && !now.some(([there]) => there === name));
    if (task.state === 'dump') return dump(login, task, missing);
    if (task.state === 'import') return importing(login, task, missing, target?.exists === true);
    if (names.includes('all')) return { failed: `name=all cannot be used with state=${task.state}: name each one` };
    const differing = task.state === 'absent' ? names.filter((name) => !missing.includes(name)) : missing;
    const clauses = [
      ...(task.encoding === '' ? [] : [`CHARACTER SET ${myText(task.encoding)}`]),
      ...(task.collation === '' ? [] : [`COLLATE ${myText(task.collation)}`]),
    ];
    const changes = differing.map((name) => {
      const statement =
        task.state === 'absent'
          ? `DROP DATABASE ${myName(name)}`
          : ['CREATE DATABASE', myName(name), ...clauses].join(' ');
      return change(login, task, { name, statement, now, told: clauses.join(' ') });
    });
    const executed = changes.map(({ commands }) => commands[0]?.shown?.replace('mysql: ', ''));
    return {
      changes,
      warnings: task.state === 'absent' ? [] : warningsOf(task, now),
      result: { executed_commands: executed },
    };
  },
  result: ({ params: { name } }) => ({ db: name.join(' '), db_list: name }),
  returns: {
    db: 'The databases, separated by spaces.',
    db_list: 'The databases.',
    executed_commands: 'The statements, or the command, that were executed.',
  },
  examples: [
    {
      title: 'Create a database for an application',
      yaml: 'mysql_db:\n  name: shop\n  encoding: utf8mb4\n  login_unix_socket: /run/mysqld/mysqld.sock',
      runs: { no: 'needs a MySQL server' },
    },
    {
      title: 'Dump two databases',
      yaml: 'mysql_db:\n  name: [shop, blog]\n  state: dump\n  single_transaction: true\n  target: /var/backups/databases.sql.gz',
      runs: { no: 'needs a MySQL server' },
    },
  ],
});

type Asking = Questions & { readonly now: Question<Rows>; readonly target?: Question<PathState> };

/** The databases of these names that exist, with their character sets and collations. */
const databases = (login: MyLogin, names: readonly string[]): Question<Rows> =>
  myAsk(
    login,
    `SELECT schema_name, default_character_set_name, default_collation_name FROM information_schema.schemata WHERE schema_name IN (${names.map(myText).join(', ')}) ORDER BY 1;`,
    ...names.map((name) => `database:mysql/db/${name}`),
  );

interface Differing {
  readonly name: string;
  readonly statement: string;
  readonly now: Rows;
  readonly told: string;
}

function change(login: MyLogin, task: Task, { name, statement, now, told }: Differing): Change {
  const isGone = task.state === 'absent';
  const row = [name, task.encoding, task.collation];
  const others = now.filter(([there]) => there !== name);
  // Each of several databases is predicted for a question about it alone, too.
  const after = isGone
    ? now.filter(([there]) => !task.name.includes(there ?? ''))
    : [
        ...others,
        ...task.name.filter((one) => !others.some(([there]) => there === one)).map((one) => [one, ...row.slice(1)]),
      ];
  return {
    what: `database ${name}`,
    from: isGone ? 'present' : null,
    to: isGone ? null : told || 'present',
    commands: [myRun(login, [statement])],
    effects: [
      predicts(databases(login, task.name), after),
      ...(task.name.length > 1 ? [predicts(databases(login, [name]), isGone ? [] : [row])] : []),
      blurs(`database:mysql/in/${name}/*`),
    ],
  };
}

/** Where an existing database is not as it would be created. A check does not know the defaults of a new one. */
const warningsOf = ({ encoding, collation }: Task, now: Rows): readonly string[] =>
  now.flatMap(([name, set = '', order = '']) => {
    const [is, wanted] = [`${set} ${order}`.trim(), `${encoding} ${collation}`.trim()];
    const same = (one: string, other: string): boolean =>
      one === '' ||
      other === '' ||
      one.toLowerCase().replace(/^utf8$/, 'utf8mb3') === other.toLowerCase().replace(/^utf8$/, 'utf8mb3');
    return same(encoding, set) && same(collation, order)
      ? []
      : [`database ${name} exists with ${is} and keeps it: ${wanted} applies only to a new database`];
  });

const PACKERS: Readonly<Record<string, string>> = { gz: 'gzip', bz2: 'bzip2', xz: 'xz', zst: 'zstd' };

const packerOf = (target: string): string | undefined => PACKERS[/\.(gz|bz2|xz|zst)$/.exec(target)?.[1] ?? ''];

function dump(login: MyLogin, task: Task, missing: readonly string[]): Plan {
  if (missing.length > 0) return { failed: `Cannot dump database(s) ${missing.join(', ')} - not found` };
  const { name, target = '' } = task;
  const { script: client, stdin } = withOptions(login, ['mysqldump', 'mariadb-dump']);
  const options = [
    ...(task.force ? ['--force'] : []),
    ...(name.includes('all') ? ['--all-databases'] : []),
    ...(name.length > 1 && !name.includes('all') ? ['--databases'] : []),
    ...(task.skip_lock_tables ? ['--skip-lock-tables'] : []),
    ...(task.single_transaction ? ['--single-transaction=true'] : []),
    ...(task.quick ? ['--quick'] : []),
    ...task.ignore_tables.map((table) => `--ignore-table=${table}`),
    ...(task.hex_blob ? ['--hex-blob'] : []),
    ...(task.master_data > 0 ? [`--master-data=${task.master_data}`] : []),
    ...(task.dump_extra_args ?? '').split(/\s+/).filter((word) => word !== ''),
    ...(name.includes('all') ? [] : ['--', ...name]),
  ];
  const packer = packerOf(target);
  const through = packer === undefined ? script`cat` : script`${packer} -c`;
  const command: Command = {
    ...reading(
      sh`${client}
r=$({ { _with "$c" ${options} </dev/null 6>&-; echo $? >&6; } | ${through} >${target}; } 6>&1) && exit "$r"`,
      stdin,
    ),
    shown: `mysqldump ${options.join(' ')} > ${target}`,
    long: true,
  };
  const one: Change = {
    what: `dump of ${name.join(', ')}`,
    from: '',
    to: target,
    commands: [command],
    effects: [blurs(`path:${target}`)],
    paths: [target],
    repeats: true,
  };
  return { changes: [one], result: { executed_commands: [command.shown] } };
}

function importing(login: MyLogin, task: Task, missing: readonly string[], isThere: boolean): Plan {
  const { name, target = '' } = task;
  if (!isThere) return { failed: `target ${target} does not exist on the host` };
  if (name.length > 1) return { failed: 'importing into several databases is not supported: name one, or `all`' };
  const creating = missing.map((one) => `CREATE DATABASE ${myName(one)}`);
  const { script: client, stdin } = withOptions(login, ['mysql', 'mariadb']);
  const packer = packerOf(target);
  const options = [...(task.force ? ['--force'] : []), ...(name.includes('all') ? [] : ['--', ...name])];
  const from = packer === undefined ? script`cat -- ${target}` : script`${packer} -dc -- ${target}`;
  const command: Command = {
    ...reading(
      sh`${client}
r=$({ { ${from} 6>&-; echo $? >&6; } | { _with "$c" --batch ${options} 6>&-; s=$?; [ "$s" = 0 ] || exit "$s"; } >&2; } 6>&1) && exit "$r"`,
      stdin,
    ),
    shown: `mysql ${options.join(' ')} < ${target}`,
    long: true,
  };
  const one: Change = {
    what: `import into ${name.join(', ')}`,
    from: '',
    to: target,
    commands: [...(creating.length > 0 ? [myRun(login, creating)] : []), command],
    effects: [mayAlter('database:mysql*')],
    repeats: true,
  };
  return { changes: [one], result: { executed_commands: [...creating, command.shown] } };
}
