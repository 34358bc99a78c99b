import { exact, lookOnly, manual, pathTask, type Verb } from '../drafted.ts';
import { readOptions } from '../options.ts';
import { absolutePath, isExpanded, tidy } from '../words.ts';

const UNKNOWN = 'it is not understood';
const NO_DIRECTORY = 'the document does not tell in which directory it ran';

const git: Verb = (called) => {
  const { user } = called;
  // `git -C DIRECTORY …`
  const [first, second, ...others] = called.args;
  const [cwd, args] =
    first === '-C' && second !== undefined ? [absolutePath(second, called), others] : [called.cwd, called.args];
  const [verb = '', ...rest] = args;
  if (['status', 'log', 'diff', 'show', 'branch', 'remote', 'fetch', 'ls-files', 'blame'].includes(verb))
    return lookOnly;
  // The repository is the source of the configuration: what is committed there is nothing to declare on a host.
  if (['add', 'commit', 'push'].includes(verb)) return lookOnly;
  if (['mv', 'rm', 'stash', 'init'].includes(verb)) return manual('it changes the repository');
  const becomes = user === undefined ? {} : { becomeUser: user };
  if (verb === 'clone') {
    const options = readOptions(rest, {
      flags: 'q',
      longFlags: ['recursive', 'recurse-submodules', 'quiet', 'bare', 'single-branch'],
      values: 'bo',
      longValues: ['branch', 'depth', 'origin'],
    });
    const [repo, given, ...more] = options?.operands ?? [];
    if (
      options === undefined ||
      repo === undefined ||
      more.length > 0 ||
      [repo, given].some((word) => word !== undefined && isExpanded(word))
    )
      return manual(UNKNOWN);
    const name =
      tidy(repo)
        .replace(/\.git$/, '')
        .split(/[/:]/)
        .at(-1) ?? '';
    const dest = absolutePath(given ?? name, { ...called, ...(cwd !== undefined && { cwd }) });
    if (dest === undefined) return manual(NO_DIRECTORY);
    const branch = options.value('b', 'branch');
    const depth = options.value('depth');
    return exact({
      ...pathTask('git', dest, {
        repo,
        dest,
        ...(branch !== undefined && { version: branch }),
        ...(depth !== undefined && { depth: Number(depth) }),
        ...(options.has('bare') && { bare: true }),
        // What is pulled later is nothing that the document says.
        update: false,
      }),
      ...becomes,
    });
  }
  if (verb === 'pull') return manual('what it pulls changes from day to day');
  if (verb === 'config') {
    const options = readOptions(rest, { longFlags: ['global', 'system', 'local', 'list', 'unset', 'add'] });
    const [name, value, ...more] = options?.operands ?? [];
    if (options?.has('list') === true) return lookOnly;
    if (
      options === undefined ||
      name === undefined ||
      value === undefined ||
      more.length > 0 ||
      options.has('unset', 'add') ||
      isExpanded(value)
    )
      return manual(UNKNOWN);
    const scope = (['system', 'global'] as const).find((name) => options.has(name)) ?? 'local';
    if (scope === 'local' && cwd === undefined) return manual(NO_DIRECTORY);
    return exact({
      type: 'git_config',
      args: { name, value, scope, ...(scope === 'local' && { repo: cwd }) },
      declares: `git_config:${scope}:${cwd ?? ''}:${user ?? ''}:${name}`,
      ...becomes,
    });
  }
  return manual(UNKNOWN);
};

/** Programs for repositories. */
export const gitVerbs: Readonly<Record<string, Verb>> = {
  git,
};
