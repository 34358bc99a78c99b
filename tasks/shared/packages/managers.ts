import type { Change, Plan, Question, ShellAnswer, TaskContext, TaskResult } from '../../../src/sdk.ts';
import { askApk, planApk } from './apk.ts';
import { askPacman, planPacman } from './pacman.ts';
import type { DnfTask } from './rpm/dnf-params.ts';
import { dnfResult, planDnf } from './rpm/dnf-plan.ts';
import { askDnf } from './rpm/dnf-questions.ts';
import { askZypper, planZypper } from './rpm/zypper.ts';

/** The parameters of `package` that other managers than apt use. */
interface PackageTask {
  readonly name?: readonly string[];
  readonly state: 'present' | 'absent' | 'latest' | 'build-dep' | 'fixed';
  readonly update_cache?: boolean;
  readonly autoremove: boolean;
  readonly upgrade: string;
  readonly allow_downgrade: boolean;
  readonly enablerepo: readonly string[];
  readonly disablerepo: readonly string[];
  readonly enable_plugin: readonly string[];
  readonly disable_plugin: readonly string[];
  readonly disable_gpg_check: boolean;
  readonly disable_excludes?: string;
  readonly skip_broken: boolean;
}

/** How `package` uses a package manager. */
interface Manager {
  readonly ask: (task: PackageTask, context: TaskContext) => Question<ShellAnswer>;
  readonly plan: (found: ShellAnswer, task: PackageTask, context: TaskContext) => Plan;
  readonly result: (changes: readonly Change[]) => TaskResult;
}

const none: readonly string[] = [];
const stateFor = ({ state }: PackageTask) => (state === 'build-dep' || state === 'fixed' ? 'present' : state);

const forDnf = (task: PackageTask, programs: readonly string[]): DnfTask => ({
  name: task.name ?? none,
  state: stateFor(task),
  enablerepo: task.enablerepo,
  disablerepo: task.disablerepo,
  disable_gpg_check: task.disable_gpg_check,
  installroot: '/',
  autoremove: task.autoremove && task.state === 'absent',
  exclude: none,
  skip_broken: task.skip_broken,
  update_cache: task.update_cache === true,
  update_only: false,
  security: false,
  bugfix: false,
  enable_plugin: task.enable_plugin,
  disable_plugin: task.disable_plugin,
  disable_excludes: task.disable_excludes,
  list: undefined,
  conf_file: undefined,
  releasever: undefined,
  download_dir: undefined,
  nobest: undefined,
  best: undefined,
  validate_certs: true,
  sslverify: true,
  allow_downgrade: task.allow_downgrade,
  download_only: false,
  lock_timeout: 30,
  install_weak_deps: true,
  allowerasing: false,
  cacheonly: false,
  programs,
});

const forZypper = (task: PackageTask) => ({
  name: task.name ?? none,
  state: stateFor(task),
  type: 'package' as const,
  disable_gpg_check: task.disable_gpg_check,
  auto_import_keys: false,
  disable_recommends: true,
  force: false,
  force_resolution: false,
  update_cache: task.update_cache === true,
  oldpackage: task.allow_downgrade,
  allow_vendor_change: false,
  replacefiles: false,
  clean_deps: task.autoremove,
  skip_post_errors: false,
  extra_args: undefined,
  extra_args_precommand: undefined,
});

const forPacman = (task: PackageTask) => ({
  name: task.name ?? none,
  state: stateFor(task),
  force: false,
  remove_nosave: false,
  executable: 'pacman',
  extra_args: task.autoremove && task.state === 'absent' ? '--recursive' : '',
  update_cache: task.update_cache === true,
  update_cache_extra_args: '',
  upgrade: false,
  upgrade_extra_args: '',
  reason_for: 'new' as const,
  reason: undefined,
  root: undefined,
  cachedir: undefined,
  config: undefined,
});

const forApk = (task: PackageTask) => ({
  name: task.name ?? none,
  state: stateFor(task),
  available: false,
  no_cache: false,
  update_cache: task.update_cache === true,
  upgrade: false,
  world: '/etc/apk/world',
  repository: undefined,
});

const named = (changes: readonly Change[]): TaskResult => ({
  packages: changes
    .filter(({ what }) => /^package (?!lists$)/.test(what))
    .map(({ what }) => what.slice('package '.length)),
});

const dnf = (programs: readonly string[]): Manager => ({
  ask: (task, { environment }) => askDnf(forDnf(task, programs), environment),
  plan: (found, task, context) => planDnf(found, forDnf(task, programs), context),
  result: dnfResult,
});

const MANAGERS: Readonly<Record<string, Manager>> = {
  dnf: dnf(['dnf']),
  dnf5: dnf(['dnf5', 'dnf']),
  yum: dnf(['yum', 'dnf', 'dnf5']),
  zypper: {
    ask: (task, { environment }) => askZypper(forZypper(task), environment),
    plan: (found, task, context) => planZypper(found, forZypper(task), context),
    result: named,
  },
  pacman: {
    ask: (task, { environment }) => askPacman(forPacman(task), environment),
    plan: (found, task, context) => planPacman(found, forPacman(task), context),
    result: named,
  },
  apk: {
    ask: (task, { environment }) => askApk(forApk(task), environment),
    plan: (found, task, context) => planApk(found, forApk(task), context),
    result: named,
  },
};

/** A package manager other than apt, by its name; undefined if there is none. */
export const otherManager = (name: string): Manager | undefined =>
  Object.hasOwn(MANAGERS, name) ? MANAGERS[name] : undefined;
