import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AnyTaskType } from '../../src/core/task-type.ts';
import apt from '../../tasks/apt.ts';
import iptables from '../../tasks/iptables.ts';
import ufw from '../../tasks/ufw.ts';
import { localTarget, runAllHere } from '../tasks/harness.ts';
import { outcomeOf, runThere, said, sh, upHost } from './system-host.ts';

const install = (packages: string): string =>
  `DEBIAN_FRONTEND=noninteractive apt-get -y -qq install --no-install-recommends ${packages}`;

/** The outcomes of tasks that follow each other in a check. */
const checked = async (...tasks: readonly (readonly [AnyTaskType, Record<string, unknown>])[]) =>
  (await runAllHere(tasks, { check: true, target: localTarget(sh) })).map(outcomeOf);

/** Ufw names its backups by the second, and resets nothing where one of that name is already there. */
const resetUfw = 'rm -f /etc/ufw/*.20*; ufw -f reset';

const resetTables =
  'for t in filter nat mangle; do iptables -t $t -F; iptables -t $t -X; done; iptables -P FORWARD ACCEPT';

describe('iptables, on a host', () => {
  beforeAll(async () => {
    await upHost();
    await sh(`${install('iptables')}; ${resetTables}`);
  });
  afterAll(() => sh(resetTables));

  const web = {
    chain: 'INPUT',
    protocol: 'tcp',
    destination_ports: ['80', '443'],
    source: '!10.9.0.0/16',
    ctstate: ['NEW', 'ESTABLISHED'],
    jump: 'ACCEPT',
    comment: "the web's ports",
  };

  test('a rule is added once, where it is missing, and removed once', async () => {
    const words =
      "-p tcp ! -s 10.9.0.0/16 -j ACCEPT -m multiport --dports 80,443 -m conntrack --ctstate NEW,ESTABLISHED -m comment --comment the web's ports";

    expect(outcomeOf(await runThere(iptables, web, { check: true }))).toEqual([
      'changed',
      `rule in filter/INPUT: absent → ${words}`,
    ]);
    expect(await said('iptables -S INPUT')).toBe('-P INPUT ACCEPT');
    expect(await runThere(iptables, web)).toMatchObject({
      status: 'changed',
      result: { chain: 'INPUT', ip_version: 'ipv4', table: 'filter', flush: false, rule: words, state: 'present' },
    });
    expect(outcomeOf(await runThere(iptables, web))).toEqual(['ok']);
    expect(await said('iptables -S INPUT | tail -n 1')).toBe(
      `-A INPUT ! -s 10.9.0.0/16 -p tcp -m multiport --dports 80,443 -m conntrack --ctstate NEW,ESTABLISHED -m comment --comment "the web\\'s ports" -j ACCEPT`,
    );
    await sh('iptables -F INPUT');
    expect((await runThere(iptables, web)).status).toBe('changed');
    expect(outcomeOf(await runThere(iptables, { ...web, state: 'absent' }))).toEqual([
      'changed',
      `rule in filter/INPUT: ${words} → absent`,
    ]);
    expect(outcomeOf(await runThere(iptables, { ...web, state: 'absent' }))).toEqual(['ok']);
  });

  test('a rule is inserted at its number, and stays where it is', async () => {
    await sh('iptables -F INPUT; iptables -A INPUT -s 10.1.1.1 -j DROP; iptables -A INPUT -s 10.1.1.2 -j DROP');
    const rule = { chain: 'INPUT', source: '10.1.1.3', reject_with: 'icmp-port-unreachable', action: 'insert' };

    expect((await runThere(iptables, { ...rule, rule_num: '2', wait: '3' })).status).toBe('changed');
    expect(await said('iptables -S INPUT | sed 1d')).toBe(
      '-A INPUT -s 10.1.1.1/32 -j DROP\n-A INPUT -s 10.1.1.3/32 -j REJECT --reject-with icmp-port-unreachable\n-A INPUT -s 10.1.1.2/32 -j DROP',
    );
    expect(outcomeOf(await runThere(iptables, { ...rule, rule_num: '1' }))).toEqual(['ok']);
  });

  test('every parameter of a rule ends up in it', async () => {
    const rules = [
      { tcp_flags: { flags: ['SYN', 'ACK'], flags_set: ['SYN'] }, protocol: 'tcp', in_interface: 'eth+', jump: 'DROP' },
      { protocol: 'tcp', syn: 'negate', source_port: '!22', destination_port: '1000:2000', jump: 'DROP' },
      { log_prefix: 'seen: ', log_level: 'info', limit: '5/minute', limit_burst: '7' },
      { src_range: '10.0.0.1-10.0.0.9', dst_range: '!10.0.1.1-10.0.1.9', jump: 'RETURN' },
      { protocol: 'icmp', icmp_type: '8', match: ['state'], ctstate: ['NEW'], jump: 'ACCEPT' },
      { chain: 'OUTPUT', uid_owner: '!root', gid_owner: 'adm', out_interface: '!lo', jump: 'DROP' },
      { chain: 'FORWARD', fragment: '!', source: '10.0.0.1', jump: 'DROP' },
      { chain: 'FORWARD', fragment: 'yes', set_counters: '3 4', jump: 'DROP' },
      { chain: 'FORWARD', jump: 'TEE', gateway: '10.0.0.1', table: 'mangle' },
      { chain: 'FORWARD', jump: 'DSCP', set_dscp_mark_class: 'CS1', table: 'mangle' },
      {
        chain: 'PREROUTING',
        protocol: 'tcp',
        destination_port: '80',
        jump: 'REDIRECT',
        to_ports: '8080',
        table: 'nat',
      },
      { chain: 'PREROUTING', destination: '10.3.0.1', jump: 'DNAT', to_destination: '10.3.0.2', table: 'nat' },
      { chain: 'POSTROUTING', jump: 'SNAT', to_source: '10.3.0.3', table: 'nat' },
      { ip_version: 'ipv6', protocol: 'icmpv6', icmp_type: '128', jump: 'ACCEPT' },
    ];
    for (const rule of rules) {
      const args = { chain: 'INPUT', ...rule };
      // A run looks for the rule again after adding it.
      expect(outcomeOf(await runThere(iptables, args))[0], JSON.stringify(rule)).toBe('changed');
    }
    expect(outcomeOf(await runThere(iptables, { chain: 'INPUT', ...rules[0], state: 'absent' }))[0]).toBe('changed');
    await runThere(iptables, { ip_version: 'ipv6', flush: true });
    expect(await said('ip6tables -S INPUT; iptables -v -S FORWARD | grep -c "3 4"')).toBe('-P INPUT ACCEPT\n1');
  });

  test('a chain is created, used, flushed and deleted, as a check foretells', async () => {
    const tasks = [
      [iptables, { chain: 'EDGE', chain_management: true }],
      [iptables, { chain: 'EDGE', source: '10.2.0.0/16', jump: 'DROP' }],
      [iptables, { chain: 'INPUT', jump: 'EDGE' }],
      [iptables, { chain: 'MORE', protocol: 'udp', jump: 'ACCEPT', chain_management: true }],
    ] as const;
    const foretold = await checked(...tasks);
    const made = (await runAllHere(tasks, { target: localTarget(sh) })).map(outcomeOf);

    expect(foretold).toEqual([
      ['changed', 'chain filter/EDGE: absent → present'],
      ['changed', 'rule in filter/EDGE: absent → -s 10.2.0.0/16 -j DROP'],
      ['changed', 'rule in filter/INPUT: absent → -j EDGE'],
      ['changed', 'chain filter/MORE: absent → present', 'rule in filter/MORE: absent → -p udp -j ACCEPT'],
    ]);
    expect(made).toEqual(foretold);
    expect((await checked(...tasks)).flat()).toEqual(['ok', 'ok', 'ok', 'ok']);

    expect(
      await checked([iptables, { chain: 'INPUT', flush: true }], [iptables, { chain: 'INPUT', jump: 'EDGE' }]),
    ).toEqual([
      ['changed', expect.stringMatching(/^rules in filter\/INPUT: \d+ → absent$/)],
      ['unknown', 'depends on "an earlier task"'],
    ]);
    expect((await runThere(iptables, { flush: true })).status).toBe('changed');
    expect(outcomeOf(await runThere(iptables, { flush: true }))).toEqual(['ok']);
    const gone = { chain: 'EDGE', chain_management: true, state: 'absent' };
    expect(outcomeOf(await runThere(iptables, gone))).toEqual(['changed', 'chain filter/EDGE: present → absent']);
    expect(outcomeOf(await runThere(iptables, gone))).toEqual(['ok']);
  });

  test("a built-in chain's policy is set", async () => {
    const args = { chain: 'FORWARD', policy: 'DROP' };

    expect(outcomeOf(await runThere(iptables, args, { check: true }))).toEqual([
      'changed',
      'policy of filter/FORWARD: ACCEPT → DROP',
    ]);
    expect((await runThere(iptables, args)).status).toBe('changed');
    expect(outcomeOf(await runThere(iptables, args))).toEqual(['ok']);
    expect(await said('iptables -S FORWARD')).toBe('-P FORWARD DROP');
  });

  test.for([
    [{ jump: 'DROP' }, 'Either chain or flush parameter must be specified.'],
    [{ chain: 'INPUT', log_prefix: 'x', jump: 'DROP' }, 'Logging options can only be used with the LOG jump target.'],
    [
      { chain: 'NONE', jump: 'DROP' },
      'there is no chain NONE in the table filter: `chain_management: true` creates it',
    ],
    [{ chain: 'NONE', policy: 'DROP' }, "Can't detect current policy: filter/NONE is not a built-in chain"],
    [{ chain: 'INPUT', jump: 'NOWHERE' }, /Chain 'NOWHERE' does not exist/],
    [{ chain: 'INPUT', match: ['nonsense'] }, /Couldn't load match `nonsense'/],
    [
      { chain: 'INPUT', state: 'absent', chain_management: true },
      'filter/INPUT is a built-in chain, which cannot be deleted',
    ],
  ] as const)('%o fails in a check and in a run', async ([args, why]) => {
    for (const check of [true, false])
      expect(outcomeOf(await runThere(iptables, args, { check }))).toEqual(['failed', expect.stringMatching(why)]);
  });

  test('a host without iptables is told what to install', async () => {
    await sh('mv /usr/sbin/iptables /usr/sbin/iptables.away');
    const [, message] = outcomeOf(await runThere(iptables, web));
    await sh('mv /usr/sbin/iptables.away /usr/sbin/iptables');

    expect(message).toBe('iptables is missing on the host: install the iptables package');
  });
});

describe('ufw, on a host', () => {
  beforeAll(async () => {
    await upHost();
    await sh(`${install('ufw')}; ${resetUfw}; ufw default deny routed; ufw logging low`);
  });
  afterAll(() => sh(resetUfw));

  const metrics = { rule: 'allow', src: '10.1.0.0/16', port: '9113', proto: 'tcp', comment: 'metrics: "all"' };

  test('a rule is added once, updated, and deleted once', async () => {
    const tuple = 'allow tcp 9113 0.0.0.0/0 any 10.1.0.0/16 in (metrics: "all")';

    expect(outcomeOf(await runThere(ufw, metrics, { check: true }))).toEqual(['changed', `rule: absent → ${tuple}`]);
    expect(await said('ufw show added')).toMatch(/\(None\)/);
    expect(await runThere(ufw, metrics)).toMatchObject({
      status: 'changed',
      result: { msg: 'Status: inactive', commands: [expect.stringContaining('ufw allow from 10.1.0.0/16')] },
    });
    expect(outcomeOf(await runThere(ufw, metrics))).toEqual(['ok']);
    expect(await said('ufw show added | tail -n 1')).toBe(
      `ufw allow from 10.1.0.0/16 to any port 9113 proto tcp comment 'metrics: "all"'`,
    );
    expect(outcomeOf(await runThere(ufw, { ...metrics, rule: 'deny' }))).toEqual([
      'changed',
      `rule: ${tuple} → ${tuple.replace('allow', 'deny')}`,
    ]);
    const gone = { ...metrics, rule: 'deny', delete: true };
    expect(outcomeOf(await runThere(ufw, gone))).toEqual([
      'changed',
      `rule: ${tuple.replace('allow', 'deny')} → absent`,
    ]);
    expect(outcomeOf(await runThere(ufw, gone))).toEqual(['ok']);
  });

  test('state, policy, rule and logging are managed together, as a check foretells', async () => {
    const all = { state: 'enabled', policy: 'reject', direction: 'routed', logging: 'high' };
    const tasks = [
      [ufw, all],
      [ufw, { rule: 'limit', name: 'OpenSSH', log: true, direction: 'in', if: 'eth0' }],
      [ufw, { rule: 'allow', route: true, if_in: 'eth0', if_out: 'eth1', to_ip: '10.4.0.1' }],
    ] as const;
    const foretold = await checked(...tasks);
    const made = (await runAllHere(tasks, { target: localTarget(sh) })).map(outcomeOf);

    expect(foretold).toEqual([
      ['changed', 'firewall: disabled → enabled', 'policy for routed traffic: deny → reject', 'log level: low → high'],
      ['changed', 'rule: absent → limit_log tcp 22 0.0.0.0/0 any 0.0.0.0/0 OpenSSH - in_eth0'],
      ['changed', 'rule: absent → route:allow any any 10.4.0.1 any 0.0.0.0/0 in_eth0!out_eth1'],
    ]);
    expect(made).toEqual(foretold);
    expect((await checked(...tasks)).flat()).toEqual(['ok', 'ok', 'ok']);
    expect(await said('ufw status verbose; grep FORWARD /etc/default/ufw')).toMatch(
      /^Status: active\nLogging: on \(high\)[\s\S]*22\/tcp \(OpenSSH\) on eth0 *LIMIT IN[\s\S]*DEFAULT_FORWARD_POLICY="REJECT"$/,
    );
    await sh("sed -i 's/ENABLED=yes/ENABLED=no/' /etc/ufw/ufw.conf");
    expect(outcomeOf(await runThere(ufw, all))[1]).toBe('firewall: disabled → enabled');
    expect(outcomeOf(await runThere(ufw, { state: 'reloaded', logging: 'on' }))).toEqual([
      'changed',
      'firewall: enabled → reloaded',
    ]);
    expect(outcomeOf(await runThere(ufw, { state: 'disabled' }))).toEqual(['changed', 'firewall: enabled → disabled']);
  });

  test('a rule is inserted at a number that counts from the first or last rule of a kind', async () => {
    await sh(`${resetUfw}; for port in 1001 1002; do ufw allow $port/tcp; done`);
    const insert = (port: string, at: object) => runThere(ufw, { rule: 'deny', to_ip: '10.5.0.1', port, ...at });

    expect((await insert('1', { insert: 1 })).status).toBe('changed');
    expect((await insert('2', { insert: 0, insert_relative_to: 'last-ipv4' })).status).toBe('changed');
    expect((await insert('3', { insert: -1, insert_relative_to: 'first-ipv6' })).status).toBe('changed');
    expect(outcomeOf(await insert('3', { insert: 0, insert_relative_to: 'first-ipv4' }))).toEqual(['ok']);
    expect(await said("grep '^### tuple' /etc/ufw/user.rules | cut -d ' ' -f 4-6")).toBe(
      'deny any 1\nallow tcp 1001\ndeny any 2\ndeny any 3\nallow tcp 1002',
    );
  });

  test('reset removes all rules each time, and goes before a rule', async () => {
    await sh('rm -f /etc/ufw/*.20*');
    expect(outcomeOf(await runThere(ufw, { state: 'reset', rule: 'allow', port: '80', proto: 'tcp' }))[0]).toBe(
      'changed',
    );
    expect(await said('ufw show added | sed 1d')).toBe('ufw allow 80/tcp');
  });

  test.for([
    [{ rule: 'allow', port: 'nonsense' }, /ERROR: Could not find.*nonsense|ERROR: Bad port/],
    [{ rule: 'allow', direction: 'routed' }, 'For rules, direction must be one of "in" and "out", or'],
    [{ default: 'allow', direction: 'in' }, 'For default, direction must be one of'],
    [{ rule: 'allow', if_in: 'a', if_out: 'b' }, 'Only route rules can combine interface_in and interface_out'],
    [{ rule: 'deny', port: '9', insert: 99 }, "ERROR: Invalid position '99'"],
    [{ rule: 'allow', name: 'NoSuchApp' }, /ERROR: Could not find a profile matching 'NoSuchApp'/],
  ] as const)('%o fails in a check already', async ([args, why]) => {
    expect(outcomeOf(await runThere(ufw, args, { check: true }))).toEqual(['failed', expect.stringMatching(why)]);
  });
});

describe('after a package that a check installs', () => {
  test('what the package does not touch is still known', async () => {
    await sh(resetUfw);
    const foretold = await checked(
      [apt, { name: 'sl' }],
      [ufw, { rule: 'allow', port: '80', proto: 'tcp' }],
      [ufw, { state: 'disabled' }],
      [iptables, { chain: 'INPUT', source: '10.8.0.1', jump: 'DROP' }],
    );

    expect(foretold.map(([status]) => status)).toEqual(['changed', 'changed', 'ok', 'changed']);
    expect(await checked([apt, { name: 'ufw', state: 'absent' }], [ufw, { state: 'disabled' }])).toEqual([
      ['changed', expect.stringContaining('package ufw')],
      ['unknown', 'depends on "an earlier task"'],
    ]);
  });
});
