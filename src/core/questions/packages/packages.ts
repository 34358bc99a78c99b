import { quote } from '../../command.ts';
import { groupBy } from '../../group-by.ts';
import { type Question, type QuestionKind, question } from '../../question.ts';
import { globPattern } from '../../text/glob.ts';
import { upTo } from '../../text/up-to.ts';
import { decodeText } from '../../text-codec.ts';
import { onlyReply } from '../only-reply.ts';

/** A package in dpkg's database. */
export interface Package {
  readonly name: string;
  readonly architecture: string;
  /** Empty if no version is installed. */
  readonly version: string;
  /**
   * `config-files` means that a removed package has left configuration files behind (dpkg's `rc`); only `installed`
   * means installed.
   */
  readonly status: string;
  /** The selection in dpkg: `install`, `hold`, `deinstall`, `purge`. */
  readonly want: string;
}

/** The packages that match a name, according to dpkg. */
export interface Packages {
  /** Packages that match the name or pattern, installed or not. */
  readonly found: readonly Package[];
  /** Installed packages that provide it, if no package with that name is installed. */
  readonly providers: readonly Package[];
}

// biome-ignore format: one line per field
const fields = ['Package', 'Architecture', 'Version', 'db:Status-Status', 'db:Status-Want', 'Provides'];
const format = `${fields.map((field) => `\${${field}}`).join('\\t')}\\n`;

// Virtual packages are searched only if a name matches no installed package.
const script = (names: readonly string[]): string => `command -v dpkg-query >/dev/null || exit 127
show() { LC_ALL=C dpkg-query -W -f='${format}' -- "$@" 2>/dev/null; }
found=$(show ${names.map(quote).join(' ')}); status=$?
printf '%s\\n' "$found"
case $status$found in 0*not-installed* | 0*config-files*) ;; 0*) exit ;; esac
show | LC_ALL=C grep -Fw ${names.map((name) => `-e ${quote(plainName(name))}`).join(' ')}
exit 0`;

const kind: QuestionKind<string, Packages> = {
  name: 'packages',
  scripts: (names) => [{ script: script(names) }],
  read: onlyReply((reply, names) => {
    if (reply.code === 127)
      return names.map(() => ({ ok: false, why: 'dpkg-query is not installed: this is not a Debian host' }));
    const rows = readRows(decodeText(reply.stdout));
    return names.map((name) => ({ ok: true, value: packagesOf(name, rows) }));
  }),
  about: (name, answer) => [
    `package:${plainName(name)}`,
    ...(answer?.providers ?? []).map((one) => `package:${one.name}`),
  ],
};

/** Ask dpkg about a name, which may be virtual, or have an architecture (`libc6:i386`) or wildcards. */
export const packages = (name: string, options: { host?: string } = {}): Question<Packages> =>
  question(kind, name, options);

/** A package's name without its architecture. */
const plainName = (name: string): string => name.replace(/:[a-z0-9-]+$/, '');

interface Row extends Package {
  readonly provides: readonly string[];
}

function readRows(text: string): readonly Row[] {
  const rows = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', architecture = '', version = '', status = '', want = '', provides = ''] = line.split('\t');
      return {
        name,
        architecture,
        version,
        status,
        want,
        provides: provides.split(',').map((one) => upTo(one.trim(), /[ (:]/)),
      };
    });
  return [...groupBy(rows, (row) => `${row.name}:${row.architecture}`).values()].map(([row]) => row);
}

function packagesOf(name: string, rows: readonly Row[]): Packages {
  const [pattern = '', architecture] = name.split(':');
  const means = globPattern(pattern);
  const found = rows
    .filter((row) => means.test(row.name) && (architecture === undefined || architecture === row.architecture))
    .map(bare);
  if (found.some((row) => row.status === 'installed')) return { found, providers: [] };
  return {
    found,
    providers: rows.filter((row) => row.status === 'installed' && row.provides.includes(pattern)).map(bare),
  };
}

const bare = ({ provides, ...row }: Row): Package => row;
