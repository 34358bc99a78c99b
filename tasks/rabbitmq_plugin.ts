import { type Change, defineTask, mayAlter, type Params, type Plan, predicts, type Question } from '../src/sdk.ts';
import { askRabbit, callRabbit, type Rabbit } from './shared/brokers/rabbitmqctl.ts';
import { isObject, type JsonObject, listInside } from './shared/json.ts';

const params = {
  names: { type: 'str', required: true, aliases: ['name'], doc: 'The plugins, separated by commas.' },
  new_only: { type: 'bool', default: false, doc: 'With `state: enabled`, leave other plugins as they are.' },
  state: {
    type: 'str',
    default: 'enabled',
    choices: ['enabled', 'disabled'],
    doc: 'With `enabled`, all other plugins are disabled, unless `new_only` is true.',
  },
  broker_state: {
    type: 'str',
    default: 'online',
    choices: ['online', 'offline'],
    doc: 'With `offline`, a running broker takes the plugins over when it is restarted.',
  },
  prefix: { type: 'str', doc: 'Where RabbitMQ is installed, if its programs are not in PATH.' },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.rabbitmq.rabbitmq_plugin',
  summary: 'Enable and disable plugins of RabbitMQ.',
  description:
    'Needs `rabbitmq-plugins` on the host, and RabbitMQ 3.8 or newer. It is tested with RabbitMQ 3.10. Plugins that others need are enabled with them, and not counted.',
  params,
  ask: (task, { environment }) => ({ told: askPlugins(rabbitAt(task, environment)) }),
  plan({ told }, task, { environment }): Plan {
    const all = listInside(told, 'plugins').filter(isObject);
    const names = namesOf(task);
    const isEnabled = (name: string): boolean =>
      all.some((one) => one['name'] === name && one['enabled'] === 'enabled');
    const unknown = names.filter((name) => !all.some((one) => one['name'] === name));
    if (task.state === 'enabled' && unknown.length > 0)
      return { failed: `RabbitMQ has no plugin ${unknown.join(', ')} on this host` };
    const enabled = task.state === 'enabled' ? names.filter((name) => !isEnabled(name)) : [];
    const own = all.map(({ name }) => String(name)).filter(isEnabled);
    const disabled = own.filter((name) =>
      task.state === 'disabled' ? names.includes(name) : !task.new_only && !names.includes(name),
    );
    const rabbit = rabbitAt(task, environment);
    const after = { ...(isObject(told) ? told : {}), plugins: all.map((one) => afterwards(one, enabled, disabled)) };
    const changed = (verb: 'disable' | 'enable', which: readonly string[]): readonly Change[] =>
      which.map((name, index) => ({
        what: `plugin ${name}`,
        from: verb === 'enable' ? null : 'enabled',
        to: verb === 'enable' ? 'enabled' : null,
        commands:
          index === 0
            ? [callRabbit(rabbit, [verb, `--${task.broker_state}`, ...which], { program: 'rabbitmq-plugins' })]
            : [],
        effects: [
          predicts(askPlugins(rabbit), after),
          mayAlter('network:', 'path:/etc/rabbitmq', 'path:/var/log', 'broker:rabbitmq/*'),
        ],
      }));
    return {
      changes: [...changed('disable', disabled), ...changed('enable', enabled)],
      result: { enabled, disabled },
    };
  },
  returns: { enabled: 'the plugins that were enabled', disabled: 'the plugins that were disabled' },
  examples: [
    {
      title: 'The web interface, beside whatever else is enabled',
      yaml: 'rabbitmq_plugin:\n  names: rabbitmq_management\n  new_only: true',
      runs: { no: 'needs RabbitMQ' },
    },
  ],
});

const rabbitAt = ({ prefix }: Task, environment: Readonly<Record<string, string>>): Rabbit => ({
  node: undefined,
  prefix,
  environment,
});

const namesOf = ({ names }: Task): readonly string[] =>
  [...new Set(names.split(',').map((name) => name.trim()))].filter((name) => name !== '');

const askPlugins = (rabbit: Rabbit): Question<unknown> =>
  askRabbit(rabbit, ['--formatter', 'json', 'list'], ['plugins'], { program: 'rabbitmq-plugins' });

function afterwards(plugin: JsonObject, enabled: readonly string[], disabled: readonly string[]): JsonObject {
  const name = String(plugin['name']);
  if (enabled.includes(name)) return { ...plugin, enabled: 'enabled' };
  return disabled.includes(name) ? { ...plugin, enabled: 'not_enabled' } : plugin;
}
