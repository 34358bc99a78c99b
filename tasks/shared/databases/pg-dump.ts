import { type Command, exporting, reading, type Script, script, sh } from '../../../src/sdk.ts';
import { connectionWords, type PgLogin } from './pg-login.ts';
import { pgName } from './pg-quote.ts';

/** A database, and the file to write it to or to read it from. */
interface PgCopy {
  readonly name: string;
  readonly target: string;
  /** Additional words for the program. */
  readonly words: readonly string[];
}

const PACKERS: Readonly<Record<string, string>> = { gz: 'gzip', bz2: 'bzip2', xz: 'xz' };

/** The formats that pg_restore reads, by extension. */
const FORMATS: Readonly<Record<string, string>> = { tar: 't', pgc: 'c', dir: 'd' };

const endingOf = (target: string): string => /\.(\w+)$/.exec(target)?.[1] ?? '';

/** Writes a database to a file in the format that its extension names. */
export function pgDump(login: PgLogin, { name, target, words }: PgCopy): Command {
  const format = FORMATS[endingOf(target)];
  const packer = PACKERS[endingOf(target)];
  const role = login.role === undefined ? [] : [`--role=${login.role}`];
  const options = [...(format === undefined ? [] : [`--format=${format}`]), ...role, ...words];
  const call = script`pg_dump -w ${options} -d ${connectionWords(to(login, name))}`;
  const through = packer === undefined ? script`cat` : script`${packer} -c`;
  const run =
    format === 'd'
      ? script`${call} -f ${target} </dev/null`
      : script`r=$({ { ${call} </dev/null 6>&-; echo $? >&6; } | ${through} >${target}; } 6>&1) && exit "$r"`;
  return calling(login, 'pg_dump', run, `pg_dump ${[...options, name].join(' ')} > ${target}`);
}

/** Executes what a file contains in a database. Unless the words say otherwise, psql stops at the first error. */
export function pgRestore(login: PgLogin, { name, target, words }: PgCopy): Command {
  const format = FORMATS[endingOf(target)];
  const connection = connectionWords(to(login, name));
  if (format !== undefined) {
    const options = [`--format=${format}`, ...(login.role === undefined ? [] : [`--role=${login.role}`]), ...words];
    const run = script`pg_restore -w ${options} -d ${connection} ${target} </dev/null`;
    return calling(login, 'pg_restore', run, `pg_restore ${[...options, '-d', name, target].join(' ')}`);
  }
  const role = login.role === undefined ? [] : ['-c', `SET ROLE ${pgName(login.role)}`];
  const call = script`psql -X -w -q -v ON_ERROR_STOP=1 ${words} -d ${connection} ${role} -f -`;
  const packer = PACKERS[endingOf(target)];
  const from = packer === undefined ? script`cat ${target}` : script`${packer} -dc ${target}`;
  const run = script`r=$({ { ${from} 6>&-; echo $? >&6; } | { ${call} 6>&-; s=$?; [ "$s" = 0 ] || exit "$s"; } >/dev/null; } 6>&1) && exit "$r"`;
  return calling(login, 'psql', run, `psql ${[...words, '-d', name].join(' ')} < ${target}`);
}

const to = (login: PgLogin, name: string): PgLogin => ({ ...login, parameters: { ...login.parameters, dbname: name } });

// The password, if there is one, is the first line of stdin.
function calling(login: PgLogin, program: string, run: Script, shown: string): Command {
  const hasPassword = login.password !== '';
  const password = hasPassword ? script`IFS= read -r PGPASSWORD; export PGPASSWORD; ` : script``;
  const missing = `${program} is missing on the host: install the package postgresql-client`;
  const command = sh`${exporting(login.environment)}${password}command -v ${program} >/dev/null || { echo ${missing} >&2; exit 127; }
export PGCLIENTENCODING=UTF8
${run}`;
  return { ...reading(command, Buffer.from(hasPassword ? `${login.password}\n` : '')), shown, long: true };
}
