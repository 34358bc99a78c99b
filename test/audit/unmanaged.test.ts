import { describe, expect, test } from 'vitest';
import { readPaths } from '../../src/audit/at-path.ts';
import { asTasks } from '../../src/audit/unmanaged/as-tasks.ts';
import { DEBIANS_OWN, ownOf } from '../../src/audit/unmanaged/debians-own.ts';
import { readEntries } from '../../src/audit/unmanaged/entry.ts';
import { madeByPackages } from '../../src/audit/unmanaged/find/accounts.ts';
import { findUnmanaged } from '../../src/audit/unmanaged/find/index.ts';
import { secretIn } from '../../src/audit/unmanaged/secrets.ts';
import { readSurvey } from '../../src/audit/unmanaged/survey.ts';
import { unmanagedText } from '../../src/audit/unmanaged/told.ts';
import { shellAnswer } from '../../src/core/questions/shell.ts';

/** The parts of a survey, with `|` between fields as a host prints U+001F. */
const partsOf = (parts: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(parts).map(([name, text]) => [
      name,
      // dpkg's own output is separated by tabs.
      (text.includes('\t') ? text : text.replaceAll('|', '\x1f')).replaceAll('=>', '\x1d'),
    ]),
  );

const linesOf = (parts: Readonly<Record<string, string>>): readonly string[] =>
  findUnmanaged(partsOf(parts), () => false).map(({ group, name, why }) => `${group} ${name}: ${why}`);

const INSTALLED = ['openssh-server', 'ca-certificates', 'ssl-cert', 'initramfs-tools']
  .concat(['keyboard-configuration', 'console-setup'])
  .map((name) => `install\tinstalled\t${name}\t1\trequired\tno\t, \t`)
  .join('\n');

const SUM = 'd41d8cd98f00b204e9800998ecf8427e';
const OTHER = '0123456789abcdef0123456789abcdef';

const HOST = {
  installed: INSTALLED,
  release: 'VERSION_CODENAME=bookworm',
  sources: [
    '/etc/apt/sources.list|deb http://deb.debian.org/debian bookworm main',
    '/etc/apt/sources.list.d/0000sources.list|deb http://repo.example.org/debian bookworm main',
    '/etc/apt/sources.list.d/debian.sources|URIs: http://deb.debian.org/debian',
    '/etc/apt/sources.list.d/debian.sources|Suites: bookworm bookworm-backports',
  ].join('\n'),
  sums: [
    `${SUM}  /etc/profile`,
    `${SUM}  /usr/share/base-files/profile`,
    `${SUM}  /etc/motd`,
    `${SUM}  /usr/share/base-files/motd`,
    `${SUM}  /etc/inputrc`,
    `${SUM}  /usr/share/readline/inputrc`,
    '7f4739eb8858d231601a5ed144099ac8  /etc/python3/debian_config',
    'd013c6de91b961753d4ba901347aa6c8  /etc/networks',
    'd0cfb796d371b0182cd39d589b1c1ce3  /etc/hosts.allow',
    '208d7a7756d6daa71111bb0296f4ce6a  /etc/hosts.deny',
    `${SUM}  /etc/ucf-same`,
    `${OTHER}  /etc/ucf-changed`,
  ].join('\n'),
  ucf: `${SUM}  /etc/ucf-same\n${SUM}  /etc/ucf-changed`,
  alternatives: '=>editor\n/bin/nano\nauto\n/usr/bin/editor\neditor.1.gz\n/usr/share/man/man1/editor.1.gz\n\n',
  hosts: '127.0.0.1 localhost\n127.0.1.1 web1.example.org web1',
  hostname: 'web1',
  nsswitch: 'passwd: files systemd\nhosts: files dns',
  modules: '# only a comment',
  units: 'a.service enabled enabled\nb@.service enabled enabled\nalso.service alias -\n',
  'links-of-package': '/etc/systemd/system/sshd.service',
  python:
    '/usr/local/lib/python3.11/dist-packages/req-1.dist-info\n/usr/local/lib/python3.11/dist-packages/req-1.dist-info|req',
  node: '/usr/local/lib/node_modules/pm2|5.0.0',
};

const entry = (kind: string, path: string, target = '', size = '9'): string =>
  `${kind}${kind}|644|root|root|${size}|${path}|${target}`;

/** /etc/modules is reported with the kernel, after the files. */
const byGroup = (a: string, b: string): number =>
  Number(a === '/etc/modules') - Number(b === '/etc/modules') || (a < b ? -1 : 1);

/** Pairs: what Debian's tools make, and what looks like it but was made by hand. */
const TABLE: readonly (readonly [own: string, byHand: string])[] = [
  [entry('f', '/etc/passwd-'), entry('f', '/etc/passwd.bak')],
  [entry('f', '/etc/.pwd.lock', '', '0'), entry('f', '/etc/.pwd.lock')],
  [entry('f', '/etc/ld.so.cache'), entry('f', '/etc/ld.so.cache.old')],
  [entry('f', '/etc/machine-id'), entry('l', '/etc/machine-id', '/x')],
  [entry('l', '/etc/mtab', '../proc/self/mounts'), entry('l', '/etc/mtab', '/etc/mymounts')],
  [entry('l', '/etc/dpkg/origins/default', 'debian'), entry('l', '/etc/dpkg/origins/default', 'mine')],
  [entry('f', '/etc/profile'), entry('f', '/etc/profile.old')],
  [entry('f', '/etc/motd'), entry('f', '/etc/motd.tail')],
  [entry('f', '/etc/inputrc'), entry('f', '/etc/inputrc.own')],
  [entry('f', '/etc/python3/debian_config'), entry('f', '/etc/python3/own_config')],
  [entry('f', '/etc/environment', '', '0'), entry('f', '/etc/environment')],
  [entry('f', '/etc/networks'), entry('f', '/etc/networks.old')],
  [entry('f', '/etc/hosts.allow'), entry('f', '/etc/hosts.allow.old')],
  [entry('f', '/etc/hosts.deny'), entry('f', '/etc/hosts.own')],
  [entry('f', '/etc/nsswitch.conf'), entry('f', '/etc/nsswitch.conf.old')],
  [entry('f', '/etc/modules'), entry('f', '/etc/modules.old')],
  [entry('f', '/etc/fstab'), entry('f', '/etc/fstab.old')],
  [entry('f', '/etc/hosts'), entry('f', '/etc/hosts.old')],
  [entry('f', '/etc/hostname'), entry('f', '/etc/hostname.old')],
  [entry('f', '/etc/network/interfaces'), entry('f', '/etc/network/interfaces.d/own')],
  [entry('l', '/etc/resolv.conf', '/run/x'), entry('f', '/etc/resolv.conf.head')],
  [entry('l', '/etc/localtime', '/usr/share/zoneinfo/UTC'), entry('f', '/etc/localtime.old')],
  [entry('f', '/etc/default/locale'), entry('f', '/etc/default/mine')],
  [entry('f', '/etc/default/keyboard'), entry('f', '/etc/default/keyboard.old')],
  [entry('f', '/etc/default/console-setup'), entry('f', '/etc/default/console')],
  [entry('f', '/etc/ca-certificates.conf'), entry('f', '/etc/ca-certificates.conf.old')],
  [entry('f', '/etc/initramfs-tools/conf.d/resume'), entry('f', '/etc/initramfs-tools/conf.d/own')],
  [entry('f', '/etc/apt/sources.list'), entry('f', '/etc/apt/sources.list.d/0000sources.list')],
  [entry('f', '/etc/shells'), entry('f', '/etc/apt/sources.list.d/debian.sources')],
  [entry('f', '/etc/pam.d/common-auth'), entry('f', '/etc/pam.d/common-own')],
  [entry('f', '/etc/ssh/ssh_host_rsa_key.pub'), entry('f', '/etc/ssh/ssh_host_own_key')],
  [
    entry('l', '/etc/runit/runsvdir/default/ssh', '/etc/sv/ssh'),
    entry('l', '/etc/runit/runsvdir/default/own', '/etc/sv/own'),
  ],
  [entry('f', '/etc/ssl/private/ssl-cert-snakeoil.key'), entry('f', '/etc/ssl/private/own.key')],
  [entry('f', '/etc/ssl/certs/ca-certificates.crt'), entry('f', '/etc/ssl/certs/own.pem')],
  [
    entry('l', '/etc/ssl/certs/A.pem', '/usr/share/ca-certificates/mozilla/A.crt'),
    entry('l', '/etc/ssl/certs/B.pem', '/root/B.crt'),
  ],
  [entry('l', '/etc/ssl/certs/0179095f.0', 'A.pem'), entry('l', '/etc/ssl/certs/0179095f.1', 'gone.pem')],
  [entry('l', '/etc/alternatives/editor.1.gz', '/x'), entry('l', '/etc/alternatives/own', '/x')],
  [entry('l', '/etc/rc2.d/S01ssh', '../init.d/ssh'), entry('l', '/etc/rc2.d/S01ssh', '/opt/ssh')],
  [entry('d', '/etc/systemd/system/multi-user.target.wants'), entry('d', '/etc/systemd/system/own.d')],
  [
    entry('l', '/etc/systemd/system/multi-user.target.wants/a.service', '/lib/systemd/system/a.service'),
    entry('l', '/etc/systemd/system/multi-user.target.wants/a.service', '/opt/other.service'),
  ],
  [
    entry('l', '/etc/systemd/system/multi-user.target.wants/b@one.service', '/lib/systemd/system/b@.service'),
    entry('l', '/etc/systemd/system/multi-user.target.wants/gone.service', '/lib/systemd/system/gone.service'),
  ],
  [
    entry('l', '/etc/systemd/system/also.service', '/lib/systemd/system/a.service'),
    entry('f', '/etc/systemd/system/a.service'),
  ],
  [
    entry('l', '/etc/systemd/system/sshd.service', '/x'),
    entry('l', '/etc/systemd/user/default.target.wants/x.service', '/y'),
  ],
  [entry('l', '/etc/systemd/system/a.service', '/dev/null'), entry('l', '/etc/systemd/network/a.network', '/dev/null')],
  [entry('d', '/usr/local/bin'), entry('d', '/usr/local/own')],
  [entry('l', '/usr/local/man', 'share/man'), entry('l', '/usr/local/man', '/opt/man')],
  [entry('f', '/root/.ssh/authorized_keys'), entry('f', '/root/.ssh/id_rsa')],
  [entry('f', '/root/.ssh/known_hosts'), entry('f', '/root/.ssh/config')],
  [
    entry('f', '/usr/local/lib/python3.11/dist-packages/req/a.py'),
    entry('f', '/usr/local/lib/python3.11/dist-packages/reqs.py'),
  ],
  [entry('l', '/usr/local/bin/pm2', '../lib/node_modules/pm2/bin/pm2'), entry('l', '/usr/local/bin/own', '/opt/own')],
  [entry('f', '/etc/ucf-same'), entry('f', '/etc/ucf-changed')],
];

describe("what Debian's own tools make", () => {
  test.for(TABLE)('%s', ([own, byHand]) => {
    const certificate = entry('l', '/etc/ssl/certs/A.pem', '/usr/share/ca-certificates/mozilla/A.crt');
    const reasons = [own, byHand].map((one) => {
      const parts = partsOf({ ...HOST, entries: `${one}\n${certificate}` });
      const { unowned } = readEntries(parts);
      const path = one.split('|')[5];
      return unowned.filter((each) => each.path === path).map(ownOf(parts, unowned))[0];
    });

    expect(reasons).toEqual([expect.any(String), undefined]);
  });

  test('is a table of which every row is tested', () => {
    const own = TABLE.map(([line]) => line.split('|')[5] ?? '');
    const untested = DEBIANS_OWN.filter(({ paths }) =>
      paths instanceof RegExp ? !own.some((path) => paths.test(path)) : !own.some((path) => paths.includes(path)),
    );

    expect(untested.map(({ why }) => why)).toEqual([]);
  });

  test('is only what they made of it: with other content, the same paths were edited by hand', () => {
    const paths = ['profile', 'motd', 'networks', 'hosts.allow', 'hosts.deny', 'hosts', 'nsswitch.conf', 'modules'];
    const edited = {
      ...HOST,
      sums: paths.map((path) => `${OTHER}  /etc/${path}`).join('\n'),
      hosts: `${HOST.hosts}\n10.0.0.2 db`,
      nsswitch: 'passwd: files ldap',
      modules: 'dummy',
      entries: paths.map((path) => entry('f', `/etc/${path}`)).join('\n'),
    };
    const names = findUnmanaged(partsOf(edited), () => false).map(({ name }) => name);

    expect(names.filter((name) => name.startsWith('/'))).toEqual(paths.map((path) => `/etc/${path}`).toSorted(byGroup));
  });
});

/** Recorded output, and what is told of it. */
const CASES: readonly (readonly [what: string, parts: Readonly<Record<string, string>>, lines: readonly string[]])[] = [
  [
    'conffiles: changed, deleted, obsolete, and those that were not read',
    {
      conffiles: `installed a\n /etc/a 1${OTHER.slice(1)}\n /etc/b ${SUM}\n /etc/c ${SUM}\n /etc/d ${SUM} obsolete\n /etc/e ${SUM}\nconfig-files b\n /etc/f ${SUM}`,
      sums: `${OTHER}  /etc/a\n${SUM}  /etc/b\nmd5sum: /etc/c: No such file or directory\n${SUM}  /etc/d\nmd5sum: /etc/e: Permission denied\n${OTHER}  /etc/f`,
    },
    [
      'files /etc/a: not as a shipped it',
      'files /etc/c: deleted, and a ships it',
      'files /etc/d: obsolete: a no longer ships it',
    ],
  ],
  [
    'units: masked, enabled and disabled otherwise than the package left them',
    {
      units:
        'a.service masked enabled\nb.service enabled enabled\nc.service enabled enabled\nd.timer disabled enabled\ne.service disabled enabled\nf.target enabled enabled\nremote-fs.target enabled enabled\ng.service masked enabled',
      'enabled-by-package': 'b.service\nd.timer',
      'masked-by-package': 'g.service',
      ordinary: '/lib/systemd/system/f.target\n/lib/systemd/system/remote-fs.target',
      entries: `${entry('l', '/etc/systemd/system/a.service', '/dev/null')}\n${entry('l', '/etc/systemd/system/g.service', '/dev/null')}`,
    },
    [
      'units a.service: masked',
      'units c.service: enabled, and its package does not enable it',
      'units d.timer: disabled, and its package enables it',
      'units f.target: enabled, and its package does not enable it',
    ],
  ],
  [
    'accounts, memberships, passwords and keys',
    {
      passwd:
        'root:x:0:0:root:/root:/bin/bash\nsshd:x:101:65534::/run/sshd:/usr/sbin/nologin\nbob:x:1000:1000::/home/bob:/bin/bash\nown:x:999:999::/:/bin/sh\nnobody:x:65534:65534:n:/:/x\nbroken line',
      group: 'root:x:0:\nbob:x:1000:\nsudo:x:27:bob,own\nteam:x:1001:\nmail:x:8:sshd\nnogroup:x:65534:',
      base: 'root\nsudo\nnobody\nmail',
      makers: '\tadduser --system --home /run/sshd sshd\n\tadduser sshd mail',
      passwords: 'bob set\nroot set\nsshd empty',
      keys: 'bob|/home/bob/.ssh/authorized_keys|from="10.0.0.1" ssh-ed25519 AAAAB3NzaC1lZDI1NTE5AAAAIabcdefghijkl bob@laptop\nbob|/home/bob/.ssh/authorized_keys|# ssh-ed25519 AAAA no',
    },
    [
      'accounts group team: gid 1001',
      'accounts key …abcdefghijkl of bob: ssh-ed25519 bob@laptop',
      'accounts password of root: set',
      'accounts password of sshd: empty: anybody may log in without one',
      'accounts user bob: uid 1000, in sudo',
      'accounts user own: uid 999, and no package made it, in sudo',
    ],
  ],
  [
    'crontabs and at jobs',
    { crontabs: 'root|# a comment\nroot|MAILTO=x\nroot|@daily /bin/true\nroot|', jobs: 'a0000101' },
    [
      'cron at job a0000101: waits to be run once',
      'cron root: @daily /bin/true: in the crontab of root',
      'cron root: MAILTO=x: in the crontab of root',
    ],
  ],
  [
    'ports',
    {
      ports: [
        'tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=7,fd=3))',
        'tcp LISTEN 0 128 [::]:80 [::]:* users:(("nginx",pid=8,fd=3))',
        'tcp LISTEN 0 128 0.0.0.0:80 0.0.0.0:* users:(("nginx",pid=8,fd=4))',
        'udp UNCONN 0 0 127.0.0.1:323 0.0.0.0:* users:(("chronyd",pid=9,fd=4))',
        'udp UNCONN 0 0 [::1]:323 0.0.0.0:* users:(("chronyd",pid=9,fd=4))',
        'udp UNCONN 0 0 10.0.0.1%eth0:68 0.0.0.0:*',
        'nonsense',
      ].join('\n'),
      owners: '7|/var/lib/dpkg/info/openssh-server.list\n8|/var/lib/dpkg/info/nginx:amd64.list',
      programs: '8|/usr/sbin/nginx|nginx.service',
    },
    [
      'ports loopback, chronyd: listens on udp 323, of no package',
      'ports tcp 80: open on [::], 0.0.0.0, by nginx of package nginx (nginx.service)',
      'ports udp 68: open on 10.0.0.1%eth0, by an unknown program of no package',
    ],
  ],
  [
    'packages: by hand, foreign, held, left behind; not what the base needs',
    {
      installed: [
        'install\tinstalled\tbase\t1\trequired\tyes\t, awk | other (>= 2), dep:any\t',
        'install\tinstalled\tmawk\t1\toptional\tno\t, \tawk',
        'install\tinstalled\tdep\t1\toptional\tno\t, deeper\t',
        'install\tinstalled\tdeeper\t1\toptional\tno\t, \t',
        'install\tinstalled\tnginx\t1\toptional\tno\t, \t',
        'install\tinstalled\tauto\t1\toptional\tno\t, \t',
        'hold\tinstalled\tforeign\t2\toptional\tno\t, \t',
        'deinstall\tconfig-files\told\t1\toptional\tno\t, \t',
      ].join('\n'),
      automatic: 'auto',
      lists: '1',
      policy:
        'nginx:\n  Installed: 1\n  Version table:\n     2 500\n        500 http://deb.debian.org/debian bookworm/main amd64 Packages\n *** 1 100\n        100 /var/lib/dpkg/status\nforeign:\n  Version table:\n *** 2 100\n        100 /var/lib/dpkg/status',
    },
    [
      'packages configuration of old: left behind when the package was removed',
      'packages foreign: 2, which no apt source offers',
      'packages hold of foreign: kept at 2',
      'packages nginx: installed by hand',
    ],
  ],
  [
    'packages, if apt has no lists: none is foreign',
    {
      installed: 'install\tinstalled\tx\t1\toptional\tno\t, \t',
      lists: '0',
      policy: 'x:\n *** 1 100\n        100 /var/lib/dpkg/status',
    },
    ['packages x: installed by hand'],
  ],
  [
    'packages of other package managers, choices and diversions',
    {
      python: '/usr/local/lib/python3.11/dist-packages/my_req-2.0.dist-info',
      node: '/usr/local/lib/node_modules/@a/b|1.0.0',
      gems: '/var/lib/gems/3.1.0/specifications/rack-test-2.1.0.gemspec',
      alternatives: '=>editor\n/usr/bin/vim\nmanual\n/usr/bin/editor\n\n=>awk\n/usr/bin/mawk\nauto\n/usr/bin/awk\n\n',
      diversions: '/bin/sh\n/bin/sh.distrib\ndash\n/usr/bin/x\n/usr/bin/x.real\n:',
    },
    [
      'packages alternative editor: /usr/bin/vim was chosen by hand',
      'packages diversion of /usr/bin/x: packages write to /usr/bin/x.real instead',
      'packages gem rack-test: 2.1.0, installed with gem',
      'packages npm @a/b: 1.0.0, installed with npm',
      'packages pip my-req: 2.0, installed with pip',
    ],
  ],
  [
    'mounts',
    {
      mounts:
        '1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 0:4 / /mnt/a\\040b rw - nfs srv:/x rw\n3 1 0:5 / /run/x rw - tmpfs tmpfs rw\n4 1 0:6 / /mnt/unit rw - ext4 /dev/sdb rw\n5 1 0:7 / /home rw - ext4 /dev/sdc rw\ntorn',
      'mount-units':
        'Where=/mnt/unit\nFragmentPath=/etc/systemd/system/mnt-unit.mount\n\nWhere=/mnt/a b\nFragmentPath=',
      fstab:
        '# / was on /dev/sda1 during installation\nUUID=1 / ext4 errors=remount-ro 0 1\n# /home was on /dev/sdc during installation\nUUID=2 /home ext4 defaults 0 2\nsrv:/y /mnt/y nfs defaults 0 0',
    },
    ['mounts /mnt/a b: srv:/x (nfs) is mounted, but not declared', 'mounts /mnt/y: srv:/y (nfs), in /etc/fstab'],
  ],
  [
    'firewall rules that are in no file',
    {
      iptables:
        '=>iptables\n*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp --dport 1 -j DROP\n-A INPUT -p tcp --dport 2 -j DROP\n-A DOCKER -j RETURN\nCOMMIT',
      'iptables-files': '-A INPUT -p tcp --dport 2 -j DROP',
      nft: 'table inet own {\n\tchain input {\n\t\ttype filter hook input priority 0;\n\t\ttcp dport 3 drop\n\t\ttcp dport 4 drop\n\t}\n}\ntable ip filter {\n\tchain x {\n\t\tcounter\n\t}\n}',
      'nft-files': '    tcp dport 4 drop',
    },
    [
      'firewall iptables -A INPUT -p tcp --dport 1 -j DROP: loaded, and in no file: lost at the next boot',
      'firewall nft table inet own, chain input: tcp dport 3 drop: loaded, and in no file: lost at the next boot',
    ],
  ],
  [
    'ZFS without a policy, and snapshots by hand',
    {
      zfs: 'tank\ntank/a\ntank/a/b\ntank/c',
      snapshots: 'tank/a@autosnap_x\ntank/c@before-upgrade\ntank/c@syncoid_y',
      sanoid: '[tank/a]\n  use_template = x\n  recursive = yes\n[tank]\n[template_x]\n  recursive = yes',
    },
    [
      'zfs snapshots of tank/c: 1 that neither sanoid nor syncoid made: before-upgrade',
      'zfs tank/c: no policy of sanoid covers it',
    ],
  ],
  [
    'containers',
    { docker: 'web\tnginx:1\tshop\n$(bad)\tx\t', podman: 'db\tpostgres\t<no value>' },
    ['containers docker web: runs nginx:1 in the project shop', 'containers podman db: runs postgres'],
  ],
  [
    'directories as one, unless something in them is accounted for',
    {
      ...HOST,
      installed: INSTALLED,
      entries: [
        entry('d', '/etc/a'),
        entry('f', '/etc/a/1'),
        entry('l', '/etc/a/2', '/x'),
        entry('d', '/etc/one'),
        entry('f', '/etc/one/only'),
        entry('d', '/etc/none'),
        entry('p', '/etc/pipe'),
        'M||||12|/etc/a|',
        'N|||||/etc/odd|',
        'torn|line',
      ].join('\n'),
      python: '',
      node: '',
      units: '',
    },
    [
      'files /etc/a/: directory with 14 files, of no package',
      'files /etc/none/: empty directory, of no package',
      'files /etc/odd/*: a name with a line break in it, which is not looked at',
      'files /etc/one/only: of no package',
      'files /etc/pipe: of no package',
    ],
  ],
];

describe('what is found', () => {
  test.for(CASES)('%s', ([, parts, lines]) => expect(linesOf(parts)).toEqual(lines));

  test('does not name what a playbook manages, but what is left of a directory', () => {
    const entries = [entry('d', '/etc/a'), entry('f', '/etc/a/1'), entry('f', '/etc/a/2')].join('\n');
    const isManaged = ({ subjects }: { readonly subjects: readonly (readonly string[])[] }): boolean =>
      subjects.some((set) => set.includes('data:/etc/a/1'));

    expect(findUnmanaged(partsOf({ entries }), isManaged).map(({ name }) => name)).toEqual(['/etc/a/2']);
  });

  test('counts a system account as made by a package only if a line that makes accounts names it as a whole word', () => {
    const isMade = madeByPackages(
      partsOf({ base: 'www-data', makers: '  adduser --system clam-av\nUSER="redis"\nu zabbix - -' }),
    );

    expect(['www-data', 'clam-av', 'redis', 'zabbix', 'clam', 'av'].map((name) => isMade(name))).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('a survey', () => {
  const empty = shellAnswer('\x1eend\n');
  const all = { packages: empty, files: empty, units: empty, accounts: empty, running: empty };

  test('says what was not read', () => {
    const files = {
      ...empty,
      stderr: "find: '/etc/sudoers.d': Permission denied\nmd5sum: /etc/x: Permission denied\n",
    };
    const survey = readSurvey({
      ...all,
      files,
      units: { ...empty, stdout: '', timedOut: true },
      running: shellAnswer('torn'),
    });

    expect('unread' in survey ? survey.unread : survey).toEqual([
      '/etc/sudoers.d: permission denied (become root with -b)',
      '/etc/x: permission denied (become root with -b)',
      'units: the host took too long to tell, so the rest of it was not looked at',
      'running: the host told only a part of it',
    ]);
  });

  test('needs dpkg', () => {
    expect(readSurvey({ ...all, packages: shellAnswer('', 127) })).toEqual({
      unfit: 'dpkg-query is not installed: this is not a Debian host',
    });
  });
});

describe('a secret', () => {
  test.for([
    ['/etc/x', '-----BEGIN RSA PRIVATE KEY-----\n', '644'],
    ['/etc/x', 'db_password=hunter2', '644'],
    ['/etc/x', 'requirepass: hunter2\n', '644'],
    ['/etc/x', 'password hunter2\n', '644'],
    ['/etc/x', 'url = https://me:hunter2@example.org/', '644'],
    ['/etc/x', 'bob:$6$abc$def', '644'],
    ['/etc/x', 'key AbCdEfGhIjKlMnOpQrStUvWxYz0123456789', '644'],
    ['/etc/server.key', 'x', '644'],
    ['/root/.ssh/id_ed25519', 'x', '600'],
    ['/etc/x', 'harmless', '640'],
  ] as const)('is %j %j %j', ([path, text, mode]) => expect(secretIn(path, text, mode)).toBeDefined());

  test.for([
    ['/etc/x', 'PasswordAuthentication no\n# password, please\n', '644'],
    ['/etc/sudoers.d/bob', 'bob ALL=(ALL) NOPASSWD: ALL', '440'],
    ['/etc/x', '-----BEGIN CERTIFICATE-----\nAbCdEfGhIjKlMnOpQrStUvWxYz0123456789\n-----END CERTIFICATE-----', '644'],
    ['/etc/x', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBobBobBob', '644'],
  ] as const)('is not %j %j %j', ([path, text, mode]) => expect(secretIn(path, text, mode)).toBeUndefined());
});

describe('what is printed', () => {
  const things = findUnmanaged(
    partsOf({ entries: ['a', 'b', 'c', 'd'].map((name) => entry('f', `/etc/${name}`)).join('\n') }),
    () => false,
  );

  test('as tasks: quoted as YAML 1.1 needs it, no template from a host, no secret, nothing that is no text', () => {
    const texts = { a: 'yes', b: 'x = {{ y }}\n', c: 'token: abcdef', d: 'a\0b' };
    const answers = Object.entries(texts).map(([name, text]) => [
      `at /etc/${name}`,
      shellAnswer(`file 644 root root\n${text}`),
    ]);
    const contents = readPaths(
      Object.keys(texts).map((name) => `/etc/${name}`),
      Object.fromEntries(answers),
      100,
    );
    const text = asTasks({ host: 'web1', things, contents, become: true });

    expect(text).toContain('content: "yes"');
    expect(text).toContain('content: !unsafe |\n          x = {{ y }}\n');
    expect(text).toContain('become: true');
    expect(text).toContain('mode: "0644"');
    expect(text).not.toContain('abcdef');
    expect(text).toContain('#     content: "{{ vault_etc_c }}"');
    expect(text).toContain('# /etc/d: it is not plain text. Copy it next to the playbook:');
  });

  test('as tasks: a link in the place of a file stays a link', () => {
    const contents = readPaths(['/etc/a'], { 'at /etc/a': shellAnswer('link\n/opt/a\n') }, 100);

    expect(asTasks({ host: 'web1', things: things.slice(0, 1), contents, become: false })).toContain(
      'path: /etc/a\n        src: /opt/a\n        state: link\n        force: true',
    );
  });

  test('as tasks: no comment of a host ends its line', () => {
    const odd = { ...things[0]!, name: 'odd\n- hosts: all\u001b[2J', tasks: [], instead: 'x' };
    const text = asTasks({ host: 'web1', things: [odd], contents: new Map(), become: false });

    expect(text.split('\n').slice(-4)).toEqual(['# files: odd', '# - hosts: all␛[2J (of no package)', '# x', '']);
  });

  test('for people: alike things in one line, unless -v is given', () => {
    const parts = partsOf({
      installed: ['x', 'y', 'z'].map((name) => `install\tinstalled\t${name}\t1\toptional\tno\t, \t`).join('\n'),
    });
    const found = { host: 'web1', things: findUnmanaged(parts, () => false), unread: ['/etc/x: permission denied'] };

    expect(unmanagedText(found, false)).toBe(
      'web1: 3 things that neither Debian nor a playbook accounts for\n  packages\n    x, y, z: installed by hand [apt]\n  not looked at: /etc/x: permission denied\n',
    );
    expect(unmanagedText(found, true)).toContain('    y: installed by hand [apt]\n');
  });
});
