import { beforeAll, describe, expect, test } from 'vitest';
import type { AnyTaskType } from '../../src/core/task-type.ts';
import flatpak from '../../tasks/flatpak.ts';
import flatpakRemote from '../../tasks/flatpak_remote.ts';
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
