import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { callCommand } from '../../../src/cli/command.ts';
import { inventory } from '../../../src/cli/commands/inventory.ts';
import { loadYaml } from '../../../src/yaml/load.ts';
import { worldWith } from '../../cli/world.ts';
import { keepingIo } from './command-io.ts';
import { folderWith } from './folder.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const expected = (name: string) => readFileSync(join(fixtures, 'expected', name), 'utf8');

async function run(argv: readonly string[], options: Partial<Parameters<typeof keepingIo>[0]> = {}) {
  const { io, written } = keepingIo({ cwd: fixtures, ...options });
  const code = await callCommand(inventory, argv, worldWith(io));
  return { code, ...written };
}

const meaning = (yaml: string) => {
  const document = loadYaml(yaml, 'printed', { plain: true });
  return document.ok ? document.value.value : document.error;
};

// The output of ansible-inventory 2.14 for the fixtures.
const CASES: readonly (readonly [string, readonly string[]])[] = [
  ['list.json', ['--list']],
  ['export.json', ['--list', '--export']],
  ['export.yaml', ['--list', '--export', '--yaml']],
  ['graph.txt', ['--graph']],
  ['vars.txt', ['--graph', '--vars']],
];
const ALL = ['site.yaml', 'mixed.ini'].flatMap((file) =>
  CASES.map(([kind, argv]) => [`${file.split('.')[0]}.${kind}`, ['-i', file, ...argv]] as const),
);

describe('inventoryCommand prints what ansible-inventory prints', () => {
  test.for([
    ...ALL,
    ['site.host.json', ['-i', 'site.yaml', '--host', 'db1']] as const,
    ['site.eu.txt', ['-i', 'site.yaml', '--graph', 'eu']] as const,
  ])('%s', async ([file, argv]) => {
    const { code, stdout, stderr } = await run(argv);

    expect({ stderr, stdout, code }).toEqual({ stderr: '', stdout: expected(file), code: 0 });
  });

  // PyYAML writes a list shared by several hosts once and then refers to it; we write it out each time.
  test.for(['site', 'mixed'])('%s.list.yaml, but without aliases', async (name) => {
    const { stdout } = await run(['-i', name === 'site' ? 'site.yaml' : 'mixed.ini', '--list', '--yaml']);

    expect(meaning(stdout)).toEqual(meaning(expected(`${name}.list.yaml`)));
  });
});

describe('inventoryCommand', () => {
  test.for([
    [['-i', 'site.yaml'], 'No action selected'],
    [['-i', 'site.yaml', '--list', '--graph'], 'Conflicting options used'],
    [['-i', 'site.yaml', '--host', 'nobody'], 'You must pass a single valid host to --host parameter'],
    [['-i', 'site.yaml', '--graph', 'nowhere'], 'Pattern must be valid group name when using --graph'],
  ] as const)('%j → exit 1', async ([argv, message]) => {
    const { code, stderr } = await run(argv);

    expect(code).toBe(1);
    expect(stderr).toContain(`ERROR! ${message}`);
  });

  test('an unknown option is a mistake on the command line', async () => {
    const { code, stderr } = await run(['--lsit']);

    expect(code).toBe(1);
    expect(stderr).toBe(
      'run inventory: --lsit is not an option; did you mean --list?\nrun inventory: `run inventory --help` shows how to call it\n',
    );
  });

  test('knows localhost even if no source names it', async () => {
    const { stdout } = await run(['-i', '/dev/null', '--host', 'localhost']);

    expect(JSON.parse(stdout)).toMatchObject({ ansible_connection: 'local' });
  });

  test('adds extra variables, and respects a limit', async () => {
    const { stdout } = await run([
      '-i',
      'site.yaml',
      '--list',
      '-e',
      'port=1',
      '-e',
      '{"extra": [1]}',
      '--limit',
      'inner',
    ]);

    expect(JSON.parse(stdout)._meta.hostvars).toMatchObject({ db1: { port: '1', extra: [1] } });
    expect(Object.keys(JSON.parse(stdout)._meta.hostvars)).toEqual(['db1']);
  });

  test('shows an inline vault value encrypted', async () => {
    const envelope = '$ANSIBLE_VAULT;1.1;AES256\n6162\n6364\n';
    using folder = folderWith({
      'h.yaml':
        'all:\n  hosts:\n    h:\n      s: !vault |\n        $ANSIBLE_VAULT;1.1;AES256\n        6162\n        6364\n',
    });

    const json = await run(['-i', 'h.yaml', '--host', 'h'], { cwd: folder.path });
    const yaml = await run(['-i', 'h.yaml', '--host', 'h', '--yaml'], { cwd: folder.path });

    expect(JSON.parse(json.stdout)).toEqual({ s: { __ansible_vault: envelope } });
    expect(yaml.stdout).toBe('s: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\n  6364\n');
  });

  test('reports mistakes with their place, and exits with 1', async () => {
    using folder = folderWith({ 'h.yaml': 'web:\n  hosts:\n    - h\n' });

    const { code, stderr } = await run(['-i', folder.at('h.yaml'), '--list']);

    expect(code).toBe(1);
    expect(stderr).toContain('h.yaml:2:3');
  });

  test('uses the inventory from ansible.cfg', async () => {
    using folder = folderWith({ 'ansible.cfg': '[defaults]\ninventory=my\n', my: 'only\n' });

    expect((await run(['--graph'], { cwd: folder.path })).stdout).toBe('@all:\n  |--@ungrouped:\n  |  |--only\n');
  });

  test('uses the same inventory as a run of a playbook in this directory', async () => {
    using folder = folderWith({ 'inventory/hosts.yml': 'all: { hosts: { near: } }\n', 'playbooks/site.yaml': '[]\n' });

    expect((await run(['--graph'], { cwd: folder.at('playbooks') })).stdout).toContain('|--near\n');
  });

  test('as ansible-inventory, does not use a nearby inventory', async () => {
    using folder = folderWith({ 'hosts.yml': 'all: { hosts: { near: } }\n' });

    expect((await run(['--graph'], { cwd: folder.path, asAnsible: true })).stdout).not.toContain('near');
  });
});

const hasAnsible = spawnSync('ansible-inventory', ['--version']).status === 0;

describe.skipIf(!hasAnsible || !process.env.RETRACE_COMPARE)(
  'the expected output (only with RETRACE_COMPARE=1: it is slow)',
  () => {
    test.for(ALL)('%s is what the installed ansible-inventory prints', { timeout: 30_000 }, ([file, argv]) => {
      const { stdout } = spawnSync('ansible-inventory', [...argv], { cwd: fixtures, encoding: 'utf8' });

      expect(stdout).toBe(expected(file));
    });
  },
);
