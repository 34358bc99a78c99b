import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { labHost } from '../../src/lab/index.ts';
import { packageRoot, state } from '../../src/lab/paths.ts';
import { on } from './in-lab.ts';

const host = 'timed';

const PLAYBOOK =
  '- hosts: all\n  gather_facts: false\n  tasks:\n    - copy: {dest: /etc/nightly.conf, content: "x\\n"}\n';
const CALL = "cd /root/infra; run='/opt/retrace/node /opt/retrace/dist/run.cjs'";
const AUDIT = '$run audit site.yaml -i here, -c local';

/** The host is an operator's machine: it has Node and this program. */
beforeAll(async () => {
  await labHost(host);
  const place = join(state('hosts', host, 'root'), 'opt', 'retrace');
  mkdirSync(place, { recursive: true });
  cpSync(process.execPath, join(place, 'node'));
  cpSync(join(packageRoot(), 'dist'), join(place, 'dist'), { recursive: true });
  cpSync(join(packageRoot(), 'package.json'), join(place, 'package.json'));
  await on(
    host,
    `rm -rf /root/infra /root/.local /var/lib/mails /etc/systemd/system/retrace-audit* /etc/retrace; mkdir -p /root/infra; cat >/root/infra/site.yaml
printf '#!/bin/sh\\n{ echo "to $*"; cat; } >>/var/lib/mails\\n' >/usr/sbin/sendmail; chmod 755 /usr/sbin/sendmail; echo x >/etc/nightly.conf`,
    PLAYBOOK,
  );
}, 240_000);

describe('run audit --install-timer', () => {
  test('installs a timer that is valid, once; its audit mails what is new, once; and it can be removed', async () => {
    const install = `${CALL}; ${AUDIT} --install-timer --mail-to root`;
    expect(await on(host, install)).toMatch(/\.timer: enabled\n$/);
    expect(await on(host, install)).toMatch(/^retrace-audit-site-\w+\.timer: .*nothing was changed\n$/);
    expect(
      await on(
        host,
        'systemd-analyze verify --man=no /etc/systemd/system/retrace-audit-*; stat -c %a /etc/retrace/*; systemctl list-timers --no-pager | grep -c retrace',
      ),
    ).toBe('600\n1\n');

    const mails = (tamper: string): Promise<string> =>
      on(
        host,
        `${tamper}; systemctl start "$(cd /etc/systemd/system; echo retrace-audit-*.service)"; cat /var/lib/mails 2>/dev/null || :`,
      );
    expect(await mails(':')).toBe('');
    const first = await mails('echo tampered >/etc/nightly.conf');
    expect(first).toMatch(/^to -i -- root\nTo: root\nSubject: /);
    expect(first).toMatch(/ here: copy \/etc\/nightly\.conf: content: .*\n/);
    expect(await mails(':')).toBe(first);

    expect(await on(host, `${CALL}; ${AUDIT} --remove-timer`)).toMatch(/\.timer: removed\n$/);
    expect(
      await on(
        host,
        'ls -d /etc/systemd/system/retrace-audit* /etc/systemd/system/timers.target.wants/retrace* /etc/retrace/* 2>/dev/null || :',
      ),
    ).toBe('');
  });
});
