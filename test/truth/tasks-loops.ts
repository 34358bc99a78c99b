import { someLines, someText } from './host.ts';
import type { Task, World } from './world.ts';

const several = (world: World): readonly string[] =>
  Array.from({ length: world.random.int(2, 3) }, () => {
    const path = world.target('file');
    world.touch(path, 'file');
    return world.at(path);
  });

/** A task with a loop: over paths, over maps, over what an earlier task found. */
export function loop(world: World): Task {
  const { random } = world;
  const found = world.factOf('paths');
  if (found !== undefined && random.chance(0.5))
    return { file: { path: '{{ item }}', mode: '0600' }, loop: `{{ ${found} }}` };
  return random.pick([
    () => ({ file: { path: '{{ item }}', state: 'touch', mode: '0644', ...KEEP_TIMES }, loop: several(world) }),
    () => ({ file: { path: '{{ item }}', state: 'absent' }, loop: several(world) }),
    () => ({
      copy: { dest: '{{ item.to }}', content: '{{ item.text }}' },
      loop: several(world).map((to) => ({ to, text: someText(random) })),
    }),
    () => ({
      lineinfile: { path: '{{ item }}', line: someLines(random)[0] || 'line = 2', create: true },
      loop: several(world),
    }),
    () => ({
      ini_file: { path: several(world)[0], section: 'main', option: '{{ item }}', value: 'x' },
      loop: ['alpha', 'delta'],
    }),
    () => ({ stat: { path: '{{ item }}' }, loop: several(world), register: world.register('loop', '') }),
  ])();
}

const KEEP_TIMES = { modification_time: 'preserve', access_time: 'preserve' };
