import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { labHost, labReset } from '../../src/lab/index.ts';
import { on, until as untilOn } from '../lab/in-lab.ts';
import { failures, inEvents, start, tasksThat } from './program.ts';

// A run that is cut off somewhere, and the run after it, on a plain Debian host.

const host = 'cutoff';
const folder = mkdtempSync(join(tmpdir(), 'retrace-e2e-'));
const inventory = join(folder, 'inventory.yaml');

beforeAll(async () => {
  const login = await labHost(host);
  const vars = {
    ansible_host: login.address,
    ansible_user: 'root',
    ansible_ssh_private_key_file: login.privateKeyFile,
    retrace_known_hosts: login.knownHostsFile,
  };
  writeFileSync(inventory, JSON.stringify({ all: { hosts: { [host]: vars } } }));
});

beforeEach(() => labReset(host));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A change that notifies a handler, something that takes as long as requested, and a change after it. */
const slowly = `
- hosts: ${host}
  gather_facts: false
  tasks:
    - name: The first change
      copy: { dest: /etc/first, content: "one\\n", mode: "0644" }
      notify: the handler
    - name: Something slow
      shell:
        cmd: touch /root/busy; sleep {{ seconds }}; touch /root/slow
        creates: /root/slow
    - name: The last change
      copy: { dest: /etc/last, content: "two\\n", mode: "0644" }
  handlers:
    - name: the handler
      shell: echo ran >>/root/handled
`;

describe('a run that is cut off during a command', () => {
  test('by Ctrl-C prints the recap and exits with 130; the command has been killed', async () => {
    const run = start(['--lab', '-i', inventory, '-e', 'seconds=30', playbook('slowly', slowly)]);
    await until('test -e /root/busy');
    // As a terminal does: signal the whole process group.
    process.kill(-run.child.pid!, 'SIGINT');
    const { code, stdout } = await run.ended;

    expect(stdout).toMatch(/PLAY RECAP.*\n.*ok=1 +changed=1/);
    expect(code).toBe(130);
    await until('! pgrep -x sleep');
    await completes();
  });

  test('M minor: by SIGINT to the outer process alone ends as with Ctrl-C', async () => {
    const run = start(['--lab', '-i', inventory, '-e', 'seconds=30', playbook('slowly', slowly)]);
    await until('test -e /root/busy');
    run.child.kill('SIGINT');
    const { code, stdout } = await run.ended;

    expect(stdout).toMatch(/^interrupted: \[cutoff\]$[\s\S]*PLAY RECAP.*\n.*ok=1 +changed=1 +failed=0$/m);
    expect(code).toBe(130);
    await until('! pgrep -x sleep');
    await completes();
  });

  test('by kill -9 is continued by the next run', async () => {
    const run = start(['--lab', '-i', inventory, '-e', 'seconds=3', playbook('slowly', slowly)]);
    await until('test -e /root/busy');
    process.kill(-run.child.pid!, 'SIGKILL');
    await run.ended;

    await completes();
  });

  test('by the end of its sshd does not guess the outcome', async () => {
    const run = start(['--lab', '-i', inventory, '-e', 'seconds=3', playbook('slowly', slowly)]);
    await until('test -e /root/busy');
    await on(host, 'pkill -KILL -x sshd');
    const { code, stdout } = await run.ended;

    expect(stdout).toMatch(/fatal: \[cutoff\]: UNREACHABLE!/);
    expect(code).toBe(4);
    await completes();
  });

  /** The next run does the rest, runs the pending handler once, and leaves no record behind. */
  async function completes(): Promise<void> {
    expect(await on(host, 'test ! -e /root/handled; ls /var/lib/retrace')).toBe(`handlers-${host}\n`);

    const next = await inEvents('-i', inventory, '-e', 'seconds=0', join(folder, 'slowly.yaml'));

    expect(failures(next)).toEqual([]);
    expect(next.code).toBe(0);
    expect(tasksThat(next, 'ok')).toContain(`${host}: The first change`);
    expect(await on(host, 'cat /root/handled /etc/last; test ! -e /var/lib/retrace')).toBe('ran\ntwo\n');

    const third = await inEvents('-i', inventory, '-e', 'seconds=0', join(folder, 'slowly.yaml'));
    expect(tasksThat(third, 'changed')).toEqual([]);
  }
});

test('after a lost connection, a change is examined again and continued', async () => {
  const text = `
- hosts: ${host}
  gather_facts: false
  tasks:
    - name: A file that is slow to prove
      copy:
        { dest: /etc/first, content: "one\\n", mode: "0644", validate: "sh -c 'touch /root/busy; sleep 2; test -s %s'" }
      notify: the handler
    - name: The last change
      copy: { dest: /etc/last, content: "two\\n", mode: "0644" }
  handlers:
    - name: the handler
      shell: echo ran >>/root/handled
`;
  const run = start(['--lab', '-i', inventory, playbook('lost', text)]);
  await until('test -e /root/busy');
  await on(host, 'pkill -KILL -x sshd');
  const { code, stdout } = await run.ended;

  expect(stdout).toMatch(/ok=3 +changed=3 +failed=0/);
  expect(code).toBe(0);
  expect(await on(host, 'cat /etc/first /etc/last /root/handled; test ! -e /var/lib/retrace')).toBe('one\ntwo\nran\n');
});

describe('a validating block', () => {
  const former =
    'printf former >/etc/proved; chmod 0640 /etc/proved; chown www-data /etc/proved; ln -s /nowhere /etc/proved.link';
  const told =
    'cat /etc/proved; stat -c " %a %U" /etc/proved; readlink /etc/proved.link; ls /etc/proved.new /root/handled 2>/dev/null; :';
  const block = `
- hosts: ${host}
  gather_facts: false
  tasks:
    - name: The configuration
      validate: test -e /root/good
      block:
        - name: A file
          copy: { dest: /etc/proved, content: latter, owner: root, mode: "0600" }
          notify: the handler
        - name: A link
          file: { state: link, src: /etc/hostname, dest: /etc/proved.link }
        - name: A new file
          copy: { dest: /etc/proved.new, content: new, mode: "0644" }
        - name: Something slow
          shell: { cmd: "touch /root/busy; sleep {{ seconds }}; touch /root/slow", creates: /root/slow }
  handlers:
    - name: the handler
      shell: echo ran >>/root/handled
`;

  test('rolls back all of it when the validation fails', async () => {
    await on(host, former);

    const ran = await inEvents('-i', inventory, '-e', 'seconds=0', playbook('block', block));

    expect(failures(ran)).toEqual([
      expect.stringContaining("test -e /root/good failed, so the block's changes were rolled back"),
    ]);
    expect(ran.code).toBe(2);
    expect(await on(host, told)).toBe('former 640 www-data\n/nowhere\n');
    // Nothing is left to run later: what had notified the handler was rolled back.
    expect(await on(host, 'ls /var/lib/retrace 2>/dev/null || true')).toBe('');
  });

  test.for([
    ['proves it', 'touch /root/good', 0, 'latter 600 root\n/etc/hostname\n/etc/proved.new\n/root/handled\n'],
    ['rolls it back', ':', 2, 'former 640 www-data\n/nowhere\n'],
  ] as const)('when a run was killed in it, the next %s', async ([, then, code, state]) => {
    await on(host, former);
    const run = start(['--lab', '-i', inventory, '-e', 'seconds=3', playbook('block', block)]);
    await until('test -e /root/busy');
    process.kill(-run.child.pid!, 'SIGKILL');
    await run.ended;
    await until('! pgrep -x sleep');
    await on(host, then);

    const next = await inEvents('-i', inventory, '-e', 'seconds=0', join(folder, 'block.yaml'));

    expect(next.code).toBe(code);
    expect(await on(host, told)).toBe(state);
    // A rolled-back change is no reason to run a handler.
    expect(await on(host, 'ls /var/lib/retrace 2>/dev/null || :')).toBe('');
  });
});

const until = (command: string) => untilOn(host, command);

function playbook(name: string, text: string): string {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, text);
  return file;
}
