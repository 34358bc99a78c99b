import {
  type Account,
  type Change,
  defineTask,
  groupAccount,
  nothing,
  type PathState,
  type Question,
  stat,
  tidyPath,
  type UserState,
  user,
} from '../src/sdk.ts';
import { keyPath } from './shared/accounts/user-key.ts';
import { planUser } from './shared/accounts/user-plan.ts';
import type { WantedUser } from './shared/accounts/wanted-user.ts';
import { byState } from './shared/retire/by-state.ts';

type UserQuestions = {
  readonly user: Question<UserState>;
  readonly newHome: Question<PathState | undefined>;
  readonly [name: `group ${string}`]: Question<Account | undefined>;
};

export default defineTask({
  name: 'ansible.builtin.user',
  summary: 'Manage a user account.',
  description:
    'Passwords reach the host on stdin, never on a command line; an existing key is never regenerated without `force`.',
  params: {
    name: { type: 'str', required: true, aliases: ['user'], doc: 'The user.' },
    state: { type: 'str', default: 'present', choices: ['absent', 'present'], doc: 'Whether the user should exist.' },
    uid: { type: 'int', doc: "The user's numeric ID." },
    uid_min: { type: 'int', doc: 'The lowest ID that a new user may get, instead of `UID_MIN` in /etc/login.defs.' },
    uid_max: { type: 'int', doc: 'The highest ID that a new user may get, instead of `UID_MAX` in /etc/login.defs.' },
    non_unique: { type: 'bool', default: false, doc: 'Allow an ID that another user already has.' },
    group: { type: 'str', doc: "The user's primary group." },
    groups: {
      type: 'list',
      elements: 'str',
      doc: 'The supplementary groups; the user is removed from all others unless `append` is true.',
    },
    append: { type: 'bool', default: false, doc: 'Keep supplementary groups that are not in `groups`.' },
    comment: { type: 'str', doc: "The user's comment field, usually the full name." },
    home: { type: 'path', doc: 'The home directory.' },
    create_home: {
      type: 'bool',
      default: true,
      aliases: ['createhome'],
      doc: 'Create the home directory if it is missing.',
    },
    move_home: { type: 'bool', default: false, doc: 'Move the old home directory to the new location.' },
    skeleton: {
      type: 'str',
      doc: 'The directory whose content is copied into a new home directory (default: /etc/skel).',
    },
    umask: { type: 'str', doc: 'The umask for creating a new home directory.' },
    shell: { type: 'path', doc: 'The login shell.' },
    system: { type: 'bool', default: false, doc: 'Give a new user an ID from the system range.' },
    password: { type: 'str', secret: true, doc: "The user's password hash." },
    update_password: {
      type: 'str',
      default: 'always',
      choices: ['always', 'on_create'],
      doc: 'Whether to set the password even if the user already exists (`always`), or only for a new user (`on_create`).',
    },
    password_lock: { type: 'bool', doc: "Whether the user's password is locked." },
    password_expire_min: { type: 'int', doc: 'The minimum number of days between password changes.' },
    password_expire_max: { type: 'int', doc: 'The maximum number of days between password changes.' },
    password_expire_warn: { type: 'int', doc: 'How many days before the password expires to warn the user.' },
    password_expire_account_disable: {
      type: 'int',
      doc: 'How many days after the password expires the account is disabled.',
    },
    expires: { type: 'float', doc: 'When the account expires, in seconds since the epoch; negative for never.' },
    generate_ssh_key: { type: 'bool', default: false, doc: 'Generate an ssh key if the user has none.' },
    ssh_key_type: { type: 'str', default: 'rsa', doc: 'The type of the ssh key.' },
    ssh_key_bits: { type: 'int', doc: 'The size of the ssh key in bits.' },
    ssh_key_file: {
      type: 'path',
      doc: 'The ssh key file, relative to the home directory (default: .ssh/id_TYPE).',
    },
    ssh_key_comment: { type: 'str', default: 'ansible-generated on $HOSTNAME', doc: "The ssh key's comment." },
    ssh_key_passphrase: { type: 'str', secret: true, doc: 'The passphrase for the ssh key.' },
    remove: { type: 'bool', default: false, doc: 'With `state: absent`, remove the home directory and mail as well.' },
    force: {
      type: 'bool',
      default: false,
      doc: 'With `state: absent`, remove the user even if logged in; with `generate_ssh_key`, regenerate the key.',
    },
    local: {
      type: 'bool',
      default: false,
      doc: 'Users are always created in the local files. This only rules out `umask`, `uid_min` and `uid_max`.',
    },
    seuser: { type: 'str', ignored: 'SELinux users are not managed' },
    login_class: { type: 'str', ignored: 'it is for BSD' },
    authorization: { type: 'str', ignored: 'it is for Solaris' },
    profile: { type: 'str', ignored: 'it is for Solaris' },
    role: { type: 'str', ignored: 'it is for Solaris' },
    hidden: { type: 'bool', ignored: 'it is for macOS' },
  },
  ask: (params): UserQuestions => ({
    user: user(params.name, asked(params)),
    newHome: params.home === undefined || params.state === 'absent' ? nothing() : stat(tidyPath(params.home)),
    ...Object.fromEntries(groupsOf(params).map((name) => [`group ${name}`, groupAccount(name)])),
  }),
  plan(state, given) {
    const byNumber = (name: string) => state[`group ${name}`]?.byNumber;
    // Supplementary groups may be given by ID; the databases report them by name.
    const params = { ...given, groups: given.groups?.map((name) => byNumber(name) ?? name) };
    const missing =
      params.state === 'absent'
        ? undefined
        : groupsOf(given).find((name) => state[`group ${name}`]?.exists !== true && !/^\d+$/.test(name));
    if (missing !== undefined) return { failed: `Group ${missing} does not exist` };
    return planUser(state.user, params, asked(params), state.newHome?.exists === true);
  },
  result: ({ state: { user: now }, changes, params }) => ({
    name: params.name,
    state: params.state,
    ...(params.state === 'absent'
      ? toldRemoval(changes, params)
      : {
          uid: now.uid,
          group: now.gid,
          home: now.home,
          shell: now.shell,
          comment: now.comment,
          ...(isNew(changes, params.name)
            ? { create_home: params.create_home, system: params.system }
            : { append: params.append, move_home: params.move_home }),
          ...(params.groups === undefined ? {} : { groups: params.groups.join(',') }),
          ...(params.password === undefined ? {} : { password: 'NOT_LOGGING_PASSWORD' }),
          ...(now.key?.exists === true
            ? { ssh_key_file: now.key.file, ssh_public_key: now.key.public, ssh_fingerprint: now.key.fingerprint }
            : {}),
        }),
  }),
  retire: byState('user', ['name']),
  returns: {
    uid: "The user's numeric ID.",
    group: 'The numeric ID of the primary group.',
    home: 'The home directory.',
    shell: 'The login shell.',
    comment: "The user's comment field, usually the full name.",
    groups: 'The supplementary groups.',
    ssh_public_key: 'The public ssh key.',
    ssh_fingerprint: 'The fingerprint of the ssh key.',
    ssh_key_file: 'The ssh key file.',
  },
  examples: [
    { title: 'Create a user', yaml: 'user:\n  name: retracer\n  comment: Goes back\n  shell: /bin/bash' },
    {
      title: 'Create a user for a service, without a home directory',
      yaml: 'user:\n  name: retracerd\n  system: true\n  create_home: false\n  home: /nonexistent\n  shell: /usr/sbin/nologin',
    },
    {
      title: 'Create a user with supplementary groups and an ssh key',
      yaml: 'user:\n  name: retracer\n  groups: [adm, games]\n  append: true\n  generate_ssh_key: true\n  ssh_key_type: ed25519',
    },
    {
      title: 'Remove a user together with the home directory',
      yaml: 'user:\n  name: nobody-knows\n  state: absent\n  remove: true',
    },
  ],
});

/** Whether the user was created, as opposed to modified. */
const isNew = (changes: readonly Change[], name: string): boolean =>
  changes.some(({ what, from }) => what === `user ${name}` && from === null);

/** The additional questions about the user that these parameters need. */
const asked = (params: WantedUser): { shadow: boolean; key?: string } => ({
  shadow: [
    params.password,
    params.expires,
    params.password_lock,
    params.password_expire_max,
    params.password_expire_min,
    params.password_expire_warn,
    params.password_expire_account_disable,
  ].some((one) => one !== undefined),
  ...(params.generate_ssh_key && params.state === 'present' ? { key: keyPath(params) } : {}),
});

const groupsOf = ({ group, groups = [] }: WantedUser): readonly string[] =>
  [...(group === undefined ? [] : [group]), ...groups].filter((name) => name !== '');

const toldRemoval = (
  changes: readonly Change[],
  { force, remove }: { readonly force: boolean; readonly remove: boolean },
) => (changes.length === 0 ? {} : { force, remove });
