import { beforeAll, describe, expect, test } from 'vitest';
import type { AnyTaskType } from '../../src/core/task-type.ts';
import snap from '../../tasks/snap.ts';
import snapAlias from '../../tasks/snap_alias.ts';
import { isThorough } from '../thorough.ts';
import { outcomeOf, runThere, said, sh, upHost } from './system-host.ts';

/** Changed, as a check foretells, and then ok for both. */
async function ends(type: AnyTaskType, args: object, ...expected: readonly string[]): Promise<void> {
  for (const check of [true, false])
    expect(outcomeOf(await runThere(type, args, { check }))).toEqual(['changed', ...expected]);
  for (const check of [true, false]) expect(outcomeOf(await runThere(type, args, { check }))).toEqual(['ok']);
}

// A minute to set up: snapd waits for its store, which the lab does not have.
describe.runIf(isThorough)('snap, on a host', { timeout: 200_000 }, () => {
  const file = '/opt/try-snap/lab-tool_1_all.snap';
  beforeAll(async () => {
    await upHost();
    // In a container, snapd mounts snaps with FUSE, and there is no udev to reload. Snaps from files need no store.
    await sh(`printf '#!/bin/sh\\nexit 0\\n' >/usr/local/sbin/udevadm; chmod +x /usr/local/sbin/udevadm
grep -q snapcraft /etc/hosts || echo '127.0.0.1 api.snapcraft.io' >>/etc/hosts
DEBIAN_FRONTEND=noninteractive apt-get -y -qq install --no-install-recommends snapd squashfuse fuse3 squashfs-tools
mkdir -p /opt/try-snap/core/meta /opt/try-snap/tool/meta /opt/try-snap/tool/bin; cd /opt/try-snap
printf 'name: core\\nversion: "1"\\nsummary: x\\ndescription: x\\ntype: os\\n' >core/meta/snap.yaml
printf 'name: lab-tool\\nversion: "1"\\nsummary: x\\ndescription: x\\napps:\\n  lab-tool:\\n    command: bin/t\\n  other:\\n    command: bin/t\\n' >tool/meta/snap.yaml
printf '#!/bin/sh\\n' >tool/bin/t; chmod +x tool/bin/t; snap pack core .; snap pack tool .
timeout 20 snap install --dangerous ./core_1_all.snap; systemctl restart snapd
snap remove lab-tool; snap unset core refresh.retain proxy.http`);
  }, 200_000);

  test('a snap from a file is installed, disabled and removed once, as a check foretells', async () => {
    await ends(snap, { name: file, dangerous: true }, 'snap lab-tool: absent → present');
    await ends(snap, { name: 'lab-tool', state: 'disabled' }, 'snap lab-tool: enabled → disabled');
    await ends(snap, { name: 'lab-tool', state: 'enabled' }, 'snap lab-tool: disabled → enabled');
    await ends(
      snapAlias,
      { name: 'lab-tool.other', alias: ['one', 'two'] },
      'alias one: absent → lab-tool.other',
      'alias two: absent → lab-tool.other',
    );
    await ends(snapAlias, { alias: 'one', state: 'absent' }, 'alias one: lab-tool.other → absent');
    expect(await runThere(snapAlias, { name: 'lab-tool.other', alias: 'two' })).toMatchObject({
      status: 'ok',
      result: { snap_aliases: ['two'] },
    });
    await ends(snapAlias, { name: 'lab-tool', state: 'absent' }, 'alias two: lab-tool.other → absent');
    await ends(snap, { name: ['lab-tool', 'none'], state: 'absent' }, 'snap lab-tool: present → absent');
    expect(await said('snap list')).not.toContain('lab-tool');
  });

  test('options are set once, as a check foretells', async () => {
    const options = ['refresh.retain=3', 'core:proxy.http=http://x:1', 'other:a=b'];
    await ends(
      snap,
      { name: 'core', options },
      'option core:refresh.retain: absent → 3',
      'option core:proxy.http: absent → http://x:1',
    );
    expect(await runThere(snap, { name: 'core', options: ['refresh.retain=4'] })).toMatchObject({
      result: { options_changed: ['core:refresh.retain=4'] },
    });
  });
});
