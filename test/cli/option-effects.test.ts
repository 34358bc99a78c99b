import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adHoc } from '../../src/cli/ad-hoc.ts';
import { commands } from '../../src/cli/commands/index.ts';
import { playbooks } from '../../src/cli/commands/playbooks.ts';
import type { OptionSpec } from '../../src/core/command-line.ts';
import { type Sshd, startSshd } from '../session/sshd.ts';
import { makeUser, mayMakeUsers, type TestUser } from '../session/test-user.ts';
import { Rig, type Said } from './rig.ts';

/** Options without effect, which the program says about them, and options whose effect only shows on a terminal. */
const withoutEffect = ['scp-extra-args', 'sftp-extra-args', 'ssh-common-args', 'ssh-extra-args', 'show-input'];

test.for([adHoc, playbooks, ...commands].map((command) => [command.name, command] as const))(
  'every option of %s occurs in a test',
  ([, { options }]) => {
    const words = new Set(testTexts().flatMap((text) => text.match(/(?<=['" ])--?[a-zA-Z][\w-]*/g) ?? []));
    const isTested = ([name, spec]: readonly [string, OptionSpec]) =>
      words.has(`--${name}`) || ('short' in spec && words.has(`-${spec.short}`)) || withoutEffect.includes(name);

    expect(
      Object.entries<OptionSpec>(options)
        .filter((one) => !isTested(one))
        .map(([name]) => name),
    ).toEqual([]);
  },
);

const testTexts = (): readonly string[] =>
  readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(join('test', path), 'utf8'));

const ansible = (rig: Rig, args: readonly string[], input = ''): Promise<Said> =>
  rig.run(args, { calledAs: 'ansible', input });

describe.skipIf(!mayMakeUsers)('options for logging in and becoming another user', () => {
  let sshd: Sshd;
  let bob: TestUser;
  beforeAll(async () => {
    sshd = await startSshd(['PasswordAuthentication yes']);
    bob = makeUser('with password');
  });
  afterAll(async () => {
    await sshd?.stop();
    bob?.remove();
  });

  /** A directory with an inventory for the sshd; it has a key only if requested. */
  const rigOf = (variables: Readonly<Record<string, string>> = {}): Rig => {
    const box = { ansible_host: '127.0.0.1', ansible_port: sshd.port, ...variables };
    return new Rig().write({
      '.ssh/known_hosts': `[127.0.0.1]:${sshd.port} ${sshd.hostKey('ed25519')}\n`,
      'hosts.json': JSON.stringify({ all: { hosts: { box } } }),
    });
  };
  const onBox = ['box', '-i', 'hosts.json', '-a', 'id -un'];

  test('--user and --private-key: the login user and key', async () => {
    using rig = rigOf();

    const { code, stdout } = await ansible(rig, [...onBox, '--user', bob.name, '--private-key', sshd.privateKey]);

    expect(stdout).toContain(bob.name);
    expect(code).toBe(0);
  });

  test.for([
    ['right', 0],
    ['wrong', 4],
  ] as const)('--ask-pass: the %s password is sent to the host', async ([which, code]) => {
    using rig = rigOf();
    const password = which === 'right' ? bob.password : 'not it';

    const said = await ansible(rig, [...onBox, '-u', bob.name, '--ask-pass'], `${password}\n`);

    expect(said.stderr).toContain('SSH password: ');
    expect(said.stdout + said.stderr).not.toContain(password);
    expect([said.code, said.stdout.includes(`>>\n${bob.name}\n`)]).toEqual([code, code === 0]);
  });

  test.for([
    ['right', 0],
    ['wrong', 2],
  ] as const)('--ask-become-pass: the %s password is sent to sudo', async ([which, code]) => {
    using rig = rigOf({ ansible_user: bob.name, ansible_ssh_private_key_file: sshd.privateKey });
    const password = which === 'right' ? bob.password : 'not it';

    const said = await ansible(rig, [...onBox, '--become', '--ask-become-pass'], `${password}\n`);

    expect(said.stderr).toContain('BECOME password: ');
    expect(said.stdout + said.stderr).not.toContain(password);
    expect([said.code, said.stdout.includes('>>\nroot\n')]).toEqual([code, code === 0]);
  });

  test.for(['--become-password-file', '--connection-password-file'])(
    '%s: the password for the host',
    async (option) => {
      using rig = rigOf({ ansible_user: bob.name });
      rig.write({ password: `${bob.password}\n` });
      const become = option.startsWith('--become');
      const key = become ? ['--private-key', sshd.privateKey, '-b'] : [];

      const { code, stdout } = await ansible(rig, [...onBox, ...key, option, 'password']);

      expect(stdout).toContain(`>>\n${become ? 'root' : bob.name}\n`);
      expect(code).toBe(0);
    },
  );

  test('--become-user: the user to become', async () => {
    using rig = new Rig();

    const { code, stdout } = await ansible(rig, ['localhost', '-a', 'id -un', '-b', '--become-user', bob.name]);

    expect(stdout).toContain(`>>\n${bob.name}\n`);
    expect(code).toBe(0);
  });
});

describe('--timeout', () => {
  let silent: Server;
  let port: number;
  beforeAll(async () => {
    silent = createServer(() => {}); // accepts connections, but never identifies itself as an sshd
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  });
  afterAll(() => silent.close());

  test('ends the wait for a host that does not answer', async () => {
    using rig = new Rig().write({
      'hosts.json': JSON.stringify({ all: { hosts: { box: { ansible_host: '127.0.0.1', ansible_port: port } } } }),
    });

    const { code, stdout } = await ansible(rig, ['box', '-i', 'hosts.json', '-a', 'id', '--timeout', '1']);

    expect(stdout).toContain('no login within 1 s');
    expect(code).toBe(4);
  });
});

test.for([
  [[], false],
  [['--force-handlers'], true],
] as const)('%j: handlers run on a failed host: %s', async ([options, run]) => {
  using rig = new Rig().write({
    'play.yaml': `- hosts: localhost
  gather_facts: false
  handlers: [{ name: h, debug: { msg: handled } }]
  tasks:
    - { command: 'true', notify: h }
    - fail: { msg: no }
`,
  });

  const { code, stdout } = await rig.run(['play.yaml', ...options]);

  expect(stdout.includes('"msg": "handled"')).toBe(run);
  expect(code).toBe(2);
});

test.for([
  [[], 1],
  [['--module-path', 'more'], 0],
  [['-M', 'other', '-M', 'more'], 0],
] as const)('%j: a task type from another directory is found, or not: exit code %i', async ([options, code]) => {
  using rig = new Rig().write({
    'more/greet.ts': `import { defineTask } from 'retrace';
export default defineTask({
  name: 'greet', summary: 'Greets.', params: {}, examples: [], controllerOnly: true,
  plan: () => ({ changes: [], result: { msg: 'hello from afar' } }),
});
`,
    'other/empty.txt': '',
    'play.yaml': `- hosts: localhost
  gather_facts: false
  tasks: [{ greet: {}, register: r }, { debug: { var: r.msg } }]
`,
  });

  const said = await rig.run(['play.yaml', ...options]);

  expect(said.stdout.includes('hello from afar')).toBe(code === 0);
  expect(said.code).toBe(code);
});

test('--forks: the maximum number of hosts at a time', async () => {
  using rig = new Rig();
  const alone = 'mkdir busy && sleep 0.3 && rmdir busy';

  const hosts = ['all', '-i', 'a,b,c', '--connection', 'local'];
  const { code, stdout } = await ansible(rig, [
    ...hosts,
    '--forks',
    '1',
    '-m',
    'shell',
    '-a',
    `cd ${rig.folder} && ${alone}`,
  ]);

  expect(stdout.match(/^[abc] \| CHANGED/gm)).toHaveLength(3);
  expect(code).toBe(0);
});

test('encrypt_string --prompt: prompts for the string', async () => {
  using rig = new Rig().write({ password: 'x' });

  const words = ['vault', 'encrypt_string', '--prompt', '-n', 'name', '--vault-password-file', 'password'];
  const { code, stdout } = await rig.run(words, { input: 'hidden\n' });

  expect(stdout).toMatch(/^name: !vault \|/);
  expect(code).toBe(0);
});

test('--task-timeout: a task that takes longer fails', async () => {
  using rig = new Rig();
  const { code, stdout } = await ansible(rig, ['localhost', '-a', 'sleep 600', '--task-timeout', '1']);

  expect([code, stdout]).toEqual([2, expect.stringContaining('failed to execute in the expected time frame (1)')]);
});

describe('tasks in the background', () => {
  test('--background: a task that takes longer is killed, and has failed', async () => {
    using rig = new Rig();

    const { code, stdout } = await ansible(rig, ['localhost', '-a', 'sleep 600', '--background', '1']);

    expect(stdout).toContain('took too long and was killed');
    expect(code).toBe(2);
  });

  test.for([
    [['-B', '60', '--poll', '0'], true],
    [['-B', '60', '--poll', '1'], false],
    [['-B', '0', '-P', '0'], false],
    [['-P', '0'], false],
  ] as const)('--poll: %j starts a job and does not wait: %s', async ([options, started]) => {
    using rig = new Rig();

    const { code, stdout } = await ansible(rig, ['localhost', '-a', 'true', ...options]);

    expect(stdout.includes('"ansible_job_id"')).toBe(started);
    expect(code).toBe(0);
  });
});
