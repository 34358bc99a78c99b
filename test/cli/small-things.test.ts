import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Rig } from './rig.ts';

const head = '- hosts: localhost\n  connection: local\n  gather_facts: false\n';

const cases: readonly (readonly [string, string, readonly string[], RegExp])[] = [
  ['U14: a date becomes the same string as in Python', '- debug: {msg: "{{ [now()] }}"}', [], /"\d{4}-\d\d-\d\d \d\d:/],
  ['U20: verbosity 1 prints with -v', '- debug: {msg: said, verbosity: 1}', ['-v'], /said/],
  [
    'U20: --start-at-task accepts character classes',
    '- {name: one, debug: {msg: first}}\n- {name: two, debug: {msg: second}}',
    ['--start-at-task', '[t]wo'],
    /^(?!.*first).*second/s,
  ],
];

test.for(cases)('%s', async ([, tasks, args, expected]) => {
  using rig = new Rig().write({ 'play.yml': `${head}  tasks:\n${tasks.replace(/^/gm, '    ')}\n` });

  const { code, stdout, stderr } = await rig.run(['play.yml', ...args]);

  expect(stdout + stderr).toMatch(expected);
  expect(code).toBe(0);
});

test('U14: a date as the content of a file', async () => {
  using rig = new Rig();
  rig.write({
    'play.yml': `${head}  tasks:\n    - copy: {dest: ${rig.folder}/d, content: "{{ now() }}"}\n    - command: cat ${rig.folder}/d\n      register: r\n    - debug: {msg: "{{ r.stdout }}"}\n`,
  });

  expect((await rig.run(['play.yml'])).stdout).toMatch(/\d{4}-\d\d-\d\d \d\d:\d\d/);
});

test.for([
  ['sit.yml', 'cannot find the playbook sit.yml; did you mean "site.yml"?'],
  ['lnt', 'did you mean "lint"?'],
] as const)('U: a missing playbook: %s', async ([word, told]) => {
  using rig = new Rig().write({ 'site.yml': head });

  const { code, stderr } = await rig.run([word]);

  expect([code, stderr]).toEqual([1, expect.stringContaining(told)]);
});

test('minor of X: a deleted current directory is reported in one line', () => {
  const program = join(import.meta.dirname, '../../dist/run.cjs');
  const said = spawnSync('sh', [
    '-c',
    'd=$(mktemp -d) && cd "$d" && rmdir "$d" && exec "$0" "$1" p.yaml',
    process.execPath,
    program,
  ]);

  expect([said.status, String(said.stderr)]).toEqual([
    1,
    'ERROR! the current directory no longer exists: change to another one (cd)\n',
  ]);
});

test('XM13: a repository is not asked again after each change by other tasks', async () => {
  const copies = (from: number) =>
    Array.from(
      { length: 8 },
      (_, at) => `    - copy: {content: '${at}', dest: "{{ playbook_dir }}/f${from + at}"}\n`,
    ).join('');
  using rig = new Rig().write({
    git: '#!/bin/sh\ncase "$*" in *ls-remote*) echo >>"${0%/*}/asked" ;; esac\nexec git "$@"\n',
    'p.yaml': `- hosts: localhost\n  gather_facts: false\n  connection: local\n  tasks:\n${copies(0)}    - git: {repo: "{{ playbook_dir }}/repo", dest: "{{ playbook_dir }}/clone", executable: "{{ playbook_dir }}/git"}\n${copies(10)}`,
  });
  chmodSync(join(rig.folder, 'git'), 0o755);
  const git = (...words: string[]) => execFileSync('git', ['-C', rig.folder, ...words], { stdio: 'ignore' });
  git('init', '-q', '-b', 'main', 'repo');
  git('-C', 'repo', '-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-q', '--allow-empty', '-m', 'one');
  const asked = () => readFileSync(join(rig.folder, 'asked'), 'utf8').length;

  const first = await rig.run(['p.yaml']);
  const before = asked();
  const second = await rig.run(['p.yaml']);

  expect([first, second].map(({ stdout }) => /changed=\d+/.exec(stdout)?.[0])).toEqual(['changed=17', 'changed=0']);
  // Before all changes, for the task itself, and after it has cloned.
  expect([before, asked() - before]).toEqual([3, 1]);
});
