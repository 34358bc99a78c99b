import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Clone, CloneEntry } from '../../src/clone/clone.ts';
import { lintDocument } from '../../src/document/lint/lint-document.ts';
import type { DocumentView } from '../../src/document/lint/rule.ts';
import { readDocument } from '../../src/document/read-document.ts';
import { Rig } from '../cli/rig.ts';

const now = Date.parse('2026-12-01');

/** What is found in a document, as `LINE CODE`. */
const foundIn = (text: string, view: Partial<DocumentView> = {}): readonly string[] =>
  lintDocument({ document: readDocument(text, 'install.md'), now, ...view }).map(
    ({ code, at }) => `${at?.line} ${code}`,
  );

const shell = (...lines: readonly string[]): string => `\`\`\`bash\n${lines.join('\n')}\n\`\`\`\n`;

const cloneOf = (entries: Readonly<Record<string, CloneEntry>>): Clone => ({
  entries: new Map(Object.entries(entries)),
  deployedAt: ['/opt/conf'],
  isToldWhere: true,
  unread: [],
});
const file = (text: string): CloneEntry => ({ kind: 'file', text });

describe('a document contradicts itself', () => {
  test.for<[what: string, text: string, ...found: string[]]>([
    ['two gateways', 'Network: ip=10.1.0.9/24,gw=10.0.0.1\n\nI add net1, Gateway 192.0.2.1.\n', '3 two-gateways'],
    ['the same gateway twice', 'gw=10.0.0.1\n\nGateway 10.0.0.1\n'],
    ['gateways of two sections', '## A\n\ngw=10.0.0.1\n\n## B\n\ngw=10.0.0.2\n'],
    ['a link made twice', shell('ln -s /opt/a/x /etc/x', 'ln -s /opt/b/x /etc/x'), '3 linked-twice'],
    ['the same link twice', shell('ln -s /opt/a/x /etc/x', 'ln -s /opt/a/x /etc/x')],
    ['a link made anew after it was removed', shell('ln -s /opt/a/x /etc/x', 'rm /etc/x', 'ln -s /opt/b/x /etc/x')],
    [
      'links on two hosts',
      '```\nroot@a:/# ln -s /opt/a/x /etc/x\nroot@b:/# ln -s /opt/b/x /etc/x\n```\n',
      '2 other-host',
      '3 other-host',
    ],
    ['a link that is moved', shell('ln -s /opt/a/x /etc/x', 'mv /etc/x /opt/b/'), '3 moved-link'],
    ['a file that is moved, then linked', shell('mv /etc/x /opt/b/', 'ln -s /opt/b/x /etc/')],
    [
      'a port asked where nobody listens',
      '```ini\nLISTEN_ADDRESS=10.1.0.9:9113\n```\n\n```conf\n"/metrics" 127.0.0.1:9113;\n```\n',
      '6 other-address',
    ],
    ['two hosts with one port', '```ini\naccept = 10.1.0.9:6379\n```\n\n```ini\nconnect = 10.1.0.8:6379\n```\n'],
  ])('%s', ([, text, ...found]) => {
    expect(foundIn(text)).toEqual(found);
  });
});

describe('following a document to the letter', () => {
  test('uses a dataset before it is made', () => {
    const text = `I edit /etc/pve/lxc/100.conf and add:\n\n\`\`\`\nmp0: /tank/img/a,mp=/mnt/a\n\`\`\`\n\n${shell('syncoid root@b:tank/img tank/img')}`;

    expect(foundIn(text)).toEqual(['4 used-before-made']);
    expect(foundIn(text.replaceAll('tank/img/a', 'tank/image'))).toEqual([]);
  });

  test('a second time, overwrites a backup, and makes links inside of directories', () => {
    expect(foundIn(shell('mv /etc/a.conf /etc/a.conf.old', 'ln -s /opt/x.service.d /etc/systemd/system/'))).toEqual([
      '2 not-twice',
      '3 not-twice',
    ]);
    expect(
      foundIn(shell('mv -n /etc/a.conf /etc/a.conf.old', 'ln -sfn /opt/x.service.d /etc/systemd/system/')),
    ).toEqual([]);
  });

  test('leaves out links that the listing of the other host has', () => {
    const text = shell(
      'ls -l /etc/systemd/system',
      ...['a', 'b', 'c'].map(
        (name) => `lrwxrwxrwx 1 root root 91 Sep  8  2023 ${name}.service -> /opt/conf/${name}.service`,
      ),
      'ln -s /opt/conf/a.service /etc/systemd/system/',
      'ln -s /opt/conf/b.service /etc/systemd/system/',
    );

    expect(foundIn(text)).toEqual(['5 listed-not-made']);
  });
});

describe('what a document leaves open', () => {
  test.for<[what: string, text: string, ...found: string[]]>([
    ['a TODO', 'TODO: check the certificate.\n', '1 open-todo'],
    ['items of a section', '### TODO\n\n- one\n- two\n\n### Done\n\n- three\n', '3 open-todo', '4 open-todo'],
    ['a question', "We can't reach it (why?)\n", '1 open-question'],
    [
      'a command that failed',
      `${shell('certbot renew --dry-run')}\n\`\`\`\nFailed to renew certificate a.example.org\n\`\`\`\n`,
      '6 shown-failing',
    ],
    [
      'a probe that was refused',
      shell('nc -vz 192.0.2.1 80', 'nc: connect to 192.0.2.1 port 80 (tcp) failed: Connection refused'),
    ],
    ['copied certificates', shell('cp -a /mnt/etc/letsencrypt /etc/'), '2 copied-certificates'],
    ['a certificate that has ended', '`notAfter=Jun  1 10:00:00 2024 GMT`\n', '1 ended-certificate'],
    ['a certificate that has not', '`notAfter=Jun  1 10:00:00 2036 GMT`\n'],
    ['fail2ban on Debian 12', `debian-12-standard\n\n${shell('apt install fail2ban')}`, '4 fail2ban-without-log'],
    [
      'fail2ban with a backend',
      'debian-12-standard\n\n' +
        shell('apt install fail2ban', "echo 'backend = systemd' > /etc/fail2ban/jail.d/a.conf"),
    ],
  ])('%s', ([, text, ...found]) => {
    expect(foundIn(text)).toEqual(found);
  });
});

describe('beside the repository', () => {
  const clone = cloneOf({
    nginx: { kind: 'directory' },
    'nginx/log.conf': file('log_format main "$a"\n  "$b";\n'),
    units: { kind: 'directory' },
    'units/x.service.d': { kind: 'directory' },
    'units/x.service.d/failure.conf': file('[Unit]\nOnFailure=tell@%n.service\n'),
    'units/tell@.service': file('[Service]\n'),
    'units/y.service': { kind: 'link', target: 'x.service.d/failure.conf' },
  });

  test.for<[what: string, text: string, ...found: string[]]>([
    ['a link to what it has', shell('ln -s /opt/conf/nginx/log.conf /etc/nginx/conf.d/log.conf')],
    [
      'a link to what it has not',
      shell('ln -s /opt/conf/nginx/logs.conf /etc/nginx/conf.d/logs.conf'),
      '2 dangling-link',
    ],
    [
      'a link to a link',
      shell('ln -s /opt/conf/units/y.service /etc/systemd/system/y.service'),
      '2 link-to-link',
      '2 unlinked-unit',
    ],
    [
      'a unit that is called and not linked',
      shell('ln -sfn /opt/conf/units/x.service.d /etc/systemd/system/'),
      '2 unlinked-unit',
    ],
    [
      'a unit that is called and linked',
      shell(
        'ln -sfn /opt/conf/units/x.service.d /etc/systemd/system/',
        'ln -s /opt/conf/units/tell@.service /etc/systemd/system/',
      ),
    ],
    [
      'an excerpt that is in it',
      'We use `log.conf`:\n```conf\n# shortened\nlog_format main "$a"\n```\n\n' +
        shell('ln -s /opt/conf/nginx/log.conf /etc/nginx/conf.d/log.conf'),
    ],
    [
      'an excerpt that is not',
      'We use `log.conf`:\n```conf\nlog_format old "$a"\n```\n\n' +
        shell('ln -s /opt/conf/nginx/log.conf /etc/nginx/conf.d/log.conf'),
      '3 stale-excerpt',
    ],
  ])('%s', ([, text, ...found]) => {
    expect(foundIn(text, { clone })).toEqual(found);
  });

  test('links into a clone that is pulled are told once', () => {
    const text = shell(
      'cd /opt',
      'git clone git@example.org:us/conf.git',
      'ln -s /opt/conf/nginx/log.conf /etc/nginx/conf.d/',
      'ln -s /opt/conf/units/tell@.service /etc/systemd/system/',
    );

    expect(foundIn(text, { clone })).toEqual(['4 pulled-links']);
  });
});

test('run lint --document reads the document, the clone and the inventory', async () => {
  using rig = new Rig().write({
    'install.md':
      '```\nroot@web:/# syncoid root@10.0.0.7:tank/a tank/a\nroot@web:/# ln -s /opt/conf/gone /etc/gone\n```\n',
    'conf/there': 'x\n',
    'hosts.yaml': 'all:\n  hosts:\n    db: { ansible_host: 10.0.0.2 }\n',
  });

  const all = await rig.run([
    'lint',
    '--document',
    'install.md',
    '--clone',
    'conf',
    '--deployed-at',
    '/opt/conf',
    '-i',
    'hosts.yaml',
    '-o',
    'json',
  ]);
  const codes = (JSON.parse(all.stdout) as { findings: { code: string }[]; notLookedAt: string[] }).findings.map(
    ({ code }) => code,
  );
  const alone = await rig.run(['lint', '--document', 'install.md']);
  writeFileSync(join(rig.folder, 'calm.md'), '# Nothing\n');
  const calm = await rig.run(['lint', '--document', 'calm.md', '--clone', 'conf', '-i', 'hosts.yaml']);

  expect([all.code, alone.code, calm.code]).toEqual([2, 2, 0]);
  expect(codes.toSorted()).toEqual(['dangling-link', 'other-host', 'unknown-address', 'unknown-host']);
  expect(alone.stdout).toContain('not looked at: links and excerpts against the repository: no --clone was given');
  expect(calm.stdout).toBe('nothing found\n');
  expect((await rig.run(['lint', '-i', 'hosts.yaml', 'site.yaml'])).stderr).toContain('give --document, too');
  expect((await rig.run(['lint', '--document', 'install.md', 'site.yaml'])).stderr).toContain('takes no playbooks');
});
