import { expect, test } from 'vitest';
import { Rig } from './rig.ts';

test('what a command would say that a check does not run is unknown to later tasks; that it would run is not', async () => {
  using rig = new Rig().write({
    'play.yaml': `- hosts: localhost
  gather_facts: false
  tasks:
    - { name: asks, command: date, register: said }
    - { name: shows, debug: { msg: "{{ said.stdout }}" } }
    - { name: compares, debug: { msg: no }, when: said.rc == 0 }
    - { name: looks, debug: { msg: "{{ said.stdout is defined }}" } }
    - { name: follows, debug: { msg: yes }, when: said is changed }
`,
  });

  const { code, stdout } = await rig.run(['play.yaml', '--check']);

  expect(stdout.match(/^(ok|unknown|would change|fatal|skipping): .*$/gm)).toEqual([
    'would change: [localhost]',
    'unknown: [localhost] depends on asks',
    'unknown: [localhost] depends on asks',
    'unknown: [localhost] depends on asks',
    expect.stringMatching(/^ok/),
  ]);
  expect(code).toBe(2);
});
