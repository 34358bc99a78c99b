import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Rig, type Said } from './rig.ts';

/** Text that a host may print, and what it would do if it were evaluated. */
const PRINTED = `lookup('pipe', 'touch PWNED')`;

const plays = (task: string, how: string) => `- hosts: localhost
  gather_facts: false
  tasks:
    - ${how}
      register: r
    - ${task}
      ignore_errors: true
`;

// `check_mode: false` makes it run in an audit too; `slurp` and `stat` do so anyway.
const said = { command: 'cat printed', check_mode: false };
const asks = `${JSON.stringify(said).slice(1, -1).replaceAll('"', '').replace(',', '\n      ').replaceAll(':', ': ')}`;

const READERS = [
  'debug: { var: "{{ r.stdout }}" }',
  'debug: var="{{ r.stdout }}"',
  'debug: { var: ["{{ r.stdout }}"] }',
  'assert: { that: "{{ r.stdout }}" }',
  'assert: { that: ["{{ r.stdout }}"] }',
  'assert: { that: "{{ r.stdout_lines }}" }',
  'assert: { that: "{{ r.stdout }} == 1" }',
  'assert: { that: "\'{{ r.stdout }}\' == 1" }',
  'assert: "{{ {\'that\': r.stdout} }}"',
  'assert: { that: "{{ item }}" }\n      loop: "{{ r.stdout_lines }}"',
  'assert: { that: "{{ mine }}" }\n      vars: { mine: "{{ r.stdout }}" }',
  'debug: {}\n      when: "{{ r.stdout }}"',
  'debug: {}\n      changed_when: "{{ r.stdout }}"',
  'debug: {}\n      failed_when: "{{ r.stdout }}"',
  'debug: {}\n      until: "{{ r.stdout }}"\n      retries: 1\n      delay: 0',
  "set_fact: \"{{ {'{{' ~ r.stdout ~ '}}': 1} }}\"",
  'set_fact: { fact: "{{ r.stdout }}" }\n    - assert: { that: "{{ fact }}" }\n      ignore_errors: true',
  'add_host: { name: h, cond: "{{ r.stdout }}" }\n    - assert: { that: "{{ hostvars.h.cond }}" }\n      ignore_errors: true',
  'validate_argument_spec: { argument_spec: "{{ {r.stdout: {}} }}" }',
] as const;

// Each is on its own host, so that the outcome of one does not keep another from being tried; two runs cover all of them.
describe('XB1: text that a host printed is not evaluated', () => {
  const rig = new Rig();
  let told: readonly Said[];
  beforeAll(async () => {
    const hosts = READERS.map((_, at) => `h${at}: { ansible_connection: local }`).join(', ');
    rig.write({
      'inventory.yaml': `all: { hosts: { ${hosts} } }\n`,
      'play.yaml': READERS.map((task, at) =>
        plays(task, asks.replace('printed', `printed${at}`)).replace('localhost', `h${at}`),
      ).join(''),
      ...Object.fromEntries(READERS.map((_, at) => [`printed${at}`, PRINTED.replace('PWNED', `PWNED${at}`)])),
    });
    told = [
      await rig.run(['play.yaml', '-i', 'inventory.yaml']),
      await rig.run(['play.yaml', '-i', 'inventory.yaml', '--check']),
    ];
  }, 60_000);
  afterAll(() => rig[Symbol.dispose]());

  test.for(READERS.map((task, at) => [task, at] as const))('by %s', ([, at]) => {
    expect(existsSync(join(rig.folder, `PWNED${at}`))).toBe(false);
    // The host was reached, and printed its text, both in the run and in the check.
    for (const { stdout, stderr } of told)
      expect(`${stdout}${stderr}`).toMatch(new RegExp(`^h${at} +: (ok|changed)=[1-9]`, 'm'));
  });
});

test('XB1: debug shows such text unchanged', async () => {
  using rig = new Rig().write({ printed: PRINTED, 'play.yaml': plays('debug: { var: "{{ r.stdout }}" }', asks) });

  expect((await rig.run(['play.yaml'])).stdout).toContain(`"r.stdout": "${PRINTED}"`);
});

test('XB1: text that people wrote is evaluated wherever it is written', async () => {
  using rig = new Rig().write({
    'inventory.yaml': 'all: { hosts: { localhost: { ansible_connection: local, one: "a == 1" } } }\n',
    'more.yaml': "more: [\"a == 1\", \"lookup('pipe', 'echo 1') == '1'\"]\n",
    'some.yaml': '- assert: { that: "{{ each }}" }\n',
    'play.yaml': `- hosts: localhost
  gather_facts: false
  vars: { a: 1, cond: "a == 1", conds: ["a == 1", "{{ cond }}"], name_of: a }
  vars_files: [more.yaml]
  tasks:
    - assert: { that: "{{ conds }}" }
    - assert: { that: "{{ cond }}" }
    - assert: { that: ["{{ cond }}", "{{ one }}", "{{ extra }}", "{{ cond }} and {{ one }}"] }
    - assert: { that: "{{ more }}" }
    - assert: { that: ["{{ a | mandatory }} == 1", "{{ '1 KB' | human_to_bytes }} == 1024"] }
    - assert: { that: "{{ item }}" }
      loop: "{{ conds }}"
    - assert: { that: "{{ item.of }}" }
      with_items: [{ of: a == 1 }]
    - include_vars: more.yaml
    - assert: { that: "{{ more }}" }
    - set_fact: { fact: a == 1 }
    - assert: { that: "{{ fact }}" }
    - include_tasks: some.yaml
      loop: "{{ conds }}"
      loop_control: { loop_var: each }
    - debug: { msg: seen }
      when: "{{ cond }}"
    - debug: { var: "{{ name_of }}" }
`,
  });

  const { code, stdout } = await rig.run(['play.yaml', '-i', 'inventory.yaml', '-e', 'extra="a == 1"']);

  expect(stdout).toContain('"a": 1');
  expect(stdout).not.toContain('FAILED');
  expect(code).toBe(0);
});
