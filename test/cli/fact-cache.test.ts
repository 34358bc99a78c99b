import { existsSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Rig } from './rig.ts';

const files = {
  'ansible.cfg': '[defaults]\nfact_caching = jsonfile\nfact_caching_connection = cache\nfact_caching_timeout = 3600\n',
  inventory: 'here ansible_connection=local\n',
  'keep.yaml': `- hosts: here
  gather_facts: false
  tasks:
    - { set_fact: { kept: [1, "two", 3.5], cacheable: true } }
    - { set_fact: { passing: yes } }
`,
  'tell.yaml': `- hosts: here
  gather_facts: false
  tasks:
    - { debug: { msg: "{{ kept | default('nothing') }} {{ passing | default('nothing') }}" } }
    - { debug: { msg: "{{ ansible_facts.kept is defined }}" } }
`,
};

const told = ({ stdout }: { stdout: string }): string[] =>
  [...stdout.matchAll(/"msg": (.*)/g)].map(([, text]) => text!);

describe('the fact cache', () => {
  test('facts set with cacheable outlive the run, others do not', async () => {
    using rig = new Rig().write(files);

    await rig.run(['keep.yaml', '-i', 'inventory']);

    expect(told(await rig.run(['tell.yaml', '-i', 'inventory']))).toEqual([`"[1, 'two', 3.5] nothing"`, 'true']);
  });

  test('--flush-cache deletes them', async () => {
    using rig = new Rig().write(files);

    await rig.run(['keep.yaml', '-i', 'inventory']);

    expect(told(await rig.run(['tell.yaml', '-i', 'inventory', '--flush-cache']))).toEqual([
      '"nothing nothing"',
      'false',
    ]);
    expect(existsSync(join(rig.folder, 'cache/here'))).toBe(false);
  });

  test('facts older than the timeout are ignored', async () => {
    using rig = new Rig().write(files);

    await rig.run(['keep.yaml', '-i', 'inventory']);
    utimesSync(join(rig.folder, 'cache/here'), 0, Date.now() / 1000 - 3601);

    expect(told(await rig.run(['tell.yaml', '-i', 'inventory']))[0]).toBe('"nothing nothing"');
  });

  test('with smart gathering, cached facts are not gathered again', async () => {
    using rig = new Rig().write({
      ...files,
      'ansible.cfg': `${files['ansible.cfg']}gathering = smart\n`,
      'facts.yaml': '- hosts: here\n  tasks:\n    - { debug: { msg: "{{ ansible_hostname }}" } }\n',
    });

    const first = await rig.run(['facts.yaml', '-i', 'inventory', '-v']);
    const second = await rig.run(['facts.yaml', '-i', 'inventory', '-v']);

    expect(told(second)).toEqual(told(first));
    expect(first.stdout).toContain('rounds: here 1;');
    expect(second.stdout).toContain('rounds: none;');
  });
});
