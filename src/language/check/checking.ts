import type { Diagnostic, Position } from '../../core/source.ts';
import type { TaskType } from '../../core/task-type.ts';
import type { Raw } from '../../core/value.ts';
import type { Env } from '../../template/index.ts';
import type { Files } from '../files.ts';
import type { DynamicLoader, Play } from '../model.ts';
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
  /** Whether files under Ansible Vault are to be opened: what is only listed needs no password. */
  readonly opensVaults?: boolean;
  /** Loads what includes bring whose names are known already. */
  readonly loader: DynamicLoader;
  /** What inventory, configuration and `-e` define, of all hosts; without it undefined variables are not looked for. */
  readonly variables?: Definitions;
  /** What the run's tags leave; without it everything is to run. */
  readonly tags?: TagSelection;
  /** Whether a play has hosts in this run; without it all have. */
  readonly hasHosts?: (play: Play) => boolean;
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
  /** What is included by name and not there: what the run makes itself may be. */
  readonly missing: readonly Diagnostic[];
}

/** An item with what it stands in. */
export interface Reached {
  readonly item: Exclude<import('../model.ts').Item, { kind: 'block' }>;
  readonly isHandler: boolean;
  /** Its failure is caught: by a rescue or by ignore_errors. */
  readonly mayFail: boolean;
  readonly chance: Chance;
}

/** Whether an item is reached: `perhaps`, behind an include with a condition; `elsewhere`, behind a condition on the system. */
export type Chance = 'sure' | 'perhaps' | 'elsewhere';

/** From what is surely reached to what is not. */
export const CHANCES: readonly Chance[] = ['sure', 'perhaps', 'elsewhere'];

/** What may be missing where it is not needed; other mistakes are some wherever they stand. */
const MAY_BE_MISSING = new Set([
  ...['unknown-task-type', 'unknown-filter', 'unknown-test', 'unknown-lookup', 'unknown-handler'],
  ...['missing-file', 'missing-role', 'undefined-variable'],
]);

/** What was found in something that is reached with this chance: where it may never be, mistakes are warnings until it is. */
export function weighed(found: readonly Diagnostic[], chance: Chance): readonly Diagnostic[] {
  if (chance === 'sure') return found;
  return found.map((one) =>
    chance === 'elsewhere' || MAY_BE_MISSING.has(one.code) ? { ...one, severity: 'warning' } : one,
  );
}

/** Check an item; what is found weighs as much as it is sure to be reached. */
export function checkWeighed(checking: Checking, { chance }: Reached, check: (own: Checking) => void): void {
  const own = { ...checking, problems: [] };
  check(own);
  checking.problems.push(...weighed(own.problems, chance));
}
