import { exporting, type Question, type ShellAnswer, sh, shell } from '../../../src/sdk.ts';

/** A snap that is installed. */
export interface Snap {
  readonly name: string;
  /** The channel that updates come from; empty for one that was installed from a file. */
  readonly tracking: string;
  readonly enabled: boolean;
  /** Its options, nested as snapd has them. */
  readonly options: unknown;
}

/** The environment of a task. */
type Environment = Readonly<Record<string, string>>;

/** The package that contains snap. */
export const snapTool = { name: 'snap', package: 'snapd' } as const;

/** Asks about some snaps: a line of `snap list` for each that is installed, and its options on the line below it. */
export const askSnaps = (names: readonly string[], environment: Environment): Question<ShellAnswer> =>
  shell({
    ...sh`${exporting(environment)}export LC_ALL=C
command -v snap >/dev/null || exit 127
all=$(snap list) || exit
for n in ${names}; do
  line=$(printf '%s\n' "$all" | grep -e "^$n ") || continue
  printf '%s\n' "$line"
  snap get -d "$n" 2>/dev/null | tr '\n' ' '
  echo
done`,
    about: [...names.map((name) => `snap:${name}`), 'by:package:snapd'],
    deadlineMs: 120_000,
  });

/** Asks which snaps are in these files: the file and the name, on a line each. */
export const askSnapFiles = (files: readonly string[], environment: Environment): Question<ShellAnswer> =>
  shell({
    ...sh`${exporting(environment)}export LC_ALL=C
command -v snap >/dev/null || exit 127
for f in ${files}; do
  [ -f "$f" ] || { echo "snap file $f does not exist" >&2; exit 1; }
  printf '%s\n' "$f"
  snap info "$f" | sed -n 's/^name: *//p' | head -n 1
done`,
    about: [...files.map((file) => `data:${file}`), 'by:package:snapd'],
  });

/** Reads what `askSnaps` asks for. */
export function readSnaps({ stdout }: ShellAnswer): readonly Snap[] {
  const lines = stdout.split('\n');
  return lines.flatMap((line, index) => {
    const [name = '', , , tracking = '-', , notes = ''] = line.split(/ +/);
    if (index % 2 === 1 || name === '') return [];
    const enabled = !notes.split(',').includes('disabled');
    return [{ name, tracking: tracking === '-' ? '' : tracking, enabled, options: parsed(lines[index + 1] ?? '') }];
  });
}

/** What `askSnaps` will find. */
export const writeSnaps = (snaps: readonly Snap[]): string =>
  snaps
    .map(({ name, tracking, enabled, options }) => {
      const notes = enabled ? '-' : 'disabled';
      return `${name} - - ${tracking || '-'} - ${notes}\n${JSON.stringify(options)}\n`;
    })
    .join('');

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** The value of an option such as `server.port`; undefined if it is not set. */
export function optionIn(options: unknown, name: string): string | undefined {
  let value = options;
  for (const key of name.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.entries(value).find(([one]) => one === key)?.[1];
  }
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Options with one of them set. */
export function withOption(options: unknown, name: string, value: string): unknown {
  const [key = '', ...rest] = name.split('.');
  const all = typeof options === 'object' && options !== null ? Object.fromEntries(Object.entries(options)) : {};
  return { ...all, [key]: rest.length === 0 ? value : withOption(all[key], rest.join('.'), value) };
}

/** An alias of a command that is in a snap. */
export interface SnapAlias {
  readonly command: string;
  readonly alias: string;
}

/** Asks for all aliases. */
export const askAliases = (environment: Environment): Question<ShellAnswer> =>
  shell({
    ...sh`${exporting(environment)}export LC_ALL=C
command -v snap >/dev/null || exit 127
snap aliases`,
    about: ['snap-aliases:', 'by:package:snapd'],
  });

/** Reads `snap aliases`; those that are disabled do not count. */
export const readAliases = ({ stdout }: ShellAnswer): readonly SnapAlias[] =>
  stdout
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [command = '', alias = '', notes = ''] = line.trim().split(/ +/);
      return alias === '' || notes.split(',').includes('disabled') || line.startsWith('Use ')
        ? []
        : [{ command, alias }];
    });

/** What `askAliases` will find. */
export const writeAliases = (aliases: readonly SnapAlias[]): string =>
  `Command Alias Notes\n${aliases.map(({ command, alias }) => `${command} ${alias} manual\n`).join('')}`;

/** The snap that a command is in. */
export const snapOf = (command: string): string => command.replace(/\..*$/, '');
