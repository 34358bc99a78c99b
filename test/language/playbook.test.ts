import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../src/core/source.ts';
import { type Raw, Template } from '../../src/core/value.ts';
import type { Block, Include, Item, Play, Task, VarsLayer } from '../../src/language/model.ts';
import { createDynamicLoader, type LoadOptions, loadPlaybooks } from '../../src/language/playbook.ts';
import { memoryFiles } from './memory-files.ts';

const types: Readonly<Record<string, string | undefined>> = {
  command: 'cmd',
  shell: 'cmd',
  debug: undefined,
  copy: undefined,
  file: undefined,
  set_fact: undefined,
};

const taskType = (name: string) => {
  const short = name.replace('ansible.builtin.', '');
  return short in types ? { name: `ansible.builtin.${short}`, freeForm: types[short] } : undefined;
};

const load = (files: Record<string, string> | string, options: LoadOptions = {}) => {
  const texts = typeof files === 'string' ? { '/p/site.yml': files } : files;
  return loadPlaybooks(['/p/site.yml'], { files: memoryFiles(texts), taskType, ...options });
};

const play = (files: Record<string, string> | string, options: LoadOptions = {}): Play => {
  const loaded = load(files, options);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return loaded.value[0]!.plays[0]!;
};

const mistakes = (files: Record<string, string> | string, options: LoadOptions = {}): readonly Diagnostic[] => {
  const loaded = load(files, options);
  return loaded.ok ? [] : loaded.error;
};

/** A play with these lines as its tasks. */
const withTasks = (tasks: string): string => `- hosts: all\n  tasks:\n${tasks.replace(/^/gm, '  ')}`;

const explicit = (items: readonly Item[]): Item[] => items.filter((item) => item.kind !== 'meta' || !item.implicit);
const tasks = (files: Record<string, string> | string, options: LoadOptions = {}) =>
  explicit(play(files, options).items) as Task[];
const firstTask = (text: string): Task => tasks(withTasks(text))[0]!;
const args = (text: string) => Object.fromEntries(firstTask(text).args as Map<string, Raw>);
const values = (written: readonly { value: Raw }[]) => written.map(({ value }) => value);
const names = (items: readonly Item[]) => explicit(items).map((item) => String(item.name));
const effective = (layers: readonly VarsLayer[], name: string): Raw | undefined =>
  layers.reduce<Raw | undefined>((value, layer) => layer.vars.get(name)?.value ?? value, undefined);

describe('a play', () => {
  test('runs its sections in order, with handlers flushed after each', () => {
    const text = `
- hosts: all
  post_tasks: [{name: d, debug: }]
  tasks: [{name: c, debug: }]
  pre_tasks: [{name: a, debug: }]
  roles: [b]
`;
    const { items } = play({ '/p/site.yml': text, '/p/roles/b/tasks/main.yml': '- {name: b, debug: }\n' });

    expect(items.map((item) => (item.kind === 'meta' ? item.action : item.name))).toEqual([
      'a',
      'flush_handlers',
      'b',
      'role_complete',
      'c',
      'flush_handlers',
      'd',
      'flush_handlers',
    ]);
  });

  test('keeps its settings as written, with places', () => {
    const loaded = play(
      '- hosts: a:&b\n  serial: [1, 50%]\n  gather_facts: no\n  strategy: free\n  vars: {x: 1}\n  user: me\n',
    );

    expect(loaded).toMatchObject({
      hosts: { value: 'a:&b', at: { file: '/p/site.yml', line: 1, column: 10 } },
      serial: { value: [1, '50%'] },
      gatherFacts: { value: false },
      strategy: { value: 'free' },
      keywords: { remoteUser: { value: 'me' } },
      directory: '/p',
    });
    expect(effective(loaded.layers, 'x')).toBe(1);
  });

  test('prompts for variables', () => {
    const [prompt] = play('- hosts: all\n  vars_prompt:\n  - {name: v, private: no, default: d}\n').varsPrompt;

    expect(prompt).toEqual({ name: 'v', prompt: 'v', private: false, confirm: false, default: 'd' });
  });

  test('gives items of different plays different ids', () => {
    const loaded = load('- hosts: all\n  tasks: [{debug: }]\n- hosts: all\n  tasks: [{debug: }]\n');
    const ids = loaded.ok ? loaded.value[0]!.plays.flatMap(({ items }) => items.map(({ id }) => id)) : [];

    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the arguments of a task', () => {
  test.for<[string, Record<string, Raw>]>([
    ['- debug: msg=hello', { msg: 'hello' }],
    ['- copy: src=a dest="b c" mode=0644', { src: 'a', dest: 'b c', mode: '0644' }],
    ['- copy: {src: a, mode: 0644}', { src: 'a', mode: 420 }],
    ['- command: echo "a b" x=1 chdir=/tmp', { cmd: 'echo "a b" x=1', chdir: '/tmp' }],
    ['- shell: echo  two   spaces', { cmd: 'echo  two   spaces' }],
    ['- shell: |\n    echo a\n      b=1\n', { cmd: 'echo a\n  b=1\n' }],
    ['- command: ls\n  args: {chdir: /}', { cmd: 'ls', chdir: '/' }],
    ['- copy: {src: a}\n  args: {src: b, dest: c}', { src: 'a', dest: 'c' }],
    ['- action: copy src=a', { src: 'a' }],
    ['- action: {module: copy, src: a}', { src: 'a' }],
    [
      '- action: {module: shell, cmd: ls, chdir: /, args: {chdir: /etc}}\n  args: {chdir: /opt}',
      { cmd: 'ls', chdir: '/etc' },
    ],
    ['- local_action: {module: command, cmd: ls, args: chdir=/etc}', { cmd: 'ls', chdir: '/etc' }],
    ['- debug: msg="a\\nb"', { msg: 'a\nb' }],
    ['- debug: msg=\'it is "x"\'', { msg: 'it is "x"' }],
    ['- debug:', {}],
  ])('%s', ([text, expected]) => {
    expect(args(text)).toEqual(expected);
  });

  test('contain templates, each with its place', () => {
    const { msg } = args('- debug: msg={{ x  ~ "a b" }}');

    expect(msg).toEqual(new Template('{{ x  ~ "a b" }}', { file: '/p/site.yml', line: 3, column: 16, length: 16 }));
  });

  test('may be a single template', () => {
    expect(firstTask('- debug:\n  args: "{{ x }}"').args).toBeInstanceOf(Template);
  });

  test('may be a single template even without args', () => {
    expect(firstTask('- debug: "{{ x }}"').args).toBeInstanceOf(Template);
  });

  test('of a local_action apply on the controller', () => {
    const task = firstTask('- local_action: copy src=a');

    expect([task.type, task.keywords.delegateTo?.value]).toEqual(['copy', 'localhost']);
  });
});

describe('keywords', () => {
  test('are inherited from the nearest ancestor, or accumulate as in Ansible', () => {
    const text = `
- hosts: all
  become: true
  tags: [p]
  environment: {A: 1}
  tasks:
  - block:
    - debug:
      when: c
      tags: t, u
      environment: {C: 3}
    when: [a, b]
    tags: [p, b]
    become: false
    environment: {B: 2}
`;
    const block = explicit(play(text).items)[0] as Block;
    const { when, tags, become, environment } = block.block[0]!.keywords;

    expect(values(when)).toEqual(['a', 'b', 'c']);
    expect(tags).toEqual(['p', 'b', 't', 'u']);
    expect(become?.value).toBe(false);
    expect(values(environment)).toEqual([new Map([['A', 1]]), new Map([['B', 2]]), new Map([['C', 3]])]);
  });

  test('whose value Ansible skips give a warning: an environment that is not a dict', () => {
    const loaded = load('- hosts: all\n  environment: proxy\n  tasks: [{debug: }]\n');

    expect(loaded.ok && loaded.warnings).toMatchObject([{ code: 'without-effect', at: { line: 2 } }]);
  });

  test('define how a task is repeated, and how its result is judged', () => {
    const task = firstTask(
      '- debug:\n  with_items: [1]\n  loop_control: {loop_var: x, label: "{{ x }}"}\n  register: r\n  until: r is success\n' +
        '  retries: 2\n  changed_when: [a, b]\n  failed_when: false\n  notify: h\n  async: 10\n  poll: 0\n',
    );

    expect(task).toMatchObject({
      loop: { over: { value: [1] }, lookup: 'items', loopVar: 'x', label: { source: '{{ x }}' } },
      register: 'r',
      until: [{ value: 'r is success' }],
      retries: { value: 2 },
      changedWhen: [{ value: 'a' }, { value: 'b' }],
      failedWhen: [{ value: false }],
      notify: [{ value: 'h' }],
      async: { value: 10 },
      poll: { value: 0 },
    });
  });

  test('name the step of a task', () => {
    expect(firstTask('- debug:\n  step: S03').keywords.step).toBe('S03');
  });

  test('of a block may contain the command that validates its changes', () => {
    const [block] = tasks(withTasks('- block: [{debug: }]\n  validate: nginx -t'));

    expect((block as unknown as Block).validate).toMatchObject({ value: 'nginx -t', at: { line: 4 } });
  });
});

describe('variables', () => {
  test('of play, block and task are visible to the task, and the nearest takes precedence', () => {
    const text = `
- hosts: all
  vars: {p: 1, b: 1, t: 1}
  tasks:
  - block:
    - debug:
      vars: {t: 3}
    vars: {b: 2, t: 2}
`;
    const [task] = (explicit(play(text).items)[0] as Block).block;

    expect(['p', 'b', 't'].map((name) => effective(task!.layers, name))).toEqual([1, 2, 3]);
    expect(task!.layers.map(({ level }) => level)).toEqual([12, 16, 17]);
  });

  test('have the places where they were written', () => {
    const [layer] = play('- hosts: all\n  vars:\n    x: 1\n').layers;

    expect(layer!.vars.get('x')?.at).toMatchObject({ file: '/p/site.yml', line: 3, column: 8 });
  });

  test('of roles are visible to all tasks of the play, even earlier ones', () => {
    const files = {
      '/p/site.yml': '- hosts: all\n  pre_tasks: [{debug: }]\n  roles: [a]\n',
      '/p/roles/a/defaults/main.yml': 'd: 1\n',
      '/p/roles/a/vars/main/x.yml': 'v: 2\n',
    };
    const [task] = explicit(play(files).items);

    expect([effective(task!.layers, 'd'), effective(task!.layers, 'v')]).toEqual([1, 2]);
  });
});

describe('imports', () => {
  test('of tasks give each task their keywords and variables', () => {
    const files = {
      '/p/site.yml': withTasks('- import_tasks: t/x.yml\n  when: a\n  tags: i\n  vars: {v: 1}\n'),
      '/p/t/x.yml': '- import_tasks: y.yml\n- {debug: , when: b}\n',
      '/p/t/y.yml': '- {name: y, debug: }\n',
    };
    const [y, x] = tasks(files);

    expect([y!.name, y!.keywords.tags, values(x!.keywords.when)]).toEqual(['y', ['i'], ['a', 'b']]);
    expect(effective(y!.layers, 'v')).toBe(1);
  });

  test('may be named by variables that are known at load time', () => {
    const files = {
      '/p/site.yml': '- hosts: all\n  vars: {n: x}\n  tasks: [{import_tasks: "{{ n }}-{{ e }}.yml"}]\n',
      '/p/x-1.yml': '- {name: found, debug: }\n',
    };

    expect(names(tasks(files, { extraVars: new Map([['e', { value: 1 }]]) }))).toEqual(['found']);
  });

  test('of playbooks give their plays tags, conditions and variables', () => {
    const files = {
      '/p/site.yml': '- import_playbook: sub/b.yml\n  when: w\n  tags: t\n  vars: {v: 1}\n',
      '/p/sub/b.yml': '- hosts: all\n  tasks: [{debug: , when: x}]\n',
    };
    const loaded = play(files);
    const [task] = explicit(loaded.items);

    expect([loaded.directory, task!.keywords.tags, values(task!.keywords.when)]).toEqual(['/p/sub', ['t'], ['w', 'x']]);
    expect(effective(task!.layers, 'v')).toBe(1);
  });

  test('of playbooks read the file name, and warn that what follows it has no effect', () => {
    const files = {
      '/p/site.yml': "- import_playbook: b.yml mode='restore'\n",
      '/p/b.yml': '- hosts: all\n  tasks: [{name: found, debug: }]\n',
    };
    const loaded = load(files);

    expect(names(tasks(files))).toEqual(['found']);
    expect(loaded.ok && loaded.warnings).toMatchObject([{ code: 'without-effect', at: { line: 1 } }]);
  });

  test('of playbooks accept keywords that Ansible accepts there, and warn that they have no effect', () => {
    const files = {
      '/p/site.yml': '- become: true\n  environment: {A: b}\n  import_playbook: b.yml\n',
      '/p/b.yml': '- hosts: all\n  tasks: [{name: found, debug: }]\n',
    };
    const loaded = load(files);

    expect(tasks(files)[0]!.keywords).not.toHaveProperty('become');
    expect(loaded.ok && loaded.warnings).toMatchObject([
      { code: 'without-effect', at: { line: 1 } },
      { code: 'without-effect', at: { line: 2 } },
    ]);
    expect(load({ ...files, '/p/site.yml': '- import_playbook: b.yml\n  collections: [a.b]\n' })).toMatchObject({
      ok: false,
      error: [{ code: 'unknown-keyword' }],
    });
  });
});

describe('roles', () => {
  const files = {
    '/p/site.yml':
      '- hosts: all\n  roles:\n  - {role: web, address: 80, when: w, tags: t, vars: {e: 1}}\n  handlers: [{name: mine, debug: }]\n',
    '/p/roles/web/meta/main.yml': 'dependencies: [{role: base, level: 1}]\n',
    '/p/roles/web/tasks/main.yml': '- {name: web, debug: }\n',
    '/p/roles/web/handlers/main.yml': '- {name: reload, debug: , listen: changed}\n',
    '/p/roles/web/defaults/main.yml': 'address: 1\nx: web default\n',
    '/p/roles/web/vars/main.yml': 'y: web var\n',
    '/p/roles/base/tasks/main.yml': '- {name: base, debug: }\n',
    '/p/roles/base/defaults/main.yml': 'x: base default\n',
  };

  test('come after the roles that they depend on, which share their condition and tags', () => {
    const [base, web] = tasks(files);

    expect([base!.name, web!.name]).toEqual(['base', 'web']);
    expect([values(base!.keywords.when), base!.keywords.tags]).toEqual([['w'], ['t']]);
    expect([base!.role?.name, base!.role?.parents.map(({ name }) => name)]).toEqual(['base', ['web']]);
  });

  test('see their own defaults, vars and parameters, each at its level', () => {
    const [, web] = tasks(files);

    expect(['address', 'x', 'y', 'e'].map((name) => effective(web!.layers, name))).toEqual([
      80,
      'web default',
      'web var',
      1,
    ]);
    expect(web!.layers.find(({ vars }) => vars.has('address') && vars.get('address')!.value === 80)?.level).toBe(20);
  });

  test('have their handlers before those of the play', () => {
    expect(play(files).handlers.map(({ name, listen, role }) => [name, listen, role?.name])).toEqual([
      ['reload', ['changed'], 'web'],
      ['mine', [], undefined],
    ]);
  });

  test('look for files in their own directory first', () => {
    const [, web] = tasks(files);

    expect(web!.searchPath).toEqual(['/p/roles/web', '/p/roles/web/tasks', '/p']);
  });

  test('that are used twice in the same way count as one role', () => {
    const twice = {
      '/p/site.yml': '- hosts: all\n  roles: [r, {role: r}, {role: r, x: 1}]\n',
      '/p/roles/r/tasks/main.yml': '- {debug: }\n',
    };
    const instances = tasks(twice).map(({ role }) => role?.instance);

    expect(instances[0]).toBe(instances[1]);
    expect(instances[0]).not.toBe(instances[2]);
  });

  test('with an argument spec get a task that validates their parameters', () => {
    const spec = 'argument_specs: {main: {short_description: s, options: {a: {type: int}}}}\n';
    const [check] = tasks({
      '/p/site.yml': '- hosts: all\n  roles: [{role: r, a: 1}]\n',
      '/p/roles/r/meta/argument_specs.yml': spec,
    });

    expect(check).toMatchObject({
      type: 'ansible.builtin.validate_argument_spec',
      name: "Validating arguments against arg spec 'main' - s",
      keywords: { tags: ['always'] },
    });
  });

  test('that are imported export their variables and handlers to the play', () => {
    const imported = play({
      '/p/site.yml': withTasks('- {name: first, debug: }\n- import_role: {name: web, tasks_from: other}\n'),
      '/p/roles/web/tasks/other.yml': '- {name: other, debug: }\n',
      '/p/roles/web/defaults/main.yml': 'x: 1\n',
      '/p/roles/web/handlers/main.yml': '- {name: h, debug: }\n',
    });

    expect(names(imported.items)).toEqual(['first', 'other']);
    expect(effective(imported.items[0]!.layers, 'x')).toBe(1);
    expect(imported.handlers.map(({ name }) => name)).toEqual(['h']);
  });
});

describe('includes', () => {
  const files = {
    '/p/site.yml': `
- hosts: all
  vars: {p: 1}
  tasks:
  - block:
    - include_tasks: {file: x.yml, apply: {tags: applied, become: true}}
      when: own
      tags: own
      vars: {v: 1}
    when: outer
`,
    '/p/x.yml': '- {name: x, debug: }\n',
  };
  const include = () => (explicit(play(files).items)[0] as Block).block[0] as Include;

  test('are items whose arguments are evaluated when they run', () => {
    expect(include()).toMatchObject({
      kind: 'include',
      of: 'tasks',
      apply: new Map<string, Raw>([
        ['tags', 'applied'],
        ['become', true],
      ]),
    });
  });

  test('give included items the surrounding keywords and those of apply, not their own', () => {
    const brought = createDynamicLoader({ files: memoryFiles(files), taskType }).tasks(include(), 'x.yml', []);
    const [task] = brought.ok ? brought.value.items : [];

    expect([values(task!.keywords.when), task!.keywords.tags, task!.keywords.become?.value]).toEqual([
      ['outer'],
      ['applied'],
      true,
    ]);
    expect([effective(task!.layers, 'p'), effective(task!.layers, 'v')]).toEqual([1, 1]);
  });

  test('of roles add tasks, handlers, and variables for all tasks if public', () => {
    const roles = {
      '/p/site.yml': withTasks('- include_role: {name: r}\n'),
      '/p/roles/r/tasks/main.yml': '- {name: r, debug: }\n',
      '/p/roles/r/handlers/main.yml': '- {name: h, debug: }\n',
      '/p/roles/r/defaults/main.yml': 'x: 1\n',
    };
    const item = tasks(roles)[0] as unknown as Include;
    const loader = createDynamicLoader({ files: memoryFiles(roles), taskType });
    const brought = loader.role(item, { name: 'r', public: true }, []);

    expect(brought).toMatchObject({
      ok: true,
      value: { items: [{ name: 'r' }, { action: 'role_complete' }], handlers: [{ name: 'h' }] },
    });
    expect(brought.ok && effective(brought.value.exported, 'x')).toBe(1);
  });

  test('report mistakes in the included content', () => {
    const loader = createDynamicLoader({
      files: memoryFiles({ ...files, '/p/x.yml': '- debug: {{ x }}\n' }),
      taskType,
    });

    expect(loader.tasks(include(), 'x.yml', [])).toMatchObject({
      ok: false,
      error: [{ code: 'yaml-syntax', at: { file: '/p/x.yml', line: 1 } }],
    });
  });
});

describe('a mistake', () => {
  test.for<[string, string, string, number, string?]>([
    ['an empty playbook', '[]', 'A playbook must contain at least one play: /p/site.yml', 1],
    ['a dict for a playbook', 'hosts: all', 'A playbook must be a list of plays, got a dict instead: /p/site.yml', 1],
    [
      'an unknown play keyword',
      '- hosts: all\n  task: []',
      "'task' is not a valid attribute for a Play",
      2,
      'did you mean "tasks"?',
    ],
    ['no hosts', '- tasks: []', "the field 'hosts' is required but was not set", 1],
    [
      'tasks that are a dict',
      '- hosts: all\n  tasks: {debug: }',
      'A malformed block was encountered while loading tasks: it should be a list or None but is a dict',
      2,
    ],
    ['two actions', withTasks('- debug:\n  copy:'), 'conflicting action statements: debug, copy', 4],
    [
      'free-form text for a type that accepts none',
      withTasks('- debug: hello'),
      "this task 'debug' has extra params, which is only allowed in the following modules: include_tasks, import_tasks, include, include_role, import_role, meta, command, shell, raw, script, include_vars, set_fact, add_host, group_by",
      3,
    ],
    ['no action', withTasks('- name: x'), 'no module/action detected in task.', 3],
    [
      'an unknown task keyword',
      withTasks('- debug:\n  whn: x'),
      "'whn' is not a valid attribute for a Task",
      4,
      'did you mean "when"?',
    ],
    ['a loop on a block', withTasks('- block: []\n  loop: [1]'), "'loop' is not a valid attribute for a Block", 4],
    ['a rescue without a block', withTasks('- rescue: []'), "'rescue' keyword cannot be used without 'block'", 3],
    [
      'apply on an import',
      withTasks('- import_tasks: {file: x, apply: {}}'),
      'Invalid options for import_tasks: apply',
      3,
    ],
    ['an include of nothing', withTasks('- include_tasks:'), 'No file specified for include_tasks', 3],
    [
      'a role without a name',
      withTasks('- include_role: {tasks_from: x}'),
      "'name' is a required field for include_role.",
      3,
    ],
    [
      'a loop on an import',
      withTasks('- import_tasks: x\n  loop: [1]'),
      "You cannot use loops on 'import_tasks' statements. You should use 'include_tasks' instead.",
      3,
    ],
    [
      'become on an include',
      withTasks('- include_tasks: x\n  become: true'),
      "'become' is not a valid attribute for a TaskInclude",
      4,
    ],
    [
      'an unknown meta action',
      withTasks('- meta: flush_handler'),
      'invalid meta action requested: flush_handler',
      3,
      'did you mean "flush_handlers"?',
    ],
    [
      'a block as handler',
      '- hosts: all\n  handlers:\n  - block: []',
      'Using a block as a handler is not supported.',
      3,
    ],
    [
      'flush_handlers as handler',
      '- hosts: all\n  handlers:\n  - meta: flush_handlers',
      'flush_handlers cannot be used as a handler',
      3,
    ],
    [
      'an unknown loop_control',
      withTasks('- debug:\n  loop: []\n  loop_control: {lable: x}'),
      "'lable' is not a valid attribute for a LoopControl",
      5,
      'did you mean "label"?',
    ],
    [
      'an invalid boolean',
      '- hosts: all\n  become: maybe',
      "the field 'become' has an invalid value (maybe), and could not be converted to an bool",
      2,
    ],
    [
      'an invalid register name',
      withTasks('- debug:\n  register: a-b'),
      "Invalid variable name in 'register' specified: 'a-b'",
      4,
    ],
    [
      'a missing import',
      withTasks('- import_tasks: nope.yml'),
      "Unable to retrieve file contents: could not find or access 'nope.yml' on the Ansible Controller.",
      3,
    ],
    [
      'pre_tasks that are a number',
      '- hosts: all\n  pre_tasks: 1',
      'A malformed block was encountered while loading pre_tasks: 1 should be a list or None but is a number',
      2,
    ],
    [
      'user and remote_user',
      '- hosts: all\n  user: a\n  remote_user: b',
      "both 'user' and 'remote_user' are set for this play. 'user' is the old name of 'remote_user'",
      2,
    ],
    ['parameters after a comma', '- hosts: all\n  roles: ["a,b"]', 'Invalid old style role requirement: a,b', 2],
    ['a missing role', '- hosts: all\n  roles: [nope]', "the role 'nope' was not found in /p/roles:/p", 2],
  ])('is reported with its place: %s', ([, text, message, line, hint]) => {
    const [first] = mistakes(text);

    expect(first).toMatchObject({ severity: 'error', message, at: { file: '/p/site.yml', line } });
    if (hint !== undefined) expect(first!.hint).toBe(hint);
  });

  test('does not hide the next one: all are reported at once', () => {
    const files = {
      '/p/site.yml':
        '- hosts: all\n  become: maybe\n  task: []\n  tasks:\n  - debug:\n    whn: 1\n  - import_tasks: bad.yml\n',
      '/p/bad.yml': '- debug: {{ x }}\n',
    };

    expect(
      mistakes(files)
        .map(({ code }) => code)
        .sort(),
    ).toEqual(['unknown-keyword', 'unknown-keyword', 'wrong-keyword-type', 'yaml-syntax']);
  });

  test('about roles that depend on each other ends the recursion', () => {
    const files = {
      '/p/site.yml': '- hosts: all\n  roles: [a]\n',
      '/p/roles/a/meta/main.yml': 'dependencies: [b]\n',
      '/p/roles/b/meta/main.yml': 'dependencies: [a]\n',
    };

    expect(mistakes(files)[0]).toMatchObject({ code: 'recursion' });
  });
});

test.for([
  [true, ['Found variable using reserved name: lipsum', 'Found variable using reserved name: tags']],
  [false, []],
] as const)('variables with names of keywords and functions give a warning, as in Ansible: %s', ([warns, messages]) => {
  const loaded = load('- {hosts: all, vars: {lipsum: 1, tags: 2, mine: 3}}', { warnsOfReservedNames: warns });

  expect(loaded.ok ? (loaded.warnings ?? []).map(({ message }) => message) : loaded.error).toEqual(messages);
});
