import { describe, expect, test } from 'vitest';
import { Rig } from './rig.ts';

// Precedence levels that are known without a run; extra vars are the 22nd. The expected values are those of Ansible 2.14 for the same files
// (`debug` in the play): for each level, the variable that no higher level sets.
const LEVELS = [2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 15] as const;

/** A variable for each level, set on that level and on all lower ones. */
const from = (level: number, indent = ''): string =>
  [...LEVELS, 22].flatMap((own) => (own >= level ? [`${indent}v${own}: ${level}\n`] : [])).join('');

const files = {
  'inv/hosts.yml': `all:
  children:
    g:
      vars:
${from(3, '        ')}      hosts:
        h:
${from(8, '          ')}        other: {only: there}
`,
  'inv/group_vars/all.yml': from(4),
  'inv/group_vars/g.yml': from(6),
  'inv/host_vars/h.yml': from(9),
  'pb/group_vars/all.yml': from(5),
  'pb/group_vars/g.yml': from(7),
  'pb/host_vars/h.yml': from(10),
  'pb/roles/r/defaults/main.yml': `${from(2)}named: "{{ role_only }}-{{ v12 }}"\n`,
  'pb/roles/r/vars/main.yml': `${from(15)}role_only: yes it is\n`,
  'pb/roles/r/tasks/main.yml': '- debug:\n',
  'pb/files.yml': from(14),
  'pb/first/h.txt': 'text of h\n',
  'pb/filter_plugins/own.ts': 'export const twice = (text: string): string => `${text}${text}`;\n',
  'pb/site.yml': `- hosts: other
  tasks: []
- name: the one
  hosts: g
  vars:
${from(12, '    ')}    from_others: "{{ hostvars['other'].only }} {{ hostvars.h.v3 }} {{ vars['v4'] }}"
    of_the_play: "{{ groups['g'] }} {{ ansible_play_hosts }} {{ playbook_dir | basename }}"
    own: "{{ 'ab' | twice }}"
    looked_up: "{{ lookup('file', 'first/' ~ inventory_hostname ~ '.txt') }} {{ query('inventory_hostnames', 'g') }}"
  vars_files: [[missing.yml, files.yml]]
  roles: [r]
`,
};

const rig = new Rig().write(files);
const vars = (...args: string[]) => rig.run(['vars', ...args, '-i', 'inv/hosts.yml', '-e', 'v22=22']);

interface Told {
  readonly name: string;
  readonly value: unknown;
  readonly level: number;
  readonly hides: readonly { readonly level: number }[];
}

/** All variables of a host, from a single run. */
let listed: Promise<readonly Told[]> | undefined;
function list(): Promise<readonly Told[]> {
  listed ??= vars('h', '--playbook', 'pb/site.yml', '--json').then(({ stdout }) => JSON.parse(stdout).vars);
  return listed;
}

describe('run vars --playbook', () => {
  test.each([...LEVELS, 22])(
    'a variable of level %i has the value of that level, and hides all lower ones',
    async (level) => {
      const told = (await list()).find(({ name }) => name === `v${level}`);

      expect([Number(told!.value), told!.level]).toEqual([level, level]);
      expect(told!.hides.map((one) => one.level)).toEqual(LEVELS.filter((one) => one < level).toReversed());
    },
  );

  test.each([
    ['named', 'yes it is-12'],
    ['from_others', 'there 3 4'],
    ['of_the_play', "['h', 'other'] ['h', 'other'] pb"],
    ['own', 'abab'],
    ['looked_up', "text of h ['h', 'other']"],
  ])('%s is computed as in the play', async (name, value) => {
    const { stdout } = await vars('h', name, '--playbook', 'pb/site.yml');

    expect(stdout).toContain(`  value    ${value}\n`);
  });

  test('shows file and line', async () => {
    expect((await vars('h', 'v15', '--playbook', 'pb/site.yml')).stdout).toContain(`v15
  value    15
  from     pb/roles/r/vars/main.yml:1 (role vars)
  hides    14  from pb/files.yml:2 (vars_files)
  hides    12  from pb/site.yml:8 (play vars)
`);
  });

  test('shows the first of several plays, or the requested one', async () => {
    const first = await vars('other', 'v12', '--playbook', 'pb/site.yml');
    const second = await vars('other', 'v12', '--playbook', 'pb/site.yml', '--play', '2');
    const none = await vars('h', 'v12', '--playbook', 'pb/site.yml', '--play', '1');

    expect(first.stderr).toContain('#1 (other), #2 (the one)');
    expect(first.stdout).toContain('value    7\n');
    expect(second.stdout).toContain('value    12\n');
    expect([none.code, none.stderr]).toEqual([
      1,
      expect.stringContaining('has no play #1 for h; the plays for this host are #2 (the one)'),
    ]);
  });

  test('without a playbook, uses the filters in the directory', async () => {
    const { stdout } = await vars('h', 'v10', '--playbook-dir', 'pb');

    expect(stdout).toContain('  value    10\n');
  });
});
