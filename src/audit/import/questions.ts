import { sh } from '../../core/command.ts';
import { hidden } from '../../core/question.ts';
import { type ShellAnswer, shell } from '../../core/questions/shell.ts';

/** A clone of a git repository. */
export interface FoundClone {
  readonly path: string;
  readonly repository: string;
  /** A branch, or the commit of a clone that is on none. */
  readonly version: string;
  /** The private key that it is configured to use. */
  readonly keyFile?: string;
}

/** A dataset and its own properties. */
export interface Dataset {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
}

/** What an import asks beside the survey. It reads a clone's files and starts no git, whose configuration can name programs to run. */
export const importQuestions = {
  clones: shell({
    script:
      sh`find /opt /srv /usr/local /root /home -xdev -maxdepth 4 -type d -name .git -prune -print 2>/dev/null | while read -r d; do
u=$(sed -n '/^\[remote "origin"\]/,/^\[/s/^[[:space:]]*url = //p' "$d/config" | head -n 1)
k=$(sed -n 's/^[[:space:]]*sshCommand = .*-i  *\([^ ]*\).*/\1/p' "$d/config" | head -n 1)
printf '%s\037%s\037%s\037%s\n' "\${d%/.git}" "$u" "$(head -n 1 "$d/HEAD")" "$k"; done`.script,
    about: [],
  }),
  datasets: shell({
    script: sh`command -v zfs >/dev/null && zfs get -H -s local -o name,property,value -t filesystem,volume all; :`
      .script,
    about: [],
  }),
  removed: shell({
    script:
      sh`for f in /var/log/apt/history.log*; do [ -f "$f" ] && zcat -f "$f" | sed -n 's/^\(Remove\|Purge\): //p'; done; :`
        .script,
    about: [],
  }),
  containers: shell({
    script:
      sh`for f in /etc/pve/lxc/[0-9]*.conf; do [ -f "$f" ] && sed "/^\[/,\$d; s|^|$f$(printf '\037')|" "$f"; done; :`
        .script,
    about: [],
  }),
  passwords: hidden(
    shell({
      script: sh`awk -F: '$2 !~ /^[!*]/ && $2 != "" { print $1 ":" $2 }' /etc/shadow`.script,
      about: [],
    }),
  ),
} as const;

type Answers = Readonly<Record<keyof typeof importQuestions, ShellAnswer>>;

const toldLines = ({ stdout }: ShellAnswer): readonly string[] => stdout.split('\n').filter((line) => line !== '');

/** The clones on a host that have a remote repository. */
export const readClones = ({ clones }: Answers): readonly FoundClone[] =>
  toldLines(clones).flatMap((line) => {
    const [path = '', repository = '', head = '', keyFile = ''] = line.split('\x1f');
    const version = head.replace(/^ref: refs\/heads\//, '');
    if (repository === '' || version === '') return [];
    return [{ path, repository, version, ...(keyFile !== '' && { keyFile }) }];
  });

/** Kernels and libraries come and go with updates. */
const OF_UPDATES = /^(linux-(image|headers|modules|kbuild|compiler)-|lib)/;

/** The packages that somebody removed and that are not installed now, as far as apt's log goes back. */
export function readRemoved({ removed }: Answers, installed: ReadonlySet<string>): readonly string[] {
  const names = toldLines(removed).flatMap((line) =>
    [...line.matchAll(/([a-z0-9][a-z0-9.+-]+):\w+ \([^)]*\)/g)].map(([, name = '']) => name),
  );
  return [...new Set(names)].filter((name) => !installed.has(name) && !OF_UPDATES.test(name)).sort();
}

/** The datasets of a host that have properties of their own. */
export function readDatasets({ datasets }: Answers): readonly Dataset[] {
  const found = new Map<string, Record<string, string>>();
  for (const line of toldLines(datasets)) {
    const [name = '', property = '', value = ''] = line.split('\t');
    found.set(name, { ...found.get(name), [property]: value });
  }
  return [...found].map(([name, properties]) => ({ name, properties }));
}

/** The lines of Proxmox's containers, by the path of their file; those of snapshots are not read. */
export function readContainers({ containers }: Answers): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const line of toldLines(containers)) {
    const [path = '', text = ''] = line.split('\x1f');
    if (text !== '' && !text.startsWith('#')) found.set(path, [...(found.get(path) ?? []), text]);
  }
  return found;
}

/** The hashes of passwords, by account. */
export const readPasswords = ({ passwords }: Answers): ReadonlyMap<string, string> =>
  new Map(
    toldLines(passwords).flatMap((line) => {
      const [, name, hash] = /^([^:]+):(.+)$/.exec(line) ?? [];
      return name === undefined || hash === undefined ? [] : [[name, hash] as const];
    }),
  );
