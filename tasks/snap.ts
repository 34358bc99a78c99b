import {
  blurs,
  type Change,
  type Command,
  defineTask,
  mayAlter,
  nothing,
  type Params,
  type Plan,
  predicts,
  type Question,
  type ShellAnswer,
  sh,
  shellAnswer,
  type TaskContext,
} from '../src/sdk.ts';
import { unanswered } from './shared/commands/unanswered.ts';
import {
  askSnapFiles,
  askSnaps,
  optionIn,
  readSnaps,
  type Snap,
  snapTool,
  withOption,
  writeSnaps,
} from './shared/packages/snaps.ts';
import { eachByState } from './shared/retire/by-state.ts';

const params = {
  name: { type: 'list', elements: 'str', required: true, doc: 'The snaps: names, or paths of `.snap` files.' },
  state: {
    type: 'str',
    default: 'present',
    choices: ['absent', 'present', 'enabled', 'disabled'],
    doc: 'Whether they should be installed, or enabled.',
  },
  classic: { type: 'bool', default: false, doc: 'Let the snap access the whole system. Only for a single snap.' },
  channel: { type: 'str', doc: 'Where the snap comes from and is updated from. Only for a single snap.' },
  options: {
    type: 'list',
    elements: 'str',
    doc: 'Options to set: `key=value` for all of the snaps, or `snap:key=value` for one.',
  },
  devmode: {
    type: 'bool',
    default: false,
    doc: 'Install in developer mode, in which nothing that the snap does is refused.',
  },
  dangerous: { type: 'bool', default: false, doc: 'Install files that nobody has signed.' },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.snap',
  summary: 'Install, remove or configure snaps.',
  description: 'Requires the `snapd` package on the host. A check does not ask the store whether it has a snap.',
  params,
  ask: (task, { environment }): { files: Question<ShellAnswer | undefined> } => ({
    files: task.name.some(isFile) ? askSnapFiles(task.name.filter(isFile), environment) : nothing(),
  }),
  thenAsk: ({ files }, task, { environment }) => ({
    snaps: askSnaps(Object.values(namesOf(task, files)), environment),
  }),
  plan({ files, snaps }, task, context): Plan {
    const wrong = (files && unanswered(files, snapTool)) ?? (snaps && unanswered(snaps, snapTool)) ?? refusal(task);
    if (wrong !== undefined || snaps === undefined) return { failed: wrong ?? '' };
    const names = namesOf(task, files);
    const unnamed = task.name.find((name) => names[name] === '');
    if (unnamed !== undefined) return { failed: `${unnamed} is not a snap` };
    return planned({ names, installed: readSnaps(snaps), task, context });
  },
  result: ({ before, params: task, changes }) => {
    const done = (to: string | null): readonly string[] =>
      changes.filter((change) => change.to === to && change.what.startsWith('snap ')).map(({ what }) => what.slice(5));
    const installed = changes.filter(({ what, from }) => what.startsWith('snap ') && from === null);
    const options = changes.filter(({ what }) => what.startsWith('option '));
    const [first] = changes;
    if (first === undefined || before.snaps === undefined) return {};
    return {
      classic: task.classic,
      channel: task.channel ?? null,
      cmd: first.commands[0]?.shown ?? '',
      ...(installed.length > 0 && { snaps_installed: installed.map(({ what }) => what.slice(5)) }),
      ...(task.state === 'absent' && { snaps_removed: done(null) }),
      ...(options.length > 0 && { options_changed: options.map(({ what, to }) => `${what.slice(7)}=${to}`) }),
    };
  },
  retire: eachByState('snap', 'name'),
  returns: {
    classic: 'The `classic` parameter.',
    channel: 'The `channel` parameter.',
    cmd: 'The first command that was run.',
    snaps_installed: 'The snaps that were installed.',
    snaps_removed: 'The snaps that were removed.',
    options_changed: 'The options that were set, as `snap:key=value`.',
  },
  examples: [
    {
      title: 'Install a snap',
      yaml: 'snap:\n  name: lxd\n  channel: 5.0/stable',
      runs: { no: 'needs snapd and its store' },
    },
    {
      title: 'Install a snap that accesses the whole system, and set an option',
      yaml: 'snap:\n  name: certbot\n  classic: true\n  options:\n    - trust-plugin-with-root=ok',
      runs: { no: 'needs snapd and its store' },
    },
  ],
});

const isFile = (name: string): boolean => name.endsWith('.snap') && name.includes('/');

/** The name of each snap that the task gives, by what it gives. */
function namesOf({ name }: Task, files: ShellAnswer | undefined): Readonly<Record<string, string>> {
  const lines = files?.stdout.split('\n') ?? [];
  return Object.fromEntries(name.map((one) => [one, isFile(one) ? (lines[lines.indexOf(one) + 1] ?? '') : one]));
}

function refusal({ name, channel, classic, options = [] }: Task): string | undefined {
  const isOne = name.length === 1;
  if (!isOne && (channel !== undefined || classic))
    return 'channel and classic can only be specified for a single snap';
  const wrong = options.find((option) => !OPTION.test(option));
  return wrong === undefined
    ? undefined
    : `option '${wrong.replace(/=.*$/s, '')}' has an invalid format: it must be key=value or snap:key=value`;
}

const OPTION = /^(?:(?<snap>[A-Za-z0-9-]+(?:_[A-Za-z0-9]+)?):)?(?<key>[^=]+)=(?<value>.*)$/s;

/** What a plan is derived from. */
interface SnapSituation {
  readonly names: Readonly<Record<string, string>>;
  readonly installed: readonly Snap[];
  readonly task: Task;
  readonly context: TaskContext;
}

function planned(situation: SnapSituation): Plan {
  const { names, installed, task } = situation;
  const find = (name: string) => installed.find((one) => one.name === name);
  const all = Object.entries(names).map(([given, name]) => ({ given, name, now: find(name) }));
  const present = all.filter(({ now }) => now !== undefined);
  switch (task.state) {
    case 'absent':
      return {
        changes: together(
          present.map((one) => ({ ...one, from: 'present', to: null })),
          ['remove'],
          situation,
        ),
      };
    case 'enabled':
    case 'disabled': {
      const missing = all.find(({ now }) => now === undefined);
      if (missing !== undefined) return { failed: `snap ${missing.name} is not installed` };
      const wrong = present.filter(({ now }) => now?.enabled !== (task.state === 'enabled'));
      const [from, verb] = task.state === 'enabled' ? ['disabled', 'enable'] : ['enabled', 'disable'];
      return { changes: wrong.flatMap((one) => together([{ ...one, from, to: task.state }], [verb], situation)) };
    }
    default: {
      const lacking = all
        .filter(({ now }) => now === undefined)
        .map((one) => ({ ...one, from: null, to: task.channel ?? 'present' }));
      const elsewhere = present.flatMap((one) => {
        const to = channelOf(task);
        const from = one.now?.tracking ?? '';
        return to === undefined || to === from ? [] : [{ ...one, from: from || 'no channel', to }];
      });
      return {
        changes: [
          ...together(lacking, ['install', ...installWords(task)], situation),
          ...together(elsewhere, ['refresh', ...installWords(task)], situation),
          ...optionChanges(situation),
        ],
      };
    }
  }
}

/** The channel with its track, as snapd tells it. */
const channelOf = ({ channel }: Task): string | undefined =>
  channel === undefined || channel.includes('/') ? channel : `latest/${channel}`;

const installWords = ({ classic, channel, dangerous, devmode }: Task): readonly string[] => [
  ...(dangerous ? ['--dangerous'] : []),
  ...(devmode ? ['--devmode'] : []),
  ...(classic ? ['--classic'] : []),
  ...(channel === undefined ? [] : [`--channel=${channel}`]),
];

interface SnapChange {
  readonly given: string;
  readonly name: string;
  readonly from: string | null;
  readonly to: string | null;
}

const snapCommand = (words: readonly string[]): Command => ({
  ...sh`LC_ALL=C snap ${words} </dev/null`,
  shown: sh`snap ${words}`.script,
  long: true,
});

/** Changes that one command makes. */
function together(items: readonly SnapChange[], words: readonly string[], situation: SnapSituation): readonly Change[] {
  return items.map((item, index) => ({
    what: `snap ${item.name}`,
    from: item.from,
    to: item.to,
    commands: index === 0 ? [snapCommand([...words, ...items.map(({ given }) => given)])] : [],
    effects: effectsOf(situation),
  }));
}

/** What is found afterwards; with a snap may come others that it needs. */
function effectsOf({ names, installed, task, context }: SnapSituation) {
  const all = Object.values(names);
  const after = all.flatMap((name): readonly Snap[] => {
    const now = installed.find((one) => one.name === name) ?? {
      name,
      tracking: 'latest/stable',
      enabled: true,
      options: {},
    };
    if (task.state === 'absent') return [];
    if (task.state !== 'present') return [{ ...now, enabled: task.state === 'enabled' }];
    const set = optionsFor(name, task).reduce((options, [key, value]) => withOption(options, key, value), now.options);
    return [{ ...now, tracking: channelOf(task) ?? now.tracking, options: set }];
  });
  return [
    predicts(askSnaps(all, context.environment), shellAnswer(writeSnaps(after))),
    ...(task.state === 'absent' ? [blurs('snap-aliases:')] : []),
    mayAlter('snap:*', 'snap-aliases:', 'path:/snap', 'path:/var/lib/snapd', 'path:/var/snap', 'unit:snap*'),
  ];
}

/** The options that a task sets for a snap: those for all, and its own. */
const optionsFor = (name: string, { options = [] }: Task): readonly (readonly [string, string])[] =>
  options.flatMap((option) => {
    const { snap, key = '', value = '' } = OPTION.exec(option)?.groups ?? {};
    return snap === undefined || snap === name ? [[key, value] as const] : [];
  });

function optionChanges(situation: SnapSituation): readonly Change[] {
  const { names, installed, task } = situation;
  return Object.values(names).flatMap((name) => {
    const now = installed.find((one) => one.name === name)?.options ?? {};
    const wrong = optionsFor(name, task).filter(([key, value]) => optionIn(now, key) !== value);
    const command = snapCommand(['set', name, ...wrong.map(([key, value]) => `${key}=${value}`)]);
    return wrong.map(
      ([key, value], index): Change => ({
        what: `option ${name}:${key}`,
        from: optionIn(now, key) ?? null,
        to: value,
        commands: index === 0 ? [command] : [],
        effects: effectsOf(situation),
      }),
    );
  });
}
