import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { reasonFor } from './corpus/missing-types.ts';
import { survey } from './corpus/survey.ts';
import { taskUses } from './corpus/task-uses.ts';

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
      'roles/web/tasks/main.yml': '- debug: { msge: hello }\n- bower: { path: /srv }\n- import_tasks: more.yml\n',
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
  expect([...found.elsewhere['task type'].keys()]).toEqual(['bower']);
  expect([...found.elsewhere.filter.keys()]).toEqual(['nosuch']);
});

test.for([
  ['community.general.homebrew', 'other operating'],
  ['community.general.proxmox_disk', 'servers that'],
  ['kubernetes.core.k8s_drain', 'Kubernetes'],
  ['f5bigip_ltm_pool', 'network devices'],
  ['cisco.ios.ios_config', 'network devices'],
  ['win_shell', 'Windows'],
  ['community.docker.docker_image', 'container engines'],
  ['ec2_facts', 'clouds'],
  ['ansible.posix.seport', 'names that do not exist'],
  ['firewall_lib', 'modules of a repository'],
  ['community.general.bower', 'not written yet'],
] as const)('%s is missing because of: %s', ([name, title]) => {
  expect(reasonFor(name).title).toMatch(title);
});

test('the uses of task types are counted by reason, with those in copies of collections apart', () => {
  const found = survey(
    repository({
      'site.yml': '- hosts: all\n  tasks:\n  - debug:\n  - debug:\n  - bower: {name: a}\n  - homebrew: {name: a}\n',
      'ansible_collections/a/b/site.yml':
        '- hosts: all\n  tasks:\n  - debug:\n  - community.general.bower: {name: a}\n',
    }),
  );
  const page = taskUses([found]);

  expect(page).toContain('Of all uses of task types, 50.0 % are');
  expect(page).toContain('\n60.0 %. Without copies of collections, it is 50.0 % and 66.7 %.');
  expect(page).toContain('| missing: not written yet, useful on Debian hosts | yes | 2 | 33.3 % | 1 |');
  expect(page).toContain('with the number of uses: bower (2).');
});

test('modules that a repository brings count as there where the program finds them', () => {
  const found = survey(
    repository({
      'site.yml': '- hosts: all\n  tasks:\n  - own: {name: a}\n  - roles_own: {name: a}\n',
      'library/own.py': '#!/usr/bin/python3\n',
      'roles/web/library/roles_own.sh': '#!/bin/sh\n',
      'roles/web/tasks/main.yml': '- roles_own:\n- own:\n- nowhere:\n',
      'galaxy.yml': 'namespace: me\nname: tools\n',
      'plugins/modules/shipped.py': '#!/usr/bin/python3\n',
      'playbooks/x.yml': '- hosts: all\n  tasks:\n  - me.tools.shipped:\n',
    }),
  );

  expect(found.brought).toEqual({ all: 5, copied: 0 });
  expect([...found.elsewhere['task type']]).toEqual([['nowhere', 1]]);
});
