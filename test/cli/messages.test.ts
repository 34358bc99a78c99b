import { expect, test } from 'vitest';
import { sh } from '../../src/core/command.ts';
import { firstFailure } from '../../src/engine/host/failed-command.ts';
import { Rig } from './rig.ts';

const play = (tasks: string, hosts = 'localhost'): string =>
  `- hosts: ${hosts}\n  gather_facts: false\n  connection: local\n  tasks:\n${tasks.replace(/^/gm, '    ')}\n`;

test('U3: a failed command shows its exit code, its output, and the place of its task', async () => {
  using rig = new Rig().write({
    'p.yaml': play('- name: boom\n  shell: echo to stdout; echo "E the reason" >&2; exit 3'),
  });

  const { stdout } = await rig.run(['p.yaml']);

  expect(stdout).toContain(`fatal: [localhost]: FAILED! non-zero return code
    exit code: 3
    stderr: E the reason
    stdout: to stdout
    at p.yaml:5:7
    command: echo to stdout; echo "E the reason" >&2; exit 3
`);
});

test('U3: only the beginning and the end of long output are shown, and all of it with -v', async () => {
  using rig = new Rig().write({ 'p.yaml': play('- shell: seq 1 100 >&2; exit 1') });

  const short = await rig.run(['p.yaml']);
  const long = await rig.run(['p.yaml', '-v']);

  expect(short.stdout).toContain('        10\n        … 80 more lines: -v shows them\n        91\n');
  expect(long.stdout).toContain('        50\n');
});

test('U9: the beginning of a very long message is kept, too', () => {
  const stderr = Buffer.from(`the reason\n${'journal\n'.repeat(1000)}the end`);

  const failure = firstFailure([sh`x`], [{ code: 1, stdout: Buffer.alloc(0), stderr }]);

  expect(failure?.message.startsWith('the reason\n')).toBe(true);
  expect(failure?.message.endsWith('\nthe end')).toBe(true);
});

const hosts = Array.from({ length: 100 }, (_, index) => `h${String(index).padStart(3, '0')}`);

test('U10: a hundred hosts are reported together, failed ones first in the recap, each failure again at the end', async () => {
  using rig = new Rig().write({
    'p.yaml': play(
      `- ping:\n- name: ${'long name '.repeat(12)}\n  shell: "echo because >&2; exit 1"\n  when: inventory_hostname in ["h050", "h007"]`,
      'all',
    ),
  });

  const { stdout, stderr } = await rig.run(['p.yaml', '-i', `${hosts.join(',')},`]);

  expect(stderr).toBe('');
  const lines = stdout.split('\n');
  expect(lines.filter((line) => line.startsWith('ok: '))).toEqual(['ok: [h000, h001, h002 and 97 more]']);
  expect(lines.filter((line) => line.startsWith('fatal: '))).toEqual([
    'fatal: [h007, h050]: FAILED! non-zero return code',
  ]);
  const recap = lines.slice(lines.findIndex((line) => line.startsWith('PLAY RECAP')));
  expect(recap.slice(1, 4).map((line) => line.split(' ')[0])).toEqual(['h007', 'h050', 'h000']);
  expect(recap.filter((line) => line.length > 79)).toEqual([]);
  expect(recap.slice(-4)).toEqual([
    'h007, h050',
    `  ${'long name '.repeat(7)}long n…`,
    '    non-zero return code (exit code 1): because',
    '',
  ]);
});

test('U10: rescued and ignored failures are not among the failures at the end', async () => {
  using rig = new Rig().write({
    'p.yaml': play(
      '- fail: {msg: one}\n  ignore_errors: true\n- block:\n    - fail: {msg: two}\n  rescue:\n    - fail: {msg: three}',
    ),
  });

  const { stdout } = await rig.run(['p.yaml']);

  expect(stdout.slice(stdout.indexOf('\nFAILED'))).toMatch(/localhost\n {2}fail \(p\.yaml:10\)\n {4}three\n$/);
});

test('U: a diff shows spaces and carriage returns at the end of lines; a long diff is cut', async () => {
  using rig = new Rig().write({
    'p.yaml': play(
      '- copy: {dest: "{{ playbook_dir }}/a", content: "a \\nb\\r\\n"}\n- copy: {dest: "{{ playbook_dir }}/b", content: "{{ range(5000) | join(\'\\n\') }}\\n"}',
    ),
  });

  const { stdout } = await rig.run(['p.yaml', '--diff', '--check']);

  expect(stdout).toContain('    +a·\n    +b␍\n');
  expect(stdout).toContain('more lines of this diff: -v shows them');
  expect(stdout.split('\n').length).toBeLessThan(150);
});

test("U: a check's exit code 4 does not hide drift on other hosts", async () => {
  using rig = new Rig().write({
    'p.yaml':
      '- hosts: all\n  gather_facts: false\n  tasks:\n    - file: {path: /tmp/retrace-never-made, state: directory}\n',
    inventory: 'here ansible_connection=local\naway ansible_host=127.0.0.1 ansible_port=1\n',
  });

  const { code, stdout } = await rig.run(['p.yaml', '-i', 'inventory', '--check']);

  expect(code).toBe(4);
  expect(stdout).toContain('exit code 4: unreachable: away; drift was found on: here\n');
});

test('U: a link is reported by its target, a new file by its size, a command by its text', async () => {
  using rig = new Rig().write({
    'p.yaml': play(
      '- file: {src: /etc/hostname, dest: "{{ playbook_dir }}/l", state: link}\n- copy: {dest: "{{ playbook_dir }}/f", content: hello}\n- command: mount /x',
    ),
  });

  const { stdout } = await rig.run(['p.yaml', '--check']);

  expect(stdout.match(/^ {4}.*/gm)).toEqual([
    '    link: absent → /etc/hostname',
    '    file: absent → 5 bytes',
    '    command: mount /x',
  ]);
});

test.for([
  ['a message on stderr', 'p.yaml', '- import_tasks: "\x1b[2Jx.yaml"'],
  ['a listing', '--list-tasks', '- {name: "a\\e[2Jb", ping: }'],
  [
    'a missing include with text from a host',
    '-v',
    '- {command: "printf \'\\\\033[2J.yaml\'", register: r}\n- include_tasks: "{{ r.stdout }}"',
  ],
])('XM7: %s contains no control character', async ([, option, tasks]) => {
  using rig = new Rig().write({ 'p.yaml': play(tasks!) });

  const { stdout, stderr } = await rig.run(option === 'p.yaml' ? ['p.yaml'] : ['p.yaml', option!]);

  expect(`${stdout}${stderr}`).not.toMatch(/\x1b/);
  expect(`${stdout}${stderr}`).toMatch(/␛\[2J|#x001b|control/i);
});

const odd = 'echo not json; echo why >&2; exit 3';

test.each([
  ['until', "r.json.status == 'ok'", "'dict object' has no attribute 'json'"],
  ['failed_when', 'r.json.status', "'dict object' has no attribute 'json'"],
  ['changed_when', '(r.stdout | from_json).x', 'Expecting value: line 1 column 1 (char 0)'],
])('U17: the error of %s shows its text, its place and the output of the command', async (keyword, condition, why) => {
  using rig = new Rig().write({
    'p.yaml': play(`- shell: ${odd}\n  register: r\n  delay: 0.01\n  ${keyword}: ${condition}`),
  });

  const { stdout } = await rig.run(['p.yaml']);

  expect(stdout).toContain(
    `fatal: [localhost]: FAILED! p.yaml:8:${keyword.length + 9}: ${keyword}: ${condition}: ${why}
    exit code: 3
    stderr: why
    stdout: not json
`,
  );
});

test.each([
  ['until that never holds', 'until: r.rc == 5\n  retries: 1', 'until: r.rc == 5: still false after 2 attempts'],
  [
    'failed_when that holds',
    'failed_when: [r.rc == 0, \'"x" in r.stdout\']',
    'failed_when: r.rc == 0 and "x" in r.stdout',
  ],
])('U17: the message names %s', async (_, keywords, message) => {
  using rig = new Rig().write({
    'p.yaml': play(`- command: echo x said\n  register: r\n  delay: 0.01\n  ${keywords}`),
  });

  const { stdout } = await rig.run(['p.yaml']);

  expect(stdout).toContain(`FAILED! ${message}\n    stdout: x said\n`);
});

test.each([
  ['ignore_errors: true', { attempts: 1, failed: true }],
  ['failed_when: false', { attempts: 1, failed: true }],
  ['failed_when: r.attempts > 5', { attempts: 1, failed: true }],
])('H10: exhausted retries of until do not end the play with %s', async (keyword, registered) => {
  using rig = new Rig().write({
    'p.yaml': play(
      `- command: "true"\n  register: r\n  until: r.rc == 5\n  retries: 1\n  delay: 0.01\n  ${keyword}\n- debug: msg={{ r.attempts }},{{ r.failed }}`,
    ),
  });

  const { code, stdout } = await rig.run(['p.yaml']);

  expect(code).toBe(0);
  expect(stdout).toContain(`"msg": "${registered.attempts},${registered.failed ? 'True' : 'False'}"`);
});
