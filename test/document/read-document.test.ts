import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CommandPart, DocumentPart, LineKind } from '../../src/document/document.ts';
import { readDocument } from '../../src/document/read-document.ts';

const MARKS: Readonly<Record<string, LineKind>> = {
  ' ': 'text',
  $: 'command',
  '=': 'content',
  '<': 'output',
  '!': 'instruction',
};

/** Reads a document whose lines begin with the mark of their kind, and expects these kinds. */
function expectKinds(marked: readonly string[]): void {
  const text = marked.map((line) => line.slice(1)).join('\n');
  const { lines } = readDocument(text, 'report.md');

  expect(lines.map(({ kind, text: line }) => `${kind} | ${line}`)).toEqual(
    marked.map((line) => `${MARKS[line.charAt(0)]} | ${line.slice(1)}`),
  );
}

const commandsOf = (text: string): readonly CommandPart[] =>
  readDocument(text, 'report.md').parts.filter((part) => part.kind === 'command');

const CASES: readonly (readonly [name: string, ...lines: string[]])[] = [
  [
    'a fence for a shell, with a comment, a blank line and what a command printed',
    ' ```bash',
    ' # the package',
    '$apt install nginx',
    ' ',
    '$nc -vz 192.0.2.1 9113',
    '<nc: connect to 192.0.2.1 port 9113 (tcp) failed: Connection refused',
    ' ```',
  ],
  ['a fence without a language', ' ```', '$cd /srv', '$git clone git@example.org:team/conf.git', ' ```'],
  ['an indented block', ' As root:', ' ', '$    apt update', '$    apt full-upgrade'],
  [
    'prompts, and what is printed after them',
    ' ```console',
    '$$ ls /srv',
    '<one  two',
    '$root@web1:/etc/nginx# nginx -t',
    '<nginx: configuration file /etc/nginx/nginx.conf test is successful',
    ' ```',
  ],
  ['a root prompt of one character', ' ```', '$# zpool status tank', '<  pool: tank', ' ```'],
  [
    'commands in prose, without any mark',
    ' The pool is there, so',
    '$zfs create -o atime=off tank/images',
    ' ',
    '$apt-get install nginx',
    ' ',
    '$rm /etc/nginx/sites-enabled/default',
  ],
  ['a prompt in prose', '$root@web1:~# ls -l', '<lrwxrwxrwx 1 root root 4 Jan  5 18:51 conf -> /opt'],
  ['inline code', '$Reload: `systemctl daemon-reload`', ' ', ' The `nginx` of `web1` reads `nginx.conf`.'],
  ['a command in quotes', '$Then I did a "docker-compose down && docker-compose up -d".'],
  ['lines that continue', ' ```sh', '$mv /etc/a /srv/a && \\', '$  ln -s /srv/a \\', '$  /etc/', ' ```'],
  ['a loop', ' ```sh', '$for name in a b; do', '$  zfs destroy tank/$name', '$done', '$df -h', ' ```'],
  [
    'a here-document',
    ' ```bash',
    '$cat > /etc/motd <<EOF',
    '=Be welcome.',
    '=apt is ours',
    '$EOF',
    '$cat /etc/motd',
    ' ```',
  ],
  [
    'an instruction to edit a file, and what is added',
    '!I edit /etc/pve/lxc/100.conf',
    ' ',
    '!and add:',
    ' ',
    '=mp0: /tank/images,mp=/mnt/images',
    '=mp1: /tank/other,mp=/mnt/other',
    ' ',
    ' It works.',
  ],
  ['a fence for a file', '!Edit `/etc/a.ini` to have:', ' ```ini', '=[a]', '=b = 1', ' ```'],
  ['a script is content', ' The script:', ' ```bash', '=#!/bin/sh', '=apt update', ' ```'],
  ['an editor', ' ```bash', '$vim /etc/crontab', '=0 4 * * * root /usr/local/bin/backup', ' ```'],
  [
    'a log in prose',
    ' It fails:',
    ' ',
    '<2024/06/04 13:25:25 [error] 1666#1666: *1 upstream timed out',
    ' ',
    ' So not today.',
  ],
  ['an error in a fence', ' fail2ban fails with:', ' ```', '<Failed during configuration: no log file', ' ```'],
  [
    'what was done by hand',
    "!In the registrar's console, we add an A record for web1.",
    '!Rebooted the container.',
    '!On web2 added a line to `/etc/hosts`.',
    '!Same operation on web3.',
  ],
  [
    'what is no instruction',
    ' I did not create a user.',
    ' TODO: install the exporter.',
    ' The nginx dashboards work.',
    ' Find the disk, and git is nice.',
  ],
  ['an instruction that only introduces its command', ' Then I installed it:', ' ```sh', '$apt install ufw', ' ```'],
  ['two deeds, of which the command is one', '!Restart nginx and test it:', ' ```', '$curl http://127.0.0.1/', ' ```'],
  [
    'a fence that was never closed',
    ' ```bash',
    '$systemctl enable a.timer',
    ' ',
    ' ## Firewall',
    ' ',
    ' We will use ufw.',
    ' ',
    ' ```bash',
    '$apt install ufw',
    ' ```',
    ' The end.',
  ],
  ['input of another program', ' ```', '$mongo 192.0.2.7', '$> db.hostInfo()["system"]', '<db1', ' ```'],
  ['a comment', ' <!-- apt install not-this -->', ' ', '$`apt install this`'],
  ['a list is no file', '!I created a container:', ' * id 122 (redis)', ' * 2 cores'],
];

describe('every line of a document has one kind', () => {
  test.for(CASES)('%s', ([, ...lines]) => expectKinds(lines));
});

const anyLine = fc.oneof(
  fc.constantFrom(...CASES.flatMap(([, ...lines]) => lines.map((line) => line.slice(1)))),
  fc.constantFrom(
    '```',
    '~~~',
    '# a',
    '- ',
    '> ',
    '    ',
    '<!--',
    '-->',
    '|a|b|',
    '|-|-|',
    "it's",
    '\\',
    '\t$ x',
    '---',
  ),
  fc.string({ maxLength: 12 }),
);

describe('laws over any text', () => {
  test('no line is lost, and none is there twice', () => {
    fc.assert(
      fc.property(fc.array(anyLine, { maxLength: 40 }), fc.constantFrom('\n', '\r\n'), (lines, end) => {
        const text = lines.join(end);
        const document = readDocument(text, 'report.md');

        expect(document.lines.map((line) => line.text)).toEqual(text.split(/\r\n|\r|\n/));
        expect(document.lines.map((line) => line.number)).toEqual(document.lines.map((_, index) => index + 1));
      }),
      { numRuns: 300 },
    );
  });

  test('a line that is not text belongs to a part of its kind, or ends a here-document, and parts are within the text', () => {
    const isIn = ({ at }: DocumentPart, line: number): boolean => at.line <= line && line <= at.endLine;
    fc.assert(
      fc.property(fc.array(anyLine, { maxLength: 40 }), (lines) => {
        const document = readDocument(lines.join('\n'), 'report.md');
        const strays = document.lines.filter(
          ({ kind, number, text }) =>
            kind !== 'text' &&
            text.trim() !== 'EOF' &&
            !document.parts.some((part) => part.kind === kind && isIn(part, number)),
        );

        expect(strays).toEqual([]);
        expect(document.parts.filter(({ at }) => at.line < 1 || at.endLine > document.lines.length)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a command', () => {
  test('has its place, its words, its user, host and directory', () => {
    const [command] = commandsOf('## Links\n\n```console\nroot@proxy:/etc# sudo -u www ln -s "/srv/a b" here\n```');

    expect(command).toMatchObject({
      at: { line: 4, column: 18, endLine: 4, endColumn: 51 },
      text: 'sudo -u www ln -s "/srv/a b" here',
      user: 'root',
      host: 'proxy',
      calls: [{ words: ['ln', '-s', '/srv/a b', 'here'], sudo: 'www', cwd: '/etc' }],
      under: [{ title: 'Links', line: 1 }],
    });
  });

  test('in prose has the columns of its inline code', () => {
    expect(commandsOf('Set it: `hostnamectl hostname a` now')[0]?.at).toEqual({
      line: 1,
      column: 9,
      endLine: 1,
      endColumn: 33,
    });
  });

  test('runs where an earlier cd went, until the next heading', () => {
    const text = '```\ncd /opt\ngit pull\ncd conf/../b && ls -l\n```\nthen\n```\npwd\n```\n# Next\n```\npwd\n```';

    expect(commandsOf(text).map(({ calls }) => calls.at(-1)?.cwd)).toEqual([
      undefined,
      '/opt',
      '/opt/b',
      '/opt/b',
      undefined,
    ]);
  });

  test('runs on the host of an ssh before it, until exit', () => {
    const text = '```\nssh -A admin@off1\nsudo -E bash\nls /srv\nexit\nls /srv\nexit\nls /srv\n```';

    expect(commandsOf(text).map(({ user = '-', host = '-' }) => `${user}@${host}`)).toEqual([
      '-@-',
      'admin@off1',
      'root@off1',
      'root@off1',
      'admin@off1',
      'admin@off1',
      '-@-',
    ]);
  });

  test.for<readonly [string, readonly (readonly string[])[]]>([
    ['a \'b c\' "d e" f\\ g', [['a', 'b c', 'd e', 'f g']]],
    [
      'apt update && apt install -y x; ls | wc -l',
      [['apt', 'update'], ['apt', 'install', '-y', 'x'], ['ls'], ['wc', '-l']],
    ],
    ['X=1 time nohup ls -l # all', [['ls', '-l']]],
    ['ls -l 2>&1 > /tmp/out', [['ls', '-l']]],
    ['zfs destroy $(zfs list -H | head -1)', [['zfs', 'destroy', '$(zfs list -H | head -1)']]],
  ])('is split as a shell does: %s', ([text, words]) => {
    expect(commandsOf(`\`\`\`bash\n${text}\n\`\`\``)[0]?.calls.map((call) => call.words)).toEqual(words);
  });

  test.for([
    ['curl -u me:**password-here** https://a.example/', '**password-here**'],
    ['htpasswd -b /etc/f me <password>', '<password>'],
    ['sudo usermod -aG sudo [username]', '[username]'],
    ['mysql -pxxx', 'xxx'],
  ])('tells its placeholders, which are no redirections: %s', ([text = '', placeholder]) => {
    const [command] = commandsOf(`\`\`\`bash\n${text}\n\`\`\``);

    expect(command?.placeholders).toEqual([placeholder]);
    expect(command?.calls[0]?.redirects).toEqual([]);
  });
});

describe('an excerpt', () => {
  const pathOf = (text: string): string | undefined =>
    readDocument(text, 'report.md').parts.find((part) => part.kind === 'content')?.path;

  test.for([
    ['I edit /etc/pve/lxc/100.conf\n\nand add:\n\nmp0: /tank/a,mp=/mnt/a', '/etc/pve/lxc/100.conf'],
    ['In `/etc/a.conf`:\n```conf\na b;\n```', '/etc/a.conf'],
    ['```sh\ncat > /etc/motd <<EOF\nhi\nEOF\n```', '/etc/motd'],
    ['```sh\nsudo tee -a /etc/hosts <<EOF\n192.0.2.1 a\nEOF\n```', '/etc/hosts'],
    ['`systemctl edit nginx` to add:\n```conf\n[Service]\n```', '/etc/systemd/system/nginx.service.d/override.conf'],
    ['Somewhere:\n```conf\na b;\n```', undefined],
  ])('tells its file: %s', ([text = '', path]) => {
    expect(pathOf(text)).toBe(path);
  });
});

test('headings know where their sections end, and comments and links where they stand', () => {
  const { headings, comments, links } = readDocument(
    '# A\n## B\ntext <!-- step: S01 --> [l](../x.md)\n## C\n<!-- two\nlines -->\n# D\n',
    'report.md',
  );

  expect(headings.map(({ title, line, endLine }) => [title, line, endLine])).toEqual([
    ['A', 1, 6],
    ['B', 2, 3],
    ['C', 4, 6],
    ['D', 7, 8],
  ]);
  expect(comments.map(({ at, text }) => [at.line, at.column, at.endLine, text])).toEqual([
    [3, 6, 3, 'step: S01'],
    [5, 1, 6, 'two\nlines'],
  ]);
  expect(links).toMatchObject([{ url: '../x.md', at: { line: 3, column: 25 } }]);
});
