import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { survey } from './corpus/survey.ts';

const repository = (files: Readonly<Record<string, string>>): string => {
  const root = mkdtempSync(join(tmpdir(), 'retrace-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
};

test('a survey counts what loads, binds and compiles, and reports what does not', () => {
  const found = survey(
    repository({
      'site.yml': '- hosts: all\n  roles: [web, someone.else]\n',
      'roles/web/tasks/main.yml': '- debug: { msge: hello }\n- firewalld: { rule: allow }\n- import_tasks: more.yml\n',
      'roles/web/tasks/more.yml': '- command: "{{ path | basename }}"\n',
      'roles/web/defaults/main.yml': 'path: "{{ x | nosuch }}"\n',
      'roles/web/templates/a.j2': '{% if x %}',
      'roles/web/templates/b.yml': '{{ port }}: {{ name }}\n',
      'requirements.yml': '- name: someone.else\n',
      'broken.yml': 'a: [\n',
    }),
  );

  expect(found.files).toEqual({ total: 8, right: 6 });
  expect(found.tasks).toEqual({ total: 2, right: 1 });
  expect(found.failures.map(({ message }) => message)).toEqual([
    expect.stringContaining('never closed'),
    expect.stringContaining('msge'),
    expect.stringContaining('end of template'),
  ]);
  expect([...found.elsewhere.role.keys()]).toEqual(['someone.else']);
  expect([...found.elsewhere['task type'].keys()]).toEqual(['firewalld']);
  expect([...found.elsewhere.filter.keys()]).toEqual(['nosuch']);
});
