import { beforeAll, describe, expect, test } from 'vitest';
import type { AnyTaskType } from '../../src/core/task-type.ts';
import seboolean from '../../tasks/seboolean.ts';
import sefcontext from '../../tasks/sefcontext.ts';
import selinux from '../../tasks/selinux.ts';
import selinuxPermissive from '../../tasks/selinux_permissive.ts';
import selogin from '../../tasks/selogin.ts';
import seport from '../../tasks/seport.ts';
import { localTarget, runAllHere } from '../tasks/harness.ts';
import { isThorough } from '../thorough.ts';
import { outcomeOf, runThere, said, sh, upHost } from './system-host.ts';

// The kernel that runs the tests has SELinux disabled, but the policy can be changed.
beforeAll(async () => {
  await upHost();
  await sh(
    'command -v semanage && [ -e /etc/selinux/default/policy ] || DEBIAN_FRONTEND=noninteractive apt-get -y -qq install --no-install-recommends policycoreutils-python-utils selinux-utils selinux-policy-default; printf "%s -D\\n" port fcontext boolean login permissive | semanage import -N; getent passwd gijoe || useradd -M gijoe; cp /etc/selinux/config /tmp/selinux-config',
  );
}, 300_000);

const anyway = { ignore_selinux_state: true };

type Steps = readonly (readonly [AnyTaskType, object, ...(readonly string[])])[];

/** Tasks end as a check foretells, and change nothing a second time. */
async function ends(steps: Steps) {
  const tasks = steps.map(([type, args]) => [type, args as Record<string, unknown>] as const);
  const expected = steps.map(([, , ...changes]) => (changes.length === 0 ? ['ok'] : ['changed', ...changes]));
  const outcomes = async (check: boolean) =>
    (await runAllHere(tasks, { check, target: localTarget(sh) })).map(outcomeOf);
  expect(await outcomes(true)).toEqual(expected);
  expect(await outcomes(false)).toEqual(expected);
}

const fails = async (type: AnyTaskType, args: object, why: string | RegExp, check = true) =>
  expect(outcomeOf(await runThere(type, args, { check })).at(-1)).toMatch(why);

describe('SELinux, on a host', () => {
  test('seport: ports get and lose a type, as a check foretells', async () => {
    const http = { ports: '8899,9000-9010', proto: 'tcp', setype: 'http_port_t', ...anyway };
    const ssh = { ports: ['22'], proto: 'tcp', setype: 'http_port_t', ...anyway };
    const overridden: Steps = [
      [seport, ssh, 'SELinux type of port tcp/22: ssh_port_t → http_port_t'],
      [seport, { ...ssh, setype: 'ssh_port_t', state: 'absent' }],
      [seport, { ...ssh, state: 'absent' }, 'SELinux type of port tcp/22: http_port_t → absent'],
      [seport, { ...http, ports: 80, state: 'absent', local: true }],
    ];
    await ends([
      [
        seport,
        http,
        'SELinux type of port tcp/8899: absent → http_port_t',
        'SELinux type of port tcp/9000-9010: absent → http_port_t',
      ],
      [seport, http],
      ...(isThorough ? overridden : []),
      [
        seport,
        { ...http, ports: 8899, state: 'absent', local: true },
        'SELinux type of port tcp/8899: http_port_t → absent',
      ],
    ]);
    expect(await said('semanage port -l -C -n')).toMatch(/^http_port_t +tcp +9000-9010$/);
    expect(outcomeOf(await runThere(seport, http, { check: true }))[0]).toBe('changed');
    await fails(
      seport,
      { ...http, ports: 80, state: 'absent' },
      /^Port tcp\/80 is defined in policy, cannot be deleted/,
    );
    await fails(seport, { ...http, ignore_selinux_state: false }, /^SELinux is disabled on this host/);
    if (!isThorough) return;
    await fails(seport, { ...http, ports: 'http' }, '"http" is neither a port nor a range of ports');
    await fails(seport, { ...http, setype: 'no_t' }, /Type no_t is invalid, must be a port type/, false);
  });

  test.runIf(isThorough)('sefcontext: paths get and lose a context or a substitute, as a check foretells', async () => {
    const shop = { target: '/srv/shop(/.*)?', setype: 'httpd_sys_content_t', ...anyway };
    const home = { target: '/export/home', substitute: '/home', ...anyway };
    const label = (of: string) => `system_u:object_r:${of}:s0`;
    await ends([
      [sefcontext, shop, `SELinux context of /srv/shop(/.*)? (all files): absent → ${label('httpd_sys_content_t')}`],
      [sefcontext, shop],
      [
        sefcontext,
        { ...shop, seuser: 'staff_u' },
        `SELinux context of /srv/shop(/.*)? (all files): ${label('httpd_sys_content_t')} → staff_u:object_r:httpd_sys_content_t:s0`,
      ],
      [
        sefcontext,
        { ...shop, ftype: 'd', setype: '<<none>>' },
        'SELinux context of /srv/shop(/.*)? (directory): absent → <<none>>',
      ],
      [sefcontext, { ...shop, ftype: 'd', setype: '<<none>>' }],
      [sefcontext, home, 'SELinux contexts below /export/home: absent → as below /home'],
      [
        sefcontext,
        { ...home, substitute: '/root' },
        'SELinux contexts below /export/home: as below /home → as below /root',
      ],
      [
        sefcontext,
        { ...shop, state: 'absent' },
        'SELinux context of /srv/shop(/.*)? (all files): staff_u:object_r:httpd_sys_content_t:s0 → absent',
      ],
      [
        sefcontext,
        { target: '/export/home', state: 'absent', ...anyway },
        'SELinux contexts below /export/home: as below /root → absent',
      ],
      [sefcontext, { target: '/export/home', state: 'absent', ...anyway }],
    ]);
    expect(await said('semanage fcontext -l -C -n')).toMatch(/^\/srv\/shop\(\/\.\*\)\? +directory +<<None>>$/);
    await fails(
      sefcontext,
      { target: '/srv/.*', state: 'absent', ...anyway },
      /is defined in policy, cannot be deleted$/,
    );
    await fails(
      sefcontext,
      { ...shop, target: '/var/run/x' },
      /^File spec \/var\/run\/x conflicts with equivalency rule '\/var\/run \/run': use \/run\/x instead$/,
    );
    await fails(sefcontext, { ...shop, target: '/srv/' }, /must not end with/);
    await fails(sefcontext, { ...shop, ignore_selinux_state: false }, /^SELinux is disabled on this host/);
  });

  test.runIf(isThorough)('seboolean, selogin and selinux_permissive change once, as a check foretells', async () => {
    const boolean = { name: 'httpd_can_network_connect', persistent: true, ...anyway };
    const login = { login: 'gijoe', seuser: 'staff_u', ...anyway };
    const domain = { name: 'httpd_t' };
    await ends([
      [seboolean, { ...boolean, state: true }, 'SELinux boolean httpd_can_network_connect (persistent): off → on'],
      [seboolean, { ...boolean, state: true }],
      [selogin, login, 'SELinux user of gijoe: absent → staff_u (s0)'],
      [
        selogin,
        { ...login, selevel: 's0-s0:c0.c1023' },
        'SELinux user of gijoe: staff_u (s0) → staff_u (s0-s0:c0.c1023)',
      ],
      [
        selogin,
        { login: 'gijoe', state: 'absent', ...anyway },
        'SELinux user of gijoe: staff_u (s0-s0:c0.c1023) → absent',
      ],
      [selinuxPermissive, { ...domain, permissive: true }, 'SELinux domain httpd_t: enforced → permissive'],
      [selinuxPermissive, { ...domain, permissive: true }],
      [selinuxPermissive, { ...domain, permissive: false }, 'SELinux domain httpd_t: permissive → enforced'],
    ]);
    expect(await said('semanage boolean -l -C -n')).toMatch(/^httpd_can_network_connect +\(on/);
    await fails(seboolean, { ...boolean, name: 'nonsense', state: true }, 'SELinux boolean nonsense does not exist.');
    await fails(seboolean, { ...boolean, persistent: false, state: true }, /only a persistent value can be set/);
    await fails(selogin, { ...login, login: 'nobody-here' }, 'Linux User nobody-here does not exist');
    await fails(selogin, { ...login, login: '%nobody-here' }, 'Linux Group nobody-here does not exist');
    await fails(selogin, { ...login, seuser: 'no_u' }, 'there is no SELinux user no_u');
    await fails(selogin, { login: 'root', state: 'absent', ...anyway }, /is defined in policy, cannot be deleted$/);
    await fails(selinuxPermissive, { name: 'no_t', permissive: true }, /Failed to resolve typepermissive/, false);
  });

  test('selinux: the configuration is set once, and a restart is announced', async () => {
    const args = { state: 'enforcing', policy: 'default' };
    await ends([
      [selinux, args, '/etc/selinux/config: permissive, policy default → enforcing, policy default'],
      [selinux, args],
      [selinux, { state: 'disabled' }, '/etc/selinux/config: enforcing, policy default → disabled, policy default'],
    ]);
    expect(await said('diff /tmp/selinux-config /etc/selinux/config')).toBe(
      '6c6\n< SELINUX=permissive\n---\n> SELINUX=disabled',
    );
    expect(await runThere(selinux, args)).toMatchObject({ result: { reboot_required: true, policy: 'default' } });
    await sh('cp /tmp/selinux-config /etc/selinux/config');
    await fails(selinux, { state: 'enforcing' }, "Policy is required if state is not 'disabled'");
    await fails(selinux, { state: 'enforcing', policy: 'no' }, 'Policy no does not exist in /etc/selinux/');
    await fails(selinux, { ...args, conf: '/etc/none' }, /^Unable to find file \/etc\/none: install/);
    await sh('mv /usr/sbin/semanage /usr/sbin/semanage.away');
    const [, missing] = outcomeOf(await runThere(selinuxPermissive, { name: 'httpd_t', permissive: true }));
    await sh('mv /usr/sbin/semanage.away /usr/sbin/semanage');
    expect(missing).toBe('semanage is missing on the host: install the policycoreutils-python-utils package');
  });
});
