import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pythonModule } from '../../src/cli/python/python-modules.ts';
import type { Change } from '../../src/core/change.ts';

const python = spawnSync('python3', ['--version']).status === 0;

/** Runs a module on this machine, as a host would. */
function runModule(source: string, args: Readonly<Record<string, unknown>>) {
  const folder = mkdtempSync(join(tmpdir(), 'retrace-module-'));
  writeFileSync(join(folder, 'mine.py'), source);
  const type = pythonModule('mine', join(folder, 'mine.py'));
  const context = { check: false, diff: false, environment: {} } as never;
  const prepared = type.prepare!(args, { readFile: () => Buffer.from(source) } as never, context);
  const { changes } = type.plan({}, prepared, context) as { changes: readonly Change[] };
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
