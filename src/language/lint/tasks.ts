import { Template } from '../../core/value.ts';
import { locationOf } from '../../yaml/places.ts';
import { argPlace } from '../load/action.ts';
import type { PlacedInclude } from '../load/include.ts';
import { registeredNames } from '../registered-names.ts';
import { argOf, type Finding, type Rule } from './rule.ts';

/** A mode without its leading zero. */
export const modeWithoutZero: Rule = {
  code: 'mode-without-zero',
  why: 'without a leading zero or quotes, YAML reads a decimal number, and the file gets the wrong permissions',
  find: ({ item }) =>
    ['mode', 'directory_mode'].flatMap((name): Finding[] => {
      const source = item.kind === 'task' ? locationOf(item.args, name)?.source : undefined;
      if (typeof argOf(item, name) !== 'number' || source === undefined || !/^[1-7][0-7]{2,3}$/.test(source)) return [];
      const at = item.kind === 'task' ? argPlace(item.args, name, item.argsAt, 'value') : item.at;
      return [{ at, message: `${name}: ${source}`, fix: `write ${name}: '0${source}'` }];
    }),
};

/** `state: latest`. */
export const packageLatest: Rule = {
  code: 'package-latest',
  why: 'the installed version then depends on when the task runs, and a check reports drift even though nothing was changed',
  find: ({ item }) => {
    if (argOf(item, 'state') !== 'latest' || item.kind !== 'task') return [];
    const at = argPlace(item.args, 'state', item.argsAt, 'value');
    return [
      {
        at,
        message: 'a package is upgraded whenever there is a newer one',
        fix: 'use state: present, and upgrade in a separate task or run',
      },
    ];
  },
};

/** `ignore_errors` on a task whose result is never read. */
export const errorsIgnoredUnseen: Rule = {
  code: 'errors-ignored-unseen',
  why: 'every failure is ignored, including unexpected ones such as a full disk or a mistyped path',
  find: ({ item }) => {
    const ignored = item.keywords.ignoreErrors;
    if (item.kind !== 'task' || ignored === undefined || ignored.value === false || registeredNames(item).length > 0)
      return [];
    return [
      {
        at: ignored.at,
        message: 'errors are ignored and the result is not checked',
        fix: 'define failures with failed_when, or catch them with block and rescue',
      },
    ];
  },
};

/** A task without a name. */
export const taskWithoutName: Rule = {
  code: 'task-without-name',
  why: 'reports show only the type, --start-at-task cannot reach it, and nobody can tell why it is there',
  find: ({ item }) =>
    item.kind === 'task' && item.name === undefined && !String(item.type).includes('validate_argument_spec')
      ? [{ at: item.at, message: 'this task has no name', fix: 'describe in one line what is true afterwards' }]
      : [],
};

/** Tags on an include, which do not apply to the items it includes. */
export const tagsStopAtInclude: Rule = {
  code: 'tags-stop-at-include',
  why: 'with --tags the include runs, but the included tasks do not have its tags and are skipped',
  find: ({ item }) => {
    if (item.kind !== 'include' || item.apply !== undefined) return [];
    const outer = (item as PlacedInclude).within.keywords.tags; // the loader creates every include
    const own = item.keywords.tags.filter((tag) => !outer.includes(tag) && tag !== 'always' && tag !== 'never');
    if (own.length === 0) return [];
    const fix = `add "apply: {tags: [${own.join(', ')}]}" to the include, or use import_${item.of}`;
    return [{ at: item.at, message: `the tags ${own.join(', ')} do not apply to the included tasks`, fix }];
  },
};

/** Lookups whose terms are variables, so a bare word there is a variable missing its braces. */
const takesLists = new Set([
  undefined,
  'items',
  'list',
  'dict',
  'nested',
  'together',
  'subelements',
  'flattened',
  'indexed_items',
  'random_choice',
]);

/** A loop variable without its braces. */
export const bareLoopVariable: Rule = {
  code: 'bare-loop-variable',
  why: 'without braces it is a plain string: the loop runs once, with the name of the variable',
  find: ({ item }) => {
    const loop = 'loop' in item ? item.loop : undefined;
    if (loop === undefined || typeof loop.over.value !== 'string' || !takesLists.has(loop.lookup)) return [];
    const name = loop.over.value;
    return /^[A-Za-z_][\w.]*$/.test(name)
      ? [{ at: loop.over.at, message: `"${name}" is not evaluated here`, fix: `write "{{ ${name} }}"` }]
      : [];
  },
};

/** Two handlers with the same name. */
export const duplicateHandler: Rule = {
  code: 'duplicate-handler',
  why: 'only the last of several handlers with the same name ever runs',
  find: (linted, play) => {
    const { item, isHandler } = linted;
    if (!isHandler || item.name === undefined || item.name instanceof Template) return [];
    const last = play.handlers.findLast(
      (other) => String(other.name) === String(item.name) && other.role?.path === item.role?.path,
    );
    if (last === undefined || last.id === item.id || last.at.line === item.at.line) return [];
    const fix = 'rename it; if both should run, let both listen to the same topic';
    return [
      {
        at: item.at,
        message: `another handler "${String(item.name)}" comes later, at ${last.at.file}:${last.at.line}`,
        fix,
      },
    ];
  },
};
