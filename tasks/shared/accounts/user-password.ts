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
    gives: { shadow: { ...now.shadow!, password: hash } },
  };
  const lock = password_lock === undefined || hash.startsWith('!') === password_lock ? undefined : password_lock;
  const locking: UserChange = {
    what: `user ${name}, password`,
    from: lock ? 'unlocked' : 'locked',
    to: lock ? 'locked' : 'unlocked',
    commands: [sh`usermod ${lock ? '-L' : '-U'} -- ${name}`],
    gives: { shadow: { ...now.shadow!, password: lock ? `!${hash}` : unlocked(hash) } },
  };
  return [...(sets ? [set] : []), ...(lock === undefined ? [] : [locking])];
}

/** A hash without the prefix that locks the account. */
const unlocked = (hash: string): string => hash.replace(/^!+/, '');

const withPassword = (name: string, hash: string): Command => reading(sh`chpasswd -e`, `${name}:${hash}\n`);

/** The hash methods by their ids, and how many characters their hashes have at the end. */
const HASH_LENGTHS: readonly (readonly [id: string, length: string])[] = [
  ['1', '22'],
  ['5', '43'],
  ['6', '86'],
  ['(?!(?:1|5|6)\\$)\\w+', '1,'],
];

/** A warning if a password is not a hash. */
export const passwordWarnings = (password: string | undefined): readonly string[] =>
  password === undefined ||
  /^([!*x]*|!.*|_.*|[./0-9A-Za-z]{13})$/.test(password) ||
  HASH_LENGTHS.some(([id, length]) => new RegExp(`^\\$${id}\\$.*[./0-9A-Za-z]{${length}}$`).test(password))
    ? []
    : ['The input password appears not to have been hashed: nobody can log in with it'];
