import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { Rig } from './rig.ts';

/** A play with handlers that a failed or killed run leaves to the next one, for a host with a unique name. */
const play = (rig: Rig, sections: string, handler: string): string => `- hosts: ${hostOf(rig)}
  gather_facts: false
  vars: { conf: good, boom: false }
${sections}
  handlers:
    - name: restart
      shell: ${handler}
`;

const hostOf = (rig: Rig): string => basename(rig.folder).toLowerCase();
const notesOf = (rig: Rig): string => `/var/lib/retrace/handlers-${hostOf(rig)}`;
const run = (rig: Rig, ...args: readonly string[]) =>
  rig
    .run(['-i', `${hostOf(rig)},`, '-c', 'local', ...args])
    .then((said) => ({ ...said, told: said.stdout + said.stderr }));
const read = (rig: Rig, name: string): string =>
  existsSync(join(rig.folder, name)) ? readFileSync(join(rig.folder, name), 'utf8') : '';

const failing = `
    - copy: { dest: "{{ playbook_dir }}/conf", content: "{{ conf }}\\n" }
      notify: restart
    - fail: { msg: boom }
      when: boom | bool`;
const log = (word = 'ran') => `"echo ${word} >>{{ playbook_dir }}/log"`;

test('U2: a leftover handler runs after the task that repairs what made it fail, and the run reports why it is due', async () => {
  using rig = new Rig();
  rig.write({
    'play.yaml': play(
      rig,
      `  pre_tasks: [ping: ]\n  tasks:${failing}`,
      `"grep -q good {{ playbook_dir }}/conf && echo ran >>{{ playbook_dir }}/log"`,
    ),
  });

  const good = await run(rig, 'play.yaml');
  const bad = await run(rig, 'play.yaml', '-e', 'conf=bad', '-e', 'boom=true');
  const checked = await run(rig, 'play.yaml', '--check');
  const repaired = await run(rig, 'play.yaml');
  const again = await run(rig, 'play.yaml');

  expect([good.code, bad.code, checked.code, repaired.code, again.code]).toEqual([0, 2, 2, 0, 0]);
  expect(read(rig, 'log')).toBe('ran\nran\n');
  expect(existsSync(notesOf(rig))).toBe(false);
});

test('a check reports a leftover handler once, however often handlers are flushed', async () => {
  using rig = new Rig();
  rig.write({
    'play.yaml': play(rig, `  tasks:${failing}\n    - meta: flush_handlers\n  post_tasks: [ping: ]`, log()),
  });

  await run(rig, 'play.yaml', '-e', 'boom=true');
  const { told } = await run(rig, 'play.yaml', '--check');

  expect(told.match(/RUNNING HANDLER \[restart\]/g)).toHaveLength(1);
  expect(existsSync(notesOf(rig))).toBe(true);
  await run(rig, 'play.yaml');
});

test('U2: a handler that nothing else notifies is reported with run, time and how to drop it', async () => {
  using rig = new Rig();
  rig.write({ 'play.yaml': play(rig, `  tasks:${failing}`, log()) });

  await run(rig, 'play.yaml', '-e', 'boom=true');
  const { code, told } = await run(rig, 'play.yaml');

  expect(code).toBe(0);
  expect(told.replace(/\s+/g, ' ')).toMatch(
    /handler "restart" is still due from an earlier run of \S*play\.yaml, begun on \d{4}-\d\d-\d\d \d\d:\d\d UTC/,
  );
  expect(told.replace(/\s+/g, ' ')).toContain(`to drop it, delete its line from ${notesOf(rig)} on the host`);
  expect(read(rig, 'log')).toBe('ran\n');
  expect((await run(rig, 'play.yaml')).told).not.toContain('earlier run');
});

test.for([
  [
    'a flush after the task that notified it',
    `  tasks:${failing}\n    - meta: flush_handlers\n    - shell: ${log('after')}`,
    'ran\nafter\n',
  ],
  [
    'no flush before that task',
    `  tasks:\n    - meta: flush_handlers\n    - shell: ${log('before')}${failing}`,
    'before\nran\n',
  ],
  [
    'no flush of an earlier section',
    `  pre_tasks:\n    - shell: ${log('before')}\n  tasks:${failing}`,
    'before\nran\n',
  ],
  ['the end of its section', `  pre_tasks:${failing}\n  tasks:\n    - shell: ${log('after')}`, 'ran\nafter\n'],
] as const)('U2: it runs at %s', async ([, sections, order]) => {
  using rig = new Rig();
  rig.write({ 'play.yaml': play(rig, sections, log()) });
  await run(rig, 'play.yaml', '-e', 'boom=true');
  rmSync(join(rig.folder, 'log'), { force: true });

  const { code } = await run(rig, 'play.yaml');

  expect([code, read(rig, 'log')]).toEqual([0, order]);
  expect(existsSync(notesOf(rig))).toBe(false);
});

test('U2: notes from older versions and malformed lines are read: the handler is due at the end', async () => {
  using rig = new Rig();
  rig.write({ 'play.yaml': play(rig, `  pre_tasks: [ping: ]\n  tasks:\n    - shell: ${log('task')}`, log()) });
  const strange = 'restart\tx\ty\tz\n\u001b[31m\n';
  mkdirSync('/var/lib/retrace', { recursive: true });
  writeFileSync(notesOf(rig), `${strange}play.yaml/restart\n`);

  const { code } = await run(rig, 'play.yaml');

  expect([code, read(rig, 'log')]).toEqual([0, 'task\nran\n']);
  expect(readFileSync(notesOf(rig), 'utf8')).toBe(strange);
  rmSync(notesOf(rig));
});

test('a note belongs to its playbook and play: handlers with the same name elsewhere neither run nor delete it', async () => {
  using rig = new Rig();
  const text = play(rig, `  tasks:${failing}`, log());
  const other = (word: string) =>
    play(rig, `  tasks:\n    - { shell: "true", notify: restart }`, `"echo ${word} >>{{ playbook_dir }}/log"`);
  rig.write({
    'one/play.yaml': text,
    'two/play.yaml': `- name: other\n${other('other').replace('- hosts', '  hosts')}`,
    'one/more.yaml': other('more'),
  });

  await run(rig, 'one/play.yaml', '-e', 'boom=true');
  await run(rig, 'two/play.yaml');
  await run(rig, 'one/more.yaml');
  expect([read(rig, 'two/log'), read(rig, 'one/log')]).toEqual(['other\n', 'more\n']);
  await run(rig, 'one/play.yaml');

  expect(read(rig, 'one/log')).toBe('more\nran\n');
  expect(existsSync(notesOf(rig))).toBe(false);
});

test("the notes of a run are not taken for those of an earlier one, and only one copy of a role's handler runs", async () => {
  using rig = new Rig();
  rig.write({
    'roles/r/tasks/main.yml': '- { shell: "true", notify: h }',
    'roles/r/handlers/main.yml': `- { name: h, shell: "echo {{ x }} >>{{ playbook_dir }}/log" }`,
    'play.yaml': `- hosts: ${hostOf(rig)}\n  gather_facts: false\n  roles: [{ role: r, x: 1 }, { role: r, x: 2 }]\n`,
    'loop.yaml': `- hosts: ${hostOf(rig)}\n  gather_facts: false\n  tasks:\n    - { include_role: { name: r }, loop: [3, 4], loop_control: { loop_var: x } }\n`,
  });

  const { told } = await run(rig, 'play.yaml');
  await run(rig, 'loop.yaml');

  expect(read(rig, 'log')).toBe('2\n4\n');
  expect(told).not.toContain('earlier run');
});

test('when the run after a killed one rolls back a block, handlers that only the block notified are no longer due', async () => {
  using rig = new Rig();
  const killed = `  tasks:
    - block:
        - copy: { dest: "{{ playbook_dir }}/conf", content: bad }
          notify: restart
        - shell: "kill -9 $(cat {{ playbook_dir }}/pid)"
          when: boom | bool
      validate: grep -q good {{ playbook_dir }}/conf
      rescue: [ping: ]`;
  rig.write({ 'play.yaml': play(rig, killed, log()), conf: 'good' });
  // The host kills the program before the block is validated.
  await rig.run(['-i', `${hostOf(rig)},`, '-c', 'local', '-e', 'boom=true', 'play.yaml'], { pidFile: 'pid' });
  expect(readFileSync(notesOf(rig), 'utf8')).toContain('restart');
  expect(read(rig, 'conf')).toBe('bad');

  const { code } = await run(rig, 'play.yaml');

  expect([code, read(rig, 'conf'), read(rig, 'log')]).toEqual([0, 'good', '']);
  expect(existsSync(notesOf(rig))).toBe(false);
});

test.each([
  ['never changes anything', 'false'],
  ['changed nothing this time', '"\'new\' in r.stdout"'],
])('a command that %s leaves no handler to the next run, nor does a check in which it really runs', async (_, when) => {
  using rig = new Rig();
  const looks = `{ command: echo same, register: r, changed_when: ${when}, check_mode: false, notify: restart }`;
  rig.write({ 'play.yaml': play(rig, `  tasks:\n    - ${looks}`, log()) });

  await run(rig, 'play.yaml', '--check');
  expect(existsSync(notesOf(rig))).toBe(false);
  await run(rig, 'play.yaml');
  expect(existsSync(notesOf(rig))).toBe(false);
  await run(rig, 'play.yaml');

  expect(read(rig, 'log')).toBe('');
});
