import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { delayingRelay } from '../bench/delaying-relay.ts';
import { freePort, type Sshd, startSshd } from '../session/sshd.ts';
import { Rig } from './rig.ts';

let sshd: Sshd;
beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(() => sshd.stop());

/** A host that is there, and one that comes when it is let: its port leads to the same sshd. */
async function rigOf(): Promise<{ rig: Rig; comeAfter: (ms: number) => void }> {
  const rig = new Rig();
  onTestFinished(() => rig[Symbol.dispose]());
  const port = await freePort();
  const { privateKey, knownHosts } = sshd;
  const key = readFileSync(knownHosts, 'utf8').split(' ').slice(1).join(' ');
  const vars = (at: number): string =>
    `{ ansible_host: 127.0.0.1, ansible_port: ${at}, ansible_user: root, ansible_ssh_private_key_file: ${privateKey} }`;
  rig.write({
    '.ssh/known_hosts': `${readFileSync(knownHosts, 'utf8')}[127.0.0.1]:${port} ${key}`,
    'hosts.yaml': `all: { hosts: { here: ${vars(sshd.port)}, late: ${vars(port)} } }\n`,
    'play.yaml': `- hosts: all
  gather_facts: false
  tasks:
    - name: written
      copy: { content: "x\\n", dest: "${rig.folder}/{{ inventory_hostname }}" }
- hosts: here
  gather_facts: false
  tasks:
    - name: the others wait for nobody
      command: "true"
`,
  });
  const comeAfter = (ms: number): void => {
    setTimeout(async () => {
      const way = await delayingRelay('127.0.0.1', sshd.port, 0, port);
      onTestFinished(() => way.close());
    }, ms);
  };
  return { rig, comeAfter };
}

const events = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown> & { kind: string });

describe('a host that is late', () => {
  test('is played on when it has come, and the run is a success', async () => {
    const { rig, comeAfter } = await rigOf();
    comeAfter(2000);

    const { code, stdout } = await rig.run(['play.yaml', '-i', 'hosts.yaml', '--retry-unreachable', '60']);

    expect(stdout).toContain('late: late; trying again until');
    expect(code).toBe(0);
    expect(readFileSync(`${rig.folder}/late`, 'utf8')).toBe('x\n');
    expect(stdout).toMatch(/late\s+: ok=1 changed=1 failed=0/);
    // What has nothing to do with it is not done again.
    expect(stdout.match(/the others wait for nobody/g)).toHaveLength(1);
  });

  test('is told as unreachable if it has not come by then', async () => {
    const { rig } = await rigOf();

    const { code, stdout } = await rig.run(['play.yaml', '-i', 'hosts.yaml', '--retry-unreachable', '1']);

    expect(code).toBe(4);
    expect(stdout).toMatch(/late\s+: ok=0 changed=0 unreachable=1/);
  });

  test('has no finding in an audit because it was late', async () => {
    const { rig, comeAfter } = await rigOf();
    comeAfter(2000);

    const args = ['audit', 'play.yaml', '-i', 'hosts.yaml', '--retry-unreachable', '60', '-o', 'json'];
    const { code, stdout } = await rig.run(args);

    const { findings } = JSON.parse(stdout) as { findings: { id: string; hosts: string[]; kind: string }[] };
    expect(findings.map(({ kind, hosts }) => [kind, ...hosts])).toEqual([
      ['drift', 'here'],
      ['drift', 'late'],
      ['drift', 'here'],
    ]);
    // The same task is the same finding, whenever it was looked at.
    expect(findings[1]?.id).toBe(findings[0]?.id);
    expect(code).toBe(2);
  });

  test('is not tried again if it refuses the login', async () => {
    const { rig } = await rigOf();
    const args = ['play.yaml', '-i', 'hosts.yaml', '-l', 'here', '-e', 'ansible_user=nobody-at-all'];

    const { code, stdout } = await rig.run([...args, '--retry-unreachable', '60']);

    expect(code).toBe(4);
    expect(stdout).not.toContain('trying again');
  });
});

describe('a deadline', () => {
  test('begins nothing after it, and tells which hosts are not done', async () => {
    const { rig } = await rigOf();
    rig.write({
      'long.yaml': `- hosts: here
  gather_facts: false
  tasks:
    - { name: long, command: sleep 9 }
    - { name: after, command: "true" }
- hosts: localhost
  gather_facts: false
  tasks:
    - { name: elsewhere, command: "true" }
`,
    });

    const { code, stdout } = await rig.run(['long.yaml', '-i', 'hosts.yaml', '--deadline', '8', '-o', 'json']);

    const told = events(stdout).filter(({ kind }) => kind === 'task-finished');
    expect(
      told.map(({ host, task, outcome }) => [
        host,
        (task as { name: string }).name,
        (outcome as { status: string }).status,
      ]),
    ).toEqual([
      ['here', 'long', 'changed'],
      ['here', "the run's deadline", 'unreachable'],
      ['localhost', "the run's deadline", 'unreachable'],
    ]);
    expect(code).toBe(4);
  });

  test('does nothing to a run that ends before it', async () => {
    const { rig } = await rigOf();

    const { code } = await rig.run(['play.yaml', '-i', 'hosts.yaml', '-l', 'here', '--deadline', '60']);

    expect(code).toBe(0);
  });
});
