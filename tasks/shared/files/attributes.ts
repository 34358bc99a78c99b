import {
  type Account,
  type Change,
  type Command,
  chmodMode,
  computeMode,
  type Entry,
  type FileFlags,
  type ParamSpecs,
  sh,
  showMode,
} from '../../../src/sdk.ts';
import { flagChanges, flagsAfter } from './flags.ts';

/** Owner, group and mode: the parameters shared by all types that create files or directories. */
export const attributeParams = {
  mode: { type: 'mode', doc: "The permission bits, for example `'0644'` or `u=rw,go=r`." },
  owner: { type: 'str', doc: 'The name or UID of the owner.' },
  group: { type: 'str', doc: 'The name or GID of the group.' },
  unsafe_writes: {
    type: 'bool',
    default: false,
    environment: 'ANSIBLE_UNSAFE_WRITES',
    doc: 'Overwrite in place if the file cannot be replaced.',
  },
  attributes: { type: 'str', aliases: ['attr'], ignored: 'file flags (`chattr`) are left as they are' },
  selevel: { type: 'str', ignored: 'SELinux is not managed' },
  serole: { type: 'str', ignored: 'SELinux is not managed' },
  setype: { type: 'str', ignored: 'SELinux is not managed' },
  seuser: { type: 'str', ignored: 'SELinux is not managed' },
} as const satisfies ParamSpecs;

/** The owner, group and mode that a task wants. */
export interface Attributes {
  readonly owner?: string;
  readonly group?: string;
  readonly mode?: string;
  /** The flags for `chattr`, in types that ask about them. */
  readonly attributes?: string;
}

/** The answers about the accounts that a task names. */
export interface Accounts {
  readonly ownerAccount: Account | undefined;
  readonly groupAccount: Account | undefined;
  /** The flags of the file, if the task sets some. */
  readonly flags?: FileFlags | undefined;
}

/** The part of an entry that attributes affect. */
export type Owned = Pick<Entry, 'kind' | 'mode' | 'uid' | 'gid' | 'owner' | 'group' | 'flags'>;

/** Why the attributes cannot be set; undefined if they can. */
export function unknownAccount(
  { owner, group, validate }: Attributes & { readonly validate?: string },
  { ownerAccount, groupAccount }: Accounts,
): string | undefined {
  if (validate?.includes('%s') === false) return `validate must contain %s: ${validate}`;
  if (ownerAccount?.exists === false && !isNumber(owner)) return `chown failed: failed to look up user ${owner}`;
  if (groupAccount?.exists === false && !isNumber(group)) return `chgrp failed: failed to look up group ${group}`;
  return undefined;
}

/** In a check, as in Ansible's: accounts that do not exist yet, so that somebody else must create them before the run. */
export function accountWarnings(
  { owner, group }: Attributes,
  { ownerAccount, groupAccount }: Accounts,
): readonly string[] {
  const missing = (what: string, id: string, name: string | undefined, account: Account | undefined) =>
    name === undefined || account?.exists !== false || (isNumber(name) && account.byNumber !== undefined)
      ? []
      : [
          `failed to look up ${what}${isNumber(name) ? ` with ${id}` : ''} ${name}. Create ${what} up to this point in real play`,
        ];
  return [...missing('user', 'uid', owner, ownerAccount), ...missing('group', 'gid', group, groupAccount)];
}

const isNumber = (name: string | undefined): boolean => name !== undefined && /^\d+$/.test(name);

/** Returns an entry as it is after its attributes are set. */
export function withAttributes<E extends Owned>(entry: E, wanted: Attributes, accounts: Accounts): E {
  const owned = {
    ...entry,
    ...ownerAfter(entry, wanted.owner, accounts.ownerAccount),
    ...groupAfter(entry, wanted.group, accounts.groupAccount),
  };
  const given = owned.uid !== entry.uid || owned.gid !== entry.gid;
  const mode = given ? modeAfterChown(entry) : entry.mode;
  return {
    ...owned,
    mode: wanted.mode === undefined ? mode : computeMode(wanted.mode, mode, entry.kind === 'directory'),
    ...(wanted.attributes !== undefined &&
      accounts.flags !== undefined && { flags: flagsAfter(accounts.flags.letters ?? '', wanted.attributes) }),
  };
}

/** The mode after chown: the kernel clears the setuid and setgid bits of a program when its owner changes. */
const modeAfterChown = ({ kind, mode }: Owned): number =>
  kind === 'directory' ? mode : mode & ~(0o4000 | ((mode & 0o010) !== 0 ? 0o2000 : 0));

function ownerAfter(
  entry: Owned,
  owner: string | undefined,
  account: Account | undefined,
): Pick<Owned, 'uid' | 'owner'> {
  const own = { uid: entry.uid, owner: entry.owner };
  if (owner === undefined || owner === entry.owner) return own;
  const { id, name } = idAndName(owner, account);
  return id === entry.uid ? own : { uid: id, owner: name };
}

function groupAfter(
  entry: Owned,
  group: string | undefined,
  account: Account | undefined,
): Pick<Owned, 'gid' | 'group'> {
  const own = { gid: entry.gid, group: entry.group };
  if (group === undefined || group === entry.group) return own;
  const { id, name } = idAndName(group, account);
  return id === entry.gid ? own : { gid: id, group: name };
}

/** The ID and name of an account given by either. */
function idAndName(
  given: string,
  account: Account | undefined,
): { readonly id: number; readonly name: string | undefined } {
  if (account?.exists !== true && isNumber(given)) return { id: Number(given), name: account?.byNumber };
  return { id: account?.id ?? -1, name: given };
}

/**
 * The necessary changes to an entry's owner, group and mode, with the commands that make them. If the entry is the
 * target of a link, the commands go `through` it.
 */
export function attributeChanges(
  path: string,
  entry: Owned,
  wanted: Attributes,
  accounts: Accounts,
  { of = '', through = false }: { readonly of?: string; readonly through?: boolean } = {},
): readonly Change[] {
  const after = withAttributes(entry, wanted, accounts);
  const changes: Change[] = [];
  // Run chown first, because it clears setuid.
  if (after.uid !== entry.uid)
    changes.push(
      change(
        `owner${of}`,
        entry.owner ?? String(entry.uid),
        wanted.owner!,
        sh`chown ${through ? [] : '-h'} -- ${wanted.owner!} ${path}`,
      ),
    );
  if (after.gid !== entry.gid)
    changes.push(
      change(
        `group${of}`,
        entry.group ?? String(entry.gid),
        wanted.group!,
        sh`chgrp ${through ? [] : '-h'} -- ${wanted.group!} ${path}`,
      ),
    );
  if (entry.kind === 'link') return changes; // a link has no mode and no flags of its own
  const lost = changes.length > 0 ? modeAfterChown(entry) : entry.mode;
  if (after.mode !== entry.mode || after.mode !== lost)
    changes.push(
      change(
        `mode${of}`,
        showMode(entry.mode),
        showMode(after.mode),
        ...(after.mode === lost ? [] : [sh`chmod -- ${chmodMode(after.mode)} ${path}`]),
      ),
    );
  const flags = accounts.flags === undefined ? [] : flagChanges(path, accounts.flags.letters ?? '', wanted.attributes);
  // An immutable file can be changed only before it becomes so, or once it is no longer.
  return wanted.attributes?.startsWith('-') === true ? [...flags, ...changes] : [...changes, ...flags];
}

const change = (what: string, from: string, to: string, ...commands: Command[]): Change => ({
  what,
  from,
  to,
  commands,
});

/** Differences that another change's command already fixes, so they are only reported. */
export const withoutCommands = (changes: readonly Change[]): readonly Change[] =>
  changes.map((one) => ({ ...one, commands: [] }));
