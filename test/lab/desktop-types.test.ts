import { beforeAll, describe, expect, test } from 'vitest';
import type { AnyTaskType } from '../../src/core/task-type.ts';
import dconf from '../../tasks/dconf.ts';
import flatpak from '../../tasks/flatpak.ts';
import flatpakRemote from '../../tasks/flatpak_remote.ts';
import xattr from '../../tasks/xattr.ts';
import { localTarget, runAllHere } from '../tasks/harness.ts';
import { outcomeOf, runThere, said, sh, upHost } from './system-host.ts';

const install = (program: string, packages: string) =>
  sh(
    `command -v ${program} || DEBIAN_FRONTEND=noninteractive apt-get -y -qq install --no-install-recommends ${packages}`,
  );

/** Changed, as a check foretells, and then ok for both. */
async function ends(type: AnyTaskType, args: object, ...expected: readonly string[]): Promise<void> {
  for (const check of [true, false])
    expect(outcomeOf(await runThere(type, args, { check }))).toEqual(['changed', ...expected]);
  for (const check of [true, false]) expect(outcomeOf(await runThere(type, args, { check }))).toEqual(['ok']);
}

describe('flatpak, on a host', () => {
  const url = '/opt/try-flatpak/lab.flatpakrepo';
  beforeAll(async () => {
    await upHost();
    await install('flatpak', 'flatpak ostree');
    await install('ostree', 'flatpak ostree');
    // A repository in files, since the lab has none: an application and the runtime that it needs.
    await sh(`rm -rf /opt/try-flatpak ~/.local/share/flatpak; mkdir -p /opt/try-flatpak/a/files /opt/try-flatpak/a/export /opt/try-flatpak/r/files; cd /opt/try-flatpak
flatpak uninstall --system -y --noninteractive --all; flatpak remote-delete --system --force lab
ostree init --repo=repo --mode=archive-z2
a=$(flatpak --default-arch)
printf '[Application]\\nname=org.lab.Tool\\nruntime=org.lab.Platform/%s/1\\n' "$a" >a/metadata
printf '[Runtime]\\nname=org.lab.Platform\\n' >r/metadata
flatpak build-export --runtime --files=files repo r 1; flatpak build-export repo a stable; flatpak build-update-repo repo
printf '[Flatpak Repo]\\nTitle=lab\\nUrl=file:///opt/try-flatpak/repo\\n' >lab.flatpakrepo`);
  });

  test('a remote is added, disabled, and removed once, as a check foretells', async () => {
    const remote = { name: 'lab', flatpakrepo_url: url };
    await ends(flatpakRemote, remote, 'flatpak remote lab: absent → enabled');
    await ends(flatpakRemote, { ...remote, enabled: false }, 'flatpak remote lab: enabled → disabled');
    await ends(flatpakRemote, remote, 'flatpak remote lab: disabled → enabled');
    await ends(flatpakRemote, { name: 'lab', state: 'absent' }, 'flatpak remote lab: enabled → absent');
    await ends(flatpakRemote, { ...remote, enabled: false }, 'flatpak remote lab: absent → disabled');
    await ends(flatpakRemote, { name: 'lab', state: 'absent' }, 'flatpak remote lab: disabled → absent');
  });

  test('a check of a whole play foretells its run', async () => {
    const play = [
      [flatpakRemote, { name: 'lab', flatpakrepo_url: url }],
      [flatpak, { name: ['org.lab.Tool'], remote: 'lab' }],
      [flatpak, { name: 'org.lab.Tool//stable', remote: 'lab' }],
      [flatpak, { name: 'org.lab.Tool', state: 'absent' }],
    ] as const;
    const foretold = await runAllHere(play, { check: true, target: localTarget(sh) });
    // The check does not know in which branch the first name comes.
    expect(foretold.map((one) => outcomeOf(one)[0])).toEqual(['changed', 'changed', 'unknown', 'changed']);
    expect((await runAllHere(play, { target: localTarget(sh) })).map(outcomeOf)).toEqual([
      ['changed', 'flatpak remote lab: absent → enabled'],
      ['changed', 'flatpak org.lab.Tool: absent → present'],
      ['ok'],
      ['changed', 'flatpak org.lab.Tool: present → absent'],
    ]);
    expect(await said('flatpak list --system --columns=application')).toBe('org.lab.Platform');
  });

  test('without dependencies, for a user, and what is told', async () => {
    await sh('flatpak uninstall --system -y --noninteractive --all');
    const args = { name: ['org.lab.Tool', 'org.lab.Platform'], remote: 'lab' };
    expect(await runThere(flatpak, { ...args, name: 'org.lab.Tool', no_dependencies: true })).toMatchObject({
      status: 'changed',
      result: { command: 'flatpak install --system -y --noninteractive --no-deps lab org.lab.Tool', rc: 0 },
    });
    await ends(flatpak, args, 'flatpak org.lab.Platform: absent → present');
    expect(outcomeOf(await runThere(flatpakRemote, { name: 'lab', method: 'user', state: 'absent' }))).toEqual(['ok']);
    expect(await said('ls ~/.local/share/flatpak')).toBe('');
    await ends(
      flatpakRemote,
      { name: 'lab', method: 'user', flatpakrepo_url: url },
      'flatpak remote lab: absent → enabled',
    );
  });

  test('says what is wrong', async () => {
    const failure = async (type: AnyTaskType, args: object, check = false) =>
      outcomeOf(await runThere(type, args, { check })).at(-1);
    for (const check of [true, false]) {
      expect(await failure(flatpak, { name: 'org.lab.Other' }, check)).toBe(
        'Remote "flathub" not found in the system installation: add it with flatpak_remote',
      );
      expect(await failure(flatpak, { name: 'a', executable: '/opt/none' }, check)).toBe(
        '/opt/none is missing on the host: install the flatpak package',
      );
    }
    expect(await failure(flatpak, { name: 'org.lab.None', remote: 'lab' })).toMatch(/Nothing matches org\.lab\.None/);
    expect(await failure(flatpakRemote, { name: 'new', flatpakrepo_url: '/opt/none.flatpakrepo' })).toMatch(
      /none\.flatpakrepo/,
    );
  });
});

describe('dconf, on a host', () => {
  beforeAll(async () => {
    await upHost();
    await install('dconf', 'dconf-cli dconf-gsettings-backend dbus');
    await sh('rm -rf ~/.config/dconf');
  });

  test('a key is set, changed and reset once, as a check foretells', async () => {
    const key = '/lab/sources';
    await ends(dconf, { key, value: "'text'" }, "/lab/sources: absent → 'text'");
    await ends(
      dconf,
      { key, value: '[("xkb","us"), (\'xkb\',  "s\\u0065")]' },
      `/lab/sources: 'text' → [("xkb","us"), ('xkb',  "s\\u0065")]`,
    );
    expect(await said(`dconf read ${key}`)).toBe("[('xkb', 'us'), ('xkb', 'se')]");
    await ends(dconf, { key, value: '1.50' }, "/lab/sources: [('xkb', 'us'), ('xkb', 'se')] → 1.50");
    await ends(dconf, { key, value: true }, '/lab/sources: 1.5 → true');
    await ends(dconf, { key, value: 'uint32 5' }, '/lab/sources: true → uint32 5');
    await ends(dconf, { key, value: '@as []' }, '/lab/sources: uint32 5 → @as []');
    expect(await runThere(dconf, { key, state: 'read' })).toMatchObject({ status: 'ok', result: { value: '@as []' } });
    await ends(dconf, { key, state: 'absent' }, '/lab/sources: @as [] → absent');
    expect(await runThere(dconf, { key, state: 'read' })).toMatchObject({ status: 'ok', result: { value: null } });
  });

  test('says what is wrong', async () => {
    const failure = async (args: object, check = false) => outcomeOf(await runThere(dconf, args, { check })).at(-1);
    for (const check of [true, false]) {
      expect(await failure({ key: '/lab/x' }, check)).toBe(
        'state is present but all of the following are missing: value',
      );
      expect(await failure({ key: 'lab', value: '1' }, check)).toMatch(/dconf key must begin with a slash/);
    }
    expect(await failure({ key: '/lab/x', value: 'text' })).toMatch(/unknown keyword/);
  });
});

describe('xattr, on a host', () => {
  beforeAll(async () => {
    await upHost();
    await install('setfattr', 'attr');
    await sh('rm -f /root/try-xattr; touch /root/try-xattr');
  });
  const path = '/root/try-xattr';

  test('an attribute is set, changed, read and removed once, as a check foretells', async () => {
    await ends(xattr, { path, key: 'a', value: 'x "y"\n é' }, 'user.a: absent → x "y"\n é');
    await ends(xattr, { path, key: 'user.a', value: '' }, 'user.a: x "y"\n é → ');
    await ends(xattr, { path, key: 'b', value: '2', namespace: 'trusted' }, 'trusted.b: absent → 2');
    expect(await runThere(xattr, { path, state: 'all' })).toMatchObject({
      status: 'ok',
      result: { xattr: { 'user.a': '', 'trusted.b': '2' } },
    });
    expect(await runThere(xattr, { path, key: 'b', namespace: 'trusted' })).toMatchObject({
      result: { xattr: { 'trusted.b': '2' } },
    });
    expect(await runThere(xattr, { path, state: 'keys' })).toMatchObject({
      result: { xattr: { 'user.a': '', 'trusted.b': '' } },
    });
    await ends(xattr, { path, key: 'a', state: 'absent' }, 'user.a:  → absent');
    expect(await said(`getfattr --absolute-names -d ${path}`)).toBe('');
  });

  test('says what is wrong', async () => {
    const failure = async (args: object) => outcomeOf(await runThere(xattr, args)).at(-1);
    expect(await failure({ path: '/root/none', key: 'a' })).toBe('path not found or not accessible!');
    expect(await failure({ path, state: 'absent' })).toBe('state=absent needs a key');
    expect(await failure({ path, key: 'a', value: '1', namespace: 'none' })).toMatch(/Operation not supported/);
  });
});
