/** Why Ansible has nothing to show for a target, or we cannot be expected to. */
const windows = 'needs Windows';
const python =
  'is about how Ansible finds and runs Python modules and plugins: we have task types instead, and no Python on hosts';
const ownTools = "is about a tool of Ansible's developers";
const galaxy = 'needs a Galaxy server, and our front ends do not download roles or collections';
const container = 'needs a container engine, or a service that only runs in one';
const otherSystem = 'is for a package manager or an operating system that Debian does not use';
const network = 'needs a network device';
const helper = 'is not a test but a part that other targets use';

/** Targets that are not run, and why: by their names, the first pattern that matches counts. */
const leftOut: readonly (readonly [RegExp, string])[] = [
  [
    /^(win_|windows|connection_(psrp|winrm|windows_ssh)|binary_modules_winrm|incidental_win|module_utils_Ansible\.)/,
    windows,
  ],
  [/^(common_network|incidental_ios_file)/, network],
  [/^(ansible-test|infra$|pyyaml$|packaging_|ansible-doc$|ansible-runner$|entry_points$|callback_default$)/, ownTools],
  [/^(setup_|prepare_|collection$|connection$|binary_modules$|include_parent_role_vars$)/, helper],
  [/^ansible-galaxy/, galaxy],
  [/^(dnf|yum|yum_repository|rpm_key|module_utils_facts\.system\.selinux)$/, otherSystem],
  [/^(get_url|uri|lookup_url|module_utils_urls)$/, container],
  [
    /^(reboot|iptables|noexec|hardware_facts|facts_linux_network)$/,
    'needs a machine of its own, because it restarts the machine or changes its kernel or disks',
  ],
  [
    /^(ansiballz_python|argspec|async_extra_data|binary_modules_posix|collections.*|config|connection_delegation|connection_paramiko_ssh|connection_remote_is_local|dict_transformations|egg-info|embedded_module|error_from_connection|fork_safe_stdio|interpreter_discovery_python.*|inventory_cache|jinja_plugins|json_cleanup|lookup_config|missing_required_lib|module_no_log|module_precedence|module_tracebacks|module_utils.*|no_log|old_style_.*|pkg_resources|plugin_.*|preflight_encoding|rel_plugin_loading|remote_tmp|retry_task_name_in_callback|run_modules|special_vars_hosts_plugin|unexpected_executor_exception|want_json_modules_posix)$/,
    python,
  ],
];

/** Why a target is not run; nothing if it is. */
export const whyLeftOut = (target: string): string | undefined => leftOut.find(([name]) => name.test(target))?.[1];

/** Targets by the reason for which they are left out. */
export function byReason(targets: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const reasons = new Map<string, string[]>();
  for (const target of targets) {
    const why = whyLeftOut(target);
    if (why !== undefined) reasons.set(why, [...(reasons.get(why) ?? []), target]);
  }
  return reasons;
}
