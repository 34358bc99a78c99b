import { beforeAll, describe, expect, test } from 'vitest';
import service from '../../tasks/service.ts';
import systemd from '../../tasks/systemd.ts';
import { outcomeOf, runThere, said, sh, upHost } from './system-host.ts';

describe('systemd and service', () => {
  beforeAll(async () => {
    await upHost();
    await sh(`systemctl stop try-once.timer; rm -rf /etc/systemd/system/try* /etc/systemd/system/*.wants/try* /lib/systemd/system/try* /etc/try; mkdir -p /etc/try; echo a > /etc/try/a.conf
cat > /etc/systemd/system/try.service <<'END'
[Unit]
StartLimitIntervalSec=0
[Service]
ExecStart=/bin/sleep infinity
ExecReload=/bin/true
[Install]
WantedBy=multi-user.target
END
cat > /etc/systemd/system/try-once.service <<'END'
[Service]
Type=oneshot
ExecStart=/bin/true
END
cat > /etc/systemd/system/try-broken.service <<'END'
[Service]
ExecStart=/bin/false
END
cat > /etc/systemd/system/try-port.service <<'END'
[Service]
EnvironmentFile=/etc/try/where
ExecStart=/usr/sbin/sshd -D -o PidFile=none -o ListenAddress=\${WHERE}
END
printf '[Service]\\nExecStart=/bin/true\\n[Install]\\nWantedBy=multi-user.target\\n' > /etc/systemd/system/try@.service
printf '[Timer]\\nOnCalendar=daily\\n[Install]\\nWantedBy=timers.target\\n' > /etc/systemd/system/try-once.timer
systemctl daemon-reload; systemctl stop try; systemctl reset-failed`);
  });

  test('start and enable once', async () => {
    const args = { name: 'try', state: 'started', enabled: true };

    expect(outcomeOf(await runThere(systemd, args, { check: true }))).toEqual([
      'changed',
      'unit try.service at boot: disabled → enabled',
      'unit try.service: inactive → active',
    ]);
    expect(outcomeOf(await runThere(systemd, args))).toEqual([
      'changed',
      'unit try.service at boot: disabled → enabled',
      'unit try.service: inactive → active',
    ]);
    expect(await runThere(service, args)).toMatchObject({
      status: 'ok',
      result: {
        name: 'try',
        enabled: true,
        state: 'started',
        status: { ActiveState: 'active', UnitFileState: 'enabled' },
      },
    });
  });

  test('restart and reload each time', async () => {
    expect(outcomeOf(await runThere(service, { name: 'try', state: 'restarted' }))).toEqual([
      'changed',
      'unit try.service: active → restarted',
    ]);
    expect(outcomeOf(await runThere(service, { name: 'try', state: 'reloaded' }))).toEqual([
      'changed',
      'unit try.service: active → reloaded',
    ]);
    expect(outcomeOf(await runThere(service, { name: 'try', state: 'restarted', sleep: 1 }))).toEqual([
      'changed',
      'unit try.service: active → restarted',
    ]);
  });

  // systemd considers a reload of nginx done once the signal is sent; a long configuration shows what nginx serves until it has read it.
  test('finish a reload only when the service uses its new configuration', async () => {
    await sh(`command -v nginx || { apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -qy install nginx-light; }
rm -f /etc/nginx/sites-enabled/*
{ echo 'map_hash_max_size 400000; map $uri $x {'; seq -f '/%.0f y;' 100000; echo '}'; } >/etc/nginx/conf.d/long.conf
echo 'server { listen 127.0.0.1:8099; return 204; }' >/etc/nginx/conf.d/try.conf
systemctl restart nginx; sed -i s/204/205/ /etc/nginx/conf.d/try.conf`);

    expect(outcomeOf(await runThere(systemd, { name: 'nginx', state: 'reloaded' }))).toEqual([
      'changed',
      'unit nginx.service: active → reloaded',
    ]);

    const asks =
      'for i in $(seq 40); do curl -s -o /dev/null -w "%{http_code}\\n" http://127.0.0.1:8099/; done | sort -u';
    expect(await said(`command -v curl >/dev/null || apt-get -qy install curl >/dev/null; ${asks}`)).toBe('205');
    await sh('systemctl stop nginx');
  });

  test('restart a service that is older than its configuration, once', async () => {
    const args = { name: 'try', state: 'started', restart_when_stale: true, config: ['/etc/try', '/etc/nowhere'] };
    await runThere(systemd, { name: 'try', state: 'restarted' });
    expect(outcomeOf(await runThere(systemd, args))).toEqual(['ok']);

    await sh('sleep 0.1; cp -p /etc/hostname /etc/try/old.conf');
    expect(outcomeOf(await runThere(systemd, args, { check: true }))).toEqual([
      'changed',
      expect.stringMatching(/^unit try.service: older than \/etc\/try(\/old.conf)? → restarted$/),
    ]);
    expect(await runThere(systemd, args)).toMatchObject({
      status: 'changed',
      warnings: ['missing configuration: /etc/nowhere'],
    });
    expect(outcomeOf(await runThere(systemd, args))).toEqual(['ok']);

    await sh('sleep 0.1; ln -sf /etc/hosts /etc/try/link.conf');
    expect(outcomeOf(await runThere(systemd, args))).toEqual(['changed', expect.anything()]);
    expect((await runThere(systemd, args)).status).toBe('ok');
  });

  // Once in seven runs the reload with `state: started` failed, for a reason that was not recorded then.
  test('reload the manager only if files have changed', { retry: 1 }, async () => {
    expect(outcomeOf(await runThere(systemd, { daemon_reload: true }))).toEqual(['ok']);
    await sh(
      'mkdir -p /etc/systemd/system/try.service.d; printf "[Service]\\nNice=5\\n" > /etc/systemd/system/try.service.d/nice.conf',
    );

    expect(outcomeOf(await runThere(systemd, { daemon_reload: true }))).toEqual([
      'changed',
      expect.stringMatching(/^systemd: has not read .*\/try.service.d\/nice.conf.* → has read its units$/),
    ]);
    expect(outcomeOf(await runThere(systemd, { daemon_reload: true }))).toEqual(['ok']);

    await sh('echo >> /etc/systemd/system/try.service.d/nice.conf');
    expect(await runThere(systemd, { name: 'try', state: 'started' })).toMatchObject({
      status: 'ok',
      warnings: [expect.stringContaining('daemon_reload: true')],
    });
    expect(await runThere(systemd, { name: 'try', state: 'started', daemon_reload: true })).toMatchObject({
      status: 'changed',
    });
    expect(await runThere(systemd, { name: 'try', state: 'started', daemon_reload: true })).toMatchObject({
      status: 'ok',
      warnings: [],
    });
  });

  test('start a oneshot unit each time', async () => {
    expect(outcomeOf(await runThere(systemd, { name: 'try-once', state: 'started' }))).toEqual([
      'changed',
      'unit try-once.service: inactive → active',
    ]);
  });

  test('fail for a service that does not stay up', async () => {
    await sh('sleep 0.2');
    const ended = await runThere(systemd, { name: 'try-broken', state: 'started' });

    expect(['failed', 'changed']).toContain(ended.status);
    await sh('sleep 0.5');
    expect(outcomeOf(await runThere(systemd, { name: 'try-broken', state: 'stopped' }))).toEqual(['ok']);
  });

  test('mask units, and refuse to start a masked one', async () => {
    await sh('mv /etc/systemd/system/try.service /lib/systemd/system/try.service; systemctl daemon-reload');

    expect(outcomeOf(await runThere(systemd, { name: 'try', masked: true, state: 'stopped' }))).toEqual([
      'changed',
      'unit try.service: unmasked → masked',
      'unit try.service: active → inactive',
    ]);
    expect(outcomeOf(await runThere(systemd, { name: 'try', masked: true }))).toEqual(['ok']);
    expect(outcomeOf(await runThere(systemd, { name: 'try', state: 'started' }))).toEqual([
      'failed',
      'Failed to start try.service: unit is masked',
    ]);
    expect((await runThere(systemd, { name: 'try', masked: false, state: 'started' })).status).toBe('changed');
    expect((await runThere(systemd, { name: 'try', masked: false, state: 'started' })).status).toBe('ok');
  });

  test('report a missing unit', async () => {
    expect(outcomeOf(await runThere(systemd, { name: 'nosuch', state: 'started' }))).toEqual([
      'failed',
      'Could not find the requested service nosuch: host',
    ]);
  });

  test('treat static units as enabled', async () => {
    expect(outcomeOf(await runThere(systemd, { name: 'systemd-journald', enabled: true, state: 'started' }))).toEqual([
      'ok',
    ]);
  });

  test('treat units that a generator enables as enabled', async () => {
    await sh(`mkdir -p /etc/systemd/system-generators; cat > /etc/systemd/system-generators/try <<'END'
#!/bin/sh
mkdir -p "$1/multi-user.target.wants"
ln -s /etc/systemd/system/try@.service "$1/multi-user.target.wants/try@made.service"
END
chmod +x /etc/systemd/system-generators/try; systemctl daemon-reload`);

    expect(outcomeOf(await runThere(systemd, { name: 'try@made', enabled: true }))).toEqual(['ok']);
    expect(outcomeOf(await runThere(systemd, { name: 'try@made', enabled: false }))).toMatchObject([
      'failed',
      expect.stringContaining('/run/systemd/generator/multi-user.target.wants/try@made.service'),
    ]);

    await sh('rm /etc/systemd/system-generators/try; systemctl daemon-reload');
    expect(outcomeOf(await runThere(systemd, { name: 'try@made', enabled: false }))).toEqual(['ok']);
  });

  test('handle timers, templates and aliases', async () => {
    expect(outcomeOf(await runThere(systemd, { name: 'try-once.timer', enabled: true, state: 'started' }))).toEqual([
      'changed',
      'unit try-once.timer at boot: disabled → enabled',
      'unit try-once.timer: inactive → active',
    ]);
    expect(outcomeOf(await runThere(systemd, { name: 'try@a', enabled: true }))).toEqual([
      'changed',
      'unit try@a.service at boot: disabled → enabled',
    ]);
    expect(outcomeOf(await runThere(systemd, { name: 'try@a', enabled: true }))).toEqual(['ok']);
    expect(outcomeOf(await runThere(systemd, { name: 'try@a', enabled: false }))).toEqual([
      'changed',
      'unit try@a.service at boot: enabled → disabled',
    ]);
  });

  test('restart a service that listens elsewhere, and report where', async () => {
    await sh(
      'echo WHERE=0.0.0.0:2299 >/etc/try/where; systemctl restart try-port; sleep 0.5; echo WHERE=127.0.0.1:2299 >/etc/try/where',
    );
    const args = { name: 'try-port', state: 'started', listens: ['127.0.0.1:2299'] };

    const checked = await runThere(systemd, args, { check: true });
    const ran = await runThere(systemd, args);

    expect(outcomeOf(checked)).toEqual(outcomeOf(ran));
    expect(outcomeOf(ran)).toEqual(['changed', 'unit try-port.service listens on: 0.0.0.0:2299 → 127.0.0.1:2299']);
    expect(outcomeOf(await runThere(systemd, args))).toEqual(['ok']);
    expect(outcomeOf(await runThere(systemd, { ...args, listens: ['127.0.0.1:2298'] }))).toEqual([
      'failed',
      expect.any(String),
      'did not converge: still differs after the change: unit try-port.service listens on: absent → 127.0.0.1:2298',
    ]);
  });
});
