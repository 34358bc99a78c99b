import { describe, expect, test } from 'vitest';
import { Rig } from './rig.ts';

// An address without a host: a run that tried to connect would not exit with code 1.
const inventory = 'all:\n  hosts:\n    h1: {ansible_host: 192.0.2.1}\n';

const tasks = (text: string): string => `- hosts: all\n  tasks:\n${text.replace(/^/gm, '    ')}\n`;

const cases: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'a mis-indented playbook',
    tasks('- file:\n    path: /x\n   state: directory'),
    ['play.yaml:5:8', 'indented by 7 spaces'],
  ],
  [
    'an unknown keyword',
    tasks('- file: {path: /x}\n  notfy: b'),
    ['play.yaml:4:7', "'notfy' is not a valid attribute for a Task", 'did you mean "notify"?'],
  ],
  [
    'an unknown task type',
    tasks('- fiel: {path: /x}'),
    ['play.yaml:3:7', 'unknown task type "fiel"', 'did you mean "file"?'],
  ],
  [
    'H12: an Ansible module that is missing',
    tasks('- docker_stack: {name: shop}'),
    ['play.yaml:3:7', 'unknown task type "docker_stack"', 'use `docker_compose_v2`, or'],
  ],
  [
    'two unknown parameters, both',
    tasks("- file: {path: /x, sate: directory, mdoe: '0644'}"),
    ['`sate` is not a parameter', 'did you mean `state`?', '`mdoe` is not a parameter', 'did you mean `mode`?'],
  ],
  ['a missing parameter', tasks('- systemd: {enabled: true, user: x}'), ['play.yaml:3:']],
  ['a wrong type', tasks('- wait_for: {port: eighty}'), ['play.yaml:3:24', 'expected an integer, got `eighty`']],
  ['a wrong choice', tasks('- file: {path: /x, state: directoy}'), ['did you mean `directory`?']],
  ['an undefined variable', tasks('- file: {path: "/x/{{ nowhere }}"}'), ['play.yaml:3:', "'nowhere' is undefined"]],
  [
    'an undefined handler',
    `${tasks('- file: {path: /x}\n  notify: reload nginks')}  handlers:\n    - name: reload nginx\n      command: "true"\n`,
    ["The requested handler 'reload nginks' was not found", 'did you mean "reload nginx"?'],
  ],
  [
    'an unknown filter',
    tasks('- file: {path: "/x/{{ inventory_hostname | uper }}"}'),
    ["no filter named 'uper'", 'did you mean "upper"?'],
  ],
  [
    'a broken template',
    tasks('- file: {path: "/x/{{ inventory_hostname "}'),
    ['play.yaml:3:', 'unexpected end of template'],
  ],
  ['a missing file', tasks('- copy: {src: nothing.conf, dest: /x}'), ['play.yaml:3:', 'nothing.conf']],
  ['a missing task file', tasks('- import_tasks: none.yaml'), ['play.yaml:3:21', "'none.yaml'"]],
  [
    'an unknown host pattern',
    '- hosts: h2\n  tasks: []\n',
    ['play.yaml:1:10', 'Could not match supplied host pattern', 'did you mean "h1"?'],
  ],
  [
    'a mode without its leading zero',
    tasks('- file: {path: /x, mode: 644}'),
    ['play.yaml:3:', 'expected a mode with a leading zero, got `644`', "write `'0644'`"],
  ],
  ['no playbook in the file', 'hosts: all\n', ['play.yaml:1:']],
];

describe('bad input ends with exit code 1, before any connection', () => {
  test.for(cases)('%s', async ([, text, expected]) => {
    using rig = new Rig().write({ 'inventory.yaml': inventory, 'play.yaml': text });

    const { code, stdout, stderr } = await rig.run(['play.yaml']);

    expect(code).toBe(1);
    expect(stdout).toBe('');
    for (const part of expected) expect(stderr).toContain(part);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('the error about a wrong vault password names the value that it cannot decrypt', async () => {
    using rig = new Rig().write({ 'inventory.yaml': inventory, right: 'right', wrong: 'wrong' });
    const { stdout } = await rig.run([
      'vault',
      'encrypt_string',
      '--vault-password-file',
      'right',
      '--name',
      's',
      'secret',
    ]);
    rig.write({
      'play.yaml': `- hosts: all\n  vars:\n    ${stdout.trimEnd().replace(/\n/g, '\n    ')}\n  tasks:\n    - file: {path: "/x/{{ s }}"}\n`,
    });

    const { code, stderr } = await rig.run(['play.yaml', '--vault-password-file', 'wrong']);

    expect(code).toBe(1);
    expect(stderr).toContain('play.yaml:4:');
    expect(stderr).toContain('Decryption failed');
  });

  test.for<[string, readonly string[], string]>([
    ['--syntax-check', [], 'playbook: play.yaml'],
    ['--list-tasks', [], 'the task'],
    ['--list-tags', [], 'TASK TAGS'],
    ['--list-hosts', [], 'h2'],
    ['--check', ['--limit', 'h1'], 'the task'],
  ])('M minor: %s %j of a secret that only h2 uses needs no password', async ([flag, limit, expected]) => {
    using rig = new Rig().write({ right: 'right' });
    const { stdout: sealed } = await rig.run([
      'vault',
      'encrypt_string',
      '--vault-password-file',
      'right',
      '--name',
      's',
      'secret',
    ]);
    rig.write({
      'inventory.yaml': `all:\n  vars: {ansible_connection: local}\n  hosts:\n    h1:\n    h2:\n      ${sealed.trimEnd().replace(/\n/g, '\n      ')}\n`,
      'play.yaml': `- hosts: h1\n  gather_facts: false\n  tasks:\n    - {name: the task, debug: {msg: x}}\n- hosts: h2\n  gather_facts: false\n  tasks:\n    - debug: {var: s}\n`,
    });

    const { code, stdout, stderr } = await rig.run(['play.yaml', flag, ...limit]);
    const needed = await rig.run(['play.yaml', '--check']);

    expect([code, stderr, stdout]).toEqual([0, '', expect.stringContaining(expected)]);
    expect([needed.code, needed.stderr]).toEqual([1, expect.stringContaining('no vault secrets found')]);
  });

  test('a limit that matches no host', async () => {
    using rig = new Rig().write({ 'inventory.yaml': inventory, 'play.yaml': tasks('- file: {path: /x}') });

    const { code, stderr } = await rig.run(['play.yaml', '--limit', 'h9']);

    expect(code).toBe(1);
    expect(stderr).toContain('Could not match supplied host pattern');
  });

  test('an unknown option, with a suggestion', async () => {
    using rig = new Rig();

    const { code, stderr } = await rig.run(['play.yaml', '--chekc']);

    expect(code).toBe(1);
    expect(stderr).toContain('--chekc is not an option; did you mean --check?');
  });
});
