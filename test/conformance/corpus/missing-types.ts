/** Why this program has no type for the tasks that use a module. */
export interface Reason {
  readonly title: string;
  /** Whether the module can, by its nature, concern a Debian host. */
  readonly onDebian: boolean;
  /** Names and collections; `*` stands for any characters. A name without a collection counts for modules of all collections. */
  readonly names: string;
}

/** Modules that are useful on Debian hosts, and for which there is no type yet. */
export const NOT_YET: Reason = { title: 'not written yet, useful on Debian hosts', onDebian: true, names: '*' };

/** The first reason with a matching name counts. */
export const REASONS: readonly Reason[] = [
  {
    title: 'names that do not exist: Ansible finds no such module either',
    onDebian: false,
    names: `ansible.builtin.import_playbook ansible.builtin.syslog ansible.posix.seport community.general.jsonschema
      community.general.oracle_sql community.general.tower_export community.general.tower_import logger version`,
  },
  {
    title: 'network devices, storage systems, management controllers and other appliances',
    onDebian: false,
    names: `arista.* arubanetworks.* check_point.* cisco.* f5networks.* fortinet.* infoblox.* nebulon.* netapp.* oxlorg.opnsense.*
      paloaltonetworks.* purestorage.* community.routeros.* ansible.netcommon.* f5bigip_* bigip_* purefa_* ios_* eos_* nxos_* junos_*
      ipwcli_* mikrotik_* redfish_* ilo_redfish_* idrac_redfish_* ipmi_* spectrum_*`,
  },
  {
    title: 'Windows',
    onDebian: false,
    names: 'ansible.windows.* community.windows.* chocolatey.* microsoft.* win_*',
  },
  {
    title: 'clouds, hypervisors of other makers, and services on the internet, over their APIs',
    onDebian: false,
    names: `amazon.* community.aws.* azure.* google.* hetzner.* community.digitalocean.* community.vmware.* vmware.* servicenow.*
      ec2 ec2_* rds rds_* s3_* iam iam_* cloudformation route53 sns sqs_* elb_* azure_rm_* gcp_* gce gce_* digital_ocean* hcloud_* hwc_*
      linode linode_* memset_* one_* scaleway_* vmware_* vsphere_* cloudflare_* gandi_* github_* pagerduty* discord slack datadog_*`,
  },
  {
    title:
      'other operating systems: their package managers and settings (RHEL, SUSE, Arch, Alpine, BSD, macOS, AIX, z/OS)',
    onDebian: false,
    names: `dnf_* yum_* rpm_* copr redhat_* rhsm_* bootc_manage zypper_* pacman_key kewlfft.aur.* pkg5
      pkgin pkgng pkgutil portinstall openbsd_pkg macports sysrc homebrew homebrew_* mas osx_defaults launchd aix_* ibm.*`,
  },
  { title: 'Kubernetes', onDebian: true, names: 'kubernetes.* community.kubernetes.* k8s_* helm_* kubectl_*' },
  {
    title: 'container engines',
    onDebian: true,
    names: 'community.docker.* containers.podman.* docker docker_* podman_* lxc_* lxd_*',
  },
  {
    title: 'servers that are managed over their own APIs (GitLab, Keycloak, Consul, Proxmox VE, AWX, …)',
    onDebian: true,
    names: `ansible.controller.* awx.* tower_* community.grafana.* community.hashi_vault.* community.proxmox.* alerta_* consul_* etcd3
      gitlab_* grafana_* influxdb_* jenkins_* jira keycloak_* nomad_* proxmox proxmox_* rundeck_* sensu_* zabbix_*`,
  },
  {
    title: 'modules of a repository that are in another one, or where Ansible would not find them either',
    onDebian: true,
    names: `_unsafe_assert blivet blockdev_info blowfish bsize ca_* cmd_echo collect_kernel_info customattr_* display_warning enable_jenkins_plugin find_unused_disk
      firewall_lib firewall_lib_facts get_jenkins_plugins get_plugin_dependencies git_reposave glossary_* gnome_extension gpu_info
      grsecurity_urls grub_menu_options ha_cluster_info hardware_* ia_* igc_* include_vars_merged install_jenkins_plugin intellij_* kind
      kind_start kube manage_image_cache manage_jenkins_* mdepfail msimple msimpleda mstate netbird_config network_connections network_state nssdb_certificate omd_* pcs_api_v2
      pcs_qdevice_certs pve_ceph_volume remove_jenkins_* resolve_blockdev role_test self_signed_certificate software_* solita_jenkins_*
      sr_fingerprint summon_conjur systemd_units test_challenges test_inventory_read_credentials timesync_provider`,
  },
];

/** The reason why there is no type by this name. */
export function reasonFor(name: string): Reason {
  const found = REASONS.find(({ names }) => patternsOf(names).some((pattern) => pattern.test(name)));
  return found ?? NOT_YET;
}

const patternsOf = (names: string): readonly RegExp[] =>
  names.split(/\s+/).map((name) => {
    const collection = name.includes('.') ? '' : '(?:[a-z_]+\\.[a-z_]+\\.)?';
    return new RegExp(`^${collection}${name.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
  });
