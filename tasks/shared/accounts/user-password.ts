import { type Command, reading, sh, type UserState } from '../../../src/sdk.ts';
import type { UserChange, WantedUser } from './wanted-user.ts';

/** The necessary changes to a user's password and its lock. */
export function passwords(
  now: UserState,
  { name, password, update_password, password_lock }: WantedUser,
  existed: boolean,
): readonly UserChange[] {
  const is = now.shadow?.password ?? '';
  const sets =
    password !== undefined && (!existed || (update_password === 'always' && unlocked(is) !== unlocked(password)));
  // As in Ansible, the given value is set as it is, so a user whose account was locked for lack of a password can then log in.
  const locked = password_lock === true ? `!${unlocked(password ?? '')}` : password;
  const hash = sets && locked !== undefined ? locked : is;
  const set: UserChange = {
    what: `user ${name}, password`,
    from: existed ? '(hidden)' : null,
    to: '(hidden, different)',
    commands: [withPassword(name, hash)],
    busybox: [withPassword(name, hash)],
    gives: { shadow: { ...now.shadow!, password: hash } },
  };
  const lock = password_lock === undefined || hash.startsWith('!') === password_lock ? undefined : password_lock;
  const locking: UserChange = {
    what: `user ${name}, password`,
    from: lock ? 'unlocked' : 'locked',
    to: lock ? 'locked' : 'unlocked',
    commands: [sh`usermod ${lock ? '-L' : '-U'} -- ${name}`],
    busybox: [sh`passwd ${lock ? '-l' : '-u'} ${name}`],
    gives: { shadow: { ...now.shadow!, password: lock ? `!${hash}` : unlocked(hash) } },
  };
  return [...(sets ? [set] : []), ...(lock === undefined ? [] : [locking])];
}

/** A hash without the prefix that locks the account. */
const unlocked = (hash: string): string => hash.replace(/^!+/, '');

const withPassword = (name: string, hash: string): Command => reading(sh`chpasswd -e`, `${name}:${hash}\n`);

/** The lengths of the hashes at the end of a crypt(3) password, by the id of the method; others have one character or more. */
const HASH_LENGTHS: ReadonlyMap<string, number> = new Map([
  ['1', 22],
  ['5', 43],
  ['6', 86],
]);

function isCrypt(password: string): boolean {
  const [, id = '', hash = ''] = /^\$(\w+)\$.*?([./0-9A-Za-z]*)$/.exec(password) ?? [];
  return id !== '' && hash.length >= (HASH_LENGTHS.get(id) ?? 1);
}

/** A warning if a password is not a hash. */
export const passwordWarnings = (password: string | undefined): readonly string[] =>
  password === undefined || /^([!*x]*|!.*|_.*|[./0-9A-Za-z]{13})$/.test(password) || isCrypt(password)
    ? []
    : ['The input password appears not to have been hashed: nobody can log in with it'];
