import { defineTask, type Plan } from '../src/sdk.ts';
import { askDefinitions, defines, hasVhost, noVhost, readDefinitions } from './shared/brokers/rabbit-definitions.ts';
import { limitsPlan, limitsState } from './shared/brokers/rabbit-limits.ts';
import { rabbitOf, rabbitParams } from './shared/brokers/rabbitmqctl.ts';
import type { JsonObject } from './shared/json.ts';

export default defineTask({
  name: 'community.rabbitmq.rabbitmq_vhost_limits',
  summary: 'Manage the limits of a virtual host of RabbitMQ.',
  description: 'Needs `rabbitmqctl` on the host. It is tested with RabbitMQ 3.10.',
  params: {
    vhost: { type: 'str', default: '/', doc: 'The virtual host.' },
    max_connections: {
      type: 'int',
      default: -1,
      doc: 'How many connections there may be at the same time; a negative number is no limit.',
    },
    max_queues: { type: 'int', default: -1, doc: 'How many queues there may be; a negative number is no limit.' },
    state: limitsState,
    ...rabbitParams,
  },
  ask: (task, context) => ({ told: askDefinitions(rabbitOf(task, context)) }),
  plan({ told }, task, context): Plan {
    const rabbit = rabbitOf(task, context);
    const { vhost, max_connections, max_queues, state } = task;
    const now = readDefinitions(told);
    if (!hasVhost(now, vhost)) return { failed: noVhost(vhost) };
    const isOwn = (one: JsonObject) => one['component'] === 'vhost-limits' && one['vhost'] === vhost;
    return limitsPlan(now.parameters.find(isOwn)?.['value'], {
      rabbit,
      of: `virtual host ${vhost}`,
      wanted: { 'max-connections': max_connections, 'max-queues': max_queues },
      state,
      set: ['set_vhost_limits', `--vhost=${vhost}`],
      clear: ['clear_vhost_limits', `--vhost=${vhost}`],
      effect: (left) =>
        defines(rabbit, now, {
          parameters: [
            ...now.parameters.filter((one) => !isOwn(one)),
            { component: 'vhost-limits', name: 'limits', vhost, value: left },
          ],
        }),
    });
  },
  examples: [
    {
      title: 'At most 64 connections and 256 queues',
      yaml: 'rabbitmq_vhost_limits:\n  vhost: /shop\n  max_connections: 64\n  max_queues: 256',
      runs: { no: 'needs RabbitMQ' },
    },
  ],
});
