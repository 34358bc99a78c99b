import { stringify } from 'yaml';
import { blockinfile, iniFile, lineinfile, replace } from './tasks-edits.ts';
import { assemble, copy, file, getUrl, git, template, unarchive } from './tasks-files.ts';
import { assertion, command, find, message, setFact, slurp, stat } from './tasks-looks.ts';
import { loop } from './tasks-loops.ts';
import type { Task, World } from './world.ts';

const LEAVES: readonly (readonly [number, (world: World) => Task])[] = [
  [6, file],
  [5, copy],
  [2, template],
  [3, lineinfile],
  [2, blockinfile],
  [1.5, replace],
  [2, iniFile],
  [1.5, assemble],
  [2.5, stat],
  [1.5, find],
  [1, slurp],
  [1, unarchive],
  [0.8, git],
  [0.3, getUrl],
  [1.5, setFact],
  [2, loop],
  [0.6, assertion],
  [0.8, message],
];

/** A playbook as YAML, in the form our parser takes it: each task has its own line. */
export const yamlOf = (value: unknown): string => stringify(value, { version: '1.1', lineWidth: 0 });

/** A random play of about ten tasks for a host whose directory is the variable `h`. */
export function randomPlay(world: World, commands: boolean): Task {
  const { random } = world;
  const handlers = random.chance(0.7) ? Array.from({ length: random.int(1, 2) }, (_, at) => `handler ${at + 1}`) : [];
  world.handlers.push(...handlers);
  const role = random.chance(0.2) ? roleOf(world, leaves(world, 2, commands)) : undefined;
  return {
    hosts: 'all',
    gather_facts: false,
    ...(random.chance(0.5) ? { ignore_errors: true } : {}),
    ...(role === undefined ? {} : { roles: [role] }),
    tasks: grouped(world, random.int(role === undefined ? 8 : 6, role === undefined ? 12 : 10), commands),
    ...(handlers.length === 0 ? {} : { handlers: handlers.map((name) => handler(world, name)) }),
  };
}

/** A task with what many tasks have: a name, a condition, a register, a handler to notify. */
function leaf(world: World, commands: boolean): Task {
  const { random } = world;
  const condition = random.chance(0.25) ? world.condition() : undefined;
  const make = commands && random.chance(0.15) ? command : random.weighted(LEAVES);
  const task = make(world);
  const type = Object.keys(task)[0] ?? '';
  const mayRegister = task['register'] === undefined && type !== 'set_fact' && random.chance(0.4);
  return {
    name: `${world.next()} ${type}`,
    ...task,
    ...(mayRegister ? { register: world.register(task['loop'] === undefined ? type : 'loop', '') } : {}),
    ...(condition === undefined ? {} : { when: condition }),
    ...(world.handlers.length > 0 && random.chance(0.2) ? { notify: random.pick(world.handlers) } : {}),
    ...(random.chance(0.1) ? { ignore_errors: true } : {}),
    ...random.weighted<Task>([
      [92, {}],
      // Nobody may say this of a command that changes something.
      [3, type === 'shell' && task['args'] === undefined ? {} : { changed_when: false }],
      [3, { delegate_to: '{{ inventory_hostname }}' }],
      [2, { run_once: true }],
    ]),
  };
}

function handler(world: World, name: string): Task {
  const make = world.random.pick([file, copy, lineinfile, blockinfile]);
  return { name, ...make(world) };
}

const leaves = (world: World, count: number, commands: boolean): readonly Task[] =>
  Array.from({ length: count }, () => leaf(world, commands));

/** A number of tasks, some adjacent ones grouped into blocks, included and imported files, and roles. */
function grouped(world: World, count: number, commands: boolean): readonly Task[] {
  const { random } = world;
  const tasks: Task[] = [];
  for (let left = count; left > 0; ) {
    const size = Math.min(left, random.chance(0.3) ? random.int(2, 3) : 1);
    const make = random.pick([block, block, included, imported, includedRole]);
    // The condition depends on something registered before the block's tasks.
    const when = size > 1 ? condition(world, 0.25) : {};
    const inner = leaves(world, size, commands);
    tasks.push(...(size === 1 ? inner : [{ ...make(world, inner), ...when }]));
    left -= size;
  }
  return tasks;
}

function block(world: World, tasks: readonly Task[]): Task {
  const { random } = world;
  const rescue = random.chance(0.6) ? { rescue: leaves(world, 1, false) } : {};
  const always = random.chance(0.4) ? { always: leaves(world, 1, false) } : {};
  // An ignored failure never reaches a rescue.
  return { name: `${world.next()} block`, ignore_errors: false, block: tasks, ...rescue, ...always };
}

function included(world: World, tasks: readonly Task[]): Task {
  const number = world.next();
  const path = world.file(`tasks-${number}.yaml`, yamlOf(tasks));
  const twice = world.random.chance(0.15) ? { loop: ['a', 'b'], loop_control: { loop_var: 'turn' } } : {};
  return { name: `${number} include`, include_tasks: path, ...twice };
}

function imported(world: World, tasks: readonly Task[]): Task {
  const number = world.next();
  return { name: `${number} import`, import_tasks: world.file(`tasks-${number}.yaml`, yamlOf(tasks)) };
}

function includedRole(world: World, tasks: readonly Task[]): Task {
  const type = world.random.pick(['include_role', 'import_role']);
  return { name: `${world.next()} ${type}`, [type]: { name: roleOf(world, tasks) } };
}

function roleOf(world: World, tasks: readonly Task[]): string {
  const name = `role${world.next()}`;
  world.file(`roles/${name}/tasks/main.yaml`, yamlOf(tasks));
  return name;
}

function condition(world: World, probability: number): Task {
  const text = world.random.chance(probability) ? world.condition() : undefined;
  return text === undefined ? {} : { when: text };
}
