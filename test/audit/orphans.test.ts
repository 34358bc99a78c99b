import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Rig, type Said } from '../cli/rig.ts';
import { isThorough } from '../thorough.ts';

let rig: Rig;

const run = (...args: readonly string[]): Promise<Said> => rig.run(args, { env: { RETRACE_HISTORY: 'history' } });

/** What an audit found: the subjects of each kind, by host. */
interface Found {
  readonly host: string;
  readonly kind: string;
  readonly subject: string;
  readonly reason: string;
  readonly id: string;
}

async function audit(...playbooks: readonly string[]): Promise<readonly Found[]> {
  const { stdout, stderr } = await run(
    'audit',
    ...(playbooks.length > 0 ? playbooks : ['site.yaml']),
    '-i',
    'hosts.yaml',
    '-o',
    'json',
    '-f',
    '20',
  );
  if (stdout === '') throw new Error(stderr);
  const { findings } = JSON.parse(stdout) as {
    findings: readonly (Omit<Found, 'host'> & { readonly hosts: string[] })[];
  };
  return findings.flatMap(({ hosts, ...finding }) => hosts.map((host) => ({ ...finding, host })));
}

const orphansIn = (found: readonly Found[]): readonly string[] =>
  found.filter(({ kind }) => kind === 'orphan').map(({ subject }) => subject.replaceAll(rig.folder, ''));

/** A playbook for one host. */
const play = (tasks: readonly object[], more: object = {}): string =>
  JSON.stringify([{ hosts: 'web1', connection: 'local', gather_facts: false, tasks, ...more }]);

const begin = (): Rig => new Rig().write({ 'hosts.yaml': 'all: {hosts: {web1: }}\n' });

describe('kinds of orphans', () => {
  const at = (name: string): string => `{{ playbook_dir }}/${name}`;
  const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJYz2mPZOIm0dm0cP4Pp7D4OXPVo1HBZ0RTb9PBFaFCj alex';

  const ME = userInfo().username;

  /** What an orphan is called, and the task that put it there; of several, only the first has the task. */
  const KINDS: readonly (readonly [subject: string, task: object])[] = [
    ['/d', { file: { path: at('d'), state: 'directory' } }],
    ['/l', { file: { path: at('l'), src: '/etc', state: 'link' } }],
    ['/h', { file: { path: at('h'), src: at('hosts.yaml'), state: 'hard' } }],
    [
      '/touched',
      { file: { path: at('touched'), state: 'touch', modification_time: 'preserve', access_time: 'preserve' } },
    ],
    ['/copied', { copy: { dest: at('copied'), content: 'x\n' } }],
    ['/tree/b', { copy: { dest: at(''), src: 'tree' } }],
    ['/tree/a', {}],
    ['/tree', {}],
    ['/rendered', { template: { dest: at('rendered'), src: 'one.j2' } }],
    ['/assembled', { assemble: { dest: at('assembled'), src: at('parts'), remote_src: true } }],
    ['line "some line" in /lines', { lineinfile: { path: at('lines'), line: 'some line' } }],
    [
      'block "# BEGIN mine" in /blocks',
      { blockinfile: { path: at('blocks'), block: 'one\ntwo', marker: '# {mark} mine' } },
    ],
    ['option [web] port in /ini', { ini_file: { path: at('ini'), section: 'web', option: 'port', value: '1' } }],
    ['section [empty] in /ini', { ini_file: { path: at('ini'), section: 'empty', allow_no_value: true } }],
    [
      'cron job "clean" in /crontab',
      { cron: { cron_file: at('crontab'), name: 'clean', job: 'true', user: 'root', hour: '3' } },
    ],
    [
      'cron variable "MAILTO" in /crontab',
      { cron: { cron_file: at('crontab'), name: 'MAILTO', job: 'x@y.z', env: true, user: 'root' } },
    ],
    ['cron variable "LANG" in /crontab', { cronvar: { cron_file: at('crontab'), name: 'LANG', value: 'C' } }],
    ['user bob in /passwords', { htpasswd: { path: at('passwords'), name: 'bob', password: 'pa55word' } }],
    [
      'host key of example.org in /known',
      { known_hosts: { path: at('known'), name: 'example.org', key: `example.org ${KEY}` } },
    ],
    [
      `SSH key ${KEY} of ${ME} in /keys`,
      { authorized_key: { user: ME, path: at('keys'), key: KEY, manage_dir: false } },
    ],
    [
      'git setting user.name file /gitconfig',
      { git_config: { scope: 'file', file: at('gitconfig'), name: 'user.name', value: 'x' } },
    ],
    [
      'kernel parameter vm.swappiness in /sysctl',
      { sysctl: { sysctl_file: at('sysctl'), name: 'vm.swappiness', value: '60', reload: false } },
    ],
    ['blacklisted kernel module floppy', { kernel_blacklist: { blacklist_file: at('blacklist'), name: 'floppy' } }],
    [
      'encrypted device luks-home',
      { crypttab: { path: at('crypttab'), name: 'luks-home', state: 'present', backing_device: '/dev/sdz' } },
    ],
    [
      'ssh client section bastion /sshconfig',
      { ssh_config: { ssh_config_file: at('sshconfig'), host: 'bastion', hostname: '10.0.0.1', port: 22 } },
    ],
    ['/key.pem', { openssl_privatekey: { path: at('key.pem'), type: 'Ed25519' } }],
    ['/csr.pem', { openssl_csr: { path: at('csr.pem'), privatekey_path: at('key.pem'), common_name: 'x' } }],
    ['/id', { openssh_keypair: { path: at('id'), type: 'ed25519' } }],
    ['/id.pub', {}],
    [
      'yum repository epel',
      { yum_repository: { name: 'epel', description: 'x', baseurl: 'http://x.y', reposdir: at('') } },
    ],
    [
      'sudo rule deploy',
      { sudoers: { sudoers_path: at(''), name: 'deploy', user: 'bob', commands: '/bin/true', validation: 'absent' } },
    ],
  ];

  let first: readonly Found[];

  beforeAll(async () => {
    rig = begin().write({
      'templates/one.j2': 'x\n',
      'files/tree/a': 'a\n',
      'files/tree/b': 'b\n',
      'parts/1': 'x\n',
      lines: 'other\n',
      blocks: 'other\n',
      'site.yaml': play(
        KINDS.flatMap(([subject, task]) =>
          Object.keys(task).length === 0 ? [] : [{ name: `puts ${subject}`, ignore_errors: true, ...task }],
        ),
      ),
    });
    const { stdout } = await run('site.yaml', '-i', 'hosts.yaml');
    if (/failed=[1-9]|ignored=[1-9]/.test(stdout)) throw new Error(stdout);
    rig.write({ 'site.yaml': play([{ debug: { msg: 'nothing is declared any more' } }]) });
    first = await audit();
  }, 200_000);
  afterAll(() => rig[Symbol.dispose]());

  test('each is told', () => {
    const told = orphansIn(first).map((subject) => subject.replace(/ \/$/, ''));

    expect(KINDS.filter(([subject]) => !told.includes(subject)).map(([subject]) => subject)).toEqual([]);
    expect(KINDS.length).toBeGreaterThanOrEqual(30);
    expect(told.length).toBe(KINDS.length);
  });

  test('run retire removes them all, and no audit tells them again', async () => {
    const { code, stdout } = await run('retire', '--yes', '-i', 'hosts.yaml');

    expect(stdout).toContain('failed=0');
    expect(code).toBe(0);
    expect(
      ['d', 'l', 'h', 'touched', 'copied', 'tree', 'rendered', 'key.pem', 'id.pub'].filter((name) =>
        existsSync(join(rig.folder, name)),
      ),
    ).toEqual([]);
    expect(readFileSync(join(rig.folder, 'lines'), 'utf8')).toBe('other\n');
    expect(await audit()).toEqual([]);
  }, 200_000);
});

describe('run retire', () => {
  test('looks again, asks, and removes only what is meant', async () => {
    using own = begin();
    rig = own;
    const file = (name: string): object => ({ copy: { dest: `{{ playbook_dir }}/${name}`, content: 'x' } });
    const folder = { file: { path: '{{ playbook_dir }}/kept', state: 'directory' } };
    // Files that were there before: one is as declared, the other is edited.
    rig.write({ found: 'x', edited: 'y' });
    const before = [file('found'), file('edited')];
    rig.write({ 'site.yaml': play([folder, file('a'), file('b'), file('c'), ...before]) });
    await run('site.yaml', '-i', 'hosts.yaml');
    rig.write({ 'kept/mine': '', 'site.yaml': play([{ debug: { msg: 'x' } }]) });

    // A part of the playbook does not tell what the whole declares.
    expect((await run('audit', 'site.yaml', '-i', 'hosts.yaml', '--tags', 'none')).stdout).not.toContain('orphan');
    const found = await audit();
    const idOf = (name: string): string => found.find(({ subject }) => subject.endsWith(`/${name}`))?.id ?? '';
    expect(orphansIn(found).toSorted()).toEqual(['/a', '/b', '/c', '/edited', '/found', '/kept']);

    expect(await run('retire', 'abcdef', '-i', 'hosts.yaml')).toMatchObject({ code: 1, stdout: '' });
    expect(await run('retire', idOf('a'), '-i', 'hosts.yaml', '--check')).toMatchObject({ code: 2 });
    expect((await run('retire', idOf('a'), '-i', 'hosts.yaml', '--host', 'web2')).stdout).toContain(
      'nothing to remove',
    );
    const declined = await rig.run(['retire', idOf('a'), '-i', 'hosts.yaml'], {
      env: { RETRACE_HISTORY: 'history' },
      input: 'n\n',
    });
    expect(declined).toMatchObject({ code: 1 });
    expect(existsSync(join(rig.folder, 'a'))).toBe(true);

    // Declared anew since the audit.
    rig.write({ 'site.yaml': play([file('b')]) });
    const { stdout } = await run('retire', '-i', 'hosts.yaml', '-y');
    expect(stdout).toContain('--with-contents');
    expect(stdout).toContain('--with-found');
    const there = (): readonly string[] =>
      ['a', 'b', 'c', 'edited', 'found', 'kept'].filter((name) => existsSync(join(rig.folder, name)));
    expect(there()).toEqual(['b', 'edited', 'found', 'kept']);
    expect(orphansIn(await audit()).toSorted()).toEqual(['/edited', '/found', '/kept']);

    await run('retire', '-i', 'hosts.yaml', '-y', '--with-found', '--with-contents');
    expect(there()).toEqual(['b']);
  }, 120_000);
});

describe('100 refactorings', () => {
  /** A host for each; CI leaves out most of the pairs of a content and a place. */
  const HOSTS = Array.from({ length: 100 }, (_, host) => host).filter(
    (host) => isThorough || [0, 1].includes((host - Math.floor(host / 10) + 10) % 10),
  );
  /** The directory of a host's things. */
  const folder = (host: number): string => `${rig.folder}/h${host}`;

  /** What is declared before, in the directory `at`. */
  const declared = (at: string): readonly object[] => [
    { name: 'a directory', file: { path: `${at}/d`, state: 'directory' } },
    { name: 'two files', copy: { dest: `${at}/d/{{ item }}`, content: '{{ item }}\n' }, loop: ['one', 'two'] },
    { name: 'a line', lineinfile: { path: `${at}/conf`, line: 'port = 1', create: true } },
    { name: 'a pattern', lineinfile: { path: `${at}/conf`, line: 'log yes', regexp: '^log ' } },
    { name: 'an option', ini_file: { path: `${at}/ini`, section: 's', option: 'o', value: '1' } },
    { name: 'a link', file: { path: `${at}/l`, src: 'conf', state: 'link' } },
  ];

  /** The same written in another way, or by other types. */
  const CONTENTS: readonly ((at: string) => readonly object[])[] = [
    (at) => declared(at).map((task, index) => ({ ...task, name: `renamed ${index}` })),
    (at) => declared(at).toReversed(),
    // The loop in another order, split, and with other keywords.
    (at) => [
      ...declared(at).filter((task) => !('loop' in task)),
      { copy: { dest: `${at}/d/two`, content: 'two\n' } },
      { 'ansible.builtin.copy': `dest=${at}/d/one content="one\n"` },
    ],
    (at) => [
      ...declared(at).filter((task) => !('loop' in task)),
      {
        copy: { path: undefined, dest: '{{ dir }}//d/{{ item.name }}', content: 'x' },
        vars: { dir: at },
        with_items: [{ name: 'two' }, { name: 'one' }],
      },
    ],
    // A template instead of a copy, a link instead of a file.
    (at) => [
      { file: { dest: `${at}/d`, state: 'directory' } },
      { template: { src: 'one.j2', dest: `${at}/d/one` } },
      { file: { src: 'one', path: `${at}/d/two`, state: 'link', force: true } },
      ...declared(at).slice(2),
    ],
    // The whole file instead of its lines.
    (at) => [
      ...declared(at).slice(0, 2),
      { copy: { dest: `${at}/conf`, content: 'port = 1\nlog yes\n' } },
      { copy: { dest: `${at}/ini`, content: '[s]\no = 1\n' } },
      ...declared(at).slice(5),
    ],
    // A block instead of lines, and a line instead of an option.
    (at) => [
      ...declared(at).slice(0, 2),
      { blockinfile: { path: `${at}/conf`, block: 'port = 1\nlog yes' } },
      { lineinfile: { path: `${at}/ini`, line: 'o = 1' } },
      ...declared(at).slice(5),
    ],
    // Other values of the same line and option.
    (at) => [
      ...declared(at).slice(0, 2),
      { lineinfile: { path: `${at}/conf`, line: 'port = 2', regexp: '^port' } },
      { lineinfile: { path: `${at}/conf`, line: 'log no', regexp: '^log ' } },
      { ini_file: { path: `${at}/ini`, section: 's', option: 'o', value: '2' } },
      ...declared(at).slice(5),
    ],
    // Declared to be absent, which is a drift, and no orphan.
    (at) => [
      { file: { path: `${at}/l`, state: 'absent' } },
      { lineinfile: { path: `${at}/conf`, line: 'port = 1', state: 'absent' } },
      { ini_file: { path: `${at}/ini`, section: 's', option: 'o', state: 'absent' } },
      ...declared(at).slice(0, 2),
      ...declared(at).slice(3, 4),
    ],
    (at) => declared(at).map((task) => ({ ...task, no_log: true })),
  ];

  /** The files that it leads to, and one that is dropped. */
  const THERE = {
    'd/one': 'one\n',
    'd/two': 'two\n',
    conf: 'port = 1\nlog yes\n',
    ini: '[s]\no = 1\n',
    dropped: 'x\n',
  };

  type Play = Readonly<Record<string, unknown>>;
  const playOf = (host: number, tasks: readonly object[], more: object = {}): Play => ({
    hosts: `h${host}`,
    connection: 'local',
    gather_facts: false,
    ...(tasks.length > 0 && { tasks }),
    ...more,
  });

  /** Where the tasks are written, and what decides whether they run now. */
  const PLACES: readonly ((host: number, tasks: readonly object[]) => Play)[] = [
    (host, tasks) => playOf(host, tasks),
    (host, tasks) => {
      rig.write({ [`roles/r${host}/tasks/main.yaml`]: JSON.stringify(tasks) });
      return playOf(host, [], { roles: [`r${host}`] });
    },
    (host, tasks) => {
      rig.write({ [`tasks${host}.yaml`]: JSON.stringify(tasks) });
      return playOf(host, [{ import_tasks: `tasks${host}.yaml` }]);
    },
    (host, tasks) => {
      rig.write({ [`tasks${host}.yaml`]: JSON.stringify(tasks) });
      return playOf(host, [{ include_tasks: `tasks${host}.yaml` }]);
    },
    (host, tasks) => playOf(host, [{ block: [{ block: tasks }], always: [{ debug: { msg: 'x' } }] }]),
    (host, tasks) => playOf(host, [{ block: [{ debug: { msg: 'x' } }], rescue: tasks }]),
    (host, tasks) =>
      playOf(host, [{ debug: { msg: 'x' } }], {
        handlers: tasks.map((task, index) => ({ name: `handler ${index}`, ...task })),
      }),
    (host, tasks) =>
      playOf(
        host,
        tasks.map((task) => ({ ...task, when: 'wanted | default(false)' })),
      ),
    (host, tasks) => playOf(host, [{ debug: { msg: 'x' } }, ...tasks.map((task) => ({ ...task, tags: ['never'] }))]),
    (host, tasks) => playOf(host, [{ debug: { msg: 'x' } }, { meta: 'end_host' }, ...tasks]),
  ];

  test('none is told as an orphan, and what is dropped with them is', async () => {
    const all = HOSTS;
    using own = new Rig();
    rig = own;
    // The things are there from the start, so that the run finds them as declared: that is enough, and quicker.
    rig.write({
      'hosts.yaml': `all: {hosts: {${all.map((host) => `h${host}: `).join(', ')}}}\n`,
      'templates/one.j2': 'one\n',
      ...Object.fromEntries(
        all.flatMap((host) => Object.entries(THERE).map(([name, text]) => [`h${host}/${name}`, text])),
      ),
    });
    for (const host of all) symlinkSync('conf', `${folder(host)}/l`);
    const at = '{{ playbook_dir }}/{{ inventory_hostname }}';
    const dropped = { name: 'dropped', copy: { dest: `${at}/dropped`, content: 'x\n' } };
    rig.write({
      'site.yaml': JSON.stringify([
        { hosts: 'all', connection: 'local', gather_facts: false, tasks: [...declared(at), dropped] },
      ]),
    });
    const { stdout } = await run('site.yaml', '-i', 'hosts.yaml', '-f', '10');
    if (!/h99 : ok=7 changed=0 failed=0/.test(stdout)) throw new Error(stdout.slice(-3000));
    const after = all.map((host) => {
      const tasks = (CONTENTS[host % 10] ?? declared)(folder(host));
      return (PLACES[Math.floor(host / 10)] ?? playOf)(host, tasks);
    });
    // A part of the hosts is in another playbook of the same audit.
    rig.write({
      'site.yaml': JSON.stringify(after.slice(0, after.length / 2)),
      'other.yaml': JSON.stringify(after.slice(after.length / 2)),
    });
    const found = await audit('site.yaml', 'other.yaml');

    expect(found.filter(({ kind }) => kind === 'unknown')).toEqual([]);
    expect(orphansIn(found).toSorted()).toEqual(all.map((host) => `/h${host}/dropped`).toSorted());
  }, 240_000);
});
