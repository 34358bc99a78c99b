import { describe, expect, test } from 'vitest';
import { lint, lintRules } from '../../src/language/lint.ts';
import { loadPlaybooks } from '../../src/language/playbook.ts';
import { memoryFiles } from './memory-files.ts';

const told = (tasks: string, play = '') => {
  const site = `- hosts: all\n${play}  tasks:\n${tasks.replace(/^/gm, '  ')}`;
  const loaded = loadPlaybooks(['/p/site.yml'], { files: memoryFiles({ '/p/site.yml': site }) });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return lint(loaded.value);
};
const task = (text: string) => `- name: n\n${text.replace(/^/gm, '  ')}`;

describe('lint', () => {
  test.for<[string, string, number]>([
    ['mode-without-zero', task('file: {path: /a, mode: 644}'), 4],
    ['bare-loop-variable', task('debug:\nwith_items: names'), 5],
    ['bare-loop-variable', task('debug:\nloop: a.b'), 5],
    ['tags-stop-at-include', task('include_tasks: x.yml\ntags: t'), 3],
    ['condition-with-braces', task('debug:\nwhen: "{{ a }}"'), 5],
    ['command-instead-of-type', task('command: mkdir /a\nchanged_when: false\ncheck_mode: false'), 4],
    ['command-instead-of-type', task('command: {argv: [systemctl, restart, x], creates: /a}'), 4],
    ['command-always-changed', task('command: make'), 4],
    ['look-not-in-check', task('command: uptime\nchanged_when: false'), 4],
    ['shell-without-need', task('shell: make all\nchanged_when: false\ncheck_mode: false'), 4],
    ['errors-ignored-unseen', task('debug:\nignore_errors: true'), 5],
    ['package-latest', task('apt: {name: a, state: latest}'), 4],
    ['compared-with-true', task('debug:\nwhen: a == true'), 5],
    ['compared-with-empty', task('debug:\nwhen: a != ""'), 5],
    ['task-without-name', '- debug:', 3],
  ])('reports %s: %s', ([code, text, line]) => {
    expect(told(text)).toMatchObject([{ severity: 'warning', code, at: { line } }]);
  });

  test('reports a handler that never runs', () => {
    const handlers = '  handlers:\n  - {name: h, debug: }\n  - {name: h, debug: }\n';

    expect(told(task('debug:'), handlers)).toMatchObject([{ code: 'duplicate-handler', at: { line: 3 } }]);
  });

  test('explains why it matters and what to write instead', () => {
    expect(told(task('debug:\nwhen: "{{ a }} is defined"'))).toMatchObject([
      { message: expect.stringContaining('evaluated again'), hint: 'write it bare: a is defined' },
    ]);
  });

  test.for<[string]>([
    [task('file: {path: /a, mode: "0644"}')],
    [task('file: {path: /a, mode: 0644}')],
    [task('debug:\nloop: "{{ names }}"')],
    [task('debug:\nwith_fileglob: a')],
    [task('include_tasks: {file: x.yml, apply: {tags: t}}\ntags: t')],
    [`- name: b\n  block: [{name: i, include_tasks: x.yml}]\n  tags: t`],
    [task('command: systemctl is-active x\nchanged_when: false\ncheck_mode: false')],
    [task('command: make\nargs: {creates: /a}')],
    [task('shell: make | tee log\nchanged_when: false\ncheck_mode: false')],
    [task('debug:\nignore_errors: true\nregister: r')],
    [task('debug:\nwhen: a | bool')],
    ['- meta: flush_handlers'],
  ])('reports nothing for %s', ([text]) => {
    expect(told(text)).toEqual([]);
  });

  test('has a reason for each rule, and no two rules with the same name', () => {
    expect(new Set(lintRules.map(({ code }) => code)).size).toBe(lintRules.length);
    expect(lintRules.every(({ why }) => /^[a-z].*[^.]$/.test(why))).toBe(true);
  });
});
