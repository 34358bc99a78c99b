import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Event } from '../../src/core/event.ts';
import { Random } from '../truth/random.ts';
import { Rig } from './rig.ts';

type Task = Readonly<Record<string, unknown>>;

const playbook = (tasks: readonly Task[], more: Task = {}): string =>
  stringify([{ hosts: 'localhost', connection: 'local', gather_facts: false, ...more, tasks }]);

/** The items of each task in turn, and how the run ended. */
async function run(rig: Rig, tasks: readonly Task[], more: Task = {}) {
  const { code, stdout } = await rig
    .write({ 'p.yml': playbook(tasks, more) })
    .run(['p.yml', '-e', `root=${rig.folder}`, '--output', 'json']);
  const events = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Event);
  const items = events.flatMap((event) => (event.kind === 'item-finished' ? [event.outcome] : []));
  const [end] = events.flatMap((event) => (event.kind === 'run-finished' ? [event] : []));
  return { code, items, statuses: items.map(({ status }) => status), rounds: end?.rounds['localhost'] ?? 0 };
}

const line = (more: Task = {}): Task => ({
  lineinfile: { path: '{{ root }}/f', line: 'line {{ item }}', create: true },
  register: 'r',
  ...more,
});
const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

describe('the items of a loop', () => {
  test('that change something are changed in one round, each looked at after its own change', async () => {
    using rig = new Rig();
    const tasks = [line({ loop: numbers(100) })];

    const first = await run(rig, tasks);
    const again = await run(rig, tasks);

    expect(readFileSync(`${rig.folder}/f`, 'utf8')).toBe(
      numbers(100)
        .map((one) => `line ${one}\n`)
        .join(''),
    );
    expect([new Set(first.statuses), new Set(again.statuses)]).toEqual([new Set(['changed']), new Set(['ok'])]);
    expect(first.rounds).toBeLessThanOrEqual(5);
    expect(again.rounds).toBe(1);
  });

  test('end the round at the first failure, which is told of its item; the others take their turn', async () => {
    using rig = new Rig();
    const { code, statuses, items } = await run(rig, [
      {
        lineinfile: { path: '{{ root }}/f', line: 'line {{ item }}', create: true, validate: 'sh -c "! grep -q 5 %s"' },
        loop: numbers(8),
      },
    ]);

    expect(code).toBe(2);
    expect(statuses).toEqual([...numbers(5).map(() => 'changed'), 'failed', 'changed', 'changed']);
    expect(items[5]?.message).toContain('failed to validate');
    expect(readFileSync(`${rig.folder}/f`, 'utf8')).not.toContain('5');
  });

  test('may read what earlier ones registered', async () => {
    using rig = new Rig();
    const when = 'item == 0 or r is changed and item < 4';
    const { statuses } = await run(rig, [line({ loop: numbers(6), when })]);

    expect(statuses).toEqual(['changed', 'changed', 'changed', 'changed', 'skipped', 'skipped']);
  });

  test('may undo each other', async () => {
    using rig = new Rig();
    const { statuses } = await run(rig, [
      {
        file: { path: '{{ root }}/d', state: '{{ item }}' },
        loop: ['directory', 'absent', 'touch', 'absent', 'absent', 'directory', 'directory'],
      },
    ]);

    expect(statuses).toEqual(['changed', 'changed', 'changed', 'changed', 'ok', 'changed', 'ok']);
  });

  test('notify a handler once', async () => {
    using rig = new Rig();
    const handlers = [{ name: 'told', lineinfile: { path: '{{ root }}/told', line: 'told', create: true } }];
    await run(rig, [line({ loop: numbers(4), notify: 'told' })], { handlers });

    expect(readFileSync(`${rig.folder}/told`, 'utf8')).toBe('told\n');
  });

  // `pause: 0` makes each item take its turn.
  test.each(numbers(6))('end as if each took its turn (seed %d)', async (seed) => {
    using together = new Rig();
    using alone = new Rig();
    const random = new Random(seed);
    const generated = numbers(4).map(() => randomLoop(random));
    const paused = generated.map((task) => ({ ...task, loop_control: { pause: 0 } }));

    const one = await run(together, generated, { ignore_errors: true });
    const other = await run(alone, paused, { ignore_errors: true });

    expect(comparable(one.items, together)).toEqual(comparable(other.items, alone));
    expect(contents(together)).toEqual(contents(alone));
  });
});

/** A task that changes one of a few paths for each of some items, at times in vain. */
function randomLoop(random: Random): Task {
  const at = (): string => `{{ root }}/${random.pick(['a', 'b', 'd', 'd/e', 'd/e/f', 'a/g'])}`;
  const text = (): string => random.pick(['one', 'two', 'three', 'alpha = 1', 'alpha = 2', '[s]']);
  const mode = (): string => random.pick(['0644', '0600', '0755']);
  const args: Readonly<Record<string, () => Task>> = {
    file: () => ({
      path: at(),
      state: random.pick(['touch', 'directory', 'absent', 'file']),
      mode: mode(),
      access_time: 'preserve',
      modification_time: 'preserve',
    }),
    lineinfile: () => ({
      path: at(),
      line: text(),
      create: random.chance(0.8),
      ...(random.chance(0.4) ? { regexp: '^alpha' } : {}),
    }),
    blockinfile: () => ({ path: at(), block: text(), create: true, marker: `# {mark} ${random.pick(['x', 'y'])}` }),
    copy: () => ({ dest: at(), content: `${text()}\n`, mode: mode() }),
    ini_file: () => ({ path: at(), section: random.pick(['s', 't']), option: random.pick(['o', 'p']), value: text() }),
    replace: () => ({ path: at(), regexp: random.pick(['one', 'alpha = .', '^']), replace: text() }),
  };
  const type = random.pick(Object.keys(args));
  const loop = numbers(random.int(3, 8)).map(() => args[type]?.() ?? {});
  return { [type]: '{{ item }}', loop, register: 'r' };
}

/** Outcomes without what is different from run to run. */
const comparable = (items: Awaited<ReturnType<typeof run>>['items'], { folder }: Rig): unknown =>
  items.map(({ status, message, changes }) =>
    JSON.parse(JSON.stringify({ status, message, changes }).replaceAll(folder, '')),
  );

/** Mode and content of each path, except for the playbook. */
const contents = ({ folder }: Rig): unknown =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path !== 'p.yml')
    .toSorted()
    .map((path) => {
      const at = lstatSync(join(folder, path));
      return [path, at.mode, at.isFile() ? readFileSync(join(folder, path), 'utf8') : ''];
    });
