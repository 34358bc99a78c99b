import type { PlannedAnswer, PlannedCommand, ReportedChange, TaskRef } from '../../core/event.ts';
import { isRecord } from '../../core/map-texts.ts';
import type { FoundBy } from '../finding.ts';

/** A plan as its file has it, described by docs/plan.schema.json. */
export interface PlanFile {
  readonly schema: typeof PLAN_SCHEMA;
  /** The version of Retrace that made it. */
  readonly version: string;
  /** ISO 8601, in UTC. */
  readonly madeAt: string;
  readonly user: string;
  readonly directory: string;
  readonly playbooks: readonly string[];
  /** The options of the command line, except extra variables, which may contain passwords. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Tells which operator's key the digests are made with. */
  readonly key: string;
  /** Keyed digests of what was read on the controller: files, the variables of the inventory, extra variables. */
  readonly sources: Readonly<Record<string, string>>;
  readonly hosts: Readonly<Record<string, HostPlan>>;
  /** A keyed digest of all the rest. */
  readonly seal: string;
}

/** The version of the file's form. */
export const PLAN_SCHEMA = 1;

/** What is planned for a host, in the order of the run. */
export interface HostPlan {
  readonly steps: readonly PlannedStep[];
  /** Where the plan ends, if it cannot hold everything. */
  readonly ends?: PlanEnd;
  /** What would be done after that, as far as it can be foretold. A plan does not hold it. */
  readonly after: readonly Unheld[];
  /** What runs in a check, too, so that it is not held to the plan: its commands are those that were sent for the plan. */
  readonly evenInCheck: readonly PlannedStep[];
}

/** A task, by its place in the playbook. */
export interface PlannedTask extends FoundBy {
  readonly column: number;
  readonly handler: boolean;
}

/** A task, or an item of its loop, that changes something or sends commands. */
export interface PlannedStep {
  readonly task: PlannedTask;
  readonly item?: string;
  readonly changes: readonly ReportedChange[];
  readonly commands: readonly PlannedCommand[];
  /** The answers from which the commands follow. */
  readonly answers: readonly PlannedAnswer[];
  readonly assuming?: readonly string[];
  readonly unless?: readonly string[];
  /** How often the commands may be sent, with `until` or `retries`. */
  readonly tries?: number;
}

/** Something that a plan cannot hold, and why. */
export interface Unheld {
  readonly task: PlannedTask;
  readonly item?: string;
  readonly reason: string;
}

/** The first thing on a host that its plan cannot hold. */
export interface PlanEnd extends Unheld {
  readonly kind: 'unknown' | 'failed' | 'unreachable' | 'unplannable';
}

/** A task as a plan names it. */
export const plannedTask = ({ name, type, step, at, handler }: TaskRef): PlannedTask => ({
  name,
  type,
  ...(step !== undefined && { step }),
  file: at.file,
  line: at.line,
  column: at.column,
  handler,
});

/** Tells tasks apart by where they are written, as handlers or as tasks. */
export const placeOfTask = ({ file, line, column, handler }: PlannedTask): string =>
  JSON.stringify([file, line, column, handler]);

/** Whether data that was read from a file has the form of a plan; its seal tells whether it is one. */
export const isPlanFile = (data: unknown): data is PlanFile =>
  isRecord(data) &&
  ['version', 'madeAt', 'user', 'directory', 'key', 'seal'].every((key) => typeof data[key] === 'string') &&
  Array.isArray(data['playbooks']) &&
  isRecord(data['options']) &&
  isRecord(data['sources']) &&
  isRecord(data['hosts']) &&
  Object.values(data['hosts']).every(
    (host) => isRecord(host) && ['steps', 'after', 'evenInCheck'].every((key) => Array.isArray(host[key])),
  );
