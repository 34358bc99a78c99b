import { blurs, type Change, decodeText, defineTask, type Params, type Plan, predicts } from '../src/sdk.ts';
import { redisLogin, redisLoginParams, redisRun } from './shared/databases/redis-client.ts';
import { askKey, keyAnswer, keyFailure, keyValue } from './shared/databases/redis-keys.ts';

const params = {
  key: { type: 'str', required: true, doc: 'The key. A missing one counts as 0.' },
  increment_int: { type: 'int', doc: 'The whole number to add (default: 1).' },
  increment_float: { type: 'float', doc: 'The number to add, which may have a fraction.' },
  tls: { type: 'bool', default: true, doc: 'Use TLS.' },
  ...redisLoginParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.redis_data_incr',
  summary: 'Add to the number in a key of a Redis database.',
  description: 'Requires `redis-cli` on the host. It adds every time.',
  params,
  rules: { mutuallyExclusive: [['increment_int', 'increment_float']] },
  ask: (task, { environment }) => ({ now: askKey(redisLogin(task, environment), task.key) }),
  plan({ now }, task, { environment }): Plan {
    const { key, increment_float } = task;
    const wrong = keyFailure(now, key);
    if (wrong !== undefined) return { failed: wrong };
    const login = redisLogin(task, environment);
    const is = keyValue(now) ?? '0';
    const isNumber = increment_float === undefined ? /^-?\d+$/.test(is) : is.trim() !== '' && !Number.isNaN(Number(is));
    if (!isNumber) return { failed: `Value: ${is} of key: ${key} is not incrementable(int or float)` };
    const after = sumOf(is, task);
    if (increment_float === undefined && BigInt.asIntN(64, BigInt(after)) !== BigInt(after))
      return { failed: 'increment or decrement would overflow' };
    const words = increment_float === undefined ? ['INCRBY', key, added(task)] : ['INCRBYFLOAT', key, added(task)];
    const change: Change = {
      what: `key ${key}`,
      from: keyValue(now) ?? null,
      to: after,
      commands: [redisRun(login, words)],
      // The server has its own way to write fractions.
      effects: [
        increment_float === undefined
          ? predicts(askKey(login, key), keyAnswer(after))
          : blurs(`database:redis/key/${key}`),
      ],
      repeats: true,
    };
    return { changes: [change] };
  },
  result: ({ before: { now }, params: task, replies: [reply] }) => {
    const { key, increment_int, increment_float } = task;
    const [, told] =
      /^(?:\(integer\) |")([^"\n]*)"?\n?$/.exec(reply === undefined ? '' : decodeText(reply.stdout)) ?? [];
    const value = told ?? sumOf(keyValue(now) ?? '0', task);
    const by = increment_int === undefined && increment_float === undefined ? '' : ` by ${added(task)}`;
    return { value: Number(value), msg: `Incremented key: ${key}${by} to ${value}` };
  },
  returns: { value: 'The value afterwards.', msg: 'What was done.' },
  examples: [
    {
      title: 'Count a deployment',
      yaml: 'redis_data_incr:\n  key: deployments\n  tls: false',
      runs: { no: 'needs a Redis server' },
    },
    {
      title: 'Add a fraction',
      yaml: 'redis_data_incr:\n  key: hours\n  increment_float: 1.5\n  tls: false',
      runs: { no: 'needs a Redis server' },
    },
  ],
});

const added = ({ increment_int = 1, increment_float = increment_int }: Task): string => String(increment_float);

const sumOf = (is: string, task: Task): string =>
  task.increment_float === undefined
    ? String(BigInt(is) + BigInt(added(task)))
    : String(Number(is) + task.increment_float);
