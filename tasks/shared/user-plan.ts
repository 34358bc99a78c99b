import {
  blurs,
  type Change,
  type Command,
  type Effect,
  groupAccount,
  noUser,
  type Plan,
  predicts,
  quote,
  reading,
  Script,
  script,
  sh,
  type UserState,
  user,
  userAccount,
} from '../../src/sdk.ts';

/** What is to be true of a user. */
export interface WantedUser {
  readonly name: string;
  readonly state: 'absent' | 'present';
  readonly uid?: number;
  readonly non_unique: boolean;
  readonly group?: string;
  readonly groups?: readonly string[];
  readonly append: boolean;
  readonly comment?: string;
  readonly home?: string;
  readonly create_home: boolean;
  readonly move_home: boolean;
  readonly skeleton?: string;
  readonly umask?: string;
  readonly shell?: string;
  readonly system: boolean;
  readonly password?: string;
  readonly update_password: 'always' | 'on_create';
  readonly password_lock?: boolean;
  readonly password_expire_min?: number;
  readonly password_expire_max?: number;
  readonly password_expire_warn?: number;
  readonly expires?: number;
  readonly generate_ssh_key: boolean;
  readonly ssh_key_type: string;
  readonly ssh_key_bits?: number;
  readonly ssh_key_file?: string;
  readonly ssh_key_comment: string;
  readonly ssh_key_passphrase?: string;
  readonly remove: boolean;
  readonly force: boolean;
}

interface Asked {
  readonly shadow: boolean;
  readonly key?: string;
}

/** A change, and how it leaves the user. */
interface UserChange extends Omit<Change, 'effects'> {
  readonly gives?: Partial<UserState>;
}

/** The ssh key's file, relative to the home unless it is given in full. */
export const keyPath = ({ ssh_key_file, ssh_key_type }: WantedUser): string =>
  ssh_key_file ?? `.ssh/id_${ssh_key_type}`;

/** Plan what differs of a user, field by field. */
export function planUser(now: UserState, wanted: WantedUser, asked: Asked): Plan {
  if (asked.shadow && now.exists && now.shadow === undefined)
    return { failed: `what /etc/shadow says of ${wanted.name} can be read by root only` };
  if (wanted.state === 'absent')
    return { changes: now.exists ? [withEffects(removal(wanted), noUser, wanted, asked)] : [] };
  const fresh = now.exists ? now : created(wanted, asked);
  const changes = [
    ...(now.exists ? [] : [creation(wanted)]),
    ...fields(fresh, wanted, now.exists),
    ...passwords(fresh, wanted, now.exists),
    ...keys(fresh, wanted),
  ];
  const after: UserState = Object.assign({}, fresh, ...changes.map((change) => change.gives));
  return {
    changes: changes.map((change) => withEffects(change, after, wanted, asked)),
    warnings: plain(wanted.password),
  };
}

function withEffects(
  { gives, ...change }: UserChange,
  after: UserState,
  { name, group }: WantedUser,
  asked: Asked,
): Change {
  const account = after.exists
    ? {
        exists: true,
        id: after.uid < 0 ? undefined : after.uid,
        gid: after.gid < 0 ? undefined : after.gid,
        home: after.home,
      }
    : { exists: false };
  const variants = [asked, { shadow: false }, { shadow: true }].map(
    (variant): Effect => predicts(user(name, variant), after),
  );
  const own =
    group === undefined && change.from === null && after.exists ? [predicts(groupAccount(name), { exists: true })] : [];
  return {
    ...change,
    effects: [
      ...variants,
      predicts(userAccount(name), account),
      ...own,
      ...(after.home === '' ? [] : [blurs(`path:${after.home}`)]),
    ],
  };
}

const removal = ({ name, remove, force }: WantedUser): UserChange => ({
  what: `user ${name}`,
  from: 'present',
  to: null,
  // 12: there was no mail or home to remove.
  commands: [
    {
      ...sh`userdel ${[...(force ? ['-f'] : []), ...(remove ? ['-r'] : [])]} -- ${name}`,
      accepts: remove ? [0, 12] : [0],
    },
  ],
});

const option = (flag: string, value: string | number | undefined): readonly (string | number)[] =>
  value === undefined ? [] : [flag, value];
const expiryDay = (expires: number | undefined): string | undefined =>
  expires === undefined ? undefined : expires < 0 ? '' : new Date(expires * 1000).toISOString().slice(0, 10);
const listed = (groups: readonly string[] | undefined): readonly string[] => (groups ?? []).filter((one) => one !== '');

function creation(wanted: WantedUser): UserChange {
  const { name, uid, non_unique, group, groups, comment, home, shell, system, create_home, skeleton, umask, expires } =
    wanted;
  const words = [
    ...(system ? ['-r'] : []),
    ...option('-u', uid),
    ...(uid !== undefined && non_unique ? ['-o'] : []),
    ...option('-g', group),
    ...(listed(groups).length > 0 ? ['-G', listed(groups).join(',')] : []),
    ...option('-c', comment),
    ...option('-d', home),
    ...option('-s', shell),
    ...option('-e', expiryDay(expires)),
    ...(create_home
      ? ['-m', ...option('-k', skeleton), ...option('-K', umask === undefined ? undefined : `UMASK=${umask}`)]
      : ['-M']),
  ];
  // useradd refuses to make a group that is there already; then it is meant to be the user's own.
  const ownGroup =
    group === undefined
      ? new Script(`$(getent group ${quote(name)} >/dev/null && echo "-g ${quote(name)}")`)
      : new Script('');
  return {
    what: `user ${name}`,
    from: null,
    to: uid === undefined ? 'present' : `uid ${uid}`,
    commands: [sh`useradd ${ownGroup} ${words} -- ${name}`],
  };
}

/** How useradd leaves a user; numbers that it chooses are not known. */
const created = (wanted: WantedUser, asked: Asked): UserState => ({
  exists: true,
  uid: wanted.uid ?? -1,
  gid: -1,
  group: wanted.group ?? wanted.name,
  comment: wanted.comment ?? '',
  home: wanted.home ?? `/home/${wanted.name}`,
  shell: wanted.shell ?? '',
  groups: listed(wanted.groups),
  homeExists: wanted.create_home,
  shadow: {
    password: '!',
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

function fields(now: UserState, wanted: WantedUser, existed: boolean): readonly UserChange[] {
  const { name, uid, non_unique, group, comment, home, move_home, shell, expires } = wanted;
  const field = (
    what: string,
    from: string | number,
    to: string | number | undefined,
    words: readonly (string | number)[],
    gives: Partial<UserState>,
  ): readonly UserChange[] =>
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
  const day = expires === undefined ? undefined : expires < 0 ? 'never' : Math.floor(expires / 86400);
  const dayWord = (one: number | string | undefined) =>
    typeof one === 'number' ? new Date(one * 86_400_000).toISOString().slice(0, 10) : one;
  const own = group !== undefined && /^\d+$/.test(group) ? now.gid : now.group;
  return [
    ...(existed
      ? [
          ...field('uid', now.uid, uid, [...option('-u', uid), ...(non_unique ? ['-o'] : [])], { uid }),
          ...field('group', own, group, option('-g', group), { group }),
          ...field('comment', now.comment, comment, option('-c', comment), { comment }),
          ...field(
            'home',
            now.home,
            home === undefined ? undefined : home.replace(/(.)\/$/, '$1'),
            [...option('-d', home), ...(move_home ? ['-m'] : [])],
            { home, ...(move_home ? { homeExists: true } : {}) },
          ),
          ...field('shell', now.shell, shell, option('-s', shell), { shell }),
          ...field(
            'expires',
            dayWord(now.shadow?.expiresOnDay) ?? 'never',
            dayWord(day),
            option('-e', expiryDay(expires)),
            { shadow: { ...now.shadow!, expiresOnDay: typeof day === 'number' ? day : undefined } },
          ),
          ...membership(now, wanted),
          ...missingHome(now, wanted),
        ]
      : []),
    ...aging(now, wanted),
  ];
}

function membership(now: UserState, { name, groups, append }: WantedUser): readonly UserChange[] {
  if (groups === undefined) return [];
  const given = listed(groups).filter((one) => one !== now.group);
  const after = append ? [...new Set([...now.groups, ...given])] : given;
  const show = (names: readonly string[]) => [...names].sort().join(', ') || 'none';
  if (show(after) === show(now.groups)) return [];
  return [
    {
      what: `user ${name}, groups`,
      from: show(now.groups),
      to: show(after),
      commands: [sh`usermod ${append ? ['-a'] : []} -G ${(append ? given : after).join(',')} -- ${name}`],
      gives: { groups: after },
    },
  ];
}

/** As useradd makes a home: from the skeleton, with the mode that login.defs says. */
function missingHome(
  now: UserState,
  { name, home = now.home, create_home, skeleton = '/etc/skel', move_home }: WantedUser,
): readonly UserChange[] {
  if (!create_home || now.homeExists || (move_home && home !== now.home)) return [];
  const text = script`mode=$(sed -n 's/^HOME_MODE[[:space:]]*//p' /etc/login.defs 2>/dev/null)
umask 077; mkdir -p -- ${home} && cp -Rp -- ${`${skeleton}/.`} ${`${home}/`} && chown -R -- ${`${name}:`} ${home} && chmod ${new Script('"${mode:-0755}"')} ${home}`
    .text;
  return [
    {
      what: `user ${name}, home ${home}`,
      from: null,
      to: 'created',
      commands: [{ script: text }],
      gives: { homeExists: true },
    },
  ];
}

function aging(
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
            gives: { shadow: { ...now.shadow!, [field]: to } },
          },
        ];
  return [
    ...one('least age of password', '-m', now.shadow?.minDays, password_expire_min, 'minDays'),
    ...one('greatest age of password', '-M', now.shadow?.maxDays, password_expire_max, 'maxDays'),
    ...one('warning before password expires', '-W', now.shadow?.warnDays, password_expire_warn, 'warnDays'),
  ];
}

function passwords(
  now: UserState,
  { name, password, update_password, password_lock }: WantedUser,
  existed: boolean,
): readonly UserChange[] {
  const is = now.shadow?.password ?? '';
  const locked = is.startsWith('!');
  const sets =
    password !== undefined &&
    (!existed || (update_password === 'always' && is.replace(/^!/, '') !== password.replace(/^!/, '')));
  const hash = sets
    ? password_lock === true || (password_lock === undefined && locked && existed)
      ? `!${password.replace(/^!/, '')}`
      : password
    : is;
  const set: UserChange = {
    what: `user ${name}, password`,
    from: existed ? '(hidden)' : null,
    to: '(hidden, other)',
    commands: [withPassword(name, hash)],
    gives: { shadow: { ...now.shadow!, password: hash } },
  };
  const lock = password_lock === undefined || hash.startsWith('!') === password_lock ? undefined : password_lock;
  const locking: UserChange = {
    what: `user ${name}, password`,
    from: lock ? 'unlocked' : 'locked',
    to: lock ? 'locked' : 'unlocked',
    commands: [sh`usermod ${lock ? '-L' : '-U'} -- ${name}`],
    gives: { shadow: { ...now.shadow!, password: lock ? `!${hash}` : hash.replace(/^!/, '') } },
  };
  return [...(sets ? [set] : []), ...(lock === undefined ? [] : [locking])];
}

const withPassword = (name: string, hash: string): Command => reading(sh`chpasswd -e`, `${name}:${hash}\n`);

/** A key is made as root, and given to the user before it can be seen. */
function keys(now: UserState, wanted: WantedUser): readonly UserChange[] {
  const { key } = now;
  if (key === undefined || (key.exists && !wanted.force)) return [];
  const { name, ssh_key_type, ssh_key_bits, ssh_key_comment, ssh_key_passphrase } = wanted;
  const comment = new Script(
    `"${ssh_key_comment
      .replace(/["\\`]/g, '\\$&')
      .replaceAll('$', '\\$')
      .replaceAll('\\$HOSTNAME', '$(uname -n)')}"`,
  );
  const folder = key.file.replace(/\/[^/]*$/, '');
  const words = [
    '-q',
    '-t',
    ssh_key_type,
    ...option('-b', ssh_key_bits),
    ...(ssh_key_passphrase === undefined ? ['-N', ''] : []),
  ];
  const make = script`umask 077; [ -d ${folder} ] || { mkdir -- ${folder} && chown -- ${`${name}:`} ${folder}; } || exit
rm -f -- ${key.file} && ssh-keygen ${words} -C ${comment} -f ${key.file} && chown -- ${`${name}:`} ${key.file} ${`${key.file}.pub`} && chmod 644 ${`${key.file}.pub`}`
    .text;
  const command: Command =
    ssh_key_passphrase === undefined
      ? { script: make }
      : reading({ script: make }, `${ssh_key_passphrase}\n${ssh_key_passphrase}\n`);
  return [
    {
      what: `user ${name}, ssh key`,
      from: key.exists ? 'present' : null,
      to: key.file,
      commands: [command],
      ...(key.exists ? { repeats: true } : {}),
      gives: { key: { ...key, exists: true } },
    },
  ];
}

const plain = (password: string | undefined): readonly string[] =>
  password === undefined || /^(\$\d?\w*\$.+|[!*x]*|!.*|_.*|[./0-9A-Za-z]{13})$/.test(password)
    ? []
    : ['The input password appears not to have been hashed: nobody can log in with it'];
