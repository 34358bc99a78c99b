import {
  type AptLists,
  aptLists,
  blurs,
  type Change,
  type Command,
  type Effect,
  mayAlter,
  predicts,
  type Script,
  script,
  sh,
} from '../../../src/sdk.ts';

/** The parameters of `apt` that determine how apt-get is run. */
export interface AptGetOptions {
  readonly install_recommends?: boolean;
  readonly default_release?: string;
  readonly dpkg_options?: string;
  readonly lock_timeout?: number;
  readonly allow_unauthenticated?: boolean;
  readonly allow_downgrade?: boolean;
  readonly allow_change_held_packages?: boolean;
  readonly fail_on_autoremove?: boolean;
  readonly only_upgrade?: boolean;
  readonly autoremove?: boolean;
  readonly force?: boolean;
  readonly policy_rc_d?: number;
}

/** Those arguments between `apt-get` and the packages that affect which packages change. */
export function aptWords<W>(action: readonly W[], options: AptGetOptions): readonly (W | string)[] {
  const on = (given: boolean | undefined, ...words: string[]) => (given === true ? words : []);
  return [
    ...(options.default_release === undefined ? [] : ['-t', options.default_release]),
    ...(options.install_recommends === undefined
      ? []
      : ['-o', `APT::Install-Recommends=${options.install_recommends ? 'yes' : 'no'}`]),
    ...on(options.allow_unauthenticated || options.force, '--allow-unauthenticated'),
    ...on(options.allow_downgrade || options.force, '--allow-downgrades'),
    ...on(options.allow_change_held_packages || options.force, '--allow-change-held-packages'),
    ...on(options.force, '--allow-remove-essential'),
    ...on(options.fail_on_autoremove, '--no-remove'),
    ...on(options.only_upgrade, '--only-upgrade'),
    ...on(options.autoremove && action[0] !== 'autoremove', '--auto-remove'),
    ...action,
  ];
}

/**
 * An apt-get command that never prompts, waits for its lock, keeps edited configuration files, and first completes an interrupted
 * installation.
 */
export function aptGet(action: readonly (string | Script)[], options: AptGetOptions = {}): Command {
  const { dpkg_options = 'force-confdef,force-confold', lock_timeout = 60, policy_rc_d } = options;
  const forces = dpkg_options
    .split(',')
    .filter((one) => one.trim() !== '')
    .map((one) => `--${one.trim()}`);
  const dpkg = forces.flatMap((force) => ['-o', `Dpkg::Options::=${force}`]);
  const words = ['-y', '-q', ...dpkg, '-o', `DPkg::Lock::Timeout=${lock_timeout}`, ...aptWords(action, options)];
  const run = withoutQuestions(script`apt-get ${words}`, script`dpkg ${forces} --configure -a`);
  return {
    ...sh`${policy_rc_d === undefined ? script`` : withPolicy(policy_rc_d)}${run}`,
    long: true,
    shown: sh`apt-get ${action}`.script,
  };
}

/** If dpkg was killed half-way, its journal still exists, and apt-get refuses to continue until dpkg has finished its work. */
const withoutQuestions = (apt: Script, dpkg: Script): Script =>
  script`export DEBIAN_FRONTEND=noninteractive DEBIAN_PRIORITY=critical APT_LISTCHANGES_FRONTEND=none LC_ALL=C
${apt} </dev/null || { code=$?; ls /var/lib/dpkg/updates 2>/dev/null | grep -q '^[0-9]*$' || exit $code; ${dpkg} </dev/null && ${apt} </dev/null; }`;

/** policy-rc.d decides which services package scripts may start; ours exists only during one command. */
const withPolicy = (code: number): Script => script`policy=/usr/sbin/policy-rc.d
[ ! -e "$policy" ] || mv "$policy" "$policy.before" || exit
trap 'rm -f "$policy"; [ ! -e "$policy.before" ] || mv "$policy.before" "$policy"' EXIT
printf '#!/bin/sh\nexit %s\n' ${code} >"$policy" && chmod 755 "$policy" || exit
`;

/** Fetches the package lists, retrying if a mirror does not respond or the lock is held. */
export const fetchLists = (retries = 5, maxDelaySeconds = 12): Command => ({
  ...sh`tries=0; delay=1
until LC_ALL=C apt-get -q -o APT::Update::Error-Mode=any update </dev/null; do
  tries=$((tries + 1)); [ "$tries" -lt ${Math.max(1, retries)} ] || exit 100
  sleep "$delay"; delay=$((delay * 2)); [ "$delay" -le ${maxDelaySeconds} ] || delay=${maxDelaySeconds}
done
touch /var/lib/apt/lists # its age is that of the lists, even if nothing new was fetched`,
  long: true,
  shown: 'apt-get update',
});

/** The change that fetches package lists. */
export const listsChange = (
  lists: AptLists,
  more: Partial<Change>,
  retries?: number,
  maxDelaySeconds?: number,
): Change => ({
  what: 'package lists',
  from: lists.updatedAt === 0 ? null : age(lists),
  to: 'fetched',
  commands: [fetchLists(retries, maxDelaySeconds)],
  effects: [predicts(aptLists, fetchedNow(lists)), blurs('apt:lists')],
  ...more,
});

/** Lists that a check has foreseen to be fetched: at least now, by the host's clock. */
const fetchedNow = ({ updatedAt, ageSeconds }: AptLists): AptLists => ({
  updatedAt: updatedAt + ageSeconds,
  ageSeconds: 0,
  foreseen: true,
});

/** The age of the package lists, in words. */
export function age({ updatedAt, ageSeconds }: AptLists): string {
  if (updatedAt === 0) return 'never fetched';
  const days = Math.floor(ageSeconds / 86400);
  const hours = Math.floor(ageSeconds / 3600);
  if (days > 1) return `${days} days old`;
  if (hours > 1) return `${hours} hours old`;
  return `${Math.max(0, Math.round(ageSeconds / 60))} minutes old`;
}

/**
 * The unpredictable side effects of packages. What bears a package's own name (its configuration, units, accounts) changes in a way that
 * nobody can foretell. Anything else that is missing may be made, and any file may change except in /etc: dpkg keeps the configuration that
 * it finds there.
 */
export const packageEffects = (...names: readonly string[]): readonly Effect[] => [
  mayAlter(
    'absent:*',
    ...theirs.flatMap((folder) => ['listed', 'missing'].map((kind) => `${kind}:${folder}*`)),
    ...theirs.filter((folder) => folder !== '/etc').flatMap((folder) => [`inode:${folder}*`, `data:${folder}*`]),
  ),
  blurs(
    ...names.flatMap((name) => [
      ...['unit', 'user', 'group'].map((kind) => `absent:${kind}:${name}*`),
      ...[`/etc/${name}`, `/etc/default/${name}`].flatMap((start) =>
        ['listed', 'missing', 'inode', 'data'].map((kind) => `${kind}:${start}*`),
      ),
    ]),
  ),
];

/** The directories that packages install files into. */
const theirs = ['/etc', '/usr', '/var', '/lib', '/bin', '/sbin', '/run', '/boot'];
