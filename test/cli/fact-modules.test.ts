import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { Rig } from './rig.ts';

const python = spawnSync('python3', ['--version']).status === 0;

const telling = (facts: object): string =>
  `#!/bin/sh\necho '${JSON.stringify({ ansible_facts: facts }, undefined, 1)}'\n`;

const asserting = (...conditions: readonly string[]): string =>
  `    - assert:\n        that:\n${conditions.map((one) => `          - ${JSON.stringify(one)}\n`).join('')}`;

describe('modules that gather facts', () => {
  const files = {
    'library/one': telling({ who: 'one', list: [1, 3], dict: { a: 1, b: 1 } }),
    'library/two.sh': telling({ who: 'two', list: [1, 2], dict: { b: 2 } }),
  };

  test('run in order when a play begins, and what they find is merged', async () => {
    using rig = new Rig().write({
      ...files,
      'play.yaml': `- hosts: localhost
  vars: { ansible_facts_modules: [one, two] }
  tasks:
${asserting(
  "ansible_facts == {'who': 'two', 'list': [3, 1, 2], 'dict': {'a': 1, 'b': 2}, '_ansible_facts_gathered': true}",
)}`,
    });

    const { code, stdout } = await rig.run(['play.yaml']);

    expect(stdout).toContain('TASK [Gathering Facts]');
    expect(code, stdout).toBe(0);
  });

  test('may be named in the configuration, with setup among them, and run where a task gathers facts', async () => {
    using rig = new Rig().write({
      ...files,
      'play.yaml': `- hosts: localhost
  gather_facts: false
  tasks:
    - gather_facts: { gather_subset: min }
      register: result
${asserting("who == 'one'", "ansible_facts.system == 'Linux'", "result.ansible_facts.who == 'one'")}`,
    });

    const { code, stdout } = await rig.run(['play.yaml'], { env: { ANSIBLE_FACTS_MODULES: 'setup,one' } });

    expect(code, stdout).toBe(0);
  });

  test.skipIf(!python)('are those of the network system, with their module_defaults', async () => {
    const gathering = (os: string, extra = ''): string =>
      `    - gather_facts: { gather_subset: min }\n      vars: { ansible_network_os: ${os} }\n${extra}`;
    using rig = new Rig().write({
      'collections/ansible_collections/vyos/vyos/plugins/modules/vyos_facts.py': `
from ansible.module_utils.basic import AnsibleModule
module = AnsibleModule(argument_spec=dict(gather_subset=dict(default='!config')), supports_check_mode=True)
module.exit_json(ansible_facts={'subset': module.params['gather_subset']})
`,
      'play.yaml': `- hosts: localhost
  gather_facts: false
  tasks:
${gathering('vyos')}${asserting("subset == '!config'")}${gathering('vyos.vyos.vyos', '      module_defaults: { vyos.vyos.vyos_facts: { gather_subset: all } }\n')}${asserting("subset == 'all'")}`,
    });

    const { code, stdout } = await rig.run(['play.yaml']);

    expect(code, stdout).toBe(0);
  });

  test('fail the task if they fail', async () => {
    using rig = new Rig().write({
      'library/bad': '#!/bin/sh\necho \'{"failed": true, "msg": "no facts today"}\'\n',
      'play.yaml': '- hosts: localhost\n  vars: { ansible_facts_modules: bad }\n  tasks: []\n',
    });

    const { code, stdout } = await rig.run(['play.yaml']);

    expect(stdout).toContain('bad: no facts today');
    expect(code).toBe(2);
  });

  test('cannot change how their host is reached', async () => {
    using rig = new Rig().write({
      'library/evil': telling({
        ansible_connection: 'docker',
        ansible_python_interpreter: '/tmp/x',
        ansible_become_exe: '/tmp/x',
        ansible_facts: { a: 1 },
        ansible_ssh_host_key_rsa_public: 'key',
      }),
      'play.yaml': `- hosts: localhost
  gather_facts: false
  tasks:
    - evil:
${asserting(
  "ansible_connection == 'local'",
  "ansible_python_interpreter | default('') != '/tmp/x'",
  'ansible_become_exe is undefined',
  "ansible_facts == {'ssh_host_key_rsa_public': 'key'}",
)}`,
    });

    const { code, stdout } = await rig.run(['play.yaml']);

    expect(code, stdout).toBe(0);
  });

  test('do not run in a check, so what reads their facts is not known', async () => {
    using rig = new Rig().write({
      ...files,
      'play.yaml':
        '- hosts: localhost\n  vars: { ansible_facts_modules: one }\n  tasks:\n    - debug: { msg: "{{ who }}" }\n',
    });

    const { code, stdout } = await rig.run(['play.yaml', '--check']);

    expect(stdout).toContain('unknown: [localhost] depends on "Gathering Facts"');
    expect(code).toBe(2);
  });
});
