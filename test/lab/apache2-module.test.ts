import { beforeAll, describe, expect, test } from 'vitest';
import apache2Module from '../../tasks/apache2_module.ts';
import { localTarget, runAllHere } from '../tasks/harness.ts';
import { outcomeOf, runThere, said, sh, upHost } from './system-host.ts';

describe('apache2_module, on a host', () => {
  beforeAll(async () => {
    await upHost();
    await sh(
      'command -v a2enmod || DEBIAN_FRONTEND=noninteractive apt-get -y -qq install --no-install-recommends apache2; systemctl disable --now apache2; a2dismod -q -f proxy ssl socache_shmcb; a2enmod -q mime',
    );
  });

  test('modules are enabled once, with what they depend on, as a check foretells', async () => {
    const tasks = ['ssl', 'proxy', 'proxy_http', 'socache_shmcb'].map((name) => [apache2Module, { name }] as const);
    const outcomes = async (check: boolean) =>
      (await runAllHere(tasks, { check, target: localTarget(sh) })).map(outcomeOf);
    const foretold = await outcomes(true);

    expect(foretold).toEqual([
      ['changed', 'module socache_shmcb: absent → enabled', 'module ssl: absent → enabled'],
      ['changed', 'module proxy: absent → enabled'],
      ['changed', 'module proxy_http: absent → enabled'],
      ['ok'],
    ]);
    expect(await outcomes(false)).toEqual(foretold);
    expect((await outcomes(true)).flat()).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(await said('a2query -m | cut -d " " -f 1 | grep -E "ssl|proxy" | sort')).toBe('proxy\nproxy_http\nssl');
    expect(await said('readlink /etc/apache2/mods-enabled/ssl.conf')).toBe('../mods-available/ssl.conf');
  });

  test('a module is disabled once; others that depend on it, only by force', async () => {
    const gone = { name: 'proxy', state: 'absent' };

    for (const check of [true, false])
      expect(outcomeOf(await runThere(apache2Module, gone, { check }))).toEqual([
        'failed',
        'Failed to set module proxy to disabled: proxy_http must be disabled first; `force: true` disables them, too',
      ]);
    for (const check of [true, false])
      expect(outcomeOf(await runThere(apache2Module, { ...gone, force: true }, { check }))).toEqual([
        'changed',
        'module proxy_http: enabled → absent',
        'module proxy: enabled → absent',
      ]);
    expect(await runThere(apache2Module, gone)).toMatchObject({
      status: 'ok',
      result: { result: 'Module proxy disabled' },
    });
    expect((await runThere(apache2Module, { name: 'ssl', state: 'absent' })).status).toBe('changed');
    expect(await said('ls /etc/apache2/mods-enabled | grep -E "proxy|ssl"')).toBe('');
  });

  test.for([
    [{ name: 'nosuch' }, /there is no module nosuch in \/etc\/apache2\/mods-available/],
    [{ name: 'mpm_prefork' }, /it conflicts with mpm_event, which must be disabled first$/],
    [{ name: 'dir', state: 'absent' }, /it is essential; `force: true` disables it nevertheless$/],
  ] as const)('%o fails in a check and in a run', async ([args, why]) => {
    for (const check of [true, false])
      expect(outcomeOf(await runThere(apache2Module, args, { check }))).toEqual(['failed', expect.stringMatching(why)]);
  });
});
