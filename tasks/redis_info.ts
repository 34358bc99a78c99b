import { defineTask, nothing, type Plan } from '../src/sdk.ts';
import { redisAsk, redisFailure, redisFields, redisLogin, redisLoginParams } from './shared/databases/redis-client.ts';

export default defineTask({
  name: 'community.general.redis_info',
  summary: 'Gather information about a Redis server.',
  description: 'Requires `redis-cli` on the host.',
  params: {
    tls: { type: 'bool', default: false, doc: 'Use TLS.' },
    cluster: { type: 'bool', default: false, doc: 'Also tell about the cluster that the server is in.' },
    ...redisLoginParams,
  },
  looks: () => true,
  ask: (task, { environment }) => {
    const login = redisLogin(task, environment);
    return {
      told: redisAsk(login, ['INFO'], 'database:redis*'),
      cluster: task.cluster ? redisAsk(login, ['CLUSTER', 'INFO'], 'database:redis*') : nothing(),
    };
  },
  plan({ told, cluster }): Plan {
    const wrong = redisFailure(told) ?? (cluster && redisFailure(cluster));
    if (wrong !== undefined) return { failed: wrong };
    const fieldsOf = (answer: typeof told) =>
      Object.fromEntries([...redisFields(answer)].map(([name, value]) => [name, dataOf(value)]));
    const state = cluster && fieldsOf(cluster);
    return { changes: [], result: { info: fieldsOf(told), ...(state && { cluster: state, cluster_info: state }) } };
  },
  returns: {
    info: 'What the server tells about itself, with numbers as numbers.',
    cluster: 'What it tells about its cluster, if that was asked.',
    cluster_info: 'The same.',
  },
  examples: [
    {
      title: 'Find out the version of a server',
      yaml: 'redis_info:\nregister: redis',
      runs: { no: 'needs a Redis server' },
    },
    {
      title: 'Ask a server on another port, with a password',
      yaml: 'redis_info:\n  login_port: 6380\n  login_password: "{{ redis_password }}"\nregister: redis\nvars:\n  redis_password: not-a-good-one',
      runs: { no: 'needs a Redis server' },
    },
  ],
});

/** A value as data: numbers, lists, and `a=1,b=2` as a dictionary. */
function dataOf(text: string): unknown {
  const words = text.split(',').filter((word) => word !== '');
  if (text.includes('='))
    return Object.fromEntries(
      words.map((word) => {
        const at = word.lastIndexOf('=');
        return at === -1 ? [word, true] : [word.slice(0, at), dataOf(word.slice(at + 1))];
      }),
    );
  if (text.includes(',')) return words.map(dataOf);
  return /^-?\d{1,15}(?:\.\d+)?$/.test(text) ? Number(text) : text;
}
