import { expect, test } from 'vitest';
import { Rig } from './rig.ts';

const head = '- hosts: localhost\n  connection: local\n  gather_facts: false\n';

const cases: readonly (readonly [string, string, readonly string[], RegExp])[] = [
  ['U14: a date becomes text as Python writes it', '- debug: {msg: "{{ [now()] }}"}', [], /"\d{4}-\d\d-\d\d \d\d:/],
  ['U20: verbosity 1 prints with -v', '- debug: {msg: said, verbosity: 1}', ['-v'], /said/],
  [
    'U20: --start-at-task takes sets of characters',
    '- {name: one, debug: {msg: first}}\n- {name: two, debug: {msg: second}}',
    ['--start-at-task', '[t]wo'],
    /^(?!.*first).*second/s,
  ],
  [
    'U20: a keyword without effect is told',
    '- {ping: , debugger: always}',
    [],
    /play.yml:5:16 +`debugger` has no effect/,
  ],
];

test.for(cases)('%s', async ([, tasks, args, expected]) => {
  using rig = new Rig().write({ 'play.yml': `${head}  tasks:\n${tasks.replace(/^/gm, '    ')}\n` });

  const { code, stdout, stderr } = await rig.run(['play.yml', ...args]);

  expect(stdout + stderr).toMatch(expected);
  expect(code).toBe(0);
});

test('U14: a date as content of a file', async () => {
  using rig = new Rig();
  rig.write({
    'play.yml': `${head}  tasks:\n    - copy: {dest: ${rig.folder}/d, content: "{{ now() }}"}\n    - command: cat ${rig.folder}/d\n      register: r\n    - debug: {msg: "{{ r.stdout }}"}\n`,
  });

  expect((await rig.run(['play.yml'])).stdout).toMatch(/\d{4}-\d\d-\d\d \d\d:\d\d/);
});

test.for([
  ['sit.yml', 'cannot find the playbook sit.yml; did you mean "site.yml"?'],
  ['lnt', 'did you mean "lint"?'],
] as const)('U: a playbook that is not there: %s', async ([word, told]) => {
  using rig = new Rig().write({ 'site.yml': head });

  const { code, stderr } = await rig.run([word]);

  expect([code, stderr]).toEqual([1, expect.stringContaining(told)]);
});
