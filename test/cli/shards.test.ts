import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Rig } from './rig.ts';

const hosts = Array.from({ length: 9 }, (_, at) => `web${at + 1}`);
const files = {
  hosts: hosts.map((host) => `${host} ansible_connection=local`).join('\n'),
  'site.yaml': `- hosts: all
  gather_facts: false
  tasks:
    - copy: {dest: "{{ playbook_dir }}/{{ inventory_hostname }}", content: "x"}
    - command: "false"
      check_mode: false
      when: inventory_hostname == 'web3'
    - copy: {dest: "{{ playbook_dir }}/all", content: "{{ groups.all | length }}"}
`,
};

test('audits of three parts of the hosts are merged into what one audit of all tells', async () => {
  using rig = new Rig().write(files);
  const audit = (...words: string[]) => rig.run(['audit', 'site.yaml', '-i', 'hosts', ...words]);
  // Safe cast: the shape of this form is tested elsewhere.
  const read = (file: string) => {
    const { startedAt: _started, ...report } = JSON.parse(readFileSync(join(rig.folder, file), 'utf8')) as Record<
      string,
      unknown
    >;
    return report;
  };
  const whole = await audit('-o', 'json=whole.json');
  await Promise.all([1, 2, 3].map((number) => audit('--shard', `${number}/3`, '-o', `json=${number}.json`)));

  const merged = await rig.run([
    'report',
    'merge',
    '1.json',
    '2.json',
    '3.json',
    '-o',
    'json=merged.json',
    '-o',
    'text',
  ]);

  const { history: _history, ...all } = read('whole.json');
  expect(read('merged.json')).toEqual(all);
  expect([merged.code, whole.code]).toEqual([2, 2]);
  expect(merged.stdout).toContain('web1');
  const parts = ['1.json', '2.json', '3.json'].map((file) => Object.keys(read(file)['hosts'] as object));
  expect(parts.flat().sort()).toEqual(hosts);

  const lacking = await rig.run(['report', 'merge', '1.json', '3.json']);
  expect([lacking.code, lacking.stderr]).toEqual([1, expect.stringContaining('shard 2/3 is missing')]);
});

test('a run plays only on its part, where others can still be asked for', async () => {
  using rig = new Rig().write(files);

  const both = await Promise.all(
    [1, 2].map((number) => rig.run(['site.yaml', '-i', 'hosts', '--shard', `${number}/2`, '--list-hosts'])),
  );

  const told = both.map(({ stdout }) => hosts.filter((host) => new RegExp(`\\b${host}\\b`).test(stdout)));
  expect(told.flat().sort()).toEqual(hosts);
  expect(told.every((some) => some.length > 0)).toBe(true);
});

test.for([[], ['--limit', 'web1,web2']] as const)(
  'parts without a host are in order: seven of few hosts, %j',
  async (limit) => {
    using rig = new Rig().write({
      hosts: ['web1', 'web2', 'web3'].map((host) => `${host} ansible_connection=local`).join('\n'),
      'site.yaml': '- hosts: all\n  gather_facts: false\n  tasks:\n    - assert: {that: true}\n',
    });
    const numbers = [1, 2, 3, 4, 5, 6, 7];
    const parts = await Promise.all(
      numbers.map((number) =>
        rig.run(['audit', 'site.yaml', '-i', 'hosts', ...limit, '--shard', `${number}/7`, '-o', `json=${number}.json`]),
      ),
    );
    expect(parts.map(({ code, stderr }) => [code, stderr])).toEqual(numbers.map(() => [0, '']));

    const merged = await rig.run(['report', 'merge', ...numbers.map((number) => `${number}.json`)]);

    expect([merged.code, merged.stderr]).toEqual([0, '']);
  },
);

test.for(['3/2', 'half'])('--shard %s is refused', async (shard) => {
  using rig = new Rig().write(files);

  const { code, stderr } = await rig.run(['site.yaml', '-i', 'hosts', '--shard', shard]);

  expect([code, stderr]).toEqual([1, expect.stringContaining(`--shard: expected K/N, such as 2/5, got "${shard}"`)]);
});
