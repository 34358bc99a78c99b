import { describe, expect, test } from 'vitest';
import { modelHost, runModel } from '../model-host.ts';

const playbook = (prompt: string) => `
- hosts: all
  vars: { other: from a variable }
  vars_prompt:
    - { name: x, ${prompt} }
  tasks:
    - debug: { var: x }
`;

/** The value of the variable on the hosts, and the questions asked, for these typed answers. */
async function prompted(prompt: string, typed?: readonly string[], hosts: readonly string[] = ['h']) {
  const asked: string[] = [];
  const answers = [...(typed ?? [])];
  const ran = await runModel(playbook(prompt), Object.fromEntries(hosts.map((name) => [name, modelHost()])), {
    interactive: typed !== undefined,
    prompt: async (question, { echo }) => {
      asked.push(echo ? question : `(hidden) ${question}`);
      return answers.shift() ?? '';
    },
  });
  const values = ran.events.flatMap((event) => (event.kind === 'task-finished' ? [event.outcome.result['x']] : []));
  return { asked, values };
}

describe('vars_prompt', () => {
  test.for([
    ['private: false', ['typed'], ['x: '], ['typed']],
    ['private: false, prompt: Which, default: 5', [''], ['Which [5]: '], ['5']],
    ['private: false, prompt: Which, default: 5', ['6'], ['Which [5]: '], ['6']],
    ['private: false, default: "{{ other }}"', [''], ['x [{{ other }}]: '], ['from a variable']],
    ['private: false, default: yes', [''], ['x [True]: '], ['True']],
    ['private: false, prompt: "Value {{ other }}"', ['6'], ['Value from a variable: '], ['6']],
    // Typed input is never a template.
    ['private: false', ['{{ other }}'], ['x: '], ['{{ other }}']],
    [
      'private: false, confirm: true',
      ['a', 'b', 'c', 'c'],
      ['x: ', 'confirm x: ', '***** VALUES ENTERED DO NOT MATCH *****\nx: ', 'confirm x: '],
      ['c'],
    ],
  ] as const)('{ %s } answered %j', async ([prompt, typed, asked, values]) => {
    expect(await prompted(prompt, typed)).toEqual({ asked, values });
  });

  test('private input is not shown while it is typed', async () => {
    expect((await prompted('prompt: Password', ['word'])).asked).toEqual(['(hidden) Password: ']);
  });

  test('with encrypt the variable contains a hash, the same on all hosts', async () => {
    const { values } = await prompted('private: false, encrypt: md5_crypt, salt_size: 4', ['word'], ['a', 'b']);

    expect(values).toEqual([expect.stringMatching(/^\$1\$[./\w]{4}\$[./\w]{22}$/), values[0]]);
  });

  test('a given salt produces the same hash as crypt(3)', async () => {
    const { values } = await prompted('private: false, encrypt: sha512_crypt, salt: saltsalt', ['word']);

    expect(values).toEqual([expect.stringMatching(/^\$6\$rounds=656000\$saltsalt\$/)]);
  });

  test('comes before the hosts are known if they may depend on the answer', async () => {
    const { told } = await runModel(
      '[{hosts: "{{ x }}", gather_facts: false, vars_prompt: [{name: x}], tasks: [{name: t, debug: {}}]}]',
      { a: modelHost(), b: modelHost() },
      { interactive: true, prompt: async () => 'b' },
    );

    expect(told).toEqual(['b t: ok']);
  });

  test('without a terminal, the default is used', async () => {
    expect(await prompted('default: 5, private: false')).toEqual({ asked: [], values: ['5'] });
  });
});
