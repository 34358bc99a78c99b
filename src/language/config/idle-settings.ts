import type { SETTINGS } from './settings.ts';

/** Settings that are read but have no effect so far. Setting one to anything but its default gives a warning. */
export const WITHOUT_EFFECT: ReadonlySet<keyof typeof SETTINGS> = new Set([
  'playbookVarsRoot',
  'varsPluginStage',
  'sshArgs',
  'sshCommonArgs',
  'sshExtraArgs',
  'sshRetries',
  'invalidTaskAttributeFailed',
  'injectFactsAsVars',
  'vaultIdentity',
  'vaultIdMatch',
  'jinja2Extensions',
  'errorOnUndefined',
  'diffContext',
  'maxDiffSize',
  'checkModeMarkers',
  'displayFailedStderr',
  'displayArgsToStdout',
  'logPath',
  'retryFiles',
  'retryFilesSavePath',
]);

/** Settings for things that do not exist here and can therefore be ignored safely. */
export const WITHOUT_MEANING: readonly RegExp[] = [
  /cow/i,
  // An unreadable source is always an error here.
  /unparsed/i,
  /pipelining/i,
  /^(ANSIBLE_)?(LOCAL_TEMP|REMOTE_TEMP|REMOTE_TMP|HOME|CONFIG|KEEP_REMOTE_FILES|MODULE_|SYSLOG|NO_TARGET_SYSLOG)/,
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
