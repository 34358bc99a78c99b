import type { Expression } from './value.ts';

/**
 * The types of Ansible's argument specs. `mode` is a file mode (`'0644'`, `'u=rw,g=r'`), `expression` is evaluated by
 * the controller like `when`, and `subject` is a subject of a command (`path:/etc/nginx`).
 */
export type ParamType =
  | 'str'
  | 'bool'
  | 'int'
  | 'float'
  | 'path'
  | 'list'
  | 'dict'
  | 'raw'
  | 'mode'
  | 'bytes'
  | 'json'
  | 'task'
  | 'expression'
  | 'subject';

/** One parameter of a task type: a single source for checks, docs and the editor schema. */
export interface ParamSpec {
  readonly type: ParamType;
  readonly doc?: string;
  readonly required?: boolean;
  readonly default?: unknown;
  /** A variable in the task's `environment` that, if it is a boolean, takes the place of the default. */
  readonly environment?: string;
  readonly choices?: readonly (string | number | boolean)[];
  readonly aliases?: readonly string[];
  readonly elements?: ParamType;
  /** The keys of a dict, or of each dict in a list. */
  readonly options?: ParamSpecs;
  readonly rules?: import('./task-type.ts').ParamRules;
  /** Never shown; `password in URL` hides only the passwords in URLs. */
  readonly secret?: boolean | 'password in URL';
  /** Accepted for compatibility with Ansible; says why it has no effect here. */
  readonly ignored?: string;
  /** Names a file on the controller, searched for in this directory of the role and the playbook. */
  readonly localFile?: 'files' | 'templates' | 'vars';
}

/** The parameters of a task type, by name. */
export type ParamSpecs = Readonly<Record<string, ParamSpec>>;

interface TypeOf {
  str: string;
  bool: boolean;
  int: number;
  float: number;
  path: string;
  list: readonly unknown[];
  dict: Readonly<Record<string, unknown>>;
  raw: unknown;
  mode: string;
  bytes: number;
  json: string;
  task: BoundTask;
  expression: Expression;
  subject: string;
}

/** A task given as a parameter, ready to be asked and planned (`manual: proven_by:`). */
export interface BoundTask {
  readonly type: import('./task-type.ts').TaskType;
  readonly params: unknown;
}

type OneOf<S extends ParamSpec> = S['choices'] extends readonly (infer C)[] ? C : never;

type ScalarOf<S extends ParamSpec> = [OneOf<S>] extends [never] ? TypeOf[S['type']] : OneOf<S>;

type ValueOf<S extends ParamSpec> = S extends { type: 'list'; elements: infer E extends ParamType }
  ? readonly (E extends 'dict'
      ? S extends { options: infer O extends ParamSpecs }
        ? Params<O>
        : Readonly<Record<string, unknown>>
      : [OneOf<S>] extends [never]
        ? TypeOf[E]
        : OneOf<S>)[]
  : S extends { type: 'dict'; options: infer O extends ParamSpecs }
    ? Params<O>
    : ScalarOf<S>;

type Given<S extends ParamSpec> = S extends { required: true } | { default: unknown }
  ? ValueOf<S>
  : ValueOf<S> | undefined;

/**
 * Parameters after binding: typed, with defaults filled in and aliases resolved; one that was not given is
 * `undefined`.
 */
export type Params<Specs extends ParamSpecs> = { readonly [K in keyof Specs]: Given<Specs[K]> };
