import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { labPristine } from '../../src/lab/index.ts';
import { packageRoot } from '../../src/lab/paths.ts';
import { switchNamespace } from '../../src/lab/switch.ts';
import { on } from './in-lab.ts';
import { type LabProgram, labProgram } from './lab-program.ts';

const host = 'adopted';
let program: LabProgram;

const PLAYBOOK = `- hosts: all
  gather_facts: false
  vars_files: [vars.yaml]
  tasks:
    - name: its groups
      group: { name: cron-users }
    - name: the operator
      user:
        name: operator1
        comment: the operator # of the night
        shell: "{{ shell }}"
        groups: [adm, cron-users, staff] # as at home
    - name: tools
      apt:
        name:
          # to look around
          - tree
          - less
    - name: cron runs
      service: { name: cron, enabled: true, state: started }
    - name: the nightly job
      cron: { name: nightly, user: root, minute: "0", hour: "3", job: /bin/true }
`;

/** What somebody does by hand, and the lines of the patch that declares it. */
const BY_HAND: readonly (readonly [task: string, script: string, patch: readonly string[]])[] = [
  [
    'the operator',
    "usermod -c 'the night operator' -s /bin/sh -G adm,staff,games operator1",
    [
      '-        comment: the operator # of the night',
      '-        groups: [adm, cron-users, staff] # as at home',
      '+        comment: the night operator # of the night',
      '+        groups: [adm, games, staff] # as at home',
      '-shell: /bin/bash',
      '+shell: /bin/sh',
    ],
  ],
  ['tools', 'apt-get -qq purge -y tree >/dev/null', ['-          - tree']],
  [
    'cron runs',
    'systemctl disable --now cron 2>/dev/null',
    [
      '-      service: { name: cron, enabled: true, state: started }',
      '+      service: { name: cron, enabled: false, state: stopped }',
    ],
  ],
  [
    'the nightly job',
    "crontab -l | sed 's|^0 3 |30 4 |' | crontab -",
    [
      '-      cron: { name: nightly, user: root, minute: "0", hour: "3", job: /bin/true }',
      '+      cron: { name: nightly, user: root, minute: "30", hour: "4", job: /bin/true }',
    ],
  ],
];

interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program in the lab's network. */
function run(...words: readonly string[]): Promise<Said> {
  const command = [process.execPath, join(packageRoot(), 'dist', 'run.cjs'), ...words];
  const env = { ...process.env, RETRACE_HISTORY: join(program.folder, 'history'), RETRACE_CALLED_AS: 'run' };
  return new Promise((resolve) => {
    execFile(
      'ip',
      ['netns', 'exec', switchNamespace(), ...command],
      { cwd: program.folder, env },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

beforeAll(async () => {
  await labPristine(host);
  program = await labProgram([host]);
  writeFileSync(join(program.folder, 'site.yaml'), PLAYBOOK);
  writeFileSync(join(program.folder, 'vars.yaml'), 'shell: /bin/bash\n');
});
afterAll(() => program.remove());

test('users, packages, services, cron jobs: what was done by hand is adopted, and then the audit is clean', async () => {
  const first = await run('site.yaml', '-i', 'hosts');
  expect(first).toMatchObject({ code: 0, stderr: '' });
  await on(host, BY_HAND.map(([, script]) => script).join('\n'));
  const audit = await run('audit', 'site.yaml', '-i', 'hosts', '-o', 'json');
  const { findings } = JSON.parse(audit.stdout) as { findings: { id: string; task: { name: string } }[] };
  for (const [task, , patch] of BY_HAND) {
    const id = findings.find((one) => one.task.name === task)?.id ?? 'none';
    // The history knows the playbook.
    const { code, stdout, stderr } = await run('adopt', id, '-i', 'hosts', '--apply', '-y');
    const changed = stdout.split('\n').filter((line) => /^[-+](?![-+])/.test(line));

    expect({ task, code, stderr, changed: changed.sort() }).toEqual({
      task,
      code: 0,
      stderr: '',
      changed: [...patch].sort(),
    });
  }
  expect((await run('audit', 'site.yaml', '-i', 'hosts')).stdout).toMatch(/^no findings/);
});
