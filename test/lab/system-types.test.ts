import { beforeAll, describe, expect, test } from 'vitest';
import alternatives from '../../tasks/alternatives.ts';
import aptRepository from '../../tasks/apt_repository.ts';
import copy from '../../tasks/copy.ts';
import cron from '../../tasks/cron.ts';
import debconf from '../../tasks/debconf.ts';
import dpkgDivert from '../../tasks/dpkg_divert.ts';
import dpkgSelections from '../../tasks/dpkg_selections.ts';
import getent from '../../tasks/getent.ts';
import hostname from '../../tasks/hostname.ts';
import lineinfile from '../../tasks/lineinfile.ts';
import localeGen from '../../tasks/locale_gen.ts';
import packageType from '../../tasks/package.ts';
import packageFacts from '../../tasks/package_facts.ts';
import serviceFacts from '../../tasks/service_facts.ts';
import setup from '../../tasks/setup.ts';
import sysctl from '../../tasks/sysctl.ts';
import timezone from '../../tasks/timezone.ts';
import { outcomeOf, runThere, said, sh, upHost } from './system-host.ts';

const facts = (ended: unknown): Record<string, never> =>
  (ended as { result: { ansible_facts: Record<string, never> } }).result.ansible_facts;

describe('system task types, on a host', () => {
  beforeAll(async () => {
    await upHost();
    await sh(
      'crontab -r; crontab -r -u nobody; rm -f /etc/cron.d/try; DEBIAN_FRONTEND=noninteractive apt-get -y install locales less acl; echo unhold | :; apt-mark unhold less',
    );
  });

  test('cron manages a job by its name, and keeps all other lines', async () => {
    await sh('printf "# mine\\n1 2 3 4 5 /bin/mine\\n" | crontab -');
    const args = { name: 'look', minute: '5', hour: '*/2', job: "/bin/echo 100% 'x'" };

    expect(outcomeOf(await runThere(cron, args, { check: true }))).toEqual([
      'changed',
      "cron job look: absent → 5 */2 * * * /bin/echo 100% 'x'",
    ]);
    expect((await runThere(cron, args)).status).toBe('changed');
    expect(outcomeOf(await runThere(cron, args))).toEqual(['ok']);
    expect((await runThere(cron, { ...args, hour: '3' })).status).toBe('changed');
    expect((await runThere(cron, { name: 'MAILTO', env: true, job: 'a@b' })).status).toBe('changed');
    expect(await runThere(cron, { name: 'MAILTO', env: true, job: 'a@b' })).toMatchObject({
      status: 'ok',
      result: { jobs: ['look'], envs: ['MAILTO'] },
    });
    expect(await said('crontab -l')).toBe(
      `MAILTO="a@b"\n# mine\n1 2 3 4 5 /bin/mine\n#Ansible: look\n5 3 * * * /bin/echo 100% 'x'`,
    );
    expect((await runThere(cron, { name: 'look', state: 'absent' })).status).toBe('changed');
    expect(outcomeOf(await runThere(cron, { name: 'look', state: 'absent' }))).toEqual(['ok']);
  });

  test('cron manages files, and the crontabs of other users', async () => {
    const args = { name: 'count', special_time: 'daily', cron_file: 'try', user: 'nobody', job: '/bin/true' };

    expect((await runThere(cron, args)).status).toBe('changed');
    expect(outcomeOf(await runThere(cron, args))).toEqual(['ok']);
    expect(await said('cat /etc/cron.d/try; stat -c %a /etc/cron.d/try')).toBe(
      '#Ansible: count\n@daily nobody /bin/true\n644',
    );
    expect((await runThere(cron, { ...args, state: 'absent' })).status).toBe('changed');
    expect(await said('ls /etc/cron.d | grep try')).toBe('');
    expect((await runThere(cron, { name: 'own', user: 'nobody', job: 'true', disabled: true })).status).toBe('changed');
    expect(await said('crontab -l -u nobody')).toBe('#Ansible: own\n#* * * * * true');
  });

  test('debconf answers questions in advance', async () => {
    const args = {
      name: 'postfix',
      question: 'postfix/main_mailer_type',
      vtype: 'select',
      value: `Satellite system ${Date.now()}`,
    };

    expect((await runThere(debconf, args)).status).toBe('changed');
    expect(outcomeOf(await runThere(debconf, args))).toEqual(['ok']);
    expect(await said('echo GET postfix/main_mailer_type | debconf-communicate')).toBe(`0 ${args.value}`);

    const secret = { name: 'try', question: 'try/secret', vtype: 'password', value: `s${Date.now()}` };
    const ended = await runThere(debconf, secret);
    expect(ended.status).toBe('changed');
    expect(
      JSON.stringify(
        (ended as unknown as { changes: { what: string }[] }).changes.map((one) => ({
          ...one,
          commands: [],
          effects: [],
        })),
      ),
    ).not.toContain(secret.value);
    expect(outcomeOf(await runThere(debconf, secret))).toEqual(['ok']);
    expect(
      outcomeOf(await runThere(debconf, { name: 'try', question: 'try/yes', vtype: 'boolean', value: true }))[0],
    ).toMatch(/ok|changed/);
    expect(
      outcomeOf(await runThere(debconf, { name: 'try', question: 'try/yes', vtype: 'boolean', value: true })),
    ).toEqual(['ok']);
  });

  test('hostname is set now and for later boots', async () => {
    await sh('hostname before; echo before > /etc/hostname');

    expect(outcomeOf(await runThere(hostname, { name: 'system' }))).toEqual([
      'changed',
      '/etc/hostname: before → system',
      'host name: before → system',
    ]);
    expect(outcomeOf(await runThere(hostname, { name: 'system' }))).toEqual(['ok']);
  });

  test('locales are generated', async () => {
    const args = { name: ['fr_FR.UTF-8', 'en_US.UTF-8'] };
    await runThere(localeGen, { ...args, state: 'absent' });

    expect(outcomeOf(await runThere(localeGen, args))).toEqual([
      'changed',
      'locale fr_FR.UTF-8: absent → generated',
      'locale en_US.UTF-8: absent → generated',
    ]);
    expect(outcomeOf(await runThere(localeGen, args))).toEqual(['ok']);
    expect(await said('LC_ALL=fr_FR.UTF-8 locale charmap')).toBe('UTF-8');
    expect(outcomeOf(await runThere(localeGen, { name: 'xx_YY.UTF-8' }))[0]).toBe('failed');
  });

  test('getent returns entries', async () => {
    expect(await runThere(getent, { database: 'passwd', key: 'root' })).toMatchObject({
      status: 'ok',
      result: { ansible_facts: { getent_passwd: { root: ['x', '0', '0', 'root', '/root', '/bin/bash'] } } },
    });
    expect((await runThere(getent, { database: 'passwd', key: 'nosuch' })).status).toBe('failed');
    expect(await runThere(getent, { database: 'passwd', key: 'nosuch', fail_key: false })).toMatchObject({
      result: { ansible_facts: { getent_passwd: { nosuch: null } } },
    });
  });

  test('packages are held, and package facts gathered', async () => {
    expect(outcomeOf(await runThere(dpkgSelections, { name: 'less', selection: 'hold' }))).toEqual([
      'changed',
      'selection of less: install → hold',
    ]);
    expect(outcomeOf(await runThere(dpkgSelections, { name: 'less', selection: 'hold' }))).toEqual(['ok']);
    expect((await runThere(dpkgSelections, { name: 'less', selection: 'install' })).status).toBe('changed');
    expect(outcomeOf(await runThere(packageType, { name: 'less', state: 'present' }))).toEqual(['ok']);
    expect(facts(await runThere(packageFacts, {}))['packages']).toMatchObject({
      less: [{ name: 'less', source: 'apt', arch: 'amd64' }],
    });
  });

  test('a package source is added and removed', async () => {
    await sh('rm -f /etc/apt/sources.list.d/*example*');
    const args = { repo: 'deb [trusted=yes]  http://u:p@apt.example.org/debian stable main', update_cache: false };

    expect(outcomeOf(await runThere(aptRepository, args))).toEqual([
      'changed',
      'package source deb [trusted=yes] http://u:p@apt.example.org/debian stable main: absent → /etc/apt/sources.list.d/apt_example_org_debian.list',
    ]);
    expect(outcomeOf(await runThere(aptRepository, args))).toEqual(['ok']);
    expect((await runThere(aptRepository, { ...args, state: 'absent' })).status).toBe('changed');
    expect(outcomeOf(await runThere(aptRepository, { ...args, state: 'absent' }))).toEqual(['ok']);
    expect(await said('ls /etc/apt/sources.list.d')).not.toContain('example');
  });

  test('a file that is replaced keeps its access control list, masked by a mode that is given', async () => {
    await sh('echo a >/root/listed; chmod 640 /root/listed; setfacl -m u:nobody:rw /root/listed');
    const list = () => said('getfacl -cEp /root/listed');

    await runThere(lineinfile, { path: '/root/listed', line: 'b' });
    const kept = await list();
    await runThere(copy, { content: 'c', dest: '/root/listed', mode: '0600' });

    expect(kept).toBe('user::rw-\nuser:nobody:rw-\ngroup::r--\nmask::rw-\nother::---');
    expect(await list()).toBe('user::rw-\nuser:nobody:rw-\ngroup::r--\nmask::---\nother::---');
    expect(await said('cat /root/listed')).toBe('c');
  });

  test('and so do the files of a tree', async () => {
    await sh(
      'rm -rf /root/from /root/to; mkdir -p /root/from /root/to; cd /root/from; touch a b c d e; cp a b ../to; setfacl -m u:nobody:rw ../to/b; echo new >b; chmod 600 b',
    );

    await runThere(copy, { src: '/root/from/', dest: '/root/to', remote_src: true });

    expect(await said('cat /root/to/b; ls /root/to | wc -l')).toBe('new\n5');
    expect(await said('getfacl -cEp /root/to/b')).toBe('user::rw-\nuser:nobody:rw-\ngroup::r--\nmask::rw-\nother::r--');
  });

  test('a diverted file keeps its path, and comes back', async () => {
    await sh('dpkg-divert --quiet --no-rename --remove /opt/own; rm -f /opt/own*; echo packaged > /opt/own');
    const divert = { path: '/opt/own', rename: true };
    const predicted = ['changed', 'diversion of /opt/own: absent → /opt/own.distrib (by LOCAL)'];

    expect(outcomeOf(await runThere(dpkgDivert, divert, { check: true }))).toEqual(predicted);
    expect(await said('dpkg-divert --list /opt/own')).toBe('');
    expect(outcomeOf(await runThere(dpkgDivert, divert))).toEqual(predicted);
    expect(outcomeOf(await runThere(dpkgDivert, divert))).toEqual(['ok']);
    expect(await said('ls /opt/own*; dpkg-divert --truename /opt/own')).toBe('/opt/own.distrib\n/opt/own.distrib');

    // Another place, for the copies of all packages but one.
    expect(outcomeOf(await runThere(dpkgDivert, { ...divert, divert: '/opt/own.away', holder: 'less' }))).toEqual([
      'changed',
      'diversion of /opt/own: /opt/own.distrib (by LOCAL) → absent',
      'diversion of /opt/own: absent → /opt/own.away (by less)',
    ]);
    expect(await said('cat /opt/own.away; dpkg-divert --listpackage /opt/own')).toBe('packaged\nless');

    await sh('echo mine > /opt/own');
    expect(await runThere(dpkgDivert, { ...divert, state: 'absent', holder: 'sed' })).toMatchObject({
      status: 'failed',
      message: '/opt/own is diverted by less, not by sed: its diversion is not removed',
    });
    expect((await runThere(dpkgDivert, { ...divert, state: 'absent', force: true })).status).toBe('changed');
    expect(outcomeOf(await runThere(dpkgDivert, { ...divert, state: 'absent' }))).toEqual(['ok']);
    expect(await said('cat /opt/own')).toBe('packaged');
  });

  test('dpkg_divert moves nothing onto another file, unless told to', async () => {
    await sh(
      'dpkg-divert --quiet --no-rename --remove /opt/own; rm -f /opt/own*; echo packaged > /opt/own; echo other > /opt/own.distrib',
    );
    const divert = { path: '/opt/own', rename: true };

    expect(await runThere(dpkgDivert, divert)).toMatchObject({
      status: 'failed',
      message: 'cannot move /opt/own to /opt/own.distrib, which exists: `force: true` replaces it',
    });
    expect((await runThere(dpkgDivert, { ...divert, force: true })).status).toBe('changed');
    expect(await said('cat /opt/own.distrib')).toBe('packaged');
    await sh('dpkg-divert --quiet --rename --remove /opt/own; rm -f /opt/own*');
  });

  test('one of several alternatives is selected', async () => {
    await sh('update-alternatives --auto pager');
    const choose = { name: 'pager', path: '/bin/more' };

    expect(outcomeOf(await runThere(alternatives, choose))).toEqual([
      'changed',
      'pager: /usr/bin/less (auto) → /bin/more',
    ]);
    expect(outcomeOf(await runThere(alternatives, choose))).toEqual(['ok']);
    expect((await runThere(alternatives, { ...choose, state: 'auto' })).status).toBe('changed');
    expect(await runThere(alternatives, { name: 'pager', family: 'less' })).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('set `path`'),
    });
    expect(
      outcomeOf(
        await runThere(alternatives, { name: 'try', path: '/bin/true', link: '/usr/local/bin/try', priority: 5 }),
      )[0],
    ).toBe('changed');
    expect(
      outcomeOf(
        await runThere(alternatives, { name: 'try', path: '/bin/true', link: '/usr/local/bin/try', priority: 5 }),
      ),
    ).toEqual(['ok']);
    expect((await runThere(alternatives, { name: 'try', path: '/bin/true', state: 'absent' })).status).toBe('changed');
    expect(outcomeOf(await runThere(alternatives, { name: 'try', path: '/bin/true', state: 'absent' }))).toEqual([
      'ok',
    ]);
  });

  test('service facts are gathered', async () => {
    expect(facts(await runThere(serviceFacts, {}))['services']).toMatchObject({
      'cron.service': { state: 'running', status: 'enabled', source: 'systemd' },
      'ssh.service': { name: 'ssh.service' },
    });
  });

  // The kernel's parameters cannot be set on a host of the lab.
  test('kernel parameters are stored in a file', async () => {
    await sh('rm -f /etc/sysctl.d/try.conf; printf "# mine\\nvm.swappiness = 5\\n" > /etc/sysctl.d/try.conf');
    const value = (await said('cat /proc/sys/net/ipv4/ip_local_port_range')).replace(/\s+/, '   ');
    const args = {
      name: 'net.ipv4.ip_local_port_range',
      value,
      sysctl_file: '/etc/sysctl.d/try.conf',
      sysctl_set: true,
      reload: false,
    };
    const plain = value.replace(/\s+/, ' ');

    expect(outcomeOf(await runThere(sysctl, args))).toEqual([
      'changed',
      `net.ipv4.ip_local_port_range in /etc/sysctl.d/try.conf: absent → ${plain}`,
    ]);
    expect(outcomeOf(await runThere(sysctl, args))).toEqual(['ok']);
    expect(outcomeOf(await runThere(sysctl, { ...args, value: '1 2' }, { check: true }))).toContain(
      `kernel's net.ipv4.ip_local_port_range: ${plain} → 1 2`,
    );
    expect((await runThere(sysctl, { ...args, state: 'absent' })).status).toBe('changed');
    expect(await said('cat /etc/sysctl.d/try.conf')).toBe('# mine\nvm.swappiness = 5');
  });

  test('the time zone is set', async () => {
    expect((await runThere(timezone, { name: 'Europe/Paris' })).status).toBe('changed');
    expect(outcomeOf(await runThere(timezone, { name: 'Europe/Paris' }))).toEqual(['ok']);
    expect(await said('date +%Z')).toMatch(/^CES?T$/);
    expect((await runThere(timezone, { name: 'Etc/UTC' })).status).toBe('changed');
    expect((await runThere(timezone, { name: 'Europe/Prais' })).status).toBe('failed');
  });

  test('facts are gathered without Python, and about it if there is one', async () => {
    const told = facts(await runThere(setup, {}));

    expect(told).toMatchObject({
      ansible_distribution: 'Debian',
      ansible_distribution_major_version: '12',
      ansible_service_mgr: 'systemd',
      ansible_pkg_mgr: 'apt',
      ansible_hostname: 'system',
      ansible_virtualization_type: 'container',
    });
    // Another test's packages may have brought it.
    const hasPython = (await said('command -v python3 || :')) !== '';
    expect('ansible_python' in told).toBe(hasPython);
    expect(told['ansible_all_ipv4_addresses']).toEqual([expect.stringMatching(/^10\./)]);
  });
});
