import { expect, test } from 'vitest';
import { lintClone } from '../../src/clone/lint-clone.ts';
import { readClone } from '../../src/clone/read-clone.ts';
import { CloneOnDisk } from './clone-on-disk.ts';

type Files = Readonly<Record<string, string>>;

/** What is found: code, file and line. */
function found(files: Files, deployedAt?: string): readonly string[] {
  using disk = new CloneOnDisk(files);
  return lintClone(readClone(disk.folder, deployedAt)).map(({ code, at }) => `${code} ${at?.file}:${at?.line}`);
}

/** What is told, with the suggestion. */
function told(files: Files): string {
  using disk = new CloneOnDisk(files);
  return lintClone(readClone(disk.folder))
    .map(({ message, hint }) => `${message} | ${hint}`)
    .join('\n');
}

const site = 'server {\n  listen 80;\n}\n';

test('a clone in order has no findings', () => {
  expect(
    found({
      'confs/common/systemd/mail@.service': '[Service]\nExecStart=/opt/infra/scripts/mail.sh %i\n',
      'confs/web/systemd/mail@.service': '-> ../../common/systemd/mail@.service',
      'confs/web/systemd/nginx.service.d/override.conf': '[Unit]\nOnFailure=mail@nginx.service\nAfter=network.target\n',
      'confs/web/nginx/sites-available/images': site,
      'confs/web/sanoid/sanoid.conf': '[tank/a]\n use_template=x\n[template_x]\n daily=3\n',
      'scripts/mail.sh': '#!/bin/sh\nmail root\n',
      'README.md': 'ln -s /opt/infra/confs/web/nginx/sites-available/images /etc/nginx/sites-enabled/\n',
    }),
  ).toEqual([]);
});

test.for<readonly [what: string, files: Files, codes: readonly string[]]>([
  ['a relative link to nothing', { 'a/link': '-> ../b/file' }, ['broken-link a/link:1']],
  ['a link through a link to nothing', { d: '-> gone', link: '-> d/file' }, ['broken-link d:1', 'broken-link link:1']],
  ['a link to what is below a link to a directory', { 'real/file': '', d: '-> real', link: '-> d/file' }, []],
  ['a link that leads to itself', { a: '-> b', b: '-> a' }, ['link-circle a:1', 'link-circle b:1']],
  ['a relative link out of the clone', { link: '-> ../../elsewhere/file' }, []],
  ['an absolute link elsewhere', { link: '-> /usr/share/nobody/has/this' }, []],
  ['an absolute link into the clone', { 'd/file': '', link: '-> /opt/infra/d/file' }, ['absolute-link link:1']],
  ['an absolute link into the clone, to nothing', { link: '-> /opt/infra/d/file' }, ['broken-link link:1']],
  [
    'an absolute link that shows where the clone is',
    { 'd/e': '', link: '-> /srv/x/d/e', l2: '-> /srv/x/gone' },
    ['broken-link l2:1', 'absolute-link link:1'],
  ],
])('links: %s', ([, files, codes]) => {
  expect(found(files)).toEqual(codes);
});

test('where a person tells that the clone lies, absolute links lead somewhere', () => {
  const files = { 'd/file': '', link: '-> /srv/infra/d/file', other: '-> /srv/infra/d/gone' };

  expect(found(files, '/srv/infra')).toEqual(['broken-link other:1']);
});

test('a broken link is told with the file that it may have meant', () => {
  expect(told({ 'web/sites/link': '-> ../conf/site', 'web/conf.d/site': site })).toBe(
    'this link to ../conf/site leads to web/conf/site, which is not there | web/conf.d/site is there: make it lead to ../conf.d/site',
  );
});

test.for<readonly [what: string, document: string, lines: readonly number[]]>([
  ['in a fence', '```\nsudo ln -s /opt/infra/gone /etc/x\n```\n', [2]],
  ['outside of one, with a continuation', 'text\nln -sf \\\n  /opt/infra/gone /etc/x\n', [2]],
  ['in inline code', 'now `ln -s /opt/infra/gone /etc/x`\n', [1]],
  ['to something with an escaped character', 'ln -s /opt/infra/file\\@.x /etc/x\n', []],
  ['by a pattern that matches', 'ln -s /opt/infra/fi* /etc/x\n', []],
  ['by a pattern that matches nothing', 'ln -s /opt/infra/go* /etc/x\n', [1]],
  ['to something elsewhere', 'ln -s /usr/share/gone /etc/x\n', []],
  ['to something that the document makes', 'touch /opt/infra/gone\nln -s /opt/infra/gone /etc/x\n', []],
  ['that is removed later', 'ln -s /opt/infra/gone /etc/x/\nunlink /etc/x/gone\n', []],
  ['with a variable', 'ln -s /opt/infra/$NAME /etc/x\n', []],
])('a link that a document tells to make: %s', ([, document, lines]) => {
  expect(found({ 'd.md': document, 'file@.x': '' })).toEqual(lines.map((line) => `documented-link d.md:${line}`));
});

test.for<readonly [what: string, path: string, text: string, codes: readonly string[]]>([
  ['a script that is gone', 'a.service', '[Service]\nExecStart=/opt/infra/gone.sh -x\n', ['missing-path a.service:2']],
  ['a path with a variable', 'a.sh', '#!/bin/sh\n. /opt/infra/confs/$HOST.sh\n', []],
  ['a comment', 'a.sh', '#!/bin/sh\n# /opt/infra/gone\n', []],
  ['what a script writes', 'a.sh', '#!/bin/sh\ndate > /opt/infra/out\n', []],
  ['a licence beside nginx', 'nginx/LICENSE', 'Copyright "us\n', []],
  ['nginx without a brace', 'nginx/site', 'server {\n listen 80;\n', ['nginx-syntax nginx/site:2']],
  [
    'a merge that was left unfinished',
    'a.conf',
    'a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> x\n',
    ['conflict-marker a.conf:2'],
  ],
  ['a line that only looks like one', 'a.conf', '=======\n<<<<<<< HEAD\n', []],
  ['an example of one in a document', 'a.md', '<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> x\n', []],
  ['a section twice', 'sanoid.conf', '[a]\nx=1\n[b]\n[a]\n', ['duplicate-section sanoid.conf:4']],
  ['a section twice elsewhere', 'smb.conf', '[a]\n[a]\n', []],
  [
    'a target twice',
    'syncoid-args.conf',
    '--r h:a t/a\n# h:a t/a\n--r h:b t/a\n--r h:c t/c\n',
    ['duplicate-target syncoid-args.conf:3'],
  ],
  ["Windows' line ends in a script", 'a.sh', '#!/bin/sh\r\nls\r\n', ['carriage-return a.sh:1']],
  ["Windows' line ends in a document", 'a.md', 'a\r\nb\r\n', []],
])('%s', ([, path, text, codes]) => {
  expect(found({ [path]: text })).toEqual(codes);
});

test.for<readonly [what: string, named: string, fix: string | undefined]>([
  ['a slip in the name of a unit of the clone', 'mail-failure@x.service', 'did you mean mail-failures@x.service?'],
  ['an instance of what is no template', 'backups@x.service', 'backups.service is no template'],
  ['a unit of the clone', 'backups.service', undefined],
  ['an instance of its template', 'mail-failures@a.service', undefined],
  ['a unit that a package may have', 'docker.service', undefined],
  ['a name that is only similar', 'backups-weekly.service', undefined],
  ['a name with a specifier', '%p.service', undefined],
])('units: %s', ([, named, fix]) => {
  const text = told({
    'mail-failures@.service': '[Service]\n',
    'backups.service': '[Service]\n',
    'x.service.d/o.conf': `[Unit]\nOnFailure=${named}\n`,
  });

  if (fix === undefined) expect(text).toBe('');
  else expect(text).toContain(fix);
});

const KEY = `${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7'}`;
const openssh = (cipher: string): string =>
  Buffer.from(
    `openssh-key-v1\0\0\0\0${String.fromCharCode(cipher.length)}${cipher}\0\0\0\u0004none\0\0`.padEnd(60, 'x'),
  )
    .toString('base64')
    .slice(0, 70);
// Put together here, so that nobody who looks for secrets finds one in this file.
const begin = (kind: string): string => `-----BEGIN ${kind}-----`;

test.for<readonly [what: string, path: string, text: string, isSecret: boolean]>([
  ['a private key', 'k.pem', `${begin('PRIVATE KEY')}\n${KEY}\n`, true],
  ['a private key without a passphrase', 'id', `${begin('OPENSSH PRIVATE KEY')}\n${openssh('none')}\n`, true],
  ['an encrypted private key', 'k.pem', `${begin('ENCRYPTED PRIVATE KEY')}\n${KEY}\n`, false],
  ['the name of a key in a document', 'd.md', `it begins with ${begin('PRIVATE KEY')}\n`, false],
  ['a password in configuration', 'a.conf', 'db_password = hunter2\n', true],
  ['a secret in a unit', 'a.service', '[Service]\nEnvironment=APP_SECRET=hunter22\n', true],
  ['a password in YAML', 'c.yml', 'password: "hunter2"\n', true],
  ['a random token in a document', 'd.md', 'API_TOKEN=3ffdab10e0919f1760f4cf0e8db999285e860b61\n', true],
  ['a password that a document explains', 'd.md', 'password: hunter2\n', false],
  ['a variable', 'c.yml', `password: ${'$'}{DB_PASSWORD}\n`, false],
  ['a template', 'c.yml', 'password: "{{ db_password }}"\n', false],
  ['a placeholder', 'a.conf', 'client_secret = XXX\ntoken = changeme\n', false],
  ['a file with the password', 'a.conf', 'password = /run/secrets/db\n', false],
  ['a setting about passwords', 'w.yml', 'update_password: on_create\nupdate_password: never4\n', false],
  ['an expression', 'w.yml', "  'authPassword': item.auth_password,\n", false],
  ['the name of a secret', 'w.yml', 'image_pull_secret: registry\n', false],
  ['a variable of a program', 'a.py', '#!/usr/bin/python3\npassword = prompt1\n', false],
  ['a permission', 'w.yml', 'id-token: write\n', false],
  ['a comment', 'a.conf', '#password = hunter2\n;password = hunter2\n', false],
  ['a password in a URL', 'a.conf', 'url = amqp://me:hunter2@mq.example.org/\n', true],
])('secrets: %s', ([, path, text, isSecret]) => {
  expect(found({ [path]: text }).map((one) => one.split(' ')[0])).toEqual(isSecret ? ['secret'] : []);
});

test('what is found as a secret is not told', () => {
  expect(told({ 'a.conf': 'db_password = hunter2\n' })).toContain('the value of db_password in clear');
  expect(told({ 'a.conf': 'db_password = hunter2\n' })).not.toContain('hunter2');
});

test('what npm has installed is not looked at, and that is told', () => {
  using disk = new CloneOnDisk({ 'node_modules/a.conf': 'password = hunter2\n' });

  expect(readClone(disk.folder)).toMatchObject({ unread: ['node_modules: what npm has installed'] });
  expect(readClone(disk.folder).entries.size).toBe(0);
});

test('nothing below a link out of the clone is read, and nothing of git', () => {
  using outside = new CloneOnDisk({ 'a.conf': 'password = hunter2\n' });
  using disk = new CloneOnDisk({ '.git/a.conf': 'password = hunter2\n', out: `-> ${outside.folder}` });

  expect([...readClone(disk.folder).entries.keys()]).toEqual(['out']);
});

test('the name of a remote tells where hosts have the clone', () => {
  using disk = new CloneOnDisk({
    '.git/config': '[remote "origin"]\n\turl = git@forge.example.org:team/servers.git\n',
  });

  expect(readClone(disk.folder).deployedAt).toEqual(['/opt/infra', '/opt/servers']);
});
