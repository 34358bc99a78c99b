import type { Change } from './change.ts';
import type { Bytes } from './local-content.ts';
import type { ParamSpecs, Params } from './params.ts';
import type { AnyQuestion } from './question.ts';
import type { Endpoint, Reply } from './session.ts';
import type { Thing } from './thing.ts';
import type { Expression, Raw } from './value.ts';

/** The questions of one task by name; `state` has the answers under the same names. */
export type Questions = Readonly<Record<string, AnyQuestion<unknown>>>;

/** The answers to a task's questions. */
export type StateOf<Q extends Questions> = {
  readonly [K in keyof Q]: NonNullable<Q[K]> extends AnyQuestion<infer A> ? A : never;
};

/** The result for `register`, as plain data; the engine adds `changed`, `failed`, `skipped`, `diff`. */
export type TaskResult = Readonly<Record<string, unknown>>;

/** The work of a task, derived from its state. Without changes, the host is already in the desired state. */
export type Plan =
  | {
      readonly changes: readonly Change[];
      readonly result?: TaskResult;
      readonly warnings?: readonly string[];
      readonly skipped?: string;
      /**
       * The remaining differences can be determined only after these changes (fetched package lists): plan again then.
       */
      readonly more?: true;
    }
  /**
   * In a check, `would` lists what it would have changed without this failure; a proof, which only reads, changes
   * nothing: [].
   */
  | { readonly failed: string; readonly result?: TaskResult; readonly would?: readonly Change[] }
  /** Only in a check, if the state does not determine the outcome. */
  | { readonly unknown: string }
  /** Not ready yet (wait_for, a manual step): ask again after this many milliseconds, until the deadline. */
  | {
      readonly wait: {
        readonly againMs: number;
        readonly deadlineMs: number;
        readonly failed: string;
        /** The result in that case; without it, only the message. */
        readonly result?: TaskResult;
        readonly shown?: string;
        /** Which of several things in succession it waits for: each has a deadline of its own. */
        readonly phase?: string;
      };
    };

/** Information for a type in addition to its parameters. */
export interface TaskContext {
  readonly check: boolean;
  readonly diff: boolean;
  readonly host: string;
  readonly interactive: boolean;
  /** The longest time to wait for a person to complete a manual step. */
  readonly personWaitMs?: number;
  /** Ansible's `jinja2_native`: strings stay strings even if they look like something else. */
  readonly native?: boolean;
  /** How many times `-v` was given. */
  readonly verbosity?: number;
  readonly now: Date;
  /** The `environment:` in effect, for questions that run tools. */
  readonly environment: Readonly<Record<string, string>>;
  /** After this task's own changes: the state before them, and when they had been made. */
  readonly done?: { readonly before: Readonly<Record<string, unknown>>; readonly at: Date };
}

/** The controller's side of a task, used before any question: files next to the playbook, templates, variables. */
export interface Controller {
  /** How the task's host is reached. */
  readonly endpoint: Endpoint;
  /** The host that `delegate_to` names, for a type that works on its host from elsewhere. */
  readonly from?: string | undefined;
  /**
   * The first existing `name` in this task's search path (`files`, `templates`, `vars` in the role and the playbook).
   */
  find(
    kind: 'files' | 'templates' | 'vars',
    name: string,
  ): { ok: true; path: string } | { ok: false; searched: readonly string[] };
  /** Read a file on the controller; decrypts Ansible Vault content unless `decrypt: false`. */
  readFile(path: string, options?: { readonly decrypt?: boolean }): Uint8Array;
  /** As `readFile`, but a large file is not read before it is hashed or sent. */
  content(path: string, options?: { readonly decrypt?: boolean }): Bytes;
  /**
   * Relative path, mode, and content (or link target) of everything below a directory, parents first; `follow` says
   * how to treat links.
   */
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
  /** Permission bits of a file, following links. */
  modeOf(path: string): number;
  writeFile(path: string, content: Uint8Array, mode?: number): void;
  /** Render a template file with the task's variables. */
  render(path: string, options: TemplateOptions): string;
  /**
   * Evaluate an expression from the playbook with the task's variables; returns its name and its value as plain data.
   */
  evaluate(expression: Expression): { readonly name: string; readonly value: unknown };
  /** The first condition that does not hold, evaluated like `when`. */
  broken(conditions: Expression): { readonly condition: unknown } | undefined;
  /** A variable as plain data, and whether Python would call it a float; undefined if the variable is not defined. */
  variable(name: string): { readonly value: unknown; readonly float: boolean } | undefined;
  /** Parse YAML or JSON text with variables (vault included), for include_vars. */
  parseVars(text: string, path: string): Readonly<Record<string, unknown>>;
  /** A job on the task's host: its status file, and what this run knows about it. */
  job(id: string): { readonly file: string; readonly started?: StartedJob | undefined };
  prompt(question: string, options: { echo: boolean }): Promise<string>;
  /** Wait; like `prompt`, only when it is the task's turn. */
  wait(ms: number): Promise<void>;
}

/** A task that was started in the background: how its type computes the result once it has ended. */
export interface StartedJob {
  /** The questions to ask once it has ended. */
  ask(): Questions;
  /** The result that the task would have had, computed from the answers, its commands' replies and its duration. */
  ended(state: Readonly<Record<string, unknown>>, replies: readonly Reply[], seconds: number): TaskResult;
  /** Its result if there was nothing to wait for. */
  readonly over?: TaskResult;
}

/** The rendering options of the `template` task type, under their own names. */
export interface TemplateOptions {
  /** The destination path: `template_destpath`. */
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

/** The state, parameters and replies of a finished task; passed to `result`, without replies in a check. */
export interface Done<S, P> {
  readonly params: P;
  readonly state: S;
  readonly before: S;
  readonly changes: readonly Change[];
  /** One reply for each command that ran, in order. Empty in a check. */
  readonly replies: readonly Reply[];
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly context: TaskContext;
}

/** An example in a type's docs: a task in YAML that the tests run. `before` prepares the host. */
export interface Example {
  readonly title: string;
  readonly yaml: string;
  /**
   * `no`: the tests only check it against the parameters, because running it needs something that a test host does not
   * have; gives the reason.
   */
  readonly runs?: { readonly no: string };
}

/** A task type, as data and pure functions. Ansible calls it a module. */
export interface TaskType<
  Specs extends ParamSpecs = ParamSpecs,
  Q extends Questions = Questions,
  M extends Questions = Questions,
  R = Params<Specs>,
> {
  readonly name: string;
  /** Other names for it, such as `ansible.builtin.systemd_service`. */
  readonly aliases?: readonly string[];
  /** The type that does its work (`systemd` for `service`): its `module_defaults` apply too, after its own. */
  readonly worker?: string;
  readonly summary: string;
  readonly description?: string;
  readonly params: Specs;
  /** The parameter that takes free-form text (`command: echo hi`). */
  readonly freeForm?: string;
  /** Runs once for all hosts, on the first of them (`add_host`), as with `run_once`. */
  readonly oncePerPlay?: true;
  /** Accepts arbitrary further parameters (`set_fact`). */
  readonly anyParams?: boolean;
  readonly rules?: ParamRules;
  /**
   * Ansible's result for values that its module refuses in its own words, which playbooks examine; undefined if the
   * usual rules decide.
   */
  readonly misfit?: (given: ReadonlyMap<string, Raw>) => TaskResult | undefined;
  /** Acts every time (`command`): planning again after it ran is not expected to find nothing left to do. */
  readonly acts?: boolean;
  /** Needs no host: the controller computes it alone (`debug`, `set_fact`). */
  readonly controllerOnly?: boolean;
  /** Ansible refuses `async` for it, like for all types that need no host. */
  readonly neverAsync?: true;
  /**
   * Only shows or sets values (`debug`, `set_fact`): it always succeeds, so in a check an unknown value does not make
   * its outcome unknown.
   */
  readonly onlyValues?: true;
  /** With these parameters it is read-only: the host stays as it was, whatever the result. */
  readonly looks?: (params: R) => boolean;
  /**
   * Fails deliberately, to prevent what follows (`fail`, `assert`), so its failure also ends a check. Other failures
   * in a check are reported, and the check continues.
   */
  readonly guards?: true;
  /**
   * Ansible's check mode skips it. When this program is called as `ansible` or `ansible-playbook`, one that fails in a
   * check is skipped, too; with a text, which is Ansible's message, it is always skipped in a check.
   */
  readonly skippedByAnsible?: true | string;
  /** Ansible refuses unknown parameters on the controller, in words of its own for all types of this kind. */
  readonly refusedOnController?: true;
  /**
   * Its program runs on the controller, or where `delegate_to` says, and works on the task's own host from there
   * (`synchronize`).
   */
  readonly worksFromElsewhere?: true;
  /**
   * Waits for its host to be reachable (`wait_for_connection`, `reboot`): no later task's questions are asked before it
   * has ended.
   */
  readonly awaitsHost?: true;
  /**
   * The keys of the result that tell what the parameters lead to elsewhere, such as the commit of a branch. If it is another
   * one than before, an audit takes the difference for intended.
   */
  readonly wantedIn?: readonly string[];
  /** The state that it asks about changes by itself, so earlier answers are useless, both to it and to later tasks. */
  readonly asksAnew?: true;
  /** Reads its files and templates on the controller. Runs before `ask`; may throw `ControllerError`. */
  readonly prepare?: (params: Params<Specs>, controller: Controller, context: TaskContext) => R | Promise<R>;
  readonly ask?: (params: R, context: TaskContext) => Q;
  /** Questions that depend on the first answers: a second round, shared by all tasks that need one. */
  readonly thenAsk?: (state: StateOf<Q>, params: R, context: TaskContext) => M;
  readonly plan: (state: StateOf<Q> & Partial<StateOf<M>>, params: R, context: TaskContext) => Plan;
  /**
   * After the changes: whether what was planned has been achieved, for types where new work may have appeared
   * meanwhile (a new snapshot). Without it, planning again must find nothing left to do.
   */
  readonly reached?: (
    before: StateOf<Q> & Partial<StateOf<M>>,
    now: StateOf<Q> & Partial<StateOf<M>>,
    params: R,
  ) => boolean;
  readonly result?: (done: Done<StateOf<Q> & Partial<StateOf<M>>, R>) => TaskResult;
  /**
   * What the `ansible_facts` in its result become: facts (the default), or variables at Ansible's precedence level 19
   * or 18.
   */
  readonly gives?: 'facts' | 'set_fact' | 'include_vars';
  /**
   * The facts that a task with these arguments, as written, sets at most; undefined if that is not known. In a check, they alone become
   * unknown if the task is.
   */
  factNames?(args: Raw): readonly string[] | undefined;
  /**
   * The things on a host that a task with these parameters sees to, and how each is removed once no task declares it any
   * more. What a type without it leaves on a host is never told as an orphan. `result`: that of the task, if it was looked at.
   */
  retire?(params: NoInfer<R>, result?: TaskResult): readonly Thing[];
  /** The things that a task of a type without `retire` sees to, so that they are not told as orphans of another task. */
  seesTo?(params: NoInfer<R>): readonly Thing[];
  /** Documented keys of the result: with those that the engine adds, all of them. */
  readonly returns?: Readonly<Record<string, string>>;
  /** The result may also have keys that are not listed in `returns`. */
  readonly returnsMore?: true;
  readonly examples: readonly Example[];
}

/** Any task type, as the registry holds it. The compiler checks that each definition's functions fit its parameters. */
// biome-ignore lint/suspicious/noExplicitAny: no other type takes all task types; bindParams checks the parameters
export type AnyTaskType = TaskType<any, any, any, any>;

/** Rules between parameters, as in Ansible's argument specs. */
export interface ParamRules {
  readonly mutuallyExclusive?: readonly (readonly string[])[];
  readonly requiredTogether?: readonly (readonly string[])[];
  readonly requiredOneOf?: readonly (readonly string[])[];
  /** If the first parameter has this value, the named ones are required (all of them, or at least one with `any`). */
  readonly requiredIf?: readonly {
    readonly param: string;
    readonly is: unknown;
    readonly needs: readonly string[];
    readonly any?: boolean;
  }[];
  readonly requiredBy?: Readonly<Record<string, readonly string[]>>;
}

/** An expected failure on the controller, such as a missing file; its message becomes the task's message. */
export class ControllerError extends Error {}

/** Define a task type; the types of its parameters and state are inferred. */
export const defineTask = <
  const Specs extends ParamSpecs,
  Q extends Questions = Record<never, never>,
  M extends Questions = Record<never, never>,
  R = Params<Specs>,
>(
  type: TaskType<Specs, Q, M, R>,
): TaskType<Specs, Q, M, R> => type;
