import { defineTask, type Plan } from '../src/sdk.ts';
import { askDefinitions, defines, named, readDefinitions } from './shared/brokers/rabbit-definitions.ts';
import { parameterPlan } from './shared/brokers/rabbit-parameters.ts';
import { rabbitOf, rabbitParams } from './shared/brokers/rabbitmqctl.ts';

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
    return parameterPlan({
      rabbit,
      what: `global parameter ${name}`,
      defined: defined.global_parameters,
      now: named(defined.global_parameters, name),
      wanted: state === 'absent' ? undefined : value,
      kind: 'global_parameters',
      key: { name },
      clear: ['clear_global_parameter', '--', name],
      effect: (global_parameters) => defines(rabbit, defined, { global_parameters }),
    });
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
