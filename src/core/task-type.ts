import type { Change } from './change.ts';
import type { ParamSpecs, Params } from './params.ts';
import type { AnyQuestion } from './question.ts';
import type { Reply } from './session.ts';
import type { Expression } from './value.ts';

/** The questions of one task by name; `state` has their answers under the same names. */
export type Questions = Readonly<Record<string, AnyQuestion<unknown>>>;

/** What the answers to a task's questions tell. */
export type StateOf<Q extends Questions> = {
  readonly [K in keyof Q]: NonNullable<Q[K]> extends AnyQuestion<infer A> ? A : never;
};

/** What `register` gets, as plain data; the engine adds `changed`, `failed`, `skipped`, `diff`. */
export type TaskResult = Readonly<Record<string, unknown>>;

/** What a task has to do, told from its state. No changes: the host is as it should be. */
export type Plan =
  | {
      readonly changes: readonly Change[];
      readonly result?: TaskResult;
      readonly warnings?: readonly string[];
      readonly skipped?: string;
      /** What else differs can be told only after these changes (fetched package lists): plan again. */
      readonly more?: true;
    }
  /** In a check `would` tells what it would have changed, were it not for this; a proof, which only looks, changes nothing: []. */
  | { readonly failed: string; readonly result?: TaskResult; readonly would?: readonly Change[] }
  /** Only in a check, where the state does not tell. */
  | { readonly unknown: string }
  /** Not there yet (wait_for, a manual step): ask again after so many milliseconds, until the deadline. */
  | {
      readonly wait: {
        readonly againMs: number;
        readonly deadlineMs: number;
        readonly failed: string;
        readonly shown?: string;
      };
    };

/** What a type may know besides its parameters. */
export interface TaskContext {
  readonly check: boolean;
  readonly diff: boolean;
  readonly host: string;
  readonly interactive: boolean;
  /** How long a step of a person is waited for at most. */
  readonly personWaitMs?: number;
  /** Ansible's `jinja2_native`: texts stay texts also where they look like something else. */
  readonly native?: boolean;
  /** How many times `-v` was given. */
  readonly verbosity?: number;
  readonly now: Date;
  /** The `environment:` in force, for questions that run tools. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The controller's side of a task, used before any question: files beside the playbook, templates, variables. */
export interface Controller {
  /** The first that exists of `name` in the search path for this task (`files`, `templates`, `vars` of role and playbook). */
  find(
    kind: 'files' | 'templates' | 'vars',
    name: string,
  ): { ok: true; path: string } | { ok: false; searched: readonly string[] };
  /** A file of the controller; without `decrypt: false`, what is under Ansible Vault is decrypted. */
  readFile(path: string, options?: { readonly decrypt?: boolean }): Uint8Array;
  /** Relative path, mode, and content (or link target) of everything below a folder, parents first; `follow` is for links. */
  readTree(
    path: string,
    options?: { readonly follow?: boolean; readonly contents?: boolean; readonly decrypt?: boolean },
  ): readonly {
    path: string;
    kind: 'file' | 'directory' | 'link';
    mode: number;
    content?: Uint8Array;
    target?: string;
  }[];
  isDirectory(path: string): boolean;
  /** Permission bits of a file, links followed. */
  modeOf(path: string): number;
  writeFile(path: string, content: Uint8Array, mode?: number): void;
  /** Text of a template file, rendered with the task's variables. */
  render(path: string, options: TemplateOptions): string;
  /** What an expression of the playbook comes to with the task's variables, as plain data; and what it is called. */
  evaluate(expression: Expression): { readonly name: string; readonly value: unknown };
  /** The first of the conditions that does not hold, as `when` would say. */
  broken(conditions: Expression): { readonly condition: unknown } | undefined;
  /** A variable, as plain data and as Python calls its type; none where it is not defined. */
  variable(name: string): { readonly value: unknown; readonly float: boolean } | undefined;
  /** A YAML or JSON text of variables (vault included), for include_vars. */
  parseVars(text: string, path: string): Readonly<Record<string, unknown>>;
  /** A job on the task's host: the file that tells of it, and what this run knows of it. */
  job(id: string): { readonly file: string; readonly started?: StartedJob | undefined };
  prompt(question: string, options: { echo: boolean }): Promise<string>;
  /** Let time pass; as a prompt, only when it is the task's turn. */
  wait(ms: number): Promise<void>;
}

/** A task that was started and not waited for: what its type makes of its end. */
export interface StartedJob {
  /** What to ask once it has ended. */
  ask(): Questions;
  /** The result that the task would have had, from the answers, what its commands said, and how long they took. */
  ended(state: Readonly<Record<string, unknown>>, replies: readonly Reply[], seconds: number): TaskResult;
  /** Its result where there was nothing to wait for. */
  readonly over?: TaskResult;
}

/** The options of the `template` task type that concern rendering, under their own names. */
export interface TemplateOptions {
  /** Where the text goes: `template_destpath`. */
  readonly dest?: string;
  readonly trim_blocks?: boolean;
  readonly lstrip_blocks?: boolean;
  readonly newline_sequence?: string;
  readonly variable_start_string?: string;
  readonly variable_end_string?: string;
  readonly block_start_string?: string;
  readonly block_end_string?: string;
  readonly comment_start_string?: string;
  readonly comment_end_string?: string;
}

/** What the commands of a task did: told to `result` after a run, without replies in a check. */
export interface Done<S, P> {
  readonly params: P;
  readonly state: S;
  readonly before: S;
  readonly changes: readonly Change[];
  /** A reply for each command that ran, in order. Empty in a check. */
  readonly replies: readonly Reply[];
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly context: TaskContext;
}

/** An example in a type's docs: a task in YAML that the tests run. `before` prepares the host. */
export interface Example {
  readonly title: string;
  readonly yaml: string;
  /** `parses`: only checked against the parameters, where running needs what a test host has not got; says why. */
  readonly runs?: { readonly no: string };
}

/** What a task type is: data and pure functions. What Ansible calls a module. */
export interface TaskType<
  Specs extends ParamSpecs = ParamSpecs,
  Q extends Questions = Questions,
  M extends Questions = Questions,
  R = Params<Specs>,
> {
  readonly name: string;
  /** Other names that mean the same, as `ansible.builtin.systemd_service`. */
  readonly aliases?: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly params: Specs;
  /** The parameter that free-form text goes to (`command: echo hi`). */
  readonly freeForm?: string;
  /** Done once for all hosts, on the first of them (`add_host`), as with `run_once`. */
  readonly oncePerPlay?: true;
  /** Takes any further parameter (`set_fact`). */
  readonly anyParams?: boolean;
  readonly rules?: ParamRules;
  /** Acts each time it is planned (`command`): asked again, it is not expected to have nothing left to do. */
  readonly acts?: boolean;
  /** Needs no host: it is computed by the controller alone (`debug`, `set_fact`). */
  readonly controllerOnly?: boolean;
  /** With these parameters it only looks: whatever comes of it, the host is as before. */
  readonly looks?: (params: R) => boolean;
  /** It fails where what follows is not wanted (`fail`, `assert`): in a check, too, that is the end. Other failures are told, and the check goes on. */
  readonly guards?: true;
  /** A check of Ansible skips it; called as Ansible, one that fails in a check is skipped, too. */
  readonly skippedByAnsible?: true;
  /** What it asks goes on changing by itself: earlier answers are no good, neither to it nor to later tasks. */
  readonly asksAnew?: true;
  /** Reads what it needs on the controller: files, templates. Runs before `ask`; may throw `ControllerError`. */
  readonly prepare?: (params: Params<Specs>, controller: Controller, context: TaskContext) => R | Promise<R>;
  readonly ask?: (params: R, context: TaskContext) => Q;
  /** Questions that depend on the first answers: a second round, shared by all tasks that need one. */
  readonly thenAsk?: (state: StateOf<Q>, params: R, context: TaskContext) => M;
  readonly plan: (state: StateOf<Q> & Partial<StateOf<M>>, params: R, context: TaskContext) => Plan;
  /** After the changes: whether what was planned is so, where more may have come up meanwhile (a new snapshot). Without it nothing may be left to plan. */
  readonly reached?: (
    before: StateOf<Q> & Partial<StateOf<M>>,
    now: StateOf<Q> & Partial<StateOf<M>>,
    params: R,
  ) => boolean;
  readonly result?: (done: Done<StateOf<Q> & Partial<StateOf<M>>, R>) => TaskResult;
  /** What `ansible_facts` in its result become: facts (the default), or variables of Ansible's levels 19 and 18. */
  readonly gives?: 'facts' | 'set_fact' | 'include_vars';
  /** Documented keys of the result. */
  readonly returns?: Readonly<Record<string, string>>;
  readonly examples: readonly Example[];
}

/** Any task type: what the registry holds. That its functions fit its parameters is proved where it is defined. */
// biome-ignore lint/suspicious/noExplicitAny: no other type takes all task types; bindParams proves the parameters
export type AnyTaskType = TaskType<any, any, any, any>;

/** Rules between parameters, as in Ansible's argument specs. */
export interface ParamRules {
  readonly mutuallyExclusive?: readonly (readonly string[])[];
  readonly requiredTogether?: readonly (readonly string[])[];
  readonly requiredOneOf?: readonly (readonly string[])[];
  /** When the first has the value, the named ones are required (all, or any with `any`). */
  readonly requiredIf?: readonly {
    readonly param: string;
    readonly is: unknown;
    readonly needs: readonly string[];
    readonly any?: boolean;
  }[];
  readonly requiredBy?: Readonly<Record<string, readonly string[]>>;
}

/** A foreseen failure on the controller, as a file that is not there: its message becomes the task's. */
export class ControllerError extends Error {}

/** Define a task type; the types of its parameters and of its state follow from what is written. */
export const defineTask = <
  const Specs extends ParamSpecs,
  Q extends Questions = Record<never, never>,
  M extends Questions = Record<never, never>,
  R = Params<Specs>,
>(
  type: TaskType<Specs, Q, M, R>,
): TaskType<Specs, Q, M, R> => type;
