import {
  blurs,
  type Command,
  defineTask,
  mayAlter,
  nothing,
  type Params,
  type Plan,
  predicts,
  type Question,
  script,
} from '../src/sdk.ts';
import { askRabbit, callRabbit, type Rabbit, rabbitOf, rabbitParams } from './shared/brokers/rabbitmqctl.ts';

const params = {
  action: {
    type: 'str',
    required: true,
    choices: ['await_online_quorum_plus_one', 'await_online_synchronized_mirror', 'post_upgrade', 'drain', 'revive'],
    doc: '`drain` puts the node into maintenance mode, and `revive` ends that; `post_upgrade` acts every time; the others wait, and a check does not.',
  },
  ...rabbitParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.rabbitmq.rabbitmq_upgrade',
  summary: 'Prepare a node of RabbitMQ for an upgrade, or finish one.',
  description: 'Needs `rabbitmq-upgrade` on the host, and RabbitMQ 3.8 or newer. It is tested with RabbitMQ 3.10.',
  params,
  ask: (task, context) => ({
    drained: task.action === 'drain' || task.action === 'revive' ? askMaintenance(rabbitOf(task, context)) : nothing(),
  }),
  plan({ drained }, task, context): Plan {
    const rabbit = rabbitOf(task, context);
    if (task.action === 'drain' || task.action === 'revive') return maintaining(rabbit, drained, task.action);
    const waits = task.action !== 'post_upgrade';
    return {
      changes: [
        {
          what: task.action,
          from: '',
          to: waits ? 'waited' : 'done',
          commands: [upgrading(rabbit, task)],
          effects: waits ? [] : [mayAlter('broker:rabbitmq/*')],
          repeats: true,
          ...(waits && { means: true as const }),
        },
      ],
    };
  },
  examples: [
    {
      title: 'Put this node into maintenance mode',
      yaml: 'rabbitmq_upgrade:\n  action: drain',
      runs: { no: 'needs RabbitMQ' },
    },
  ],
});

const upgrading = (rabbit: Rabbit, { action }: Pick<Task, 'action'>): Command =>
  callRabbit(rabbit, [action], { program: 'rabbitmq-upgrade' });

/** Asks whether the node is in maintenance mode. */
const askMaintenance = (rabbit: Rabbit): Question<unknown> =>
  askRabbit(rabbit, ['--formatter', 'json', 'status'], ['maintenance'], {
    filter: script`sed -n 's/.*"is_under_maintenance":\([a-z]*\).*/\1/p'`,
  });

function maintaining(rabbit: Rabbit, drained: unknown, action: 'drain' | 'revive'): Plan {
  if (typeof drained !== 'boolean') return { failed: 'this version of RabbitMQ has no maintenance mode' };
  const wanted = action === 'drain';
  if (drained === wanted) return { changes: [] };
  return {
    changes: [
      {
        what: 'maintenance mode',
        from: drained ? 'on' : 'off',
        to: wanted ? 'on' : 'off',
        commands: [upgrading(rabbit, { action })],
        effects: [predicts(askMaintenance(rabbit), wanted), blurs('network:')],
      },
    ],
  };
}
