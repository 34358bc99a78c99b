import type { Position, Result } from '../core/source.ts';
import type { Raw } from '../core/value.ts';
import type { Keywords, Written } from './keywords/inherited.ts';
import type { Level } from './variables/levels.ts';

/** A variable's value, with its place. */
export interface Entry {
  readonly value: Raw;
  readonly at?: Position;
  /** Set if a person wrote the value, in a file or on a command line; only then may strings in it be evaluated as expressions. */
  readonly written?: true;
}

/** Variables, by name. */
export type Vars = ReadonlyMap<string, Entry>;

/** Variables from one origin. */
export interface VarsLayer {
  readonly level: Level;
  /** Where they come from, for messages: `role defaults of nginx`, `group_vars/web.yaml`. */
  readonly from: string;
  readonly vars: Vars;
  /** They come from a fully vault-encrypted file, so their strings are secrets. */
  readonly secret?: boolean;
}

export type { Keywords, Written };

/** A role that items belong to. */
export interface RoleRef {
  readonly name: string;
  readonly path: string;
  /** The roles that led to it, nearest first (`ansible_parent_role_names`, `ansible_parent_role_paths`). */
  readonly parents: readonly Pick<RoleRef, 'name' | 'path'>[];
  /**
   * Equal for uses that count as the same role (same parameters, conditions, tags), which runs once per host unless duplicates are allowed.
   */
  readonly instance?: string;
  readonly allowDuplicates?: boolean;
}

interface ItemBase {
  /** Unique within a run. */
  readonly id: number;
  readonly at: Position;
  readonly name?: Raw;
  readonly keywords: Keywords;
  readonly role?: RoleRef;
  /** Variables that only items here see: play, role, block, task, include. Lowest precedence first. */
  readonly layers: readonly VarsLayer[];
  /**
   * Directories, nearest first, whose subdirectories `files/`, `templates/`, `vars/`, `tasks/` are searched for relative `src` and `file`.
   */
  readonly searchPath: readonly string[];
}

/** The loop of a task or an include. */
export interface Loop {
  /** The list: an expression's value, or the terms of a lookup. */
  readonly over: Written;
  /** `with_items` → `items`: the lookup that produces the list; undefined for `loop`. */
  readonly lookup?: string;
  readonly loopVar?: Raw;
  readonly indexVar?: Raw;
  readonly label?: Raw;
  readonly pause?: Raw;
  readonly extended?: Raw;
  readonly extendedAllitems?: Raw;
  readonly breakWhen?: readonly Written[];
}

/** A variable that `register` sets to the value of an expression. */
export interface Projection {
  readonly name: string;
  readonly expression: string;
  readonly at: Position;
}

/** A task as written in the playbook. */
export interface Task extends ItemBase {
  readonly kind: 'task';
  /** The task type's name, as written (`apt`, `ansible.builtin.apt`); a template only in `action: "{{ … }}"`. */
  readonly type: string | Raw;
  readonly typeAt: Position;
  /** Its parameters as written: a dict, with free-form text stored under the type's parameter for it and `args:` merged in. */
  readonly args: Raw;
  readonly argsAt: Position;
  readonly loop?: Loop;
  readonly register?: string;
  /** Expressions that are computed from its result, instead of `register`. */
  readonly projections?: readonly Projection[];
  readonly notify: readonly Written[];
  readonly changedWhen?: readonly Written[];
  readonly failedWhen?: readonly Written[];
  readonly until?: readonly Written[];
  readonly retries?: Written;
  readonly delay?: Written;
  readonly async?: Written;
  readonly poll?: Written;
}

/** A task that runs at the end of a play if a change notifies it, by its name or by a name it listens to. */
export interface Handler extends Task {
  readonly listen: readonly string[];
}

/** Tasks with common keywords, and the tasks to run if one of them fails (`rescue`) and in any case (`always`). */
export interface Block extends ItemBase {
  readonly kind: 'block';
  readonly block: readonly Item[];
  readonly rescue: readonly Item[];
  readonly always: readonly Item[];
  /** Our own keyword: a read-only command that must succeed after the block's changes; if it fails, they are rolled back. */
  readonly validate?: Written;
}

/** `include_tasks` and `include_role`, whose content is only known when they run. */
export interface Include extends ItemBase {
  readonly kind: 'include';
  readonly of: 'tasks' | 'role';
  /** Its action as written: `include_tasks`, `ansible.builtin.include_tasks`. */
  readonly type: string;
  readonly args: Raw;
  readonly loop?: Loop;
  readonly register?: string;
  readonly projections?: readonly Projection[];
  /** Keywords for everything included. */
  readonly apply?: Raw;
  /** If it is a handler, the names it listens to. */
  readonly listen?: readonly string[];
}

/** A `meta` task: an instruction to the run itself. */
export interface Meta extends ItemBase {
  readonly kind: 'meta';
  readonly action:
    | 'flush_handlers'
    | 'noop'
    | 'end_play'
    | 'end_host'
    | 'end_batch'
    | 'end_role'
    | 'clear_facts'
    | 'clear_host_errors'
    | 'refresh_inventory'
    | 'reset_connection'
    | 'role_complete';
  /** If it is a handler, the names it listens to. */
  readonly listen?: readonly string[];
  /** Inserted by us (after pre_tasks, tasks, post_tasks), not written in the playbook; not shown. */
  readonly implicit: boolean;
}

/** An item in a list of tasks. */
export type Item = Task | Block | Include | Meta;

/** A play: the hosts, and everything to do on them, in order. */
export interface Play {
  readonly id: number;
  readonly at: Position;
  readonly name?: Raw;
  readonly hosts: Written;
  readonly keywords: Keywords;
  readonly layers: readonly VarsLayer[];
  readonly varsFiles: readonly Written[];
  readonly varsPrompt: readonly VarsPrompt[];
  readonly gatherFacts?: Written;
  readonly gatherSubset?: Written;
  readonly gatherTimeout?: Written;
  readonly factPath?: Written;
  readonly serial?: Written;
  readonly strategy?: Written;
  readonly order?: Written;
  readonly maxFailPercentage?: Written;
  readonly forceHandlers?: Written;
  /** pre_tasks, roles, tasks, post_tasks, each followed by an implicit `flush_handlers`. */
  readonly items: readonly Item[];
  /** In execution order, including those of roles; of those with the same name the last wins. */
  readonly handlers: readonly (Handler | Include | Meta)[];
  /** The directory of the playbook (`playbook_dir`). */
  readonly directory: string;
  /** `when`, `vars` and `tags` of an `import_playbook` are in keywords and layers. */
}

/** A variable that the user is prompted for before a play. */
export interface VarsPrompt {
  readonly name: string;
  readonly prompt: Raw;
  readonly private: boolean;
  readonly default?: Raw;
  /** Ask twice, until both answers are the same. */
  readonly confirm: boolean;
  /** The hash scheme to apply to the answer. */
  readonly encrypt?: string;
  readonly salt?: string;
  readonly saltSize?: number;
}

/** The content of an include: items and, for a role, its handlers and the variables that stay visible afterwards. */
export interface IncludedItems {
  readonly items: readonly Item[];
  readonly handlers: readonly (Handler | Include | Meta)[];
  /** Role defaults and vars visible to all later tasks of the play (`public: true`). */
  readonly exported: readonly VarsLayer[];
}

/** Loads what is only known during the run. The engine calls it with names already evaluated. */
export interface DynamicLoader {
  tasks(include: Include, file: string, vars: VarsLayer[]): Result<IncludedItems>;
  role(
    include: Include,
    args: {
      name: string;
      tasksFrom?: string;
      varsFrom?: string;
      defaultsFrom?: string;
      handlersFrom?: string;
      public?: boolean;
      allowDuplicates?: boolean;
      rolespecValidate?: boolean;
    },
    vars: VarsLayer[],
  ): Result<IncludedItems>;
  /** A vars file (`vars_files`, `include_vars`); vault values are decrypted lazily. */
  vars(path: string): Result<Vars>;
}

/** A host of the inventory. */
export interface Host {
  readonly name: string;
  /**
   * The groups it is in, directly or through children, lowest precedence first (depth, then ansible_group_priority, then name); without
   * `all`.
   */
  readonly groups: readonly string[];
  /** All its variables from inventory and group_vars/host_vars, lowest precedence first. */
  readonly layers: readonly VarsLayer[];
}

/** The hosts and groups available to a run; immutable. */
export interface Inventory {
  readonly hosts: ReadonlyMap<string, Host>;
  /** Group name → its hosts in inventory order, including `all` and `ungrouped`. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  /** Group name → names of its direct child groups. */
  readonly children: ReadonlyMap<string, readonly string[]>;
  /** The files and directories it was read from. */
  readonly sources: readonly string[];
}

/** A loaded playbook. */
export interface Playbook {
  readonly file: string;
  readonly plays: readonly Play[];
}
