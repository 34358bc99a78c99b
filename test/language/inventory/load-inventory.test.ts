import { describe, expect, test } from 'vitest';
import { Template } from '../../../src/core/value.ts';
import { addHost, addHostVars } from '../../../src/language/inventory/draft.ts';
import {
  changeInventory,
  type InventoryOptions,
  loadInventory,
  withPlaybookVars,
} from '../../../src/language/inventory/index.ts';
import type { Host } from '../../../src/language/model.ts';
import { composeScope } from '../../../src/language/variables/compose-scope.ts';
import { encryptVault } from '../../../src/language/vault/vault.ts';
import { folderWith } from './folder.ts';

type Files = Parameters<typeof folderWith>[0];

function loaded(files: Files, sources = [Object.keys(files)[0] as string], options: InventoryOptions = {}) {
  using folder = folderWith(files);
  const result = loadInventory(sources, { cwd: folder.path, ...options });
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

function mistakes(files: Files, sources = [Object.keys(files)[0] as string], options: InventoryOptions = {}) {
  using folder = folderWith(files);
  const result = loadInventory(sources, { cwd: folder.path, ...options });
  const notes = result.ok ? (result.warnings ?? []) : result.error;
  return notes.map(
    ({ severity, message, at }) =>
      `${severity} ${at ? `${at.line}:${at.column}` : '-'} ${message.replaceAll(`${folder.path}/`, '')}`,
  );
}

const read = (host: Host | undefined, name: string) => composeScope({ host: host as Host }).get(name);

describe('an inventory in YAML', () => {
  const inventory = loaded({
    'hosts.yaml': `
all:
  vars: { where: all, port: 80 }
  hosts:
    lone:
  children:
    web:
      hosts:
        www[01:03].example.org:
        db.example.org:2222: { where: host, text: "{{ port }}" }
      vars: { where: web }
    eu:
      children:
        web:
`,
  });

  test('expands ranges, in order', () => {
    expect([...inventory.hosts.keys()]).toEqual([
      'lone',
      'www01.example.org',
      'www02.example.org',
      'www03.example.org',
      'db.example.org',
    ]);
  });

  test('splits the port off a name', () => {
    expect(read(inventory.hosts.get('db.example.org'), 'ansible_port')).toBe(2222);
  });

  test('host variables override group variables, and a deeper group overrides its parents', () => {
    expect(read(inventory.hosts.get('lone'), 'where')).toBe('all');
    expect(read(inventory.hosts.get('www01.example.org'), 'where')).toBe('web');
    expect(read(inventory.hosts.get('db.example.org'), 'where')).toBe('host');
  });

  test('strings with braces are templates', () => {
    expect(read(inventory.hosts.get('db.example.org'), 'text')).toBeInstanceOf(Template);
  });

  test('groups contain the hosts of their descendants', () => {
    expect(inventory.groups.get('eu')).toEqual(inventory.groups.get('web'));
    expect(inventory.groups.get('all')?.[0]).toBe('lone');
    expect(inventory.groups.get('ungrouped')).toEqual(['lone']);
    expect(inventory.children.get('all')).toEqual(['ungrouped', 'web', 'eu']);
  });

  test('a host lists its groups, lowest precedence first', () => {
    expect(inventory.hosts.get('www01.example.org')?.groups).toEqual(['eu', 'web']);
    expect(inventory.hosts.get('lone')?.groups).toEqual(['ungrouped']);
  });

  test('a variable has its place', () => {
    const layer = inventory.hosts.get('www01.example.org')?.layers.find(({ from }) => from === 'hosts.yaml, group web');

    expect(layer?.vars.get('where')?.at).toMatchObject({ line: 11, column: 15 });
  });
});

describe('groups of the same depth', () => {
  const group = (priority: string) => `
low: { hosts: { h: }, vars: { v: low${priority} } }
zed: { hosts: { h: }, vars: { v: zed } }
`;

  test('are ordered by name', () => {
    expect(read(loaded({ 'hosts.yaml': group('') }).hosts.get('h'), 'v')).toBe('zed');
  });

  test('are ordered by ansible_group_priority first', () => {
    const inventory = loaded({ 'hosts.yaml': group(', ansible_group_priority: 10') });

    expect(read(inventory.hosts.get('h'), 'v')).toBe('low');
  });
});

describe('group_vars and host_vars', () => {
  const files = {
    'inv/hosts.yaml':
      'all: { hosts: { h: { v: inventory host } }, vars: { v: 1, a: inventory } }\nweb: { hosts: { h: }, vars: { a: 2 } }\n',
    'inv/group_vars/all.yaml': 'v: all\na: group_vars all\nb: all',
    'inv/group_vars/web/10-a.yml': 'b: first\nc: first',
    'inv/group_vars/web/20-b': 'c: second',
    'inv/group_vars/web/.hidden.yml': 'c: hidden',
    'inv/group_vars/web/20-b.yml~': 'c: leftover',
    'inv/group_vars/web/deep/x.json': '{"d": "deep"}',
    'inv/host_vars/h.yml': 'e: host_vars',
    'play/group_vars/all.yml': 'b: playbook all\nf: playbook',
    'play/host_vars/h': 'e: playbook host_vars',
  };

  test('are read next to the inventory, in order', () => {
    const host = loaded(files, ['inv/hosts.yaml']).hosts.get('h');

    expect(['v', 'a', 'b', 'c', 'd', 'e', 'f'].map((name) => read(host, name))).toEqual([
      'inventory host',
      'group_vars all',
      'first',
      'second',
      'deep',
      'host_vars',
      undefined,
    ]);
  });

  test('are read next to the playbook, with higher precedence', () => {
    using folder = folderWith(files);
    const inventory = loadInventory(['inv/hosts.yaml'], { cwd: folder.path });
    const both = inventory.ok ? withPlaybookVars(inventory.value, 'play') : inventory;

    const host = both.ok ? both.value.hosts.get('h') : undefined;

    // group_vars of a group in the inventory (6) have higher precedence than those of all next to the playbook (5).
    expect(['b', 'e', 'f'].map((name) => read(host, name))).toEqual(['first', 'playbook host_vars', 'playbook']);
  });

  test('of all apply to the implicit localhost, too', () => {
    const { localhost, hosts, groups } = loaded(files, ['inv/hosts.yaml']);

    expect(read(localhost, 'b')).toBe('all');
    expect(read(localhost, 'ansible_connection')).toBe('local');
    expect(hosts.has('localhost')).toBe(false);
    expect(groups.get('all')).toEqual(['h']);
  });

  test('have their file and line', () => {
    const layer = loaded(files, ['inv/hosts.yaml'])
      .hosts.get('h')
      ?.layers.find(({ level }) => level === 4);

    expect(layer?.from).toMatch(/inv\/group_vars\/all\.yaml$/);
    expect(layer?.vars.get('a')?.at).toMatchObject({ line: 2, column: 1 });
  });
});

describe('files under Ansible Vault', () => {
  const secret = { label: 'default', password: Buffer.from('pw'), from: 'test' };
  const files = {
    'hosts.yaml': 'all: { hosts: { h: } }',
    'group_vars/all/vault.yml': encryptVault('vault_password: hunter2\nport: 5432\n', secret),
  };

  test('are decrypted, and their values registered as secrets', () => {
    const inventory = loaded(files, ['hosts.yaml'], { vaultSecrets: [secret] });

    expect(read(inventory.hosts.get('h'), 'vault_password')).toBe('hunter2');
    expect([...inventory.secrets]).toEqual(['hunter2', '5432']);
  });

  test('need a password', () => {
    expect(mistakes(files)).toEqual(['error 1:1 Attempting to decrypt but no vault secrets found']);
  });

  test('are named in the error if the password is wrong', () => {
    const wrong = { ...secret, password: Buffer.from('other') };

    expect(mistakes(files, ['hosts.yaml'], { vaultSecrets: [wrong] })).toEqual([
      'error 1:1 Decryption failed (no vault secrets were found that could decrypt) on group_vars/all/vault.yml',
    ]);
  });
});

describe('files encrypted by other tools', () => {
  test.for([
    ['git-crypt and not unlocked', Buffer.from('\0GITCRYPT\0\x01\x02\xff')],
    ['SOPS', 'db: ENC[AES256_GCM,data:Tr7o=,iv:1,tag:2,type:str]\nsops:\n    mac: ENC[AES256_GCM,data:x]\n'],
    ['age', 'age-encryption.org/v1\n-> X25519 abc\n'],
    ['GnuPG', '-----BEGIN PGP MESSAGE-----\n\nabc\n'],
  ] as const)('%s is reported without a crash', ([tool, content]) => {
    const files = { 'hosts.yaml': 'all: { hosts: { h: } }', 'group_vars/all.yml': content };

    expect(mistakes(files)).toEqual([`error 1:1 group_vars/all.yml is encrypted with ${tool}`]);
  });

  test('bytes that are not text are reported', () => {
    const files = { 'hosts.yaml': 'all: { hosts: { h: } }', 'group_vars/all.yml': Buffer.from([0xff, 0xfe, 0]) };

    expect(mistakes(files)).toEqual(['error 1:1 group_vars/all.yml is not UTF-8 text']);
  });
});

describe('several sources', () => {
  const files = {
    'a.yaml': 'web: { hosts: { h: { v: a, w: a } } }',
    'b.ini': '[web]\nh v=b\n[db]\nother\n',
    'folder/01.yaml': 'web: { hosts: { one: } }',
    'folder/02': '[web]\ntwo\n',
    'folder/notes.txt': 'no inventory',
    'folder/old.ini': '[broken',
    'folder/group_vars/web.yml': 'from: folder',
    'folder/.hidden': '[broken',
  };

  test('are merged, and later ones take precedence', () => {
    const inventory = loaded(files, ['a.yaml', 'b.ini']);

    expect([read(inventory.hosts.get('h'), 'v'), read(inventory.hosts.get('h'), 'w')]).toEqual(['b', 'a']);
    expect([...inventory.groups.keys()]).toEqual(['all', 'ungrouped', 'web', 'db']);
  });

  test('a directory yields all its inventory files in order', () => {
    const inventory = loaded(files, ['folder']);

    expect([...inventory.hosts.keys()]).toEqual(['one', 'two']);
    expect(read(inventory.hosts.get('two'), 'from')).toBe('folder');
  });

  test('a list with a comma yields hosts', () => {
    const inventory = loaded(files, ['x,y:22,', 'a.yaml']);

    expect([...inventory.hosts.keys()]).toEqual(['x', 'y', 'h']);
    expect(inventory.groups.get('ungrouped')).toEqual(['x', 'y']);
  });

  test('a missing source is a mistake', () => {
    expect(mistakes(files, ['nowhere'])).toEqual([
      'error - Unable to parse nowhere as an inventory source: there is no such file or directory',
    ]);
  });

  test('of several that cannot be read, one is enough or all are needed for an error, if so configured', () => {
    const noted = (unparsed: 'error' | 'warning' | 'error-if-all', ...sources: string[]) =>
      mistakes({ ...files, 'empty/.keep': '' }, sources, { unparsed }).map((note) => note.split(' as ')[0]);

    const missing = '- Unable to parse nowhere';
    expect(noted('error', 'nowhere', 'a.yaml')).toEqual([`error ${missing}`]);
    expect(noted('warning', 'nowhere', 'empty')).toEqual([
      `warning ${missing}`,
      'warning - Unable to parse empty',
      'warning - No inventory was parsed, only implicit localhost is available',
    ]);
    expect(noted('error-if-all', 'nowhere', 'a.yaml')).toEqual([`warning ${missing}`]);
    expect(noted('error-if-all', 'nowhere')).toEqual([
      `warning ${missing}`,
      'error - No inventory was parsed, please check your configuration and options.',
    ]);
  });

  test.for([
    ['host_list', 'a[1:2]:22,b[1:', ['a[1:2]', 'b[1:'], []],
    ['advanced_host_list', 'a[1:2]:22,b', ['a1', 'a2', 'b'], []],
    [
      'advanced_host_list',
      'a[1:],b',
      ['a[1:]', 'b'],
      [
        'warning - Unable to parse address from hostname, leaving unchanged: [1:] is not a range of hosts: a host range must specify end value',
      ],
    ],
  ] as const)('a list of hosts is read by the plugin %s as Ansible reads it: %s', ([hostLists, list, names, notes]) => {
    const read = loadInventory([list], { hostLists });

    expect(read.ok && [...read.value.hosts.keys()]).toEqual(names);
    expect(read.ok && read.warnings?.map(({ severity, message }) => `${severity} - ${message}`)).toEqual(notes);
  });

  test('/dev/null is an empty inventory', () => {
    expect(loaded(files, ['/dev/null']).hosts.size).toBe(0);
  });

  test('hosts have the file that first named them', () => {
    expect(read(loaded(files, ['a.yaml', 'b.ini']).hosts.get('h'), 'inventory_file')).toMatch(/\/a\.yaml$/);
  });
});

describe('scripts', () => {
  const meta =
    '{"web": {"hosts": ["h1"], "vars": {"a": 1}}, "eu": {"children": ["web"]}, "list": ["h2"], "_meta": {"hostvars": {"h1": {"b": "{{ a }}"}}}}';

  test('are run with --list', () => {
    const inventory = loaded({ script: `#!/bin/sh\n[ "$1" = --list ] && echo '${meta}'\n` });

    expect(inventory.groups.get('eu')).toEqual(['h1']);
    expect(inventory.groups.get('list')).toEqual(['h2']);
    expect(read(inventory.hosts.get('h1'), 'a')).toBe(1);
    // The output of a program is never a template: decision 1.
    expect(read(inventory.hosts.get('h1'), 'b')).toBe('{{ a }}');
  });

  test('without _meta are called for each host', () => {
    const script = `#!/bin/sh\nif [ "$1" = --list ]; then echo '{"web": ["h1", "h2"]}'; else echo "{\\"me\\": \\"$2\\"}"; fi\n`;
    const inventory = loaded({ script });

    expect([...inventory.hosts.values()].map((host) => read(host, 'me'))).toEqual(['h1', 'h2']);
  });

  test.for([
    ['fails', '#!/bin/sh\necho oops >&2; exit 3', 'error 1:1 Inventory script (script) had an execution error: oops'],
    [
      'prints no JSON',
      '#!/bin/sh\necho hello',
      'error 1:1 the inventory script script --list did not print a JSON dict',
    ],
  ] as const)('one that %s is reported', ([, script, message]) => {
    expect(mistakes({ script })).toEqual([message]);
  });
});

describe('mistakes in YAML', () => {
  test.for([
    [
      'web:\n  hots:\n    h:\n',
      'warning 2:3 Skipping unexpected key (hots) in group (web), only "vars", "children" and "hosts" are valid',
    ],
    ['- web\n', 'error 1:1 a YAML inventory must be a dict of groups'],
    ['web:\n  hosts:\n    - h\n', 'error 2:3 hosts of group web must be a dict, with a colon after each name'],
    ['web:\n  hosts:\n    h: 5\n', 'error 3:8 host h must have a dict of variables'],
    ['web: 5\n', 'error 1:1 group web must be a dict with hosts, children and vars'],
    [
      'a:\n  children:\n    b:\n      children:\n        a:\n',
      'error 3:5 group b cannot be below a: a is already below b',
    ],
    ['web:\n  hosts:\n    "h[5:1]":\n', 'error 3:5 [5:1] is not a range of hosts: its end comes before its start'],
  ] as const)('%j → %s', ([text, message]) => {
    expect(mistakes({ 'hosts.yaml': text })).toEqual([message]);
  });

  test('an unknown key is reported with a suggestion', () => {
    using folder = folderWith({ 'hosts.yaml': 'web:\n  hots:\n    h:\n' });
    const result = loadInventory(['hosts.yaml'], { cwd: folder.path });

    expect(result).toMatchObject({ warnings: [{ hint: 'did you mean "hosts"?' }] });
  });

  test('a host whose name is a number is taken, with a warning', () => {
    const files = { 'hosts.yaml': 'web:\n  hosts:\n    1234:\n' };

    expect(mistakes(files)).toEqual([
      'warning 3:5 Host pattern 1234 must be a string. Enclose integers/floats in quotation marks',
    ]);
    expect([...loaded(files).hosts.keys()]).toEqual(['1234']);
  });

  test('a file with keys but without an extension is read as YAML', () => {
    expect(mistakes({ hosts: 'web:\n  hosts:\n    h: [\n' })[0]).toMatch(/^error \d/);
    expect([...loaded({ hosts: 'web:\n  hosts:\n    h:\n' }).hosts.keys()]).toEqual(['h']);
  });
});

test('group names become valid variable names if so configured', () => {
  const files = { 'h.ini': '[web-eu:children]\n1st\n[1st]\nh\n[1st:vars]\nv=1\n' };
  const inventory = loaded(files, ['h.ini'], { groupNames: 'silently' });

  expect(inventory.hosts.get('h')?.groups).toEqual(['web_eu', '_st']);
  expect(loaded(files).hosts.get('h')?.groups).toEqual(['web-eu', '1st']);
  expect(mistakes(files, ['h.ini'], { groupNames: 'always' })).toEqual([
    'warning - Invalid characters were found in group names and automatically replaced: web-eu',
  ]);
  expect(mistakes(files, ['h.ini'], { groupNames: 'never' })).toEqual([
    'warning - Invalid characters were found in group names but not replaced: web-eu',
  ]);
});

test('ten thousand hosts share what they have from their group: its file is read once', () => {
  const inventory = loaded({
    'hosts.yaml': 'web: { hosts: { "w[1:10000]": { a: 1 } }, vars: { v: 1 } }\neu: { children: { web: } }\n',
    'group_vars/web.yml': 'x: 1\n',
  });

  expect(inventory.hosts.size).toBe(10_000);
  const ofGroup = [...inventory.hosts.values()].map(({ layers }) => layers.find(({ vars }) => vars.has('x')));
  expect(new Set(ofGroup).size).toBe(1);
});

describe('changeInventory', () => {
  test('adds a host with the variables of its group, and leaves the original inventory unchanged', () => {
    const before = loaded({ 'hosts.yaml': 'web: { hosts: { h: }, vars: { v: web } }' });

    const after = changeInventory(before, (draft) => {
      addHost(draft, 'new', 'web');
      addHostVars(draft, 'new', new Map([['w', { value: 1 }]]), 'add_host');
    });

    const host = after.ok ? after.value.hosts.get('new') : undefined;
    expect([read(host, 'v'), read(host, 'w'), host?.groups]).toEqual(['web', 1, ['web']]);
    expect(before.hosts.has('new')).toBe(false);
  });
});
