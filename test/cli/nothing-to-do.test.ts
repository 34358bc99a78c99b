import { expect, test } from 'vitest';
import { Rig } from './rig.ts';

const play = '- hosts: all\n  gather_facts: false\n  tasks:\n    - ping:\n      tags: config\n';
const local = play.replace('all', 'localhost');

const cases: readonly {
  readonly title: string;
  readonly args: readonly string[];
  readonly text?: string;
  readonly code: number;
  readonly told: readonly string[];
}[] = [
  { title: 'a tag that no task has', args: ['-t', 'confg'], code: 1, told: ['"confg"', 'did you mean "config"?'] },
  {
    title: 'the same next to one that exists',
    args: ['-t', 'config,zz'],
    code: 1,
    told: ['"zz"', 'known tags: config'],
  },
  {
    title: '--skip-tags with a tag that no task has',
    args: ['--skip-tags', 'confg'],
    code: 0,
    told: ['"confg"', 'config'],
  },
  {
    title: 'a tag that only unknown included tasks may have, in a check',
    text: `${local}    - include_tasks: "{{ inventory_hostname }}.yml"\n      tags: never\n`,
    args: ['-t', 'zz', '--check'],
    code: 3,
    told: ['included tasks may have it', 'nothing was checked'],
  },
  {
    title: 'no inventory',
    text: play,
    args: [],
    code: 1,
    told: ['play.yml:1:10', 'there is no inventory', 'inventory/production.yaml', '/etc/ansible/hosts', '-i host1,'],
  },
  { title: 'no inventory and a group', text: play.replace('all', 'web'), args: [], code: 1, told: ['no inventory'] },
  { title: 'no inventory, syntax only', text: play, args: ['--syntax-check'], code: 0, told: ['no inventory'] },
  {
    title: 'an inventory without hosts',
    text: play,
    args: ['-i', 'empty.ini'],
    code: 1,
    told: ['empty.ini has no host'],
  },
  {
    title: 'a limit outside the hosts of all plays',
    text: play.replace('all', 'db'),
    args: ['-i', 'groups.ini', '-l', 'web'],
    code: 1,
    told: ['the limit `web`'],
  },
  {
    title: 'an empty group',
    text: play.replace('all', 'none'),
    args: ['-i', 'groups.ini'],
    code: 0,
    told: ['no play has any hosts'],
  },
  {
    title: 'an empty group, in a check',
    text: play.replace('all', 'none'),
    args: ['-i', 'groups.ini', '--check'],
    code: 3,
    told: ['nothing was checked'],
  },
  { title: 'a tag that exists', args: ['-t', 'config', '--check'], code: 0, told: [] },
];

test.for(cases)('U7: doing nothing is not a success: $title', async ({ args, text = local, code, told }) => {
  using rig = new Rig().write({
    'play.yml': text,
    'empty.ini': '[web]\n',
    'groups.ini': 'w1 ansible_connection=local\n[web]\nw1\n[db]\nd1 ansible_connection=local\n[none]\n',
  });

  const said = await rig.run(['play.yml', ...args]);

  for (const part of told) expect(said.stderr + said.stdout).toContain(part);
  expect(said.code, said.stderr + said.stdout).toBe(code);
});

test('U7: as ansible-playbook, an unknown tag or a missing inventory has the same result as with Ansible', async () => {
  using rig = new Rig().write({ 'play.yml': play });

  for (const args of [[], ['-i', 'localhost,', '-c', 'local', '-t', 'zz']])
    expect((await rig.run(['play.yml', ...args], { calledAs: 'ansible-playbook' })).code).toBe(0);
});
