import { describe, expect, test } from 'vitest';
import type { HostFinding } from '../../src/audit/finding.ts';
import { traceQuestion, tracesOf } from '../../src/audit/traces/find-traces.ts';
import { commandsIn, namesPath } from '../../src/audit/traces/journal.ts';

const at = 1_764_533_000;

const finding = (more: Partial<HostFinding>): HostFinding => ({
  id: 'aaaaaaaaaa',
  kind: 'drift',
  host: 'web1',
  task: { name: 'a', type: 'copy', file: 'site.yaml', line: 1 },
  changes: [],
  order: [0, 0],
  ...more,
});

interface Told {
  readonly rows?: readonly (readonly (string | number)[])[];
  readonly apt?: string;
  readonly journal?: readonly string[];
}

/** The traces that a host's answer proves. */
function traces(more: Partial<HostFinding>, { rows = [], apt = '', journal = [] }: Told): readonly string[] {
  const one = finding(more);
  const stdout = `\x1erows\n${rows.map((row) => row.join('\x1f')).join('\n')}\n\x1eapt\n${apt}\n\x1ejournal\n${journal.join('\n')}\n\x1eend\n`;
  const found = tracesOf([one], { code: 0, stdout, stderr: '', timedOut: false }).get(one) ?? [];
  return found.map(({ how, text }) => `${how}: ${text}`);
}

const entry = (path: string, time = at): readonly (string | number)[] => [
  'entry',
  path,
  path,
  'there',
  `${time}.500000`,
];

const sudo = (from: number, to: number, command: string, pid = 7, user = 'alex'): readonly string[] => [
  `${from}.100000 web1 sudo[${pid}]:     ${user} : TTY=pts/0 ; PWD=/etc ; USER=root ; COMMAND=${command}`,
  `${from}.110000 web1 sudo[${pid}]: pam_unix(sudo:session): session opened for user root(uid=0) by ${user}(uid=1000)`,
  `${to}.900000 web1 sudo[${pid}]: pam_unix(sudo:session): session closed for user root`,
];

const subject = '/etc/a.conf';

describe('a command of sudo', () => {
  test.each([
    ['names the file, and ran when it changed', sudo(at - 60, at + 60, '/usr/bin/vim /etc/a.conf'), true],
    ['names it from its directory', sudo(at - 60, at, '/usr/bin/tee a.conf'), true],
    ['has it in a script', sudo(at - 1, at, "/bin/sh -c 'echo x >/etc/a.conf'"), true],
    ['names it with an option', sudo(at - 1, at, '/usr/bin/install --target=/etc/a.conf x'), true],
    ['ended before', sudo(at - 60, at - 30, '/usr/bin/vim /etc/a.conf'), false],
    ['began later', sudo(at + 1, at + 60, '/usr/bin/vim /etc/a.conf'), false],
    ['names another file', sudo(at - 60, at + 60, '/usr/bin/vim /etc/a.conf.bak'), false],
    ['names the directory', sudo(at - 60, at + 60, '/usr/bin/cp -r . /etc'), false],
    ['only reads it', sudo(at - 60, at + 60, '/usr/bin/less /etc/a.conf'), false],
    ['is a shell', sudo(at - 60, at + 60, '/bin/bash'), false],
    [
      'is one of two that may have done it',
      [
        ...sudo(at - 60, at + 60, '/usr/bin/vim /etc/a.conf'),
        ...sudo(at - 5, at + 5, '/usr/bin/vim /etc/a.conf', 8, 'sam'),
      ],
      false,
    ],
  ])('%s', (_, journal, isProven) => {
    expect(traces({ subject }, { rows: [entry(subject)], journal }).length).toBe(isProven ? 1 : 0);
  });

  test('is told with its user, but not with what looks like a secret', () => {
    const journal = sudo(at - 1, at + 1, "/usr/bin/sh -c 'echo password=hunter2hunter2 >/etc/a.conf'");

    expect(traces({ subject }, { rows: [entry(subject)], journal })).toEqual(['sudo: alex: sudo /usr/bin/sh …']);
  });

  test('without a line about its end, has ended soon', () => {
    const [begun = ''] = sudo(at - 60, at, '/usr/bin/vim /etc/a.conf');

    expect(traces({ subject }, { rows: [entry(subject)], journal: [begun] })).toEqual([]);
  });
});

test("cron's session belongs to the parent of its command", () => {
  const [ran] = commandsIn([
    `${at}.000000 web1 CRON[20]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)`,
    `${at}.100000 web1 CRON[21]: (root) CMD (  echo z >/etc/a.conf)`,
    `${at + 40}.000000 web1 CRON[20]: pam_unix(cron:session): session closed for user root`,
  ]);

  expect(ran).toMatchObject({ how: 'cron', user: 'root', from: at + 0.1, to: at + 40 });
  expect(ran !== undefined && namesPath(ran, '/etc/a.conf')).toBe(true);
});

describe('dpkg', () => {
  const owner = ['owner', subject, 'pkg'];
  const log = (time: number): readonly (readonly (string | number)[])[] => [
    ['dpkg', 'pkg', time - 5, 'upgrade pkg:amd64 1 2'],
    ['dpkg', 'pkg', time, 'configure pkg:amd64 2 <none>'],
    ['dpkg', 'pkg', time, 'status installed pkg:amd64 2'],
  ];
  const apt = `Start-Date: ${at - 20}\nCommandline: apt upgrade\nRequested-By: alex (1000)\nUpgrade: lib:amd64 (1, 2), pkg:amd64 (1, 2)\nEnd-Date: ${at + 5}`;

  test.each([
    [
      'was at work on the package of the file',
      [owner, ...log(at)],
      apt,
      ['apt: alex: apt upgrade (dpkg: configure pkg)'],
    ],
    ['without apt', [owner, ...log(at)], '', ['dpkg: dpkg: configure pkg']],
    [
      'apt was at work on other packages',
      [owner, ...log(at)],
      apt.replace('pkg:', 'other:'),
      ['dpkg: dpkg: configure pkg'],
    ],
    ['long before', [owner, ...log(at - 600)], apt, []],
    ['on a package that does not have the file', log(at), apt, []],
  ])('%s', (_, rows, history, expected) => {
    expect(traces({ subject }, { rows: [entry(subject), ...rows], apt: history })).toEqual(expected);
  });

  test('tells who removed a package', () => {
    const rows = [
      ['dpkg', 'tree', at, 'remove tree:amd64 2 <none>'],
      ['dpkg', 'tree', at, 'status not-installed tree:amd64 <none>'],
    ];
    const history = `Start-Date: ${at - 2}\nCommandline: apt remove tree\nRemove: tree:amd64 (2)\nEnd-Date: ${at + 1}`;
    const changes = [{ what: 'package tree', from: null, to: '2' }];

    expect(traces({ subject: 'tree', changes }, { rows, apt: history })).toEqual([
      'apt: apt remove tree (dpkg: remove tree)',
    ]);
  });
});

describe('a clone', () => {
  const moved = (time: number) => ['moved', subject, '/opt/c', `Alex <a@x> ${time} +0100`, 'pull: Fast-forward'];

  test.each([
    ['brought the content just then', at + 1, ['clone: Alex in /opt/c: git pull: Fast-forward']],
    ['was moved long before', at - 100, []],
    ['was moved long after', at + 100, []],
  ])('%s', (_, time, expected) => {
    expect(traces({ subject }, { rows: [entry(subject), moved(time)] })).toEqual(expected);
  });
});

describe('etckeeper', () => {
  const rows = (time: number, before: number, text: string) => [
    entry(subject),
    ['etckeeper', subject, time, 'abc1234', 'Alex', text],
    ['before', subject, before],
  ];

  test.each([
    [
      'has the first commit after the change',
      rows(at + 100, at - 100, 'raise the limit'),
      ['etckeeper: Alex committed abc1234: raise the limit'],
    ],
    ['had a commit in between', rows(at + 100, at + 50, 'raise the limit'), []],
    ['committed every day', rows(at + 100, at - 100, 'daily autocommit'), []],
    ['committed before the change', rows(at - 50, at - 100, 'raise the limit'), []],
  ])('%s', (_, told, expected) => {
    expect(traces({ subject }, { rows: told })).toEqual(expected);
  });
});

describe('a unit', () => {
  const changes = [{ what: 'unit a.service', from: 'inactive', to: 'active' }];
  const line = (time: number, message: object): string =>
    JSON.stringify({ __REALTIME_TIMESTAMP: `${time}000000`, ...message });
  const stopped = line(at, { MESSAGE: 'Stopped a.service.', JOB_TYPE: 'stop', JOB_RESULT: 'done' });
  const unit = (state: string, ...lines: readonly string[]) => [['unit', 'a.service', state, lines.join('\x1d')]];

  test.each([
    ['that a job stopped', unit('inactive', stopped), [], ['systemd: stopped by a job of systemd']],
    [
      'that somebody stopped',
      unit('inactive', stopped),
      sudo(at - 1, at, '/usr/bin/systemctl stop a'),
      ['sudo: alex: sudo /usr/bin/systemctl stop a', 'systemd: stopped by a job of systemd'],
    ],
    [
      'that was killed',
      unit('failed', line(at, { MESSAGE: 'a.service: Main process exited, code=killed, status=9/KILL' })),
      [],
      ['systemd: a.service: Main process exited, code=killed, status=9/KILL'],
    ],
    ['that runs', unit('active', stopped), [], []],
    [
      'that was started later',
      unit('inactive', stopped, line(at + 9, { MESSAGE: 'Started a.service.', JOB_TYPE: 'start', JOB_RESULT: 'done' })),
      [],
      [],
    ],
  ])('%s', (_, rows, journal, expected) => {
    expect(traces({ subject: 'a', changes }, { rows, journal })).toEqual(expected);
  });
});

test('a finding about nothing that leaves traces is not asked about', () => {
  expect(
    traceQuestion([finding({ subject: 'a line', changes: [{ what: 'line', from: null, to: 'x' }] })]),
  ).toBeUndefined();
});
