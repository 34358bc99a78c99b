import { expect, test } from 'vitest';
import { Rig } from './rig.ts';

// The behaviour of Ansible with these settings, tested with 2.14.

const run = async (cfg: string, tasks: string, files: Readonly<Record<string, string>> = {}) => {
  using rig = new Rig().write({
    'ansible.cfg': cfg,
    'play.yml': `- hosts: localhost\n  gather_facts: false\n  tasks:\n${tasks.replace(/^/gm, '    ')}\n`,
    ...files,
  });
  return (await rig.run(['play.yml'], { calledAs: 'ansible-playbook' })).stdout;
};

test('no_log hides the output of every task that does not override it', async () => {
  const said = await run(
    '[defaults]\nno_log = true',
    '- debug: {msg: hidden words}\n- {debug: {msg: shown words}, no_log: false}',
  );

  expect(said).not.toContain('hidden words');
  expect(said).toContain('shown words');
});

test('task_timeout kills tasks that take longer', async () => {
  const said = await run(
    '[defaults]\ntask_timeout = 1',
    '- command: sleep 20\n  ignore_errors: true\n- {command: sleep 1.5, timeout: 20}',
  );

  expect(said).toContain('failed to execute in the expected time frame (1)');
  expect(said).toContain('failed=0');
});

test('gather_subset is for plays that do not say which facts they gather', async () => {
  const said = await run('[defaults]\ngather_subset = !all\ngathering = implicit', '- debug: {msg: none}', {
    'play.yml':
      '- hosts: localhost\n  tasks: [{debug: {msg: "{{ ansible_mounts is defined }} {{ gather_subset }}"}}]\n',
  });

  expect(said).toContain("False ['!all']");
});

test('ansible_managed is filled in for each template', async () => {
  const said = await run(
    '[defaults]\nansible_managed = {file} by {uid}, year %Y',
    '- {template: {src: t.j2, dest: "{{ playbook_dir }}/out"}}\n- command: cat {{ playbook_dir }}/out\n  register: out\n- debug: {msg: "{{ out.stdout }}"}',
    { 't.j2': '# {{ ansible_managed }}\n' },
  );

  expect(said).toMatch(/# \/\S*\/t\.j2 by \w+, year 2\d{3}"/);
});

test('ansible_managed may be a template, but the name of a file in it is none, and no format', async () => {
  const said = await run(
    "[defaults]\nansible_managed = {file} %% {{{{ 'a' | upper }}}}",
    '- {template: {src: !unsafe "t%n{{ 1 }}.j2", dest: "{{ playbook_dir }}/out"}}\n- command: cat {{ playbook_dir }}/out\n  register: out\n- debug: {msg: "{{ out.stdout }}"}',
    { 't%n{{ 1 }}.j2': '{{ ansible_managed }}\n' },
  );

  expect(said).toMatch(/\/t%n\{\{ 1 \}\}\.j2 % A"/);
});

test('skipped and ok hosts are hidden if so configured', async () => {
  const tasks =
    '- {name: skips, debug: {}, when: false}\n- {name: is ok, debug: {msg: x}}\n- {name: changes, command: echo}';
  const headings = (said: string) => [...said.matchAll(/TASK \[(.*?)\]/g)].map(([, name]) => name);

  expect(headings(await run('[defaults]\ndisplay_skipped_hosts = no', tasks))).toEqual(['is ok', 'changes']);
  expect(headings(await run('[defaults]\ndisplay_ok_hosts = no', tasks))).toEqual(['skips', 'changes']);
});
