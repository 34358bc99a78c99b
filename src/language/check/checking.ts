import type { DynamicLoader, Play } from '../../core/model.ts';
import type { Diagnostic, Position } from '../../core/source.ts';
import type { TaskType } from '../../core/task-type.ts';
import type { Raw } from '../../core/value.ts';
import type { Env } from '../../template/index.ts';
import type { Files } from '../files.ts';
import type { TagSelection } from '../tags.ts';

/** The variables of a name, from wherever they are; undefined among them: a value that only the run knows. */
export type Definitions = ReadonlyMap<string, ReadonlySet<Definition | undefined>>;

/** A variable as written. */
export interface Definition {
  readonly value: Raw;
}

/** What static checks need to know of the run. */
export interface CheckOptions {
  /** The task type of a name, short or full; none: unknown. Without this function types are not checked. */
  readonly taskType?: (name: string) => TaskType | undefined;
  /** Names of task types, for suggestions. */
  readonly typeNames?: readonly string[];
  readonly files: Files;
  /** Loads what includes bring whose names are known already. */
  readonly loader: DynamicLoader;
  /** What inventory, configuration and `-e` define, of all hosts; without it undefined variables are not looked for. */
  readonly variables?: Definitions;
  /** What the run's tags leave; without it everything is to run. */
  readonly tags?: TagSelection;
  /** Filters, tests and lookups beside the built-in ones. */
  readonly env?: Env;
}

/** A check of playbooks under way. */
export interface Checking {
  readonly options: CheckOptions;
  readonly problems: Diagnostic[];
  /** Texts of templates that are known to be right. */
  readonly checkedTexts: Set<string>;
  /** Tasks whose parameters were checked: roles that are used in several places are written once. */
  readonly checkedTasks: Set<string>;
}

/** Tell something that is wrong. */
export function problem(
  checking: Checking,
  code: string,
  message: string,
  at: Position | undefined,
  hint?: string,
): void {
  checking.problems.push({ severity: 'error', code, message, ...(at && { at }), ...(hint && { hint }) });
}

/** A play with everything that can be known to run in it. */
export interface ReachedPlay {
  readonly play: Play;
  readonly items: readonly Reached[];
  /** Something is included whose content is not known before the run. */
  readonly opaque: boolean;
}

/** An item with what it stands in. */
export interface Reached {
  readonly item: Exclude<import('../../core/model.ts').Item, { kind: 'block' }>;
  readonly isHandler: boolean;
  /** Its failure is caught: by a rescue or by ignore_errors. */
  readonly mayFail: boolean;
}
