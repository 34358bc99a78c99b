import { type Question, type ShellAnswer, script, sh, shell } from '../../../src/sdk.ts';

/** Which firewall is meant, and how its state is told. */
interface SaveOptions {
  readonly ip_version: 'ipv4' | 'ipv6';
  readonly table?: string | undefined;
  readonly counters: boolean;
  readonly noflush: boolean;
  readonly modprobe?: string | undefined;
  readonly wait?: number | undefined;
}

/** The program that tells the rules. */
export const iptablesTool = { name: 'iptables-save', package: 'iptables' };

const families = { ipv4: 'iptables', ipv6: 'ip6tables' } as const;

/** `iptables` or `ip6tables`: the name of the program and of the subjects. */
export const familyOf = ({ ip_version }: Pick<SaveOptions, 'ip_version'>): 'iptables' | 'ip6tables' =>
  families[ip_version];

const aboutRules = (options: SaveOptions) => [`firewall:${familyOf(options)}/*`, 'by:package:iptables'];

const savingOptions = ({ counters, modprobe }: SaveOptions): readonly string[] => [
  ...(counters ? ['-c'] : []),
  ...(modprobe === undefined ? [] : [`--modprobe=${modprobe}`]),
];

/**
 * Asks for the tables. One that nothing has used yet is asked for elsewhere, in a new network, because asking for it
 * would create it.
 */
export function askSave(options: SaveOptions): Question<ShellAnswer> {
  const { table } = options;
  const save = script`${familyOf(options)}-save ${savingOptions(options)}`;
  const unused =
    table === undefined
      ? script`:`
      : script`printf '%s\n' "$_all" | grep -qxF ${`*${table}`} || unshare -n ${save} -t ${table}`;
  return shell({
    ...sh`command -v iptables-save >/dev/null || exit 127
_all=$(${save}) || exit
[ -z "$_all" ] || printf '%s\n' "$_all"
${unused}`,
    about: aboutRules(options),
  });
}

/** The words that restore tables from stdin. */
export const restoreWords = (options: SaveOptions): readonly string[] => [
  `${familyOf(options)}-restore`,
  ...savingOptions(options),
  ...(options.noflush ? ['-n'] : []),
  ...(options.wait === undefined ? [] : ['-w', String(options.wait)]),
  ...(options.table === undefined ? [] : ['-T', options.table]),
];

/** The exit code if a new network cannot be made, or would not have the sets of addresses that rules refer to. */
export const ONLY_HERE = 9;

/**
 * Asks what the tables would be after a file has been restored: does so in a new network, which is gone afterwards. If
 * that is not possible, asks whether the file is valid.
 */
export const askRestored = (options: SaveOptions, file: string): Question<ShellAnswer> =>
  shell({
    ...sh`_file=$(cat; echo .)
_file=\${_file%.}
_now=$(${familyOf(options)}-save -c) || exit
export _file _now
if unshare -n true 2>/dev/null && ! printf '%s\n' "$_now" "$_file" | grep -q -e --match-set; then
  unshare -n sh -c ${simulation(options).text}
  exit
fi
printf %s "$_file" | ${restoreWords(options)} --test || exit 1
exit ${ONLY_HERE}`,
    input: file,
    about: aboutRules(options),
  });

const simulation = (options: SaveOptions) => script`printf '%s\n' "$_now" | ${familyOf(options)}-restore -c || exit
printf %s "$_file" | ${restoreWords(options)} || exit
${familyOf(options)}-save ${savingOptions(options)}`;

/** The lines of a saved state without dates and, unless they are wanted, without the values of counters. */
export const savedLines = (
  text: string,
  { counters, table }: Pick<SaveOptions, 'counters' | 'table'>,
): readonly string[] =>
  onlyTable(text.split('\n'), table)
    .filter((line) => line !== '')
    .map((line) => line.replace(/^(# (?:Generated|Completed).*?) on .*$/, '$1'))
    .map((line) => (counters ? line : line.replace(/^\[\d+:\d+\] /, '').replace(/\[\d+:\d+\]$/, '[0:0]')));

/** The lines of one table, with the comments around them. */
function onlyTable(lines: readonly string[], table: string | undefined): readonly string[] {
  if (table === undefined) return lines;
  const start = lines.indexOf(`*${table}`);
  const end = lines.indexOf('COMMIT', start);
  if (start < 0) return [];
  const isComment = (line: string | undefined) => line?.startsWith('#') === true;
  return lines.slice(isComment(lines[start - 1]) ? start - 1 : start, end + (isComment(lines[end + 1]) ? 2 : 1));
}

/** Without comments, and with the policies and rules of each table: Ansible's `tables`. */
export function tablesOf(lines: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const tables: Record<string, string[]> = {};
  let table = '';
  for (const line of lines) {
    if (line.startsWith('*')) {
      table = line.slice(1);
      tables[table] = [];
    } else if (/^(?::|-|\[)/.test(line)) tables[table]?.push(line.replace(/ \[\d+:\d+\]$/, ''));
  }
  return tables;
}
