import { type Account, type Command, defineTask, groupAccount, predicts, sh } from '../src/sdk.ts';
import { type BusyboxChange, withTools } from './shared/accounts/busybox-accounts.ts';
import { loginDefault } from './shared/accounts/wanted-user.ts';
import { byState } from './shared/retire/by-state.ts';

export default defineTask({
  name: 'ansible.builtin.group',
  summary: 'Manage a group.',
  params: {
    name: { type: 'str', required: true, doc: 'The group.' },
    state: { type: 'str', default: 'present', choices: ['absent', 'present'], doc: 'Whether the group should exist.' },
    gid: { type: 'int', doc: 'The numeric ID of the group.' },
    gid_min: { type: 'int', doc: 'The lowest ID that a new group may get, instead of `GID_MIN` in /etc/login.defs.' },
    gid_max: { type: 'int', doc: 'The highest ID that a new group may get, instead of `GID_MAX` in /etc/login.defs.' },
    system: { type: 'bool', default: false, doc: 'Give a new group an ID from the system range.' },
    non_unique: { type: 'bool', default: false, doc: 'Allow an ID that another group already has.' },
    force: { type: 'bool', default: false, doc: "Delete the group even if it is a user's primary group." },
    local: {
      type: 'bool',
      default: false,
      doc: 'Groups are always created in the local files. This only rules out `gid_min` and `gid_max`.',
    },
  },
  rules: { requiredBy: { non_unique: ['gid'] } },
  ask: ({ name }) => ({ group: groupAccount(name) }),
  plan({ group = { exists: false } }, params) {
    const clashing = (['gid_min', 'gid_max'] as const).find((param) => params[param] !== undefined);
    if (params.local && clashing !== undefined) return { failed: `'${clashing}' can not be used with 'local'` };
    const possible = withTools(changes(group, params), group.tools);
    return 'failed' in possible ? possible : { changes: possible.map(({ busybox, ...change }) => change) };
  },
  result: ({ state: { group }, params: { name, state, gid, system } }) =>
    state === 'absent' ? { name, state } : { name, state, gid: group?.id ?? gid, system },
  retire: byState('group', ['name']),
  returns: {
    name: 'The group.',
    gid: 'The numeric ID of the group.',
    state: 'Whether the group exists.',
    system: 'The `system` parameter.',
  },
  examples: [
    { title: 'Create a group', yaml: 'group:\n  name: retracers' },
    { title: 'Create a group with a given ID', yaml: 'group:\n  name: retracer-files\n  gid: 2345' },
    { title: 'Remove a group', yaml: 'group:\n  name: nobody-knows\n  state: absent' },
  ],
});

interface Given {
  readonly name: string;
  readonly state: string;
  readonly gid: number | undefined;
  readonly gid_min: number | undefined;
  readonly gid_max: number | undefined;
  readonly system: boolean;
  readonly non_unique: boolean;
  readonly force: boolean;
}

function changes(now: Account, given: Given): readonly BusyboxChange[] {
  const { name, state, gid, system, non_unique, force } = given;
  const number = gid === undefined ? [] : ['-g', gid, ...(non_unique ? ['-o'] : [])];
  const change = (
    from: string | null,
    to: string | null,
    words: readonly (string | number)[],
    after: Account,
    busybox?: readonly Command[],
  ): BusyboxChange => ({
    what: `group ${name}`,
    from,
    to,
    commands: [sh`${words} -- ${name}`],
    busybox,
    effects: [predicts(groupAccount(name), { ...after, ...(now.tools !== undefined && { tools: now.tools }) })],
  });
  if (state === 'absent')
    return now.exists
      ? [change('present', null, ['groupdel', ...(force ? ['-f'] : [])], { exists: false }, [sh`delgroup ${name}`])]
      : [];
  if (!now.exists) {
    const range = [...loginDefault('GID_MIN', given.gid_min), ...loginDefault('GID_MAX', given.gid_max)];
    const words = ['groupadd', ...(system ? ['-r'] : []), ...number, ...range];
    const needsShadow = range.length > 0 || (gid !== undefined && non_unique);
    const made = needsShadow
      ? undefined
      : [sh`addgroup ${[...(system ? ['-S'] : []), ...(gid === undefined ? [] : ['-g', gid])]} ${name}`];
    return [change(null, gid === undefined ? 'present' : `gid ${gid}`, words, { exists: true, id: gid }, made)];
  }
  // A check may predict a group without knowing its ID. If an ID is given, the group gets it.
  if (gid === undefined || now.id === undefined || now.id === gid) return [];
  return [change(`gid ${now.id}`, `gid ${gid}`, ['groupmod', ...number], { exists: true, id: gid })];
}
