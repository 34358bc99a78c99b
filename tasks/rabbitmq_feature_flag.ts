import { defineTask, type Plan, predicts } from '../src/sdk.ts';
import { askRabbit, callRabbit, type Rabbit, rabbitOf, rabbitParams } from './shared/brokers/rabbitmqctl.ts';
import { isObject, listInside } from './shared/json.ts';

export default defineTask({
  name: 'community.rabbitmq.rabbitmq_feature_flag',
  summary: 'Enable a feature flag of RabbitMQ.',
  description:
    'Needs `rabbitmqctl` on the host, and RabbitMQ 3.8 or newer. It is tested with RabbitMQ 3.10. A feature flag cannot be disabled.',
  params: {
    name: { type: 'str', required: true, doc: 'The feature flag.' },
    ...rabbitParams,
  },
  ask: (task, context) => ({ flags: askFlags(rabbitOf(task, context)) }),
  plan({ flags }, task, context): Plan {
    const rabbit = rabbitOf(task, context);
    const { name } = task;
    const all = listInside(flags).filter(isObject);
    const state = all.find((one) => one['name'] === name)?.['state'];
    if (state === undefined) return { failed: `this node of RabbitMQ has no feature flag ${name}` };
    if (state === 'enabled') return { changes: [] };
    const after = all.map((one) => (one['name'] === name ? { ...one, state: 'enabled' } : one));
    return {
      changes: [
        {
          what: `feature flag ${name}`,
          from: String(state),
          to: 'enabled',
          commands: [callRabbit(rabbit, ['enable_feature_flag', '--', name])],
          effects: [predicts(askFlags(rabbit), after)],
        },
      ],
    };
  },
  examples: [
    {
      title: 'Enable quorum queues',
      yaml: 'rabbitmq_feature_flag:\n  name: quorum_queue',
      runs: { no: 'needs RabbitMQ' },
    },
  ],
});

const askFlags = (rabbit: Rabbit) =>
  askRabbit(rabbit, ['--formatter', 'json', 'list_feature_flags', 'name', 'state'], ['feature-flags']);
