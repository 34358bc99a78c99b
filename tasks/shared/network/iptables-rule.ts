import { truthOf } from '../../../src/sdk.ts';

/** The parameters of an `iptables` task that make up its rule. */
interface RuleParams {
  readonly ip_version: 'ipv4' | 'ipv6';
  readonly protocol?: string | undefined;
  readonly source?: string | undefined;
  readonly destination?: string | undefined;
  readonly match: readonly string[];
  readonly tcp_flags?: { readonly flags?: readonly string[]; readonly flags_set?: readonly string[] } | undefined;
  readonly jump?: string | undefined;
  readonly goto?: string | undefined;
  readonly gateway?: string | undefined;
  readonly log_prefix?: string | undefined;
  readonly log_level?: string | undefined;
  readonly in_interface?: string | undefined;
  readonly out_interface?: string | undefined;
  readonly fragment?: string | undefined;
  readonly set_counters?: string | undefined;
  readonly source_port?: string | undefined;
  readonly destination_port?: string | undefined;
  readonly destination_ports?: readonly string[] | undefined;
  readonly to_ports?: string | undefined;
  readonly to_destination?: string | undefined;
  readonly to_source?: string | undefined;
  readonly set_dscp_mark?: string | undefined;
  readonly set_dscp_mark_class?: string | undefined;
  readonly comment?: string | undefined;
  readonly ctstate: readonly string[];
  readonly src_range?: string | undefined;
  readonly dst_range?: string | undefined;
  readonly match_set?: string | undefined;
  readonly match_set_flags?: string | undefined;
  readonly limit?: string | undefined;
  readonly limit_burst?: string | undefined;
  readonly uid_owner?: string | undefined;
  readonly gid_owner?: string | undefined;
  readonly reject_with?: string | undefined;
  readonly icmp_type?: string | undefined;
  readonly syn: 'ignore' | 'match' | 'negate';
}

/**
 * The options that describe a rule. Their order is Ansible's, because iptables compares matches one by one: in another
 * order, it would not find a rule that Ansible has added.
 */
export const ruleWords = (rule: RuleParams): readonly string[] => [
  ...option('-p', rule.protocol),
  ...option('-s', rule.source),
  ...option('-d', rule.destination),
  ...rule.match.flatMap((one) => ['-m', one]),
  ...tcpFlags(rule),
  ...option('-j', jumpOf(rule)),
  ...(rule.jump?.toLowerCase() === 'tee' ? option('--gateway', rule.gateway) : []),
  ...option('--log-prefix', rule.log_prefix),
  ...option('--log-level', rule.log_level),
  ...option('--to-destination', rule.to_destination),
  ...extension(rule, 'multiport', option('--dports', listed(rule.destination_ports))),
  ...option('--to-source', rule.to_source),
  ...option('-g', rule.goto),
  ...option('-i', rule.in_interface),
  ...option('-o', rule.out_interface),
  ...fragmented(rule.fragment),
  ...option('--source-port', rule.source_port),
  ...option('--destination-port', rule.destination_port),
  ...option('--to-ports', rule.to_ports),
  ...option('--set-dscp', rule.set_dscp_mark),
  ...option('--set-dscp-class', rule.set_dscp_mark_class),
  ...synFlag(rule.syn),
  ...states(rule),
  ...extension(rule, 'iprange', [...option('--src-range', rule.src_range), ...option('--dst-range', rule.dst_range)]),
  ...matchSet(rule),
  ...extension(rule, 'limit', [...option('--limit', rule.limit), ...option('--limit-burst', rule.limit_burst)]),
  ...extension(rule, 'owner', [...option('--uid-owner', rule.uid_owner), ...option('--gid-owner', rule.gid_owner)]),
  ...option('--reject-with', rule.reject_with),
  ...option(rule.ip_version === 'ipv4' ? '--icmp-type' : '--icmpv6-type', rule.icmp_type),
  ...extension(rule, 'comment', rule.comment === undefined ? [] : ['--comment', rule.comment]),
];

/** The first values of the counters: iptables takes them only when it adds a rule. */
export const counterWords = ({ set_counters }: Pick<RuleParams, 'set_counters'>): readonly string[] =>
  set_counters === undefined ? [] : ['-c', ...set_counters.trim().split(/[\s,]+/)];

/** An option with its value; a `!` before the value inverts it. */
function option(flag: string, value: string | undefined): readonly string[] {
  if (value === undefined) return [];
  return value.startsWith('!') ? ['!', flag, value.slice(1).trim()] : [flag, value];
}

/** Options of an extension, which is loaded before them unless `match` does so already. */
const extension = ({ match }: RuleParams, name: string, options: readonly string[]): readonly string[] =>
  options.length === 0 || match.includes(name) ? options : ['-m', name, ...options];

const jumpOf = ({ jump, log_prefix, log_level, reject_with }: RuleParams): string | undefined => {
  const implied = (log_prefix ?? log_level) !== undefined ? 'LOG' : undefined;
  return jump ?? implied ?? (reject_with === undefined ? undefined : 'REJECT');
};

const listed = (values: readonly string[] | undefined): string | undefined =>
  values === undefined || values.length === 0 ? undefined : values.join(',');

function tcpFlags({ tcp_flags: { flags = [], flags_set = [] } = {} }: RuleParams): readonly string[] {
  return flags.length === 0
    ? []
    : ['--tcp-flags', flags.join(','), flags_set.length === 0 ? 'NONE' : flags_set.join(',')];
}

function fragmented(fragment: string | undefined): readonly string[] {
  if (fragment === undefined || fragment === '' || truthOf(fragment) === false) return [];
  return fragment.startsWith('!') ? ['!', '-f'] : ['-f'];
}

function synFlag(syn: RuleParams['syn']): readonly string[] {
  if (syn === 'ignore') return [];
  return syn === 'match' ? ['--syn'] : ['!', '--syn'];
}

function states(rule: RuleParams): readonly string[] {
  const wanted = listed(rule.ctstate);
  if (rule.match.includes('state') && !rule.match.includes('conntrack')) return option('--state', wanted);
  return extension(rule, 'conntrack', option('--ctstate', wanted));
}

const matchSet = (rule: RuleParams): readonly string[] => {
  const flags = rule.match_set_flags === undefined ? [] : [rule.match_set_flags];
  const options = option('--match-set', rule.match_set);
  return extension(rule, 'set', options.length === 0 ? [] : [...options, ...flags]);
};
