import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import firewalld from '../../tasks/firewalld.ts';
import { localTarget, runAllHere } from '../tasks/harness.ts';
import { isThorough } from '../thorough.ts';
import { outcomeOf, runThere, said, sh, upHost } from './system-host.ts';

const reset =
  'rm -rf /etc/firewalld/zones/*; systemctl restart firewalld; until firewall-cmd -q --state; do sleep 0.1; done';

beforeAll(async () => {
  await upHost();
  await sh(
    `command -v firewall-cmd || DEBIAN_FRONTEND=noninteractive apt-get -y -qq install --no-install-recommends firewalld; ${reset}`,
  );
}, 120_000);
// Its rules must not stand in the way of other tests on the host.
afterAll(() => sh('rm -rf /etc/firewalld/zones/*; systemctl disable --now firewalld'));

const run = (args: object, check = false) => runThere(firewalld, { state: 'enabled', ...args }, { check });

const outcomes = async (tasks: readonly object[], check: boolean) =>
  (
    await runAllHere(
      tasks.map((args) => [firewalld, { state: 'enabled', ...args }] as const),
      { check, target: localTarget(sh) },
    )
  ).map(outcomeOf);

/** Tasks end as a check foretells. */
async function ends(tasks: readonly object[], expected: readonly (readonly unknown[])[]) {
  for (const check of [true, false]) expect(await outcomes(tasks, check)).toEqual(expected);
}

describe('firewalld, on a host', () => {
  test('settings of all kinds are enabled once, as a check foretells, and disabled once', async () => {
    const both = { permanent: true, immediate: true };
    const permanent = { permanent: true };
    const rule = "rule  service name='ftp' audit limit value=1/m accept";
    const icmp = [{ icmp_block: 'echo-request' }, 'icmp block echo-request in zone dmz'] as const;
    const rich = [{ rich_rule: rule, ...permanent }, `rich rule ${rule} in zone dmz (permanent)`] as const;
    const settings = [
      [{ service: 'http', ...both }, 'service http in zone dmz (permanent)', 'service http in zone dmz'],
      [{ port: '8000-8010/tcp', ...permanent }, 'port 8000-8010/tcp in zone dmz (permanent)'],
      ...(isThorough ? [rich, icmp] : []),
      [{ masquerade: true, ...permanent }, 'masquerade in zone dmz (permanent)'],
    ] as const;
    const tasks = settings.map(([args]) => ({ ...args, zone: 'dmz' }));
    const off = tasks.map((one) => ({ ...one, state: 'disabled' }));
    const expected = (from: string, to: string) =>
      settings.map(([, ...shown]) => ['changed', ...shown.map((what) => `${what}: ${from} → ${to}`)]);

    await ends(tasks, expected('disabled', 'enabled'));
    expect(await said('firewall-cmd --permanent --zone=dmz --list-all')).toMatch(
      /services: http ssh\n *ports: 8000-8010\/tcp\n[\s\S]*masquerade: yes\n/,
    );
    const now = await said('firewall-cmd --zone=dmz --list-all');
    expect(now).toMatch(/services: http ssh\n *ports: \n[\s\S]*masquerade: no\n/);
    if (isThorough) {
      expect(now).toMatch(/icmp-blocks: echo-request/);
      expect(await said('firewall-cmd --permanent --zone=dmz --list-rich-rules')).toBe(
        'rule service name="ftp" audit limit value="1/m" accept',
      );
    }
    await sh('firewall-cmd -q --permanent --zone=dmz --remove-masquerade');
    const [again, ...others] = (await outcomes(tasks, true)).toReversed();
    expect(again).toEqual(expected('disabled', 'enabled').at(-1));
    expect(new Set(others.flat())).toEqual(new Set(['ok']));
    expect(outcomeOf(await run({ port: '8005/tcp', permanent: true, zone: 'dmz' }))).toEqual(['ok']);
    await sh('firewall-cmd -q --permanent --zone=dmz --add-masquerade');
    await ends(off, expected('enabled', 'disabled'));
    if (isThorough) expect(new Set((await outcomes(off, true)).flat())).toEqual(new Set(['ok']));
  });

  test.runIf(isThorough)('a rich rule is found in other words, too', async () => {
    await sh(`firewall-cmd -q --add-rich-rule='rule family=ipv4 source address=10.7.0.0/16 priority=3 drop'`);
    const args = { rich_rule: 'rule priority="3" source address="10.7.0.0/16" family="ipv4" drop' };
    expect(outcomeOf(await run(args))).toEqual(['ok']);
    expect(outcomeOf(await run({ ...args, state: 'disabled' }))[0]).toBe('changed');
    expect(outcomeOf(await run({ ...args, state: 'disabled' }))).toEqual(['ok']);
  });

  test.runIf(isThorough)('an interface moves to another zone, and a timeout is kept', async () => {
    const forwarded = { port: '443', proto: 'tcp', toport: '8443', toaddr: '10.0.0.9' };
    await ends(
      [
        { port_forward: [forwarded], zone: 'dmz' },
        { interface: 'eth7', zone: 'dmz', permanent: true },
        { interface: 'eth7', zone: 'trusted', permanent: true },
        { interface: 'eth7', zone: 'dmz', permanent: true, state: 'disabled' },
        { masquerade: false, state: 'enabled' },
        { forward: true, state: 'disabled', zone: 'home' },
      ],
      [
        ['changed', 'forward port port=443:proto=tcp:toport=8443:toaddr=10.0.0.9 in zone dmz: disabled → enabled'],
        ['changed', 'interface eth7 in zone dmz (permanent): disabled → enabled'],
        ['changed', 'interface eth7 in zone trusted (permanent): in zone dmz → enabled'],
        ['ok'],
        ['ok'],
        ['changed', 'forward in zone home: enabled → disabled'],
      ],
    );
    expect(await run({ port: '99/udp', timeout: 1 })).toMatchObject({
      status: 'changed',
      result: { msg: 'runtime configuration, port 99/udp in zone public is enabled' },
    });
    await sh('sleep 1.5');
    expect(outcomeOf(await run({ port: '99/udp' }, true))[0]).toBe('changed');
  });

  test('a zone is created, given a target and removed, as a check foretells', async () => {
    const zone = { zone: 'shop', permanent: true };
    const target = { ...zone, target: 'DROP' };
    await ends(
      [
        { ...zone, state: 'present' },
        { ...zone, state: 'present' },
        { ...target, state: 'present' },
        { ...target, state: 'enabled' },
        { ...zone, service: 'https' },
        { ...zone, service: 'nonsense' },
        { ...target, state: 'absent' },
        { ...zone, state: 'absent' },
        { ...zone, state: 'absent' },
      ],
      [
        ['changed', 'zone shop (permanent): absent → present'],
        ['ok'],
        ['changed', 'target of zone shop (permanent): default → DROP'],
        ['ok'],
        ['changed', 'service https in zone shop (permanent): disabled → enabled'],
        ['failed', 'INVALID_SERVICE: nonsense'],
        ['changed', 'target of zone shop (permanent): DROP → default'],
        ['changed', 'zone shop (permanent): present → absent'],
        ['ok'],
      ],
    );
  });

  test('the permanent configuration is changed while firewalld does not run', async () => {
    await sh('systemctl stop firewalld');
    const args = { service: 'imaps', permanent: true };
    const zones: readonly (readonly [object, readonly unknown[]])[] = [
      [{ zone: 'shop', permanent: true, state: 'present' }, ['changed', 'zone shop (permanent): absent → present']],
      [{ zone: 'shop', permanent: true, state: 'absent' }, ['changed', 'zone shop (permanent): present → absent']],
      [{ service: 'nonsense', permanent: true }, ['failed', expect.stringMatching(/^INVALID_SERVICE:.*nonsense/)]],
    ];
    const steps: readonly (readonly [object, readonly unknown[]])[] = [
      [args, ['changed', 'service imaps in zone public (permanent): disabled → enabled']],
      [{ ...args, immediate: true, offline: true }, ['ok']],
      [
        { ...args, immediate: true },
        ['failed', expect.stringMatching(/^firewall is not currently running.*offline: true/)],
      ],
      ...(isThorough ? zones : []),
      [{ ...args, state: 'disabled' }, ['changed', 'service imaps in zone public (permanent): enabled → disabled']],
    ];
    await ends(
      steps.map(([task]) => task),
      steps.map(([, expected]) => expected),
    );
    await sh('systemctl start firewalld; until firewall-cmd -q --state; do sleep 0.1; done');
  });

  test('says what is wrong, also in a check', async () => {
    await sh('firewall-cmd -q --zone=dmz --add-source=10.3.0.0/16');
    const failures: readonly (readonly [object, string | RegExp])[] = [
      [{ port: '80' }, 'improper port format (missing protocol?)'],
      [{ service: 'nonsense' }, 'INVALID_SERVICE: nonsense'],
      [{ port: 'x/tcp' }, 'INVALID_PORT: x'],
      [{ icmp_block: 'nonsense', permanent: true }, 'INVALID_ICMPTYPE: nonsense'],
      [{ port: '80/tcp', zone: 'none' }, /^INVALID_ZONE: there is no zone none in the runtime configuration/],
      [
        { source: '10.3.0.0/16', zone: 'home' },
        'ZONE_CONFLICT: 10.3.0.0/16 is in the zone dmz of the runtime configuration already',
      ],
      [{ zone: 'dmz', permanent: true, state: 'absent' }, /^BUILTIN_ZONE: dmz/],
      [{ zone: 'other', state: 'present' }, /^Zone operations must be permanent/],
      [{ service: 'http', state: 'present' }, /^absent and present state can only be used in zone level operations/],
      [{ zone: 'dmz' }, 'nothing is given that could be enabled'],
    ];
    for (const [args, why] of isThorough ? failures : failures.slice(0, 4))
      expect(outcomeOf(await run(args, true))).toEqual([
        'failed',
        typeof why === 'string' ? why : expect.stringMatching(why),
      ]);
    await sh('mv /usr/bin/firewall-cmd /usr/bin/firewall-cmd.away');
    const [, message] = outcomeOf(await run({ service: 'http' }, true));
    await sh('mv /usr/bin/firewall-cmd.away /usr/bin/firewall-cmd');
    expect(message).toBe('firewall-cmd is missing on the host: install the firewalld package');
  });
});
