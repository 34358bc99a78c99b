import { type Change, defineTask, type Params, type Plan, predicts, sh } from '../src/sdk.ts';
import { unanswered } from './shared/commands/unanswered.ts';
import { askAliases, readAliases, type SnapAlias, snapOf, snapTool, writeAliases } from './shared/packages/snaps.ts';
import { byState } from './shared/retire/by-state.ts';

const params = {
  name: { type: 'str', doc: 'The snap, or one of its commands: `snap.command`.' },
  alias: { type: 'list', elements: 'str', aliases: ['aliases'], doc: 'Further names for the command.' },
  state: {
    type: 'str',
    default: 'present',
    choices: ['absent', 'present'],
    doc: 'Whether the names should exist; without `alias`, `absent` removes all of the snap.',
  },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.snap_alias',
  summary: 'Manage further names for the commands of snaps.',
  description: 'Requires the `snapd` package on the host.',
  params,
  rules: {
    requiredIf: [
      { param: 'state', is: 'present', needs: ['name', 'alias'] },
      { param: 'state', is: 'absent', needs: ['name', 'alias'], any: true },
    ],
  },
  ask: (_task, { environment }) => ({ aliases: askAliases(environment) }),
  plan({ aliases }, task, { environment }): Plan {
    const wrong = unanswered(aliases, snapTool);
    if (wrong !== undefined) return { failed: wrong };
    const now = readAliases(aliases);
    const { name = '', state } = task;
    const items = state === 'absent' ? unwanted(now, task) : lacking(now, task);
    const gone = new Set(items.map(({ alias }) => alias));
    const after = [...now.filter(({ alias }) => !gone.has(alias)), ...(state === 'absent' ? [] : items)];
    const changes = items.map(
      ({ alias, command }): Change => ({
        what: `alias ${alias}`,
        from: state === 'absent' ? command : (now.find((one) => one.alias === alias)?.command ?? null),
        to: state === 'absent' ? null : command,
        commands: [
          state === 'absent'
            ? sh`LC_ALL=C snap unalias ${alias} </dev/null`
            : sh`LC_ALL=C snap alias ${name} ${alias} </dev/null`,
        ],
        effects: [
          predicts(askAliases(environment), { ...aliases, stdout: after.length === 0 ? '' : writeAliases(after) }),
        ],
      }),
    );
    return { changes };
  },
  result: ({ state: { aliases }, params: { name } }) => ({
    snap_aliases: readAliases(aliases)
      .filter(({ command }) => name === undefined || snapOf(command) === snapOf(name))
      .map(({ alias }) => alias),
  }),
  retire: byState('snap alias', ['name', 'alias']),
  returns: { snap_aliases: 'The aliases of the snap; without a name, of all snaps.' },
  examples: [
    {
      title: 'Call a command by a shorter name',
      yaml: 'snap_alias:\n  name: lxd.lxc\n  alias: c',
      runs: { no: 'needs the snap' },
    },
    {
      title: 'Remove all aliases of a snap',
      yaml: 'snap_alias:\n  name: lxd\n  state: absent',
      runs: { no: 'needs snapd' },
    },
  ],
});

const lacking = (now: readonly SnapAlias[], { name = '', alias = [] }: Task): readonly SnapAlias[] =>
  alias
    .filter((one) => !now.some((other) => other.alias === one && other.command === name))
    .map((one) => ({ alias: one, command: name }));

/** The aliases to remove: those that are named, of the snap if it is named, or all of the snap. */
const unwanted = (now: readonly SnapAlias[], { name, alias }: Task): readonly SnapAlias[] =>
  now.filter(
    (one) =>
      (alias === undefined || alias.includes(one.alias)) &&
      (name === undefined || snapOf(one.command) === snapOf(name)),
  );
