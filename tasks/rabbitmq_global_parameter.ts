import { defineTask, type Plan } from '../src/sdk.ts';
import { askDefinitions, defines, named, readDefinitions } from './shared/brokers/rabbit-definitions.ts';
import { parameterDifference } from './shared/brokers/rabbit-parameters.ts';

import { callRabbit, rabbitOf, rabbitParams } from './shared/brokers/rabbitmqctl.ts';

export default defineTask({
  name: 'community.rabbitmq.rabbitmq_global_parameter',
  summary: 'Manage a parameter of a whole RabbitMQ cluster.',
  description:
    'Needs `rabbitmqctl` on the host, and RabbitMQ 3.8 or newer. It is tested with RabbitMQ 3.10. The value is sent on stdin.',
  params: {
    name: { type: 'str', required: true, doc: 'The parameter.' },
    value: {
      type: 'str',
      secret: 'password in URL',
      doc: 'Its value as a JSON term, so that a text has quotes of its own: `\'"shop"\'`.',
    },
    state: {
      type: 'str',
      default: 'present',
      choices: ['present', 'absent'],
      doc: 'Whether the parameter should be set.',
    },
    ...rabbitParams,
  },
  rules: { requiredIf: [{ param: 'state', is: 'present', needs: ['value'] }] },
  ask: (task, context) => ({ told: askDefinitions(rabbitOf(task, context)) }),
  plan({ told }, task, context): Plan {
    const rabbit = rabbitOf(task, context);
    const { name, state, value } = task;
    const defined = readDefinitions(told);
    const now = named(defined.global_parameters, name);
    const difference = parameterDifference(now, state === 'absent' ? undefined : value);
    if (typeof difference === 'string') return { failed: difference };
    if (difference === undefined) return { changes: [] };
    const { from, to, json } = difference;
    const others = defined.global_parameters.filter((one) => one !== now);
    const definition = JSON.stringify({ global_parameters: [{ name, value: JSON.parse(json ?? 'null') }] });
    const command =
      json === undefined
        ? callRabbit(rabbit, ['clear_global_parameter', '--', name])
        : callRabbit(rabbit, ['import_definitions'], { stdin: definition });
    const after = json === undefined ? others : [...others, { name, value: JSON.parse(json) as unknown }];
    return {
      changes: [
        {
          what: `global parameter ${name}`,
          from,
          to,
          commands: [command],
          effects: [defines(rabbit, defined, { global_parameters: after })],
        },
      ],
    };
  },
  result: ({ params: { name, value, state } }) => ({ name, value, state }),
  returns: { name: 'the parameter', value: 'its value, as a JSON term', state: 'whether it is set' },
  examples: [
    {
      title: 'Name the cluster',
      yaml: `rabbitmq_global_parameter:\n  name: cluster_name\n  value: '"shop"'`,
      runs: { no: 'needs RabbitMQ' },
    },
  ],
});
