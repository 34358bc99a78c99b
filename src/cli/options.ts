/** A command line option: a single source for parsing, help and completion. */
export interface OptionSpec {
  readonly name: string;
  readonly short?: string;
  /** Other spellings. */
  readonly aliases?: readonly string[];
  /** What its value is called in the help; without it the option is a switch. */
  readonly value?: string;
  /** May be given several times. */
  readonly many?: boolean;
  readonly help: string;
}

/** What the command line said: switches count how often they were given. */
export interface Parsed {
  readonly flags: ReadonlyMap<string, number>;
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly rest: readonly string[];
}

/** Options of running playbooks, named as ansible-playbook names them; what is ours comes last. */
export const runOptions: readonly OptionSpec[] = [
  {
    name: 'inventory',
    short: 'i',
    aliases: ['inventory-file'],
    value: 'SOURCE',
    many: true,
    help: 'inventory file, folder, script, or `host,` list',
  },
  { name: 'limit', short: 'l', value: 'PATTERN', many: true, help: 'only these hosts of those that the plays name' },
  { name: 'tags', short: 't', value: 'TAGS', many: true, help: 'only tasks with one of these tags' },
  { name: 'skip-tags', value: 'TAGS', many: true, help: 'no tasks with any of these tags' },
  { name: 'check', short: 'C', help: 'change nothing; tell what a run would change' },
  { name: 'diff', short: 'D', help: 'show what changes in texts, before and after' },
  {
    name: 'extra-vars',
    short: 'e',
    value: 'VARS',
    many: true,
    help: 'variables that win over all others: k=v, YAML, JSON or @file',
  },
  { name: 'forks', short: 'f', value: 'N', help: 'work on at most so many hosts at a time' },
  { name: 'user', short: 'u', value: 'USER', help: 'log in as this user' },
  { name: 'private-key', aliases: ['key-file'], value: 'FILE', help: 'log in with this key' },
  { name: 'connection', short: 'c', value: 'WAY', help: 'way to a shell: ssh, openssh, local, pct' },
  { name: 'timeout', short: 'T', value: 'SECONDS', help: 'give up connecting after so long (10)' },
  { name: 'ask-pass', short: 'k', help: 'ask for the login password' },
  { name: 'become', short: 'b', help: 'become another user on the hosts' },
  { name: 'become-user', value: 'USER', help: 'whom to become (root)' },
  { name: 'become-method', value: 'METHOD', help: 'how to become: sudo, su, doas' },
  { name: 'ask-become-pass', short: 'K', help: 'ask for the password to become' },
  {
    name: 'become-password-file',
    aliases: ['become-pass-file'],
    value: 'FILE',
    help: 'read the password to become from a file',
  },
  {
    name: 'connection-password-file',
    aliases: ['conn-pass-file'],
    value: 'FILE',
    help: 'read the login password from a file',
  },
  {
    name: 'vault-password-file',
    aliases: ['vault-pass-file'],
    value: 'FILE',
    many: true,
    help: "read the vault password from a file, or a script's output",
  },
  { name: 'vault-id', value: 'LABEL@SOURCE', many: true, help: 'a labelled vault password' },
  { name: 'ask-vault-pass', short: 'J', aliases: ['ask-vault-password'], help: 'ask for the vault password' },
  { name: 'start-at-task', value: 'NAME', help: 'begin at the task of this name' },
  { name: 'step', help: 'ask before each task' },
  { name: 'force-handlers', help: 'run handlers even of hosts that failed' },
  { name: 'flush-cache', help: 'forget cached facts' },
  { name: 'list-tasks', help: 'list the tasks that would be looked at, and connect to nothing' },
  { name: 'list-tags', help: 'list the tags, and connect to nothing' },
  { name: 'list-hosts', help: 'list the hosts, and connect to nothing' },
  { name: 'syntax-check', help: 'load everything, tell all mistakes, and connect to nothing' },
  { name: 'module-path', short: 'M', value: 'FOLDER', many: true, help: 'more task types' },
  { name: 'scp-extra-args', value: 'ARGS', help: 'not used: there is no scp here' },
  { name: 'sftp-extra-args', value: 'ARGS', help: 'not used: there is no sftp here' },
  { name: 'ssh-common-args', value: 'ARGS', help: 'not used: write it into ~/.ssh/config' },
  { name: 'ssh-extra-args', value: 'ARGS', help: 'not used: write it into ~/.ssh/config' },
  { name: 'output', short: 'o', value: 'FORM', help: 'live (on a terminal), plain, json' },
  { name: 'lab', help: 'run in the lab: start what is not running, use inventory/lab.yaml' },
  { name: 'verbose', short: 'v', help: 'tell more; -vvv shows what is sent' },
  { name: 'version', help: 'print the version' },
  { name: 'help', short: 'h', help: 'print this help' },
];

/** Read a command line. All mistakes at once; `--no-x`, `-abc`, `-fVALUE`, `--name=value` and `--` are understood. */
export function parseOptions(
  specs: readonly OptionSpec[],
  argv: readonly string[],
  suggest: (word: string, known: readonly string[]) => string | undefined,
): { ok: true; parsed: Parsed } | { ok: false; mistakes: readonly string[] } {
  const byName = new Map(
    specs.flatMap((spec) => [spec.name, ...(spec.aliases ?? [])].map((name) => [name, spec] as const)),
  );
  const byShort = new Map(specs.flatMap((spec) => (spec.short === undefined ? [] : [[spec.short, spec] as const])));
  const flags = new Map<string, number>();
  const values = new Map<string, string[]>();
  const rest: string[] = [];
  const mistakes: string[] = [];
  const words = [...argv];
  const take = (spec: OptionSpec, shown: string, inline: string | undefined): void => {
    if (spec.value === undefined) {
      if (inline !== undefined) mistakes.push(`${shown} takes no value`);
      flags.set(spec.name, (flags.get(spec.name) ?? 0) + 1);
      return;
    }
    const value = inline ?? words.shift();
    if (value === undefined) mistakes.push(`${shown} needs a value: ${spec.value}`);
    else values.set(spec.name, spec.many === true ? [...(values.get(spec.name) ?? []), value] : [value]);
  };
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '--') {
      rest.push(...words.splice(0));
    } else if (word.startsWith('--')) {
      const [name = '', inline] = splitOnce(word.slice(2), '=');
      const spec = byName.get(name) ?? unambiguous(name, byName);
      if (spec !== undefined) take(spec, `--${spec.name}`, inline);
      else mistakes.push(unknown(`--${name}`, suggest(name, [...byName.keys()])));
    } else if (word.startsWith('-') && word !== '-') {
      shorts(word, byShort, take, mistakes);
    } else rest.push(word);
  }
  return mistakes.length > 0 ? { ok: false, mistakes } : { ok: true, parsed: { flags, values, rest } };
}

function shorts(
  word: string,
  byShort: ReadonlyMap<string, OptionSpec>,
  take: (spec: OptionSpec, shown: string, inline: string | undefined) => void,
  mistakes: string[],
): void {
  for (let i = 1; i < word.length; i++) {
    const spec = byShort.get(word[i]!);
    if (spec === undefined) {
      mistakes.push(unknown(`-${word[i]}`, undefined));
      return;
    }
    const inline = spec.value === undefined || i + 1 === word.length ? undefined : word.slice(i + 1).replace(/^=/, '');
    take(spec, `-${word[i]}`, inline);
    if (spec.value !== undefined) return;
  }
}

/** The one option that an abbreviation can mean. */
function unambiguous(name: string, byName: ReadonlyMap<string, OptionSpec>): OptionSpec | undefined {
  const meant = new Set(
    [...byName].filter(([known]) => name.length > 1 && known.startsWith(name)).map(([, spec]) => spec),
  );
  return meant.size === 1 ? [...meant][0] : undefined;
}

const unknown = (shown: string, near: string | undefined): string =>
  `${shown} is not an option${near === undefined ? '' : `; did you mean --${near}?`}`;

function splitOnce(text: string, at: string): [string, string | undefined] {
  const index = text.indexOf(at);
  return index === -1 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)];
}

/** The options as the help shows them. */
export function formatOptions(specs: readonly OptionSpec[]): string {
  const rows = specs.map(({ name, short, value, help }) => {
    const left = `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
    return [left, help] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, help]) => `  ${left.padEnd(width)}  ${help}`).join('\n');
}
