import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { dockerClient } from '../session/docker-client.ts';
import { Rig } from './rig.ts';

const hosts = (container: string, connection = 'community.docker.docker'): string =>
  JSON.stringify({ all: { hosts: { web: { ansible_connection: connection, ansible_host: container } } } });

const play = (tasks: string): string => `- hosts: web\n  gather_facts: false\n  tasks:\n${tasks}`;

/** A playbook for the container, and the docker client used to reach it. */
function rigFor(container: string, tasks: string) {
  const rig = new Rig();
  const env = { PATH: dockerClient(rig.folder) };
  rig.write({ 'hosts.yaml': hosts(container), 'play.yaml': play(tasks.replaceAll('FOLDER', rig.folder)) });
  return { rig, env, run: (...args: string[]) => rig.run(['-i', 'hosts.yaml', 'play.yaml', ...args], { env }) };
}

describe('a playbook over docker', () => {
  test('is predicted by a check, changes what differs, and then nothing', async () => {
    const { rig, run } = rigFor(
      'box',
      `    - copy: { dest: FOLDER/made, content: "{{ inventory_hostname }}\\n", mode: "0644" }
    - { shell: 'echo $CONTAINER >FOLDER/where', args: { creates: FOLDER/where } }
`,
    );
    using _ = rig;

    const check = await run('--check');
    const checked = existsSync(join(rig.folder, 'made'));
    const first = await run();
    const second = await run();

    expect([check.code, checked]).toEqual([2, false]);
    expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/changed=2/) });
    expect(second).toMatchObject({ code: 0, stdout: expect.stringMatching(/changed=0/) });
    expect(readFileSync(join(rig.folder, 'made'), 'utf8')).toBe('web\n');
    expect(readFileSync(join(rig.folder, 'where'), 'utf8')).toBe('box\n');
  });

  test.skipIf(process.getuid?.() !== 0)('becomes another user in the container', async () => {
    const { rig, run } = rigFor(
      'box',
      `    - { command: 'sh -c "id -un; echo $CONTAINER"', become: true, become_user: nobody, become_flags: '-H -S -n --preserve-env=CONTAINER', register: r }
    - debug: { msg: "{{ r.stdout_lines | join(' in ') }}" }
`,
    );
    using _ = rig;

    expect(await run()).toMatchObject({ code: 0, stdout: expect.stringContaining('"msg": "nobody in box"') });
  });

  test('reports the host as unreachable if the container is missing, and why', async () => {
    const { rig, run } = rigFor('gone', '    - raw: id\n');
    using _ = rig;

    const { code, stdout } = await run();

    expect(code).toBe(4);
    expect(stdout).toContain('UNREACHABLE');
    expect(stdout).toContain('No such container: gone');
    expect(stdout).toContain('create the container first');
  });

  test('works with --connection, too', async () => {
    const { rig, run } = rigFor(
      'box',
      `    - { shell: 'echo $CONTAINER', register: r }\n    - debug: { var: r.stdout }\n`,
    );
    using _ = rig.write({ 'hosts.yaml': 'all: { hosts: { web: { ansible_host: box } } }\n' });

    expect((await run('-c', 'docker')).stdout).toContain('"r.stdout": "box"');
  });

  test.for([
    ['SIGTERM', 300],
    // The command ends by itself, as on other hosts, and with it everything that we started.
    ['SIGKILL', 3],
  ] as const)('leaves no process behind when killed by %s', { timeout: 60_000 }, async ([signal, seconds]) => {
    const { rig, env } = rigFor('box', `    - shell: touch FOLDER/busy; sleep ${seconds}\n`);
    using _ = rig;
    const ended = rig.run(['-i', 'hosts.yaml', 'play.yaml'], { env, pidFile: 'pid' });
    await vi.waitFor(() => expect(existsSync(join(rig.folder, 'busy'))).toBe(true), { timeout: 20_000 });

    process.kill(Number(readFileSync(join(rig.folder, 'pid'), 'utf8')), signal);
    await ended;

    await vi.waitFor(() => expect(processesIn(rig.folder)).toEqual([]), { timeout: 20_000 });
  });
});

/** The processes with the client's directory on their PATH: the client, and everything run in the container. */
function processesIn(folder: string): readonly string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const { stdout } = spawnSync('grep', ['-ls', `${folder}/bin`, ...pids.map((pid) => `/proc/${pid}/environ`)]);
  return stdout.toString().split('\n').filter(Boolean);
}
