import type { Task, World } from '../../truth/world.ts';

/** Types whose own actions do not go through what these keywords ask. */
const WITHOUT_LOOP: ReadonlySet<string> = new Set(['meta', 'import_tasks', 'import_role']);

/** Whether these change something Ansible finds out only after it has looked for handlers. */
const NOT_NOTIFYING: ReadonlySet<string> = new Set(['add_host', 'group_by']);

/** The keywords of a task of this type: none, usually; or a few that go together. */
export function someKeywords(world: World, type: string, registers: string): Task {
  const { random } = world;
  if (type === 'meta') return random.chance(0.3) ? when(world) : {};
  return {
    ...(random.chance(0.28) ? when(world) : {}),
    ...(random.chance(0.14) && !WITHOUT_LOOP.has(type) ? loop(world, type) : {}),
    ...(random.chance(0.12)
      ? {
          ignore_errors: random.weighted<unknown>([
            [8, true],
            [1, '{{ play_var is defined }}'],
            [1, 'no'],
          ]),
        }
      : {}),
    ...(world.handlers.length > 0 && random.chance(0.22) && !NOT_NOTIFYING.has(type) ? notify(world) : {}),
    ...(random.chance(0.07) ? { changed_when: verdict(world, registers) } : {}),
    ...(random.chance(0.07) ? { failed_when: verdict(world, registers) } : {}),
    ...(random.chance(0.04) ? until(world, registers) : {}),
    ...(random.chance(0.05) ? { tags: random.pick<unknown>(['t1', ['t1', 't2'], 'always', 'never', 't2']) } : {}),
    ...(random.chance(0.05)
      ? {
          vars: random.pick<Task>([
            { task_var: 'v' },
            { play_var: { n: 0, deep: 'task' } },
            { task_var: '{{ play_var.n }}' },
          ]),
        }
      : {}),
    ...random.weighted<Task>([
      [84, {}],
      [2, { no_log: true }],
      [3, { run_once: true }],
      [2, { delegate_to: '{{ inventory_hostname }}' }],
      [2, { delegate_to: 'localhost' }],
      [1, { delegate_to: 'localhost', delegate_facts: true }],
      [2, { check_mode: random.chance(0.7) }],
      [1, { diff: random.chance(0.5) }],
      [1, { any_errors_fatal: true }],
      [1, { throttle: 1 }],
      [1, { environment: { E: 'x' } }],
    ]),
  };
}

/** A condition that may be about earlier results, guarded against their absence or not; or a list of some. */
export function when(world: World): Task {
  const { random } = world;
  // Modules tell mode and size each at its own occasions (explained.ts), so a condition on them is no comparison.
  const known = () =>
    world.condition()?.replace(/^\((r\d+)\.(mode|size) \|.*$/, '$1 is changed') ?? 'play_var is defined';
  const one = (): unknown =>
    random.weighted<() => unknown>([
      [6, known],
      [3, () => bareCondition(world)],
      [
        2,
        () =>
          random.pick<unknown>([
            'true',
            true,
            false,
            'play_var.n == 2',
            "inventory_hostname == 'one'",
            'play_var.deep',
            'fact_a is defined',
            'not fact_a | default(false) | bool',
            'ansible_check_mode',
          ]),
      ],
      [
        0.4,
        () =>
          random.pick([
            'nosuch',
            'nosuch.attribute == 1',
            'play_var.nosuch',
            "'a' in",
            '{{ play_var.n == 2 }}',
            'play_var.n > "a"',
          ]),
      ],
    ])();
  return { when: random.chance(0.15) ? [one(), one()] : one() };
}

/** A condition on a result that is there only if its task was reached, and has what this asks for. */
function bareCondition(world: World): string {
  const { random, registered } = world;
  if (registered.length === 0) return 'play_var.n == 2';
  const { name, type } = random.pick(registered);
  const conditions = BARE[type] ?? [
    'R is changed',
    'R is success',
    'R is failed',
    'R is skipped',
    'not R.changed',
    'R.failed',
  ];
  return random.pick(conditions).replaceAll('R', name);
}

const OF_COMMANDS = [
  'R.rc == 0',
  'R.rc != 0',
  "'a' in R.stdout",
  'R.stdout_lines | length > 1',
  "R.stderr == ''",
  'R is failed',
  'R is succeeded',
];
const BARE: Readonly<Record<string, readonly string[]>> = {
  command: OF_COMMANDS,
  shell: OF_COMMANDS,
  script: OF_COMMANDS,
  raw: OF_COMMANDS,
  stat: [
    'R.stat.exists',
    'R.stat.exists and R.stat.isreg',
    "R.stat.mode == '0644'",
    'R.stat.size > 10',
    'not R.stat.exists',
  ],
  find: ['R.matched > 0', 'R.files | length == 2', 'R.files'],
  slurp: ['R.content | b64decode | length > 3', 'R.content is defined'],
  loop: [
    'R.results | length == 2',
    "R.results | selectattr('changed') | list",
    'R is changed',
    'R.results[0].item is defined',
    'R is failed',
    'R is skipped',
  ],
};

/** What decides whether a task changed something, or failed. */
function verdict(world: World, registers: string): unknown {
  const { random } = world;
  return random.weighted<() => unknown>([
    [4, () => random.pick<unknown>([true, false, 'false', 'yes', 'no'])],
    [
      4,
      () =>
        registers === ''
          ? 'play_var.n == 2'
          : random.pick([
              `${registers} is changed`,
              `${registers} is failed`,
              `${registers}.rc | default(0) == 1`,
              `'a' in ${registers}.stdout | default('')`,
              `${registers}.changed`,
              `${registers}.rc != 0`,
            ]),
    ],
    [1, () => ['play_var.n == 2', 'play_var.deep is defined']],
    [0.5, () => 'nosuch.attribute'],
  ])();
}

function notify(world: World): Task {
  const { random, handlers } = world;
  const one = random.pick(handlers);
  return {
    notify: random.weighted<unknown>([
      [7, one],
      [2, [...new Set([one, random.pick(handlers)])]],
      [2, 'everyone'],
      [0.2, 'no such handler'],
    ]),
  };
}

const until = (world: World, registers: string): Task => ({
  ...(world.random.chance(0.9)
    ? {
        until:
          registers === ''
            ? 'play_var.n == 2'
            : world.random.pick([
                `${registers} is changed`,
                `${registers} is succeeded`,
                `${registers}.rc | default(1) == 0`,
              ]),
      }
    : {}),
  retries: world.random.int(0, 2),
  delay: 0,
});

/** A loop whose item the task does not need: `debug` and `command` show it, others repeat. */
function loop(world: World, type: string): Task {
  const { random } = world;
  const over = random.weighted<() => Task>([
    [
      4,
      () => ({
        loop: random.pick<unknown>([
          ['a', 'b'],
          [1, 2, 3],
          [{ k: 'v' }, { k: 'w' }],
          [],
          [['a'], 'b'],
          '{{ [1, 2] }}',
          '{{ play_var }}',
          '{{ fact_b | default([]) }}',
          '{{ nosuch }}',
          'text',
          "{{ query('sequence', 'start=1 end=2') }}",
          '{{ range(2) | list }}',
          '{{ play_var | dict2items }}',
        ]),
      }),
    ],
    [
      3,
      () =>
        random.pick<Task>([
          { with_items: ['a', ['b', 'c']] },
          { with_items: '{{ fact_b | default([]) }}' },
          { with_list: [['a'], 'b'] },
          { with_dict: { k: 'v', l: 2 } },
          { with_sequence: 'start=1 end=3 stride=2' },
          { with_together: [['a', 'b'], [1]] },
          {
            with_nested: [
              ['a', 'b'],
              [1, 2],
            ],
          },
          { with_indexed_items: ['x', 'y'] },
          {
            with_subelements: [
              [
                { n: 'x', l: [1, 2] },
                { n: 'y', l: [] },
              ],
              'l',
            ],
          },
          { with_first_found: ['missing', 'play.yaml'] },
          { with_lines: 'printf "one\\ntwo\\n"' },
          { with_inventory_hostnames: ['all'] },
        ]),
    ],
  ])();
  const control =
    random.chance(0.3) && type !== 'include_vars'
      ? {
          loop_control: random.pick<Task>([
            { label: '{{ item }}' },
            { label: 'fixed' },
            { index_var: 'at' },
            { extended: true },
            { loop_var: 'turn' },
            { label: '{{ nosuch }}' },
            { extended: true, extended_allitems: false },
          ]),
        }
      : {};
  return { ...over, ...control };
}
