import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AnyTaskType } from '../../src/core/task-type.ts';
import dnf from '../../tasks/dnf.ts';
import packageFacts from '../../tasks/package_facts.ts';
import rpmKey from '../../tasks/rpm_key.ts';
import yum from '../../tasks/yum.ts';
import yumRepository from '../../tasks/yum_repository.ts';
import zypper from '../../tasks/zypper.ts';
import zypperRepository from '../../tasks/zypper_repository.ts';
import { isThorough } from '../thorough.ts';
import { outcomeOf, runThere, said, sh, upHost } from './system-host.ts';

/** Builds tiny packages and a repository of them: `tool` in two versions, which needs `base`. */
const REPOSITORY = `set -e
rm -rf /opt/rpms /opt/goods; mkdir -p /opt/rpms/repo /opt/rpms/specs
spec() {
  printf 'Name: %s\\nVersion: %s\\nRelease: 1\\nSummary: x\\nLicense: x\\nBuildArch: noarch\\n%s\\n%%description\\nx\\n%%install\\nmkdir -p %%{buildroot}/opt/goods; echo %s >%%{buildroot}/opt/goods/%s\\n%%files\\n/opt/goods/%s\\n' "$1" "$2" "$3" "$2" "$1" "$1" >/opt/rpms/specs/$1.spec
  rpmbuild -bb --quiet --define '_rpmdir /opt/rpms/repo' --define '_topdir /opt/rpms/build' /opt/rpms/specs/$1.spec
}
spec base 1.0 ''
spec tool 1.0 'Requires: base'
spec tool 2.0 'Requires: base'
spec other 1.0 'Provides: thing = 3'
spec a-package-with-a-name-that-does-not-fit-into-its-column 1.0 'Conflicts: tool'
echo '<?xml version="1.0"?><comps><group><id>goods</id><name>Goods</name><description>x</description><default>true</default><uservisible>true</uservisible><packagelist><packagereq type="mandatory">base</packagereq><packagereq type="mandatory">other</packagereq></packagelist></group></comps>' >/opt/rpms/comps.xml
createrepo_c -q -g /opt/rpms/comps.xml /opt/rpms/repo`;

const CONFIG = '[goods]\nname=Goods\nbaseurl=file:///opt/rpms/repo\ngpgcheck=0\n';

const remove = () => sh('rpm -qa | xargs -r rpm -e; rm -rf /opt/goods; dnf -q -y mark group remove goods');

beforeAll(async () => {
  await upHost();
  // An interrupted run may have left it.
  await sh('rm -f /etc/rpm/macros.lab');
  await sh(
    'command -v createrepo_c && command -v dnf && command -v curl || DEBIAN_FRONTEND=noninteractive apt-get -y -qq install --no-install-recommends rpm dnf createrepo-c curl',
  );
  await sh(REPOSITORY);
  await sh('mkdir -p /etc/yum.repos.d; cat >/etc/yum.repos.d/goods.repo', CONFIG);
  await remove();
}, 120_000);
afterAll(() => sh('rpm -qa | xargs -r rpm -e; rm -rf /etc/yum.repos.d/goods.repo /opt/rpms /opt/goods'));

/** Runs a task in a check and really, which must agree; then there must be nothing left to do. */
async function twice(args: object, type: AnyTaskType = dnf): Promise<readonly unknown[]> {
  const checked = outcomeOf(await runThere(type, args, { check: true }));
  expect(outcomeOf(await runThere(type, args))).toEqual(checked);
  expect(outcomeOf(await runThere(type, args))).toEqual(['ok']);
  return checked;
}

describe('dnf', () => {
  test('installs a package with what it needs, once, again if it is gone, and removes it', async () => {
    expect(await twice({ name: 'tool-1.0' })).toEqual([
      'changed',
      'package tool: absent → 1.0-1',
      'package base: absent → 1.0-1',
    ]);
    expect(outcomeOf(await runThere(dnf, { name: ['tool', 'base'] }))).toEqual(['ok']);
    expect(await runThere(packageFacts, { manager: 'rpm', strategy: 'all' })).toMatchObject({
      result: {
        ansible_facts: {
          packages: { tool: [{ version: '1.0', release: '1', epoch: null, arch: 'noarch', source: 'rpm' }] },
        },
      },
    });
    await sh('rpm -e tool');
    expect(await twice({ name: ['tool', 'other'], state: 'latest' })).toEqual([
      'changed',
      'package other: absent → 1.0-1',
      'package tool: absent → 2.0-1',
    ]);
    expect(await said('cat /opt/goods/tool')).toBe('2.0');
    expect(await twice({ name: 'base', state: 'absent' })).toEqual([
      'changed',
      'package base: 1.0-1 → absent',
      'package tool: 2.0-1 → absent',
    ]);
    expect(await said('rpm -qa')).toBe('other-1.0-1.noarch');
    await remove();
  });

  test('a question leaves the host as it is', async () => {
    await sh('touch /root/mark; sleep 0.1');
    await runThere(dnf, { name: 'tool', state: 'latest', update_cache: true }, { check: true });
    expect(
      await said(
        'find /var /opt /etc -xdev -newer /root/mark -type f | grep -v -e rpmdb.sqlite-shm -e /journal/ -e wtmp -e lastlog -e btmp',
      ),
    ).toBe('');
  });

  test.runIf(isThorough)('specs: versions, what is provided, paths, wildcards, files and groups', async () => {
    expect(await twice({ name: 'tool < 2' })).toContain('package tool: absent → 1.0-1');
    expect(outcomeOf(await runThere(dnf, { name: 'tool >= 1.0' }))).toEqual(['ok']);
    expect(await twice({ name: 'tool >= 2' })).toEqual(['changed', 'package tool: 1.0-1 → 2.0-1']);
    expect(await twice({ name: 'thing' })).toEqual(['changed', 'package other: absent → 1.0-1']);
    await remove();
    expect(await twice({ name: '/opt/goods/other' })).toEqual(['changed', 'package other: absent → 1.0-1']);
    expect(await twice({ name: 'oth*', state: 'absent' })).toEqual(['changed', 'package other: 1.0-1 → absent']);
    const file = '/opt/rpms/repo/noarch/base-1.0-1.noarch.rpm';
    expect(await twice({ name: file })).toEqual(['changed', 'package base: absent → 1.0-1']);
    expect(await twice({ name: '@goods' })).toEqual(['changed', 'package other: absent → 1.0-1']);
    await remove();
  });

  test('a newer version stays, unless the task allows an older one', async () => {
    await sh('dnf -q -y install tool-2.0');
    const kept = await runThere(dnf, { name: ['tool-1.0'] });
    expect(outcomeOf(kept)).toEqual(['ok']);
    expect(kept).toMatchObject({ warnings: [expect.stringContaining('tool')] });
    expect(await twice({ name: ['tool-1.0'], allow_downgrade: true })).toEqual([
      'changed',
      'package tool: 2.0-1 → 1.0-1',
    ]);
    await remove();
  });

  test.runIf(isThorough)('everything is upgraded, but for what is excluded', async () => {
    await sh('dnf -q -y install tool-1.0');
    expect(await twice({ name: '*', state: 'latest', exclude: ['tool'] })).toEqual(['ok']);
    expect(await twice({ name: '*', state: 'latest' })).toEqual(['changed', 'package tool: 1.0-1 → 2.0-1']);
    await remove();
  });

  test.runIf(isThorough)('conflicts and dependencies that are left over', async () => {
    await sh('dnf -q -y install tool');
    const long = 'a-package-with-a-name-that-does-not-fit-into-its-column';
    const refused = await runThere(dnf, { name: long }, { check: true });
    expect(outcomeOf(refused)).toEqual(['failed', expect.stringMatching(/^Depsolve Error.*conflicts with tool/)]);
    expect(await twice({ name: long, allowerasing: true })).toEqual([
      'changed',
      `package ${long}: absent → 1.0-1`,
      'package tool: 2.0-1 → absent',
    ]);
    await sh('dnf -q -y mark remove base');
    expect(await twice({ autoremove: true })).toEqual(['changed', 'package base: 1.0-1 → absent']);
    await remove();
  });

  test.runIf(isThorough)('only downloads, only upgrades, below a directory, and lists', async () => {
    for (const check of [true, false])
      expect(
        outcomeOf(await runThere(dnf, { name: 'base', download_only: true, download_dir: '/opt/rpms/got' }, { check })),
      ).toEqual(['changed', 'package base: absent → 1.0-1']);
    expect(await said('ls /opt/rpms/got; rpm -qa')).toBe('base-1.0-1.noarch.rpm');
    expect(outcomeOf(await runThere(dnf, { name: 'base', state: 'latest', update_only: true }))).toEqual(['ok']);
    await sh('mkdir -p /opt/rpms/root');
    expect(await twice({ name: 'base', installroot: '/opt/rpms/root' })).toEqual([
      'changed',
      'package base: absent → 1.0-1',
    ]);
    expect(await said('cat /opt/rpms/root/opt/goods/base; rpm -qa')).toBe('1.0');
    expect(await runThere(dnf, { list: 'tool' })).toMatchObject({
      status: 'ok',
      result: {
        results: [
          { name: 'tool', version: '1.0', yumstate: 'available' },
          { version: '2.0', repo: 'goods' },
        ],
      },
    });
  });

  test('says what is wrong, in a check, too', async () => {
    for (const check of [true, false])
      expect(await runThere(dnf, { name: ['no-such', 'tool'] }, { check })).toMatchObject({
        status: 'failed',
        message: 'Failed to install some of the specified packages: No package no-such available.',
        result: { failures: ['No package no-such available.'] },
      });
    expect(outcomeOf(await runThere(dnf, { name: 'no-such', use_backend: 'dnf5' }))).toEqual([
      'failed',
      'dnf5 is missing on the host: install the dnf5 package',
    ]);
    expect(outcomeOf(await runThere(dnf, { name: '/x/a.rpm', state: 'absent' })).at(-1)).toMatch(
      /^Cannot remove paths/,
    );
    expect(outcomeOf(await runThere(dnf, { name: 'x', state: 'latest', autoremove: true })).at(-1)).toMatch(
      /^Autoremove/,
    );
  });

  test('what yum and skip_broken do', async () => {
    expect(await twice({ name: ['no-such', 'base'], skip_broken: true, state: 'latest' }, yum)).toEqual([
      'changed',
      'package base: absent → 1.0-1',
    ]);
    expect(await runThere(yum, { update_cache: true })).toMatchObject({
      status: 'ok',
      result: { msg: 'Cache updated' },
    });
  });
});

describe('rpm_key', () => {
  const KEY = '/etc/apt/trusted.gpg.d/debian-archive-bookworm-stable.asc';

  test('trusts a key once, and no longer', async () => {
    const changed = ['changed', expect.stringMatching(/^key [0-9A-F]{40}: absent → trusted$/)];
    expect(await twice({ key: KEY }, rpmKey)).toEqual(changed);
    expect(outcomeOf(await runThere(rpmKey, { key: KEY, fingerprint: '0000' })).at(-1)).toMatch(
      /^The specified fingerprint, '0000', does not/,
    );
    const id = (await said("rpm -q gpg-pubkey --qf '%{VERSION}'")).toUpperCase();
    expect(id).toMatch(/^[0-9A-F]{8}$/);
    expect((await twice({ key: id, state: 'absent' }, rpmKey))[1]).toMatch(/^key [0-9A-F]{40}: trusted → absent$/);
    await sh(`cd /opt/rpms && cp ${KEY} key.asc`);
    expect(await twice({ key: 'file:///opt/rpms/key.asc' }, rpmKey)).toEqual(changed);
    expect((await twice({ key: KEY, state: 'absent' }, rpmKey))[0]).toBe('changed');
  });

  test('says what is wrong', async () => {
    const failure = async (args: object) => outcomeOf(await runThere(rpmKey, args)).at(-1);
    expect(await failure({ key: '/etc/passwd' })).toBe('Not a valid key: /etc/passwd');
    expect(await failure({ key: '/no/key' })).toBe('Not a valid key: /no/key does not exist on the host');
    expect(await failure({ key: '6F473041' })).toBe('When importing a key, a valid file must be given');
  });
});

describe('yum_repository', () => {
  test('dnf uses the repository that it adds, and no longer the one that it removes', async () => {
    await sh('mv /etc/yum.repos.d/goods.repo /opt/rpms/');
    const args = { name: 'mine', description: 'Mine', baseurl: ['file:///opt/rpms/repo'], gpgcheck: false };
    expect(await twice(args, yumRepository)).toEqual(['changed', 'repository mine: absent → present']);
    expect(await said('cat /etc/yum.repos.d/mine.repo')).toBe(
      '[mine]\nbaseurl = file:///opt/rpms/repo\ngpgcheck = 0\nname = Mine',
    );
    expect(await said('dnf -q repolist 2>/dev/null | tail -n 1')).toMatch(/^mine +Mine$/);
    expect((await twice({ ...args, enabled: false }, yumRepository))[0]).toBe('changed');
    expect(await said('dnf -q repolist 2>/dev/null')).toBe('');
    expect(await twice({ name: 'mine', state: 'absent' }, yumRepository)).toEqual([
      'changed',
      'repository mine: present → absent',
    ]);
    expect(await said('ls /etc/yum.repos.d; mv /opt/rpms/goods.repo /etc/yum.repos.d/')).toBe('');
  });
});

describe('zypper', () => {
  beforeAll(async () => {
    // What zypper remembers from an earlier run can be out of date, and a run that was stopped leaves its repository.
    await sh(
      'command -v zypper || DEBIAN_FRONTEND=noninteractive apt-get -y -qq install --no-install-recommends zypper; rm -rf /var/cache/zypp /etc/zypp/repos.d/*.repo; zypper -n ar -G file:///opt/rpms/repo goods; zypper -n refresh',
    );
    // Debian's rpm has a database in root's home, and its zypper the usual one.
    // A run that was stopped may have left one there that cannot be read.
    await sh(
      "mkdir -p /etc/rpm; echo '%_dbpath /var/lib/rpm' >/etc/rpm/macros.lab; rm -rf /var/lib/rpm; mkdir /var/lib/rpm; rpm --initdb",
    );
    await remove();
  }, 60_000);
  afterAll(() => sh('zypper -n rr goods; rpm -qa | xargs -r rpm -e; rm -f /etc/rpm/macros.lab'));

  test('installs, upgrades and removes packages once, as a check foretells', async () => {
    expect(await twice({ name: 'tool=1.0' }, zypper)).toEqual([
      'changed',
      'package base: absent → 1.0-1',
      'package tool: absent → 1.0-1',
    ]);
    expect(
      await twice({ name: ['tool', '/opt/rpms/repo/noarch/other-1.0-1.noarch.rpm'], disable_gpg_check: true }, zypper),
    ).toEqual(['changed', 'package other: absent → 1.0-1']);
    expect(await twice({ name: 'tool', state: 'latest' }, zypper)).toEqual(['changed', 'package tool: 1.0-1 → 2.0-1']);
    expect(await twice({ name: 'tool=1.0', oldpackage: true, update_cache: true }, zypper)).toEqual([
      'changed',
      'package tool: 2.0-1 → 1.0-1',
    ]);
    expect(await twice({ name: '*', state: 'latest' }, zypper)).toEqual(['changed', 'package tool: 1.0-1 → 2.0-1']);
    if (isThorough) expect(outcomeOf(await runThere(zypper, { name: '*', state: 'dist-upgrade' }))).toEqual(['ok']);
    expect(await twice({ name: ['base', 'no-such'], state: 'absent' }, zypper)).toEqual([
      'changed',
      'package base: 1.0-1 → absent',
      'package tool: 2.0-1 → absent',
    ]);
  });

  test('a repository is added, modified, moved and removed once, as a check foretells', async () => {
    await sh('zypper -n rr more; rm -rf /opt/more; cp -a /opt/rpms/repo /opt/more');
    const args = { name: 'more', repo: 'file:///opt/more', disable_gpg_check: true, auto_import_keys: true };
    expect(await twice(args, zypperRepository)).toEqual(['changed', 'repository more: absent → file:///opt/more']);
    expect(await said('zypper -n packages --repo more | grep -c tool')).not.toBe('0');
    expect(
      await twice({ ...args, description: `it's "more"`, priority: 12, enabled: false }, zypperRepository),
    ).toEqual([
      'changed',
      `name of repository more: more → it's "more"`,
      'enabled of repository more: true → false',
      'priority of repository more: 99 → 12',
    ]);
    expect(await twice({ ...args, name: 'renamed' }, zypperRepository)).toEqual([
      'changed',
      'alias of repository more: more → renamed',
    ]);
    expect(await said('cat /etc/zypp/repos.d/renamed.repo')).toContain('priority=12');
    expect(await twice({ repo: 'file:///opt/more', state: 'absent' }, zypperRepository)).toEqual([
      'changed',
      'repository renamed: file:/opt/more → absent',
    ]);
  });

  test('a question changes nothing; what is wrong is told', async () => {
    await sh('touch /root/mark; sleep 0.1');
    for (const check of [true, false])
      expect(outcomeOf(await runThere(zypper, { name: ['no-such', 'base'], update_cache: true }, { check }))).toEqual([
        'failed',
        "zypper install: No provider of 'no-such' found.",
      ]);
    expect(
      await said(
        'find /var /opt /etc -xdev -newer /root/mark -type f | grep -v -e /journal/ -e tmp -e rpmdb.sqlite-shm',
      ),
    ).toBe('');
  });
});
