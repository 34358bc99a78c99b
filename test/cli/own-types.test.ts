import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Rig } from './rig.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/writing-a-task-type.md'), 'utf8');
const etcDefault = /```ts\n(import .*?)```/s.exec(page)![1]!;

const local = (tasks: string): string =>
  `- hosts: localhost\n  gather_facts: false\n  tasks:\n${tasks.replace(/^/gm, '    ')}\n`;

const setting = local(`- name: a setting
  etc_default: { path: "{{ playbook_dir }}/cron", name: EXTRA_OPTS, value: -L 15 }`);

describe('task types next to a playbook', () => {
  test("the docs' example runs: a check reports the difference, a run removes it, the next finds none", async () => {
    using rig = new Rig().write({
      'tasks/etc_default.ts': etcDefault,
      'play.yaml': setting,
      cron: 'A=1\nEXTRA_OPTS=\n',
    });

    const check = await rig.run(['play.yaml', '--check', '--diff']);
    const first = await rig.run(['play.yaml']);
    const second = await rig.run(['play.yaml']);
    const clean = await rig.run(['play.yaml', '--check']);

    expect(check.stdout).toContain("+EXTRA_OPTS='-L 15'");
    expect([check.code, first.code, second.code, clean.code]).toEqual([2, 0, 0, 0]);
    expect(readFileSync(join(rig.folder, 'cron'), 'utf8')).toBe("A=1\nEXTRA_OPTS='-L 15'\n");
    expect(second.stdout).toMatch(/changed=0 /);
  });

  test('a check bases its prediction for a later task on the declared effects of a change', async () => {
    const twice = `${setting}${setting.replace(/^.*?tasks:\n/s, '')}`;
    using rig = new Rig().write({ 'tasks/etc_default.ts': etcDefault, 'play.yaml': twice });

    const { stdout } = await rig.run(['play.yaml', '--check']);

    expect(stdout.match(/(ok|would change): \[localhost\]/g)).toEqual(['would change: [localhost]', 'ok: [localhost]']);
  });

  test('their parameters and names are checked before any host is touched', async () => {
    using rig = new Rig().write({
      'tasks/etc_default.ts': etcDefault,
      'parameter.yaml': setting.replace('value:', 'valeu:'),
      'name.yaml': setting.replace('etc_default:', 'etc_defualt:'),
    });

    const parameter = await rig.run(['parameter.yaml', '--syntax-check']);
    const name = await rig.run(['name.yaml', '--syntax-check']);

    expect([parameter.code, name.code]).toEqual([1, 1]);
    expect(parameter.stderr).toContain('`valeu` is not a parameter of `etc_default`');
    expect(parameter.stderr).toContain('did you mean `value`?');
    expect(name.stderr).toContain('did you mean "etc_default"?');
  });

  test('helpers are imported from subdirectories, and a ControllerError fails the task', async () => {
    using rig = new Rig().write({
      'tasks/shared/why.ts': "export const why: string = 'the moon is full';\n",
      'tasks/moody.ts': `import { ControllerError, defineTask } from 'retrace';
import { why } from './shared/why.ts';
export default defineTask({
  name: 'moody', summary: 'Fails.', params: {}, examples: [], controllerOnly: true,
  prepare: () => { throw new ControllerError(why); },
  plan: () => ({ changes: [] }),
});
`,
      'play.yaml': local('- moody:'),
    });

    const { code, stdout } = await rig.run(['play.yaml']);

    expect(code).toBe(2);
    expect(stdout).toContain('the moon is full');
  });

  test('JavaScript works, too', async () => {
    using rig = new Rig().write({
      'tasks/greeting.js':
        "import { defineTask } from 'retrace';\nexport default defineTask({ name: 'greeting', summary: 'Greets.', params: { to: { type: 'str', required: true } }, freeForm: 'to', controllerOnly: true, examples: [], plan: (_, { to }) => ({ changes: [], result: { said: `hello ${to}` } }) });\n",
      'play.yaml': local('- greeting: world\n  register: r\n- assert: { that: "r.said == \'hello world\'" }'),
    });

    expect(await rig.run(['play.yaml'])).toMatchObject({ code: 0, stderr: '' });
  });

  test.for([
    ['a syntax error, with its place', 'const a = 1;\nexport default {{;\n', /odd\.ts:2:\d+/],
    ['an error while loading', "throw new Error('no such luck');\n", /no such luck/],
    ['a file that exports no type', 'export const a = 1;\n', /exports no task type/],
    ['a type with another name', etcDefault, /is named `etc_default`, but its file is named `odd`/],
    [
      'a type without a required property',
      "export default { name: 'odd', summary: '', params: {}, examples: [] };\n",
      /no `plan`/,
    ],
  ] as const)('%s is reported', async ([, text, said]) => {
    using rig = new Rig().write({ 'tasks/odd.ts': text, 'play.yaml': local('- debug:') });

    const { code, stderr } = await rig.run(['play.yaml']);

    expect(code).toBe(1);
    expect(stderr).toMatch(said);
    expect(stderr).not.toContain('bug');
  });

  test('run doc, run lint and the schema know them in their directory', async () => {
    using rig = new Rig().write({ 'tasks/etc_default.ts': etcDefault, 'play.yaml': setting });

    const about = await rig.run(['doc', 'etc_default']);
    const list = await rig.run(['doc']);
    const schema = await rig.run(['doc', '--schema']);
    const lint = await rig.run(['lint', 'play.yaml']);

    expect(about.stdout).toContain('value (str; required)');
    expect(list.stdout).toContain('Manage a setting in a file such as those in /etc/default.');
    expect(JSON.parse(schema.stdout)).toHaveProperty('definitions.task.properties.etc_default');
    expect(lint.stdout).toBe('nothing found\n');
  });
});

describe('filters, tests and lookups next to a playbook', () => {
  const files = {
    'filter_plugins/text.ts':
      "export const shout = (text: string, { times = 1 } = {}) => text.toUpperCase() + '!'.repeat(times);\n",
    'filter_plugins/data.ts': `export const swap = (dict: Record<string, string>) => Object.fromEntries(Object.entries(dict).map(([a, b]) => [b, a]));
export const broken = () => { throw new Error('out of order'); };
export const slow = async () => 1;
`,
    'test_plugins/numbers.ts': 'export const tiny = (n: number, limit = 10) => n < limit;\n',
    'test_plugins/numbers.test.ts': "throw new Error('a unit test of the project, none of ours');\n",
    'lookup_plugins/doubled.ts':
      'export const doubled = (terms: number[], { plus = 0 }) => terms.map((term) => term * 2 + plus);\n',
  };

  test('they are called with plain data, and named arguments as an object', async () => {
    using rig = new Rig().write({
      ...files,
      'play.yaml': local(`- assert:
    that:
      - "'hey' | shout(times=2) == 'HEY!!'"
      - "{'a': 'b'} | swap == {'b': 'a'}"
      - 3 is tiny
      - 3 is not tiny(2)
      - "query('doubled', 1, 2, plus=1) == [3, 5]"`),
    });

    expect(await rig.run(['play.yaml'])).toMatchObject({ code: 0, stderr: '' });
  });

  test.for([
    ['{{ "x" | shuot }}', 1, 'did you mean "shout"?'],
    ['{{ 1 | broken }}', 2, 'broken: out of order'],
    ['{{ 1 | slow }}', 2, 'must not be async'],
    ['{{ x | shout }}', 1, "'x' is undefined"],
  ] as const)('the mistake in %s is reported', async ([template, code, message]) => {
    using rig = new Rig().write({ ...files, 'play.yaml': local(`- debug: { msg: '${template}' }`) });

    const said = await rig.run(['play.yaml']);

    expect(said.stdout + said.stderr).toContain(message);
    expect(said.code).toBe(code);
  });

  test('a file that cannot be loaded is reported before any host is touched', async () => {
    using rig = new Rig().write({ 'filter_plugins/odd.ts': 'export const = 1;\n', 'play.yaml': local('- debug:') });

    const { code, stderr } = await rig.run(['play.yaml']);

    expect(code).toBe(1);
    expect(stderr).toMatch(/odd\.ts:1:\d+/);
  });
});
