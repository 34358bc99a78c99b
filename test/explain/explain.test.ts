import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { taskTypeRegistry } from '../../src/cli/task-types.ts';
import { markdownPage, textPage } from '../../src/explain/page.ts';
import { runbookOf } from '../../src/explain/runbook.ts';
import { loadPlaybooks } from '../../src/language/playbook.ts';

/** The runbook of a playbook with these tasks, as Markdown or text. */
function explained(tasks: string, form = markdownPage, state?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'retrace-explain-'));
  const file = join(folder, 'p.yaml');
  const list = tasks.replace(/^(?=.)/gm, '    ');
  writeFileSync(file, `- name: The web\n  hosts: web\n  gather_facts: false\n  tasks:\n${list}\n`);
  const { known } = taskTypeRegistry([folder], []);
  const loaded = loadPlaybooks([file], { taskType: known });
  rmSync(folder, { recursive: true });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return form(runbookOf(loaded.value, { typeOf: known, stateOf: () => state }));
}

test('plays, hosts and steps are in the order of the playbook', () => {
  const page = explained(`- { name: a, step: S01, command: "true" }
- { name: b, step: S01, command: "true" }
- { name: c, step: S02, command: "true" }`);

  expect(page.match(/^(?:#.*|Hosts.*|\d\. \*\*.*)$/gm)).toEqual([
    '# Runbook of p.yaml',
    '## 1. The web',
    'Hosts: `web`',
    '### Step S01',
    '1. **a** (`command`)',
    '2. **b** (`command`)',
    '### Step S02',
    '1. **c** (`command`)',
  ]);
});

test.for([
  ['apt: { name: [nginx, vim], state: present }', 'apt-get install nginx vim'],
  ['apt: { name: nano, state: absent, update_cache: true }', 'apt-get update\n   apt-get remove nano'],
  [
    'systemd: { name: nginx, enabled: true, state: restarted, daemon_reload: true }',
    'systemctl daemon-reload\n   systemctl enable nginx\n   systemctl restart nginx',
  ],
  ['file: { src: /a, dest: /b c, state: link }', "ln -sfn /a '/b c'"],
  [
    'file: { path: /a, state: directory, owner: root, mode: "0700" }',
    'mkdir -p /a\n   chown root /a\n   chmod 0700 /a',
  ],
  ['command: { argv: [echo, "a b"], chdir: /tmp }', "cd /tmp && echo 'a b'"],
  [
    'git: { repo: "git@x:y.git", dest: "{{ place }}", version: main }',
    'git clone git@x:y.git {{ place }}\n   git -C {{ place }} checkout main',
  ],
  ['hostname: { name: web1 }', 'hostnamectl set-hostname web1'],
])('%s is what a person would type', ([task, typed]) => {
  expect(explained(`- ${task}`)).toContain(`   \`\`\`sh\n   ${typed}\n   \`\`\``);
});

test('parameters that no command covers are listed, long ones as a block', () => {
  const page = explained('- copy: { dest: /x, content: "a\\nb\\n", mode: "0600" }');

  expect(page).toContain('- `dest`: `/x`');
  expect(page).toContain('- `content`:\n\n     ```\n     a\n     b\n     ```');
});

test('a manual step says what to do and what proves it', () => {
  const page = explained(`- name: DNS
  manual: { instructions: Add the record., proven_by: { dns_record: { name: x.example.org, values: [192.0.2.1] } } }
- name: Key
  manual: { instructions: Add the key., unless: git ls-remote }`);

  expect(page).toContain('**By hand:** Add the record.');
  expect(page).toContain('It is done when `dns_record` has nothing to do with:\n\n   - `name`: `x.example.org`');
  expect(page).toContain('It is done when this succeeds:\n\n   ```sh\n   git ls-remote\n   ```');
});

test('conditions, loops, users, places and blocks are told', () => {
  const page =
    explained(`- { name: a, command: ls, when: x == 1, loop: [1, 2], become: true, become_user: bob, delegate_to: db }
- name: b
  block: [{ name: c, command: ls, notify: h }]
  rescue: [{ name: d, command: ls }]`);

  expect(page).toContain('**a** (`command`): only when x == 1; for each of 1; 2; on db; as bob');
  expect(page).toContain('**d** (`command`): only if "b" fails');
  expect(page).toContain('If this changed something, then afterwards: h.');
});

test('secrets are not shown', () => {
  const page = explained(`- user: { name: bob, password: hunter2 }
- command: echo hunter3
  no_log: true
- uri: { url: "https://me:hunter4@example.org/", headers: { Authorization: hunter5 } }
- copy:
    dest: /x
    content: !vault |
      $ANSIBLE_VAULT;1.1;AES256
      3130`);

  expect(page).not.toMatch(/hunter|ANSIBLE_VAULT/);
  expect(page).toContain('`password`: `(a secret)`');
  expect(page).toContain('not shown, because of no\\_log');
});

test('nothing of a playbook has a meaning in Markdown', () => {
  const page = explained('- name: "<img src=x> **a** [b](c)\\n# d"\n  step: "`S|1`"\n  command: "echo ```; x"');

  expect(page).toContain('**\\<img src=x\\> \\*\\*a\\*\\* \\[b\\](c) \\# d**');
  expect(page).toContain('### Step \\`S\\|1\\`');
  expect(page).toContain('````sh\n   echo ```; x\n   ````');
});

test('the state of a step stands below its heading', () => {
  expect(explained('- { step: S01, command: ls }', markdownPage, 'The audit found nothing.')).toContain(
    '### Step S01\n\nThe audit found nothing.\n',
  );
});

test('as text, nothing is escaped, but control characters are shown', () => {
  const page = explained('- { name: "a_b\\e[1m", command: ls }', textPage);

  expect(page).toContain('1. a_b␛[1m (command)\n       ls\n');
});
