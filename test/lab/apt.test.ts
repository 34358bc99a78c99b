import { beforeAll, describe, expect, test } from 'vitest';
import apt from '../../tasks/apt.ts';
import { isThorough } from '../thorough.ts';
import { outcomeOf, runThere, said, sh, upHost } from './system-host.ts';

describe('apt', () => {
  beforeAll(async () => {
    await upHost();
    await sh('apt-get -y purge tree nano; apt-get clean');
  });

  test('installs a missing package once, as predicted by a check', async () => {
    const args = { name: ['tree', 'less'] };
    const checked = await runThere(apt, args, { check: true });
    expect(await said('dpkg-query -W -f="\\${Status}" tree')).toBe('');

    const ran = await runThere(apt, args);

    expect(outcomeOf(ran)).toEqual(outcomeOf(checked));
    expect(outcomeOf(ran)).toEqual(['changed', expect.stringMatching(/^package tree: absent → 2\./)]);
    expect(outcomeOf(await runThere(apt, args))).toEqual(['ok']);
    expect(outcomeOf(await runThere(apt, { ...args, state: 'latest' }))).toEqual(['ok']);
    expect(outcomeOf(await runThere(apt, { name: 'tree=2.*' }))).toEqual(['ok']);
    expect(outcomeOf(await runThere(apt, { name: 'tree>=1.9' }))).toEqual(['ok']);
  });

  test('a virtual package counts as installed if something provides it', async () => {
    expect(outcomeOf(await runThere(apt, { name: 'awk' }))).toEqual(['ok']);
  });

  test('an unknown package fails at once, and the age of the package lists is reported', async () => {
    const ended = await runThere(apt, { name: 'no-such-package' }, { check: true });

    expect(outcomeOf(ended)).toEqual([
      'failed',
      expect.stringMatching(/^apt: Unable to locate package no-such-package \(package lists: .*(old|fetched)\)$/),
    ]);
  });

  test('removes packages, and purges their configuration files', async () => {
    await sh('apt-get -y install nano; DEBIAN_FRONTEND=noninteractive apt-get -y install cron');

    expect(outcomeOf(await runThere(apt, { name: 'nano', state: 'absent' }))).toEqual([
      'changed',
      expect.stringMatching(/^package nano: \S+ → absent$/),
    ]);
    expect(await said('dpkg-query -W -f="\\${db:Status-Abbrev}" nano')).toBe('rc');
    expect(outcomeOf(await runThere(apt, { name: 'nano', state: 'absent' }))).toEqual(['ok']);
    expect(outcomeOf(await runThere(apt, { name: 'nano', state: 'absent', purge: true }))).toEqual([
      'changed',
      'package nano: configuration files → absent',
    ]);
    expect(outcomeOf(await runThere(apt, { name: 'nano', state: 'absent', purge: true }))).toEqual(['ok']);
  });

  test('fetches package lists only if they are too old', async () => {
    await sh('touch -d "3 days ago" /var/lib/apt/lists; rm -f /var/lib/apt/periodic/update-success-stamp');

    const first = await runThere(apt, { update_cache: true, cache_valid_time: 86400 });

    expect(outcomeOf(first)).toEqual(['changed', 'package lists: 3 days old → fetched']);
    expect(first).toMatchObject({ result: { cache_updated: true } });
    expect(outcomeOf(await runThere(apt, { update_cache: true, cache_valid_time: 86400 }))).toEqual(['ok']);
  });

  test('old package lists are fetched for a package, which is not a change in itself', async () => {
    await sh('touch -d "3 days ago" /var/lib/apt/lists');
    const args = { name: 'less', state: 'latest', cache_valid_time: 86400 };

    expect(outcomeOf(await runThere(apt, args, { check: true }))).toEqual([
      'unknown',
      'the newest versions are unknown until the package lists (3 days old) are fetched',
    ]);
    expect(await runThere(apt, args)).toMatchObject({ status: 'ok', result: { cache_updated: true } });
  });

  test('first completes the work of a killed dpkg', async () => {
    await sh('apt-get -y install tree; dpkg-query --status less >/var/lib/dpkg/updates/0000');
    expect((await sh('apt-get -y purge tree')).code).toBe(100);

    const ran = await runThere(apt, { name: 'tree', state: 'absent' });

    expect(outcomeOf(ran)).toEqual(['changed', expect.stringMatching(/^package tree: .* → absent$/)]);
    expect(await said('ls /var/lib/dpkg/updates')).toBe('');
  });

  describe('a half-installed package that apt-get considers up to date', () => {
    const interrupted = `apt-get -y install tree && rm /usr/bin/tree &&
      sed -i '/^Package: tree$/,/^$/s/^Status: .*/Status: install reinstreq half-installed/' /var/lib/dpkg/status`;

    const wishes = [{ state: 'present' }, { state: 'latest' }, { state: 'present', only_upgrade: true }];
    test.each(isThorough ? wishes : wishes.slice(0, 1))('is installed again with %j', async (more) => {
      await sh(interrupted);
      expect((await sh('apt-get -y install tree')).code).toBe(0);
      expect((await sh('test -e /usr/bin/tree')).code).toBe(1);

      const checked = await runThere(apt, { name: 'tree', ...more }, { check: true });
      const ran = await runThere(apt, { name: 'tree', ...more });

      expect(outcomeOf(checked)).toEqual(['changed', expect.stringMatching(/^package tree: half-installed → 2\./)]);
      expect(outcomeOf(ran)).toEqual(outcomeOf(checked));
      expect(await said('dpkg --audit; ls /usr/bin/tree')).toBe('/usr/bin/tree');
    });

    test('is removed if it should be absent', async () => {
      await sh(interrupted);

      const ran = await runThere(apt, { name: 'tree', state: 'absent' });

      expect(outcomeOf(ran)).toEqual(['changed', 'package tree: half-installed → absent']);
      expect(await said('dpkg --audit; find /usr/bin/tree /usr/share/man/man1/tree*')).toBe('');
    });
  });

  test('questions write nothing', async () => {
    await sh('rm -f /var/cache/apt/*.bin');
    const files =
      'find / -xdev -newermt @$(date +%s) -type f 2>/dev/null | grep -v -e ^/proc -e ^/sys -e ^/run -e /var/log/journal | head';
    await runThere(
      apt,
      { name: ['tree', 'no-such', 'less'], state: 'latest', autoclean: true, autoremove: true },
      { check: true },
    );

    expect(await said('ls /var/cache/apt')).toBe('archives');
    expect(await said(files)).toBe('');
  });

  test('deletes downloaded packages', async () => {
    await sh('apt-get -y -d --reinstall install tree');

    expect(outcomeOf(await runThere(apt, { clean: true }))).toEqual(['changed', 'downloaded packages: kept → absent']);
    expect(outcomeOf(await runThere(apt, { clean: true }))).toEqual(['ok']);
  });

  test('installs a package file', async () => {
    await sh('apt-mark unhold hello; cd /tmp && apt-get download hello; apt-get -y purge hello');
    const deb = await said('ls /tmp/hello_*.deb');

    expect(outcomeOf(await runThere(apt, { deb }))).toEqual([
      'changed',
      expect.stringMatching(/^package hello: absent → 2\./),
    ]);
    expect(outcomeOf(await runThere(apt, { deb }))).toEqual(['ok']);
  });

  test('leaves a package on hold alone, and reports that', async () => {
    await sh('apt-get -y install hello; apt-mark hold hello');

    expect(outcomeOf(await runThere(apt, { name: 'hello' }))).toEqual(['ok']);
  });

  test('services are not started with policy_rc_d', async () => {
    const args = { name: 'rsync', policy_rc_d: 101 };
    await sh('apt-get -y purge rsync');

    expect((await runThere(apt, args)).status).toBe('changed');
    expect(await said('test -e /usr/sbin/policy-rc.d && echo there')).toBe('');
  });
});
