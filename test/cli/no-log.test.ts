import { expect, test } from 'vitest';
import { Rig } from './rig.ts';

test('nothing that a task with no_log does or prints is reported', async () => {
  using rig = new Rig().write({
    'play.yaml': `- hosts: localhost
  gather_facts: false
  tasks:
    - command: echo open-sesame
      no_log: true
      register: said
    - assert: { that: said.stdout == 'open-' ~ 'sesame' }
`,
  });

  const told = await Promise.all([
    rig.run(['play.yaml', '-vvv', '--diff']),
    rig.run(['play.yaml', '--check', '-vvv', '--diff']),
    rig.run(['play.yaml', '--output', 'json']),
  ]);

  expect(told.map(({ stdout, stderr }) => `${stdout}${stderr}`.includes('open-sesame'))).toEqual([false, false, false]);
  expect(told[0]!.code).toBe(0);
});

test('nor its questions, its loop items, its failures or its mistakes', async () => {
  using rig = new Rig().write({
    'play.yaml': `- hosts: localhost
  gather_facts: false
  vars: { word: open-sesame, ours: [open-sesame] }
  tasks:
    - command: echo {{ word }}
      args: { unless: 'grep -q {{ word }} play.yaml' }
      environment: { TOKEN: '{{ word }}' }
      no_log: true
    - command: test {{ item }} = open
      loop: '{{ ours }}'
      no_log: true
      ignore_errors: true
    - command: 'true'
      loop: '{{ word }}'
      no_log: true
      ignore_errors: true
    - command: 'true'
      until: word | int(base=word) == 1
      no_log: true
      ignore_errors: true
    - file: { path: /nowhere, state: '{{ word }}' }
      no_log: true
      ignore_errors: true
    - block:
        - lineinfile: { path: '{{ playbook_dir }}/new', line: '{{ word }}', create: true }
      validate: grep open-sesame {{ playbook_dir }}/new
      no_log: true
`,
  });

  const told = await Promise.all([
    rig.run(['play.yaml', '--check', '-vvv', '--diff']),
    rig.run(['play.yaml', '--check', '--output', 'json']),
  ]);
  const done = await rig.run(['play.yaml', '-vvv', '--diff']);

  expect([...told, done].flatMap(({ stdout, stderr }) => `${stdout}${stderr}`.match(/.*open-sesame.*/g) ?? [])).toEqual(
    [],
  );
  expect(done.stdout).toContain('(hidden: it may contain a secret)');
  expect(done.code).toBe(0);
});
