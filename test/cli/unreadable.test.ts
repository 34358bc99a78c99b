import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Rig } from './rig.ts';

const play = (task: string): string =>
  `- hosts: localhost\n  connection: local\n  gather_facts: false\n  tasks:\n    - ${task}\n      ignore_errors: true\n    - debug: {msg: went on}\n`;

/** A directory with every kind of unreadable file. */
function rigWithTraps(files: Readonly<Record<string, string>>): Rig {
  const rig = new Rig().write(files);
  const at = (name: string): string => join(rig.folder, name);
  symlinkSync('circle', at('circle'));
  mkdirSync(at('directory'));
  mkdirSync(at('tree'), { recursive: true });
  mkdirSync(at('special'));
  execFileSync('mkfifo', [at('fifo'), at('special/fifo')]);
  return rig;
}

/** Tasks, and the reason each fails with. */
const tasks: readonly (readonly [string, string])[] = [
  ['copy: {src: circle, dest: out}', 'cannot open circle: too many levels of symbolic links'],
  ['copy: {src: fifo, dest: out}', 'cannot read fifo: it is a FIFO'],
  ['copy: {src: special/, dest: out}', 'special/fifo is a FIFO: only regular files can be copied'],
  ['template: {src: circle, dest: out}', 'cannot open circle: too many levels of symbolic links'],
  ['script: circle', 'cannot open circle: too many levels of symbolic links'],
  ['unarchive: {src: circle, dest: out}', 'cannot open circle: too many levels of symbolic links'],
  ['include_vars: circle', 'cannot open circle: too many levels of symbolic links'],
  ["debug: {msg: \"{{ lookup('file', 'circle') }}\"}", 'cannot open circle: too many levels of symbolic links'],
  ["debug: {msg: \"{{ lookup('template', 'circle') }}\"}", 'cannot open circle: too many levels of symbolic links'],
  ["debug: {msg: \"{{ lookup('file', 'fifo') }}\"}", 'cannot read fifo: it is a FIFO'],
  ["debug: {msg: \"{{ lookup('file', '/dev/zero') }}\"}", 'cannot read /dev/zero: it is a device'],
  ['fetch: {src: /etc/hostname, dest: directory, flat: true}', 'directory is a directory on the controller'],
  ['fetch: {src: /etc/hostname, dest: fifo/x/, flat: true}', 'a parent is not a directory'],
];

const yaml = (task: string): string => `    - ${task}\n      ignore_errors: true\n`;

describe('XM6: a file that the operator may not read', () => {
  test('fails the task, and the run continues', async () => {
    using rig = rigWithTraps({
      'play.yaml': `- hosts: localhost\n  connection: local\n  gather_facts: false\n  tasks:\n${tasks.map(([task]) => yaml(task)).join('')}`,
    });

    const { code, stdout, stderr } = await rig.run(['play.yaml', '-i', 'localhost,']);

    const failures = stdout.replaceAll(`${rig.folder}/`, '').match(/FAILED!.*/g);
    expect(failures).toEqual(tasks.map(([, message]) => expect.stringContaining(message)));
    expect([code, stderr]).toEqual([0, '']);
  });

  test('is omitted from a fileglob if it cannot be examined', async () => {
    using rig = rigWithTraps({
      'play.yaml': play(`debug: {msg: "{{ lookup('fileglob', '*') }} {{ 'circle' is exists }}"}`),
    });

    const { code, stdout } = await rig.run(['play.yaml', '-i', 'localhost,']);

    expect([code, stdout.includes('play.yaml')]).toEqual([0, true]);
  });

  test.for([
    ['an inventory', ['-i', 'circle'], {}],
    ['a vault password', ['-i', 'localhost,', '--vault-password-file', 'circle'], {}],
    ['a password file', ['-i', 'localhost,', '--become-password-file', 'circle'], {}],
    ['a configuration', ['-i', 'localhost,'], { ANSIBLE_CONFIG: 'circle/ansible.cfg' }],
    ['an event file', ['-i', 'localhost,'], { RETRACE_EVENTS: 'directory' }],
  ] as const)('%s that cannot be read ends the program with a one-line message', async ([, args, env]) => {
    using rig = rigWithTraps({ 'play.yaml': play('ping:') });

    const { code, stderr } = await rig.run(['play.yaml', ...args], { env });

    expect(stderr).toMatch(/circle|directory/);
    expect(stderr).not.toMatch(/this is a bug|^\s+at /m);
    expect(code).toBe(1);
  });
});

describe('P3, H14: a copied directory', () => {
  test('keeps links that point to nothing, to themselves, or to a directory that contains them', async () => {
    using rig = rigWithTraps({ 'play.yaml': play('copy: {src: tree/, dest: out/}'), 'tree/sub/f': 'x' });
    for (const [name, target] of Object.entries({ dangling: 'nowhere', self: 'self', 'sub/up': '..' }))
      symlinkSync(target, join(rig.folder, 'tree', name));

    const first = await rig.run(['play.yaml', '-i', 'localhost,']);
    const second = await rig.run(['play.yaml', '-i', 'localhost,']);

    const out = (name: string): string => readlinkSync(join(rig.folder, 'out', name));
    expect([out('dangling'), out('self'), out('sub/up')]).toEqual(['nowhere', 'self', '..']);
    expect([first.code, second.code, second.stdout.includes('changed=0')]).toEqual([0, 0, true]);
  });

  test('follows other links', async () => {
    using rig = rigWithTraps({ 'play.yaml': play('copy: {src: tree/, dest: out/}'), 'aside/f': 'x' });
    symlinkSync('../aside', join(rig.folder, 'tree/link'));

    await rig.run(['play.yaml', '-i', 'localhost,']);

    const copied = join(rig.folder, 'out/link');
    expect([existsSync(copied) && lstatSync(copied).isDirectory(), readFileSync(join(copied, 'f'), 'utf8')]).toEqual([
      true,
      'x',
    ]);
  });
});

describe('places', () => {
  test('below a `#jinja2:` header are those of the file', async () => {
    using rig = new Rig().write({
      'play.yaml': play('template: {src: t.j2, dest: out}'),
      't.j2': '#jinja2: trim_blocks: True\nx\n{% if %}\n',
    });

    const { code, stderr } = await rig.run(['play.yaml', '-i', 'localhost,']);

    expect([code, stderr.includes('t.j2:3:7')]).toEqual([1, true]);
  });

  test.for(['vars_files: [vars.yaml]\n  tasks: []', 'tasks:\n    - include_vars: vars.yaml'])(
    'of a mistake in an encrypted variables file are in that file: %s',
    async (how) => {
      using rig = new Rig().write({
        'play.yaml': `- hosts: localhost\n  connection: local\n  gather_facts: false\n  ${how}\n`,
        'vars.yaml': 'a: 1\nb: [\n',
        password: 'x',
      });
      await rig.run(['vault', 'encrypt', '--vault-password-file', 'password', 'vars.yaml']);

      const { code, stdout, stderr } = await rig.run([
        'play.yaml',
        '-i',
        'localhost,',
        '--vault-password-file',
        'password',
      ]);

      expect(stdout + stderr).toContain('vars.yaml:2:4');
      expect(stdout + stderr).not.toMatch(/^\s*[0-9a-f]{30}/m);
      expect(code).toBeGreaterThan(0);
    },
  );
});

test('XM5: all variables can be shown at once', async () => {
  using rig = new Rig().write({
    'play.yaml': play('copy: {content: "{{ vars | to_nice_json }}", dest: out}').replace(
      '  tasks:',
      '  vars: {a: "{{ b }}", b: 1, c: "{{ nowhere }}"}\n  tasks:\n    - debug: {msg: "{{ vars }}"}',
    ),
  });

  const { code, stdout } = await rig.run(['play.yaml', '-i', 'localhost,']);

  const written = JSON.parse(readFileSync(join(rig.folder, 'out'), 'utf8')) as Record<string, unknown>;
  expect(written).toMatchObject({ a: 1, b: 1, c: '{{ nowhere }}', inventory_hostname: 'localhost' });
  expect([code, 'vars' in written, stdout.includes('inventory_hostname')]).toEqual([0, false, true]);
});
