/** Keywords that plays, roles, blocks and tasks share. */
const base = [
  'any_errors_fatal',
  'become',
  'become_exe',
  'become_flags',
  'become_method',
  'become_user',
  'check_mode',
  'collections',
  'connection',
  'debugger',
  'diff',
  'environment',
  'ignore_errors',
  'ignore_unreachable',
  'module_defaults',
  'name',
  'no_log',
  'port',
  'remote_user',
  'run_once',
  'tags',
  'throttle',
  'timeout',
  'vars',
  'step',
] as const;

const conditional = ['when', 'delegate_to', 'delegate_facts'] as const;

/** Keywords of a task; `with_…` besides. */
export const taskKeywords: ReadonlySet<string> = new Set([
  ...base,
  ...conditional,
  'action',
  'local_action',
  'args',
  'async',
  'poll',
  'changed_when',
  'failed_when',
  'until',
  'retries',
  'delay',
  'loop',
  'loop_control',
  'register',
  'notify',
]);

/** What a handler may hold. */
export const handlerKeywords: ReadonlySet<string> = new Set([...taskKeywords, 'listen']);

/** What a block may hold. */
export const blockKeywords: ReadonlySet<string> = new Set([
  ...base,
  ...conditional,
  'block',
  'rescue',
  'always',
  'notify',
  'validate',
]);

/** What a play may hold. */
export const playKeywords: ReadonlySet<string> = new Set([
  ...base,
  'hosts',
  'gather_facts',
  'gather_subset',
  'gather_timeout',
  'fact_path',
  'vars_files',
  'vars_prompt',
  'roles',
  'handlers',
  'pre_tasks',
  'tasks',
  'post_tasks',
  'force_handlers',
  'max_fail_percentage',
  'serial',
  'strategy',
  'order',
  'user',
]);

/** Keywords of an entry of `roles:`; everything else in it is a parameter of the role. */
export const roleKeywords: ReadonlySet<string> = new Set([...base, ...conditional, 'role', 'src', 'scm', 'version']);

/** The only keywords of `include_tasks` and `include_role`: others would not reach what they bring. */
export const includeKeywords: ReadonlySet<string> = new Set([
  'action',
  'local_action',
  'args',
  'collections',
  'debugger',
  'ignore_errors',
  'loop',
  'loop_control',
  'name',
  'no_log',
  'register',
  'run_once',
  'tags',
  'timeout',
  'vars',
  'when',
  'listen',
  'step',
]);

/** What may stand beside `import_playbook`. */
export const importPlaybookKeywords: ReadonlySet<string> = new Set([
  'name',
  'vars',
  'when',
  'tags',
  'import_playbook',
  'step',
]);

/** What `loop_control` may hold. */
export const loopControlKeywords: ReadonlySet<string> = new Set([
  'loop_var',
  'index_var',
  'label',
  'pause',
  'extended',
  'extended_allitems',
  'break_when',
]);
