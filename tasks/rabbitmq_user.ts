import { type Change, type Command, defineTask, type Params, type Plan, sh } from '../src/sdk.ts';
import {
  askDefinitions,
  type Definitions,
  defines,
  hasPassword,
  hasVhost,
  named,
  noVhost,
  passwordFields,
  readDefinitions,
  tagsIn,
  withoutUser,
} from './shared/brokers/rabbit-definitions.ts';
import { callRabbit, type Rabbit, rabbitOf, rabbitParams } from './shared/brokers/rabbitmqctl.ts';
import type { JsonObject } from './shared/json.ts';

const rights = {
  write_priv: { type: 'str', default: '^$', doc: 'What the user may write to, as a regular expression.' },
  read_priv: { type: 'str', default: '^$', doc: 'What the user may read from.' },
} as const;

const configure_priv = {
  type: 'str',
  default: '^$',
  doc: 'What the user may declare and delete, as a regular expression of names (default: nothing).',
} as const;

const params = {
  user: { type: 'str', required: true, aliases: ['username', 'name'], doc: 'The user.' },
  password: { type: 'str', secret: true, doc: 'The password. A new user without one cannot log in with a password.' },
  update_password: {
    type: 'str',
    default: 'on_create',
    choices: ['on_create', 'always'],
    doc: '`always` changes the password if it differs; `on_create` sets it only for a new user.',
  },
  tags: { type: 'str', doc: 'The tags of the user, such as `administrator`, separated by commas (default: none).' },
  permissions: {
    type: 'list',
    elements: 'dict',
    default: [],
    options: { vhost: { type: 'str', default: '/', doc: 'The virtual host.' }, configure_priv, ...rights },
    doc: 'What the user may do, for each virtual host; the user may do nothing elsewhere. It takes the place of `vhost`, `configure_priv`, `write_priv` and `read_priv`.',
  },
  vhost: { type: 'str', default: '/', doc: 'The virtual host that the following are for.' },
  configure_priv,
  ...rights,
  topic_permissions: {
    type: 'list',
    elements: 'dict',
    options: {
      vhost: { type: 'str', default: '/', doc: 'The virtual host.' },
      exchange: { type: 'str', default: 'amq.topic', doc: 'The exchange.' },
      ...rights,
    },
    doc: 'What the user may do with topics, all of it (default: it is not managed).',
  },
  force: { type: 'bool', default: false, doc: 'Remove the user and create it again, every time.' },
  state: { type: 'str', default: 'present', choices: ['present', 'absent'], doc: 'Whether the user should exist.' },
  ...rabbitParams,
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.rabbitmq.rabbitmq_user',
  summary: 'Manage a user of RabbitMQ, its tags and permissions.',
  description:
    'Needs `rabbitmqctl` on the host, and RabbitMQ 3.8 or newer. It is tested with RabbitMQ 3.10. The password is sent on stdin.',
  params,
  ask: (task, context) => ({ told: askDefinitions(rabbitOf(task, context)) }),
  plan({ told }, task, context): Plan {
    const rabbit = rabbitOf(task, context);
    const defined = readDefinitions(told);
    const now = named(defined.users, task.user);
    if (task.password?.includes('\n') === true) return { failed: 'the password must be one line' };
    if (task.state === 'absent') return { changes: now === undefined ? [] : [removal(rabbit, defined, task)] };
    const lost = vhostsIn(task).find((vhost) => !hasVhost(defined, vhost));
    if (lost !== undefined) return { failed: noVhost(lost) };
    const kept = task.force ? undefined : now;
    const others = withoutUser(defined, task.user);
    const same = kept === undefined ? undefined : samePassword(kept, task);
    if (typeof same === 'string') return { failed: same };
    const from = kept === undefined ? others : defined;
    const rows = (kind: 'permissions' | 'topic_permissions') => from[kind].filter(({ user }) => user === task.user);
    const permissions = wantedPermissions(task, rows('permissions').map(asPermission));
    const topics = wantedTopics(task) ?? rows('topic_permissions').map(asTopic);
    const after: Definitions = {
      ...others,
      users: [...others.users, { ...kept, ...userRow(task, kept === undefined || same === false) }],
      permissions: [...others.permissions, ...permissions.map((one) => ({ ...one, user: task.user }))],
      topic_permissions: [...others.topic_permissions, ...topics.map((one) => ({ ...one, user: task.user }))],
    };
    const changes = [
      ...(kept === undefined ? [newUser(rabbit, task, now !== undefined)] : []),
      ...(same === false ? [newPassword(rabbit, task)] : []),
      ...tagChanges(rabbit, kept === undefined ? [] : tagsIn(kept), task),
      ...permissionChanges(rabbit, rows('permissions').map(asPermission), permissions, task),
      ...topicChanges(rabbit, rows('topic_permissions').map(asTopic), topics, task),
    ];
    const effects = [defines(rabbit, defined, after)];
    return { changes: changes.map((one) => ({ ...one, effects, ...(task.force && { repeats: true as const }) })) };
  },
  result: ({ params: { user, state } }) => ({ user, state }),
  returns: { user: 'the user', state: 'its state' },
  examples: [
    {
      title: 'A user for an application, which may do everything in one virtual host',
      yaml: 'rabbitmq_user:\n  user: shop\n  password: "{{ shop_password }}"\n  update_password: always\n  permissions:\n    - vhost: /shop\n      configure_priv: .*\n      write_priv: .*\n      read_priv: .*\nvars:\n  shop_password: not-a-good-one',
      runs: { no: 'needs RabbitMQ' },
    },
    {
      title: 'Remove the user that comes with RabbitMQ',
      yaml: 'rabbitmq_user:\n  user: guest\n  state: absent',
      runs: { no: 'needs RabbitMQ' },
    },
  ],
});

/** The virtual hosts that a task names. */
const vhostsIn = ({ permissions, vhost, topic_permissions = [] }: Task): readonly string[] => [
  ...(permissions.length === 0 ? [vhost] : permissions.map((one) => one.vhost)),
  ...topic_permissions.map((one) => one.vhost),
];

const removal = (rabbit: Rabbit, defined: Definitions, { user }: Task): Change => ({
  what: `user ${user}`,
  from: 'present',
  to: null,
  commands: [callRabbit(rabbit, ['delete_user', '--', user])],
  effects: [defines(rabbit, defined, withoutUser(defined, user))],
});

/** Whether the password is as it should be; a text if that cannot be known. */
function samePassword(user: JsonObject, { password, update_password: update }: Task): boolean | string {
  if (password === undefined || update === 'on_create') return true;
  return (
    hasPassword(user, password) ??
    `the password cannot be compared, because it is hashed with ${String(user['hashing_algorithm'])}`
  );
}

/** What is defined for a user once the task has set it. */
const userRow = (task: Task, isSet: boolean): JsonObject => ({
  name: task.user,
  tags: wantedTags(task),
  ...(isSet && passwordFields(task.password)),
});

function newUser(rabbit: Rabbit, { user, password }: Task, isThere: boolean): Change {
  const add = callRabbit(rabbit, ['add_user', '--', user], { stdin: `${password ?? ''}\n` });
  return {
    what: `user ${user}`,
    from: isThere ? 'present' : null,
    to: isThere ? 'created again' : 'present',
    commands: [
      ...(isThere ? [callRabbit(rabbit, ['delete_user', '--', user])] : []),
      // Without a password, nobody should be able to log in, not even for a moment.
      password === undefined ? withRandomPassword(add) : add,
      ...(password === undefined ? [callRabbit(rabbit, ['clear_password', '--', user])] : []),
    ],
  };
}

const withRandomPassword = ({ script: text, stdin: _, ...add }: Command): Command => ({
  ...add,
  ...sh`head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n' | {
${{ script: text }}
}`,
});

const newPassword = (rabbit: Rabbit, { user, password = '' }: Task): Change => ({
  what: `password of user ${user}`,
  from: '(hidden)',
  to: '(hidden, different)',
  commands: [callRabbit(rabbit, ['change_password', '--', user], { stdin: `${password}\n` })],
});

const wantedTags = ({ tags }: Task): readonly string[] =>
  [...new Set((tags ?? '').split(',').map((one) => one.trim()))].filter((one) => one !== '').toSorted();

function tagChanges(rabbit: Rabbit, now: readonly string[], task: Task): readonly Change[] {
  const wanted = wantedTags(task);
  const is = now.toSorted();
  if (is.join() === wanted.join()) return [];
  return [
    {
      what: `tags of user ${task.user}`,
      from: is.join(', ') || null,
      to: wanted.join(', ') || null,
      commands: [callRabbit(rabbit, ['set_user_tags', '--', task.user, ...wanted])],
    },
  ];
}

/** What a user may do in a virtual host, as RabbitMQ tells it. */
interface Permission extends JsonObject {
  readonly vhost: string;
  readonly configure: string;
  readonly write: string;
  readonly read: string;
}

const asPermission = (row: JsonObject): Permission => ({
  vhost: String(row['vhost']),
  configure: String(row['configure']),
  write: String(row['write']),
  read: String(row['read']),
});

/** All that the user should be allowed afterwards. */
function wantedPermissions(task: Task, has: readonly Permission[]): readonly Permission[] {
  const own = (given: Pick<Task, 'configure_priv' | 'read_priv' | 'vhost' | 'write_priv'>): Permission => ({
    vhost: given.vhost,
    configure: given.configure_priv,
    write: given.write_priv,
    read: given.read_priv,
  });
  if (task.permissions.length > 0) return task.permissions.map(own);
  return [...has.filter(({ vhost }) => vhost !== task.vhost), own(task)];
}

const permissionText = ({ configure, write, read }: Permission): string =>
  `configure ${configure}, write ${write}, read ${read}`;

const permissionChanges = (
  rabbit: Rabbit,
  has: readonly Permission[],
  wanted: readonly Permission[],
  { user }: Task,
): readonly Change[] =>
  ruleChanges(has, wanted, {
    what: ({ vhost }) => `permissions of user ${user} in ${vhost}`,
    text: permissionText,
    clear: ({ vhost }) => callRabbit(rabbit, ['clear_permissions', `--vhost=${vhost}`, '--', user]),
    set: ({ vhost, configure, write, read }) =>
      callRabbit(rabbit, ['set_permissions', `--vhost=${vhost}`, '--', user, configure, write, read]),
  });

/** What a user may do with the topics of an exchange, as RabbitMQ tells it. */
interface TopicPermission extends JsonObject {
  readonly vhost: string;
  readonly exchange: string;
  readonly write: string;
  readonly read: string;
}

const asTopic = (row: JsonObject): TopicPermission => ({
  vhost: String(row['vhost']),
  exchange: String(row['exchange']),
  write: String(row['write']),
  read: String(row['read']),
});

/** Undefined if they are not managed. */
const wantedTopics = ({ topic_permissions: given }: Task): readonly TopicPermission[] | undefined =>
  given?.map(({ vhost, exchange, write_priv: write, read_priv: read }) => ({ vhost, exchange, write, read }));

const topicChanges = (
  rabbit: Rabbit,
  has: readonly TopicPermission[],
  wanted: readonly TopicPermission[],
  { user }: Task,
): readonly Change[] =>
  ruleChanges(has, wanted, {
    what: ({ vhost, exchange }) => `topic permissions of user ${user} for ${exchange} in ${vhost}`,
    text: ({ write, read }) => `write ${write}, read ${read}`,
    clear: ({ vhost, exchange }) =>
      callRabbit(rabbit, ['clear_topic_permissions', `--vhost=${vhost}`, '--', user, exchange]),
    set: ({ vhost, exchange, write, read }) =>
      callRabbit(rabbit, ['set_topic_permissions', `--vhost=${vhost}`, '--', user, exchange, write, read]),
  });

/** How rules of one kind are told, set and removed. */
interface RuleKind<R> {
  /** What it is about, as it is reported: of two rules about the same, there is only one. */
  readonly what: (rule: R) => string;
  readonly text: (rule: R) => string;
  readonly clear: (rule: R) => Command;
  readonly set: (rule: R) => Command;
}

/** Removes rules that are not wanted, and sets those that differ. */
function ruleChanges<R>(has: readonly R[], wanted: readonly R[], kind: RuleKind<R>): readonly Change[] {
  const { what, text, clear, set } = kind;
  const gone = has.filter((one) => !wanted.some((to) => what(to) === what(one)));
  const changed = wanted.flatMap((to): readonly Change[] => {
    const from = has.find((one) => what(one) === what(to));
    if (from !== undefined && text(from) === text(to)) return [];
    return [{ what: what(to), from: from === undefined ? null : text(from), to: text(to), commands: [set(to)] }];
  });
  return [
    ...gone.map((one): Change => ({ what: what(one), from: text(one), to: null, commands: [clear(one)] })),
    ...changed,
  ];
}
