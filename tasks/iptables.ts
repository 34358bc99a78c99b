import {
  blurs,
  type Change,
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
import { counterWords, ruleWords } from './shared/network/iptables-rule.ts';

const params = {
  table: {
    type: 'str',
    default: 'filter',
    choices: ['filter', 'nat', 'mangle', 'raw', 'security'],
    doc: 'The table.',
  },
  chain: { type: 'str', doc: 'The chain, for example `INPUT`.' },
  state: { type: 'str', default: 'present', choices: ['absent', 'present'], doc: 'Whether the rule should exist.' },
  action: {
    type: 'str',
    default: 'append',
    choices: ['append', 'insert'],
    doc: 'Where to put a missing rule: at the end of the chain, or at its beginning (or at `rule_num`). A rule that is already in the chain is not moved.',
  },
  rule_num: { type: 'str', doc: 'The position at which to insert the rule.' },
  ip_version: { type: 'str', default: 'ipv4', choices: ['ipv4', 'ipv6'], doc: 'Use `iptables` or `ip6tables`.' },
  chain_management: {
    type: 'bool',
    default: false,
    doc: 'Create the chain if it is missing; with `state: absent` and no rule parameters, delete it.',
  },
  flush: {
    type: 'bool',
    default: false,
    doc: 'Remove all rules from the chain or, without `chain`, from the whole table. All other parameters are ignored.',
  },
  policy: {
    type: 'str',
    choices: ['ACCEPT', 'DROP', 'QUEUE', 'RETURN'],
    doc: 'The policy of a built-in chain. Rule parameters are ignored.',
  },
  wait: { type: 'str', doc: 'How many seconds to wait for another program that is changing the rules.' },
  numeric: { type: 'bool', default: false, ignored: 'names are never looked up' },
  protocol: { type: 'str', doc: 'The protocol; `!` before the value inverts the match, here and below.' },
  source: { type: 'str', doc: 'The source address or network.' },
  destination: { type: 'str', doc: 'The destination address or network.' },
  match: { type: 'list', elements: 'str', default: [], doc: 'Extension modules to match with, in this order.' },
  tcp_flags: {
    type: 'dict',
    doc: 'TCP flags to match.',
    options: {
      flags: { type: 'list', elements: 'str', doc: 'The flags to look at.' },
      flags_set: { type: 'list', elements: 'str', doc: 'Those of them that must be set.' },
    },
  },
  jump: { type: 'str', doc: 'The target: a chain, `ACCEPT`, `DROP`, `REJECT`, `LOG` and the like.' },
  goto: { type: 'str', doc: 'The chain to continue in, without returning to this one.' },
  gateway: { type: 'str', doc: 'The host to which to send a copy of the packet; for `jump: TEE`.' },
  log_prefix: { type: 'str', doc: 'The text at the start of each log line; implies `jump: LOG`.' },
  log_level: {
    type: 'str',
    choices: [
      '0',
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
      '7',
      'emerg',
      'alert',
      'crit',
      'error',
      'warning',
      'notice',
      'info',
      'debug',
    ],
    doc: 'The log level; implies `jump: LOG`.',
  },
  in_interface: {
    type: 'str',
    doc: 'The interface on which a packet arrives; `eth+` means all interfaces whose names start with `eth`.',
  },
  out_interface: { type: 'str', doc: 'The interface through which a packet leaves.' },
  fragment: { type: 'str', doc: 'Match only second and subsequent fragments; `!` matches all other packets.' },
  set_counters: { type: 'str', doc: 'The initial values of the packet and byte counters, for example `0 0`.' },
  source_port: { type: 'str', doc: 'The source port, or a range such as `1000:2000`.' },
  destination_port: { type: 'str', doc: 'The destination port, or a range.' },
  destination_ports: { type: 'list', elements: 'str', doc: 'Several destination ports and ranges.' },
  to_ports: { type: 'str', doc: 'The port or range to redirect to.' },
  to_destination: { type: 'str', doc: 'The new destination; for `jump: DNAT`.' },
  to_source: { type: 'str', doc: 'The new source; for `jump: SNAT`.' },
  set_dscp_mark: { type: 'str', doc: 'The DSCP mark to set; for `jump: DSCP`.' },
  set_dscp_mark_class: { type: 'str', doc: 'The DiffServ class to set; for `jump: DSCP`.' },
  comment: { type: 'str', doc: 'A comment in the rule.' },
  ctstate: { type: 'list', elements: 'str', default: [], doc: 'Connection states, for example `ESTABLISHED`.' },
  src_range: { type: 'str', doc: 'A range of source addresses: `FIRST-LAST`.' },
  dst_range: { type: 'str', doc: 'A range of destination addresses.' },
  match_set: { type: 'str', doc: 'The name of an ipset.' },
  match_set_flags: {
    type: 'str',
    choices: ['src', 'dst', 'src,dst', 'dst,src', 'src,src', 'dst,dst'],
    doc: 'What to look up in the ipset.',
  },
  limit: { type: 'str', doc: 'How often the rule may match on average, for example `5/minute`.' },
  limit_burst: { type: 'str', doc: 'How many times the rule may match before `limit` takes effect.' },
  uid_owner: { type: 'str', doc: 'The user whose processes send the packet.' },
  gid_owner: { type: 'str', doc: 'The group whose processes send the packet.' },
  reject_with: { type: 'str', doc: 'The kind of rejection; implies `jump: REJECT`.' },
  icmp_type: { type: 'str', doc: 'The ICMP type.' },
  syn: {
    type: 'str',
    default: 'ignore',
    choices: ['ignore', 'match', 'negate'],
    doc: 'Match only packets that open a TCP connection, or all others.',
  },
} as const;

type Task = Params<typeof params>;

export default defineTask({
  name: 'ansible.builtin.iptables',
  summary: "Manage a rule, a chain or the policy of a chain in the kernel's packet filter.",
  description:
    'Requires the `iptables` package on the host. The rules are changed in the kernel only: they are gone after a reboot, unless something else saves them. `iptables --check` tells whether a rule exists. A flush reports a change only if there were rules.',
  params,
  rules: {
    mutuallyExclusive: [
      ['set_dscp_mark', 'set_dscp_mark_class'],
      ['flush', 'policy'],
    ],
    requiredIf: [
      { param: 'jump', is: 'TEE', needs: ['gateway'] },
      { param: 'jump', is: 'tee', needs: ['gateway'] },
    ],
  },
  ask: (task) => {
    const works = wrongly(task) === undefined;
    const target = task.jump ?? task.goto;
    return {
      chain: works && task.chain !== undefined && !task.flush ? askChain(task, task.chain) : nothing(),
      rules: works && task.flush ? askRules(task) : nothing(),
      rule: works && aimOf(task) === 'rule' ? askRule(task) : nothing(),
      target: works && aimOf(task) === 'rule' && target !== undefined ? askChain(task, target) : nothing(),
    };
  },
  plan({ chain, rules, rule, target }, task) {
    const wrong = wrongly(task);
    if (wrong !== undefined) return { failed: wrong };
    const failure = [chain, rules].map(failureOf).find((one) => one !== undefined);
    if (failure !== undefined) return { failed: failure };
    if (rules !== undefined) return flushing(rules, task);
    if (chain === undefined) return { changes: [] };
    if (aimOf(task) === 'policy') return settingPolicy(chain, task);
    if (rule === undefined) return managingChain(chain, task);
    return managingRule({ chain, rule, target }, task);
  },
  result: ({ params: task }) => ({
    flush: task.flush,
    ip_version: task.ip_version,
    table: task.table,
    chain: task.chain ?? null,
    rule: aimOf(task) === 'rule' ? [...ruleWords(task), ...counterWords(task)].join(' ') : '',
    state: task.state,
    chain_management: task.chain_management,
    ...(task.policy === undefined ? {} : { policy: task.policy }),
  }),
  returns: {
    flush: 'the `flush` parameter',
    ip_version: 'the IP version',
    table: 'the table',
    chain: 'the chain',
    rule: 'the rule, as `iptables` options',
    state: 'the `state` parameter',
    chain_management: 'the `chain_management` parameter',
    policy: 'the policy',
  },
  examples: [
    {
      title: 'Accept new connections to a web server',
      yaml: 'iptables:\n  chain: INPUT\n  protocol: tcp\n  destination_ports: ["80", "443"]\n  ctstate: NEW\n  jump: ACCEPT\n  comment: web',
      runs: { no: 'needs the iptables package' },
    },
    {
      title: 'Drop everything that no rule accepts',
      yaml: 'iptables:\n  chain: INPUT\n  policy: DROP',
      runs: { no: 'a test host could no longer be reached' },
    },
    {
      title: 'Create a chain',
      yaml: 'iptables:\n  chain: LOGGED\n  chain_management: true',
      runs: { no: 'needs the iptables package' },
    },
  ],
});

/** The error in the parameters, if any. It is reported before any host is queried. */
function wrongly({ chain, flush, jump, log_prefix, log_level }: Task): string | undefined {
  if (chain === undefined && !flush) return 'Either chain or flush parameter must be specified.';
  if ((log_prefix ?? log_level) !== undefined && jump !== undefined && jump !== 'LOG')
    return 'Logging options can only be used with the LOG jump target.';
  return undefined;
}

/** What a task that does not flush is about. */
function aimOf(task: Task): 'nothing' | 'policy' | 'chain' | 'rule' {
  if (task.flush) return 'nothing';
  if (task.policy !== undefined) return 'policy';
  return task.chain_management && ruleWords(task).length === 0 ? 'chain' : 'rule';
}

const programOf = ({ ip_version }: Task): string => (ip_version === 'ipv4' ? 'iptables' : 'ip6tables');

const waitOf = ({ wait }: Task): readonly string[] => (wait === undefined ? [] : ['-w', wait]);

/** The start of each command: `iptables -t filter`. */
const onTable = (task: Task): readonly string[] => [programOf(task), ...waitOf(task), '-t', task.table];

const chainSubject = (task: Task, chain: string): string => `firewall:${programOf(task)}/${task.table}/chain/${chain}`;

const ruleSubject = (task: Task, rule: string): string =>
  `firewall:${programOf(task)}/${task.table}/rules/${task.chain === undefined ? '' : `${task.chain}/`}${rule}`;

/** Asks for the first line that iptables lists for a chain: its policy, or that it was created by a user. */
const askChain = (task: Task, chain: string) =>
  shell({
    ...sh`out=$(LC_ALL=C ${onTable(task)} -S ${chain}) && printf '%s\n' "$out" | head -n 1`,
    about: [chainSubject(task, chain), 'by:package:iptables'],
  });

/** Asks how many rules a flush would remove. */
const askRules = (task: Task) =>
  shell({
    ...sh`out=$(LC_ALL=C ${onTable(task)} -S ${task.chain ?? []}) && printf '%s\n' "$out" | grep -c '^-A'; :`,
    about: [ruleSubject(task, '*'), 'by:package:iptables'],
  });

const askRule = (task: Task) =>
  shell({
    ...sh`LC_ALL=C ${onTable(task)} -C ${task.chain ?? ''} ${ruleWords(task)}`,
    about: [ruleSubject(task, ruleWords(task).join(' ')), 'by:package:iptables'],
  });

// Exit code 1 only says that there is no such chain or rule.
const failureOf = (answer: ShellAnswer | undefined): string | undefined =>
  answer && unanswered(answer, { name: 'iptables', package: 'iptables', accepts: [0, 1] });

const yes: ShellAnswer = shellAnswer();
const no: ShellAnswer = shellAnswer('', 1);

/** The policy of a built-in chain. */
const policyOf = ({ stdout }: ShellAnswer): string | undefined => /^-P \S+ (\S+)/.exec(stdout)?.[1];

const placeOf = (task: Task): string => `${task.table}/${task.chain}`;

/** What any change to the filter may change as well: whether others can be reached. */
const reach: Effect = mayAlter('network:');

function flushing(rules: ShellAnswer, task: Task): Plan {
  const count = Number(rules.stdout);
  if (count === 0) return { changes: [] };
  const change: Change = {
    what: `rules in ${task.chain === undefined ? task.table : placeOf(task)}`,
    from: String(count),
    to: null,
    commands: [sh`${onTable(task)} -F ${task.chain ?? []}`],
    effects: [predicts(askRules(task), shellAnswer('0\n')), blurs(ruleSubject(task, '*')), reach],
  };
  return { changes: [change] };
}

function settingPolicy(chain: ShellAnswer, task: Task): Plan {
  const now = policyOf(chain);
  const { policy = '' } = task;
  if (now === undefined) return { failed: `Can't detect current policy: ${placeOf(task)} is not a built-in chain` };
  if (now === policy) return { changes: [] };
  const change: Change = {
    what: `policy of ${placeOf(task)}`,
    from: now,
    to: policy,
    commands: [sh`${onTable(task)} -P ${task.chain ?? ''} ${policy}`],
    effects: [predicts(askChain(task, task.chain ?? ''), shellAnswer(`-P ${task.chain} ${policy}\n`)), reach],
  };
  return { changes: [change] };
}

const creation = (task: Task): Change => ({
  what: `chain ${placeOf(task)}`,
  from: null,
  to: 'present',
  commands: [sh`${onTable(task)} -N ${task.chain ?? ''}`],
  effects: [predicts(askChain(task, task.chain ?? ''), shellAnswer(`-N ${task.chain}\n`))],
});

const deletion = (task: Task): Change => ({
  what: `chain ${placeOf(task)}`,
  from: 'present',
  to: null,
  commands: [sh`${onTable(task)} -X ${task.chain ?? ''}`],
  effects: [predicts(askChain(task, task.chain ?? ''), no)],
});

function managingChain(chain: ShellAnswer, task: Task): Plan {
  const there = chain.code === 0;
  if (there === (task.state === 'present')) return { changes: [] };
  if (there && policyOf(chain) !== undefined)
    return { failed: `${placeOf(task)} is a built-in chain, which cannot be deleted` };
  return { changes: [there ? deletion(task) : creation(task)] };
}

interface RuleState {
  readonly chain: ShellAnswer;
  readonly rule: ShellAnswer;
  readonly target: ShellAnswer | undefined;
}

function managingRule({ chain, rule, target }: RuleState, task: Task): Plan {
  const present = task.state === 'present';
  const there = rule.code === 0;
  if (chain.code !== 0 && !present) return { changes: [] };
  if (chain.code !== 0 && !task.chain_management)
    return {
      failed: `there is no chain ${task.chain} in the table ${task.table}: \`chain_management: true\` creates it`,
    };
  // iptables refuses to look for a rule that jumps to a missing chain, which an earlier task may be about to create.
  const failure = target?.code === 0 || chain.code !== 0 ? undefined : failureOf(rule);
  if (failure !== undefined) return { failed: failure };
  if (there === present) return { changes: [] };
  const words = ruleWords(task);
  const change: Change = {
    what: `rule in ${placeOf(task)}`,
    from: present ? null : told(words),
    to: present ? told(words) : null,
    commands: [sh`${onTable(task)} ${verb(task)} ${words} ${present ? counterWords(task) : []}`],
    effects: [predicts(askRule(task), present ? yes : no), reach],
  };
  return { changes: [...(chain.code === 0 ? [] : [creation(task)]), change] };
}

const told = (words: readonly string[]): string => (words.length === 0 ? '(matches everything)' : words.join(' '));

function verb({ state, action, chain = '', rule_num }: Task): readonly string[] {
  if (state === 'absent') return ['-D', chain];
  if (action === 'append') return ['-A', chain];
  return ['-I', chain, ...(rule_num === undefined ? [] : [rule_num])];
}
