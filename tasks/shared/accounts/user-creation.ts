import { type Command, joined, script, sh, type UserState } from '../../../src/sdk.ts';
import {
  type Asked,
  expiryDay,
  loginDefault,
  namedGroups,
  option,
  type UserChange,
  type WantedUser,
} from './wanted-user.ts';

/** The change that creates a user. */
export function creation(wanted: WantedUser): UserChange {
  const { name, uid, non_unique, group, groups, comment, home, shell, system, expires } = wanted;
  const words = [
    ...(system ? ['-r'] : []),
    ...option('-u', uid),
    ...(uid !== undefined && non_unique ? ['-o'] : []),
    ...option('-g', group),
    ...(namedGroups(groups).length > 0 ? ['-G', namedGroups(groups).join(',')] : []),
    ...option('-c', comment),
    ...option('-d', home),
    ...option('-s', shell),
    ...option('-e', expiryDay(expires)),
    ...option('-f', wanted.password_expire_account_disable),
    ...loginDefault('UID_MIN', wanted.uid_min),
    ...loginDefault('UID_MAX', wanted.uid_max),
    ...(wanted.create_home ? ['-m', ...option('-k', wanted.skeleton), ...loginDefault('UMASK', wanted.umask)] : ['-M']),
  ];
  // useradd fails if the user's own group already exists, so pass an existing group with `-g`.
  return {
    what: `user ${name}`,
    from: null,
    to: uid === undefined ? 'present' : `uid ${uid}`,
    commands: [
      group === undefined
        ? sh`if getent group ${name} >/dev/null; then useradd -g ${name} ${words} -- ${name}; else useradd ${words} -- ${name}; fi`
        : sh`useradd ${words} -- ${name}`,
    ],
    ...(needsShadow(wanted) ? {} : { busybox: [adduser(wanted)] }),
  };
}

/** Whether BusyBox's adduser cannot create such a user. */
const needsShadow = ({ uid, non_unique, uid_min, uid_max, umask, expires, ...wanted }: WantedUser): boolean =>
  (uid !== undefined && non_unique) ||
  [uid_min, uid_max, umask, wanted.password_expire_account_disable].some((one) => one !== undefined) ||
  (expires !== undefined && expires >= 0);

// It takes a group only by its name. A system user would get the group nogroup, and not one of its own.
function adduser({
  name,
  uid,
  group,
  groups,
  comment,
  home,
  shell,
  system,
  create_home,
  skeleton,
}: WantedUser): Command {
  const words = [
    ...(system ? ['-S'] : []),
    ...option('-u', uid),
    '-g',
    comment ?? '',
    ...option('-h', home),
    ...option('-s', shell),
    ...(create_home ? option('-k', skeleton) : ['-H']),
  ];
  const own = system ? script`addgroup -S ${name} && set -- -G ${name}` : script`:`;
  const joining = namedGroups(groups).map((one) => script` && addgroup ${name} "$(named ${one})"`);
  return sh`named() { g=$(getent group "$1") && printf %s "\${g%%:*}"; }
set --
${group === undefined ? script`if getent group ${name} >/dev/null; then set -- -G ${name}; else ${own}; fi` : script`set -- -G "$(named ${group})"`} &&
adduser -D ${words} "$@" ${name}${joined(joining, script``)}`;
}

/** The user as useradd creates it; the IDs that it picks are unknown. */
export const created = (wanted: WantedUser, asked: Asked): UserState => ({
  exists: true,
  uid: wanted.uid ?? -1,
  gid: -1,
  group: wanted.group ?? wanted.name,
  comment: wanted.comment ?? '',
  home: wanted.home ?? `/home/${wanted.name}`,
  shell: wanted.shell ?? '',
  groups: namedGroups(wanted.groups),
  homeExists: wanted.create_home,
  shadow: {
    password: '!',
    inactiveDays: wanted.password_expire_account_disable,
    expiresOnDay: wanted.expires === undefined || wanted.expires < 0 ? undefined : Math.floor(wanted.expires / 86400),
  },
  ...(asked.key === undefined
    ? {}
    : {
        key: {
          file: asked.key.startsWith('/') ? asked.key : `${wanted.home ?? `/home/${wanted.name}`}/${asked.key}`,
          exists: false,
          public: '',
          fingerprint: '',
        },
      }),
});
