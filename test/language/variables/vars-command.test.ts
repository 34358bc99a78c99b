import { describe, expect, test } from 'vitest';
import { callCommand } from '../../../src/cli/command.ts';
import { vars } from '../../../src/cli/commands/vars.ts';
import { encryptVault } from '../../../src/language/vault/vault.ts';
import { worldWith } from '../../cli/world.ts';
import { keepingIo } from '../inventory/command-io.ts';
import { folderWith } from '../inventory/folder.ts';

const secret = { label: 'default', password: Buffer.from('pw'), from: 'test' };
const inline = encryptVault('hunter2', secret).trim().replaceAll('\n', '\n          ');

const files = {
  'hosts.yaml': `all:
  vars: { port: 80, user: www }
  children:
    web:
      hosts: { h: { port: 8080 } }
      vars:
        url: "http://{{ inventory_hostname }}:{{ port }}/"
        broken: "{{ missing }}"
        dsn: "pg:{{ password }}"
        password: !vault |
          ${inline}
`,
  'group_vars/web.yml': 'port: 443\n',
  'group_vars/all/vault.yml': encryptVault('token: s3cret-token\n', secret),
  pw: 'pw\n',
};

async function run(...argv: string[]) {
  using folder = folderWith(files);
  const { io, written } = keepingIo({ cwd: folder.path });
  const code = await callCommand(vars, ['-i', 'hosts.yaml', '--vault-password-file', 'pw', ...argv], worldWith(io));
  return { code, stdout: written.stdout.replaceAll(folder.path, 'DIR'), stderr: written.stderr };
}

describe('varsCommand', () => {
  test('shows a value, its place, and everything that it overrides', async () => {
    const { stdout, code } = await run('h', 'port');

    expect(code).toBe(0);
    expect(stdout).toBe(`port
  value    8080
  from     hosts.yaml:5 (inventory host vars)
  hides    443  from group_vars/web.yml:1 (playbook group_vars)
  hides    80  from hosts.yaml:2 (inventory group vars)
`);
  });

  test('shows a template with its result', async () => {
    expect((await run('h', 'url')).stdout).toBe(`url
  value    http://h:8080/
  written  http://{{ inventory_hostname }}:{{ port }}/
  from     hosts.yaml:7 (inventory group vars)
`);
  });

  test('extra variables override all others', async () => {
    expect((await run('h', 'port', '-e', 'port=1')).stdout).toMatch(/value {4}1\n {2}from {5}extra vars/);
  });

  test('reports what cannot be computed', async () => {
    expect((await run('h', 'broken')).stdout).toContain("cannot be computed: 'missing' is undefined");
  });

  test('lists all variables', async () => {
    const { stdout } = await run('h');

    expect(stdout).toMatch(/^NAME +VALUE +FROM\n/);
    expect(stdout).toMatch(/^user +www +hosts\.yaml:2 \(inventory group vars\)$/m);
    expect(stdout).toMatch(/^port +8080 +.*, hides 2$/m);
  });

  test.for(['h', 'h --json', 'h password', 'h token', 'h dsn', 'h dsn --json'])(
    'never shows a secret: %s',
    async (argv) => {
      const { stdout } = await run(...argv.split(' '));

      expect(stdout).not.toMatch(/hunter2|s3cret-token/);
      expect(stdout).toContain('********');
    },
  );

  test('prints the same information as JSON', async () => {
    expect(JSON.parse((await run('h', 'port', '--json')).stdout)).toEqual({
      host: 'h',
      vars: [
        {
          name: 'port',
          value: 8080,
          level: 8,
          levelName: 'inventory host vars',
          from: 'hosts.yaml, host h',
          file: 'DIR/hosts.yaml',
          line: 5,
          column: 21,
          hides: [
            {
              value: 443,
              level: 7,
              levelName: 'playbook group_vars',
              from: 'DIR/group_vars/web.yml',
              file: 'DIR/group_vars/web.yml',
              line: 1,
              column: 1,
            },
            {
              value: 80,
              level: 3,
              levelName: 'inventory group vars',
              from: 'hosts.yaml, group all',
              file: 'DIR/hosts.yaml',
              line: 2,
              column: 11,
            },
          ],
        },
      ],
    });
  });

  test('shows magic variables', async () => {
    expect((await run('h', 'group_names')).stdout).toContain('["web"]');
  });

  test.for([
    ['nobody', 'there is no host nobody'],
    ['h prot', 'prot is not defined for h; did you mean "port"?'],
  ] as const)('%s → exit 1', async ([argv, message]) => {
    const { code, stderr } = await run(...argv.split(' '));

    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });
});
