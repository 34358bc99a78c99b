import type { Change, Command, UserState } from '../../../src/sdk.ts';

/** The desired state of a user. */
export interface WantedUser {
  readonly name: string;
  readonly state: 'absent' | 'present';
  readonly uid?: number;
  readonly uid_min?: number;
  readonly uid_max?: number;
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
  readonly password_expire_account_disable?: number;
  readonly expires?: number;
  readonly generate_ssh_key: boolean;
  readonly ssh_key_type: string;
  readonly ssh_key_bits?: number;
  readonly ssh_key_file?: string;
  readonly ssh_key_comment: string;
  readonly ssh_key_passphrase?: string;
  readonly remove: boolean;
  readonly force: boolean;
  readonly local: boolean;
}

/** What to ask about a user in addition to the account. */
export interface Asked {
  readonly shadow: boolean;
  readonly key?: string;
}

/** A change, and the user's state after it. */
export interface UserChange extends Omit<Change, 'effects'> {
  readonly gives?: Partial<UserState>;
  /** The commands for a host that manages accounts with BusyBox; without them, BusyBox cannot do it. */
  readonly busybox?: readonly Command[];
}

/** A command option, if there is a value for it. */
export const option = (flag: string, value: string | number | undefined): readonly (string | number)[] =>
  value === undefined ? [] : [flag, value];

/** An option that takes the place of a setting in login.defs, if there is a value for it. */
export const loginDefault = (name: string, value: string | number | undefined): readonly (string | number)[] =>
  option('-K', value === undefined ? undefined : `${name}=${value}`);

/** A day in the format that useradd and usermod accept; an empty string means never. */
export function expiryDay(expires: number | undefined): string | undefined {
  if (expires === undefined) return undefined;
  return expires < 0 ? '' : new Date(expires * 1000).toISOString().slice(0, 10);
}

/** The group names in a list, without empty ones. */
export const namedGroups = (groups: readonly string[] | undefined): readonly string[] =>
  (groups ?? []).filter((one) => one !== '');
