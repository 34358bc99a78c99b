import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LabProgram, labProgram } from './lab-program.ts';
import { said, sh, systemHost } from './system-host.ts';

describe('reboot', () => {
  let lab: LabProgram;

  beforeAll(async () => {
    lab = await labProgram([systemHost], 'here ansible_connection=local\n');
  });
  afterAll(() => lab.remove());

  const play = (tasks: string, ...options: string[]) => lab.play(tasks, '--limit', systemHost, ...options);
  const started = () => said('cut -d " " -f 22 /proc/1/stat');

  test('the host restarts, and the task ends when the test command succeeds; a check says what may be different then', async () => {
    await sh('rm -f /run/gone; echo here >/run/there; echo stays >/root/stays');
    const tasks =
      '    - stat:\n        path: /run/there\n' +
      '    - reboot:\n        post_reboot_delay: 1\n        test_command: systemctl is-system-running --wait\n      register: restarted\n' +
      '    - file:\n        path: /run/there\n        state: touch\n' +
      '    - service:\n        name: ssh\n        state: started\n' +
      '    - copy:\n        content: "stays\\n"\n        dest: /root/stays\n' +
      '    - assert:\n        that: [restarted.rebooted, restarted is changed]\n';
    const before = await started();

    const check = await play(tasks, '--check');
    expect(check.stdout).toContain("reboot: /sbin/shutdown -r 0 'Reboot initiated by Ansible'");
    expect(check.stdout).toMatch(/TASK \[service\][^\n]*\nok, unless "reboot" changes it: \[system\]/);
    expect(check.stdout).toMatch(/TASK \[copy\][^\n]*\nok: \[system\]\n/);
    expect(await started()).toBe(before);

    const run = await play(tasks);
    expect(run.stdout).toMatch(/system : ok=6 +changed=2 +failed=0/);
    expect(run.code).toBe(0);
    expect(await started()).not.toBe(before);
    expect(await said('cat /run/there')).toBe('');
  });

  test('fails if the test command does not succeed in time, and tells why', async () => {
    const before = await started();
    const { stdout } = await play(
      '    - reboot:\n        reboot_timeout: 8\n        test_command: "echo too bad >&2; exit 3"\n      register: restarted\n      ignore_errors: true\n' +
        '    - assert:\n        that:\n          - restarted.msg == "Timed out waiting for post-reboot test command (timeout=8)"\n          - restarted.rebooted\n',
    );

    expect(stdout).toContain('Timed out waiting for post-reboot test command (timeout=8): too bad');
    expect(stdout).toMatch(/system : ok=2 .*ignored=1/);
    expect(await started()).not.toBe(before);
  });

  test('a host that does not restart is not reported as restarted', async () => {
    const before = await started();
    const { stdout } = await play(
      '    - reboot:\n        reboot_command: /bin/true\n        reboot_timeout: 3\n      ignore_errors: true\n' +
        '    - reboot:\n        reboot_command: "false now"\n      ignore_errors: true\n' +
        '    - reboot:\n        search_paths: [/nowhere]\n      ignore_errors: true\n' +
        '    - reboot:\n        boot_time_command: "exit 4"\n      ignore_errors: true\n',
    );

    expect(stdout).toContain('Timed out waiting for last boot time check (timeout=3): it is still running');
    expect(stdout).toContain("Reboot command failed. Error was: ''");
    expect(stdout).toContain('Unable to find command "shutdown" in search paths: [\'/nowhere\']');
    expect(stdout).toContain('exit 4: failed to get host boot time info, rc: 4');
    expect(await started()).toBe(before);
  });

  test('never restarts the controller', async () => {
    const { stdout, code } = await lab.play('    - reboot:\n', '--limit', 'here');

    expect(stdout).toContain('Running reboot with local connection would reboot the control node.');
    expect(code).not.toBe(0);
  });
});
