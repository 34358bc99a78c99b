import { defineTask, type Plan } from '../src/sdk.ts';
import { askDefinitions, defines, named, readDefinitions } from './shared/brokers/rabbit-definitions.ts';
import { limitsPlan, limitsState } from './shared/brokers/rabbit-limits.ts';
import { rabbitOf, rabbitParams } from './shared/brokers/rabbitmqctl.ts';

export default defineTask({
  name: 'community.rabbitmq.rabbitmq_user_limits',
  summary: 'Manage the limits of a user of RabbitMQ.',
  description: 'Needs `rabbitmqctl` on the host, and RabbitMQ 3.8.10 or newer. It is tested with RabbitMQ 3.10.',
  params: {
    user: { type: 'str', required: true, aliases: ['username', 'name'], doc: 'The user.' },
    max_connections: {
      type: 'int',
      default: -1,
      doc: 'How many connections it may have at the same time; a negative number is no limit.',
    },
    max_channels: { type: 'int', default: -1, doc: 'How many channels; a negative number is no limit.' },
    state: limitsState,
    ...rabbitParams,
  },
  ask: (task, context) => ({ told: askDefinitions(rabbitOf(task, context)) }),
  plan({ told }, task, context): Plan {
    const rabbit = rabbitOf(task, context);
    const { user, max_connections, max_channels, state } = task;
    const now = readDefinitions(told);
    const row = named(now.users, user);
    if (row === undefined) return { failed: `there is no user ${user}` };
    return limitsPlan(row['limits'], {
      rabbit,
      of: `user ${user}`,
      wanted: { 'max-connections': max_connections, 'max-channels': max_channels },
      state,
      set: ['set_user_limits', '--', user],
      clear: ['clear_user_limits', '--', user, 'all'],
      effect: (left) =>
        defines(rabbit, now, { users: now.users.map((one) => (one === row ? { ...row, limits: left } : one)) }),
    });
  },
  examples: [
    {
      title: 'At most 64 connections',
      yaml: 'rabbitmq_user_limits:\n  user: shop\n  max_connections: 64',
      runs: { no: 'needs RabbitMQ' },
    },
  ],
});
