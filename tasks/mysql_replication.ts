import {
  blurs,
  type Change,
  defineTask,
  type Effect,
  nothing,
  type Params,
  type Plan,
  predicts,
  type Question,
  type TaskResult,
} from '../src/sdk.ts';
import { myAsk, myRun, type Rows } from './shared/databases/my-client.ts';
import { type MyLogin, myLogin, myLoginParams } from './shared/databases/my-login.ts';
import { myText } from './shared/databases/my-quote.ts';
import {
  afterVerb,
  forChannel,
  type NamedRow,
  primaryStatus,
  type ReplicaWords,
  replicaSettings,
  replicaStatus,
  replicaWords,
} from './shared/databases/my-replica.ts';

const params = {
  mode: {
    type: 'str',
    default: 'getreplica',
    choices: [
      'changeprimary',
      'changereplication',
      'getprimary',
      'getreplica',
      'startreplica',
      'stopreplica',
      'resetprimary',
      'resetreplica',
      'resetreplicaall',
    ],
    doc: '`getprimary` and `getreplica` only look; `changeprimary` sets where the server replicates from; `changereplication` is the same, and needs MySQL 8.0.23 or newer; `resetprimary` removes all binary logs, and `resetreplica` the relay logs and positions, every time; `resetreplicaall` removes the settings as well.',
  },
  primary_host: { type: 'str', aliases: ['master_host'], doc: 'The host of the primary server.' },
  primary_user: { type: 'str', aliases: ['master_user'], doc: 'The user to log in there as.' },
  primary_password: {
    type: 'str',
    secret: true,
    aliases: ['master_password'],
    doc: 'The password of that user. The server does not tell it, so it is set only together with something else that differs, or if the primary server has refused the last login.',
  },
  primary_port: { type: 'int', aliases: ['master_port'], doc: 'The port of the primary server.' },
  primary_connect_retry: {
    type: 'int',
    aliases: ['master_connect_retry'],
    doc: 'How many seconds to wait before another attempt to connect.',
  },
  primary_log_file: {
    type: 'str',
    aliases: ['master_log_file'],
    doc: 'The binary log to start from. A replica that is already further in the logs of that name stays there.',
  },
  primary_log_pos: { type: 'int', aliases: ['master_log_pos'], doc: 'The position in that log.' },
  relay_log_file: { type: 'str', doc: 'The relay log to start from.' },
  relay_log_pos: { type: 'int', doc: 'The position in that log.' },
  primary_ssl: { type: 'bool', aliases: ['master_ssl'], doc: 'Whether the connection is encrypted.' },
  primary_ssl_ca: {
    type: 'str',
    aliases: ['master_ssl_ca'],
    doc: 'A file with the certificate authorities to trust.',
  },
  primary_ssl_capath: { type: 'str', aliases: ['master_ssl_capath'], doc: 'A directory with them.' },
  primary_ssl_cert: { type: 'str', aliases: ['master_ssl_cert'], doc: 'A file with the certificate to log in with.' },
  primary_ssl_key: { type: 'str', aliases: ['master_ssl_key'], doc: 'A file with the key of that certificate.' },
  primary_ssl_cipher: {
    type: 'str',
    aliases: ['master_ssl_cipher'],
    doc: 'The ciphers to allow, separated by colons.',
  },
  primary_ssl_verify_server_cert: {
    type: 'bool',
    doc: "Whether the primary server's certificate must match its host name.",
  },
  primary_auto_position: {
    type: 'bool',
    default: false,
    aliases: ['master_auto_position'],
    doc: 'On MySQL, find the position by GTIDs.',
  },
  primary_use_gtid: {
    type: 'str',
    choices: ['current_pos', 'replica_pos', 'disabled'],
    aliases: ['master_use_gtid'],
    doc: 'On MariaDB, which GTID to start from, if any.',
  },
  primary_delay: {
    type: 'int',
    aliases: ['master_delay'],
    doc: 'How many seconds the replica should stay behind the primary server.',
  },
  connection_name: { type: 'str', doc: 'On MariaDB, which of several replications is meant.' },
  channel: { type: 'str', doc: 'On MySQL, which of several replications is meant.' },
  fail_on_error: {
    type: 'bool',
    default: false,
    doc: 'Fail if there is no replication that could be started or stopped, or no binary log to reset; otherwise, there is a warning. Other errors are always failures.',
  },
  ...myLoginParams,
} as const;

type Task = Params<typeof params>;

type Shown = Question<readonly NamedRow[] | undefined>;

export default defineTask({
  name: 'community.mysql.mysql_replication',
  summary: 'Manage replication between MySQL or MariaDB servers.',
  description:
    'Needs `mysql` or `mariadb` on the host. The replica must be stopped before what it replicates from is changed. It is tested with MariaDB only.',
  params,
  rules: { mutuallyExclusive: [['connection_name', 'channel']] },
  looks: ({ mode }) => mode === 'getprimary' || mode === 'getreplica',
  ask: (task, { environment }) => ({ version: askVersion(myLogin(task, environment)) }),
  thenAsk({ version }, task, { environment }): { readonly told: Shown; readonly set: Shown } {
    const login = myLogin(task, environment);
    const words = replicaWords(version);
    const isPrimary = task.mode === 'getprimary' || task.mode === 'resetprimary';
    if (isPrimary) return { told: primaryStatus(login, words), set: nothing() };
    // In a check, only what is set can be foretold, not all that the server tells.
    return task.mode === 'getreplica'
      ? { told: replicaStatus(login, words, task), set: nothing() }
      : { told: nothing(), set: replicaSettings(login, words, task) };
  },
  plan({ version, told, set }, task, { environment, check }): Plan {
    const words = replicaWords(version);
    if (words.server === 'mysql' && task.connection_name !== undefined)
      return { failed: 'connection_name is only possible on MariaDB: use `channel`' };
    if (words.server === 'mariadb' && task.channel !== undefined)
      return { failed: 'channel is only possible on MySQL: use `connection_name`' };
    const login = myLogin(task, environment);
    if (task.mode === 'getprimary') return { changes: [], result: toldAs('Is_Primary', 'primary', told?.[0]) };
    if (task.mode === 'getreplica') return { changes: [], result: toldAs('Is_Replica', 'replica', told?.[0]) };
    if (task.mode === 'resetprimary') return resettingPrimary(told?.[0], login, words, task);
    const row = set?.[0];
    if (task.mode === 'changeprimary' || task.mode === 'changereplication')
      return changing(row, login, words, task, check);
    return acting(row, login, words, task);
  },
  returns: {
    queries: 'The statements that were executed.',
    msg: 'What was done, or that there is nothing to do.',
    Is_Primary: 'With `getprimary`: whether the server writes binary logs.',
    Is_Replica: 'With `getreplica`: whether the server is a replica.',
  },
  returnsMore: true,
  examples: [
    {
      title: 'Where the binary log of the primary server is',
      yaml: 'mysql_replication:\n  mode: getprimary\nregister: primary',
      runs: { no: 'needs a MySQL server' },
    },
    {
      title: 'Replicate from another server',
      yaml: 'mysql_replication:\n  mode: changeprimary\n  primary_host: db1.example.org\n  primary_user: replication\n  primary_password: "{{ replication_password }}"\n  primary_use_gtid: replica_pos\nvars:\n  replication_password: not-a-good-one',
      runs: { no: 'needs a MySQL server' },
    },
    {
      title: 'Start the replica',
      yaml: 'mysql_replication:\n  mode: startreplica\n  fail_on_error: true',
      runs: { no: 'needs a MySQL server' },
    },
  ],
});

const askVersion = (login: MyLogin): Question<Rows> => myAsk(login, 'SELECT VERSION();', 'database:mysql/version');

const toldAs = (key: string, what: string, row: NamedRow | undefined): TaskResult =>
  row === undefined
    ? { [key]: false, msg: `Server is not configured as a MySQL ${what}`, queries: [] }
    : {
        ...Object.fromEntries(
          Object.entries(row).map(([name, value]) => [
            name,
            value !== null && /^\d{1,15}$/.test(value) ? Number(value) : value,
          ]),
        ),
        [key]: true,
        queries: [],
      };

function resettingPrimary(now: NamedRow | undefined, login: MyLogin, words: ReplicaWords, task: Task): Plan {
  if (now === undefined) return declined(task, 'the server writes no binary logs that could be reset');
  const change: Change = {
    what: 'binary logs',
    from: `${now['File']}, position ${now['Position']}`,
    to: 'reset',
    commands: [myRun(login, [words.resetPrimary])],
    effects: [blurs('database:mysql/primary')],
    repeats: true,
  };
  return { changes: [change], result: { msg: 'Primary reset', queries: [words.resetPrimary] } };
}

/** Nothing can be done: a failure if the task says so. */
const declined = (task: Task, why: string): Plan =>
  task.fail_on_error
    ? { failed: why }
    : { changes: [], warnings: [why], result: { msg: `Nothing was done: ${why}`, queries: [] } };

/** How a replication is called in reports. */
const nameOf = ({ connection_name, channel }: Task): string => {
  const name = connection_name ?? channel ?? '';
  return name === '' ? 'replication' : `replication ${name}`;
};

const isRunning = (row: NamedRow): boolean => threads(row).some((one) => one !== 'No');
const threads = (row: NamedRow) => [row['Slave_IO_Running'] ?? 'No', row['Slave_SQL_Running'] ?? 'No'];

const isWhole = (row: NamedRow): boolean => threads(row).every((one) => one !== 'No');

const runningText = (row: NamedRow): string => {
  if (isWhole(row)) return 'running';
  return isRunning(row) ? 'partly running' : 'stopped';
};

const foreseen = (login: MyLogin, words: ReplicaWords, task: Task, rows: readonly NamedRow[]): readonly Effect[] => [
  predicts(replicaSettings(login, words, task), rows),
  blurs(`database:mysql/replica-status/${task.connection_name ?? task.channel ?? ''}`),
];

/** Starts, stops or resets a replica. */
function acting(row: NamedRow | undefined, login: MyLogin, words: ReplicaWords, task: Task): Plan {
  const what = nameOf(task);
  const change = (
    verb: string,
    to: string | null,
    from: string,
    after: readonly NamedRow[],
    more: Partial<Change> = {},
  ): Plan => {
    const [first, rest] = verb.split(' ALL');
    const statement = `${first} ${words.replica}${afterVerb(task)}${rest === undefined ? '' : ' ALL'}${forChannel(task)}`;
    const effects = foreseen(login, words, task, after);
    return {
      changes: [{ what, from, to, commands: [myRun(login, [statement])], effects, ...more }],
      result: { msg: `Replica ${to ?? 'reset'}`, queries: [statement] },
    };
  };
  const ok = (msg: string): Plan => ({ changes: [], result: { msg, queries: [] } });
  if (row === undefined) {
    if (task.mode === 'resetreplica' || task.mode === 'resetreplicaall') return ok('Replica already reset');
    return declined(task, `there is no ${what} on this server that could be started or stopped`);
  }
  const as = (word: string): readonly NamedRow[] => [{ ...row, Slave_IO_Running: word, Slave_SQL_Running: word }];
  if (task.mode === 'startreplica')
    return isWhole(row) ? ok('Replica already started') : change('START', 'started', runningText(row), as('Yes'));
  if (task.mode === 'stopreplica')
    return isRunning(row) ? change('STOP', 'stopped', runningText(row), as('No')) : ok('Replica already stopped');
  if (isRunning(row)) return { failed: `the ${what} is running: stop it first, with \`mode: stopreplica\`` };
  if (task.mode === 'resetreplicaall') return change('RESET ALL', null, 'configured', []);
  const { Master_Log_File: _, Read_Master_Log_Pos: __, ...left } = row;
  return change('RESET', 'reset', `${row['Master_Log_File']}, position ${row['Read_Master_Log_Pos']}`, [left], {
    repeats: true,
  });
}

/** One setting of a replication: where the server tells it, its word in SQL, and both values. */
interface ReplicaSetting {
  readonly column: string;
  readonly word: string;
  readonly told: string;
  readonly sql: string;
}

function wantedSettings(task: Task, words: ReplicaWords): readonly ReplicaSetting[] {
  const { primary } = words;
  const text = (column: string, word: string, value: string | undefined): readonly ReplicaSetting[] =>
    value === undefined ? [] : [{ column, word, told: value, sql: myText(value) }];
  const number = (column: string, word: string, value: number | undefined): readonly ReplicaSetting[] =>
    value === undefined ? [] : [{ column, word, told: String(value), sql: String(value) }];
  const flag = (column: string, word: string, value: boolean | undefined): readonly ReplicaSetting[] =>
    value === undefined ? [] : [{ column, word, told: value ? 'Yes' : 'No', sql: value ? '1' : '0' }];
  const gtid = { current_pos: 'Current_Pos', replica_pos: 'Slave_Pos', disabled: 'No' };
  const use = task.primary_use_gtid === undefined ? undefined : gtid[task.primary_use_gtid];
  return [
    ...text('Master_Host', `${primary}_HOST`, task.primary_host),
    ...text('Master_User', `${primary}_USER`, task.primary_user),
    ...number('Master_Port', `${primary}_PORT`, task.primary_port),
    ...number('Connect_Retry', `${primary}_CONNECT_RETRY`, task.primary_connect_retry),
    ...text('Master_Log_File', `${primary}_LOG_FILE`, task.primary_log_file),
    ...number('Read_Master_Log_Pos', `${primary}_LOG_POS`, task.primary_log_pos),
    ...text('Relay_Log_File', 'RELAY_LOG_FILE', task.relay_log_file),
    ...number('Relay_Log_Pos', 'RELAY_LOG_POS', task.relay_log_pos),
    ...flag('Master_SSL_Allowed', `${primary}_SSL`, task.primary_ssl),
    ...text('Master_SSL_CA_File', `${primary}_SSL_CA`, task.primary_ssl_ca),
    ...text('Master_SSL_CA_Path', `${primary}_SSL_CAPATH`, task.primary_ssl_capath),
    ...text('Master_SSL_Cert', `${primary}_SSL_CERT`, task.primary_ssl_cert),
    ...text('Master_SSL_Key', `${primary}_SSL_KEY`, task.primary_ssl_key),
    ...text('Master_SSL_Cipher', `${primary}_SSL_CIPHER`, task.primary_ssl_cipher),
    ...flag('Master_SSL_Verify_Server_Cert', `${primary}_SSL_VERIFY_SERVER_CERT`, task.primary_ssl_verify_server_cert),
    ...(task.primary_auto_position
      ? [{ column: 'Auto_Position', word: `${primary}_AUTO_POSITION`, told: '1', sql: '1' }]
      : []),
    ...(use === undefined
      ? []
      : [{ column: 'Using_Gtid', word: 'MASTER_USE_GTID', told: use, sql: use.toLowerCase() }]),
    ...number('SQL_Delay', `${primary}_DELAY`, task.primary_delay),
  ];
}

/** The name and the number of a log: `mysql-bin.000007`. */
function logOf(file: string | null | undefined): { readonly name: string; readonly number: number } {
  const [, name = '', digits = ''] = /([^/]*)\.(\d+)$/.exec(file ?? '') ?? [];
  return { name, number: Number(digits) };
}

/** Whether a replica is already at, or after, the place in a log that a task names. */
function isPast(
  row: NamedRow,
  file: ReplicaSetting | undefined,
  place: ReplicaSetting | undefined,
  columns: LogColumns,
): boolean {
  const is = logOf(row[columns.file]);
  const to = file === undefined ? is : logOf(file.told);
  if (is.name !== to.name) return false;
  return is.number > to.number || (is.number === to.number && Number(row[columns.at]) >= Number(place?.told ?? 0));
}

interface LogColumns {
  readonly file: string;
  readonly at: string;
}

const LOGS: readonly LogColumns[] = [
  { file: 'Master_Log_File', at: 'Read_Master_Log_Pos' },
  { file: 'Relay_Log_File', at: 'Relay_Log_Pos' },
];

/** The settings that differ; both of a file and its position if one of them does. */
function differingSettings(row: NamedRow | undefined, wanted: readonly ReplicaSetting[]): readonly ReplicaSetting[] {
  if (row === undefined) return wanted;
  const places = LOGS.flatMap((columns) => {
    const [file, at] = [columns.file, columns.at].map((column) => wanted.find((one) => one.column === column));
    const both = [file, at].filter((one) => one !== undefined);
    return isPast(row, file, at, columns) ? [] : both;
  });
  const isPlace = ({ column }: ReplicaSetting): boolean =>
    LOGS.some(({ file, at }) => column === file || column === at);
  return wanted.filter((one) =>
    isPlace(one) ? places.includes(one) : (row[one.column] ?? '').toLowerCase() !== one.told.toLowerCase(),
  );
}

/** The primary server has refused the login. */
const ACCESS_DENIED = '1045';

function changing(row: NamedRow | undefined, login: MyLogin, words: ReplicaWords, task: Task, check: boolean): Plan {
  if (task.mode === 'changereplication' && words.primary !== 'SOURCE')
    return { failed: 'changereplication needs MySQL 8.0.23 or newer: use `mode: changeprimary`' };
  const wanted = wantedSettings(task, words);
  const lost = row === undefined ? undefined : wanted.find(({ column }) => row[column] === undefined);
  if (lost !== undefined && words.server === 'mariadb')
    return check
      ? { unknown: `${lost.word} is set by the server when an earlier task has changed the replication` }
      : { failed: `this server does not know ${lost.word}` };
  const password = task.primary_password;
  const isRefused = password !== undefined && row?.['Last_IO_Errno'] === ACCESS_DENIED;
  const moved = differingSettings(row, wanted);
  if (moved.length === 0 && !isRefused && !(row === undefined && password !== undefined))
    return { changes: [], result: { msg: 'Nothing differs', queries: [] } };
  if (row !== undefined && isRunning(row) && words.server === 'mariadb')
    return { failed: `the ${nameOf(task)} is running: stop it first, with \`mode: stopreplica\`` };
  // The server starts from the beginning of the logs of another host, so their position is always said.
  const isElsewhere = moved.some(({ column }) => column === 'Master_Host' || column === 'Master_Port');
  const said = isElsewhere ? wanted.filter((one) => one.column !== 'Using_Gtid' || moved.includes(one)) : moved;
  const statement = (shown: boolean): string => {
    const secret =
      password === undefined ? [] : [`${words.primary}_PASSWORD=${shown ? "'********'" : myText(password)}`];
    const all = [...said.map(({ word, sql }) => `${word}=${sql}`), ...secret];
    return `${words.change}${afterVerb(task)} TO ${all.join(', ')}${forChannel(task)}`;
  };
  const after: NamedRow = {
    ...(isElsewhere && row !== undefined ? withoutPlaces(row) : row),
    Slave_IO_Running: 'No',
    Slave_SQL_Running: 'No',
    Last_IO_Errno: '0',
    ...Object.fromEntries(said.map(({ column, told }) => [column, told])),
  };
  const effects = foreseen(login, words, task, [after]);
  const told: readonly Pick<Change, 'from' | 'repeats' | 'to' | 'what'>[] =
    moved.length > 0
      ? moved.map(({ column, told: to }) => ({ what: `${column} of ${nameOf(task)}`, from: row?.[column] || null, to }))
      : [{ what: `password of ${nameOf(task)}`, from: '(hidden)', to: '(hidden, different)', repeats: true }];
  return {
    changes: told.map((one, index) => ({
      ...one,
      commands: index === 0 ? [myRun(login, [statement(false)], [statement(true)])] : [],
      effects,
    })),
    result: { msg: 'Replication changed', queries: [statement(true)] },
  };
}

const withoutPlaces = (row: NamedRow): NamedRow =>
  Object.fromEntries(
    Object.entries(row).filter(([name]) => !LOGS.some(({ file, at }) => name === file || name === at)),
  );
