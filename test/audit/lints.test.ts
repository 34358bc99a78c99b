import { describe, expect, test } from 'vitest';
import { endingCertificates } from '../../src/audit/lints/certificates.ts';
import { clonesBehind, unpushedCommits } from '../../src/audit/lints/clones.ts';
import { newerConfiguration } from '../../src/audit/lints/configuration.ts';
import { danglingLinks } from '../../src/audit/lints/links.ts';
import type { LintContext, LintFinding, Unread } from '../../src/audit/lints/lint.ts';
import { halfPackages, heldPackages } from '../../src/audit/lints/packages.ts';
import { readLints } from '../../src/audit/lints/read-lints.ts';
import { twoDefaultRoutes } from '../../src/audit/lints/routes.ts';
import { oldSnapshots } from '../../src/audit/lints/snapshots.ts';
import { missingUnits } from '../../src/audit/lints/units.ts';
import { nextAuditAfter } from '../../src/audit/next-audit.ts';
import { type Parts, readParts } from '../../src/core/facts/parts.ts';

const now = new Date('2026-11-30T20:00:00Z');
const seconds = now.getTime() / 1000;
const context: LintContext = { now, nextAudit: new Date('2026-12-01T22:00:00Z'), isManaged: () => false };

/** The output of a host: rows of words become lines with unit separators. */
const parts = (told: Readonly<Record<string, readonly (string | readonly (string | number)[])[]>>): Parts =>
  readParts(
    Object.entries(told)
      .map(
        ([name, rows]) =>
          `\x1e${name}\n${rows.map((row) => (typeof row === 'string' ? row : row.join('\x1f'))).join('\n')}\n`,
      )
      .join(''),
  );

const subjects = (found: readonly (LintFinding | Unread)[]): readonly string[] => found.map(({ subject }) => subject);

describe('links into a clone', () => {
  test.each([
    ['in a clone', ['/etc/a', '/opt/c/a', '/opt/c', ''], true],
    ['where clones lie, and this one is gone', ['/etc/a', '/srv/c/a', '', ''], true],
    ['what programs leave in a home', ['/root/.lock', '/root/host.123', '', ''], false],
    ["in a place that is Debian's", ['/etc/alternatives/x.1.gz', '/usr/share/man/man1/x.1.gz', '', ''], false],
  ])('%s', (_, row, isTold) => {
    expect(subjects(danglingLinks(parts({ links: [row] })))).toEqual(isTold ? ['/etc/a'] : []);
  });
});

describe('units that do not exist', () => {
  const told = (key: string, names: readonly string[], missing: readonly (readonly string[])[]) =>
    subjects(
      missingUnits(
        parts({ named: names.map((name) => ['a.service', 1, key, name, name]), missing, units: ['x.service'] }),
      ),
    );

  test.each([
    ['a needed one', 'Requires', ['b.service'], [['b.service', '']], true],
    ['a needed one that Debian names, too', 'OnFailure', ['b.service'], [['b.service', '/usr/lib/x.service']], true],
    ['an order after nothing', 'After', ['network.target', 'b.service'], [['b.service', '']], true],
    ["one that Debian's units name, too", 'After', ['b.service'], [['b.service', '/usr/lib/x.service']], false],
    ['one of several that may be there', 'After', ['b.service', 'c.service'], [['b.service', '']], false],
    ['a mount that is not mounted', 'After', ['data.mount'], [['data.mount', '']], false],
    ['none', 'Requires', ['b.service'], [], false],
  ])('%s', (_, key, names, missing, isTold) => {
    expect(told(key, names, missing)).toEqual(isTold ? ['/etc/systemd/system/a.service: b.service'] : []);
  });

  test('a near name of the same type is suggested, and nothing else', () => {
    const remedies = missingUnits(
      parts({
        named: [
          ['a.service', 1, 'After', 'ngnix.service', 'ngnix.service'],
          ['a.service', 2, 'OnFailure', 'nobody.service', 'nobody.service'],
        ],
        missing: [
          ['ngnix.service', ''],
          ['nobody.service', ''],
        ],
        units: ['nginx.service', 'kmod.service', 'nobody.timer'],
      }),
    ).map(({ remedy }) => remedy);

    expect(remedies).toEqual(['correct the name: is nginx.service meant?', 'correct the name, or install the unit']);
  });
});

describe('configuration newer than its process', () => {
  const [began, later] = ['Mon 2026-11-30 10:00:00 UTC', 'Mon 2026-11-30 12:00:00 UTC'];
  const at = (time: string): number => Date.parse(`2026-11-30T${time}Z`) / 1000;

  test.each([
    ['a later change', [began, began, 0, '/etc/a', at('11:00:00'), at('09:00:00')], true],
    ['a link that was changed later', [began, began, 0, '/etc/a', at('09:00:00'), at('11:00:00')], true],
    ['an earlier change', [began, began, 0, '/etc/a', at('09:00:00'), at('09:00:00')], false],
    ['within the same second', [began, began, 0, '/etc/a', at('10:00:01'), at('09:00:00')], false],
    ['reloaded since', [began, later, 0, '/etc/a', at('11:00:00'), at('09:00:00')], false],
    ['a worker that began after it', [began, began, 400_000, '/etc/a', at('11:00:00'), at('09:00:00')], false],
    ['a service whose start is unknown', ['', '', 0, '/etc/a', at('11:00:00'), at('09:00:00')], false],
  ])('%s', (_, row, isTold) => {
    expect(subjects(newerConfiguration(parts({ files: [['a.service', ...row]] })))).toEqual(
      isTold ? ['a.service'] : [],
    );
  });
});

describe('two default routes', () => {
  const eni = (...more: readonly string[]) => [
    'auto eth0',
    'iface eth0 inet static',
    '  address 10.0.0.2/24',
    '  gateway 10.0.0.1',
    ...more,
  ];

  test.each([
    ['one', { IPv4: ['default via 10.0.0.1 dev eth0 onlink'] }, []],
    ['two of the same metric', { IPv4: ['default via 10.0.0.1 dev eth0', 'default via 10.1.0.1 dev eth1'] }, ['IPv4']],
    [
      'a spare one',
      { IPv4: ['default via 10.0.0.1 dev eth0 metric 100', 'default via 10.1.0.1 dev eth1 metric 200'] },
      [],
    ],
    [
      'hops of IPv6',
      { IPv6: ['default proto static metric 1024 \\\tnexthop via fe80::1 dev eth0 \\\tnexthop via fe80::1 dev eth1'] },
      ['IPv6'],
    ],
    [
      'hops of IPv4, which somebody wrote',
      { IPv4: ['default \\\tnexthop via 10.0.0.1 dev a weight 1 \\\tnexthop via 10.1.0.1 dev b weight 1'] },
      [],
    ],
    [
      'routers that announce themselves',
      { IPv6: ['default via fe80::1 dev a proto ra metric 1', 'default via fe80::2 dev a proto ra metric 1'] },
      [],
    ],
    [
      'two in the configuration',
      { interfaces: eni('allow-hotplug eth1', 'iface eth1 inet static', '  gateway 10.1.0.1') },
      ['IPv4'],
    ],
    [
      'one with a metric',
      { interfaces: eni('auto eth1', 'iface eth1 inet static', '  gateway 10.1.0.1', '  metric 5') },
      [],
    ],
    ['one that is not brought up', { interfaces: eni('iface eth1 inet static', '  gateway 10.1.0.1') }, []],
    ['one of each family', { interfaces: eni('iface eth0 inet6 static', '  gateway fe80::1') }, []],
    ['a comment', { interfaces: eni('auto eth1', 'iface eth1 inet static', '# gateway 10.1.0.1') }, []],
  ])('%s', (_, told, expected) => {
    expect(subjects(twoDefaultRoutes(parts(told)))).toEqual(expected);
  });
});

describe('packages', () => {
  const list = (...rows: readonly string[]) => parts({ packages: rows.map((row) => row.replaceAll(' ', '\t')) });

  test('a hold is told, unless a task made it', () => {
    const held = list('hold installed ok tree 1.0');

    expect(subjects(heldPackages(held, context))).toEqual(['tree']);
    expect(heldPackages(held, { ...context, isManaged: ({ mention }) => mention === 'tree' })).toEqual([]);
  });

  test('what is half done is told, but not while dpkg is at work', () => {
    const half = ['install half-configured ok a 1', 'install installed reinstreq b 1'];

    expect(subjects(halfPackages(list(...half)))).toEqual(['a', 'b']);
    expect(
      halfPackages(parts({ packages: half.map((row) => row.replaceAll(' ', '\t')), busy: ['/var/lib/dpkg/lock'] })),
    ).toEqual([{ subject: '', unknown: expect.stringContaining('dpkg is at work') }]);
  });
});

describe('clones', () => {
  const clone = (error: string, ahead: number, tip: string, behind: string) =>
    parts({ clones: [['/opt/c', 'origin/main', error, ahead, tip, behind, '"fix" by root on 2026-11-29']] });

  test('commits that nobody pushed are told', () => {
    expect(unpushedCommits(clone('', 2, 'abc', '0'))[0]).toMatchObject({
      subject: '/opt/c',
      reason: '2 commits that nobody pushed to origin/main, the last "fix" by root on 2026-11-29',
    });
    expect(unpushedCommits(clone('', 0, 'abc', '0'))).toEqual([]);
  });

  test.each([
    ['the same commit', clone('', 0, 'abc', '0'), []],
    [
      'known commits',
      clone('', 0, 'abcdef0123456', '3'),
      ['behind: origin/main is at abcdef0123, 3 commits ahead of it'],
    ],
    ['unknown ones', clone('', 0, 'abcdef0123456', '?'), ['behind: origin/main is at abcdef0123']],
  ])('behind: %s', (_, told, reasons) => {
    expect(clonesBehind(told, context).map((one) => ('reason' in one ? one.reason : one.unknown))).toEqual(reasons);
  });

  test('a remote that cannot be asked is unknown, and its password is not told', () => {
    const told = clonesBehind(clone("fatal: unable to access 'https://u:s3cret@host/x'", 0, '', '0'), context);

    expect(told).toEqual([{ subject: '/opt/c', unknown: expect.stringContaining("'https://host/x'") }]);
  });

  test('a clone that a task manages is left to it', () => {
    const isManaged: LintContext['isManaged'] = ({ subjects: sets }) => sets.flat().includes('entry:/opt/c');

    expect(clonesBehind(clone('', 0, 'abc', '3'), { ...context, isManaged })).toEqual([]);
  });
});

describe('snapshots and their policy', () => {
  const POLICY = [
    '[tank/data]',
    '  use_template = prod',
    '  recursive = yes',
    '[tank/data/scratch]',
    '  use_template = none',
    '[template_prod]',
    '  hourly = 24',
    '  daily = 3',
    '  autosnap = yes # always',
    '  autoprune = yes',
    '[template_none]',
    '  autosnap = no',
    '  autoprune = no',
  ];
  const day = 86_400;
  const told = (snapshots: readonly (readonly [name: string, age: number])[], policies = POLICY) =>
    oldSnapshots(
      parts({
        defaults: ['[template_default]', 'hourly = 48', 'autosnap = no', 'daily_crit = 32h'],
        policies,
        made: [
          ...['tank', 'tank/data', 'tank/data/a', 'tank/data/scratch', 'other'].map((name) => [
            name,
            seconds - 400 * day,
          ]),
          ...snapshots.map(([name, age]) => [name, seconds - age]),
        ],
      }),
      context,
    );
  const fresh = (dataset: string): readonly (readonly [string, number])[] => [
    [`${dataset}@autosnap_x_hourly`, 1800],
    [`${dataset}@autosnap_x_daily`, day / 2],
    [`${dataset}@byhand`, 300 * day],
  ];

  test('nothing is told where all is as the policy has it', () => {
    expect(told([...fresh('tank/data'), ...fresh('tank/data/a')])).toEqual([]);
  });

  test('a newest snapshot that is too old, also in a child; none at all', () => {
    const stale = fresh('tank/data/a').map(([name, age]) => [name.replace('hourly', 'yearly'), age] as const);

    expect(subjects(told([...fresh('tank/data'), ...stale]))).toEqual(['tank/data/a (hourly)']);
    expect(
      told([...fresh('tank/data'), ['tank/data/a@autosnap_x_hourly', 7 * 3600], ['tank/data/a@autosnap_x_daily', 1]]),
    ).toEqual([
      expect.objectContaining({
        reason: 'its newest snapshot is of 2026-11-30 13:00:00 UTC; the policy demands one every 6 hours',
      }),
    ]);
  });

  test('snapshots that should have been removed, but not one that is only a little late', () => {
    const dailies = (ages: readonly number[]) => [
      ...fresh('tank/data'),
      ...fresh('tank/data/a'),
      ...ages.map((age) => ['tank/data@autosnap_x_daily', age * day] as const),
    ];

    expect(told(dailies([1, 2, 3, 3.5]))).toEqual([]);
    expect(told(dailies([1, 2, 3, 9, 30]))).toEqual([
      expect.objectContaining({
        subject: 'tank/data (daily)',
        reason: '2 snapshots are older than the policy keeps them (3); the oldest is of 2026-10-31 20:00:00 UTC',
      }),
    ]);
  });

  test('where pruning waits for space, nothing is late', () => {
    const policies = [
      ...POLICY,
      '[template_prod]',
      'daily = 3',
      'hourly = 24',
      'autosnap = yes',
      'autoprune = yes',
      'prune_defer = 60',
    ];

    expect(
      told([...fresh('tank/data'), ...fresh('tank/data/a'), ['tank/data@autosnap_x_daily', 30 * day]], policies),
    ).toEqual([]);
  });
});

describe('what a host cannot tell', () => {
  const answer = (code: number, stdout: string, stderr = '', timedOut = false) => ({ code, stdout, stderr, timedOut });
  const kinds = (told: ReturnType<typeof answer>) => {
    const { findings, looked } = readLints('web1', { packages: told }, context);
    return { kinds: findings.map(({ kind, reason }) => `${kind}: ${reason}`), looked: looked.includes('held-package') };
  };

  test('nothing is said about what is not installed', () => {
    expect(kinds(answer(127, ''))).toEqual({ kinds: [], looked: true });
  });

  test.each([
    [
      'what may not be read',
      answer(0, '\x1epackages\n\x1eend\n', 'cat: /var/x: Permission denied'),
      'permission denied',
    ],
    ['half an answer', answer(1, '\x1epackages\n'), 'only a part'],
    ['a host that is too slow', answer(1, '\x1epackages\n', '', true), 'took too long'],
  ])('%s is unknown, with the reason, and ends no earlier finding', (_, told, reason) => {
    const { kinds: found, looked } = kinds(told);

    expect(looked).toBe(false);
    expect(found).toEqual([expect.stringContaining(reason), expect.stringContaining(reason)]);
    expect(found[0]).toMatch(/^unknown: /);
  });
});

test('a text that is no certificate is unknown', () => {
  expect(endingCertificates(parts({ '/etc/x.pem': ['nothing'] }), context)).toEqual([
    { subject: '/etc/x.pem', unknown: 'it is no certificate that can be read' },
  ]);
});

test.each([
  ['without a history, in a day', [], 26],
  ['audits every hour', ['2026-11-30T18:00:00Z', '2026-11-30T19:00:00Z'], 26],
  [
    'audits every week, and one by hand',
    ['2026-11-09T20:00:00Z', '2026-11-16T20:00:00Z', '2026-11-23T20:00:00Z', '2026-11-30T19:00:00Z'],
    7 * 24 + 2,
  ],
])('the next audit: %s', (_, starts, hours) => {
  const audits = starts.map((startedAt) => ({ startedAt, drift: 0, lint: 0, unknown: 0, failed: 0, exitCode: 0 }));

  expect((nextAuditAfter(now.getTime(), audits).getTime() - now.getTime()) / 3_600_000).toBe(hours);
});
