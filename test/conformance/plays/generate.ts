import { yamlOf } from '../../truth/play.ts';
import { blockinfile, lineinfile, replace } from '../../truth/tasks-edits.ts';
import { assemble, copy, file, getUrl, git, template, unarchive } from '../../truth/tasks-files.ts';
import { assertion, find, message, setFact, slurp, stat } from '../../truth/tasks-looks.ts';
import type { Task, World } from '../../truth/world.ts';
import { someKeywords, when } from './keywords.ts';
import { mistaken } from './mistakes.ts';
import * as own from './tasks-commands.ts';

type Make = (world: World) => Task;

const LEAVES: readonly (readonly [number, Make])[] = [
  [4, file],
  [3, copy],
  [1.5, template],
  [1.5, lineinfile],
  [1, blockinfile],
  [0.8, replace],
  [0.7, assemble],
  [2, stat],
  [1, find],
  [1, slurp],
  [0.6, unarchive],
  [0.4, git],
  [0.4, getUrl],
  [1.5, setFact],
  [0.7, assertion],
  [0.7, message],
  [2.5, own.shell],
  [2.5, own.command],
  [0.5, own.raw],
  [0.6, own.script],
  [0.3, own.tempfile],
  [0.4, own.knownHosts],
  [0.8, own.includeVars],
  [1, own.plainFact],
  [0.7, own.inventory],
  [0.9, own.meta],
  [2.5, own.saying],
];

/** The types that a handler may have. */
const OF_HANDLERS: readonly Make[] = [file, copy, lineinfile, own.saying, own.shell, own.plainFact];

/** Plays as in a playbook: one of four to eight tasks, and sometimes a second. The last task shows what was registered. */
export function randomPlays(world: World, hosts: readonly string[]): readonly Task[] {
  const first = randomPlay(world, hosts);
  return world.random.chance(0.08)
    ? [first, { ...randomPlay(world, hosts), tasks: [...leaves(world, 1), dump(world)] }]
    : [first];
}

function randomPlay(world: World, hosts: readonly string[]): Task {
  const { random } = world;
  const names = random.chance(0.6) ? Array.from({ length: random.int(1, 2) }, () => `handler ${world.next()}`) : [];
  world.handlers.splice(0, world.handlers.length, ...names);
  const role = random.chance(0.15) ? { roles: [roleOf(world, leaves(world, 2))] } : {};
  const tasks = grouped(world, random.int(3, 7 - (hosts.length - 1) * 2));
  const around = random.chance(0.08) ? { [random.pick(['pre_tasks', 'post_tasks'])]: leaves(world, 1) } : {};
  return {
    hosts: random.weighted<string>([
      [9, 'all'],
      [1, 'one'],
    ]),
    gather_facts: false,
    vars: { play_var: { n: 2, deep: 'x' } },
    ...settings(world),
    ...role,
    ...around,
    tasks: [...tasks, dump(world)],
    ...(names.length === 0 ? {} : { handlers: names.map((name) => handler(world, name)) }),
  };
}

const settings = (world: World): Task =>
  world.random.weighted<Task>([
    [40, {}],
    [15, { ignore_errors: true }],
    [2, { any_errors_fatal: true }],
    [2, { force_handlers: true }],
    [2, { environment: { E: 'of the play' } }],
    [2, { module_defaults: { file: { mode: '0750' }, copy: { mode: '0604' } } }],
    [2, { module_defaults: { stat: { get_checksum: false }, debug: { msg: 'default' } } }],
    [1, { serial: 1 }],
    [1, { strategy: 'free' }],
    [1, { tags: ['t1'] }],
    [1, { check_mode: true }],
    [1, { max_fail_percentage: 60 }],
    [1, { vars_files: [world.file('vars/play.yaml', 'from_file: yes\n')] }],
    [1, { order: 'reverse_sorted' }],
  ]);

/** Shows what was registered so far, as Ansible sees it. */
const dump = (world: World): Task => ({
  name: 'what is known',
  debug: {
    msg: Object.fromEntries(
      [...world.registered.map(({ name }) => name), 'fact_a', 'fact_b'].map((name) => [
        name,
        `{{ ${name} | default('-') }}`,
      ]),
    ),
  },
  tags: 'always',
});

function leaf(world: World): Task {
  const { random } = world;
  const made = random.weighted(LEAVES)(world);
  const type = Object.keys(made)[0] ?? '';
  const task = random.chance(0.04) ? mistaken(world, made, type) : made;
  // Registered before anything of its own task can ask for it, as `changed_when` does; conditions before the task know others.
  const registers =
    task['register'] === undefined && random.chance(0.55) && !['meta', 'set_fact', 'tempfile'].includes(type);
  const name = `r${world.next()}`;
  const keywords = someKeywords(world, type, registers ? name : '');
  const looped = Object.keys(keywords).some((key) => key === 'loop' || key.startsWith('with_'));
  const own = registers ? { register: world.register(looped ? 'loop' : type, '', name) } : {};
  return { ...(random.chance(0.8) ? { name: `${world.next()} ${type}` } : {}), ...task, ...own, ...keywords };
}

function handler(world: World, name: string): Task {
  const { random } = world;
  return {
    name,
    ...random.pick(OF_HANDLERS)(world),
    ...(random.chance(0.4) ? { listen: 'everyone' } : {}),
    ...(random.chance(0.1) ? when(world) : {}),
    ...(random.chance(0.1) ? { ignore_errors: true } : {}),
  };
}

const leaves = (world: World, count: number): readonly Task[] => Array.from({ length: count }, () => leaf(world));

function grouped(world: World, count: number): readonly Task[] {
  const { random } = world;
  const tasks: Task[] = [];
  for (let left = count; left > 0; ) {
    const size = Math.min(left, random.chance(0.35) ? random.int(1, 3) : 0);
    // The condition depends on something that was registered before.
    const condition = size > 0 && random.chance(0.25) ? when(world) : {};
    if (size === 0) tasks.push(leaf(world));
    else tasks.push({ ...random.pick(GROUPS)(world, leaves(world, size)), ...condition });
    left -= Math.max(1, size);
  }
  return tasks;
}

type Group = (world: World, tasks: readonly Task[]) => Task;

const block: Group = (world, tasks) => {
  const { random } = world;
  const inner = random.chance(0.15) ? [block(world, tasks)] : tasks;
  return {
    ...(random.chance(0.5) ? { name: `${world.next()} block` } : {}),
    block: inner,
    ...(random.chance(0.6)
      ? {
          rescue: random.chance(0.3)
            ? [{ debug: { msg: '{{ ansible_failed_task.name }}: {{ ansible_failed_result.msg | default("-") }}' } }]
            : leaves(world, 1),
        }
      : {}),
    ...(random.chance(0.4) ? { always: leaves(world, 1) } : {}),
    ...random.weighted<Task>([
      [8, {}],
      [1, { ignore_errors: true }],
      [2, { ignore_errors: false }],
      [1, { tags: ['t1'] }],
      [1, { vars: { play_var: { n: 5, deep: 'block' } } }],
      [0.5, { run_once: true }],
      [0.5, { any_errors_fatal: true }],
    ]),
  };
};

const included: Group = (world, tasks) => {
  const { random } = world;
  const number = world.next();
  const path = world.file(`tasks-${number}.yaml`, yamlOf(tasks));
  const extra = random.weighted<Task>([
    [6, {}],
    [1, { loop: ['a', 'b'], loop_control: { loop_var: 'turn' } }],
    [1, { vars: { play_var: { n: 7, deep: 'include' } } }],
    [1, { args: { apply: { ignore_errors: true } } }],
    [0.5, { ignore_errors: true }],
    [0.5, { tags: 't1' }],
  ]);
  return { name: `${number} include`, include_tasks: random.chance(0.05) ? 'missing.yaml' : path, ...extra };
};

const imported: Group = (world, tasks) => {
  const number = world.next();
  const extra = world.random.pick<Task>([{}, {}, { vars: { play_var: { n: 7, deep: 'import' } } }, { tags: 't1' }]);
  return { name: `${number} import`, import_tasks: world.file(`tasks-${number}.yaml`, yamlOf(tasks)), ...extra };
};

const role: Group = (world, tasks) => {
  const { random } = world;
  const type = random.pick(['include_role', 'import_role']);
  const extra = random.pick<Task>([
    {},
    {},
    { vars: { role_var: 'given' } },
    type === 'include_role' ? { loop: [1, 2], loop_control: { loop_var: 'turn' } } : {},
  ]);
  return {
    name: `${world.next()} ${type}`,
    [type]: { name: roleOf(world, tasks), ...(type === 'include_role' && random.chance(0.1) ? { public: true } : {}) },
    ...extra,
  };
};

const GROUPS: readonly Group[] = [block, block, block, included, imported, role];

/** A role of these tasks, with defaults, and sometimes a handler that one of them notifies. */
function roleOf(world: World, tasks: readonly Task[]): string {
  const { random } = world;
  const name = `role${world.next()}`;
  const shown = {
    debug: { msg: '{{ role_var }} {{ role_name }}' },
    changed_when: random.chance(0.4),
    ...(random.chance(0.4) ? { notify: `${name} told` } : {}),
  };
  world.file(`roles/${name}/tasks/main.yaml`, yamlOf([...tasks, shown]));
  world.file(`roles/${name}/defaults/main.yaml`, `role_var: default of ${name}\n`);
  world.file(`roles/${name}/handlers/main.yaml`, yamlOf([{ name: `${name} told`, debug: { msg: 'told' } }]));
  return name;
}
