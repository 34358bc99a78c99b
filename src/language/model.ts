import type { Position, Result } from '../core/source.ts';
import type { Raw } from '../core/value.ts';
import type { Keywords, Written } from './keywords/inherited.ts';
import type { Level } from './variables/levels.ts';

/** A variable's value, with its place. */
export interface Entry {
  readonly value: Raw;
  readonly at?: Position;
  /** A person wrote it, in a file or in a command line: its texts may be taken as expressions. Without that, nobody did. */
  readonly written?: true;
}

/** Variables, by name. */
export type Vars = ReadonlyMap<string, Entry>;

/** Variables of one origin. */
export interface VarsLayer {
  readonly level: Level;
  /** Where they come from, for people: `role defaults of nginx`, `group_vars/web.yaml`. */
  readonly from: string;
  readonly vars: Vars;
  /** They come from a file that is under Ansible Vault as a whole: their texts are secrets. */
  readonly secret?: boolean;
}

export type { Keywords, Written };

/** A role that items belong to. */
export interface RoleRef {
  readonly name: string;
  readonly path: string;
  /** Names of the roles that brought it in, nearest first (`ansible_parent_role_names`). */
  readonly parents: readonly string[];
  /** Equal for uses that are the same role (same parameters, conditions, tags): unless duplicates are allowed, it runs once a host. */
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
  /** Variables that only items here see: play, role, block, task, include. Low to high. */
  readonly layers: readonly VarsLayer[];
  /** Folders in which relative `src` and `file` are looked for, nearest first; `files/`, `templates/`, `vars/`, `tasks/` are below them. */
  readonly searchPath: readonly string[];
}

/** What repeats a task or an include. */
export interface Loop {
  /** The list: an expression's value, or the terms of a lookup. */
  readonly over: Written;
  /** `with_items` → `items`: the lookup whose list it is; none for `loop`. */
  readonly lookup?: string;
  readonly loopVar?: Raw;
  readonly indexVar?: Raw;
  readonly label?: Raw;
  readonly pause?: Raw;
  readonly extended?: Raw;
  readonly extendedAllitems?: Raw;
  readonly breakWhen?: readonly Written[];
}

/** A task as the playbook writes it. */
export interface Task extends ItemBase {
  readonly kind: 'task';
  /** The task type's name, as written (`apt`, `ansible.builtin.apt`); a template only in `action: "{{ … }}"`. */
  readonly type: string | Raw;
  readonly typeAt: Position;
  /** Its parameters: a dict of what was written (free-form text under the type's parameter for it, `args:` merged in). */
  readonly args: Raw;
  readonly argsAt: Position;
  readonly loop?: Loop;
  readonly register?: string;
  readonly notify: readonly Written[];
  readonly changedWhen?: readonly Written[];
  readonly failedWhen?: readonly Written[];
  readonly until?: readonly Written[];
  readonly retries?: Written;
  readonly delay?: Written;
  readonly async?: Written;
  readonly poll?: Written;
}

/** A task that runs at the end of a play when a change notifies it, by its name or by what it listens to. */
export interface Handler extends Task {
  readonly listen: readonly string[];
}

/** Tasks under common keywords, with what is done when one of them fails and what is done in any case. */
export interface Block extends ItemBase {
  readonly kind: 'block';
  readonly block: readonly Item[];
  readonly rescue: readonly Item[];
  readonly always: readonly Item[];
  /** Ours: a read-only command that must succeed after the block's changes; if it fails they are put back. */
  readonly validate?: Written;
}

/** `include_tasks` and `include_role`: what they bring is known when they run. */
export interface Include extends ItemBase {
  readonly kind: 'include';
  readonly of: 'tasks' | 'role';
  /** Its action as written: `include_tasks`, `ansible.builtin.include_tasks`. */
  readonly type: string;
  readonly args: Raw;
  readonly loop?: Loop;
  readonly register?: string;
  /** Keywords for all that is brought in. */
  readonly apply?: Raw;
  /** As a handler, the names it listens to. */
  readonly listen?: readonly string[];
}

/** A `meta` task: something that the run itself does. */
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
  /** As a handler, the names it listens to. */
  readonly listen?: readonly string[];
  /** Ours to insert (after pre_tasks, tasks, post_tasks), not written by anybody; not shown. */
  readonly implicit: boolean;
}

/** What a list of tasks holds. */
export type Item = Task | Block | Include | Meta;

/** A play: the hosts, and all that is done on them, in its order. */
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
  readonly serial?: Written;
  readonly strategy?: Written;
  readonly order?: Written;
  readonly maxFailPercentage?: Written;
  readonly forceHandlers?: Written;
  /** pre_tasks, roles, tasks, post_tasks, each followed by an implicit `flush_handlers`. */
  readonly items: readonly Item[];
  /** In the order in which they run; the last of a name wins. Includes those of roles. */
  readonly handlers: readonly (Handler | Include | Meta)[];
  /** The folder of the playbook (`playbook_dir`). */
  readonly directory: string;
  /** `when`, `vars` and `tags` of an `import_playbook` are in keywords and layers. */
}

/** A variable that a person is asked for before a play. */
export interface VarsPrompt {
  readonly name: string;
  readonly prompt: string;
  readonly private: boolean;
  readonly default?: Raw;
  /** Ask twice, until both answers are the same. */
  readonly confirm: boolean;
  /** The scheme of the hash that the variable is to hold. */
  readonly encrypt?: string;
  readonly salt?: string;
  readonly saltSize?: number;
}

/** What an include brings: items, and with a role its handlers and the variables that stay visible afterwards. */
export interface IncludedItems {
  readonly items: readonly Item[];
  readonly handlers: readonly (Handler | Include | Meta)[];
  /** Role defaults and vars that all later tasks of the play see (`public: true`). */
  readonly exported: readonly VarsLayer[];
}

/** Loads what is known only while running; the engine calls it with templated names. */
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
  /** A vars file (`vars_files`, `include_vars`), vault decrypted lazily. */
  vars(path: string): Result<Vars>;
}

/** A host of the inventory. */
export interface Host {
  readonly name: string;
  /** Groups it is in, direct and through children, weakest first (depth, then ansible_group_priority, then name); without `all`. */
  readonly groups: readonly string[];
  /** Everything that inventory and group_vars/host_vars say of it, low to high. */
  readonly layers: readonly VarsLayer[];
}

/** The hosts and groups that a run may know, frozen. */
export interface Inventory {
  readonly hosts: ReadonlyMap<string, Host>;
  /** Group name → its hosts in the inventory's order, `all` and `ungrouped` included. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  /** Group name → names of the groups directly below it. */
  readonly children: ReadonlyMap<string, readonly string[]>;
  /** The files and folders it was read from. */
  readonly sources: readonly string[];
}

/** What an item, or a whole playbook, was loaded with. */
export interface Playbook {
  readonly file: string;
  readonly plays: readonly Play[];
}
