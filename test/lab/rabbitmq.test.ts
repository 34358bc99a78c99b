import { beforeAll, describe, expect, test } from 'vitest';
import { quote } from '../../src/core/command.ts';
import rabbitmqFeatureFlag from '../../tasks/rabbitmq_feature_flag.ts';
import rabbitmqGlobalParameter from '../../tasks/rabbitmq_global_parameter.ts';
import rabbitmqParameter from '../../tasks/rabbitmq_parameter.ts';
import rabbitmqPlugin from '../../tasks/rabbitmq_plugin.ts';
import rabbitmqPolicy from '../../tasks/rabbitmq_policy.ts';
import rabbitmqUpgrade from '../../tasks/rabbitmq_upgrade.ts';
import rabbitmqUser from '../../tasks/rabbitmq_user.ts';
import rabbitmqUserLimits from '../../tasks/rabbitmq_user_limits.ts';
import rabbitmqVhost from '../../tasks/rabbitmq_vhost.ts';
import rabbitmqVhostLimits from '../../tasks/rabbitmq_vhost_limits.ts';
import { isThorough } from '../thorough.ts';
import { as, changing, threeRunsOf, upWith } from './database-host.ts';
import { outcomeOf } from './system-host.ts';

const { sh, said, run, checkAll } = as('root');
const threeRuns = threeRunsOf(run);

/** Each call of rabbitmqctl starts Erlang's virtual machine. */
const slow = test.runIf(isThorough);

/** A name with everything that a shell could misunderstand. */
const odd = `-o'dd "é`;
const secret = `s3cr'et "\\$x é`;

const ctl = (words: string): Promise<string> => said(`LC_ALL=C.UTF-8 rabbitmqctl -q --formatter json ${words}`);

beforeAll(async () => {
  await upWith('rabbitmq-server');
  // What an earlier run of these tests may have left.
  await sh(`systemctl start rabbitmq-server
LC_ALL=C.UTF-8 rabbitmqctl -q eval '[rabbit_vhost:delete(V, <<"test">>) || V <- rabbit_vhost:list_names(), V =/= <<"/">>],
[rabbit_auth_backend_internal:delete_user(proplists:get_value(user, U), <<"test">>) || U <- rabbit_auth_backend_internal:list_users()],
catch rabbit_runtime_parameters:clear_global(cluster_name, <<"test">>).'
${isThorough ? 'rabbitmq-plugins -q disable --all' : ''}`);
});

test('a virtual host, a user who may work there, and a policy', async () => {
  const shop = `-s'h $o "p é`;
  const everything = { configure_priv: '.*', write_priv: '.*', read_priv: '.*' };
  expect(outcomeOf(await run(rabbitmqVhost, { name: shop }))).toEqual([
    'changed',
    `virtual host ${shop}: absent → present`,
  ]);
  const user = { user: shop, password: secret, tags: 'monitoring', permissions: [{ vhost: shop, ...everything }] };
  expect((await run(rabbitmqUser, user)).status).toBe('changed');
  const policy = { name: 'short', vhost: shop, pattern: '.', tags: { 'max-length': 5 } };
  const always = { ...user, update_password: 'always' };
  expect(
    (
      await checkAll([
        [rabbitmqUser, always],
        [rabbitmqPolicy, policy],
        [rabbitmqUser, { ...always, password: 'x' }],
      ])
    ).map(outcomeOf),
  ).toEqual([
    ['ok'],
    ['changed', 'policy short: absent → {"max-length":5} for all .'],
    ['changed', `password of user ${shop}: (hidden) → (hidden, different)`],
  ]);
  // Debian's wrapper would expand the name.
  const login = `su -s /bin/sh -c 'LC_ALL=C.UTF-8 exec "$0" "$@"' -- rabbitmq /usr/lib/rabbitmq/bin/rabbitmqctl -q authenticate_user -- ${quote(shop)}`;
  expect((await sh(login, `${secret}\n`)).code).toBe(0);
});

describe.runIf(isThorough)('rabbitmq_vhost and rabbitmq_vhost_limits', () => {
  test('creates a virtual host, traces and limits it', async () => {
    expect(await threeRuns(rabbitmqVhost, { name: odd, tracing: true })).toEqual(
      changing(`virtual host ${odd}: absent → present`, `tracing of virtual host ${odd}: off → on`),
    );
    expect(await threeRuns(rabbitmqVhostLimits, { vhost: odd, max_connections: 64 })).toEqual(
      changing(`max-connections of virtual host ${odd}: absent → 64`),
    );
    expect(await threeRuns(rabbitmqVhostLimits, { vhost: odd, max_queues: 7 })).toEqual(
      changing(`max-connections of virtual host ${odd}: 64 → absent`, `max-queues of virtual host ${odd}: absent → 7`),
    );
    expect(await threeRuns(rabbitmqVhostLimits, { vhost: odd, state: 'absent' })).toEqual(
      changing(`max-queues of virtual host ${odd}: 7 → absent`),
    );
  });
});

describe('rabbitmq_user and rabbitmq_user_limits', () => {
  const args = { user: odd, password: secret, tags: 'monitoring, policymaker', vhost: odd, read_priv: '.*' };

  slow('creates a user once, whose password works and is on no command line', async () => {
    expect(await threeRuns(rabbitmqUser, args)).toEqual(
      changing(
        `user ${odd}: absent → present`,
        `tags of user ${odd}: absent → monitoring, policymaker`,
        `permissions of user ${odd} in ${odd}: absent → configure ^$, write ^$, read .*`,
      ),
    );
    const words = `LC_ALL=C.UTF-8 rabbitmqctl -q authenticate_user -- ${quote(odd)} 2>&1`;
    expect((await sh(words, `${secret}\n`)).code).toBe(0);
    const ended = await run(rabbitmqUser, { ...args, user: 'another' }, { check: true });
    const changes = ended.status === 'changed' ? ended.changes : [];
    const texts = changes.flatMap(({ commands }) => commands).map(({ script, shown }) => `${script}${shown}`);
    expect(texts.join()).not.toContain('s3cr');
  });

  slow('a password is changed only if it differs, and with `update_password: always`', async () => {
    expect(outcomeOf(await run(rabbitmqUser, { ...args, password: 'other' }))).toEqual(['ok']);
    const always = { ...args, password: 'other', update_password: 'always' };
    expect(await threeRuns(rabbitmqUser, always)).toEqual(
      changing(`password of user ${odd}: (hidden) → (hidden, different)`),
    );
  });

  slow('permissions are those that are listed, also for topics', async () => {
    const everything = { configure_priv: '.*', write_priv: '.*', read_priv: '.*' };
    const all = {
      user: odd,
      permissions: [{ vhost: '/', ...everything }],
      topic_permissions: [{ vhost: '/', write_priv: '^a' }],
    };
    expect(await threeRuns(rabbitmqUser, all)).toEqual(
      changing(
        `tags of user ${odd}: monitoring, policymaker → absent`,
        `permissions of user ${odd} in ${odd}: configure ^$, write ^$, read .* → absent`,
        `permissions of user ${odd} in /: absent → configure .*, write .*, read .*`,
        `topic permissions of user ${odd} for amq.topic in /: absent → write ^a, read ^$`,
      ),
    );
    expect(await threeRuns(rabbitmqUser, { ...all, topic_permissions: [] })).toEqual(
      changing(`topic permissions of user ${odd} for amq.topic in /: write ^a, read ^$ → absent`),
    );
  });

  slow('limits, and a user without a password', async () => {
    expect(await threeRuns(rabbitmqUserLimits, { user: odd, max_channels: 5 })).toEqual(
      changing(`max-channels of user ${odd}: absent → 5`),
    );
    expect(await threeRuns(rabbitmqUserLimits, { user: odd, state: 'absent' })).toEqual(
      changing(`max-channels of user ${odd}: 5 → absent`),
    );
    await run(rabbitmqUser, { user: 'nopass' });
    expect((await sh('rabbitmqctl -q authenticate_user nopass', 'none\n')).code).toBe(65);
    expect(await run(rabbitmqUser, { user: 'nopass', force: true })).toMatchObject({ status: 'changed' });
    expect(await threeRuns(rabbitmqUser, { user: 'nopass', state: 'absent' })).toEqual(
      changing('user nopass: present → absent'),
    );
  });
});

describe('rabbitmq_policy, rabbitmq_parameter and rabbitmq_global_parameter', () => {
  slow('a policy is set once, changed and removed', async () => {
    const args = { name: odd, vhost: odd, pattern: '^a', apply_to: 'queues', tags: { 'max-length': 5 } };
    expect(await threeRuns(rabbitmqPolicy, args)).toEqual(
      changing(`policy ${odd}: absent → {"max-length":5} for queues ^a`),
    );
    const other = { ...args, tags: { 'message-ttl': 7, 'max-length': 5 }, priority: 3 };
    expect(await threeRuns(rabbitmqPolicy, other)).toEqual(
      changing(
        `definition of policy ${odd}: {"max-length":5} → {"message-ttl":7,"max-length":5}`,
        `priority of policy ${odd}: 0 → 3`,
      ),
    );
    expect(
      (await threeRuns(rabbitmqPolicy, { name: odd, vhost: odd, state: 'absent' })).map(([status]) => status),
    ).toEqual(['changed', 'changed', 'ok']);
  });

  slow('a parameter of the cluster', async () => {
    const args = { name: 'cluster_name', value: '"é"' };
    expect(await threeRuns(rabbitmqGlobalParameter, args)).toEqual(
      changing('global parameter cluster_name: absent → "é"'),
    );
    expect(outcomeOf(await run(rabbitmqGlobalParameter, { ...args, value: 'text' }))).toEqual([
      'failed',
      `value: expected a JSON term such as '"text"', '7' or '{"key": "value"}', got text`,
    ]);
    expect(await threeRuns(rabbitmqGlobalParameter, { name: 'cluster_name', state: 'absent' })).toEqual(
      changing('global parameter cluster_name: "é" → absent'),
    );
  });

  test('a check of several tasks builds on what was foretold', async () => {
    const policy = { name: 'p', vhost: '/new', pattern: '.', tags: { 'max-length': 5 } };
    const ended = await checkAll([
      [rabbitmqVhost, { name: '/new' }],
      [rabbitmqVhost, { name: '/new' }],
      [rabbitmqPolicy, policy],
      [rabbitmqPolicy, policy],
      [rabbitmqUser, { user: 'ann', password: 'x', update_password: 'always', vhost: '/new' }],
      [rabbitmqUser, { user: 'ann', password: 'x', update_password: 'always', vhost: '/new' }],
      [rabbitmqUserLimits, { user: 'ann', max_channels: 3 }],
      [rabbitmqUserLimits, { user: 'ann', max_channels: 3 }],
      [rabbitmqUser, { user: 'ann', state: 'absent' }],
      [rabbitmqUserLimits, { user: 'ann', max_channels: 3 }],
    ]);
    expect(ended.map(({ status }) => status)).toEqual([
      'changed',
      'ok',
      'changed',
      'ok',
      'changed',
      'ok',
      'changed',
      'ok',
      'changed',
      'failed',
    ]);
  });
});

describe('rabbitmq_plugin', () => {
  slow('enables plugins, whose parameters can then be set', async () => {
    const args = { names: 'rabbitmq_shovel', new_only: true };
    expect(await threeRuns(rabbitmqPlugin, args)).toEqual(changing('plugin rabbitmq_shovel: absent → enabled'));
    const value = { 'src-uri': 'amqp://', 'src-queue': 'a', 'dest-uri': 'amqp://u:hush@h', 'dest-queue': 'b' };
    const shovel = { component: 'shovel', name: odd, vhost: odd, value: JSON.stringify(value) };
    const told = JSON.stringify(value).replace('hush', '********');
    expect(await threeRuns(rabbitmqParameter, shovel)).toEqual(
      changing(`parameter ${odd} of shovel in ${odd}: absent → ${told}`),
    );
    expect(await ctl(`list_parameters --vhost=${quote(odd)}`)).toContain('amqp://u:hush@h');
    const gone = await threeRuns(rabbitmqParameter, { component: 'shovel', name: odd, vhost: odd, state: 'absent' });
    expect(gone.map(([status]) => status)).toEqual(['changed', 'changed', 'ok']);
  });

  slow('one that does not exist is a failure', async () => {
    expect(outcomeOf(await run(rabbitmqPlugin, { names: 'nosuch,rabbitmq_shovel' }, { check: true }))).toEqual([
      'failed',
      'RabbitMQ has no plugin nosuch on this host',
    ]);
  });

  slow('the others are disabled, also while the broker does not run', async () => {
    expect(await run(rabbitmqPlugin, { names: 'rabbitmq_top', broker_state: 'offline' })).toMatchObject({
      status: 'changed',
      result: { enabled: ['rabbitmq_top'], disabled: ['rabbitmq_shovel'] },
    });
    expect(await said('cat /etc/rabbitmq/enabled_plugins')).toBe('[rabbitmq_top].');
    await run(rabbitmqPlugin, { names: 'rabbitmq_top', state: 'disabled' });
    expect(await said('cat /etc/rabbitmq/enabled_plugins')).toBe('[].');
  });
});

describe('rabbitmq_feature_flag and rabbitmq_upgrade', () => {
  slow('a feature flag that is enabled is ok, and one that does not exist is a failure', async () => {
    expect(outcomeOf(await run(rabbitmqFeatureFlag, { name: 'quorum_queue' }))).toEqual(['ok']);
    expect(outcomeOf(await run(rabbitmqFeatureFlag, { name: 'nosuch' }))).toEqual([
      'failed',
      'this node of RabbitMQ has no feature flag nosuch',
    ]);
  });

  slow('maintenance mode begins and ends once', async () => {
    expect(await threeRuns(rabbitmqUpgrade, { action: 'drain' })).toEqual(changing('maintenance mode: off → on'));
    expect(await threeRuns(rabbitmqUpgrade, { action: 'revive' })).toEqual(changing('maintenance mode: on → off'));
  });

  slow('the others act every time', async () => {
    expect((await run(rabbitmqUpgrade, { action: 'await_online_quorum_plus_one' })).status).toBe('ok');
    expect((await run(rabbitmqUpgrade, { action: 'post_upgrade' })).status).toBe('changed');
  });
});
