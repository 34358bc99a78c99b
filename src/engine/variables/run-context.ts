import type { EventData } from '../../core/event.ts';
import type { FactRequest } from '../../core/facts/subsets.ts';
import type { Secrets } from '../../core/secrets.ts';
import type { Connector, Endpoint } from '../../core/session.ts';
import type { TaskType } from '../../core/task-type.ts';
import type { LoadedInventory } from '../../language/inventory/index.ts';
import type { Shard } from '../../language/inventory/shard.ts';
import type { DynamicLoader, VarsLayer } from '../../language/model.ts';
import type { RunFacts } from '../../language/variables/magic-variables.ts';
import type { Env } from '../../template/env.ts';
import type { Declarations } from '../host/declarations.ts';
import type { FactCache } from '../host/fact-cache.ts';
import type { Locking } from '../host/machine-lock.ts';
import type { Planning } from '../host/planning.ts';

/** The command line's decisions about a run. */
export interface RunOptions {
  readonly check: boolean;
  readonly diff: boolean;
  readonly forks: number;
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
  readonly limit?: string;
  /** Only the hosts of this part are played on; all others can still be asked for by `hostvars`. */
  readonly shard?: Shard;
  /** Questions are not merged, so that answers in a file can be told apart. */
  readonly separately?: boolean;
  /** Only these hosts are played on: those that were late. */
  readonly only?: ReadonlySet<string>;
  /** For how long hosts that cannot be reached are tried again, in milliseconds. */
  readonly retryUnreachableMs?: number;
  /** Nothing is begun after this time, in milliseconds since the epoch. */
  readonly deadline?: number;
  /** How hosts are locked that are to be changed; undefined if none is. */
  readonly locking?: Locking;
  readonly startAtTask?: string;
  /** Called before each task with --step: run it, skip it, or continue without asking. */
  readonly step?: (task: string) => Promise<'yes' | 'no' | 'continue'>;
  /** The task debugger; without it, nothing is debugged. */
  readonly debugger?: TaskDebugger;
  readonly forceHandlers: boolean;
  readonly anyErrorsFatal: boolean;
  readonly interactive: boolean;
  /** The maximum time to wait for a person's manual step if nobody will come later. */
  readonly personWaitMs?: number;
  readonly prompt: (question: string, options: { echo: boolean }) => Promise<string>;
  /** Connection settings from the command line; inventory variables take precedence. */
  readonly connection: ConnectionDefaults;
  /** Behave like Ansible where we would otherwise differ: a check that finds drift still exits with 0. */
  readonly ansible?: boolean;
  /** Makes a digest of what a task declares, for the history. Without it, none is made. */
  readonly digest?: (declared: unknown) => string;
  /** Is told what tasks declare, for orphans. */
  readonly declarations?: Declarations;
  /** For plans: digests of what would be sent, or a guard that lets only a plan's commands pass. */
  readonly planning?: Planning;
  /** The strategy of plays that do not specify one. */
  readonly strategy?: string;
  /** Whether notifying an undefined handler ends the run or causes a warning. */
  readonly missingHandler?: 'error' | 'warning';
  readonly flushCache?: boolean;
  /** Ansible's `jinja2_native`. */
  readonly native?: boolean;
  /** How to treat a pattern that matches no host. */
  readonly mismatch?: 'warning' | 'error' | 'ignore';
  readonly hashBehaviour: 'replace' | 'merge';
  /**
   * The text of `ansible_managed` in templates: `{file}`, `{host}` and `{uid}` are replaced first, then strftime
   * formats.
   */
  readonly managed?: string;
  /** The directory for jobs on hosts, unless a variable sets it. */
  readonly asyncDir?: string;
  /** How often a task with `async` tells that it goes on, unless it says so itself. */
  readonly pollSeconds?: number;
  readonly gathering: 'implicit' | 'explicit' | 'smart';
  /** Gather a play's facts in a task of its own, as Ansible does, for programs that count its tasks; otherwise when one is needed. */
  readonly gathersAtStart?: boolean;
  /** The modules that gather facts; `smart` if not set. */
  readonly factModules?: readonly string[];
  /** What plays gather if they do not say it themselves. */
  readonly gather?: Partial<FactRequest>;
  /** Turned off only by tests: it never affects what a run does or reports, only how long it takes. */
  readonly askAhead?: boolean;
}

/** How tasks are debugged by a person. */
export interface TaskDebugger {
  /** Whether tasks that fail are debugged, unless the keyword `debugger` says something else. */
  readonly enabled: boolean;
  /** Whether a failure that is ignored does not count as one. */
  readonly ignoresErrors: boolean;
  /** Reads a line; undefined at the end of the input. */
  readonly ask: (prompt: string) => Promise<string | undefined>;
}

/** How to log in if the inventory does not say: command line, environment and ansible.cfg. */
export interface ConnectionDefaults {
  readonly user?: string;
  readonly password?: string;
  readonly privateKeyFile?: string;
  readonly connection?: string;
  readonly become?: boolean;
  readonly becomeUser?: string;
  readonly becomeMethod?: string;
  readonly becomePassword?: string;
  readonly becomeExe?: string;
  readonly becomeFlags?: string;
  /** Whether the become program is run even if the login user is already the target user. */
  readonly becomeSameUser?: boolean;
  readonly port?: number;
  /** The shell on the hosts. */
  readonly shell?: string;
  readonly hostKeyChecking: boolean;
  readonly connectTimeoutMs: number;
  readonly defaults?: Partial<Endpoint>;
}

/** Everything that a run needs; it looks up nothing by itself. */
export interface RunContext {
  readonly inventory: LoadedInventory;
  readonly loader: DynamicLoader;
  readonly connector: Connector;
  readonly options: RunOptions;
  /** Facts of earlier runs, if they are cached. */
  readonly factCache?: FactCache;
  /** Extra vars (level 22). */
  readonly extra: VarsLayer;
  readonly runFacts: RunFacts;
  readonly env: (searchPath: readonly string[], inventory: LoadedInventory) => Env;
  readonly taskType: (name: string) => Promise<TaskType | undefined>;
  /** A task type by name, if it has been loaded. */
  readonly loadedType: (name: string) => TaskType | undefined;
  /** Whether Ansible has a module of this name that is missing here. */
  readonly isElsewhere: (name: string) => boolean;
  readonly secrets: Secrets;
  readonly emit: (event: EventData) => void;
  readonly signal: AbortSignal;
}
