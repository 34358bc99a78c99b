import type { Params } from '../../../../src/sdk.ts';

const list = { type: 'list', elements: 'str', default: [] } as const;
const off = { type: 'bool', default: false } as const;

/** The parameters of dnf, which yum and dnf5 share. */
export const dnfParams = {
  name: {
    ...list,
    aliases: ['pkg'],
    doc: 'The packages: names, also with a version (`name-1.0`, `name >= 1.0`), wildcards, groups (`@group`), paths that a package provides, package files on the host, and URLs. With `state: latest`, `*` upgrades everything.',
  },
  list: {
    type: 'str',
    doc: 'Only list packages: `installed`, `available`, `updates`, `repos`, or those with this name. Not for playbooks: prefer `package_facts`.',
  },
  state: {
    type: 'str',
    choices: ['absent', 'present', 'installed', 'removed', 'latest'],
    doc: 'The state that the packages should be in (default: present; absent if `autoremove` is set).',
  },
  enablerepo: { ...list, doc: 'Repositories to use for this task, although they are disabled.' },
  disablerepo: { ...list, doc: 'Repositories not to use for this task.' },
  conf_file: { type: 'path', doc: "dnf's configuration file for this task." },
  disable_gpg_check: { ...off, doc: 'Install packages whose signature cannot be checked.' },
  installroot: { type: 'path', default: '/', doc: 'The directory that the packages are installed below.' },
  releasever: { type: 'str', doc: 'The release that the packages come from.' },
  autoremove: { ...off, doc: 'Remove dependencies that nothing needs any more, after a removal or alone.' },
  exclude: { ...list, doc: 'Packages that are not installed or upgraded.' },
  skip_broken: { ...off, doc: 'Leave out packages that are not available or have missing dependencies.' },
  update_cache: { ...off, aliases: ['expire-cache'], doc: "Fetch the repositories' package lists first." },
  update_only: { ...off, doc: 'With `state: latest`, only upgrade packages that are installed.' },
  security: { ...off, doc: 'With `state: latest`, only upgrades that fix a security problem.' },
  bugfix: { ...off, doc: 'With `state: latest`, only upgrades that fix a bug.' },
  enable_plugin: { ...list, doc: 'Plugins of dnf to use for this task, although they are disabled.' },
  disable_plugin: { ...list, doc: 'Plugins of dnf not to use for this task.' },
  disable_excludes: {
    type: 'str',
    doc: 'Ignore configured excludes: `all`, those of `main`, or those of a repository.',
  },
  validate_certs: { type: 'bool', default: true, doc: 'Whether the certificate of a package at a URL must be valid.' },
  sslverify: { type: 'bool', default: true, doc: 'Whether the certificates of repositories must be valid.' },
  allow_downgrade: { ...off, doc: 'Install an older version than the installed one, if the task names it.' },
  install_repoquery: { type: 'bool', default: true, ignored: 'dnf always can do what it is for' },
  download_only: { ...off, doc: 'Only download the packages; it does so each time until they are installed.' },
  lock_timeout: { type: 'int', default: 30, doc: "How many seconds to wait for dnf's lock." },
  install_weak_deps: { type: 'bool', default: true, doc: 'Install what packages recommend, too.' },
  download_dir: { type: 'path', doc: 'Where `download_only` stores the packages.' },
  allowerasing: { ...off, doc: 'Remove installed packages that are in conflict.' },
  nobest: { type: 'bool', doc: 'Accept an older version if the newest cannot be installed (default: as configured).' },
  best: { type: 'bool', doc: 'The opposite of `nobest`.' },
  cacheonly: { ...off, doc: 'Use only package lists and packages that the host has fetched already.' },
} as const;

/** The parameters that decide what dnf does, and the programs to try. */
export type DnfTask = Omit<Params<typeof dnfParams>, 'install_repoquery'> & {
  readonly programs?: readonly string[];
};

/** The state that a task asks for. */
export function dnfState({ state, autoremove }: DnfTask): 'present' | 'latest' | 'absent' {
  if (state === undefined) return autoremove ? 'absent' : 'present';
  if (state === 'removed') return 'absent';
  return state === 'installed' ? 'present' : state;
}

/** dnf's words between its name and its verb. */
export function dnfWords(task: DnfTask): readonly string[] {
  const each = (option: string, values: readonly string[]) => values.map((value) => `${option}=${value}`);
  const on = (given: boolean | undefined, word: string) => (given === true ? [word] : []);
  const given = (option: string, value: string | undefined) => (value === undefined ? [] : [`${option}=${value}`]);
  const isRemoval = dnfState(task) === 'absent';
  return [
    ...(task.conf_file === undefined ? [] : ['-c', task.conf_file]),
    ...(task.installroot === '/' ? [] : [`--installroot=${task.installroot}`]),
    ...given('--releasever', task.releasever),
    ...each('--disablerepo', task.disablerepo),
    ...each('--enablerepo', task.enablerepo),
    ...each('--exclude', task.exclude),
    ...each('--enableplugin', task.enable_plugin),
    ...each('--disableplugin', task.disable_plugin),
    ...given('--disableexcludes', task.disable_excludes),
    ...on(task.disable_gpg_check, '--nogpgcheck'),
    ...on(!task.sslverify || !task.validate_certs, '--setopt=sslverify=False'),
    ...on(!task.install_weak_deps, '--setopt=install_weak_deps=False'),
    ...on(task.skip_broken, '--setopt=strict=False'),
    ...on(task.allowerasing, '--allowerasing'),
    ...on(task.nobest === true || task.best === false, '--nobest'),
    ...on(task.best === true || task.nobest === false, '--best'),
    ...on(task.cacheonly, '-C'),
    ...on(task.update_cache && !isRemoval, '--refresh'),
    ...(isRemoval ? [`--setopt=clean_requirements_on_remove=${task.autoremove ? 'True' : 'False'}`] : []),
    '--setopt=exit_on_lock=True',
  ];
}

/** Words after the verb `upgrade`. */
export const upgradeWords = ({ security, bugfix }: DnfTask): readonly string[] => [
  ...(security ? ['--security'] : []),
  ...(bugfix ? ['--bugfix'] : []),
];
