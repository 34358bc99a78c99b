import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { Rig } from './rig.ts';

const play = (task: string): string => `
- hosts: localhost
  connection: local
  gather_facts: false
  vars: {n: 0}
  tasks:
    - ${task}
`;
const count = '- {name: count, set_fact: {n: "{{ n | int + 1 }}"}}\n';
const again = (include: string): string => `- {name: again, ${include}, when: n | int < 3}\n`;

describe('an include may lead to itself while a condition holds', () => {
  test.for([
    ['a file', play('include_tasks: a.yml'), { 'a.yml': count + again('include_tasks: a.yml') }],
    ['an imported file', play('import_tasks: a.yml'), { 'a.yml': count + again('include_tasks: a.yml') }],
    [
      'a role',
      play('include_role: {name: r}'),
      {
        'roles/r/tasks/main.yml': count + again('include_role: {name: r, allow_duplicates: true}'),
      },
    ],
    [
      'a file of a role',
      play('include_role: {name: r}'),
      { 'roles/r/tasks/main.yml': count + again('include_tasks: main.yml') },
    ],
    [
      'two roles, each other',
      play('include_role: {name: r}'),
      {
        'roles/r/tasks/main.yml': count + again('include_role: {name: s}'),
        'roles/s/tasks/main.yml': count + again('include_role: {name: r}'),
      },
    ],
  ] as const)('%s', async ([, site, files]) => {
    using rig = new Rig().write({ 'site.yml': site, ...files });
    const { code, stdout } = await rig.run(['site.yml']);

    expect(code).toBe(0);
    expect(stdout.match(/TASK \[.*count\]/g)).toHaveLength(3);
  });

  test('one that never ends can be interrupted', { timeout: 60_000 }, async () => {
    using rig = new Rig().write({
      'site.yml': play('include_tasks: a.yml'),
      'a.yml': `${count}- include_tasks: a.yml\n`,
    });
    let printed = false;
    const ended = rig.run(['site.yml'], { pidFile: 'pid' }).finally(() => {
      printed = true;
    });
    const pid = await vi.waitFor(() => Number(readFileSync(join(rig.folder, 'pid'), 'utf8')), { timeout: 10_000 });
    // It is stopped once it has begun, and before it fills the memory.
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(printed).toBe(false);
    process.kill(pid, 'SIGTERM');

    expect((await ended).code).not.toBe(0);
  });
});
