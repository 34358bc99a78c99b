import type { Task, World } from '../../truth/world.ts';

/** A task of this type with a mistake in what it is given. */
export function mistaken(world: World, task: Task, type: string): Task {
  const { random } = world;
  const given = task[type];
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return task;
  const names = Object.keys(given);
  const name = random.pick(names.length > 0 ? names : ['msg']);
  const wrong = random.weighted<Task>([
    [2, { ...given, [name]: '{{ nosuch }}' }],
    [2, { ...given, [name]: '{{ play_var.nosuch }}' }],
    [1, { ...given, [name]: '{{ play_var | nosuchfilter }}' }],
    [1, { ...given, [name]: '{{ play_var. }}' }],
    [2, { ...given, mode: random.pick<unknown>(['u=q', '9999', 'rw', '', '0999', 'a+x', '{{ 0644 }}']) }],
    [1, { ...given, state: 'nosuchstate' }],
    [2, { ...given, nosuchparam: 1 }],
    [1, Object.fromEntries(Object.entries(given).filter(([key]) => key !== name))],
    // Not a number or a truth value where a path is wanted: both hosts of a case would write the same file.
    [
      1,
      {
        ...given,
        [name]: random.pick<unknown>(/^(dest|path|src)$/.test(name) ? [null, [], {}, ''] : [null, [], {}, 3, true, '']),
      },
    ],
    [1, { ...given, owner: 'nosuchuser' }],
    [1, { ...given, follow: 'perhaps' }],
    [1, { ...given, backup: 'sure' }],
  ]);
  return { ...task, [type]: wrong };
}
