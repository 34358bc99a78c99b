import { expect, test } from 'vitest';
import { readPaths } from '../../src/audit/at-path.ts';
import { importedFrom, pathsToRead } from '../../src/audit/import/imported.ts';
import {
  importQuestions,
  readClones,
  readContainers,
  readDatasets,
  readPasswords,
  readRemoved,
} from '../../src/audit/import/questions.ts';
import { writtenPlaybook } from '../../src/audit/import/written.ts';
import type { Unmanaged, WantedTask } from '../../src/audit/unmanaged/thing.ts';
import { shellAnswer } from '../../src/core/questions/shell.ts';

const copy = (path: string): WantedTask => ({ type: 'ansible.builtin.copy', args: { dest: path }, contentOf: path });
const thing = (name: string, more: Partial<Unmanaged> = {}): Unmanaged => ({
  group: 'files',
  name,
  why: 'of no package',
  subjects: [],
  tasks: [copy(name)],
  ...more,
});

const answers = (told: Partial<Record<keyof typeof importQuestions, string>>) =>
  Object.fromEntries(
    Object.keys(importQuestions).map((name) => [name, shellAnswer(told[name as keyof typeof importQuestions] ?? '')]),
  ) as Readonly<Record<keyof typeof importQuestions, ReturnType<typeof shellAnswer>>>;

const known = (things: readonly Unmanaged[], files: Readonly<Record<string, string>> = {}, more = {}) =>
  importedFrom({
    things,
    paths: readPaths(
      Object.keys(files),
      Object.fromEntries(Object.entries(files).map(([path, text]) => [`at ${path}`, shellAnswer(text)])),
      1000,
    ),
    clones: [],
    removed: [],
    datasets: [],
    containers: new Map(),
    passwords: new Map(),
    running: new Set(),
    keepsSecrets: true,
    ...more,
  });

const file = (text: string, rights = '644 root root'): string => `file ${rights}\n${text}`;

test('a file is copied with its owner, group and mode', () => {
  const { tasks, files } = known([thing('/etc/a')], { '/etc/a': file('x', '755 root adm') });

  expect(tasks).toEqual([
    {
      name: '/etc/a',
      topic: 'files',
      type: 'ansible.builtin.copy',
      args: { src: '/etc/a', dest: '/etc/a', owner: 'root', group: 'adm', mode: '0755' },
    },
  ]);
  expect(files).toEqual([{ path: '/etc/a', text: 'x' }]);
});

test('a link in the place of a configuration file stays a link', () => {
  const { tasks, files } = known([thing('/etc/nginx/nginx.conf')], { '/etc/nginx/nginx.conf': 'link\n/opt/conf\n' });

  expect(tasks[0]?.args).toEqual({ path: '/etc/nginx/nginx.conf', src: '/opt/conf', state: 'link', force: true });
  expect(files).toEqual([]);
});

test.for<[string, string, string]>([
  ['the text of a key', '/etc/x', file('-----BEGIN PRIVATE KEY-----\n')],
  ['a file that not everybody may read', '/etc/x', file('x', '600 root root')],
  ['the name of a key', '/etc/x.key', file('x')],
])('%s is a secret: encrypted, or left out', ([, path, text]) => {
  const kept = known([thing(path)], { [path]: text });
  const leftOut = known([thing(path)], { [path]: text }, { keepsSecrets: false });

  expect(kept.files[0]?.secret).toBeDefined();
  expect([leftOut.tasks, leftOut.files, leftOut.left.length]).toEqual([[], [], 1]);
  const all = writtenPlaybook(kept, { host: 'h', name: 'h', become: false, seal: () => 'SEALED' });
  expect(all.find((one) => one.path === `h/files${path}`)).toEqual({
    path: `h/files${path}`,
    bytes: Buffer.from('SEALED'),
    isPrivate: true,
  });
});

test('a public key is no secret', () => {
  const path = '/root/.ssh/id_ed25519.pub';

  expect(known([thing(path)], { [path]: file('ssh-ed25519 AAAA x') }).files[0]?.secret).toBeUndefined();
});

test.for(['/etc/ssh/ssh_host_rsa_key', '/etc/machine-id', '/etc/.git/config'])('%s is not carried', (path) => {
  const { tasks, left } = known([thing(path)], { [path]: file('x') });

  expect([tasks, left.length, pathsToRead([thing(path)], [])]).toEqual([[], 1, []]);
});

test('what lies in a clone comes from its repository', () => {
  const clones = readClones(
    answers({
      clones:
        '/opt/infra\x1fgit@forge:infra.git\x1fref: refs/heads/main\x1f/root/.ssh/deploy\n/srv/own\x1f\x1fref: refs/heads/x\x1f\n',
    }),
  );
  const things = [thing('/opt/infra/', { tasks: [copy('/opt/infra/a')] }), thing('/opt/other')];

  expect(pathsToRead(things, clones)).toEqual(['/root/.ssh/known_hosts', '/opt/other']);
  const { tasks } = known(things, { '/opt/other': file('x') }, { clones });
  expect(tasks.map(({ name }) => name)).toEqual(['/opt/other', 'clone /opt/infra']);
  expect(tasks[1]?.args).toEqual({
    repo: 'git@forge:infra.git',
    dest: '/opt/infra',
    version: 'main',
    update: false,
    key_file: '/root/.ssh/deploy',
  });
});

test('packages that were removed are those that apt removed and that are not there; not kernels and libraries', () => {
  const log = 'exim4-base:amd64 (4.96-15), nano:amd64 (7.2)\nlinux-image-6.1.0-9-amd64:amd64 (6.1), libx1:amd64 (1)\n';

  expect(readRemoved(answers({ removed: log }), new Set(['nano']))).toEqual(['exim4-base']);
});

test('datasets, container lines and passwords are read', () => {
  const told = answers({
    datasets: 'hdd\tcompression\tlz4\nhdd/a\tquota\t1G\nhdd/a\tmountpoint\t/a\n',
    containers: '/etc/pve/lxc/100.conf\x1fcores: 4\n/etc/pve/lxc/100.conf\x1f#a note\n',
    passwords: 'bob:$y$j9T$x\n',
  });

  expect(readDatasets(told)).toEqual([
    { name: 'hdd', properties: { compression: 'lz4' } },
    { name: 'hdd/a', properties: { quota: '1G', mountpoint: '/a' } },
  ]);
  expect([...readContainers(told)]).toEqual([['/etc/pve/lxc/100.conf', ['cores: 4']]]);
  const { variables, tasks } = known([], {}, { passwords: readPasswords(told) });
  expect(variables).toEqual({ vault_password_of_bob: '$y$j9T$x' });
  expect(tasks[0]?.args).toEqual({ name: 'bob', password: '{{ vault_password_of_bob }}' });
});

test('a text from the host is never a template; our own are', () => {
  const imported = known(
    [thing('/etc/a', { tasks: [{ type: 'ansible.builtin.command', args: { cmd: 'echo {{ x }}' } }] }), thing('/etc/b')],
    { '/etc/b': file('{{ y }}') },
  );
  const all = writtenPlaybook(imported, { host: 'h', name: 'h', become: true, seal: () => '' });
  const texts = all.map(({ bytes }) => Buffer.from(bytes).toString()).join('\n');

  expect(texts).toContain('!unsafe echo {{ x }}');
  expect(texts).toContain('src: "{{ playbook_dir }}/h/files/etc/b"');
  expect(texts).toContain('become: true');
});

test('a service that runs is restarted after a change in its own directory of /etc', () => {
  const two = ['/etc/nginx/a', '/etc/nginx/b'];
  const imported = known(
    two.map((path) => thing(path)),
    Object.fromEntries(two.map((path) => [path, file('x')])),
    {
      running: new Set(['nginx.service']),
    },
  );
  const [playbook] = writtenPlaybook(imported, { host: 'h', name: 'h', become: false, seal: () => '' });

  expect(imported.tasks.map(({ notify }) => notify)).toEqual(['nginx', 'nginx']);
  expect(Buffer.from(playbook?.bytes ?? []).toString()).toContain('name: restart nginx');
});
