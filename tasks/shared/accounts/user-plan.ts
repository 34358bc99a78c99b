import {
  blurs,
  type Change,
  type Effect,
  groupAccount,
  noUser,
  type Plan,
  predicts,
  sh,
  type UserState,
  user,
  userAccount,
} from '../../../src/sdk.ts';
import { withTools } from './busybox-accounts.ts';
import { created, creation } from './user-creation.ts';
import { accountChanges, aging } from './user-fields.ts';
import { keys } from './user-key.ts';
import { passwords, passwordWarnings } from './user-password.ts';
import type { Asked, UserChange, WantedUser } from './wanted-user.ts';

/** Plans the changes to a user, field by field. */
export function planUser(now: UserState, wanted: WantedUser, asked: Asked, newHomeExists = false): Plan {
  const clashing = (['umask', 'uid_min', 'uid_max'] as const).find((param) => wanted[param] !== undefined);
  if (wanted.local && clashing !== undefined) return { failed: `'${clashing}' can not be used with 'local'` };
  if (asked.shadow && now.exists && now.shadow === undefined)
    return { failed: `only root can read the entry for ${wanted.name} in /etc/shadow` };
  if (wanted.state === 'absent') return planned(now.exists ? [removal(wanted)] : [], noUser, now, wanted, asked);
  const fresh = now.exists ? now : created(wanted, asked);
  const changes = [
    ...(now.exists ? [] : [creation(wanted)]),
    ...(now.exists ? accountChanges(fresh, wanted, newHomeExists) : []),
    ...aging(fresh, wanted),
    ...passwords(fresh, wanted, now.exists),
    ...keys(fresh, wanted),
  ];
  const after: UserState = Object.assign({}, fresh, ...changes.map((change) => change.gives));
  return {
    ...planned(changes, after, now, wanted, asked),
    warnings: [...passwordWarnings(wanted.password), ...groupWarnings(wanted)],
  };
}

/** The changes with the programs that the host has, or why it has none for them. */
function planned(
  changes: readonly UserChange[],
  after: UserState,
  { tools }: UserState,
  wanted: WantedUser,
  asked: Asked,
): { readonly changes: readonly Change[] } | { readonly failed: string } {
  const possible = withTools(changes, tools);
  if ('failed' in possible) return possible;
  const told = { ...after, ...(tools !== undefined && { tools }) };
  return { changes: possible.map((change) => withEffects(change, told, wanted, asked)) };
}

const groupWarnings = ({ append, groups }: WantedUser): readonly string[] =>
  append && groups === undefined
    ? ["'append' is set, but no 'groups' are specified. Use 'groups' for the groups to add"]
    : [];

function withEffects(
  { gives, busybox, ...change }: UserChange,
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
  // For an existing user, anything that was not queried (the shadow entry, a key) cannot be predicted.
  const known = after.exists ? after.shadow !== undefined : true;
  const variants = [asked, { shadow: false }, ...(known ? [{ shadow: true }] : [])].map(
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
  // userdel exits with 12 if there was no mail spool or home directory to remove.
  commands: [
    {
      ...sh`userdel ${[...(force ? ['-f'] : []), ...(remove ? ['-r'] : [])]} -- ${name}`,
      accepts: remove ? [0, 12] : [0],
    },
  ],
  busybox: [sh`deluser ${remove ? ['--remove-home'] : []} ${name}`],
});
