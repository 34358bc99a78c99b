import { someLines } from './host.ts';
import { attributes } from './tasks-files.ts';
import type { Task, World } from './world.ts';

/** Optional parameters of an edited file: creation, a backup, a mode. */
const extras = (world: World): Task => ({
  ...(world.random.chance(0.35) ? { create: true } : {}),
  ...(world.random.chance(0.1) ? { backup: true } : {}),
  ...(world.random.chance(0.3) ? attributes(world) : {}),
});

function edited(world: World): string {
  const path = world.random.chance(0.8) ? world.path('file') : world.target('file');
  world.touch(path, 'file');
  return world.at(path);
}

/** `lineinfile`: a line present or absent, with and without a pattern. */
export function lineinfile(world: World): Task {
  const { random } = world;
  const path = edited(world);
  const line = random.pick(someLines(random)) || 'line = 1';
  const pattern = random.pick(['^alpha', '^#? ?alpha *=', 'beta', '^\\[main\\]', 'nowhere']);
  if (random.chance(0.25))
    return { lineinfile: { path, state: 'absent', ...(random.chance(0.5) ? { regexp: pattern } : { line }) } };
  const place = random.pick([{}, {}, { insertafter: '^\\[main' }, { insertbefore: 'BOF' }, { insertafter: 'EOF' }]);
  const withPattern = random.chance(0.6);
  return {
    lineinfile: {
      path,
      line: withPattern && pattern.includes('alpha') ? 'alpha = 7' : line,
      ...(withPattern ? { regexp: pattern } : {}),
      ...place,
      ...extras(world),
    },
  };
}

/** `blockinfile`: a block present or absent. */
export function blockinfile(world: World): Task {
  const { random } = world;
  return {
    blockinfile: {
      path: edited(world),
      ...(random.chance(0.25) ? { state: 'absent' } : { block: someLines(random).join('\n') }),
      ...(random.chance(0.3) ? { marker: '; {mark} ours' } : {}),
      ...(random.chance(0.3) ? { insertafter: random.pick(['^alpha', 'EOF']) } : {}),
      ...extras(world),
    },
  };
}

/** `replace`, with a replacement that the pattern does not match again. */
export function replace(world: World): Task {
  const { random } = world;
  const [regexp, by] = random.pick([
    ['^alpha = \\d$', 'alpha = many'],
    ['beta', 'BETA'],
    ['^\\[(\\w+)\\]$', '# section \\1'],
    ['\\r$', ''],
  ]);
  return { replace: { path: edited(world), regexp, replace: by, ...(random.chance(0.1) ? { backup: true } : {}) } };
}

/** `ini_file`: an option or a section. */
export function iniFile(world: World): Task {
  const { random } = world;
  return {
    ini_file: {
      path: edited(world),
      section: random.pick(['main', 'other', 'third']),
      ...(random.chance(0.85) ? { option: random.pick(['alpha', 'beta', 'delta']) } : {}),
      ...(random.chance(0.25) ? { state: 'absent' } : { value: random.pick(['1', '2', 'yes']) }),
      ...(random.chance(0.3) ? { no_extra_spaces: true } : {}),
      ...extras(world),
    },
  };
}
