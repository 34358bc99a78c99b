import { sh } from '../../core/command.ts';
import { wholeOf } from '../../core/local-content.ts';
import type { Part } from '../../core/session.ts';
import { visible } from '../../core/visible.ts';
import { busyboxPrelude, busyboxProbe } from '../wire/busybox-text.ts';

/** The first word of each answers file, with the version of its form. */
export const ANSWERS = 'retrace-answers 1';

/** What a script asks, and for whom. */
interface ScriptOf {
  readonly host: string;
  /** What it was made from, for whoever is to run it. */
  readonly about: string;
  /** The parts by their users, each with its ID. */
  readonly asked: ReadonlyMap<string, ReadonlyMap<string, Part>>;
}

/** A POSIX script that asks these questions, and prints the answers. It needs nothing but a shell, coreutils or BusyBox. */
export function questionsScript({ host, about, asked }: ScriptOf): string {
  const users = [...asked.keys()];
  const who = users.length === 0 ? 'anybody' : users.join(' and ');
  return [
    '#!/bin/sh',
    ...`Questions of Retrace to ${host}: ${about}\nIt looks only, and changes nothing. Run it there as root, or as ${who}, and keep what it prints:\n    sh questions.sh > answers\nThe answers may hold what only ${who} may read.`
      .split('\n')
      .map((line) => `# ${visible(line)}`),
    sh`printf '%s\n' ${`${ANSWERS} ${host}`}`.script,
    'echo "at $(date +%s)"',
    ...[...asked].flatMap(([user, parts]) => section(user, parts)),
    'echo done',
    '',
  ].join('\n');
}

/**
 * A shell that brings its own tools (Debian's `busybox sh`) is left for the system's, whose tools the host has. Who is not that user, and cannot become it, is not asked instead.
 */
function section(user: string, parts: ReadonlyMap<string, Part>): readonly string[] {
  const text = sectionText(parts);
  // A line that occurs nowhere in the text ends it.
  let end = 'ANSWER';
  while (text.includes(end)) end += 'S';
  const name = sh`${user}`.script;
  return [
    `if [ "$(id -un)" = ${name} ]; then set -- /bin/sh -c 'exec sh'; elif [ "$(id -u)" = 0 ]; then set -- su -s /bin/sh ${name} -c sh; else set --; fi`,
    `if [ $# = 0 ]; then printf 'skipped %s\\n' ${name}; else "$@" <<'${end}'`,
    text,
    end,
    'fi',
  ];
}

const sectionText = (parts: ReadonlyMap<string, Part>): string =>
  [
    'umask 022',
    'unset HISTFILE ENV BASH_ENV CDPATH POSIXLY_CORRECT',
    // Whoever runs it may have another one than a login over ssh.
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    '_locale=${LC_ALL-} LC_ALL=C',
    'export LC_ALL PATH',
    'unset LANGUAGE',
    busyboxProbe,
    `if [ "$b" ]; then :${busyboxPrelude}\nfi`,
    '_b=$b',
    'unset b',
    '_t=$(umask 077; mktemp -d "${TMPDIR:-/tmp}/retrace.XXXXXX") || exit 1',
    `trap 'rm -rf "$_t"' EXIT`,
    "trap 'exit 1' HUP INT TERM",
    '_64() { base64 | tr -d "\\n"; }',
    `# _q ID INPUT DEADLINE SCRIPT
_q() {
  if [ "$3" ] && [ -z "$_b" ]; then
    printf %s "$2" | base64 -d | timeout -k 5 "$3" sh -c "$4" >"$_t/out" 2>"$_t/err"
    set -- "$1" $?
    [ "$2" != 124 ] || set -- "$1" 124t
  else
    printf %s "$2" | base64 -d | ( eval "set --; $4" ) >"$_t/out" 2>"$_t/err"
    set -- "$1" $?
  fi
  printf 'part %s %s .%s .%s\\n' "$1" "$2" "$(_64 <"$_t/out")" "$(_64 <"$_t/err")"
}`,
    `eval "HOME=~$(id -un)"`,
    'export HOME',
    `printf 'user %s %s .%s\\n' "$(id -un)" "$(id -u)" "$(printf %s "$HOME" | _64)"`,
    ...[...parts].map(([id, part]) => question(id, part)),
    `echo "asked ${parts.size}"`,
  ].join('\n');

function question(id: string, { script, stdin, deadlineMs }: Part): string {
  const input = stdin === undefined ? '' : Buffer.from(wholeOf(stdin)).toString('base64');
  return sh`_q ${id} ${input} ${deadlineMs === undefined ? '' : String(deadlineMs / 1000)} ${script}`.script;
}
