import { describe, expect, test } from 'vitest';
import { Rig } from './rig.ts';

const head = '- hosts: localhost\n  connection: local\n  gather_facts: false\n';
interface Case {
  readonly title: string;
  readonly text: string;
  readonly files?: Readonly<Record<string, string>>;
  /** Parts of the messages; a run continues after a mere warning. */
  readonly told: readonly string[];
  readonly warning?: true;
}

const cases: readonly Case[] = [
  {
    title: 'a missing vars_files',
    text: `${head}  vars_files:\n    - none.yml\n  tasks: [ping: ]\n`,
    told: ['play.yml:5:7', 'vars file `none.yml` was not found', 'vars/none.yml'],
  },
  {
    title: 'a missing include_tasks file',
    text: `${head}  tasks:\n    - include_tasks: none.yml\n`,
    told: ['play.yml:5:7', "'none.yml'", 'looked for'],
  },
  {
    title: 'the same with a condition',
    text: `${head}  tasks:\n    - include_tasks: none.yml\n      when: not true\n`,
    told: ['WARNING', "'none.yml'"],
    warning: true,
  },
  {
    title: 'the same in a rescue’s block',
    text: `${head}  tasks:\n    - block: [include_tasks: none.yml]\n      rescue: [ping: ]\n`,
    told: ['WARNING', "'none.yml'"],
    warning: true,
  },
  {
    title: 'a missing include_role',
    text: `${head}  tasks:\n    - include_role: {name: none}\n`,
    told: ['play.yml:5:7', "the role 'none' was not found"],
  },
  {
    title: 'an undefined variable in a template file',
    text: `${head}  vars: {fine: 1}\n  tasks:\n    - template: {src: a.j2, dest: /nonexistent/a}\n`,
    files: {
      'a.j2': 'fine {{ fine }}\n{% if fine %}{{ perhaps }}{% endif %}\n{% set mine = 1 %}{{ mine }} {{ finne }}\n',
    },
    told: ['a.j2:3:33', "'finne' is undefined", 'play.yml:6', 'did you mean "fine"?'],
  },
];

describe('U6: reported before any host is touched', () => {
  test.for(cases)('U6: $title', async ({ text, files = {}, told, warning }) => {
    using rig = new Rig().write({ 'play.yml': text, ...files });

    for (const args of [['--syntax-check'], []]) {
      const { code, stderr, stdout } = await rig.run(['play.yml', ...args]);
      for (const part of told) expect(stderr).toContain(part);
      expect(stderr).not.toContain('perhaps');
      if (warning !== true) expect(stdout).toBe('');
      expect(code === 1).toBe(warning !== true);
    }
  });

  test('U6: files that an earlier play creates need not exist beforehand', async () => {
    using rig = new Rig();
    const make = `${head}  tasks:\n    - copy: {dest: ${rig.folder}/made.yml, content: "a: 1"}\n`;
    rig.write({ 'play.yml': `${make}${head}  vars_files: [made.yml]\n  tasks:\n    - debug: {msg: "is {{ a }}"}\n` });

    const { code, stdout } = await rig.run(['play.yml']);

    expect([code, stdout.includes('is 1')]).toEqual([0, true]);
  });

  test('U6: a wrong or missing password for a vars_files entry is reported at that entry', async () => {
    using rig = new Rig().write({ 'v.yml': 'a: 1\n', right: 'right', wrong: 'wrong' });
    await rig.run(['vault', 'encrypt', 'v.yml', '--vault-password-file', 'right']);
    rig.write({ 'play.yml': `${head}  vars_files: v.yml\n  tasks: [ping: ]\n` });

    for (const [args, told] of [
      [['--vault-password-file', 'wrong'], 'v.yml: Decryption failed'],
      [['--syntax-check'], 'v.yml: Attempting to decrypt'],
    ] as const) {
      const { code, stderr } = await rig.run(['play.yml', ...args]);
      expect(code).toBe(1);
      for (const part of ['play.yml:4:15', told]) expect(stderr).toContain(part);
    }
    expect((await rig.run(['play.yml', '--list-tasks'])).code).toBe(0);
  });
});

describe('U11: a mistake in tasks for other systems is a warning until they are reached', () => {
  const other = '- homebrew: {name: x}\n';
  const plays: readonly [string, string][] = [
    ['in a file that is included with a condition', '- include_tasks: o.yml\n  when: system == "RedHat"'],
    [
      'in one that is imported with a condition on facts',
      '- import_tasks: o.yml\n  when: ansible_os_family == "RedHat"',
    ],
    ['in a task with a condition on facts', '- homebrew: {name: x}\n  when: ansible_facts["os_family"] == "RedHat"'],
    ['in a task with a condition that is false as written', '- homebrew: {name: x}\n  when: system == "RedHat"'],
    [
      'in a file that is imported with such a condition',
      '- import_tasks: o.yml\n  when: ["1 == 1", "family == \'RedHat\'"]\n  vars: {family: "{{ system }}"}',
    ],
    ['in a block with such a condition', '- block:\n    - include_tasks: o.yml\n  when: ansible_pkg_mgr == "dnf"'],
  ];

  test.for(plays)('U11, P20: %s', async ([, tasks]) => {
    const vars = '  vars: {system: Debian}\n  tasks:\n';
    const gathers = head.replace('  gather_facts: false\n', '');
    using rig = new Rig().write({ 'play.yml': `${gathers}${vars}${tasks.replace(/^/gm, '    ')}\n`, 'o.yml': other });

    const { code, stdout, stderr } = await rig.run(['play.yml']);

    expect(code, stdout + stderr).toBe(0);
    expect(stderr).toContain('WARNING');
    expect(stderr).toContain('unknown task type "homebrew"');
  });

  test.for([
    ['reached', '- include_tasks: o.yml\n  when: inventory_hostname == "localhost"', 2],
    ['without any condition', '- include_tasks: o.yml', 1],
    ['with another condition', '- homebrew: {name: x}\n  when: inventory_hostname != "localhost"', 1],
    [
      'with a condition that is true as written',
      '- homebrew: {name: x}\n  when: system == "RedHat"\n  vars: {system: RedHat}',
      1,
    ],
    [
      'with one about what a task sets',
      '- set_fact: {system: RedHat}\n- homebrew: {name: x}\n  when: system == "RedHat"\n  vars: {system: Debian}',
      1,
    ],
  ] as const)('U11: an error if it is %s', async ([, tasks, expected]) => {
    using rig = new Rig().write({ 'play.yml': `${head}  tasks:\n${tasks.replace(/^/gm, '    ')}\n`, 'o.yml': other });

    const { code, stdout, stderr } = await rig.run(['play.yml']);

    expect(code).toBe(expected);
    expect(stdout + stderr).toContain('unknown task type "homebrew"');
    if (expected === 1) expect(stderr).toContain('included conditionally');
  });

  test('U11: a wrong parameter is an error even in a conditional include', async () => {
    const tasks = '  tasks:\n    - include_tasks: o.yml\n      when: 1 == 2\n';
    using rig = new Rig().write({ 'play.yml': head + tasks, 'o.yml': '- file: {pth: /x}\n' });

    expect((await rig.run(['play.yml'])).code).toBe(1);
  });
});
