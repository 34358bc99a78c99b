import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeUser, mayMakeUsers, type TestUser } from '../session/test-user.ts';
import { Rig } from './rig.ts';

let bob: TestUser;
beforeAll(() => {
  if (mayMakeUsers) bob = makeUser();
});
afterAll(() => bob?.remove());

// Each task would write to a directory that belongs to root. `open` belongs to root as well, but everyone may write to the file in it.
const tasks = {
  'a new file': 'copy: { content: x, dest: closed/new }',
  'a replaced file': 'copy: { content: x, dest: closed/file }',
  'a line': 'lineinfile: { path: closed/file, line: x }',
  'a removed file': 'file: { path: closed/file, state: absent }',
  'a new directory': 'file: { path: closed/new/deep, state: directory }',
  'a link': 'file: { path: closed/new, src: /etc, state: link }',
} as const;

describe.skipIf(!mayMakeUsers)('a directory that the user may not write to', () => {
  test.for(Object.entries(tasks))('%s fails in a check as in a run', async ([, task]) => {
    using rig = rigOf(task);

    const check = await rig.run(['play.yaml', '--check']);
    const run = await rig.run(['play.yaml']);

    expect(check.stdout).toMatch(/fatal: \[localhost\]: FAILED!/);
    expect(check.stdout).toMatch(/closed is not writable: it belongs to root:root and has mode 0755/);
    expect(run.stdout).toMatch(/ermission denied/);
    expect([check.code, run.code]).toEqual([2, 2]);
  });

  test.for([
    'copy: { content: x, dest: closed/file, unsafe_writes: true }',
    'copy: { src: tree/, dest: closed, unsafe_writes: true }',
    'get_url: { url: file:///etc/hostname, dest: closed/file, force: true, unsafe_writes: true }',
  ])('a file that is written in place needs no writable directory: %s', async (task) => {
    using rig = rigOf(task).write({ 'tree/file': 'new\n' });

    const check = await rig.run(['play.yaml', '--check']);
    const run = await rig.run(['play.yaml']);

    expect(check.stdout).toMatch(/ok=1 +changed=1 +failed=0/);
    expect(run.stdout).toMatch(/ok=1 +changed=1 +failed=0/);
  });

  function rigOf(task: string): Rig {
    const rig = new Rig();
    rig.write({
      'play.yaml': `- hosts: localhost
  gather_facts: false
  become: true
  become_user: ${bob.name}
  tasks: [{ ${task.replaceAll('closed', `${rig.folder}/closed`)} }]
`,
      'closed/file': 'old\n',
    });
    execFileSync('chmod', ['755', rig.folder, `${rig.folder}/closed`]);
    execFileSync('chmod', ['666', `${rig.folder}/closed/file`]);
    return rig;
  }
});

describe.skipIf(!mayMakeUsers)('a read-only file system', () => {
  test('fails in a check as in a run', () => {
    using rig = new Rig().write({
      'play.yaml': '- hosts: localhost\n  gather_facts: false\n  tasks: [copy: { content: x, dest: /mnt/new }]\n',
    });
    const inReadOnly = (...args: readonly string[]): string =>
      execFileSync(
        'unshare',
        ['--mount', 'sh', '-c', 'mount -t tmpfs -o ro tmpfs /mnt && { node "$@" || :; }', 'sh', Rig.program, ...args],
        { cwd: rig.folder, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1', RETRACE_CALLED_AS: 'run' } },
      );

    expect(inReadOnly('play.yaml', '--check')).toMatch(
      /the directory \/mnt is not writable: .* its file system is read-only/,
    );
    expect(inReadOnly('play.yaml')).toMatch(/Read-only file system/);
  });
});
