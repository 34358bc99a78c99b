/** A rule of ufw, as a task describes it. */
export interface UfwRule {
  readonly rule: string;
  /** The number at which a new rule is inserted. */
  readonly at: number | undefined;
  readonly delete: boolean;
  readonly route: boolean;
  readonly direction?: string | undefined;
  readonly interface?: string | undefined;
  readonly interface_in?: string | undefined;
  readonly interface_out?: string | undefined;
  readonly log: boolean;
  readonly from_ip: string;
  readonly from_port?: string | undefined;
  readonly to_ip: string;
  readonly to_port?: string | undefined;
  readonly proto?: string | undefined;
  readonly name?: string | undefined;
  readonly comment?: string | undefined;
}

const given = (word: string, value: string | undefined): readonly string[] =>
  value === undefined || value === '' ? [] : [...word.split(' '), value];

/** The words after `ufw` that add or delete a rule. */
export const wordsOfRule = (rule: UfwRule): readonly string[] => [
  ...(rule.route ? ['route'] : []),
  ...(rule.delete ? ['delete'] : []),
  ...(rule.at === undefined || rule.delete ? [] : ['insert', String(rule.at)]),
  rule.rule,
  ...(rule.direction === undefined ? [] : [rule.direction]),
  ...given('on', rule.interface),
  ...given('in on', rule.interface_in),
  ...given('out on', rule.interface_out),
  ...(rule.log ? ['log'] : []),
  ...given('from', rule.from_ip),
  ...given('port', rule.from_port),
  ...given('to', rule.to_ip),
  ...given('port', rule.to_port),
  ...given('proto', rule.proto),
  ...given('app', rule.name),
  ...given('comment', rule.comment),
];

/** The rules that ufw has, for IPv4 and IPv6: each a line that describes it. */
interface Tuples {
  readonly v4: readonly string[];
  readonly v6: readonly string[];
}

const tuplesIn = (text: string): readonly string[] =>
  text.split('\n').flatMap((line) => /^### tuple ### (.*)$/.exec(line)?.[1] ?? []);

/** Reads the rules from the lines in ufw's files, which end in `---`. */
export function readTuples(text: string): Tuples {
  const [v4 = '', v6 = ''] = text.split(/^---\n/m);
  return { v4: tuplesIn(v4), v6: tuplesIn(v6) };
}

/** The number at which a new rule is inserted; undefined if it comes last. */
export function insertAt(
  { insert, insert_relative_to: from }: { readonly insert?: number | undefined; readonly insert_relative_to: string },
  tuples: Tuples | undefined,
): number | undefined {
  if (insert === undefined || tuples === undefined || from === 'zero') return insert;
  const last = tuples.v4.length + tuples.v6.length;
  const starts: Readonly<Record<string, number>> = {
    'first-ipv4': 1,
    'last-ipv4': Math.max(tuples.v4.length, 1),
    'first-ipv6': tuples.v4.length + 1,
    'last-ipv6': tuples.v6.length > 0 ? last : last + 1,
  };
  const at = insert + (starts[from] ?? 0);
  // ufw refuses a number after the last rule.
  return at > last ? undefined : at;
}

/** What the rules have become in a dry run: it prints the files that it would write, and nothing if none would change. */
function afterDryRun(text: string): { readonly before: Tuples; readonly after: Tuples } {
  const before = readTuples(text);
  const files = text
    .split(/^---\n/m)
    .slice(2)
    .join('')
    .split(/^\*filter$/m)
    .slice(1);
  const file = (chain: string) => files.find((one) => one.includes(`:${chain}-user-input`));
  const [v4, v6] = [file('ufw'), file('ufw6')];
  return {
    before,
    after: { v4: v4 === undefined ? before.v4 : tuplesIn(v4), v6: v6 === undefined ? before.v6 : tuplesIn(v6) },
  };
}

/** The rules that would go and those that would come; null if there are none. */
export function differenceOf(text: string): { readonly from: string | null; readonly to: string | null } {
  const { before, after } = afterDryRun(text);
  const [gone, come] = [lacking(before, after), lacking(after, before)];
  const told = (lines: readonly string[]) => (lines.length === 0 ? null : lines.map(tellTuple).join(', '));
  return { from: told(gone), to: told(come) };
}

/** The rules that the others lack. */
const lacking = (rules: Tuples, others: Tuples): readonly string[] => [
  ...rules.v4.filter((one) => !others.v4.includes(one)),
  ...rules.v6.filter((one) => !others.v6.includes(one)),
];

/** A rule for people: its comment is hexadecimal in the file. */
const tellTuple = (tuple: string): string =>
  tuple.replace(/ comment=([0-9a-f]*)$/, (_, hex: string) => ` (${Buffer.from(hex, 'hex').toString()})`);

/** What the same question prints once the rules are as the dry run says. */
export function unchangedRule(text: string): string {
  const { after } = afterDryRun(text);
  const lines = (tuples: readonly string[]) => `${tuples.map((one) => `### tuple ### ${one}\n`).join('')}---\n`;
  return `${lines(after.v4)}${lines(after.v6)}`;
}
