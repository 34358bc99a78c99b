import type { Diagnostic, Position } from '../../core/source.ts';
import type { TaskType } from '../../core/task-type.ts';
import type { Raw } from '../../core/value.ts';
import type { Env } from '../../template/index.ts';
import type { Files } from '../files.ts';
import type { DynamicLoader, Play, VarsLayer } from '../model.ts';
import type { TagSelection } from '../tags.ts';

/** The definitions of each variable, wherever they are. `undefined` means a value known only during the run. */
export type Definitions = ReadonlyMap<string, ReadonlySet<Definition | undefined>>;

/** A variable as written. */
export interface Definition {
  readonly value: Raw;
}

/** The options of static checks. */
export interface CheckOptions {
  /** The task type with a given name, short or full; undefined if unknown. Without this function, types are not checked. */
  readonly taskType?: (name: string) => TaskType | undefined;
  /** Names of task types, for suggestions. */
  readonly typeNames?: readonly string[];
  readonly files: Files;
  /** Whether to decrypt vault-encrypted files: a mere listing needs no password. */
  readonly opensVaults?: boolean;
  /** Loads the files and roles of includes whose names are already known. */
  readonly loader: DynamicLoader;
  /** The variables from inventory, configuration and `-e`, for all hosts. Without them, undefined variables are not reported. */
  readonly variables?: Definitions;
  /** The run's tag selection; without it, everything runs. */
  readonly tags?: TagSelection;
  /** Whether a play has hosts in this run; without it, every play is assumed to. */
  readonly hasHosts?: (play: Play) => boolean;
  /** The variables of each of a play's hosts, with those from the command line; at least one entry. */
  readonly layersOfHosts?: (play: Play) => readonly (readonly VarsLayer[])[];
  /** Filters, tests and lookups in addition to the built-in ones. */
  readonly env?: Env;
}

/** A check of playbooks in progress. */
export interface Checking {
  readonly options: CheckOptions;
  readonly problems: Diagnostic[];
  /** Templates already found to be correct. */
  readonly checkedTexts: Set<string>;
  /** Tasks whose parameters were already checked: a role used in several places is written only once. */
  readonly checkedTasks: Set<string>;
  /** Whether a condition on an item is false wherever the item is reached. */
  readonly isRefuted?: (reached: Reached) => boolean;
}

/** Reports a problem. */
export function problem(
  checking: Checking,
  code: string,
  message: string,
  at: Position | undefined,
  hint?: string,
): void {
  checking.problems.push({ severity: 'error', code, message, ...(at && { at }), ...(hint && { hint }) });
}

/** A play with everything known to run in it. */
export interface ReachedPlay {
  readonly play: Play;
  readonly items: readonly Reached[];
  /** Whether it includes something whose content is not known before the run. */
  readonly opaque: boolean;
  /** Missing files that are included by name; the run itself may create them. */
  readonly missing: readonly Diagnostic[];
}

/** An item with its context. */
export interface Reached {
  readonly item: Exclude<import('../model.ts').Item, { kind: 'block' }>;
  readonly isHandler: boolean;
  /** Its failure is caught by a rescue or by ignore_errors. */
  readonly mayFail: boolean;
  readonly chance: Chance;
}

/**
 * Whether an item is reached: `perhaps` if it is in an include with a condition, or a condition on it is false as the variables are
 * written; `elsewhere` if a condition on it depends on the host's system.
 */
export type Chance = 'sure' | 'perhaps' | 'elsewhere';

/** Ordered from certain to least certain. */
export const CHANCES: readonly Chance[] = ['sure', 'perhaps', 'elsewhere'];

/** Codes of diagnostics about something missing, which is harmless where it is not needed. All other errors count everywhere. */
const MAY_BE_MISSING = new Set([
  ...['unknown-task-type', 'unknown-filter', 'unknown-test', 'unknown-lookup', 'unknown-handler'],
  ...['missing-file', 'missing-role', 'undefined-variable'],
]);

/**
 * Adjusts the severity of diagnostics to the chance that a run reaches their place: in items that it may never
 * reach, errors are only warnings.
 */
export function weighed(found: readonly Diagnostic[], chance: Chance): readonly Diagnostic[] {
  if (chance === 'sure') return found;
  return found.map((one) =>
    chance === 'elsewhere' || MAY_BE_MISSING.has(one.code) ? { ...one, severity: 'warning' } : one,
  );
}

/** Checks an item and adjusts the severity of what is found to the chance of reaching the item. */
export function checkWeighed(checking: Checking, reached: Reached, check: (own: Checking) => void): void {
  const own = { ...checking, problems: [] };
  check(own);
  if (own.problems.length === 0) return;
  const isRefuted = reached.chance === 'sure' && checking.isRefuted?.(reached) === true;
  // Elsewhere, the same task may have a condition that is true.
  if (isRefuted) checking.checkedTasks.clear();
  checking.problems.push(...weighed(own.problems, isRefuted ? 'perhaps' : reached.chance));
}
