import { type Change, defineTask, nothing, type Params, type Plan, predicts } from '../src/sdk.ts';
import { type RedisLogin, redisLogin, redisLoginParams, redisRun } from './shared/databases/redis-client.ts';
import {
  askExpiry,
  askKey,
  keyAnswer,
  keyFailure,
  keyValue,
  neverExpires,
  noExpiry,
} from './shared/databases/redis-keys.ts';

const params = {
  key: { type: 'str', required: true, doc: 'The key.' },
  value: { type: 'str', doc: 'Its value. Required with `state: present`.' },
  state: { type: 'str', default: 'present', choices: ['present', 'absent'], doc: 'Whether the key should exist.' },
  expiration: {
    type: 'int',
    doc: 'After how many milliseconds the key is removed. The key is then set every time.',
  },
  non_existing: { type: 'bool', doc: 'Fail if the key exists with another value.' },
  existing: { type: 'bool', doc: 'Fail if the key does not exist.' },
  keep_ttl: {
    type: 'bool',
    doc: 'A new value keeps the time at which the key is removed. If false, a key with the right value must not have such a time.',
  },
  tls: { type: 'bool', default: true, doc: 'Use TLS.' },
  ...redisLoginParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.redis_data',
  summary: 'Manage a key in a Redis database.',
  description: 'Requires `redis-cli` on the host.',
  params,
  rules: {
    requiredIf: [{ param: 'state', is: 'present', needs: ['value'] }],
    mutuallyExclusive: [
      ['non_existing', 'existing'],
      ['keep_ttl', 'expiration'],
    ],
  },
  ask: (task, { environment }) => {
    const login = redisLogin(task, environment);
    return {
      now: askKey(login, task.key),
      expiry: task.keep_ttl === false && task.state === 'present' ? askExpiry(login, task.key) : nothing(),
    };
  },
  plan({ now, expiry }, task, { environment }): Plan {
    const { key, value = '', state, expiration, non_existing, existing } = task;
    const wrong = keyFailure(now, key) ?? (expiry && keyFailure(expiry, key));
    if (wrong !== undefined) return { failed: wrong };
    const login = redisLogin(task, environment);
    const is = keyValue(now);
    if (state === 'absent')
      return is === undefined
        ? { changes: [], result: { msg: `Key: ${key} not present` } }
        : { changes: [removingKey(login, task, is)], result: { msg: `Deleted key: ${key}` } };
    const old = { old_value: is ?? null };
    const isEndless = expiry === undefined || neverExpires(expiry);
    if (is === value && isEndless && expiration === undefined)
      return { changes: [], result: { ...old, value, msg: `Key ${key} already has desired value` } };
    if (non_existing === true && is !== undefined)
      return { failed: `Could not set key: ${key}. Key already present.`, result: old };
    if (existing === true && is === undefined)
      return { failed: `Could not set key: ${key}. Key not present.`, result: old };
    return { changes: [setting(login, task, is)], result: { ...old, value, msg: `Set key: ${key}` } };
  },
  returns: {
    old_value: 'The value before; null if there was none.',
    value: 'The value now.',
    msg: 'What was done.',
  },
  examples: [
    {
      title: 'Set a key',
      yaml: 'redis_data:\n  key: maintenance\n  value: "yes"\n  tls: false',
      runs: { no: 'needs a Redis server' },
    },
    {
      title: 'Remove a key',
      yaml: 'redis_data:\n  key: maintenance\n  state: absent\n  tls: false',
      runs: { no: 'needs a Redis server' },
    },
  ],
});

const removingKey = (login: RedisLogin, { key }: Task, is: string): Change => ({
  what: `key ${key}`,
  from: is,
  to: null,
  commands: [redisRun(login, ['DEL', key])],
  effects: [predicts(askKey(login, key), keyAnswer(undefined))],
});

function setting(login: RedisLogin, { key, value = '', expiration, keep_ttl }: Task, is: string | undefined): Change {
  const options = expiration === undefined ? [] : ['PX', String(expiration)];
  const time = expiration === undefined ? '' : `, for ${expiration} ms`;
  return {
    what: `key ${key}`,
    from: is === value ? '' : (is ?? null),
    to: is === value && expiration === undefined ? `${value}, for ever` : `${value}${time}`,
    commands: [
      redisRun(login, ['SET', key, value, ...options, ...(keep_ttl === true ? ['KEEPTTL'] : [])], ['SET', key, '…']),
    ],
    effects: [
      predicts(askKey(login, key), keyAnswer(value)),
      ...(expiration === undefined && keep_ttl !== true ? [predicts(askExpiry(login, key), noExpiry)] : []),
    ],
    ...(expiration !== undefined && { repeats: true }),
  };
}
