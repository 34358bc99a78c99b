import type { Task, World } from './world.ts';

/** `stat`, registered. */
export function stat(world: World): Task {
  const path = world.path(world.random.pick(['file', 'file', 'directory', 'link', 'nothing']));
  return {
    stat: { path: world.at(path), ...(world.random.chance(0.25) ? { follow: true } : {}) },
    register: world.register('stat', path),
  };
}

/** `find`, registered. */
export function find(world: World): Task {
  const { random } = world;
  const path = world.path('directory');
  return {
    find: {
      paths: [world.at(path)],
      ...(random.chance(0.5) ? { recurse: true } : {}),
      ...(random.chance(0.5) ? { file_type: random.pick(['any', 'directory', 'link', 'file']) } : {}),
      ...(random.chance(0.3) ? { patterns: random.pick(['*.conf', '*.txt', 'n*']) } : {}),
      ...(random.chance(0.15) ? { contains: 'alpha' } : {}),
      ...(random.chance(0.2) ? { hidden: true } : {}),
    },
    register: world.register('find', path),
  };
}

/** `slurp`, registered. */
export function slurp(world: World): Task {
  const path = world.path('file');
  return { slurp: { src: world.at(path) }, register: world.register('slurp', path) };
}

/** `set_fact` from something registered before; a look if there is nothing. */
export const setFact = (world: World): Task => world.fact() ?? stat(world);

/** `assert` of a condition on something registered; a look if there is nothing. */
export function assertion(world: World): Task {
  const that = world.condition();
  return that === undefined
    ? stat(world)
    : { assert: { that: [world.random.chance(0.4) ? `(${that}) or true` : that] } };
}

/** `debug` of a fact, or of a condition on something registered. */
export function message(world: World): Task {
  const value = world.factOf('text') ?? world.condition();
  return value === undefined ? stat(world) : { debug: { msg: `{{ ${value} }}` } };
}

/** Commands: with `creates` or `removes`, about one path, or plain. */
export function command(world: World): Task {
  const { random } = world;
  const path = random.chance(0.6) ? world.path('file') : world.target('file');
  const quoted = `"{{ h }}/${path.replaceAll(/(["$`\\])/g, '\\$1')}"`;
  world.touch(path, 'file');
  return random.weighted<() => Task>([
    [2, () => ({ shell: `echo made > ${quoted}`, args: { creates: world.at(path) } })],
    [1, () => ({ shell: `rm -rf ${quoted}`, args: { removes: world.at(path) } })],
    [2, () => ({ shell: `echo about > ${quoted}`, args: { about: [`path:${world.at(path)}`] } })],
    [2, () => ({ shell: `echo plain >> ${quoted}` })],
    [1, () => ({ command: `test -e ${quoted}`, changed_when: false })],
    [1, () => ({ command: 'true' })],
  ])();
}
