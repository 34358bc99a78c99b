import type { AnyTaskType } from '../src/sdk.ts';
import acl from './acl.ts';
import addHost from './add_host.ts';
import alternatives from './alternatives.ts';
import apache2Module from './apache2_module.ts';
import apk from './apk.ts';
import apt from './apt.ts';
import aptKey from './apt_key.ts';
import aptRepository from './apt_repository.ts';
import archive from './archive.ts';
import assemble from './assemble.ts';
import assert from './assert.ts';
import asyncStatus from './async_status.ts';
import at from './at.ts';
import authorizedKey from './authorized_key.ts';
import blockinfile from './blockinfile.ts';
import btrfsInfo from './btrfs_info.ts';
import btrfsSubvolume from './btrfs_subvolume.ts';
import capabilities from './capabilities.ts';
import cargo from './cargo.ts';
import certbot from './certbot.ts';
import certificatesBetween from './certificates_between.ts';
import cloudInitDataFacts from './cloud_init_data_facts.ts';
import command from './command.ts';
import composer from './composer.ts';
import configLinks from './config_links.ts';
import copy from './copy.ts';
import copyBetween from './copy_between.ts';
import cron from './cron.ts';
import cronvar from './cronvar.ts';
import crypttab from './crypttab.ts';
import dconf from './dconf.ts';
import deb822Repository from './deb822_repository.ts';
import debconf from './debconf.ts';
import debug from './debug.ts';
import decompress from './decompress.ts';
import deployHelper from './deploy_helper.ts';
import dnf from './dnf.ts';
import dnf5 from './dnf5.ts';
import dnsRecord from './dns_record.ts';
import dockerComposeV2 from './docker_compose_v2.ts';
import dockerComposeV2Exec from './docker_compose_v2_exec.ts';
import dockerComposeV2Pull from './docker_compose_v2_pull.ts';
import dockerComposeV2Run from './docker_compose_v2_run.ts';
import dockerContainer from './docker_container.ts';
import dockerContainerCopyInto from './docker_container_copy_into.ts';
import dockerContainerExec from './docker_container_exec.ts';
import dockerContainerInfo from './docker_container_info.ts';
import dockerHostInfo from './docker_host_info.ts';
import dockerImage from './docker_image.ts';
import dockerImageBuild from './docker_image_build.ts';
import dockerImageExport from './docker_image_export.ts';
import dockerImageInfo from './docker_image_info.ts';
import dockerImageLoad from './docker_image_load.ts';
import dockerImagePull from './docker_image_pull.ts';
import dockerImagePush from './docker_image_push.ts';
import dockerImageRemove from './docker_image_remove.ts';
import dockerImageTag from './docker_image_tag.ts';
import dockerLogin from './docker_login.ts';
import dockerNetwork from './docker_network.ts';
import dockerNetworkInfo from './docker_network_info.ts';
import dockerPrune from './docker_prune.ts';
import dockerVolume from './docker_volume.ts';
import dockerVolumeInfo from './docker_volume_info.ts';
import dpkgDivert from './dpkg_divert.ts';
import dpkgSelections from './dpkg_selections.ts';
import expect from './expect.ts';
import fail from './fail.ts';
import fetch from './fetch.ts';
import file from './file.ts';
import filesize from './filesize.ts';
import filesystem from './filesystem.ts';
import find from './find.ts';
import firewalld from './firewalld.ts';
import flatpak from './flatpak.ts';
import flatpakRemote from './flatpak_remote.ts';
import gatherFacts from './gather_facts.ts';
import gem from './gem.ts';
import getUrl from './get_url.ts';
import getent from './getent.ts';
import git from './git.ts';
import gitConfig from './git_config.ts';
import gitConfigInfo from './git_config_info.ts';
import group from './group.ts';
import groupBy from './group_by.ts';
import helm from './helm.ts';
import helmInfo from './helm_info.ts';
import helmRepository from './helm_repository.ts';
import hg from './hg.ts';
import hostname from './hostname.ts';
import htpasswd from './htpasswd.ts';
import includeVars from './include_vars.ts';
import iniFile from './ini_file.ts';
import interfacesFile from './interfaces_file.ts';
import iptables from './iptables.ts';
import iptablesState from './iptables_state.ts';
import javaCert from './java_cert.ts';
import javaKeystore from './java_keystore.ts';
import k8s from './k8s.ts';
import k8sClusterInfo from './k8s_cluster_info.ts';
import k8sExec from './k8s_exec.ts';
import k8sInfo from './k8s_info.ts';
import k8sJsonPatch from './k8s_json_patch.ts';
import k8sLog from './k8s_log.ts';
import k8sScale from './k8s_scale.ts';
import k8sTaint from './k8s_taint.ts';
import kernelBlacklist from './kernel_blacklist.ts';
import knownHosts from './known_hosts.ts';
import lineinfile from './lineinfile.ts';
import listenPortsFacts from './listen_ports_facts.ts';
import localeGen from './locale_gen.ts';
import lvg from './lvg.ts';
import lvgRename from './lvg_rename.ts';
import lvol from './lvol.ts';
import mail from './mail.ts';
import make from './make.ts';
import manual from './manual.ts';
import modprobe from './modprobe.ts';
import monit from './monit.ts';
import mount from './mount.ts';
import mount_facts from './mount_facts.ts';
import mysqlDb from './mysql_db.ts';
import mysqlInfo from './mysql_info.ts';
import mysqlQuery from './mysql_query.ts';
import mysqlReplication from './mysql_replication.ts';
import mysqlRole from './mysql_role.ts';
import mysqlUser from './mysql_user.ts';
import mysqlVariables from './mysql_variables.ts';
import npm from './npm.ts';
import opensshKeypair from './openssh_keypair.ts';
import opensslCsr from './openssl_csr.ts';
import opensslCsrInfo from './openssl_csr_info.ts';
import opensslCsrPipe from './openssl_csr_pipe.ts';
import opensslDhparam from './openssl_dhparam.ts';
import opensslPkcs12 from './openssl_pkcs12.ts';
import opensslPrivatekey from './openssl_privatekey.ts';
import opensslPrivatekeyInfo from './openssl_privatekey_info.ts';
import opensslPrivatekeyPipe from './openssl_privatekey_pipe.ts';
import opensslPublickeyInfo from './openssl_publickey_info.ts';
import packageType from './package.ts';
import packageFacts from './package_facts.ts';
import pacman from './pacman.ts';
import pamLimits from './pam_limits.ts';
import pamd from './pamd.ts';
import parted from './parted.ts';
import patch from './patch.ts';
import pause from './pause.ts';
import pids from './pids.ts';
import ping from './ping.ts';
import pip from './pip.ts';
import pipx from './pipx.ts';
import pipxInfo from './pipx_info.ts';
import podmanContainer from './podman_container.ts';
import podmanContainerInfo from './podman_container_info.ts';
import podmanExport from './podman_export.ts';
import podmanImage from './podman_image.ts';
import podmanImageInfo from './podman_image_info.ts';
import podmanImport from './podman_import.ts';
import podmanLoad from './podman_load.ts';
import podmanLogin from './podman_login.ts';
import podmanLoginInfo from './podman_login_info.ts';
import podmanLogout from './podman_logout.ts';
import podmanNetwork from './podman_network.ts';
import podmanNetworkInfo from './podman_network_info.ts';
import podmanPod from './podman_pod.ts';
import podmanPodInfo from './podman_pod_info.ts';
import podmanPrune from './podman_prune.ts';
import podmanSave from './podman_save.ts';
import podmanSecret from './podman_secret.ts';
import podmanSecretInfo from './podman_secret_info.ts';
import podmanTag from './podman_tag.ts';
import podmanVolume from './podman_volume.ts';
import podmanVolumeInfo from './podman_volume_info.ts';
import postgresqlDb from './postgresql_db.ts';
import postgresqlExt from './postgresql_ext.ts';
import postgresqlInfo from './postgresql_info.ts';
import postgresqlMembership from './postgresql_membership.ts';
import postgresqlOwner from './postgresql_owner.ts';
import postgresqlPing from './postgresql_ping.ts';
import postgresqlPrivs from './postgresql_privs.ts';
import postgresqlQuery from './postgresql_query.ts';
import postgresqlSchema from './postgresql_schema.ts';
import postgresqlSet from './postgresql_set.ts';
import postgresqlUser from './postgresql_user.ts';
import proxmoxCt from './proxmox_ct.ts';
import rabbitmqFeatureFlag from './rabbitmq_feature_flag.ts';
import rabbitmqGlobalParameter from './rabbitmq_global_parameter.ts';
import rabbitmqParameter from './rabbitmq_parameter.ts';
import rabbitmqPlugin from './rabbitmq_plugin.ts';
import rabbitmqPolicy from './rabbitmq_policy.ts';
import rabbitmqUpgrade from './rabbitmq_upgrade.ts';
import rabbitmqUser from './rabbitmq_user.ts';
import rabbitmqUserLimits from './rabbitmq_user_limits.ts';
import rabbitmqVhost from './rabbitmq_vhost.ts';
import rabbitmqVhostLimits from './rabbitmq_vhost_limits.ts';
import raw from './raw.ts';
import readCsv from './read_csv.ts';
import reboot from './reboot.ts';
import redis from './redis.ts';
import redisData from './redis_data.ts';
import redisDataIncr from './redis_data_incr.ts';
import redisDataInfo from './redis_data_info.ts';
import redisInfo from './redis_info.ts';
import replace from './replace.ts';
import rpmKey from './rpm_key.ts';
import script from './script.ts';
import seboolean from './seboolean.ts';
import sefcontext from './sefcontext.ts';
import selinux from './selinux.ts';
import selinuxPermissive from './selinux_permissive.ts';
import selogin from './selogin.ts';
import seport from './seport.ts';
import service from './service.ts';
import serviceFacts from './service_facts.ts';
import setFact from './set_fact.ts';
import setStats from './set_stats.ts';
import setup from './setup.ts';
import shell from './shell.ts';
import shutdown from './shutdown.ts';
import slurp from './slurp.ts';
import snap from './snap.ts';
import snapAlias from './snap_alias.ts';
import sshConfig from './ssh_config.ts';
import stat from './stat.ts';
import subversion from './subversion.ts';
import sudoers from './sudoers.ts';
import supervisorctl from './supervisorctl.ts';
import synchronize from './synchronize.ts';
import syncoid from './syncoid.ts';
import sysctl from './sysctl.ts';
import syslogger from './syslogger.ts';
import systemd from './systemd.ts';
import systemdCredsDecrypt from './systemd_creds_decrypt.ts';
import systemdCredsEncrypt from './systemd_creds_encrypt.ts';
import sysvinit from './sysvinit.ts';
import tempfile from './tempfile.ts';
import template from './template.ts';
import timezone from './timezone.ts';
import tlsCertificate from './tls_certificate.ts';
import ufw from './ufw.ts';
import unarchive from './unarchive.ts';
import uri from './uri.ts';
import user from './user.ts';
import validateArgumentSpec from './validate_argument_spec.ts';
import verify from './verify.ts';
import waitFor from './wait_for.ts';
import waitForConnection from './wait_for_connection.ts';
import wakeonlan from './wakeonlan.ts';
import x509Certificate from './x509_certificate.ts';
import x509CertificateInfo from './x509_certificate_info.ts';
import x509CertificatePipe from './x509_certificate_pipe.ts';
import xattr from './xattr.ts';
import xml from './xml.ts';
import yamlItem from './yaml_item.ts';
import yum from './yum.ts';
import yumRepository from './yum_repository.ts';
import zfs from './zfs.ts';
import zfsDelegateAdmin from './zfs_delegate_admin.ts';
import zfsFacts from './zfs_facts.ts';
import zpoolFacts from './zpool_facts.ts';
import zypper from './zypper.ts';
import zypperRepository from './zypper_repository.ts';

// All task types are in one module, because two hundred small chunks would take longer to locate than to read.
const types = [
  acl,
  addHost,
  alternatives,
  apache2Module,
  apk,
  apt,
  aptKey,
  aptRepository,
  archive,
  assemble,
  assert,
  asyncStatus,
  at,
  authorizedKey,
  blockinfile,
  btrfsInfo,
  btrfsSubvolume,
  capabilities,
  cargo,
  certbot,
  certificatesBetween,
  cloudInitDataFacts,
  command,
  composer,
  configLinks,
  copy,
  copyBetween,
  cron,
  cronvar,
  crypttab,
  dconf,
  deb822Repository,
  debconf,
  debug,
  decompress,
  deployHelper,
  dnf,
  dnf5,
  dnsRecord,
  dockerComposeV2,
  dockerComposeV2Exec,
  dockerComposeV2Pull,
  dockerComposeV2Run,
  dockerContainer,
  dockerContainerCopyInto,
  dockerContainerExec,
  dockerContainerInfo,
  dockerHostInfo,
  dockerImage,
  dockerImageBuild,
  dockerImageExport,
  dockerImageInfo,
  dockerImageLoad,
  dockerImagePull,
  dockerImagePush,
  dockerImageRemove,
  dockerImageTag,
  dockerLogin,
  dockerNetwork,
  dockerNetworkInfo,
  dockerPrune,
  dockerVolume,
  dockerVolumeInfo,
  dpkgDivert,
  dpkgSelections,
  expect,
  fail,
  fetch,
  file,
  filesize,
  filesystem,
  find,
  firewalld,
  flatpak,
  flatpakRemote,
  gatherFacts,
  gem,
  getent,
  getUrl,
  git,
  gitConfig,
  gitConfigInfo,
  group,
  groupBy,
  helm,
  helmInfo,
  helmRepository,
  hg,
  hostname,
  htpasswd,
  includeVars,
  iniFile,
  interfacesFile,
  iptables,
  iptablesState,
  javaCert,
  javaKeystore,
  k8s,
  k8sClusterInfo,
  k8sExec,
  k8sInfo,
  k8sJsonPatch,
  k8sLog,
  k8sScale,
  k8sTaint,
  kernelBlacklist,
  knownHosts,
  lineinfile,
  listenPortsFacts,
  localeGen,
  lvg,
  lvgRename,
  lvol,
  mail,
  make,
  manual,
  modprobe,
  monit,
  mount,
  mount_facts,
  mysqlDb,
  mysqlInfo,
  mysqlQuery,
  mysqlReplication,
  mysqlRole,
  mysqlUser,
  mysqlVariables,
  npm,
  opensshKeypair,
  opensslCsr,
  opensslCsrInfo,
  opensslCsrPipe,
  opensslDhparam,
  opensslPkcs12,
  opensslPrivatekey,
  opensslPrivatekeyInfo,
  opensslPrivatekeyPipe,
  opensslPublickeyInfo,
  packageFacts,
  packageType,
  pacman,
  pamd,
  pamLimits,
  parted,
  patch,
  pause,
  pids,
  ping,
  pip,
  pipx,
  pipxInfo,
  podmanContainer,
  podmanContainerInfo,
  podmanExport,
  podmanImage,
  podmanImageInfo,
  podmanImport,
  podmanLoad,
  podmanLogin,
  podmanLoginInfo,
  podmanLogout,
  podmanNetwork,
  podmanNetworkInfo,
  podmanPod,
  podmanPodInfo,
  podmanPrune,
  podmanSave,
  podmanSecret,
  podmanSecretInfo,
  podmanTag,
  podmanVolume,
  podmanVolumeInfo,
  postgresqlDb,
  postgresqlExt,
  postgresqlInfo,
  postgresqlMembership,
  postgresqlOwner,
  postgresqlPing,
  postgresqlPrivs,
  postgresqlQuery,
  postgresqlSchema,
  postgresqlSet,
  postgresqlUser,
  proxmoxCt,
  rabbitmqFeatureFlag,
  rabbitmqGlobalParameter,
  rabbitmqParameter,
  rabbitmqPlugin,
  rabbitmqPolicy,
  rabbitmqUpgrade,
  rabbitmqUser,
  rabbitmqUserLimits,
  rabbitmqVhost,
  rabbitmqVhostLimits,
  raw,
  readCsv,
  reboot,
  redis,
  redisData,
  redisDataIncr,
  redisDataInfo,
  redisInfo,
  replace,
  rpmKey,
  script,
  seboolean,
  sefcontext,
  selinux,
  selinuxPermissive,
  selogin,
  seport,
  service,
  serviceFacts,
  setFact,
  setStats,
  setup,
  shell,
  shutdown,
  slurp,
  snap,
  snapAlias,
  sshConfig,
  stat,
  subversion,
  sudoers,
  supervisorctl,
  synchronize,
  syncoid,
  sysctl,
  syslogger,
  systemd,
  systemdCredsDecrypt,
  systemdCredsEncrypt,
  sysvinit,
  tempfile,
  template,
  timezone,
  tlsCertificate,
  ufw,
  unarchive,
  uri,
  user,
  validateArgumentSpec,
  verify,
  waitFor,
  waitForConnection,
  wakeonlan,
  x509Certificate,
  x509CertificateInfo,
  x509CertificatePipe,
  xattr,
  xml,
  yamlItem,
  yum,
  yumRepository,
  zfs,
  zfsDelegateAdmin,
  zfsFacts,
  zpoolFacts,
  zypper,
  zypperRepository,
];

/** All task types, by canonical name. */
export const taskTypes: Readonly<Record<string, AnyTaskType>> = Object.fromEntries(
  // A type's functions accept only that type's parameters; the engine passes them the result of `bindParams` for that
  // type's specs.
  types.map((type) => [type.name, type]),
);

/** Alternative names for some types. */
const aliases: Record<string, string> = {
  openssl_certificate: 'community.crypto.x509_certificate',
  openssl_certificate_info: 'community.crypto.x509_certificate_info',
  systemd_service: 'ansible.builtin.systemd',
};

// Types that are now in other collections used to be Ansible's own, so their short names still work. Our own types have only one name.
const shortNames = new Map([
  ...Object.keys(taskTypes)
    .filter((name) => name.includes('.'))
    .map((name) => [name.slice(name.lastIndexOf('.') + 1), name] as const),
  ...Object.entries(aliases),
]);

/** Names of collections that types were moved from, or that playbooks use for them as well, by their collection. */
const otherCollections: Readonly<Record<string, readonly string[]>> = {
  'community.crypto': ['community.general'],
  'community.docker': ['community.general'],
  'community.mysql': ['ansible.mysql', 'community.general'],
  'community.postgresql': ['community.general'],
  'kubernetes.core': ['community.kubernetes', 'community.general'],
};

const otherNames = new Map<string, string>([
  ...types.flatMap(({ name, aliases: others = [] }) => others.map((other) => [other, name] as const)),
  ...Object.keys(taskTypes).flatMap((name) => {
    const dot = name.lastIndexOf('.');
    return (otherCollections[name.slice(0, dot)] ?? []).map((other) => [`${other}${name.slice(dot)}`, name] as const);
  }),
]);

/** The canonical name of a task type, given any name that Ansible knows it by. */
export function canonical(name: string): string | undefined {
  if (Object.hasOwn(taskTypes, name)) return name;
  const short = name.replace(/^ansible\.(builtin|legacy)\./, '');
  return shortNames.get(short) ?? otherNames.get(name);
}
