import type { EventData } from '../../core/event.ts';
import type { Secrets } from '../../core/secrets.ts';
import type { Connector, Endpoint } from '../../core/session.ts';
import type { TaskType } from '../../core/task-type.ts';
import type { LoadedInventory } from '../../language/inventory/index.ts';
import type { DynamicLoader, VarsLayer } from '../../language/model.ts';
import type { RunFacts } from '../../language/variables/magic-variables.ts';
import type { Env } from '../../template/env.ts';
import type { FactCache } from '../host/fact-cache.ts';

/** What the command line decides about a run. */
export interface RunOptions {
  readonly check: boolean;
  readonly diff: boolean;
  readonly forks: number;
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
  readonly limit?: string;
  readonly startAtTask?: string;
  /** Asked before each task with --step: go on, skip it, or go on without asking. */
  readonly step?: (task: string) => Promise<'yes' | 'no' | 'continue'>;
  readonly forceHandlers: boolean;
  readonly anyErrorsFatal: boolean;
  readonly interactive: boolean;
  /** How long a step of a person is waited for at most, where it is known that nobody comes later. */
  readonly personWaitMs?: number;
  readonly prompt: (question: string, options: { echo: boolean }) => Promise<string>;
  /** Connection settings of the command line; variables of the inventory win over them. */
  readonly connection: ConnectionDefaults;
  /** Answer as Ansible does where we would do otherwise: a check that finds drift still exits with 0. */
  readonly ansible?: boolean;
  /** Where a play says none. */
  readonly strategy?: string;
  /** A task that notifies a handler that nobody defines ends the run, or is warned about. */
  readonly missingHandler?: 'error' | 'warning';
  readonly flushCache?: boolean;
  /** Ansible's `jinja2_native`. */
  readonly native?: boolean;
  /** What a pattern that fits no host is. */
  readonly mismatch?: 'warning' | 'error' | 'ignore';
  readonly hashBehaviour: 'replace' | 'merge';
  /** What `ansible_managed` says in templates: `{file}`, `{host}` and `{uid}` are filled in, then dates as of strftime. */
  readonly managed?: string;
  /** Where jobs are kept on hosts, unless a variable says. */
  readonly asyncDir?: string;
  readonly gathering: 'implicit' | 'explicit' | 'smart';
  /** Only tests turn it off: it never alters what a run does or says, only how long it takes. */
  readonly askAhead?: boolean;
}

/** How to log in where the inventory does not say: command line, environment and ansible.cfg. */
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
  readonly port?: number;
  /** The shell on hosts. */
  readonly shell?: string;
  readonly hostKeyChecking: boolean;
  readonly connectTimeoutMs: number;
  readonly defaults?: Partial<Endpoint>;
}

/** All that a run is given: nothing here is found by itself. */
export interface RunContext {
  readonly inventory: LoadedInventory;
  readonly loader: DynamicLoader;
  readonly connector: Connector;
  readonly options: RunOptions;
  /** Facts of earlier runs, where they are kept. */
  readonly factCache?: FactCache;
  /** Extra vars (level 22). */
  readonly extra: VarsLayer;
  readonly runFacts: RunFacts;
  readonly env: (searchPath: readonly string[]) => Env;
  readonly taskType: (name: string) => Promise<TaskType | undefined>;
  /** The type of a name, where it has been loaded. */
  readonly loadedType: (name: string) => TaskType | undefined;
  readonly secrets: Secrets;
  readonly emit: (event: EventData) => void;
  readonly signal: AbortSignal;
}
