/** How a setting's text is read: paths are made absolute, `paths` are separated by colons, `sources` by commas. */
export type SettingType = 'bool' | 'int' | 'str' | 'list' | 'path' | 'paths' | 'sources' | 'choice';

/** A setting of Ansible's configuration that we honour. */
export interface Setting {
  readonly type: SettingType;
  readonly default?: boolean | number | string | readonly string[];
  readonly env: readonly string[];
  /** `section.key` in ansible.cfg. */
  readonly ini: readonly string[];
  readonly choices?: readonly string[];
}

const IGNORED = ['.pyc', '.pyo', '.swp', '.bak', '~', '.rpm', '.md', '.txt', '.rst', '.orig', '.ini', '.cfg', '.retry'];

/** All settings that change what a run means, under our names. */
export const SETTINGS = {
  inventory: {
    type: 'sources',
    default: ['/etc/ansible/hosts'],
    env: ['ANSIBLE_INVENTORY'],
    ini: ['defaults.inventory'],
  },
  inventoryIgnoreExtensions: {
    type: 'list',
    default: IGNORED,
    env: ['ANSIBLE_INVENTORY_IGNORE'],
    ini: ['defaults.inventory_ignore_extensions', 'inventory.ignore_extensions'],
  },
  inventoryIgnorePatterns: {
    type: 'list',
    default: [],
    env: ['ANSIBLE_INVENTORY_IGNORE_REGEX'],
    ini: ['defaults.inventory_ignore_patterns', 'inventory.ignore_patterns'],
  },
  hostPatternMismatch: {
    type: 'choice',
    default: 'warning',
    choices: ['warning', 'error', 'ignore'],
    env: ['ANSIBLE_HOST_PATTERN_MISMATCH'],
    ini: ['inventory.host_pattern_mismatch'],
  },
  transformInvalidGroupChars: {
    type: 'choice',
    default: 'never',
    choices: ['never', 'always', 'ignore', 'silently'],
    env: ['ANSIBLE_TRANSFORM_INVALID_GROUP_CHARS'],
    ini: ['defaults.force_valid_group_names'],
  },
  rolesPath: {
    type: 'paths',
    default: ['~/.ansible/roles', '/usr/share/ansible/roles', '/etc/ansible/roles'],
    env: ['ANSIBLE_ROLES_PATH'],
    ini: ['defaults.roles_path'],
  },
  collectionsPath: {
    type: 'paths',
    default: ['~/.ansible/collections', '/usr/share/ansible/collections'],
    env: ['ANSIBLE_COLLECTIONS_PATH', 'ANSIBLE_COLLECTIONS_PATHS'],
    ini: ['defaults.collections_path', 'defaults.collections_paths'],
  },
  playbookDir: { type: 'path', env: ['ANSIBLE_PLAYBOOK_DIR'], ini: ['defaults.playbook_dir'] },
  playbookVarsRoot: {
    type: 'choice',
    default: 'top',
    choices: ['top', 'bottom', 'all'],
    env: ['ANSIBLE_PLAYBOOK_VARS_ROOT'],
    ini: ['defaults.playbook_vars_root'],
  },
  varsPluginStage: {
    type: 'choice',
    default: 'demand',
    choices: ['demand', 'start'],
    env: ['ANSIBLE_RUN_VARS_PLUGINS'],
    ini: ['defaults.run_vars_plugins'],
  },
  hashBehaviour: {
    type: 'choice',
    default: 'replace',
    choices: ['replace', 'merge'],
    env: ['ANSIBLE_HASH_BEHAVIOUR'],
    ini: ['defaults.hash_behaviour'],
  },
  privateRoleVars: {
    type: 'bool',
    default: false,
    env: ['ANSIBLE_PRIVATE_ROLE_VARS'],
    ini: ['defaults.private_role_vars'],
  },
  remoteUser: { type: 'str', env: ['ANSIBLE_REMOTE_USER'], ini: ['defaults.remote_user'] },
  remotePort: { type: 'int', env: ['ANSIBLE_REMOTE_PORT'], ini: ['defaults.remote_port'] },
  privateKeyFile: { type: 'path', env: ['ANSIBLE_PRIVATE_KEY_FILE'], ini: ['defaults.private_key_file'] },
  hostKeyChecking: {
    type: 'bool',
    default: true,
    env: ['ANSIBLE_HOST_KEY_CHECKING', 'ANSIBLE_SSH_HOST_KEY_CHECKING'],
    ini: ['defaults.host_key_checking', 'ssh_connection.host_key_checking'],
  },
  transport: { type: 'str', default: 'smart', env: ['ANSIBLE_TRANSPORT'], ini: ['defaults.transport'] },
  timeout: {
    type: 'int',
    default: 10,
    env: ['ANSIBLE_TIMEOUT', 'ANSIBLE_SSH_TIMEOUT'],
    ini: ['defaults.timeout', 'ssh_connection.timeout'],
  },
  taskTimeout: { type: 'int', default: 0, env: ['ANSIBLE_TASK_TIMEOUT'], ini: ['defaults.task_timeout'] },
  sshArgs: { type: 'str', env: ['ANSIBLE_SSH_ARGS'], ini: ['ssh_connection.ssh_args'] },
  sshCommonArgs: { type: 'str', env: ['ANSIBLE_SSH_COMMON_ARGS'], ini: ['ssh_connection.ssh_common_args'] },
  sshExtraArgs: { type: 'str', env: ['ANSIBLE_SSH_EXTRA_ARGS'], ini: ['ssh_connection.ssh_extra_args'] },
  sshRetries: {
    type: 'int',
    default: 0,
    env: ['ANSIBLE_SSH_RETRIES'],
    ini: ['connection.retries', 'ssh_connection.retries'],
  },
  askPass: { type: 'bool', default: false, env: ['ANSIBLE_ASK_PASS'], ini: ['defaults.ask_pass'] },
  connectionPasswordFile: {
    type: 'path',
    env: ['ANSIBLE_CONNECTION_PASSWORD_FILE'],
    ini: ['defaults.connection_password_file'],
  },
  become: { type: 'bool', default: false, env: ['ANSIBLE_BECOME'], ini: ['privilege_escalation.become'] },
  becomeMethod: {
    type: 'str',
    default: 'sudo',
    env: ['ANSIBLE_BECOME_METHOD'],
    ini: ['privilege_escalation.become_method'],
  },
  becomeUser: { type: 'str', default: 'root', env: ['ANSIBLE_BECOME_USER'], ini: ['privilege_escalation.become_user'] },
  becomeExe: { type: 'str', env: ['ANSIBLE_BECOME_EXE'], ini: ['privilege_escalation.become_exe'] },
  becomeFlags: { type: 'str', env: ['ANSIBLE_BECOME_FLAGS'], ini: ['privilege_escalation.become_flags'] },
  becomeAskPass: {
    type: 'bool',
    default: false,
    env: ['ANSIBLE_BECOME_ASK_PASS'],
    ini: ['privilege_escalation.become_ask_pass'],
  },
  becomePasswordFile: { type: 'path', env: ['ANSIBLE_BECOME_PASSWORD_FILE'], ini: ['defaults.become_password_file'] },
  executable: { type: 'str', default: '/bin/sh', env: ['ANSIBLE_EXECUTABLE'], ini: ['defaults.executable'] },
  forks: { type: 'int', default: 5, env: ['ANSIBLE_FORKS'], ini: ['defaults.forks'] },
  strategy: { type: 'str', default: 'linear', env: ['ANSIBLE_STRATEGY'], ini: ['defaults.strategy'] },
  pollInterval: { type: 'int', default: 15, env: ['ANSIBLE_POLL_INTERVAL'], ini: ['defaults.poll_interval'] },
  forceHandlers: { type: 'bool', default: false, env: ['ANSIBLE_FORCE_HANDLERS'], ini: ['defaults.force_handlers'] },
  errorOnMissingHandler: {
    type: 'bool',
    default: true,
    env: ['ANSIBLE_ERROR_ON_MISSING_HANDLER'],
    ini: ['defaults.error_on_missing_handler'],
  },
  invalidTaskAttributeFailed: {
    type: 'bool',
    default: true,
    env: ['ANSIBLE_INVALID_TASK_ATTRIBUTE_FAILED'],
    ini: ['defaults.invalid_task_attribute_failed'],
  },
  anyErrorsFatal: {
    type: 'bool',
    default: false,
    env: ['ANSIBLE_ANY_ERRORS_FATAL'],
    ini: ['defaults.any_errors_fatal'],
  },
  noLog: { type: 'bool', default: false, env: ['ANSIBLE_NO_LOG'], ini: ['defaults.no_log'] },
  gathering: {
    type: 'choice',
    default: 'implicit',
    choices: ['implicit', 'explicit', 'smart'],
    env: ['ANSIBLE_GATHERING'],
    ini: ['defaults.gathering'],
  },
  gatherSubset: { type: 'list', env: ['ANSIBLE_GATHER_SUBSET'], ini: ['defaults.gather_subset'] },
  gatherTimeout: { type: 'int', env: ['ANSIBLE_GATHER_TIMEOUT'], ini: ['defaults.gather_timeout'] },
  factPath: { type: 'str', env: ['ANSIBLE_FACT_PATH'], ini: ['defaults.fact_path'] },
  injectFactsAsVars: {
    type: 'bool',
    default: true,
    env: ['ANSIBLE_INJECT_FACT_VARS'],
    ini: ['defaults.inject_facts_as_vars'],
  },
  factCaching: { type: 'str', default: 'memory', env: ['ANSIBLE_CACHE_PLUGIN'], ini: ['defaults.fact_caching'] },
  factCachingConnection: {
    type: 'path',
    env: ['ANSIBLE_CACHE_PLUGIN_CONNECTION'],
    ini: ['defaults.fact_caching_connection'],
  },
  factCachingPrefix: { type: 'str', env: ['ANSIBLE_CACHE_PLUGIN_PREFIX'], ini: ['defaults.fact_caching_prefix'] },
  factCachingTimeout: {
    type: 'int',
    default: 86400,
    env: ['ANSIBLE_CACHE_PLUGIN_TIMEOUT'],
    ini: ['defaults.fact_caching_timeout'],
  },
  vaultPasswordFile: { type: 'path', env: ['ANSIBLE_VAULT_PASSWORD_FILE'], ini: ['defaults.vault_password_file'] },
  vaultIdentity: { type: 'str', default: 'default', env: ['ANSIBLE_VAULT_IDENTITY'], ini: ['defaults.vault_identity'] },
  vaultIdentityList: {
    type: 'list',
    default: [],
    env: ['ANSIBLE_VAULT_IDENTITY_LIST'],
    ini: ['defaults.vault_identity_list'],
  },
  vaultEncryptIdentity: {
    type: 'str',
    env: ['ANSIBLE_VAULT_ENCRYPT_IDENTITY'],
    ini: ['defaults.vault_encrypt_identity'],
  },
  vaultIdMatch: { type: 'bool', default: false, env: ['ANSIBLE_VAULT_ID_MATCH'], ini: ['defaults.vault_id_match'] },
  askVaultPass: { type: 'bool', default: false, env: ['ANSIBLE_ASK_VAULT_PASS'], ini: ['defaults.ask_vault_pass'] },
  jinja2Extensions: {
    type: 'str',
    default: '',
    env: ['ANSIBLE_JINJA2_EXTENSIONS'],
    ini: ['defaults.jinja2_extensions'],
  },
  jinja2Native: { type: 'bool', default: false, env: ['ANSIBLE_JINJA2_NATIVE'], ini: ['defaults.jinja2_native'] },
  errorOnUndefined: {
    type: 'bool',
    default: true,
    env: ['ANSIBLE_ERROR_ON_UNDEFINED_VARS'],
    ini: ['defaults.error_on_undefined_vars'],
  },
  ansibleManaged: { type: 'str', default: 'Ansible managed', env: [], ini: ['defaults.ansible_managed'] },
  duplicateDictKey: {
    type: 'choice',
    default: 'warn',
    choices: ['error', 'warn', 'ignore'],
    env: ['ANSIBLE_DUPLICATE_YAML_DICT_KEY'],
    ini: ['defaults.duplicate_dict_key'],
  },
  runTags: { type: 'list', default: [], env: ['ANSIBLE_RUN_TAGS'], ini: ['tags.run'] },
  skipTags: { type: 'list', default: [], env: ['ANSIBLE_SKIP_TAGS'], ini: ['tags.skip'] },
  diffAlways: { type: 'bool', default: false, env: ['ANSIBLE_DIFF_ALWAYS'], ini: ['diff.always'] },
  diffContext: { type: 'int', default: 3, env: ['ANSIBLE_DIFF_CONTEXT'], ini: ['diff.context'] },
  maxDiffSize: { type: 'int', default: 104448, env: ['ANSIBLE_MAX_DIFF_SIZE'], ini: ['defaults.max_diff_size'] },
  checkModeMarkers: {
    type: 'bool',
    default: false,
    env: ['ANSIBLE_CHECK_MODE_MARKERS'],
    ini: ['defaults.check_mode_markers'],
  },
  displaySkippedHosts: {
    type: 'bool',
    default: true,
    env: ['ANSIBLE_DISPLAY_SKIPPED_HOSTS'],
    ini: ['defaults.display_skipped_hosts'],
  },
  displayOkHosts: {
    type: 'bool',
    default: true,
    env: ['ANSIBLE_DISPLAY_OK_HOSTS'],
    ini: ['defaults.display_ok_hosts'],
  },
  displayFailedStderr: {
    type: 'bool',
    default: false,
    env: ['ANSIBLE_DISPLAY_FAILED_STDERR'],
    ini: ['defaults.display_failed_stderr'],
  },
  displayArgsToStdout: {
    type: 'bool',
    default: false,
    env: ['ANSIBLE_DISPLAY_ARGS_TO_STDOUT'],
    ini: ['defaults.display_args_to_stdout'],
  },
  showCustomStats: {
    type: 'bool',
    default: false,
    env: ['ANSIBLE_SHOW_CUSTOM_STATS'],
    ini: ['defaults.show_custom_stats'],
  },
  verbosity: { type: 'int', default: 0, env: ['ANSIBLE_VERBOSITY'], ini: ['defaults.verbosity'] },
  noColor: { type: 'bool', default: false, env: ['ANSIBLE_NOCOLOR', 'NO_COLOR'], ini: ['defaults.nocolor'] },
  forceColor: { type: 'bool', default: false, env: ['ANSIBLE_FORCE_COLOR'], ini: ['defaults.force_color'] },
  logPath: { type: 'path', env: ['ANSIBLE_LOG_PATH'], ini: ['defaults.log_path'] },
  retryFiles: {
    type: 'bool',
    default: false,
    env: ['ANSIBLE_RETRY_FILES_ENABLED'],
    ini: ['defaults.retry_files_enabled'],
  },
  retryFilesSavePath: { type: 'path', env: ['ANSIBLE_RETRY_FILES_SAVE_PATH'], ini: ['defaults.retry_files_save_path'] },
} as const satisfies Readonly<Record<string, Setting>>;

/** Settings without a meaning here, since what they tune does not exist: nothing is lost by passing over them. */
export const WITHOUT_MEANING: readonly RegExp[] = [
  /cow/i,
  // A source that cannot be read is always a mistake here.
  /unparsed/i,
  /pipelining/i,
  /^(ANSIBLE_)?(LOCAL_TEMP|REMOTE_TEMP|REMOTE_TMP|ASYNC_DIR|HOME|CONFIG|KEEP_REMOTE_FILES|MODULE_|SYSLOG|NO_TARGET_SYSLOG)/,
  /^defaults\.(local_tmp|remote_tmp|home|keep_remote_files|module_compression|syslog_facility|no_target_syslog|interpreter_python|internal_poll_interval|module_name)$/,
  /PYTHON_INTERPRETER|PYTHON_MODULE_RLIMIT|WORKER_SHUTDOWN/,
  /_WARNINGS?$|_warnings?$/,
  /^ANSIBLE_(STDOUT_CALLBACK|CALLBACK|CALLBACKS_ENABLED|CALLBACK_WHITELIST|LOAD_CALLBACK_PLUGINS)/,
  /^defaults\.(stdout_callback|callback|callbacks_enabled|callback_whitelist|bin_ansible_callbacks|callback_result_format)/,
  /^(ANSIBLE_COLOR_|colors\.)/,
  /^ANSIBLE_(SSH_(CONTROL_PATH|CONTROL_PATH_DIR|EXECUTABLE|TRANSFER_METHOD|PIPELINING|USETTY)|SCP_|SFTP_|PERSISTENT_|GALAXY_|NETCONF_|NETWORK_|PARAMIKO_|TEST_|USE_PERSISTENT)/,
  /^ssh_connection\.(control_path|control_path_dir|ssh_executable|scp_|sftp_|transfer_method|usetty|use_tty)/,
  /^(persistent_connection|galaxy|paramiko_connection|netconf_connection|selinux|callback_\w+)\./,
];
