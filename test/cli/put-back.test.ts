import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Rig } from './rig.ts';

const handlers = `
  handlers:
    - name: reload
      command: touch {{ playbook_dir }}/reloaded
    - name: rebuild
      command: touch {{ playbook_dir }}/rebuilt`;

/** A block whose file fails its validation. */
const block = `
    - block:
        - copy: { content: bad, dest: '{{ playbook_dir }}/conf' }
          notify: reload
        - copy: { content: bad, dest: '{{ playbook_dir }}/conf2' }
          notify: [reload, rebuild]
      validate: grep -q good {{ playbook_dir }}/conf`;

const play = (tasks: string): string => `- hosts: localhost
  gather_facts: false
  tasks:${tasks}${handlers}
`;

const ran = (rig: Rig): readonly boolean[] => ['reloaded', 'rebuilt'].map((name) => existsSync(join(rig.folder, name)));

test('handlers that only rolled-back changes notified do not run, neither now nor in the next run', async () => {
  using rig = new Rig().write({ 'play.yaml': play(block), conf: 'good', 'next.yaml': play('\n    - ping:') });

  const failed = await rig.run(['play.yaml']);
  const rescued = await rig.write({ 'play.yaml': play(`${block}\n      rescue: [{ ping: }]`) }).run(['play.yaml']);
  const next = await rig.write({ 'play.yaml': play('\n    - ping:') }).run(['play.yaml']);

  expect([failed.code, rescued.code, next.code]).toEqual([2, 0, 0]);
  expect(readFileSync(join(rig.folder, 'conf'), 'utf8')).toBe('good');
  expect(ran(rig)).toEqual([false, false]);
});

test('a handler that another change also notified does run', async () => {
  const before = "\n    - copy: { content: x, dest: '{{ playbook_dir }}/other' }\n      notify: reload";
  const after = "\n    - copy: { content: x, dest: '{{ playbook_dir }}/another' }\n      notify: rebuild";
  using rig = new Rig().write({
    'play.yaml': play(`${before}${block}\n      rescue: [{ ping: }]${after}`),
    conf: 'good',
  });

  const done = await rig.run(['play.yaml']);

  expect([done.code, ...ran(rig)]).toEqual([0, true, true]);
});

test('changes that cannot be rolled back keep their handlers due', async () => {
  const acting = block
    .replace('notify: [reload, rebuild]', 'notify: reload')
    .replace('\n      validate', "\n        - command: 'true'\n          notify: rebuild\n      validate");
  using rig = new Rig().write({ 'play.yaml': play(acting), conf: 'good' });

  const failed = await rig.run(['play.yaml']);
  expect([failed.code, ...ran(rig)]).toEqual([2, false, false]);
  await rig.write({ 'play.yaml': play('\n    - ping:') }).run(['play.yaml']);

  expect(ran(rig)).toEqual([false, true]);
});

test('XB3: a path with a line break is restored, and the path in its second line is left alone', async () => {
  using rig = new Rig();
  const precious = join(rig.folder, 'precious/file');
  const odd = join(rig.folder, `up/x\n${rig.folder}/precious`);
  rig.write({
    'precious/file': 'precious',
    [`up/x\n${rig.folder}/precious`]: 'was',
    'play.yaml': play(`
    - block:
        - find: { paths: '{{ playbook_dir }}/up', recurse: true }
          register: found
        - copy: { dest: '{{ item.path }}', content: now }
          loop: '{{ found.files }}'
      validate: 'false'`),
  });

  const { code } = await rig.run(['play.yaml']);

  expect(code).toBe(2);
  expect([readFileSync(precious, 'utf8'), readFileSync(odd, 'utf8')]).toEqual(['precious', 'was']);
});
