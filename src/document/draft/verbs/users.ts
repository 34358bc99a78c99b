import { type DraftTask, draftVariable, exact, likely, lookOnly, manual, pathTask, type Verb } from '../drafted.ts';
import { readOptions } from '../options.ts';
import { absolutePath, isExpanded } from '../words.ts';

const UNKNOWN = 'it is not understood';

const user = (name: string, args: Readonly<Record<string, unknown>>): DraftTask => ({
  type: 'user',
  args: { name, ...args },
  declares: `user:${name}`,
});

const group = (name: string, args: Readonly<Record<string, unknown>> = {}): DraftTask => ({
  type: 'group',
  args: { name, ...args },
  declares: `group:${name}`,
});

/** The variable of a draft that holds a secret. */
export const secretVariable = (what: string, filter?: string): string => draftVariable(`vault_${what}`, filter);

/** Options that useradd(8) and usermod(8) share, as parameters. */
function shared(options: NonNullable<ReturnType<typeof readOptions>>): Readonly<Record<string, unknown>> {
  const text = (param: string, ...names: readonly string[]) => {
    const value = options.value(...names);
    return value === undefined ? {} : { [param]: value };
  };
  const uid = options.value('u', 'uid');
  const groups = options.value('G', 'groups');
  return {
    ...(uid !== undefined && { uid: Number(uid) }),
    ...text('comment', 'c', 'comment'),
    ...text('home', 'd', 'home-dir', 'home'),
    ...text('group', 'g', 'gid'),
    ...(groups !== undefined && { groups: groups.split(',') }),
    ...text('shell', 's', 'shell'),
  };
}

const LONG = ['uid', 'comment', 'home-dir', 'home', 'gid', 'groups', 'shell'];

const useradd: Verb = ({ args }) => {
  const options = readOptions(args, {
    flags: 'mMrUN',
    longFlags: ['create-home', 'no-create-home', 'system', 'user-group', 'no-user-group'],
    values: 'ucdgGs',
    longValues: LONG,
  });
  const [name, ...more] = options?.operands ?? [];
  if (options === undefined || name === undefined || more.length > 0 || isExpanded(name)) return manual(UNKNOWN);
  // useradd makes a home directory only if it is told to, or login.defs(5) says so.
  const home = options.has('m', 'create-home') ? {} : { create_home: false };
  const system = options.has('r', 'system') && { system: true };
  return exact(user(name, { ...shared(options), ...home, ...system }));
};

const adduser: Verb = ({ args }) => {
  const options = readOptions(args, {
    flags: 'q',
    longFlags: ['system', 'group', 'no-create-home', 'disabled-password', 'disabled-login', 'quiet'],
    longValues: ['home', 'shell', 'uid', 'gid', 'gecos', 'comment', 'ingroup'],
  });
  const [name, to, ...more] = options?.operands ?? [];
  if (
    options === undefined ||
    name === undefined ||
    more.length > 0 ||
    [name, to].some((word) => word !== undefined && isExpanded(word))
  )
    return manual(UNKNOWN);
  if (to !== undefined) return exact(user(name, { groups: [to], append: true }));
  const own = options.has('group') && options.has('system');
  const comment = options.value('gecos', 'comment');
  const gid = options.value('ingroup') ?? (own ? name : undefined);
  const args_ = {
    ...shared(options),
    ...(gid !== undefined && { group: gid }),
    ...(comment !== undefined && comment !== '' && { comment }),
    ...(options.has('system') && { system: true }),
    ...(options.has('no-create-home') && { create_home: false }),
    // adduser(8): a user of the system gets no shell.
    shell: options.value('shell') ?? (options.has('system') ? '/usr/sbin/nologin' : '/bin/bash'),
  };
  return exact(...(own ? [group(name, { system: true })] : []), user(name, args_));
};

const usermod: Verb = ({ args }) => {
  const options = readOptions(args, {
    flags: 'amLU',
    longFlags: ['append', 'move-home', 'lock', 'unlock'],
    values: 'ucdgGs',
    longValues: LONG,
  });
  const [name, ...more] = options?.operands ?? [];
  if (options === undefined || name === undefined || more.length > 0 || isExpanded(name)) return manual(UNKNOWN);
  return exact(
    user(name, {
      ...shared(options),
      ...(options.has('a', 'append') && { append: true }),
      ...(options.has('m', 'move-home') && { move_home: true }),
      ...(options.has('L', 'lock') && { password_lock: true }),
      ...(options.has('U', 'unlock') && { password_lock: false }),
    }),
  );
};

const userdel: Verb = ({ args }) => {
  const options = readOptions(args, { flags: 'rf', longFlags: ['remove', 'remove-home', 'force', 'system'] });
  const [name, ...more] = options?.operands ?? [];
  if (options === undefined || name === undefined || more.length > 0 || isExpanded(name)) return manual(UNKNOWN);
  return exact(user(name, { state: 'absent', ...(options.has('r', 'remove', 'remove-home') && { remove: true }) }));
};

const groupadd: Verb = ({ args }) => {
  const options = readOptions(args, { flags: 'rf', longFlags: ['system', 'force'], values: 'g', longValues: ['gid'] });
  const [name, ...more] = options?.operands ?? [];
  if (options === undefined || name === undefined || more.length > 0 || isExpanded(name)) return manual(UNKNOWN);
  const gid = options.value('g', 'gid');
  return exact(
    group(name, {
      ...(gid !== undefined && { gid: Number(gid) }),
      ...(options.has('r', 'system') && { system: true }),
    }),
  );
};

const groupdel: Verb = ({ args: [name, ...more] }) =>
  name === undefined || more.length > 0 || name.startsWith('-') || isExpanded(name)
    ? manual(UNKNOWN)
    : exact(group(name, { state: 'absent' }));

const passwd: Verb = ({ args }) => {
  const [name, ...more] = args;
  if (name === undefined || more.length > 0 || name.startsWith('-') || isExpanded(name))
    return manual('the password is typed in');
  return likely(
    'the password that was typed in is a variable of the vault, and is set only for a new user',
    user(name, { password: secretVariable(`password_of_${name}`, 'password_hash'), update_password: 'on_create' }),
  );
};

const htpasswd: Verb = (called) => {
  const options = readOptions(called.args, { flags: 'cbBdsnmDvi' });
  const [file, name, ...rest] = options?.operands ?? [];
  if (options === undefined || options.has('n', 'v')) return lookOnly;
  const path = file === undefined || isExpanded(file) ? undefined : absolutePath(file, called);
  if (path === undefined || name === undefined || isExpanded(name) || rest.length > (options.has('b') ? 1 : 0))
    return manual(UNKNOWN);
  if (options.has('D')) return exact(pathTask('htpasswd', `${path}:${name}`, { path, name, state: 'absent' }));
  const scheme = options.has('B') && { crypt_scheme: 'bcrypt' };
  // Even a password that stands in the document does not belong into a playbook.
  return exact(
    pathTask('htpasswd', `${path}:${name}`, { path, name, password: secretVariable(`password_of_${name}`), ...scheme }),
  );
};

/** Programs for accounts and passwords. */
export const userVerbs: Readonly<Record<string, Verb>> = {
  useradd,
  adduser,
  usermod,
  userdel,
  deluser: userdel,
  groupadd,
  addgroup: groupadd,
  groupdel,
  delgroup: groupdel,
  passwd,
  htpasswd,
  id: () => lookOnly,
  groups: () => lookOnly,
  who: () => lookOnly,
  whoami: () => lookOnly,
  getent: () => lookOnly,
};
