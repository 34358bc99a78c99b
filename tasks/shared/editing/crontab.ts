import { type Command, type Question, reading, type ShellAnswer, sh, shell, writeFile } from '../../../src/sdk.ts';

/** The path of a crontab file: a bare name is one in /etc/cron.d. */
const fileOf = (name: string): string => (name.startsWith('/') ? name : `/etc/cron.d/${name}`);

const ofUser = (user: string | undefined): readonly string[] => (user === undefined ? [] : ['-u', user]);

/** Asks for the text of a crontab: of a file or, without one, of a user. */
export const askTable = (file: string | undefined, user: string | undefined): Question<ShellAnswer> =>
  file === undefined
    ? shell({
        ...sh`LC_ALL=C; export LC_ALL; out=$(crontab -l ${ofUser(user)} 2>&1; code=$?; echo .; exit $code) && { printf %s "\${out%.}"; exit; }
case $out in *'no crontab for'* | "crontab: can't open '"*"': No such file or directory"*) ;; *) printf %s "$out" >&2; exit 1 ;; esac`,
        about: [`crontab:${user ?? ''}`, 'by:package:cron'],
      })
    : shell({
        ...sh`[ ! -e ${fileOf(file)} ] || cat -- ${fileOf(file)}`,
        about: [`entry:${fileOf(file)}`, `path:${fileOf(file)}`],
      });

/** Why a crontab cannot be read; undefined if it can. */
export const unreadTable = ({ code, stderr }: ShellAnswer): string | undefined =>
  code === 0 ? undefined : stderr.trim() || 'the crontab cannot be read';

/** Writes a crontab; a file that has become empty is removed. */
export function store(file: string | undefined, user: string | undefined, table: string): readonly Command[] {
  if (file === undefined) return [reading(sh`crontab ${ofUser(user)} -`, table)];
  if (table.trim() === '') return [sh`rm -f -- ${fileOf(file)}`];
  return [writeFile({ path: fileOf(file), content: table, mode: 0o644 })];
}

/** Keeps a copy of a crontab. */
export const backup = (file: string | undefined, user: string | undefined): Command =>
  file === undefined
    ? sh`umask 077; crontab -l ${ofUser(user)} >"$(mktemp /tmp/crontab.XXXXXX)" || :`
    : sh`cp -p -- ${fileOf(file)} ${`${fileOf(file)}~`}`;
