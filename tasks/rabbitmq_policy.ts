import { type Change, defineTask, type Params, type Plan } from '../src/sdk.ts';
import { askDefinitions, defines, hasVhost, noVhost, readDefinitions } from './shared/brokers/rabbit-definitions.ts';
import { callRabbit, rabbitOf, rabbitParams } from './shared/brokers/rabbitmqctl.ts';
import { type JsonObject, sameJson } from './shared/json.ts';

const params = {
  name: { type: 'str', required: true, doc: 'The policy.' },
  vhost: { type: 'str', default: '/', doc: 'The virtual host that it is for.' },
  pattern: { type: 'str', doc: 'The names that it applies to, as a regular expression.' },
  apply_to: {
    type: 'str',
    default: 'all',
    choices: ['all', 'exchanges', 'queues', 'classic_queues', 'quorum_queues', 'streams'],
    doc: 'What it applies to. The last three need RabbitMQ 3.12.',
  },
  tags: { type: 'dict', doc: 'What it sets, for example `max-length: 1000`.' },
  priority: {
    type: 'str',
    default: '0',
    doc: 'Of several policies that apply, the one with the highest number counts.',
  },
  state: { type: 'str', default: 'present', choices: ['present', 'absent'], doc: 'Whether the policy should exist.' },
  ...rabbitParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.rabbitmq.rabbitmq_policy',
  summary: 'Manage a policy of RabbitMQ.',
  description: 'Needs `rabbitmqctl` on the host, and RabbitMQ 3.8 or newer. It is tested with RabbitMQ 3.10.',
  params,
  rules: { requiredIf: [{ param: 'state', is: 'present', needs: ['pattern', 'tags'] }] },
  ask: (task, context) => ({ told: askDefinitions(rabbitOf(task, context)) }),
  plan({ told }, task, context): Plan {
    const rabbit = rabbitOf(task, context);
    const { name, vhost, priority } = task;
    const defined = readDefinitions(told);
    if (!hasVhost(defined, vhost)) return { failed: noVhost(vhost) };
    if (!/^-?\d+$/.test(priority)) return { failed: `priority must be a number, got ${priority}` };
    const now = defined.policies.find((one) => one['vhost'] === vhost && one['name'] === name);
    const others = defined.policies.filter((one) => one !== now);
    const to = task.state === 'absent' ? undefined : policyOf(task);
    const call =
      to === undefined
        ? ['clear_policy', `--vhost=${vhost}`, '--', name]
        : [
            'set_policy',
            `--vhost=${vhost}`,
            `--priority=${priority}`,
            `--apply-to=${task.apply_to}`,
            '--',
            name,
            task.pattern ?? '',
            JSON.stringify(task.tags),
          ];
    const effects = [defines(rabbit, defined, { policies: to === undefined ? others : [...others, to] })];
    const moved = differences(now, to, name);
    return {
      changes: moved.map((one, index) => ({
        ...one,
        commands: index === 0 ? [callRabbit(rabbit, call)] : [],
        effects,
      })),
    };
  },
  result: ({ params: { name, state } }) => ({ name, state }),
  returns: { name: 'the policy', state: 'its state' },
  examples: [
    {
      title: 'Queues that keep at most 10000 messages',
      yaml: 'rabbitmq_policy:\n  name: short\n  vhost: /shop\n  pattern: ^log\\.\n  apply_to: queues\n  tags:\n    max-length: 10000',
      runs: { no: 'needs RabbitMQ' },
    },
  ],
});

/** A policy as RabbitMQ tells it. */
const policyOf = ({ vhost, name, pattern = '', apply_to, tags, priority }: Task): JsonObject => ({
  vhost,
  name,
  pattern,
  'apply-to': apply_to,
  definition: tags,
  priority: Number(priority),
});

type PolicyChange = Pick<Change, 'from' | 'to' | 'what'>;

function differences(now: JsonObject | undefined, to: JsonObject | undefined, name: string): readonly PolicyChange[] {
  if (now === undefined || to === undefined) {
    const text = (one: JsonObject | undefined): string | null =>
      one === undefined ? null : `${JSON.stringify(one['definition'])} for ${one['apply-to']} ${one['pattern']}`;
    return now === to ? [] : [{ what: `policy ${name}`, from: text(now), to: text(to) }];
  }
  return ['pattern', 'apply-to', 'definition', 'priority'].flatMap((field) =>
    sameJson(now[field], to[field])
      ? []
      : [{ what: `${field} of policy ${name}`, from: fieldText(now[field]), to: fieldText(to[field]) }],
  );
}

const fieldText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
