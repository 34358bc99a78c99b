import { defineTask, type Plan } from '../src/sdk.ts';
import { redisLogin, redisLoginParams } from './shared/databases/redis-client.ts';
import { askKey, keyFailure, keyValue } from './shared/databases/redis-keys.ts';

export default defineTask({
  name: 'community.general.redis_data_info',
  summary: 'Read the value of a key in a Redis database.',
  description: 'Requires `redis-cli` on the host.',
  params: {
    key: { type: 'str', required: true, doc: 'The key.' },
    tls: { type: 'bool', default: true, doc: 'Use TLS.' },
    ...redisLoginParams,
  },
  looks: () => true,
  ask: (task, { environment }) => ({ now: askKey(redisLogin(task, environment), task.key) }),
  plan({ now }, { key }): Plan {
    const wrong = keyFailure(now, key);
    if (wrong !== undefined) return { failed: wrong };
    const value = keyValue(now);
    const result =
      value === undefined
        ? { exists: false, msg: `Key "${key}" does not exist in database` }
        : { exists: true, value, msg: `Got key "${key}"` };
    return { changes: [], result };
  },
  returns: {
    exists: 'Whether there is such a key.',
    value: 'Its value, if there is one.',
    msg: 'What was found.',
  },
  examples: [
    {
      title: 'Read a key',
      yaml: 'redis_data_info:\n  key: maintenance\n  tls: false\nregister: maintenance',
      runs: { no: 'needs a Redis server' },
    },
    {
      title: 'Read a key from a server that needs a password',
      yaml: 'redis_data_info:\n  key: maintenance\n  login_host: db1.example.org\n  login_password: "{{ redis_password }}"\nregister: maintenance\nvars:\n  redis_password: not-a-good-one',
      runs: { no: 'needs a Redis server' },
    },
  ],
});
