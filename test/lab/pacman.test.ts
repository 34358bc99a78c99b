import { beforeAll, describe, expect, test } from 'vitest';
import packageType from '../../tasks/package.ts';
import pacman from '../../tasks/pacman.ts';
import { outcomeOf, runThere, said, sh, upHost } from './system-host.ts';

/** Defines \`mk NAME VERSION DEPENDENCY\`, which adds a tiny package to the repository, and \`add\` for its files. */
const MAKES = `mk() {
  rm -rf /opt/arch/b; mkdir -p /opt/arch/b/opt/goods; cd /opt/arch/b; echo $2 >opt/goods/$1
  printf 'pkgname = %s\\npkgbase = %s\\npkgver = %s-1\\npkgdesc = x\\nurl = x\\nbuilddate = 1\\npackager = x\\nsize = 4\\narch = any\\n%b' $1 $1 $2 "$3" >.PKGINFO
  tar czf /opt/arch/repo/$1-$2-1-any.pkg.tar.gz .PKGINFO opt
  cd /opt/arch/repo && repo-add -q goods.db.tar.gz $1-$2-1-any.pkg.tar.gz
}
`;

const NEWER = `${MAKES}mk tool 2.0 'depend = base\\n'`;

beforeAll(async () => {
  await upHost();
  await sh(
    'command -v pacman && command -v bsdtar || DEBIAN_FRONTEND=noninteractive apt-get -y -qq install --no-install-recommends pacman-package-manager makepkg libarchive-tools',
  );
  await sh(
    'for one in tool base; do pacman -R --noconfirm $one; done; rm -rf /opt/arch /opt/goods /var/cache/pacman/pkg/*; mkdir -p /opt/arch/repo',
  );
  await sh(`${MAKES}mk base 1.0; mk tool 1.0 'depend = base\\n'`);
  await sh(
    'cat >/etc/pacman.conf; pacman -Sy',
    '[options]\nArchitecture = auto\nSigLevel = Never\n[goods]\nServer = file:///opt/arch/repo\n',
  );
}, 120_000);

async function twice(args: object): Promise<readonly unknown[]> {
  const checked = outcomeOf(await runThere(pacman, args, { check: true }));
  expect(outcomeOf(await runThere(pacman, args))).toEqual(checked);
  expect(outcomeOf(await runThere(pacman, args))).toEqual(['ok']);
  return checked;
}

describe('pacman', () => {
  test('installs, upgrades and removes packages once, as a check foretells', async () => {
    expect(await twice({ name: 'tool' })).toEqual([
      'changed',
      'package base: absent → 1.0-1',
      'package tool: absent → 1.0-1',
    ]);
    expect(await said('cat /opt/goods/tool')).toBe('1.0');
    await sh(`sleep 1; ${NEWER}`);
    expect(outcomeOf(await runThere(pacman, { name: 'tool', state: 'latest' }))).toEqual(['ok']);
    expect(await twice({ name: 'tool', state: 'latest', update_cache: true })).toEqual([
      'changed',
      'package lists: fetched earlier → fetched',
      'package tool: 1.0-1 → 2.0-1',
    ]);
    expect(outcomeOf(await runThere(pacman, { name: 'base', state: 'absent' }, { check: true }))[0]).toBe('failed');
    expect(await twice({ name: 'tool', state: 'absent', extra_args: '--recursive' })).toEqual([
      'changed',
      'package tool: 2.0-1 → absent',
      'package base: 1.0-1 → absent',
    ]);
  });

  test('upgrades everything, installs files, and sets reasons', async () => {
    await sh('cp /opt/arch/repo/*-1.0-1-any.pkg.tar.gz /opt/');
    expect(await twice({ name: ['/opt/base-1.0-1-any.pkg.tar.gz', '/opt/tool-1.0-1-any.pkg.tar.gz'] })).toEqual([
      'changed',
      'package base: absent → 1.0-1',
      'package tool: absent → 1.0-1',
    ]);
    expect(await twice({ upgrade: true })).toEqual(['changed', 'package tool: 1.0-1 → 2.0-1']);
    expect(await twice({ name: 'base', reason: 'dependency', reason_for: 'all' })).toEqual([
      'changed',
      'reason of package base: explicit → dependency',
    ]);
    await sh('rm /opt/*.pkg.tar.gz');
  });

  test('package uses it if it is told to, and apt otherwise', async () => {
    const args = { name: 'tool', use: 'community.general.pacman', state: 'absent' };
    for (const check of [true, false])
      expect(outcomeOf(await runThere(packageType, args, { check }))).toEqual([
        'changed',
        'package tool: 2.0-1 → absent',
      ]);
    expect(outcomeOf(await runThere(packageType, args))).toEqual(['ok']);
    expect(outcomeOf(await runThere(packageType, { name: 'coreutils', state: 'installed' }))).toEqual(['ok']);
    expect(outcomeOf(await runThere(packageType, { name: 'no-such-package' })).at(-1)).toMatch(
      /^apt: Unable to locate/,
    );
  });

  test('a question changes nothing; what is wrong is told', async () => {
    await sh('touch /root/mark; sleep 0.1');
    await runThere(pacman, { name: 'tool', state: 'latest', update_cache: true }, { check: true });
    expect(await said('find /var /opt /etc -xdev -newer /root/mark -type f | grep -v -e /journal/ -e tmp')).toBe('');
    for (const check of [true, false])
      expect(outcomeOf(await runThere(pacman, { name: ['no-such', 'base'] }, { check }))).toEqual([
        'failed',
        'pacman: target not found: no-such',
      ]);
  });
});
