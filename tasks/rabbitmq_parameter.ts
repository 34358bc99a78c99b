import { defineTask, type Plan } from '../src/sdk.ts';
import { askDefinitions, defines, hasVhost, noVhost, readDefinitions } from './shared/brokers/rabbit-definitions.ts';
import { parameterPlan } from './shared/brokers/rabbit-parameters.ts';
import { rabbitOf, rabbitParams } from './shared/brokers/rabbitmqctl.ts';

const params = {
  component: { type: 'str', required: true, doc: 'What the parameter is for, such as `shovel` or `federation`.' },
  name: { type: 'str', required: true, doc: 'The parameter.' },
  value: {
    type: 'str',
    secret: 'password in URL',
    doc: 'Its value as a JSON term, so that a text has quotes of its own: `\'"guest"\'`.',
  },
  vhost: { type: 'str', default: '/', doc: 'The virtual host.' },
  state: {
    type: 'str',
    default: 'present',
    choices: ['present', 'absent'],
    doc: 'Whether the parameter should be set.',
  },
  ...rabbitParams,
} as const;

export default defineTask({
  name: 'community.rabbitmq.rabbitmq_parameter',
  summary: 'Manage a parameter of RabbitMQ, such as a shovel or an upstream of a federation.',
  description:
    'Needs `rabbitmqctl` on the host, and RabbitMQ 3.8 or newer. It is tested with RabbitMQ 3.10. The value is sent on stdin.',
  params,
  rules: { requiredIf: [{ param: 'state', is: 'present', needs: ['value'] }] },
  ask: (task, context) => ({ told: askDefinitions(rabbitOf(task, context)) }),
  plan({ told }, task, context): Plan {
    const rabbit = rabbitOf(task, context);
    const { component, name, vhost, state, value } = task;
    const defined = readDefinitions(told);
    if (!hasVhost(defined, vhost)) return { failed: noVhost(vhost) };
    return parameterPlan({
      rabbit,
      what: `parameter ${name} of ${component} in ${vhost}`,
      defined: defined.parameters,
      now: defined.parameters.find(
        (one) => one['vhost'] === vhost && one['component'] === component && one['name'] === name,
      ),
      wanted: state === 'absent' ? undefined : value,
      kind: 'parameters',
      key: { component, name, vhost },
      clear: ['clear_parameter', `--vhost=${vhost}`, '--', component, name],
      effect: (parameters) => defines(rabbit, defined, { parameters }),
    });
  },
  result: ({ params: { component, name, vhost, state } }) => ({ component, name, vhost, state }),
  returns: {
    component: 'what the parameter is for',
    name: 'the parameter',
    vhost: 'the virtual host',
    state: 'whether it is set',
  },
  examples: [
    {
      title: 'Move messages from one queue to another',
      yaml: `rabbitmq_parameter:
  component: shovel
  name: orders
  value: '{"src-uri": "amqp://", "src-queue": "orders", "dest-uri": "amqp://", "dest-queue": "archive"}'`,
      runs: { no: 'needs RabbitMQ' },
    },
  ],
});
