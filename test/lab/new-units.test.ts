import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LabProgram, labProgram } from './lab-program.ts';
import { sh, systemHost } from './system-host.ts';

let program: LabProgram;

beforeAll(async () => {
  program = await labProgram([systemHost]);
  await sh(`systemctl disable -q --now new.service new.timer; rm -rf /etc/systemd/system/new* /opt/new-units
systemctl daemon-reload`);
});
afterAll(() => program.remove());

/** Units that the play itself brings: as a file, as links into a clone, and with a drop-in. */
const TASKS = `
    - file: { path: "{{ item }}", state: directory }
      loop: [/opt/new-units, /etc/systemd/system/new.timer.d]
    - copy: { content: "[Service]\\nExecStart=/bin/sleep 9999\\n[Install]\\nWantedBy=multi-user.target\\n", dest: /etc/systemd/system/new.service }
    - systemd: { name: new, state: started, enabled: true }
    - service: { name: new, state: started, enabled: true }
    - copy: { content: "[Service]\\nType=oneshot\\nExecStart=/bin/true\\n[Install]\\nWantedBy=multi-user.target\\n", dest: /opt/new-units/new-once.service }
    - copy: { content: "[Timer]\\nOnCalendar=daily\\nUnit=new-once.service\\n[Install]\\nWantedBy=timers.target\\n", dest: /opt/new-units/new.timer }
    - file: { src: "/opt/new-units/{{ item }}", dest: "/etc/systemd/system/{{ item }}", state: link }
      loop: [new-once.service, new.timer]
    - systemd: { name: new.timer, state: started, enabled: true, daemon_reload: true }
    - copy: { content: "[Timer]\\nRandomizedDelaySec=1h\\n", dest: /etc/systemd/system/new.timer.d/slow.conf }
    - systemd: { name: new.timer, state: started, daemon_reload: true }
    - systemd: { name: new.timer, daemon_reload: true }
    - systemd: { name: new-once, enabled: true }
    - copy: { content: "[Service]\\nType=oneshot\\nExecStart=/bin/true\\n[Install]\\nAlso=new.timer\\n", dest: /opt/new-units/new-once.service }
    - systemd: { daemon_reload: true }
    - systemd: { daemon_reload: true }
`;

/** What each task and item came to: its status, and what it changes. Which files systemd has not read may be listed in another order. */
const told = (stdout: string): readonly string[] =>
  stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
    .filter(({ kind }) => kind === 'task-finished')
    .map(({ task, outcome }) => {
      const changes: readonly { what: string; from: string | null; to: string | null }[] = outcome.changes ?? [];
      const texts = changes.map(({ what, from, to }) => (what === 'systemd' ? what : `${what}: ${from} → ${to}`));
      return [task.at.line, task.type, outcome.status, ...texts].join(', ');
    });

test('a check foretells what becomes of units whose files the play brings', async () => {
  const check = await program.play(TASKS, '--check', '-o', 'json');
  const run = await program.play(TASKS, '-o', 'json');

  expect(told(check.stdout)).toEqual(told(run.stdout));
  expect(told(run.stdout)).toContainEqual(expect.stringMatching(/unit new.service: inactive → active/));
  expect([check.code, run.code]).toEqual([2, 0]);
});
