import {
  blurs,
  type Change,
  defineTask,
  type Params,
  type Plan,
  predicts,
  type Question,
  type ShellAnswer,
  shellAnswer,
} from '../src/sdk.ts';
import {
  type RedisLogin,
  redisAsk,
  redisFailure,
  redisFields,
  redisLogin,
  redisLoginParams,
  redisQuoted,
  redisRun,
  redisTexts,
} from './shared/databases/redis-client.ts';

const params = {
  command: {
    type: 'str',
    required: true,
    choices: ['config', 'flush', 'replica', 'slave'],
    doc: 'What to manage: a setting of the server (`config`), its data (`flush` removes it), or whether it is a replica of another one (`slave` is the same as `replica`).',
  },
  name: { type: 'str', doc: 'With `config`: the setting.' },
  value: {
    type: 'str',
    doc: 'With `config`: its value. A size may have a unit, as in `100mb`, which means 1024 × 1024.',
  },
  flush_mode: {
    type: 'str',
    default: 'all',
    choices: ['all', 'db'],
    doc: 'With `flush`: whether to empty all databases or the one in `db`.',
  },
  db: { type: 'int', doc: 'With `flush`: the database.' },
  replica_mode: {
    type: 'str',
    default: 'replica',
    choices: ['master', 'replica', 'slave'],
    aliases: ['slave_mode'],
    doc: 'With `replica`: what the server should be.',
  },
  master_host: { type: 'str', doc: 'With `replica`: the server to replicate.' },
  master_port: { type: 'int', doc: 'With `replica`: its port.' },
  tls: { type: 'bool', default: false, doc: 'Use TLS.' },
  ...redisLoginParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.redis',
  summary: 'Set a parameter of a Redis server, empty its databases, or make it a replica.',
  description:
    'Requires `redis-cli` on the host. A setting is lost when the server restarts: set it in its configuration as well.',
  params,
  rules: {
    requiredIf: [{ param: 'command', is: 'config', needs: ['name', 'value'] }],
  },
  ask: (task, { environment }) => ({ now: askState(loginOf(task, environment), task) }),
  plan({ now }, task, { environment }): Plan {
    const wrong = refusal(task) ?? redisFailure(now);
    if (wrong !== undefined) return { failed: wrong };
    const login = loginOf(task, environment);
    if (task.command === 'config') return configuring(login, task, now);
    return task.command === 'flush' ? flushing(login, task, now) : replicating(login, task, now);
  },
  result: ({ params: task }) => {
    if (task.command === 'config') return { name: task.name, value: task.value };
    if (task.command === 'flush') return { flushed: true, ...(task.flush_mode === 'db' && { db: task.db }) };
    const { master_host, master_port } = task;
    return { mode: isReplica(task) ? { status: 'replica', master_host, master_port } : 'master' };
  },
  returns: {
    name: 'With `config`: the setting.',
    value: 'With `config`: its value.',
    flushed: 'With `flush`: true.',
    db: 'With `flush`: the database, if it is only one.',
    mode: 'With `replica`: `master`, or a dictionary with `status`, `master_host` and `master_port`.',
  },
  examples: [
    {
      title: 'Limit the memory of the server',
      yaml: 'redis:\n  command: config\n  name: maxmemory\n  value: 400mb',
      runs: { no: 'needs a Redis server' },
    },
    {
      title: 'Make the server a replica',
      yaml: 'redis:\n  command: replica\n  master_host: db1.example.org\n  master_port: 6379',
      runs: { no: 'needs a Redis server' },
    },
    {
      title: 'Empty a database',
      yaml: 'redis:\n  command: flush\n  flush_mode: db\n  db: 1\n  login_password: "{{ redis_password }}"\nvars:\n  redis_password: not-a-good-one',
      runs: { no: 'needs a Redis server' },
    },
  ],
});

/** Who changes the password of the server logs in with the new one afterwards. */
const loginOf = (task: Task, environment: Readonly<Record<string, string>>): RedisLogin =>
  redisLogin(task, environment, {
    db: task.command === 'flush' && task.flush_mode === 'db' ? task.db : undefined,
    otherwise: task.command === 'config' && task.name === 'requirepass' ? task.value : undefined,
  });

const isReplica = ({ replica_mode }: Task): boolean => replica_mode !== 'master';

function refusal({
  command,
  flush_mode,
  db,
  master_host,
  master_port,
  replica_mode,
  name = '',
}: Task): string | undefined {
  if (command === 'config') return /[*?[]/.test(name) ? `${name} is not the name of a setting` : undefined;
  if (command === 'flush')
    return flush_mode === 'db' && db === undefined ? 'In db mode the db number must be provided' : undefined;
  if (replica_mode === 'master') return undefined;
  if (master_host === undefined) return 'In replica mode master host must be provided';
  return master_port === undefined ? 'In replica mode master port must be provided' : undefined;
}

function askState(login: RedisLogin, { command, name = '' }: Task): Question<ShellAnswer> {
  if (command === 'config') return redisAsk(login, ['CONFIG', 'GET', name], `database:redis/config/${name}`);
  return command === 'flush'
    ? redisAsk(login, ['INFO', 'keyspace'], 'database:redis/key/*')
    : redisAsk(login, ['INFO', 'replication'], 'database:redis/replication');
}

const SIZES: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };

/** A value as the server stores it: sizes are bytes. */
function storedValue(value: string): string {
  const [, number = '', unit = ''] = /^\s*(\d+\.?\d*)\s*([KMGT]?)B?\s*$/i.exec(value) ?? [];
  return number === '' ? value : String(Math.round(Number(number) * (SIZES[unit.toUpperCase()] ?? 1)));
}

const isSecret = (name: string): boolean => /pass|auth$/.test(name);

function configuring(login: RedisLogin, task: Task, now: ShellAnswer): Plan {
  const { name = '', value = '' } = task;
  const [found, is = ''] = redisTexts(now);
  if (found === undefined) return { failed: `${name} is not a setting of this server` };
  const wanted = storedValue(value);
  if (is === wanted || is === value) return { changes: [] };
  const hides = isSecret(name);
  const change: Change = {
    what: `setting ${name}`,
    from: hides ? '(hidden)' : is,
    to: hides ? '(hidden, different)' : wanted,
    commands: [redisRun(login, ['CONFIG', 'SET', name, wanted], ['CONFIG', 'SET', name, hides ? '(hidden)' : wanted])],
    effects: [
      predicts(askState(login, task), shellAnswer(`1) ${redisQuoted(found)}\n2) ${redisQuoted(wanted)}\n`)),
      blurs('database:redis/info'),
    ],
  };
  return { changes: [change] };
}

function flushing(login: RedisLogin, task: Task, now: ShellAnswer): Plan {
  const { flush_mode, db } = task;
  const full = [...redisFields(now)].filter(([name]) => flush_mode === 'all' || name === `db${db}`);
  if (full.length === 0) return { changes: [] };
  const rest = [...redisFields(now)].filter((one) => !full.some(([name]) => name === one[0]));
  const change: Change = {
    what: flush_mode === 'all' ? 'all databases' : `database ${db}`,
    from: full.map(([name, keys]) => `${name}: ${keys.replace(/^keys=(\d+).*$/, '$1 keys')}`).join(', '),
    to: 'empty',
    commands: [redisRun(login, [flush_mode === 'all' ? 'FLUSHALL' : 'FLUSHDB'])],
    effects: [
      predicts(
        askState(login, task),
        shellAnswer(
          ['# Keyspace', ...rest.map(([name, keys]) => `${name}:${keys}`)].map((line) => `${line}\n`).join(''),
        ),
      ),
      blurs('database:redis/key/*'),
    ],
  };
  return { changes: [change] };
}

function replicating(login: RedisLogin, task: Task, now: ShellAnswer): Plan {
  const fields = redisFields(now);
  const { master_host: host = '', master_port: port = 0 } = task;
  const isOne = fields.get('role') === 'slave';
  const from = isOne ? `replica of ${fields.get('master_host')}:${fields.get('master_port')}` : 'master';
  const to = isReplica(task) ? `replica of ${host}:${port}` : 'master';
  if (from === to) return { changes: [] };
  const words = isReplica(task) ? [host, String(port)] : ['NO', 'ONE'];
  const after = isReplica(task) ? `role:slave\nmaster_host:${host}\nmaster_port:${port}\n` : 'role:master\n';
  const change: Change = {
    what: 'the server',
    from,
    to,
    commands: [redisRun(login, ['REPLICAOF', ...words])],
    effects: [
      predicts(askState(login, task), shellAnswer(`# Replication\n${after}`)),
      // A replica has the data of its master.
      ...(isReplica(task) ? [blurs('database:redis/key/*')] : []),
    ],
  };
  return { changes: [change] };
}
