import { someText } from '../../truth/host.ts';
import type { Task, World } from '../../truth/world.ts';

const quoted = (path: string): string => `"{{ h }}/${path.replaceAll(/(["$`\\])/g, '\\$1')}"`;

function someFile(world: World): string {
  const path = world.random.chance(0.6) ? world.path('file') : world.target('file');
  world.touch(path, 'file');
  return path;
}

/** `shell`: one that writes, reads or fails, with `creates`, `removes`, `chdir`, `stdin`, an environment. */
export function shell(world: World): Task {
  const { random } = world;
  const path = someFile(world);
  const file = quoted(path);
  return random.weighted<() => Task>([
    [2, () => ({ shell: `echo made > ${file}`, args: { creates: world.at(path) } })],
    [1, () => ({ shell: `rm -f ${file}`, args: { removes: world.at(path) } })],
    [1, () => ({ shell: `echo plain >> ${file}` })],
    [2, () => ({ shell: `cat ${file}` })],
    [1, () => ({ shell: `printf 'a\\n\\nb  \\n\\n'; echo oops >&2; exit ${random.int(0, 3)}` })],
    [
      1,
      () => ({ shell: { cmd: 'pwd | sed "s,.*/,,"; cat', chdir: world.at(world.path('directory')), stdin: 'given' } }),
    ],
    [1, () => ({ shell: 'echo "$A|$B"', environment: { A: 'x y', B: '{{ inventory_hostname }}' } })],
    [0.5, () => ({ shell: 'echo $0', args: { executable: '/bin/bash' } })],
  ])();
}

/** `command`: quotes, lists, `creates`, commands that fail or do not exist. */
export function command(world: World): Task {
  const { random } = world;
  const path = someFile(world);
  return random.weighted<() => Task>([
    [2, () => ({ command: `test -e ${quoted(path)}` })],
    [1, () => ({ command: { argv: ['printf', '%s|', 'a b', '$HOME', '{{ inventory_hostname }}'] } })],
    [1, () => ({ command: `echo "two  words" 'single $HOME' plain\\ blank` })],
    [1, () => ({ command: 'true', args: { creates: world.at(path) } })],
    [1, () => ({ command: `cat ${quoted(path)}`, args: { removes: world.at(path), chdir: '{{ h }}' } })],
    [0.5, () => ({ command: 'no-such-program --help' })],
    [0.5, () => ({ command: 'cat', args: { stdin: 'line\nmore', stdin_add_newline: random.chance(0.5) } })],
    [0.5, () => ({ command: 'false' })],
    [0.5, () => ({ command: `touch ${quoted(path)} creates=/` })],
  ])();
}

/** `raw`: text for the shell as it is. */
export function raw(world: World): Task {
  return {
    raw: world.random.pick(['echo raw', 'echo a; exit 3', `cat ${quoted(world.path('file'))}`, 'printf "x\\ny"']),
  };
}

/** `script` of the controller, with arguments. */
export function script(world: World): Task {
  const { random } = world;
  const name = world.file(
    `files/s${world.next()}.sh`,
    `#!/bin/sh\necho "script $# $1"\n${random.chance(0.25) ? 'exit 4\n' : ''}`,
  );
  const file = name.replace('files/', '');
  const args = random.pick(['', ' one', ' "a b" c', ' {{ inventory_hostname }}']);
  const path = world.path('file');
  return { script: `${file}${args}`, ...(random.chance(0.2) ? { args: { creates: world.at(path) } } : {}) };
}

/** `tempfile` in the host's directory; its name is random, so nothing is registered. */
export const tempfile = (world: World): Task => ({
  tempfile: {
    path: world.at(world.path('directory')),
    prefix: 'tmp-',
    state: world.random.pick(['file', 'directory']),
  },
  no_log: world.random.chance(0.2),
});

/** `known_hosts` in a file of the host. */
export function knownHosts(world: World): Task {
  const { random } = world;
  const key = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${random.pick(['A', 'B'])}${'A'.repeat(42)}`;
  const name = random.pick(['a.example.org', 'b.example.org']);
  const path = random.pick(['known', 'e/known', 'd/known']);
  world.touch(path, 'file');
  return {
    known_hosts: {
      name,
      path: world.at(path),
      ...(random.chance(0.3) ? { state: 'absent' } : { key: `${random.chance(0.9) ? name : 'other'} ${key}` }),
    },
  };
}

/** `include_vars` of a file or a directory of the controller. */
export function includeVars(world: World): Task {
  const { random } = world;
  const number = world.next();
  const text = `iv${number}: ${random.pick(['1', 'text', '[a, b]', '{ k: v }', '"{{ inventory_hostname }}"', '2020-01-02', 'yes', '0644'])}\nshared: ${number}\n`;
  const broken = random.chance(0.06) ? 'a: [\n' : text;
  const file = world.file(`vars/v${number}.yaml`, broken);
  return random.weighted<Task>([
    [4, { include_vars: file }],
    [2, { include_vars: { file: `v${number}.yaml`, name: `n${number}` } }],
    [1, { include_vars: { dir: 'vars', extensions: ['yaml'], depth: 1 } }],
    [0.5, { include_vars: 'missing.yaml' }],
    [1, { include_vars: { file: `v${number}.yaml`, hash_behaviour: 'merge' } }],
  ]);
}

/** `set_fact` of values of all kinds. */
export function plainFact(world: World): Task {
  const { random } = world;
  const name = random.pick(['fact_a', 'fact_b']);
  const value = random.pick<unknown>([
    1,
    'text',
    'yes',
    true,
    null,
    ['a', 1],
    { k: 'v', n: 2 },
    '{{ [1, 2] }}',
    '{{ fact_a | default("none") }}',
    '{{ fact_b | default({}) }}',
    `{{ "${random.pick(['a', 'b'])}" * 3 }}`,
    "{{ lookup('pipe', 'echo piped') }}",
    "{{ query('items', ['a', ['b', 'c']]) }}",
    someText(random),
  ]);
  return { set_fact: { [name]: value, ...(random.chance(0.2) ? { cacheable: true } : {}) } };
}

/** `add_host` and `group_by`, which change the inventory. */
export const inventory = (world: World): Task =>
  world.random.pick<Task>([
    { add_host: { name: 'added', groups: ['more', 'others'], given: 'value' } },
    { add_host: 'name=added groups=more' },
    { group_by: { key: 'by-{{ inventory_hostname }}' } },
    { group_by: { key: 'grouped', parents: ['a', 'b'] } },
    { debug: { msg: "{{ groups['more'] | default([]) }} {{ groups.keys() | sort | join(',') }}" } },
    { debug: { msg: '{{ group_names }} {{ ansible_play_hosts }}' } },
  ]);

/** `meta`, where it can be seen. */
export const meta = (world: World): Task =>
  world.random.weighted<Task>([
    [5, { meta: 'flush_handlers' }],
    [1, { meta: 'noop' }],
    [1, { meta: 'clear_facts' }],
    [0.7, { meta: 'end_host' }],
    [0.5, { meta: 'end_play' }],
    [0.5, { meta: 'clear_host_errors' }],
    [0.5, { meta: 'refresh_inventory' }],
  ]);

/** `debug`, `fail` and `assert` with what they may be given. */
export const saying = (world: World): Task =>
  world.random.weighted<() => Task>([
    [
      2,
      () => ({
        debug: {
          var: world.random.pick([
            'inventory_hostname',
            'fact_a',
            'play_var',
            'play_var.deep',
            'fact_b[0]',
            'undefined_thing',
          ]),
        },
      }),
    ],
    [
      2,
      () => ({
        debug: {
          msg: world.random.pick<unknown>([
            'plain',
            ['a', 'b'],
            { k: 1 },
            '{{ play_var }}',
            '{{ fact_a | default(omit) }}',
            3,
            'nr {{ 1 + 1 }}',
            '{{ 1 + 1 }}',
          ]),
        },
      }),
    ],
    [1, () => ({ fail: world.random.chance(0.7) ? { msg: 'as asked, {{ inventory_hostname }}' } : {} })],
    [
      1,
      () => ({
        assert: {
          that: ['play_var is defined', world.random.pick(['true', 'false', '1 == 1', 'play_var.n > 1', 'nosuch'])],
          ...world.random.pick([{}, { fail_msg: 'no luck' }, { success_msg: 'well' }, { quiet: true }]),
        },
      }),
    ],
    [0.5, () => ({ debug: null })],
    [0.5, () => ({ debug: { msg: 'hidden', verbosity: 3 } })],
  ])();
