import { describe, expect, test } from 'vitest';
import rabbitmqGlobalParameter from '../../tasks/rabbitmq_global_parameter.ts';
import rabbitmqParameter from '../../tasks/rabbitmq_parameter.ts';
import rabbitmqPlugin from '../../tasks/rabbitmq_plugin.ts';
import rabbitmqPolicy from '../../tasks/rabbitmq_policy.ts';
import rabbitmqUpgrade from '../../tasks/rabbitmq_upgrade.ts';
import rabbitmqUser from '../../tasks/rabbitmq_user.ts';
import rabbitmqUserLimits from '../../tasks/rabbitmq_user_limits.ts';
import rabbitmqVhost from '../../tasks/rabbitmq_vhost.ts';
import rabbitmqVhostLimits from '../../tasks/rabbitmq_vhost_limits.ts';
import { changesOn, commandsOn, planOn } from './harness.ts';

/** What RabbitMQ 3.10 exports: the password of `shop` is `pw`. */
const told = {
  global_parameters: [{ name: 'cluster_name', value: 'old' }],
  parameters: [
    { component: 'vhost-limits', name: 'limits', value: { 'max-connections': 5, 'max-queues': -1 }, vhost: '/' },
    { component: 'shovel', name: 's', value: { 'src-uri': 'amqp://', 'dest-uri': 'amqp://u:hush@h' }, vhost: '/' },
  ],
  permissions: [{ configure: '.*', read: '.*', user: 'shop', vhost: '/', write: '.*' }],
  policies: [
    { 'apply-to': 'queues', definition: { 'max-length': 5, a: 1 }, name: 'HA', pattern: '.*', priority: 3, vhost: '/' },
  ],
  topic_permissions: [{ exchange: 'amq.topic', read: '.*', user: 'shop', vhost: '/', write: '^$' }],
  users: [
    {
      hashing_algorithm: 'rabbit_password_hashing_sha256',
      limits: { 'max-connections': 5 },
      name: 'shop',
      password_hash: 'fiTT2oyBs0fJFruohgk1YyoisVYtXGwUV+q+nuHNeS3rSgJ/',
      tags: ['monitoring'],
    },
  ],
  vhosts: [{ limits: [], metadata: { description: 'Default virtual host', tags: [] }, name: '/' }],
};

const everything = { configure_priv: '.*', write_priv: '.*', read_priv: '.*' };
const shop = { user: 'shop', tags: 'monitoring', ...everything };

describe('rabbitmq_user', () => {
  test.each([
    ['as it is', {}, []],
    ['with the same password', { password: 'pw', update_password: 'always' }, []],
    ['with another that is set only once', { password: 'other' }, []],
    [
      'with another',
      { password: 'other', update_password: 'always' },
      ['password of user shop: (hidden) → (hidden, different)'],
    ],
    ['without tags', { tags: undefined }, ['tags of user shop: monitoring → absent']],
    ['with the same topics', { topic_permissions: [{ read_priv: '.*' }] }, []],
    [
      'without topics',
      { topic_permissions: [] },
      ['topic permissions of user shop for amq.topic in /: write ^$, read .* → absent'],
    ],
    [
      'with less',
      { permissions: [{ read_priv: '.*' }] },
      ['permissions of user shop in /: configure .*, write .*, read .* → configure ^$, write ^$, read .*'],
    ],
    ['removed', { state: 'absent' }, ['user shop: present → absent']],
  ])('%s', (_title, args, changes) => {
    const given = Object.fromEntries(Object.entries({ ...shop, ...args }).filter(([, value]) => value !== undefined));
    expect(changesOn(rabbitmqUser, { told }, given)).toEqual(changes);
  });

  test('no password is on a command line', () => {
    const args = { ...shop, user: 'new', password: 's3cret' };
    expect(commandsOn(rabbitmqUser, { told }, args).join()).not.toContain('s3cret');
    expect(JSON.stringify(planOn(rabbitmqUser, { told }, args))).not.toContain('"shown":"s3cret');
  });

  test.each([
    [rabbitmqUser, { user: 'ann', vhost: '/none' }, "Virtual host '/none' does not exist"],
    [rabbitmqUser, { user: 'ann', password: 'a\nb' }, 'the password must be one line'],
    [rabbitmqVhostLimits, { vhost: '/none', max_queues: 1 }, "Virtual host '/none' does not exist"],
    [rabbitmqUserLimits, { user: 'nobody', max_channels: 1 }, 'there is no user nobody'],
    [rabbitmqPolicy, { name: 'p', vhost: '/none', state: 'absent' }, "Virtual host '/none' does not exist"],
    [rabbitmqPolicy, { name: 'p', pattern: '.', tags: {}, priority: 'x' }, 'priority must be a number, got x'],
    [
      rabbitmqGlobalParameter,
      { name: 'cluster_name', value: 'text' },
      `value: expected a JSON term such as '"text"', '7' or '{"key": "value"}', got text`,
    ],
  ])('what cannot be done is a failure: %#', (type, args, failed) => {
    expect(planOn(type, { told }, args)).toEqual({ failed });
  });
});

describe('limits', () => {
  test.each([
    [rabbitmqVhostLimits, { max_connections: 5 }, []],
    [
      rabbitmqVhostLimits,
      { max_queues: 7 },
      ['max-connections of virtual host /: 5 → absent', 'max-queues of virtual host /: absent → 7'],
    ],
    [rabbitmqVhostLimits, { state: 'absent' }, ['max-connections of virtual host /: 5 → absent']],
    [rabbitmqUserLimits, { user: 'shop', max_connections: 5 }, []],
    [rabbitmqUserLimits, { user: 'shop', max_connections: 6 }, ['max-connections of user shop: 5 → 6']],
  ])('%#', (type, args, changes) => {
    expect(changesOn(type, { told }, args)).toEqual(changes);
  });
});

describe('policies, parameters and virtual hosts', () => {
  const policy = { name: 'HA', pattern: '.*', apply_to: 'queues', priority: 3 };
  const shovel = { component: 'shovel', name: 's' };
  test.each([
    [rabbitmqPolicy, { ...policy, tags: { a: 1, 'max-length': 5 } }, []],
    [
      rabbitmqPolicy,
      { ...policy, apply_to: 'all', tags: { a: 1, 'max-length': 5 } },
      ['apply-to of policy HA: queues → all'],
    ],
    [rabbitmqParameter, { ...shovel, value: '{"dest-uri": "amqp://u:hush@h", "src-uri": "amqp://"}' }, []],
    [
      rabbitmqParameter,
      { ...shovel, value: '{"src-uri": "amqp://a:b@c"}' },
      [
        'parameter s of shovel in /: {"src-uri":"amqp://","dest-uri":"amqp://u:********@h"} → {"src-uri":"amqp://a:********@c"}',
      ],
    ],
    [rabbitmqGlobalParameter, { name: 'cluster_name', value: '"old"' }, []],
    [
      rabbitmqGlobalParameter,
      { name: 'cluster_name', state: 'absent' },
      ['global parameter cluster_name: "old" → absent'],
    ],
  ])('%#', (type, args, changes) => {
    expect(changesOn(type, { told }, args)).toEqual(changes);
  });

  test.each([
    [{ name: '/' }, ['tracing of virtual host /: on → off']],
    [{ name: '/', tracing: true }, []],
    [{ name: '/new' }, ['virtual host /new: absent → present']],
    [{ name: '/', state: 'absent' }, ['virtual host /: present → absent']],
  ])('virtual host %j', (args, changes) => {
    expect(changesOn(rabbitmqVhost, { told, traced: [{ name: '/', tracing: true }] }, args)).toEqual(changes);
  });

  test('an old version without maintenance mode cannot be drained', () => {
    expect(planOn(rabbitmqUpgrade, { drained: null }, { action: 'drain' })).toEqual({
      failed: 'this version of RabbitMQ has no maintenance mode',
    });
  });
});

describe('rabbitmq_plugin', () => {
  const plugins = {
    told: {
      plugins: [
        { enabled: 'enabled', name: 'rabbitmq_top' },
        { enabled: 'implicit', name: 'rabbitmq_web_dispatch' },
        { enabled: 'not_enabled', name: 'rabbitmq_shovel' },
      ],
    },
  };
  test.each([
    [{ names: 'rabbitmq_top' }, []],
    [{ names: 'rabbitmq_shovel', new_only: true }, ['plugin rabbitmq_shovel: absent → enabled']],
    [
      { names: 'rabbitmq_shovel' },
      ['plugin rabbitmq_top: enabled → absent', 'plugin rabbitmq_shovel: absent → enabled'],
    ],
    [{ names: 'rabbitmq_shovel, rabbitmq_top', state: 'disabled' }, ['plugin rabbitmq_top: enabled → absent']],
  ])('%j', (args, changes) => {
    expect(changesOn(rabbitmqPlugin, plugins, args)).toEqual(changes);
  });

  test('one that does not exist is a failure', () => {
    expect(planOn(rabbitmqPlugin, plugins, { names: 'nosuch,rabbitmq_top' })).toEqual({
      failed: 'RabbitMQ has no plugin nosuch on this host',
    });
  });
});
