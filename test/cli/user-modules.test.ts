import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { userModule } from '../../src/cli/python/user-modules.ts';
import type { Change } from '../../src/core/change.ts';
import { Rig } from './rig.ts';

const python = spawnSync('python3', ['--version']).status === 0;

/** Runs a module on this machine, as a host would. */
function runModule(source: string, args: Readonly<Record<string, unknown>>) {
  const folder = mkdtempSync(join(tmpdir(), 'retrace-module-'));
  writeFileSync(join(folder, 'mine.py'), source);
  const type = userModule('mine', join(folder, 'mine.py'));
  const context = { check: false, diff: false, environment: {} } as never;
  const prepared = type.prepare!(args, { readFile: () => Buffer.from(source) } as never, context);
  const planned = type.plan({}, prepared, context) as { changes: readonly Change[] } | { failed: string };
  if ('failed' in planned) throw new Error(planned.failed);
  const { changes } = planned;
  const { script, stdin } = changes[0]!.commands[0]!;
  const { stdout, stderr, status } = spawnSync('sh', ['-c', script], { input: stdin as string, cwd: folder });
  rmSync(folder, { recursive: true });
  return type.result!({ replies: [{ stdout, stderr, code: status }] } as never);
}

const module_ = `
from ansible.module_utils.basic import AnsibleModule
def main():
    module = AnsibleModule(argument_spec=dict(name=dict(required=True), times=dict(type='int', default=2)))
    rc, out, err = module.run_command(['printf', '%s', module.params['name']])
    module.exit_json(changed=True, said=out * module.params['times'])
if __name__ == '__main__':
    main()
`;

describe.skipIf(!python)('a module that a user has written for Ansible', () => {
  test('receives its parameters and returns its result', () => {
    expect(runModule(module_, { name: "it's", times: '3' })).toEqual({ changed: true, said: "it'sit'sit's" });
  });

  test('reports missing parameters', () => {
    expect(runModule(module_, {})).toMatchObject({ failed: true, msg: 'missing required arguments: name' });
  });

  test('tells what it printed besides its result', () => {
    const after = "import sys\nsys.stderr.write('oops\\n')\nprint('{\"changed\": true}')\nprint('junk')";
    expect(runModule(after, {})).toEqual({
      changed: true,
      stderr: 'oops\n',
      warnings: ['Module invocation had junk after the JSON data: junk'],
    });
    expect(runModule("raise Exception('broken')", {})).toMatchObject({
      changed: false,
      failed: true,
      stderr: expect.stringContaining('broken'),
    });
  });

  test('reads files and the sizes of mounts with the helpers for facts', () => {
    const facts = `
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.facts.utils import get_file_content, get_file_lines, get_mount_size
open('facts', 'w').write('a:b:\\n')
AnsibleModule(argument_spec={}).exit_json(content=get_file_content('facts'), lines=get_file_lines('facts', line_sep=':'),
    none=get_file_content('none', default='-'), size=get_mount_size('/')['block_size'] > 0, nowhere=get_mount_size('/none'))`;
    expect(runModule(facts, {})).toEqual({
      changed: false,
      content: 'a:b:',
      lines: ['a', 'b'],
      none: '-',
      size: true,
      nowhere: {},
    });
  });

  test('that imports unsupported parts of Ansible fails with the error from Python', () => {
    expect(runModule('from ansible.module_utils.urls import fetch_url', {})).toMatchObject({
      failed: true,
      msg: expect.stringContaining('ansible.module_utils.urls'),
    });
  });
});

describe('a module that is a program', () => {
  const sh = `#!/bin/sh
. "$1"
printf '{"changed": true,\\n "said": "%s %s",\\n "check": "%s"}\\n' "$greeting" "$name" "$_ansible_check_mode"
`;

  test('reads its arguments as in a shell, and prints its result on several lines', () => {
    expect(runModule(sh, { greeting: "it's", name: 'a b' })).toEqual({
      changed: true,
      said: "it's a b",
      check: 'False',
    });
  });

  test('that wants JSON gets JSON', () => {
    const wantsJson = '#!/bin/sh\n# WANT_JSON\nprintf \'{"given": %s}\' "$(cat "$1")"\n';
    expect(runModule(wantsJson, { list: [1, 'x'] })).toMatchObject({ given: { list: [1, 'x'] } });
  });

  test.skipIf(!python)('in Python that imports nothing from Ansible runs with python3', () => {
    const old =
      '#!/usr/bin/env python\nimport json, sys\nprint(json.dumps({"args": open(sys.argv[1]).read().split()[0]}))\n';
    expect(runModule(old, { a: 1 })).toEqual({ changed: false, args: 'a=1' });
  });

  test('without a #! line fails with the reason', () => {
    expect(() => runModule('#!\necho', {})).toThrow('is missing interpreter line');
  });

  test('that prints no result fails with what it printed', () => {
    expect(runModule('#!/bin/sh\necho nothing\n', {})).toMatchObject({
      failed: true,
      msg: 'the module returned no result: nothing',
    });
  });
});

describe('modules that users wrote for Ansible', () => {
  test('are found in library, in roles, in collections and where the configuration says', async () => {
    const says = (what: string) => `#!/bin/sh\necho '{"said": "${what}"}'\n`;
    const modules = 'collections/ansible_collections/my/own/plugins/modules';
    const tasks = ['beside', 'my.own.full', 'short', 'configured', 'of_role', 'of_later'];
    using rig = new Rig().write({
      'library/beside': says('beside'),
      'library/beside.md': 'about it',
      [`${modules}/full.sh`]: says('my.own.full'),
      [`${modules}/deeper/short.sh`]: says('short'),
      'more/one/configured.sh': says('configured'),
      'roles/r/library/of_role': says('of_role'),
      'roles/r/tasks/main.yaml': '- of_role:\n  register: results\n- assert: { that: results.said == "of_role" }\n',
      'roles/later/library/of_later': says('of_later'),
      'roles/later/tasks/main.yaml':
        '- of_later:\n  register: results\n- assert: { that: results.said == "of_later" }\n',
      'play.yaml': `- hosts: localhost
  gather_facts: false
  collections: [my.own]
  vars: { which: later }
  tasks:
${tasks
  .slice(0, 4)
  .map((name) => `    - ${name}:\n      register: result\n    - assert: { that: "result.said == '${name}'" }\n`)
  .join('')}    - import_role: { name: r }
    - include_role: { name: "{{ which }}" }
`,
    });

    const { code, stdout, stderr } = await rig.run(['play.yaml'], {
      env: { ANSIBLE_LIBRARY: join(rig.folder, 'more') },
    });

    expect([code, stderr], stdout).toEqual([0, '']);
  });
});
