import type { Audit, Finding, FindingKind, PastAudit, Seen } from '../../src/audit/finding.ts';
import type { HostSummary, ReportedChange } from '../../src/core/event.ts';

/** How often each outcome occurred on a host where `ok` tasks were in order. */
export const inOrder = (ok: number): HostSummary => ({
  ok,
  changed: 0,
  unreachable: 0,
  failed: 0,
  skipped: 3,
  rescued: 0,
  ignored: 0,
  unknown: 0,
  unless: 0,
});

/** A finding with what matters to a test. */
export function finding(kind: FindingKind, name: string, more: Partial<Finding> = {}): Finding {
  return {
    id: [...name]
      .reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 0xffffffffff, 7)
      .toString(16)
      .padStart(10, '0'),
    kind,
    task: { name, type: 'copy', file: 'playbooks/site.yaml', line: 12 },
    changes: [],
    hosts: ['off1'],
    ...more,
  };
}

/** A change from one value to another. */
export const change = (what: string, from: string | null, to: string | null, diff?: ReportedChange['diff']) => ({
  what,
  from,
  to,
  ...(diff !== undefined && { diff }),
});

/** An audit without findings. */
export const calm = (more: Partial<Audit> = {}): Audit => ({
  startedAt: '2026-11-30T04:00:07.000Z',
  version: '0.1.0',
  playbooks: ['playbooks/off1-proxy.yaml'],
  hosts: { off1: inOrder(64), off2: inOrder(61), proxy: inOrder(88), ct100: inOrder(17) },
  findings: [],
  errors: [],
  exitCode: 0,
  ...more,
});

const seen = (firstSeen: string, times: number, cause: Seen['cause']): Seen => ({
  firstSeen: `${firstSeen}T04:00:09.000Z`,
  times,
  cause,
});

const NGINX = [
  'user www-data;',
  'worker_processes auto;',
  'pid /run/nginx.pid;',
  '',
  'events {',
  '\tworker_connections 4096;',
  '\tmulti_accept on;',
  '}',
  '',
  'http {',
  '\tserver_tokens off;',
  '\tkeepalive_timeout 65;',
  '\tclient_max_body_size 20m;',
  '\tinclude /etc/nginx/sites-enabled/*;',
  '}',
  '',
].join('\n');

const NGINX_BEFORE = NGINX.replace('4096', '768')
  .replace('\tmulti_accept on;\n', '')
  .replace('client_max_body_size 20m;', 'client_max_body_size 200m; # tmp, upload of the 2019 images');

const SANOID = '[zfs-hdd/off/images]\n\tuse_template = prod_data\n\trecursive = yes\n';

const past = (day: number, failed: number, drift: number, unknown: number): PastAudit => ({
  startedAt: `2026-11-${String(day).padStart(2, '0')}T04:00:05.000Z`,
  failed,
  drift,
  lint: 0,
  unknown,
  exitCode: drift > 0 ? 2 : 3,
});

/** An audit as a morning may bring it. */
export const morning: Audit = calm({
  exitCode: 4,
  history: [
    past(15, 0, 1, 1),
    past(16, 0, 1, 1),
    past(17, 0, 0, 1),
    past(18, 0, 0, 1),
    past(19, 0, 2, 1),
    past(20, 0, 2, 1),
    past(21, 1, 2, 1),
    past(22, 1, 3, 1),
    past(23, 0, 3, 1),
    past(24, 0, 3, 2),
    past(25, 0, 4, 2),
    past(26, 0, 4, 2),
    past(27, 0, 4, 2),
    past(28, 0, 4, 2),
    past(29, 0, 5, 2),
  ],
  hosts: {
    off1: inOrder(57),
    off2: inOrder(59),
    proxy: inOrder(85),
    ct100: inOrder(0),
    ct101: inOrder(17),
    ct102: inOrder(17),
  },
  findings: [
    finding('unreachable', 'gather facts', {
      task: { name: 'gather facts', type: 'setup', file: 'playbooks/off1-proxy.yaml', line: 3 },
      hosts: ['ct100'],
      reason:
        'ssh: connect to host 10.1.0.100 port 22: Connection timed out (is the container started? `pct status 100` on off1)',
      seen: { ct100: seen('2026-11-30', 1, 'drift') },
    }),
    finding('failed', 'certificates : issue the certificate', {
      task: {
        name: 'certificates : issue the certificate',
        type: 'certbot_certificate',
        step: 'S12',
        file: 'playbooks/roles/certificates/tasks/main.yaml',
        line: 41,
      },
      subject: 'images.openfoodfacts.org',
      hosts: ['proxy'],
      reason:
        'the DNS record of images.openfoodfacts.org points to 213.36.253.214, not to this host (certbot could not answer the challenge)',
      seen: { proxy: seen('2026-11-21', 10, 'drift') },
    }),
    finding('drift', 'nginx : install nginx.conf', {
      task: {
        name: 'nginx : install nginx.conf',
        type: 'copy',
        step: 'S7',
        file: 'playbooks/roles/nginx/tasks/main.yaml',
        line: 18,
      },
      subject: '/etc/nginx/nginx.conf',
      hosts: ['off1', 'off2'],
      changes: [
        change('content', '3f1b0c9a77de (1873 bytes)', '9c0d4e6655a1 (1842 bytes)', {
          before: NGINX_BEFORE,
          after: NGINX,
          beforeHeader: '/etc/nginx/nginx.conf',
        }),
        change('mode', '0664', '0644'),
      ],
      seen: { off1: seen('2026-11-24', 7, 'drift'), off2: seen('2026-11-29', 2, 'drift') },
    }),
    finding('drift', 'nginx : enable the site', {
      task: {
        name: 'nginx : enable the site',
        type: 'file',
        step: 'S8',
        file: 'playbooks/roles/nginx/tasks/main.yaml',
        line: 33,
      },
      item: 'images-off',
      subject: '/etc/nginx/sites-enabled/images-off',
      hosts: ['off2'],
      changes: [change('link', 'file', '→ ../sites-available/images-off')],
      seen: { off2: seen('2026-11-19', 12, 'drift') },
    }),
    finding('drift', 'install the packages', {
      task: { name: 'install the packages', type: 'apt', step: 'S2', file: 'playbooks/off1-proxy.yaml', line: 27 },
      subject: 'zfsutils-linux',
      hosts: ['off1'],
      changes: [change('package zfsutils-linux', '2.1.11-1+deb12u1 (held)', '2.2.7-1~bpo12+1')],
      seen: { off1: seen('2026-11-25', 6, 'intended') },
    }),
    finding('drift', 'sanoid : take snapshots', {
      task: {
        name: 'sanoid : take snapshots',
        type: 'systemd',
        step: 'S9',
        file: 'playbooks/roles/sanoid/tasks/main.yaml',
        line: 22,
      },
      subject: 'sanoid.timer',
      hosts: ['off1', 'off2'],
      changes: [change('enabled', 'disabled', 'enabled'), change('state', 'inactive', 'started')],
      seen: { off1: seen('2026-11-22', 9, 'drift'), off2: seen('2026-11-22', 9, 'drift') },
    }),
    finding('drift', 'motd', {
      task: { name: 'say which host this is', type: 'template', file: 'playbooks/off1-proxy.yaml', line: 61 },
      subject: '/etc/motd',
      hosts: ['ct101'],
      changes: [
        change('content', '41 bytes', '44 bytes', {
          before: 'Container 101 of off1.\nManaged by hand.\n',
          after: 'Container 101 of off1.\nManaged with Retrace.\n',
          beforeHeader: '/etc/motd',
        }),
      ],
      seen: { ct101: seen('2026-11-30', 1, 'new') },
    }),
    finding('drift', 'motd', {
      task: { name: 'say which host this is', type: 'template', file: 'playbooks/off1-proxy.yaml', line: 61 },
      subject: '/etc/motd',
      hosts: ['ct102'],
      changes: [
        change('content', null, '44 bytes', {
          before: '',
          after: 'Container 102 of off1.\nManaged with Retrace.\n',
          beforeHeader: '/etc/motd',
        }),
      ],
      seen: { ct102: seen('2026-11-30', 1, 'new') },
    }),
    finding('uncertain', 'reload the firewall', {
      task: {
        name: 'nftables : install the rules',
        type: 'copy',
        step: 'S5',
        file: 'playbooks/roles/nftables/tasks/main.yaml',
        line: 9,
      },
      subject: '/etc/nftables.conf',
      hosts: ['proxy'],
      changes: [change('owner', 'www-data', 'root')],
      unless: ['nftables : generate the rules'],
      seen: { proxy: seen('2026-11-24', 7, 'intended') },
    }),
    finding('unknown', 'build the mirror list', {
      task: {
        name: 'nftables : generate the rules',
        type: 'command',
        step: 'S5',
        file: 'playbooks/roles/nftables/tasks/main.yaml',
        line: 4,
      },
      hosts: ['proxy'],
      reason: 'a check does not run a command; `creates` or `proven_by` would tell whether it has work to do',
      seen: { proxy: seen('2026-11-02', 29, 'new') },
    }),
    finding('drift', 'sanoid.conf', {
      task: {
        name: 'sanoid : install sanoid.conf',
        type: 'copy',
        step: 'S9',
        file: 'playbooks/roles/sanoid/tasks/main.yaml',
        line: 12,
      },
      subject: '/etc/sanoid/sanoid.conf',
      hosts: ['off2'],
      changes: [
        change('content', '71 bytes', '66 bytes', {
          before: SANOID.replace('recursive = yes', 'recursive = no\n\tautosnap = no'),
          after: SANOID,
          beforeHeader: '/etc/sanoid/sanoid.conf',
        }),
      ],
      accepted: { why: 'off2 moves to new disks; snapshots pause until then', until: '2026-12-15', owner: 'alex' },
      seen: { off2: seen('2026-11-28', 3, 'drift') },
    }),
  ],
});

/** Hosts by the thousand, each with the same number of findings: the same everywhere, or with a diff of its own on each. */
export function many(hosts: number, findings: number, how: 'same' | 'differing'): Audit {
  const names = Array.from({ length: hosts }, (_, index) => `web${index + 1}.example.org`);
  const nth = Array.from({ length: findings }, (_, index) => index + 1);
  const found = (number: number, on: readonly string[]): Finding =>
    finding('drift', `configure part ${number}`, {
      subject: `/etc/app/part${number}.conf`,
      hosts: on,
      changes: [
        change('content', '20 bytes', '19 bytes', {
          before: `listen ${on[0]}:80\nworkers 4\n`,
          after: `listen ${on[0]}:8${number}\nworkers 4\n`,
          beforeHeader: `/etc/app/part${number}.conf`,
        }),
      ],
    });
  return calm({
    exitCode: 2,
    hosts: Object.fromEntries(names.map((name) => [name, inOrder(40)])),
    findings: nth.flatMap((number) =>
      how === 'same' ? [found(number, names)] : names.map((name) => found(number, [name])),
    ),
  });
}
