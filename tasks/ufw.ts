import {
  blurs,
  type Change,
  type Command,
  defineTask,
  type Effect,
  mayAlter,
  nothing,
  type Params,
  type Plan,
  predicts,
  type ShellAnswer,
  sh,
  shell,
  shellAnswer,
} from '../src/sdk.ts';
import { unanswered } from './shared/commands/unanswered.ts';
import {
  differenceOf,
  insertAt,
  readTuples,
  type UfwRule,
  unchangedRule,
  wordsOfRule,
} from './shared/network/ufw-rules.ts';
import { readSettings, type UfwSettings, writeSettings } from './shared/network/ufw-settings.ts';
import { pick } from './shared/retire/by-state.ts';

const params = {
  state: {
    type: 'str',
    choices: ['disabled', 'enabled', 'reloaded', 'reset'],
    doc: 'Whether the firewall is on, now and at boot; `reloaded` reloads it every time, and `reset` turns it off and removes all rules every time, but keeps the policies and the log level.',
  },
  default: {
    type: 'str',
    aliases: ['policy'],
    choices: ['allow', 'deny', 'reject'],
    doc: 'The policy for traffic that no rule matches, in `direction` (default: incoming).',
  },
  direction: {
    type: 'str',
    choices: ['in', 'incoming', 'out', 'outgoing', 'routed'],
    doc: 'The direction: `in` or `out` for a rule, `incoming`, `outgoing` or `routed` for a policy.',
  },
  logging: {
    type: 'str',
    choices: ['on', 'off', 'low', 'medium', 'high', 'full'],
    doc: 'The log level; `on` keeps the level, or sets `low` if logging is off.',
  },
  rule: { type: 'str', choices: ['allow', 'deny', 'limit', 'reject'], doc: 'What the rule does.' },
  delete: { type: 'bool', default: false, doc: 'Remove the rule.' },
  insert: { type: 'int', doc: 'The position of a new rule, counted from 1 (default: at the end).' },
  insert_relative_to: {
    type: 'str',
    default: 'zero',
    choices: ['first-ipv4', 'first-ipv6', 'last-ipv4', 'last-ipv6', 'zero'],
    doc: 'Count `insert` from this rule instead of from zero.',
  },
  log: { type: 'bool', default: false, doc: 'Log new connections that match the rule.' },
  from_ip: { type: 'str', default: 'any', aliases: ['from', 'src'], doc: 'The source address.' },
  from_port: { type: 'str', doc: 'The source port.' },
  to_ip: { type: 'str', default: 'any', aliases: ['dest', 'to'], doc: 'The destination address.' },
  to_port: { type: 'str', aliases: ['port'], doc: 'The destination port.' },
  proto: {
    type: 'str',
    aliases: ['protocol'],
    choices: ['any', 'tcp', 'udp', 'ipv6', 'esp', 'ah', 'gre', 'igmp', 'vrrp'],
    doc: 'The protocol.',
  },
  name: { type: 'str', aliases: ['app'], doc: 'A profile in /etc/ufw/applications.d, instead of port and protocol.' },
  interface: { type: 'str', aliases: ['if'], doc: 'The interface that the rule is for, in `direction`.' },
  interface_in: { type: 'str', aliases: ['if_in'], doc: 'The interface on which traffic arrives.' },
  interface_out: { type: 'str', aliases: ['if_out'], doc: 'The interface through which traffic leaves.' },
  route: { type: 'bool', default: false, doc: 'The rule is for forwarded traffic.' },
  comment: { type: 'str', doc: 'A comment in the rule.' },
} as const;

/** The parameters that say which rule it is. */
const RULE: readonly string[] = [
  ...['rule', 'direction', 'from_ip', 'from_port', 'to_ip', 'to_port', 'proto', 'name', 'interface'],
  ...['interface_in', 'interface_out', 'route', 'log'],
];

type Task = Params<typeof params>;

export default defineTask({
  name: 'community.general.ufw',
  summary: 'Manage the ufw firewall: its state, policies, log level and one rule.',
  description:
    'Requires the `ufw` package on the host. The given parts are managed in this order: state, policy, rule, logging. `ufw --dry-run` tells what a rule would change.',
  params,
  rules: {
    requiredOneOf: [['state', 'default', 'rule', 'logging']],
    mutuallyExclusive: [
      ['name', 'proto', 'logging'],
      ['interface', 'interface_in'],
      ['interface', 'interface_out'],
    ],
    requiredBy: { interface: ['direction'] },
  },
  ask: (task) => ({
    settings: wrongly(task) === undefined ? askSettings : nothing(),
    tuples: isRelative(task) ? askTuples : nothing(),
  }),
  thenAsk: ({ tuples }, task) => ({
    dry: task.rule === undefined || wrongly(task) !== undefined ? nothing() : askDry(task, tuples),
  }),
  plan({ settings: answer, tuples, dry }, task): Plan {
    const wrong = wrongly(task);
    if (wrong !== undefined) return { failed: wrong };
    if (answer === undefined) return { changes: [] };
    const failure = unanswered(answer, tool) ?? (dry && unanswered(dry, tool));
    if (failure !== undefined) return { failed: failure };
    const now = readSettings(answer.stdout);
    const reset = task.state === 'reset';
    const switched = switching(now, task);
    const state = switched?.after ?? now;
    const policy = settingPolicy(state, task);
    const logging = settingLog(policy?.after ?? state, task);
    const rule = dry === undefined ? [] : ruleChanges(dry, task, { tuples, reset });
    return {
      changes: [...settingsChanges(switched), ...settingsChanges(policy), ...rule, ...settingsChanges(logging)],
    };
  },
  result: ({ state: { settings }, changes, context }) => ({
    commands: changes.flatMap((change) => change.commands.map((command) => command.script)),
    // What `ufw status` prints after a change is not known before it.
    ...(context.check && changes.length > 0 ? {} : { msg: statusIn(settings?.stdout ?? '') }),
  }),
  retire: (task) => {
    if (task.rule === undefined) return [];
    const rule = pick(task, RULE);
    const name = `firewall rule ${Object.entries(rule)
      .filter(([, value]) => value !== 'any' && value !== false)
      .map(([key, value]) => `${key}=${String(value)}`)
      .join(' ')}`;
    return [{ name, ...(!task.delete && { absence: { args: { ...rule, delete: true } } }) }];
  },
  returns: { commands: 'The commands that were run.', msg: 'The output of `ufw status verbose`.' },
  examples: [
    {
      title: 'Accept ssh, but limit the rate of connections',
      yaml: 'ufw:\n  rule: limit\n  port: ssh\n  proto: tcp',
      runs: { no: 'needs the ufw package' },
    },
    {
      title: 'Turn the firewall on and deny everything that no rule allows',
      yaml: 'ufw:\n  state: enabled\n  policy: deny\n  direction: incoming',
      runs: { no: 'needs the ufw package' },
    },
    {
      title: 'Let one network reach an exporter',
      yaml: 'ufw:\n  rule: allow\n  src: 10.1.0.0/16\n  port: "9113"\n  proto: tcp\n  comment: metrics',
      runs: { no: 'needs the ufw package' },
    },
  ],
});

/** The error in the parameters, if any. It is reported before any host is queried. */
function wrongly(task: Task): string | undefined {
  const { direction } = task;
  if (task.default !== undefined && (direction === 'in' || direction === 'out'))
    return 'For default, direction must be one of "outgoing", "incoming" and "routed", or direction must not be specified.';
  if (task.rule === undefined) return undefined;
  if (direction !== undefined && direction !== 'in' && direction !== 'out')
    return 'For rules, direction must be one of "in" and "out", or direction must not be specified.';
  if (!task.route && task.interface_in !== undefined && task.interface_out !== undefined)
    return 'Only route rules can combine interface_in and interface_out';
  return undefined;
}

const isRelative = (task: Task): boolean =>
  task.rule !== undefined && task.insert !== undefined && task.insert_relative_to !== 'zero';

const settingsFiles = ['/etc/default/ufw', '/etc/ufw/ufw.conf'];
const rulesFiles = ['/etc/ufw/user.rules', '/etc/ufw/user6.rules'];

/** Asks for the status and, since it shows the policies only while the firewall is on, for the files with the settings. */
const askSettings = shell({
  ...sh`LC_ALL=C ufw status verbose || exit
echo ---
cat ${settingsFiles}`,
  about: ['firewall:ufw/settings', ...settingsFiles.map((file) => `data:${file}`), 'by:package:ufw'],
});

const statusIn = (stdout: string): string => (stdout.split('\n---\n')[0] ?? '').trim();

/** Prints the rules, each described by a comment in these files: first those for IPv4, then those for IPv6. */
const printTuples = sh`for f in ${rulesFiles}; do grep '^### tuple ###' "$f"; echo ---; done`;

// Only the files' own attributes are named: their content changes with each rule, which leaves the others as they are.
const byRulesFiles = rulesFiles.map((file) => `by:inode:${file}`);

const askTuples = shell({ ...printTuples, about: ['firewall:ufw/numbers', ...byRulesFiles, 'by:package:ufw'] });

/** The rule, with the number at which a new one is inserted. */
const ruleOf = (task: Task, tuples: ShellAnswer | undefined): UfwRule => ({
  ...task,
  rule: task.rule ?? 'allow',
  at: insertAt(task, tuples === undefined ? undefined : readTuples(tuples.stdout)),
});

/** Asks what a rule would change: prints the rules, and then what ufw says that they would become. */
const askDry = (task: Task, tuples: ShellAnswer | undefined) => {
  const rule = ruleOf(task, tuples);
  const key = wordsOfRule({ ...rule, rule: 'allow', at: undefined, delete: false, log: false, comment: undefined });
  return shell({
    ...sh`${printTuples}
LC_ALL=C ufw --dry-run ${wordsOfRule(rule)}`,
    about: [
      `firewall:ufw/rule/${key.join(' ')}`,
      ...byRulesFiles,
      ...(rule.at === undefined ? [] : ['by:firewall:ufw/numbers']),
      // A package may bring the profile.
      rule.name === undefined ? 'by:package:ufw' : 'by:package:*',
    ],
  });
};

const tool = { name: 'ufw', package: 'ufw' };

/** A change of the settings, and the settings after it. */
interface Setting {
  readonly after: UfwSettings;
  readonly change: Pick<Change, 'what' | 'from' | 'to' | 'repeats'>;
  readonly command: Command;
  readonly more?: readonly Effect[];
}

const settingsChanges = (setting: Setting | undefined): readonly Change[] =>
  setting === undefined
    ? []
    : [
        {
          ...setting.change,
          commands: [setting.command],
          effects: [
            predicts(askSettings, shellAnswer(writeSettings(setting.after))),
            ...(setting.more ?? []),
            ...reach,
          ],
        },
      ];

/** What any change may change as well: the rules in the kernel, and whether others can be reached. */
const reach: readonly Effect[] = [mayAlter('network:', 'firewall:iptables/*', 'firewall:ip6tables/*')];

function switching(now: UfwSettings, { state }: Task): Setting | undefined {
  const from = now.on ? 'enabled' : 'disabled';
  const change = (what: string, to: string) => ({ what, from, to });
  if (state === 'reloaded')
    return {
      after: now,
      change: { ...change('firewall', 'reloaded'), repeats: true },
      command: sh`LC_ALL=C ufw -f reload`,
    };
  if (state === 'reset')
    return {
      after: { ...now, on: false },
      change: { ...change('firewall', 'reset'), repeats: true },
      command: sh`LC_ALL=C ufw -f reset`,
      more: [blurs('firewall:ufw*', 'path:/etc/ufw')],
    };
  if (state === undefined || state === from) return undefined;
  return {
    after: { ...now, on: state === 'enabled' },
    change: change('firewall', state),
    command: state === 'enabled' ? sh`LC_ALL=C ufw -f enable` : sh`LC_ALL=C ufw -f disable`,
  };
}

function settingPolicy(now: UfwSettings, { default: to, direction = 'incoming' }: Task): Setting | undefined {
  if (to === undefined || direction === 'in' || direction === 'out' || now[direction] === to) return undefined;
  return {
    after: { ...now, [direction]: to },
    change: { what: `policy for ${direction} traffic`, from: now[direction], to },
    command: sh`LC_ALL=C ufw -f default ${to} ${direction}`,
  };
}

function settingLog(now: UfwSettings, { logging }: Task): Setting | undefined {
  if (logging === undefined || logging === now.logging || (logging === 'on' && now.logging !== 'off')) return undefined;
  const to = logging === 'on' ? 'low' : logging;
  return {
    after: { ...now, logging: to },
    change: { what: 'log level', from: now.logging, to },
    command: sh`LC_ALL=C ufw -f logging ${logging}`,
  };
}

function ruleChanges(
  dry: ShellAnswer,
  task: Task,
  { tuples, reset }: { readonly tuples: ShellAnswer | undefined; readonly reset: boolean },
): readonly Change[] {
  const { from, to } = differenceOf(dry.stdout);
  const rule = wordsOfRule(ruleOf(task, tuples));
  const same = from === null && to === null;
  if (same && !reset) return [];
  return [
    {
      what: 'rule',
      from: reset ? null : from,
      to: same ? rule.join(' ') : to,
      commands: [sh`LC_ALL=C ufw ${rule}`],
      effects: [
        predicts(askDry(task, tuples), { ...dry, stdout: unchangedRule(dry.stdout) }),
        blurs('firewall:ufw/numbers', ...rulesFiles.map((file) => `data:${file}`)),
        ...reach,
      ],
      ...(reset && { repeats: true as const }),
    },
  ];
}
