import { type Account, type Change, defineTask, groupAccount, predicts, sh } from '../src/sdk.ts';

export default defineTask({
  name: 'ansible.builtin.group',
  summary: 'Manage a group.',
  params: {
    name: { type: 'str', required: true, doc: 'The group.' },
    state: { type: 'str', default: 'present', choices: ['absent', 'present'], doc: 'Whether the group should exist.' },
    gid: { type: 'int', doc: 'The numeric ID of the group.' },
    system: { type: 'bool', default: false, doc: 'Give a new group an ID from the system range.' },
    non_unique: { type: 'bool', default: false, doc: 'Allow an ID that another group already has.' },
    force: { type: 'bool', default: false, doc: "Delete the group even if it is a user's primary group." },
    local: { type: 'bool', default: false, ignored: 'groups are always created in the local files' },
  },
  rules: { requiredBy: { non_unique: ['gid'] } },
  ask: ({ name }) => ({ group: groupAccount(name) }),
  plan: ({ group = { exists: false } }, params) => ({ changes: changes(group, params) }),
  result: ({ state: { group }, params: { name, state, gid, system } }) =>
    state === 'absent' ? { name, state } : { name, state, gid: group?.id ?? gid, system },
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
  readonly system: boolean;
  readonly non_unique: boolean;
  readonly force: boolean;
}

function changes(now: Account, { name, state, gid, system, non_unique, force }: Given): readonly Change[] {
  const number = gid === undefined ? [] : ['-g', gid, ...(non_unique ? ['-o'] : [])];
  const change = (
    from: string | null,
    to: string | null,
    words: readonly (string | number)[],
    after: Account,
  ): Change => ({
    what: `group ${name}`,
    from,
    to,
    commands: [sh`${words} -- ${name}`],
    effects: [predicts(groupAccount(name), after)],
  });
  if (state === 'absent')
    return now.exists ? [change('present', null, ['groupdel', ...(force ? ['-f'] : [])], { exists: false })] : [];
  if (!now.exists)
    return [
      change(null, gid === undefined ? 'present' : `gid ${gid}`, ['groupadd', ...(system ? ['-r'] : []), ...number], {
        exists: true,
        id: gid,
      }),
    ];
  // A check may predict a group without knowing its ID. If an ID is given, the group gets it.
  if (gid === undefined || now.id === undefined || now.id === gid) return [];
  return [change(`gid ${now.id}`, `gid ${gid}`, ['groupmod', ...number], { exists: true, id: gid })];
}
