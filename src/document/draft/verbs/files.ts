import { posix } from 'node:path';
import { type Called, type Drafted, type DraftTask, exact, likely, manual, pathTask, type Verb } from '../drafted.ts';
import { readOptions } from '../options.ts';
import { absolutePath, expandBraces, isExpanded, isPattern, placeIn, tidy } from '../words.ts';

const UNKNOWN_OPTION = 'an option of it is not understood';
const NO_DIRECTORY = 'the document does not tell in which directory it ran';
const PATTERN = 'the document does not tell which files match';

/** The paths that words name, or why that is not known. */
function pathsOf(words: readonly string[], called: Called): { paths: readonly string[] } | { why: string } {
  const paths: string[] = [];
  for (const word of words.flatMap(expandBraces)) {
    if (isPattern(word)) return { why: PATTERN };
    const path = isExpanded(word) ? undefined : absolutePath(word, called);
    if (path === undefined) return { why: isExpanded(word) ? 'a shell variable stands in its path' : NO_DIRECTORY };
    paths.push(path);
  }
  return paths.length === 0 ? { why: 'it names no path' } : { paths };
}

/** One `file` task for each path. */
function eachPath(words: readonly string[], called: Called, args: Readonly<Record<string, unknown>>): Drafted {
  const found = pathsOf(words, called);
  if ('why' in found) return manual(found.why);
  return exact(...found.paths.map((path) => pathTask('file', path, { path, ...args })));
}

const ln: Verb = (called) => {
  const options = readOptions(called.args, {
    flags: 'sfnvrT',
    longFlags: ['symbolic', 'force', 'no-dereference', 'verbose', 'relative', 'no-target-directory'],
    values: 't',
    longValues: ['target-directory'],
  });
  if (options === undefined) return manual(UNKNOWN_OPTION);
  const into = options.value('t', 'target-directory');
  const operands = options.operands.flatMap(expandBraces);
  const last = operands.length === 1 ? './' : operands.at(-1);
  const given = into === undefined ? last : `${into}/`;
  const targets = into === undefined && operands.length > 1 ? operands.slice(0, -1) : operands;
  if (given === undefined || targets.length === 0) return manual('it names no link');
  if ([...targets, given].some(isExpanded)) return manual('a shell variable stands in its path');
  const place = absolutePath(given, called);
  if (place === undefined) return manual(NO_DIRECTORY);
  const dest = /\/\.?$/.test(given) ? `${place}/` : place;
  if (targets.some(isPattern)) return linksByPattern(targets, dest, called);
  const kind = options.has('s', 'symbolic') ? 'link' : 'hard';
  const tasks: DraftTask[] = [];
  for (const target of targets) {
    const path = placeIn(dest, target, targets.length === 1 || options.has('T', 'no-target-directory'), called);
    const from = options.has('r', 'relative') || kind === 'hard' ? absolutePath(target, called) : target;
    if (from === undefined) return manual(NO_DIRECTORY);
    const isRelative = options.has('r', 'relative');
    const src = isRelative ? posix.relative(posix.dirname(path), from) : from.replace(/(?<=.)\/+$/, '');
    tasks.push(pathTask('file', path, { src, dest: path, state: kind }));
  }
  return exact(...tasks);
};

/** `ln -s …/sanoid_check.* DIRECTORY/`: links to all that match. */
function linksByPattern(targets: readonly string[], dest: string, called: Called): Drafted {
  const [target, ...others] = targets;
  if (target === undefined || others.length > 0 || isPattern(posix.dirname(target))) return manual(PATTERN);
  const src = absolutePath(posix.dirname(target), called);
  if (src === undefined) return manual(NO_DIRECTORY);
  const links = [posix.basename(target)];
  return exact({
    type: 'config_links',
    args: { src, dest: tidy(dest), links, stale: 'keep' },
    declares: `links:${tidy(dest)}/${links[0]}`,
  });
}

const mkdir: Verb = (called) => {
  const options = readOptions(called.args, {
    flags: 'pv',
    longFlags: ['parents', 'verbose'],
    values: 'm',
    longValues: ['mode'],
  });
  if (options === undefined) return manual(UNKNOWN_OPTION);
  const mode = options.value('m', 'mode');
  const owner = called.user === undefined ? {} : { owner: called.user };
  return eachPath(options.operands, called, { state: 'directory', ...(mode !== undefined && { mode }), ...owner });
};

const rm: Verb = (called) => {
  const options = readOptions(called.args, { flags: 'rRfvdi', longFlags: ['recursive', 'force', 'verbose', 'dir'] });
  if (options === undefined) return manual(UNKNOWN_OPTION);
  return eachPath(options.operands, called, { state: 'absent' });
};

const touch: Verb = (called) => {
  const options = readOptions(called.args, {});
  if (options === undefined) return manual(UNKNOWN_OPTION);
  // It made a file; the time of an existing one is nothing to keep up.
  return eachPath(options.operands, called, { state: 'touch', access_time: 'preserve', modification_time: 'preserve' });
};

const MODE = /^([0-7]{3,4}|[ugoa]*[-+=][rwxXst]*(,[ugoa]*[-+=][rwxXst]*)*)$/;

const chmod: Verb = (called) => {
  // A mode may begin with a dash: `chmod -x FILE`.
  const at = called.args.findIndex((word) => MODE.test(word));
  const mode = called.args[at];
  if (mode === undefined) return manual('its mode is not understood');
  const rest = called.args.toSpliced(at, 1);
  const options = readOptions(rest, { flags: 'Rvc', longFlags: ['recursive', 'verbose', 'changes'] });
  if (options === undefined) return manual(UNKNOWN_OPTION);
  const isRecursive = options.has('R', 'recursive');
  return eachPath(options.operands, called, { ...(isRecursive && { state: 'directory', recurse: true }), mode });
};

const ownership =
  (program: 'chown' | 'chgrp'): Verb =>
  (called) => {
    const options = readOptions(called.args, {
      flags: 'RvchHLP',
      longFlags: ['recursive', 'verbose', 'changes', 'no-dereference'],
    });
    if (options === undefined) return manual(UNKNOWN_OPTION);
    const [who, ...paths] = options.operands;
    if (who === undefined || isExpanded(who)) return manual('it does not tell whose they become');
    if (/[-+=][rwxXst]+$/.test(who) && MODE.test(who)) return manual(`"${who}" is a mode, which is chmod's`);
    const [owner = '', group] = program === 'chgrp' ? ['', who] : who.split(/[:.](?=[^.:]*$)/);
    const whose = { ...(owner !== '' && { owner }), ...(group !== undefined && group !== '' && { group }) };
    const isRecursive = options.has('R', 'recursive');
    const drafted = eachPath(paths, called, {
      ...(isRecursive && { state: 'directory', recurse: true }),
      ...(options.has('h', 'no-dereference') && { follow: false }),
      ...whose,
    });
    return drafted.grade === 'exact' && group === '' && program === 'chown'
      ? likely(`the group is the login group of ${owner}, which the document does not name`, ...drafted.tasks)
      : drafted;
  };

const cp: Verb = (called) => {
  const options = readOptions(called.args, {
    flags: 'aRrpvfinduLPTx',
    longFlags: ['archive', 'recursive', 'preserve', 'verbose', 'force', 'update', 'no-clobber', 'no-target-directory'],
    values: 't',
    longValues: ['target-directory'],
  });
  if (options === undefined) return manual(UNKNOWN_OPTION);
  const into = options.value('t', 'target-directory');
  const all = options.operands.flatMap(expandBraces);
  const dest = into === undefined ? all.at(-1) : `${into}/`;
  const names = into === undefined ? all.slice(0, -1) : all;
  if (dest === undefined || names.length === 0) return manual('it does not tell what was copied to where');
  const found = pathsOf([...names, dest], called);
  if ('why' in found) return manual(found.why);
  const place = `${found.paths.at(-1)}${/\/\.?$/.test(dest) ? '/' : ''}`;
  const mode = options.has('a', 'archive', 'p', 'preserve') && { mode: 'preserve' };
  const isRecursive = options.has('a', 'archive', 'r', 'R', 'recursive');
  const tasks = found.paths.slice(0, -1).map((src) => {
    const path = placeIn(place, src, names.length === 1, called);
    // What was edited after it was copied stays. A directory goes into `dest` under its name, and with a slash only what is in it.
    const keepsName = posix.basename(path) === posix.basename(src);
    const [from, to] = keepsName ? [src, `${posix.dirname(path)}/`] : [`${src}/`, `${path}/`];
    const where = isRecursive ? { src: from, dest: to } : { src, dest: path };
    return pathTask('copy', path, { remote_src: true, ...where, ...mode, force: false });
  });
  return isRecursive ? likely('what it copies is taken for a directory', ...tasks) : exact(...tasks);
};

const mv: Verb = (called) => {
  const options = readOptions(called.args, { flags: 'vfinuT', longFlags: ['verbose', 'force', 'no-clobber'] });
  if (options === undefined) return manual(UNKNOWN_OPTION);
  const [from, to, ...more] = options.operands.flatMap(expandBraces);
  if (from === undefined || to === undefined || more.length > 0) return manual('it moves several files');
  const found = pathsOf([from, to], called);
  if ('why' in found) return manual(found.why);
  const [src = '', dest = ''] = found.paths;
  const path = placeIn(/\/$/.test(to) ? `${dest}/` : dest, src, true, called);
  return likely('it is moved only while nothing is in its new place', {
    type: 'command',
    args: { argv: ['mv', '-T', src, path], creates: path, removes: src },
    declares: `path:${path}`,
  });
};

/** Programs that make, move and own files. */
export const fileVerbs: Readonly<Record<string, Verb>> = {
  ln,
  mkdir,
  rm,
  unlink: rm,
  rmdir: rm,
  touch,
  chmod,
  chown: ownership('chown'),
  chgrp: ownership('chgrp'),
  cp,
  mv,
};
