import { chmodSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../../src/language/config/index.ts';
import { parseIni } from '../../../src/language/config/parse-ini.ts';
import { folderWith } from '../inventory/folder.ts';

function load(cfg: string, env: NodeJS.ProcessEnv = {}) {
  using folder = folderWith({ 'ansible.cfg': cfg });
  return { folder: folder.path, ...loadConfig({ HOME: '/home/me', ...env }, folder.path) };
}

describe('loadConfig', () => {
  test('has defaults for everything that is not set', () => {
    const { config, warnings } = load('');

    expect(config).toMatchObject({ forks: 5, hostKeyChecking: true, hashBehaviour: 'replace', gathering: 'implicit' });
    expect(config.rolesPath[0]).toBe('/home/me/.ansible/roles');
    expect(config.remoteUser).toBeUndefined();
    expect(warnings).toEqual([]);
  });

  test('reads ansible.cfg in the current directory, with paths relative to it', () => {
    const { config, folder } = load(
      '[defaults]\ninventory = hosts.yaml, other\nroles_path=roles:~/more\nforks: 20 ; many\nremote_user = "root"\nhost_key_checking = no\nvault_identity_list = dev@a, prod@b\n[privilege_escalation]\nbecome = True\n',
    );

    expect(config).toMatchObject({
      inventory: [`${folder}/hosts.yaml`, `${folder}/other`],
      rolesPath: [`${folder}/roles`, '/home/me/more'],
      forks: 20,
      remoteUser: 'root',
      hostKeyChecking: false,
      vaultIdentityList: ['dev@a', 'prod@b'],
      become: true,
      configFile: `${folder}/ansible.cfg`,
    });
  });

  test('environment variables take precedence, with paths relative to the current directory', () => {
    const { config, folder, origins } = load('[defaults]\nforks=20\n', { ANSIBLE_FORKS: '7', ANSIBLE_ROLES_PATH: 'r' });

    expect([config.forks, config.rolesPath]).toEqual([7, [`${folder}/r`]]);
    expect(origins.get('forks')).toBe('ANSIBLE_FORKS');
  });

  test('ANSIBLE_CONFIG names another file', () => {
    using folder = folderWith({ 'a/ansible.cfg': '[defaults]\nforks=1', 'b.cfg': '[defaults]\nforks=2' });

    expect(loadConfig({ ANSIBLE_CONFIG: folder.at('b.cfg') }, folder.at('a')).config.forks).toBe(2);
    expect(loadConfig({ ANSIBLE_CONFIG: folder.at('a') }, folder.path).config.forks).toBe(1);
  });

  test('~/.ansible.cfg is used if the current directory has no ansible.cfg', () => {
    using folder = folderWith({ 'home/.ansible.cfg': '[defaults]\nforks=3', 'work/x': '' });

    expect(loadConfig({ HOME: folder.at('home') }, folder.at('work')).config.forks).toBe(3);
  });

  test('a world-writable directory is not trusted', () => {
    using folder = folderWith({ 'ansible.cfg': '[defaults]\nforks=99\n' });
    chmodSync(folder.path, 0o777);

    const { config, warnings } = loadConfig({ HOME: '/nowhere' }, folder.path);

    expect(config.forks).toBe(5);
    expect(warnings).toMatchObject([{ code: 'config-untrusted' }]);
  });

  test('an invalid value is reported with its place', () => {
    const { warnings } = load('[defaults]\nforks = many\ngathering = lazy\n', { ANSIBLE_FORCE_HANDLERS: 'perhaps' });

    expect(warnings.map(({ severity, message, at }) => [severity, at?.line, message.replace(/^.*: /, '')])).toEqual([
      ['error', 2, 'expected an integer, got "many"'],
      ['error', undefined, 'expected a boolean (yes or no), got "perhaps"'],
      ['error', 3, 'expected one of implicit, explicit, smart, got "lazy"'],
    ]);
  });

  test('settings without effect are reported once, settings without meaning not at all', () => {
    const { warnings } = load(
      '[defaults]\nvars_plugins=mods\nnocows=1\nlocal_tmp=/t\n[ssh_connection]\npipelining=True\ncontrol_path=x\n',
      { ANSIBLE_STRATEGY_PLUGINS: 'x', ANSIBLE_STDOUT_CALLBACK: 'yaml', ANSIBLE_DEPRECATION_WARNINGS: 'false' },
    );

    expect(warnings).toEqual([
      {
        severity: 'warning',
        code: 'config-not-honoured',
        message:
          "these settings in Ansible's configuration have no effect here: ANSIBLE_STRATEGY_PLUGINS, defaults.vars_plugins",
      },
    ]);
  });

  test.for([
    ['', false],
    ['0', true],
    ['1', true],
  ] as const)('NO_COLOR=%j → %j', ([value, noColor]) => {
    expect(load('', { NO_COLOR: value }).config.noColor).toBe(noColor);
  });
});

test('parseIni reads what configparser reads', () => {
  const text = '# c\n; c\n[a]\nKey = v ; comment\nb: x;y\nlist = one,\n   two\nempty =\n[b]\nkey=1\n';
  const read = [...parseIni(text, 'f')].map(([key, { value, at }]) => [key, value, at.line]);

  expect(read).toEqual([
    ['a.key', 'v', 4],
    ['a.b', 'x;y', 5],
    ['a.list', 'one,\ntwo', 6],
    ['a.empty', '', 8],
    ['b.key', '1', 10],
  ]);
});
