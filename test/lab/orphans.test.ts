import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { labHost } from '../../src/lab/index.ts';
import { packageRoot } from '../../src/lab/paths.ts';
import { switchNamespace } from '../../src/lab/switch.ts';
import { on } from './in-lab.ts';
import { type LabProgram, labProgram } from './lab-program.ts';

const host = 'orphaned';
let program: LabProgram;

/** Runs the program with a history of its own. */
function run(...words: readonly string[]): Promise<{ readonly code: number; readonly stdout: string }> {
  const command = [process.execPath, join(packageRoot(), 'dist', 'run.cjs'), ...words, '-i', 'hosts'];
  const env = { ...process.env, RETRACE_HISTORY: join(program.folder, 'history'), RETRACE_CALLED_AS: 'run' };
  return new Promise((resolve) => {
    execFile(
      'ip',
      ['netns', 'exec', switchNamespace(), ...command],
      { cwd: program.folder, env, timeout: 120_000 },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout: stdout + stderr }),
    );
  });
}

/** What an orphan is called, and the task that puts it there; of several, only the first has the task. */
const KINDS: readonly (readonly [subject: string, task?: object])[] = [
  ['package tree', { apt: { name: 'tree', install_recommends: false } }],
  ['group team', { group: { name: 'team' } }],
  ['user bob', { user: { name: 'bob', create_home: false } }],
  [
    '/etc/systemd/system/hand.service',
    {
      copy: {
        dest: '/etc/systemd/system/hand.service',
        content: '[Service]\nExecStart=/bin/sleep 99999\n[Install]\nWantedBy=multi-user.target\n',
      },
    },
  ],
  ['unit hand.service enabled', { systemd: { name: 'hand', enabled: true, state: 'started', daemon_reload: true } }],
  ['unit hand.service started'],
  [
    'apt source deb http://deb.example.org/debian bookworm main',
    { apt_repository: { repo: 'deb http://deb.example.org/debian bookworm main', update_cache: false } },
  ],
  [
    'apt repository other',
    {
      deb822_repository: {
        name: 'other',
        uris: 'http://deb.example.org/other',
        suites: 'bookworm',
        components: 'main',
      },
    },
  ],
  ['diversion /usr/bin/nowhere', { dpkg_divert: { path: '/usr/bin/nowhere' } }],
  [
    'alternative retraced /bin/true',
    { alternatives: { name: 'retraced', path: '/bin/true', link: '/usr/bin/retraced' } },
  ],
  ['mount /mnt/orphan', { mount: { path: '/mnt/orphan', src: 'tmpfs', fstype: 'tmpfs', state: 'present' } }],
];

const playbook = (tasks: readonly object[]): void =>
  writeFileSync(join(program.folder, 'site.yaml'), JSON.stringify([{ hosts: 'all', gather_facts: false, tasks }]));

beforeAll(async () => {
  await labHost(host);
  program = await labProgram([host]);
});
afterAll(() => program.remove());

describe('orphans, on a host', () => {
  test('packages, accounts, units, sources and mounts are told and retired', async () => {
    playbook(KINDS.flatMap(([, task]) => task ?? []));
    const first = await run('site.yaml');
    expect(first.stdout).toMatch(/failed=0/);
    playbook([{ debug: { msg: 'nothing is declared any more' } }]);

    const { stdout } = await run('audit', 'site.yaml', '-o', 'json');
    const { findings } = JSON.parse(stdout) as {
      findings: readonly { readonly kind: string; readonly subject: string; readonly reason: string }[];
    };
    expect(findings.filter(({ kind }) => kind !== 'orphan')).toEqual([]);
    expect(findings.map(({ subject }) => subject).toSorted()).toEqual(KINDS.map(([subject]) => subject).toSorted());

    const retired = await run('retire', '--yes');
    expect(retired.stdout).toMatch(/failed=0/);
    expect(await run('audit', 'site.yaml')).toMatchObject({ code: 0 });
    expect(
      await on(host, 'getent passwd bob; getent group team; command -v tree; systemctl is-active hand; :'),
    ).toContain('inactive');
  });
});
