import { blurs, type Change, defineTask, nothing, type Plan, predicts, type Question } from '../src/sdk.ts';
import {
  askDefinitions,
  defines,
  hasVhost,
  readDefinitions,
  withoutVhost,
} from './shared/brokers/rabbit-definitions.ts';
import { askRabbit, callRabbit, type Rabbit, rabbitOf, rabbitParams } from './shared/brokers/rabbitmqctl.ts';
import { isObject, listInside } from './shared/json.ts';

export default defineTask({
  name: 'community.rabbitmq.rabbitmq_vhost',
  summary: 'Manage a virtual host of RabbitMQ.',
  description: 'Needs `rabbitmqctl` on the host, and RabbitMQ 3.8 or newer. It is tested with RabbitMQ 3.10.',
  params: {
    name: { type: 'str', required: true, aliases: ['vhost'], doc: 'The virtual host.' },
    tracing: { type: 'bool', default: false, aliases: ['trace'], doc: 'Whether its messages are traced.' },
    state: {
      type: 'str',
      default: 'present',
      choices: ['present', 'absent'],
      doc: 'Whether the virtual host should exist.',
    },
    ...rabbitParams,
  },
  ask: (task, context) => ({
    told: askDefinitions(rabbitOf(task, context)),
    traced: task.state === 'present' ? askTraced(rabbitOf(task, context)) : nothing(),
  }),
  plan({ told, traced }, task, context): Plan {
    const rabbit = rabbitOf(task, context);
    const defined = readDefinitions(told);
    const isThere = hasVhost(defined, task.name);
    const { name, tracing, state } = task;
    if (state === 'absent') {
      if (!isThere) return { changes: [] };
      const commands = [callRabbit(rabbit, ['delete_vhost', '--', name])];
      const effects = [defines(rabbit, defined, withoutVhost(defined, name)), blurs('broker:rabbitmq/traced')];
      return { changes: [{ what: `virtual host ${name}`, from: 'present', to: null, commands, effects }] };
    }
    const all = listInside(traced).filter(isObject);
    const others = all.filter((one) => one['name'] !== name);
    const listed = predicts(askTraced(rabbit), [...others, { name, tracing }]);
    const newVhost: Change = {
      what: `virtual host ${name}`,
      from: null,
      to: 'present',
      commands: [callRabbit(rabbit, ['add_vhost', '--', name])],
      effects: [defines(rabbit, defined, { vhosts: [...defined.vhosts, { name }] }), listed],
    };
    const is = isThere && all.some((one) => one['name'] === name && one['tracing'] === true);
    const tracingChange: Change = {
      what: `tracing of virtual host ${name}`,
      from: is ? 'on' : 'off',
      to: tracing ? 'on' : 'off',
      commands: [callRabbit(rabbit, [tracing ? 'trace_on' : 'trace_off', `--vhost=${name}`])],
      effects: [listed],
    };
    return { changes: [...(isThere ? [] : [newVhost]), ...(is === tracing ? [] : [tracingChange])] };
  },
  result: ({ params: { name, state } }) => ({ name, state }),
  returns: { name: 'the virtual host', state: 'its state' },
  examples: [
    {
      title: 'A virtual host for an application',
      yaml: 'rabbitmq_vhost:\n  name: /shop',
      runs: { no: 'needs RabbitMQ' },
    },
    {
      title: 'Remove one, with everything in it',
      yaml: 'rabbitmq_vhost:\n  name: /old\n  state: absent',
      runs: { no: 'needs RabbitMQ' },
    },
  ],
});

/** Asks which virtual hosts are traced: definitions do not tell. */
const askTraced = (rabbit: Rabbit): Question<unknown> =>
  askRabbit(rabbit, ['--formatter', 'json', 'list_vhosts', 'name', 'tracing'], ['traced']);
