/**
 * A variable of a draft inside a value, with a filter if it needs one. It is no template yet: what a document has in braces must not become
 * one (see `templated`).
 */
export const draftVariable = (name: string, filter?: string): string =>
  `\u0001${name
    .toLowerCase()
    .replace(/\W+/g, '_')
    .replace(/^_+|_+$/g, '')}${filter === undefined ? '' : ` | ${filter}`}\u0002`;

/** The variables in a value, by name. `text` may be JSON. */
export const variablesIn = (text: string): readonly string[] =>
  [...text.matchAll(/(?:\u0001|\\u0001)(\w+)/g)].map(([, name = '']) => name);

/** The value of a variable that has none yet: using it fails, and says why. */
export const unset = (hint: string): string => `\u0001undef(hint='${hint}')\u0002`;

/** A value with its variables as templates; undefined if it has none. Braces of the document stay what they are. */
export const templated = (text: string): string | undefined =>
  text.includes('\u0001')
    ? text.replace(/\{[{%#]/g, "{{ '$&' }}").replace(/\u0001([^\u0001\u0002]+)\u0002/g, '{{ $1 }}')
    : undefined;

/** A task of a draft. */
export interface DraftTask {
  /** A task type, under its short name. */
  readonly type: string;
  readonly args: Readonly<Record<string, unknown>>;
  /**
   * What it declares: `path:/etc/motd`, `package:nginx`, `unit:nginx.service`, `dataset:tank/a`. No draft has two tasks for
   * one thing: what comes later in the document adds to it, or takes its place. Without one, a task stands by itself.
   */
  readonly declares?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly becomeUser?: string;
}

/**
 * What a call of a document becomes:
 * exact: tasks that say what the call did; likely: tasks with a guess in them, which `why` tells;
 * manual: nothing that a task can do, `why` tells the reason; look: it only looked, or left nothing on the host, so there is nothing to declare;
 * restart: it put into effect what came before it: a handler.
 */
export type Drafted =
  | { readonly grade: 'exact'; readonly tasks: readonly DraftTask[] }
  | { readonly grade: 'likely'; readonly tasks: readonly DraftTask[]; readonly why: string }
  | { readonly grade: 'manual'; readonly why: string }
  | { readonly grade: 'look' }
  | { readonly grade: 'restart'; readonly handler: DraftTask };

/** A program's words, and what is known of the place where it was called. */
export interface Called {
  /** The program's arguments. */
  readonly args: readonly string[];
  /** The directory where it runs, if the document tells. */
  readonly cwd?: string;
  /** Another user than root who ran it. */
  readonly user?: string;
  /** What it read from stdin: a heredoc, or the output of `echo`. */
  readonly input?: string;
  /** What it printed, if the document shows it. */
  readonly output?: string;
  /** Directories that the document shows to be directories. */
  readonly directories: ReadonlySet<string>;
}

/** How a program's calls are drafted. */
export type Verb = (called: Called) => Drafted;

/** Tasks that say what a call did. */
export const exact = (...tasks: readonly DraftTask[]): Drafted => ({ grade: 'exact', tasks });
/** Tasks with a guess in them, and which. */
export const likely = (why: string, ...tasks: readonly DraftTask[]): Drafted => ({ grade: 'likely', tasks, why });
/** Nothing that a task can do, and why. */
export const manual = (why: string): Drafted => ({ grade: 'manual', why });
/** It left nothing on the host that could be declared. */
export const lookOnly: Drafted = { grade: 'look' };

/** It puts into effect what came before: a command that runs as a handler. */
export const handlerOf = (argv: readonly string[]): Drafted => ({
  grade: 'restart',
  handler: { type: 'command', args: { argv } },
});

/** A task for a path. */
export const pathTask = (type: string, path: string, args: DraftTask['args']): DraftTask => ({
  type,
  args,
  declares: `path:${path}`,
});
