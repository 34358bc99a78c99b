import { beforeAll, describe, expect, test } from 'vitest';
import capabilities from '../../tasks/capabilities.ts';
import { outcomeOf, runThere, said, sh, upHost } from './system-host.ts';

const path = '/usr/local/bin/with cap';

describe('capabilities, on a host', () => {
  beforeAll(async () => {
    await upHost();
    await sh(
      `command -v setcap || DEBIAN_FRONTEND=noninteractive apt-get -y -qq install --no-install-recommends libcap2-bin; cp /bin/true '${path}'`,
    );
  });

  test('a capability is given once, in addition to others, and taken away', async () => {
    const args = { path, capability: 'CAP_NET_BIND_SERVICE+ep' };

    for (const check of [true, false])
      expect(outcomeOf(await runThere(capabilities, args, { check }))).toEqual([
        'changed',
        'cap_net_bind_service of /usr/local/bin/with cap: absent → ep',
      ]);
    expect(outcomeOf(await runThere(capabilities, args))).toEqual(['ok']);
    expect(outcomeOf(await runThere(capabilities, { path, capability: 'cap_net_bind_service=ep' }))).toEqual(['ok']);
    expect((await runThere(capabilities, { path, capability: 'cap_chown=ep' })).status).toBe('changed');
    expect(await said(`getcap '${path}'`)).toBe(`${path} cap_chown,cap_net_bind_service=ep`);
    expect(outcomeOf(await runThere(capabilities, args))).toEqual(['ok']);
    expect(outcomeOf(await runThere(capabilities, { path, capability: 'cap_chown', state: 'absent' }))).toEqual([
      'changed',
      'cap_chown of /usr/local/bin/with cap: ep → absent',
    ]);
    expect((await runThere(capabilities, { ...args, state: 'absent' })).status).toBe('changed');
    expect(outcomeOf(await runThere(capabilities, { ...args, state: 'absent' }))).toEqual(['ok']);
    expect(await said(`getcap '${path}'`)).toBe('');
  });

  test('what cannot be done fails in a check, too', async () => {
    for (const check of [true, false]) {
      expect(outcomeOf(await runThere(capabilities, { path, capability: 'cap_chown' }, { check }))).toEqual([
        'failed',
        "Couldn't find operator (one of: ['=', '-', '+'])",
      ]);
      expect(outcomeOf(await runThere(capabilities, { path: '/none', capability: 'cap_chown=p' }, { check }))).toEqual([
        'failed',
        'Unable to get capabilities of /none: No such file or directory',
      ]);
      await sh(`setcap all=ep '${path}'`);
      expect(outcomeOf(await runThere(capabilities, { path, capability: 'cap_chown=p' }, { check }))).toEqual([
        'failed',
        'cannot change the capabilities of /usr/local/bin/with cap one by one: /usr/local/bin/with cap =ep',
      ]);
    }
  });
});
