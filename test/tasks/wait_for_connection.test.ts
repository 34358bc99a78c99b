import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { program } from '../e2e/program.ts';
import { freePort, type Sshd, startSshd } from '../session/sshd.ts';
import { createRelay, type Relay } from './relay.ts';

describe('wait_for_connection', () => {
  let sshd: Sshd;
  let folder: string;
  let relay: Relay;

  beforeAll(async () => {
    sshd = await startSshd();
    folder = mkdtempSync(join(tmpdir(), 'retrace-wait-'));
    const port = await freePort();
    relay = createRelay(port, sshd.port);
    const known = join(folder, 'known_hosts');
    writeFileSync(known, `[127.0.0.1]:${port} ${sshd.hostKey('ed25519')}\n`);
    const vars = `ansible_host=127.0.0.1 ansible_port=${port} ansible_user=root ansible_ssh_private_key_file=${sshd.privateKey}`;
    writeFileSync(
      join(folder, 'hosts'),
      `guest ${vars} retrace_known_hosts=${known}\nstranger ${vars} retrace_known_hosts=/dev/null\n`,
    );
  });
  afterEach(() => relay.unplug());
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await sshd.stop();
  });

  const play = (tasks: string, ...options: string[]) => {
    const file = join(folder, 'play.yaml');
    writeFileSync(file, `- hosts: all\n  gather_facts: true\n  tasks:\n${tasks}`);
    return program('-i', join(folder, 'hosts'), file, ...options);
  };
  const guest = ['--limit', 'guest'];

  test('waits until a command runs on the host; what comes later is asked only then', async () => {
    const ended = play(
      '    - command: echo before\n      delegate_to: localhost\n' +
        '    - wait_for_connection:\n        delay: 1\n        timeout: 20\n      register: waited\n' +
        '    - assert:\n        that: [waited.elapsed >= 1, waited is not changed]\n' +
        '    - command: echo reached\n      register: said\n' +
        '    - debug:\n        msg: "{{ said.stdout }} {{ ansible_facts.system }}"\n',
      ...guest,
    );
    await sleep(3000);
    await relay.plugIn();
    const { code, stdout } = await ended;

    expect(stdout).toContain('reached');
    expect(stdout).toMatch(/guest : ok=5 +changed=2 +failed=0/);
    expect(code).toBe(0);
    expect(relay.connections).toBe(1);
  });

  test('an earlier connection proves nothing: it logs in again', async () => {
    await relay.plugIn();
    const { connections } = relay;
    const { code } = await play(
      '    - command: echo here\n    - wait_for_connection:\n    - command: echo there\n',
      ...guest,
    );

    expect(code).toBe(0);
    expect(relay.connections - connections).toBe(2);
  });

  test('fails with the last cause when the time is over', async () => {
    const { code, stdout } = await play(
      '    - wait_for_connection:\n        timeout: 2\n        connect_timeout: 1\n      register: waited\n      ignore_errors: true\n' +
        '    - assert:\n        that: waited.elapsed in [2, 3]\n',
      ...guest,
    );

    expect(stdout).toMatch(/timed out waiting for ping module test: guest \(127\.0\.0\.1:\d+\): connection refused/);
    expect(code).toBe(0);
  });

  test('does not wait for a host key to become known', async () => {
    await relay.plugIn();
    const startedAt = Date.now();
    const { code, stdout } = await play('    - wait_for_connection:\n', '--limit', 'stranger');

    expect(stdout).toContain('UNREACHABLE');
    expect(code).toBe(4);
    expect(Date.now() - startedAt).toBeLessThan(20_000);
  });

  test('a check does not wait', async () => {
    const missing = await play('    - wait_for_connection:\n', ...guest, '--check');
    expect(missing.code).toBe(4);

    await relay.plugIn();
    const there = await play('    - wait_for_connection:\n', ...guest, '--check');
    expect(there.stdout).toContain('ok=1');
    expect(there.code).toBe(0);
  });
});
