import { SOURCES, someLines, someText } from './host.ts';
import type { Task, World } from './world.ts';

const MODES = ['0644', '0600', '0640', '0755', 'u=rw,go=r', 'u+x', 'preserve'];

/** Mode, owner and group, as given by some tasks. */
export function attributes(world: World): Task {
  const { random } = world;
  const owners = process.getuid?.() === 0 ? ['root', 'daemon', 'nobody', '1'] : [];
  return {
    ...(random.chance(0.35) ? { mode: random.pick(MODES.slice(0, -1)) } : {}),
    ...(owners.length > 0 && random.chance(0.15) ? { owner: random.pick(owners) } : {}),
    ...(owners.length > 0 && random.chance(0.1) ? { group: random.pick(['root', 'daemon']) } : {}),
  };
}

/** `file` in any of its states. */
export function file(world: World): Task {
  const { random } = world;
  const state = random.pick(['directory', 'directory', 'touch', 'link', 'link', 'hard', 'absent', 'absent', 'file']);
  if (state === 'link' || state === 'hard') return { file: link(world, state) };
  const wanted = state === 'directory' || (state === 'absent' && random.chance(0.3)) ? 'directory' : 'file';
  const path = state === 'file' || state === 'absent' ? world.path(wanted) : world.target(wanted);
  world.touch(path, state === 'absent' ? 'nothing' : wanted);
  return {
    file: {
      path: world.at(path),
      state,
      ...(state === 'absent' ? {} : attributes(world)),
      ...(state === 'touch' ? { modification_time: 'preserve', access_time: 'preserve' } : {}),
      ...(state === 'directory' && random.chance(0.2) ? { recurse: true, mode: 'u=rwX,go=rX' } : {}),
      ...(random.chance(0.1) ? { follow: false } : {}),
    },
  };
}

function link(world: World, state: 'link' | 'hard'): Task {
  const { random } = world;
  const source = world.path(state === 'hard' || random.chance(0.6) ? 'file' : 'directory');
  const path = world.target(random.chance(0.5) ? 'link' : 'nothing');
  world.touch(path, state === 'hard' ? 'file' : 'link');
  return {
    path: world.at(path),
    src: random.chance(0.75) ? world.at(source) : (source.split('/').at(-1) ?? source),
    state,
    ...(random.chance(0.3) ? { force: true } : {}),
  };
}

/** `copy` of a text, from the controller, on the host, or of a tree. */
export function copy(world: World): Task {
  const { random } = world;
  const extra = { ...attributes(world), ...(random.chance(0.1) ? { backup: true } : {}) };
  const way = random.weighted([
    [4, content],
    [2, fromController],
    [2, onHost],
    [1, treeFromController],
    [1, treeOnHost],
  ]);
  return { copy: { ...way(world), ...extra, ...(random.chance(0.12) ? { force: false } : {}) } };
}

function content(world: World): Task {
  const dest = world.target('file');
  world.touch(dest, 'file');
  const fact = world.random.chance(0.3) ? world.factOf('text') : undefined;
  return { dest: world.at(dest), content: fact === undefined ? someText(world.random) : `{{ ${fact} }}\n` };
}

function fromController(world: World): Task {
  const intoDirectory = world.random.chance(0.2);
  const dest = intoDirectory ? world.path('directory') : world.target('file');
  const name = `c${world.next()}.txt`;
  world.touch(intoDirectory ? `${dest}/${name}` : dest, 'file');
  world.file(`files/${name}`, someText(world.random));
  return { src: name, dest: world.at(dest) + (intoDirectory ? '/' : '') };
}

function onHost(world: World): Task {
  const src = world.path('file');
  const dest = world.target('file');
  world.touch(dest, 'file');
  return {
    src: world.at(src),
    dest: world.at(dest),
    remote_src: true,
    ...(world.random.chance(0.15) ? { mode: 'preserve' } : {}),
  };
}

function treeFromController(world: World): Task {
  const name = `tree${world.next()}`;
  for (const path of ['one', 'in/two', 'in/deep/three'])
    if (world.random.chance(0.8)) world.file(`files/${name}/${path}`, someText(world.random));
  world.file(`files/${name}/a.conf`, someText(world.random));
  const dest = world.target('directory');
  const inside = world.random.chance(0.6);
  world.touch(dest, 'directory');
  world.touch(`${dest}/${inside ? '' : `${name}/`}a.conf`, 'file');
  return { src: `${name}${inside ? '/' : ''}`, dest: world.at(dest) };
}

function treeOnHost(world: World): Task {
  const src = world.path('directory');
  const dest = world.target('directory');
  world.touch(dest, 'directory');
  return { src: world.at(src) + (world.random.chance(0.6) ? '/' : ''), dest: world.at(dest), remote_src: true };
}

/** `template`, with known values and with a fact set by an earlier task. */
export function template(world: World): Task {
  const { random } = world;
  const dest = world.target('file');
  world.touch(dest, 'file');
  const fact = random.chance(0.4) ? world.factOf('text') : undefined;
  const text = `{# rendered #}\n${someLines(random).join('\n')}\n{% for n in range(${random.int(1, 3)}) %}n {{ n }}\n{% endfor %}`;
  const src = `t${world.next()}.j2`;
  world.file(`templates/${src}`, fact === undefined ? text : `${text}{{ ${fact} }}\n`);
  return { template: { src, dest: world.at(dest), ...attributes(world) } };
}

/** `assemble` of a directory on the host. */
export function assemble(world: World): Task {
  const { random } = world;
  const src = random.chance(0.4) ? 'd/parts' : world.path('directory');
  const dest = world.target('file');
  world.touch(dest, 'file');
  return {
    assemble: {
      src: world.at(src),
      dest: world.at(dest),
      ...(random.chance(0.3) ? { delimiter: '# ---' } : {}),
      ...(random.chance(0.2) ? { regexp: '^[0-9]' } : {}),
      ...attributes(world),
    },
  };
}

/** `unarchive` of an archive on the host. */
export function unarchive(world: World): Task {
  const { random } = world;
  const dest = world.path('directory');
  world.touch(dest, 'directory');
  world.touch(`${dest}/a.conf`, 'file');
  world.touch(`${dest}/in/two.txt`, 'file');
  return {
    unarchive: {
      src: world.at(random.chance(0.6) ? SOURCES.tar : SOURCES.zip),
      dest: world.at(dest),
      remote_src: true,
      ...(random.chance(0.2) ? { creates: world.at(`${dest}/a.conf`) } : {}),
      ...(random.chance(0.2) ? { exclude: ['in/two.txt'] } : {}),
    },
  };
}

/** `git`: a clone of the host's repository. */
export function git(world: World): Task {
  const { random } = world;
  const dest = world.target('directory');
  world.touch(dest, 'directory');
  world.touch(`${dest}/a.conf`, 'file');
  return {
    git: {
      repo: world.at(SOURCES.repository),
      dest: world.at(dest),
      version: random.pick(['main', 'main', 'v1', 'HEAD']),
      ...(random.chance(0.2) ? { force: true } : {}),
    },
  };
}

/** `get_url` of a file on the host. */
export function getUrl(world: World): Task {
  const dest = world.target('file');
  world.touch(dest, 'file');
  return {
    get_url: {
      url: `file://{{ h }}/${world.random.chance(0.5) ? SOURCES.tar : 'a.conf'}`,
      dest: world.at(dest),
      ...(world.random.chance(0.3) ? { force: true } : {}),
      ...attributes(world),
    },
  };
}
