import { type Command, joined, script, sh, type UserState } from '../../../src/sdk.ts';
import { expiryDay, namedGroups, option, type UserChange, type WantedUser } from './wanted-user.ts';

/** The necessary changes to an account, its groups and its home directory. */
export function accountChanges(now: UserState, wanted: WantedUser, newHomeExists: boolean): readonly UserChange[] {
  const { name, uid, non_unique, group, comment, home, move_home, shell } = wanted;
  const field: Field = (what, from, to, words, gives) =>
    to === undefined || String(from) === String(to)
      ? []
      : [
          {
            what: `user ${name}, ${what}`,
            from: String(from),
            to: String(to),
            commands: [sh`usermod ${words} -- ${name}`],
            gives,
          },
        ];
  const ownGroup = group !== undefined && /^\d+$/.test(group) ? now.gid : now.group;
  const tidyHome = home?.replace(/(.)\/$/, '$1');
  const moves = tidyHome !== undefined && tidyHome !== now.home;
  // Without an old home there is nothing to move.
  const carried = moves && move_home && now.homeExists;
  const homeThere = moves ? newHomeExists || carried : now.homeExists;
  return [
    ...field('uid', now.uid, uid, [...option('-u', uid), ...(non_unique ? ['-o'] : [])], { uid }),
    ...field('group', ownGroup, group, option('-g', group), { group }),
    ...field('comment', now.comment, comment, option('-c', comment), { comment }),
    ...field('home', now.home, tidyHome, [...option('-d', tidyHome), ...(carried ? ['-m'] : [])], {
      home: tidyHome,
      homeExists: homeThere,
    }),
    ...field('shell', now.shell, shell, option('-s', shell), { shell }),
    ...expiry(now, wanted, field),
    ...membership(now, wanted),
    ...(homeThere ? [] : missingHome(tidyHome ?? now.home, wanted)),
  ];
}

/** The changes that give one field another value. */
type Field = (
  what: string,
  from: string | number,
  to: string | number | undefined,
  words: readonly (string | number)[],
  gives: Partial<UserState>,
) => readonly UserChange[];

/** The necessary changes to when the account expires. usermod creates a missing entry in /etc/shadow. */
function expiry(
  { shadow }: UserState,
  { expires, password_expire_account_disable: inactive }: WantedUser,
  field: Field,
): readonly UserChange[] {
  const day = expires === undefined || expires < 0 ? undefined : Math.floor(expires / 86400);
  const gives = (change: Partial<UserState['shadow']>) => ({ shadow: { ...shadow!, isMissing: false, ...change } });
  return [
    ...field(
      'expires',
      shadow?.isMissing === true ? 'no entry in /etc/shadow' : dayWord(shadow?.expiresOnDay),
      expires === undefined ? undefined : dayWord(day),
      option('-e', expiryDay(expires)),
      gives({ expiresOnDay: day }),
    ),
    ...field(
      'days from the expiry of the password until the account is disabled',
      shadow?.inactiveDays ?? 'never',
      inactive,
      option('-f', inactive),
      gives({ inactiveDays: inactive }),
    ),
  ];
}

const dayWord = (day: number | undefined): string =>
  day === undefined ? 'never' : new Date(day * 86_400_000).toISOString().slice(0, 10);

function membership(now: UserState, { name, groups, append }: WantedUser): readonly UserChange[] {
  if (groups === undefined) return [];
  const given = namedGroups(groups).filter((one) => one !== now.group);
  const after = append ? [...new Set([...now.groups, ...given])] : given;
  const show = (names: readonly string[]) => [...names].sort().join(', ') || 'none';
  if (show(after) === show(now.groups)) return [];
  return [
    {
      what: `user ${name}, groups`,
      from: show(now.groups),
      to: show(after),
      commands: [sh`usermod ${append ? ['-a', '-G'] : ['-G']} ${(append ? given : after).join(',')} -- ${name}`],
      busybox: [regrouped(name, now.groups, after)],
      gives: { groups: after },
    },
  ];
}

/** Puts a user into groups, and takes it out of others, with BusyBox. */
function regrouped(name: string, now: readonly string[], after: readonly string[]): Command {
  const steps = [
    ...after.filter((group) => !now.includes(group)).map((group) => script`addgroup ${name} ${group}`),
    ...now.filter((group) => !after.includes(group)).map((group) => script`delgroup ${name} ${group}`),
  ];
  return sh`${joined(steps, script` && `)}`;
}

/** Creates a home directory as useradd does: from the skeleton, with the mode set in login.defs. */
function missingHome(home: string, { name, create_home, skeleton = '/etc/skel' }: WantedUser): readonly UserChange[] {
  if (!create_home) return [];
  const make = sh`mode=$(sed -n 's/^HOME_MODE[[:space:]]*//p' /etc/login.defs 2>/dev/null)
umask 077; mkdir -p -- ${home} && cp -Rp -- ${`${skeleton}/.`} ${`${home}/`} && chown -R -- ${`${name}:`} ${home} && chmod "\${mode:-0755}" ${home}`;
  return [
    {
      what: `user ${name}, home ${home}`,
      from: null,
      to: 'created',
      commands: [make],
      busybox: [make],
      gives: { homeExists: true },
    },
  ];
}

/** The necessary changes to the password's minimum and maximum age. */
export function aging(
  now: UserState,
  { name, password_expire_min, password_expire_max, password_expire_warn }: WantedUser,
): readonly UserChange[] {
  const one = (
    what: string,
    flag: string,
    from: number | undefined,
    to: number | undefined,
    field: 'minDays' | 'maxDays' | 'warnDays',
  ): readonly UserChange[] =>
    to === undefined || from === to
      ? []
      : [
          {
            what: `user ${name}, ${what}`,
            from: from === undefined ? 'default' : `${from} days`,
            to: `${to} days`,
            commands: [sh`chage ${flag} ${to} -- ${name}`],
            gives: { shadow: { ...now.shadow!, isMissing: false, [field]: to } },
          },
        ];
  return [
    ...one('minimum password age', '-m', now.shadow?.minDays, password_expire_min, 'minDays'),
    ...one('maximum password age', '-M', now.shadow?.maxDays, password_expire_max, 'maxDays'),
    ...one('warning before password expires', '-W', now.shadow?.warnDays, password_expire_warn, 'warnDays'),
  ];
}
