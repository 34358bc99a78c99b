import { describe, expect, test } from 'vitest';
import { Rig } from './rig.ts';

test('the output of a command that a check does not run is unknown to later tasks; that it would run is known', async () => {
  using rig = new Rig().write({
    'play.yaml': `- hosts: localhost
  gather_facts: false
  tasks:
    - { name: asks, command: date, register: said }
    - { name: shows, debug: { msg: "{{ said.stdout }}" } }
    - { name: compares, debug: { msg: no }, when: said.stdout == '' }
    - { name: goes on, debug: { msg: no }, when: said.rc == 0 }
    - { name: follows, debug: { msg: yes }, when: said is changed }
`,
  });

  const { code, stdout } = await rig.run(['play.yaml', '--check']);

  expect(stdout.match(/^(ok|unknown|would change|fatal|skipping)[:,] .*$/gm)).toEqual([
    'would change: [localhost]',
    'ok, unless "asks" changes it: [localhost] what it shows or sets depends on "asks"',
    'unknown: [localhost] depends on "asks"',
    expect.stringMatching(/^ok/),
    expect.stringMatching(/^ok/),
  ]);
  expect(code).toBe(2);
});

describe('U16: tasks after a command are reported in their current state', () => {
  const check = async (task: string) => {
    using rig = new Rig().write({
      f: 'old\n',
      'play.yaml': `- hosts: localhost\n  gather_facts: false\n  tasks:\n    - { name: acts, command: date, register: said }\n    - ${task}\n`,
    });
    const { stdout } = await rig.run(['play.yaml', '--check']);
    return /TASK \[(?!acts).*\n([\s\S]*?)\n\nPLAY RECAP/.exec(stdout)?.[1] ?? stdout;
  };

  test.each([
    [
      'drift',
      'copy: {dest: f, content: "new\\n"}',
      /^would change, unless "acts" changes it: \[localhost\]\n {4}content: .* \(4 bytes\)$/,
    ],
    ['order', 'file: {path: f, state: file}', /^ok, unless "acts" changes it: \[localhost\]$/],
    ['failure', 'verify: "false"', /^would fail, unless "acts" fixes it: .*exit code 1/],
    ['guarded command', 'command: {cmd: date, creates: nothing}', /^would change, unless .*\n {4}command: date$/],
    [
      'condition',
      'copy: {dest: f, content: "new\\n"}\n      when: said.stdout == ""',
      /depends on "acts"; now, if it runs: would change content: /,
    ],
    [
      'secret',
      'copy: {dest: f, content: "new\\n"}\n      no_log: true',
      /^would change, unless "acts" changes it: \[localhost\]$/,
    ],
  ])('%s', async (_, task, told) => {
    expect(await check(task)).toMatch(told);
  });
});
