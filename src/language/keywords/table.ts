import { becomeMethodNames } from '../../core/become-methods.ts';
import { connectionNames } from '../../core/connections.ts';

/** Where a keyword may appear. `include` means include_tasks and include_role; an import counts as a `task`, and so does `apply:`. */
export type KeywordPlace = 'play' | 'role' | 'block' | 'task' | 'handler' | 'include' | 'import_playbook';

/** The values that a keyword accepts. A template may replace a `bool`, an `int`, a `text`, and each of `dicts`. */
export type KeywordType =
  | 'bool'
  | 'int'
  | 'text'
  | 'file'
  | 'label'
  | 'name'
  | 'variable'
  | 'conditions'
  | 'dicts'
  | 'dict'
  | 'args'
  | 'vars'
  | 'names'
  | 'tags'
  | 'hosts'
  | 'items'
  | 'roles'
  | 'action'
  | 'prompts'
  | 'spec'
  | 'value'
  | 'any';

/** A playbook keyword. */
export interface KeywordSpec {
  readonly type: KeywordType;
  readonly on: readonly KeywordPlace[];
  /**
   * How nested items inherit it: only the nearest value is in effect, or all of them, outermost first. Without it, the keyword applies only
   * where it is written.
   */
  readonly inherited?: 'nearest' | 'all';
  /** When its template is evaluated: never, when the playbook is loaded, once per play, per task and host, or per iteration of a loop. */
  readonly templated: 'never' | 'load' | 'play' | 'task' | 'turn';
  /** The part that implements it: the loader alone (src/language/load) or the engine; or why it has no effect here. */
  readonly use: { readonly by: 'loader' | 'engine' } | { readonly none: string };
  readonly doc: string;
}

const shared = ['play', 'role', 'block', 'task', 'handler'] as const;
const sharedAndIncludes = [...shared, 'include'] as const;
const everywhere = [...sharedAndIncludes, 'import_playbook'] as const;
const inPlays = ['role', 'block', 'task', 'handler'] as const;
const tasks = ['task', 'handler'] as const;
const tasksAndIncludes = [...tasks, 'include'] as const;

/**
 * All playbook keywords, except `with_NAME` on tasks and includes. This table determines what a play, a block or a task may contain, how it
 * is read and inherited, the editors' schema, the warnings about keywords without effect, and docs/keywords.md.
 */
// biome-ignore format: a table
export const KEYWORDS = {
  // Shared by plays, roles, blocks and tasks.
  name: { type: 'any', on: everywhere, templated: 'turn', use: { by: 'loader' }, doc: 'The name, shown in reports and used by notify.' },
  vars: { type: 'vars', on: everywhere, templated: 'turn', use: { by: 'loader' }, doc: 'Variables for everything inside it.' },
  tags: { type: 'tags', on: everywhere, inherited: 'all', templated: 'task', use: { by: 'engine' }, doc: 'Labels for selecting tasks with --tags and --skip-tags.' },
  step: { type: 'label', on: everywhere, inherited: 'nearest', templated: 'never', use: { by: 'engine' }, doc: 'The step of an install document that this carries out. Not in Ansible.' },
  when: { type: 'conditions', on: [...inPlays, 'include', 'import_playbook'], inherited: 'all', templated: 'turn', use: { by: 'engine' }, doc: 'Conditions that must all hold; otherwise it is skipped.' },
  environment: { type: 'dicts', on: shared, inherited: 'all', templated: 'turn', use: { by: 'engine' }, doc: 'Environment variables for commands on the host.' },
  module_defaults: { type: 'dicts', on: shared, inherited: 'all', templated: 'turn', use: { by: 'engine' }, doc: 'Default parameters for tasks of a given type.' },
  collections: { type: 'any', on: sharedAndIncludes, templated: 'never', use: { by: 'loader' }, doc: 'Collections that are searched first for roles.' },
  become: { type: 'bool', on: shared, inherited: 'nearest', templated: 'turn', use: { by: 'engine' }, doc: 'Act as another user.' },
  become_user: { type: 'text', on: shared, inherited: 'nearest', templated: 'turn', use: { by: 'engine' }, doc: 'The user to become (default: root).' },
  become_method: { type: 'text', on: shared, inherited: 'nearest', templated: 'turn', use: { by: 'engine' }, doc: `How to become that user: ${becomeMethodNames.join(', ')}.` },
  become_flags: { type: 'text', on: shared, inherited: 'nearest', templated: 'turn', use: { by: 'engine' }, doc: 'Options for the program that switches to the user.' },
  become_exe: { type: 'text', on: shared, inherited: 'nearest', templated: 'turn', use: { by: 'engine' }, doc: 'The program that switches to the user, if it is not the usual one.' },
  connection: { type: 'text', on: shared, inherited: 'nearest', templated: 'turn', use: { by: 'engine' }, doc: `How to reach the host: ${connectionNames.join(', ')}.` },
  remote_user: { type: 'text', on: shared, inherited: 'nearest', templated: 'turn', use: { by: 'engine' }, doc: 'The user to log in as.' },
  port: { type: 'int', on: shared, inherited: 'nearest', templated: 'turn', use: { by: 'engine' }, doc: 'The ssh port.' },
  check_mode: { type: 'bool', on: shared, inherited: 'nearest', templated: 'turn', use: { by: 'engine' }, doc: 'If true, only check, even in a run. If false, run, even in a check.' },
  diff: { type: 'bool', on: shared, inherited: 'nearest', templated: 'turn', use: { by: 'engine' }, doc: 'Whether to show text diffs.' },
  no_log: { type: 'bool', on: sharedAndIncludes, inherited: 'nearest', templated: 'turn', use: { by: 'engine' }, doc: 'Keep parameters and results out of all reports.' },
  timeout: { type: 'int', on: sharedAndIncludes, inherited: 'nearest', templated: 'turn', use: { by: 'engine' }, doc: 'Seconds after which a task fails.' },
  throttle: { type: 'int', on: shared, inherited: 'nearest', templated: 'task', use: { by: 'engine' }, doc: 'Maximum number of hosts on which a task runs at the same time.' },
  run_once: { type: 'bool', on: sharedAndIncludes, inherited: 'nearest', templated: 'task', use: { by: 'engine' }, doc: 'Run on the first host only, and use its result for all hosts.' },
  any_errors_fatal: { type: 'bool', on: shared, inherited: 'nearest', templated: 'task', use: { by: 'engine' }, doc: 'End the play on all hosts when a task fails on one.' },
  ignore_errors: { type: 'bool', on: sharedAndIncludes, inherited: 'nearest', templated: 'task', use: { by: 'engine' }, doc: 'Continue when a task fails.' },
  ignore_unreachable: { type: 'bool', on: shared, inherited: 'nearest', templated: 'task', use: { by: 'engine' }, doc: 'Continue when a host is unreachable.' },
  delegate_to: { type: 'text', on: inPlays, inherited: 'nearest', templated: 'turn', use: { by: 'engine' }, doc: 'Another host to act on.' },
  delegate_facts: { type: 'bool', on: inPlays, inherited: 'nearest', templated: 'turn', use: { by: 'engine' }, doc: 'Store gathered facts for the host that the task is delegated to.' },
  debugger: { type: 'label', on: sharedAndIncludes, inherited: 'nearest', templated: 'never', use: { by: 'engine' }, doc: 'When to start the debugger: always, never, on_failed, on_unreachable, on_skipped.' },
  // Plays.
  hosts: { type: 'hosts', on: ['play'], templated: 'play', use: { by: 'loader' }, doc: 'A pattern that selects hosts and groups. Required.' },
  import_playbook: { type: 'file', on: ['import_playbook'], templated: 'load', use: { by: 'loader' }, doc: 'Another playbook file whose plays are inserted here.' },
  gather_facts: { type: 'bool', on: ['play'], templated: 'play', use: { by: 'engine' }, doc: 'Whether to gather facts the first time one is used.' },
  gather_subset: { type: 'any', on: ['play'], templated: 'play', use: { by: 'engine' }, doc: 'Which facts the play gathers: names of subsets and facts; a leading `!` excludes one.' },
  gather_timeout: { type: 'int', on: ['play'], templated: 'play', use: { by: 'engine' }, doc: 'How long to wait for file systems that do not respond while facts are gathered, in seconds.' },
  fact_path: { type: 'text', on: ['play'], templated: 'play', use: { by: 'engine' }, doc: 'The directory of local facts.' },
  validate_argspec: { type: 'spec', on: ['play'], templated: 'never', use: { by: 'loader' }, doc: 'Validate the variables of the play before its first task: true, or the name of an argument spec in `NAME.meta.yml` next to the playbook.' },
  vars_files: { type: 'any', on: ['play'], templated: 'play', use: { by: 'engine' }, doc: 'Variable files to load. For a nested list, only the first file that exists is loaded.' },
  vars_prompt: { type: 'prompts', on: ['play'], templated: 'never', use: { by: 'loader' }, doc: 'Variables to prompt for before the play starts.' },
  roles: { type: 'roles', on: ['play'], templated: 'load', use: { by: 'loader' }, doc: 'Roles to run after pre_tasks.' },
  pre_tasks: { type: 'items', on: ['play'], templated: 'never', use: { by: 'loader' }, doc: 'Tasks before the roles.' },
  tasks: { type: 'items', on: ['play'], templated: 'never', use: { by: 'loader' }, doc: 'Tasks after the roles.' },
  post_tasks: { type: 'items', on: ['play'], templated: 'never', use: { by: 'loader' }, doc: 'Tasks at the end of the play.' },
  handlers: { type: 'items', on: ['play'], templated: 'never', use: { by: 'loader' }, doc: 'Tasks that run when a change notifies them.' },
  force_handlers: { type: 'bool', on: ['play'], templated: 'play', use: { by: 'engine' }, doc: 'Run notified handlers even on hosts that failed.' },
  serial: { type: 'any', on: ['play'], templated: 'play', use: { by: 'engine' }, doc: 'The size of each batch, as a number or percentage of hosts.' },
  max_fail_percentage: { type: 'any', on: ['play'], templated: 'play', use: { by: 'engine' }, doc: 'End the play when more than this percentage of a batch fails.' },
  strategy: { type: 'any', on: ['play'], templated: 'play', use: { by: 'engine' }, doc: 'The order of tasks across hosts: linear, free, host_pinned, or debug (linear, and failed tasks start the debugger).' },
  order: { type: 'any', on: ['play'], templated: 'play', use: { by: 'engine' }, doc: 'The order of hosts: inventory, sorted, reverse_inventory, reverse_sorted, shuffle.' },
  user: { type: 'text', on: ['play'], templated: 'turn', use: { by: 'loader' }, doc: 'The older name of remote_user.' },
  // Entries of roles: and of a role's dependencies. Any other key of an entry is a parameter of the role.
  role: { type: 'name', on: ['role'], templated: 'load', use: { by: 'loader' }, doc: 'The name of the role.' },
  src: { type: 'name', on: ['role'], templated: 'load', use: { by: 'loader' }, doc: 'The name of the role, if `role` is not set.' },
  scm: { type: 'any', on: ['role'], templated: 'never', use: { none: 'roles are not fetched; only ansible-galaxy reads it' }, doc: 'The version control system that the role is kept in.' },
  version: { type: 'any', on: ['role'], templated: 'never', use: { none: 'roles are not fetched; only ansible-galaxy reads it' }, doc: 'The version of the role.' },
  // Blocks.
  block: { type: 'items', on: ['block'], templated: 'never', use: { by: 'loader' }, doc: 'Tasks that share the keywords of the block.' },
  rescue: { type: 'items', on: ['block'], templated: 'never', use: { by: 'loader' }, doc: 'Tasks that run if a task in the block fails.' },
  always: { type: 'items', on: ['block'], templated: 'never', use: { by: 'loader' }, doc: 'Tasks that always run, even after a failure.' },
  validate: { type: 'text', on: ['block'], templated: 'task', use: { by: 'engine' }, doc: 'A command that verifies the result of the block. If it fails, changed files are rolled back. Not in Ansible.' },
  // Tasks.
  action: { type: 'action', on: tasksAndIncludes, templated: 'turn', use: { by: 'loader' }, doc: 'The task type and its parameters in one value.' },
  local_action: { type: 'action', on: tasksAndIncludes, templated: 'turn', use: { by: 'loader' }, doc: 'Like `action`, but on the controller.' },
  args: { type: 'args', on: tasksAndIncludes, templated: 'turn', use: { by: 'loader' }, doc: 'Additional parameters for the task type.' },
  loop: { type: 'value', on: tasksAndIncludes, templated: 'task', use: { by: 'engine' }, doc: 'A list; the task runs once for each item.' },
  loop_control: { type: 'dict', on: tasksAndIncludes, templated: 'task', use: { by: 'loader' }, doc: 'Options for the loop, listed below.' },
  register: { type: 'variable', on: tasksAndIncludes, templated: 'never', use: { by: 'loader' }, doc: 'The variable that holds the result, or variables with expressions that are computed from it.' },
  notify: { type: 'names', on: ['block', ...tasks], inherited: 'nearest', templated: 'task', use: { by: 'engine' }, doc: 'Handlers to run at the end when the task changes something.' },
  listen: { type: 'names', on: ['handler', 'include'], templated: 'never', use: { by: 'engine' }, doc: 'Other names by which a handler is notified.' },
  changed_when: { type: 'conditions', on: tasks, templated: 'turn', use: { by: 'engine' }, doc: 'Conditions under which the task counts as changed.' },
  failed_when: { type: 'conditions', on: tasks, templated: 'turn', use: { by: 'engine' }, doc: 'Conditions under which the task counts as failed.' },
  until: { type: 'conditions', on: tasks, templated: 'turn', use: { by: 'engine' }, doc: 'Conditions to wait for: the task is repeated until they hold.' },
  retries: { type: 'int', on: tasks, templated: 'turn', use: { by: 'engine' }, doc: 'How many times to retry (default: 3).' },
  delay: { type: 'int', on: tasks, templated: 'turn', use: { by: 'engine' }, doc: 'Seconds between two attempts (default: 5).' },
  async: { type: 'int', on: tasks, templated: 'turn', use: { by: 'engine' }, doc: 'Maximum duration of the task in the background, in seconds.' },
  poll: { type: 'int', on: tasks, templated: 'turn', use: { by: 'engine' }, doc: 'Seconds between polls of a background task; 0 means do not wait.' },
} as const satisfies Readonly<Record<string, KeywordSpec>>;

/** The name of a keyword. */
export type KeywordName = keyof typeof KEYWORDS;
