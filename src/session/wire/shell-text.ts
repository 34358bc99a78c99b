import { quote } from '../../core/command.ts';
import { busyboxProbe } from './busybox-text.ts';

/**
 * The command line that turns a login into a wire shell: it greets, then evaluates one exchange after another from
 * stdin.
 *
 * A single line, without backslashes before quotes or newlines, so that sh, bash, zsh, fish and csh all read it alike.
 * The token is random, so that the greeting can be found after whatever a login prints; it is not a secret.
 */
export const bootstrap = (token: string, shell: string, home: 'inherited' | 'from passwd' = 'inherited'): string =>
  `exec ${quote(shell)} -c '${[
    'umask 022',
    // With POSIXLY_CORRECT, `chmod MODE -- FILE` treats `--` as a file.
    'unset HISTFILE ENV BASH_ENV CDPATH POSIXLY_CORRECT',
    'case :$PATH: in *:/usr/sbin:*) ;; *) PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin ;; esac',
    // The login's locale, for scripts that users wrote; sudo and su run with LANGUAGE=C (see become/).
    '_locale=$LC_ALL',
    'case $LANGUAGE in C) unset LANGUAGE ;; esac',
    // A bash started by sshd with SHLVL 1 reads ~/.bashrc, even for `bash -c`.
    'LC_ALL=C SHLVL=1',
    'export LC_ALL SHLVL PATH',
    busyboxProbe,
    'i=$(id)',
    ...(home === 'inherited'
      ? []
      : ['u=${i%% *} u=${u#*[(]} u=${u%%[)]*}', 'case $u in *=*) ;; *) eval HOME=~$u; export HOME ;; esac']),
    `echo "${token} $$ $b $i"`,
    'printf %s "$HOME"',
    `echo " ${token}"`,
    'unset b i u',
    // Read completely before any of it runs: the exchange is one brace group, so truncated text is a syntax error.
    'while read -r _n; do eval "$(dd bs=$_n count=1 iflag=fullblock 2>/dev/null)"; done',
  ].join('; ')}' sh`;

/**
 * The functions used to write an exchange; they are sent on stdin with the first one.
 *
 * The wire shell's own stderr is /dev/null: what a shell prints about its children ("Killed") belongs to no part.
 * Descriptor 5 is the channel's stderr. `dd`, not `head`: busybox's head reads ahead.
 */
export const prelude = `
exec 5>&2 2>/dev/null

# _bytes N: print exactly the next N bytes of stdin.
_bytes() {
  [ "$1" -lt 65536 ] || dd bs=65536 count=$(($1 / 65536)) iflag=fullblock
  [ $(($1 % 65536)) = 0 ] || dd bs=$(($1 % 65536)) count=1 iflag=fullblock
}

# _content N: N bytes and the line that ends them. If the connection ends early, half must not pass for the whole.
_content() {
  _bytes "$1"
  read -r _end && [ "$_end" = . ] || kill -9 0
}

# _lock RUN LINE: lock the machine for as long as this shell lives: it alone keeps descriptor 9. The file is never removed,
# and belongs to whoever came first: in a directory for everyone, others may open it, but not with O_CREAT.
_lock() {
  _s=2
  for _f in /run/lock /var/lock /tmp; do [ ! -d "$_f" ] || break; done
  _f=$_f/retrace
  [ -e "$_f" ] || ( umask 0; set -C; : >"$_f" )
  if command -v flock >/dev/null && [ -f "$_f" ] && [ ! -L "$_f" ] && [ -r "$_f" ]; then
    exec 9<"$_f"
    if flock -n 9; then
      _s=0
      printf '%s\\n' "$1 $2" | dd of="$_f" conv=nocreat || printf '%s\\n' "$1 $2" >"$_f"
    else
      exec 9<&-
      _h=$(dd if="$_f" bs=1000 count=1)
      case $_h in "$1 "*) _s=0 ;; *) _s=1 _out=1; printf '%s\\n' "$_h" ;; esac
    fi
  fi
  _mark "$_s"
}

# _p SCRIPT BYTES CHAINED DEADLINE: one part. The chain has ended if _r is not 0; with _out, nothing is run.
_p() {
  if [ "$_out" ] || { [ "$3" = 1 ] && [ "$_r" != 0 ]; }; then
    [ "\${2:-0}" = 0 ] || _content "$2" >/dev/null
    _mark s
    return
  fi
  if [ "\${2:-0}" = 0 ]; then
    _run "$1" "$4" </dev/null
  else
    _content "$2" | { _run "$1" "$4"; _s=$?; cat >/dev/null; exit "$_s"; }
  fi
  _s=$?
  [ "$3" != 1 ] || _r=$_s
}

# _run SCRIPT DEADLINE: run it in a subshell, so that exit, cd, traps and syntax errors affect nothing else.
_run() {
  _watch=
  [ -z "$2" ] || { _watchdog "$2" </dev/null >/dev/null 5>&- 9<&- & _watch=$!; }
  ( eval "unset _n _r _s _out _f _h _watch; set --; $1" ) 2>&5 5>&- 9<&-
  set -- $? ''
  [ -z "$_watch" ] || { kill "$_watch"; wait "$_watch"; [ $? != 124 ] || set -- 124 t; }
  _mark "$1$2"
  return "$1"
}

_mark() {
  printf '%s%s\\n' "$_n" "$1"
  printf '%s\\n' "$_n" >&5
}

# _watchdog SECONDS: 124 if it had to kill something.
_watchdog() {
  _before=$!
  # A child that has not yet executed sleep would record a TERM and then lose it.
  trap '[ "$!" = "$_before" ] || kill -KILL "$!"; exit 1' TERM
  # Only a sleep that ended by itself means that the time is over: it may have been killed, or not have started.
  for _i in 1 2 3 4; do
    [ "$_i" != 4 ] || exit 1
    sleep "$1" &
    wait "$!" && break
  done
  trap '' TERM
  read -r _self _l </proc/self/stat
  _l=\${_l##*) }
  set -- $_l
  _kill "$2" "$_self" $$ "\${20}" && return 124
}

# _processes: list all running processes, as pid:parent:session:start.
_processes() {
  _stat=$(cat /proc/[0-9]*/stat)
  _all=
  set -f
  IFS='
'
  for _l in $_stat; do
    unset IFS
    case $_l in [0-9]*' ('*') '*) ;; *) continue ;; esac
    set -- \${_l##*) }
    [ "$1" = Z ] || _all="$_all \${_l%% *}:$2:$4:\${20}"
  done
  unset IFS
  set +f
}

# _victims ROOT SPARED SHELL START: the descendants of ROOT, and orphans since START in the session of SHELL.
# (START is in hundredths of a second: an orphan that an earlier part left in the same hundredth counts as well.)
# A process without a parent was started from outside a container: it is not an orphan, and may be this very shell.
_victims() {
  _processes
  _session=
  for _x in $_all; do case $_x in "$3":*) _x=\${_x#*:*:}; _session=\${_x%%:*} ;; esac; done
  _members=' '
  for _x in $_all; do case $_x in *:"$_session":*) _members="$_members\${_x%%:*} " ;; esac; done
  _kin=" $1 "
  for _x in $_all; do
    case $_x in "$_session":*|"$3":*|*:0:"$_session":*) continue ;; *:"$_session":*) ;; *) continue ;; esac
    _y=\${_x#*:}
    case $_members in *" \${_y%%:*} "*) continue ;; esac
    [ "\${_x##*:}" -lt "$4" ] || _kin="$_kin\${_x%%:*} "
  done
  _more=1
  while [ "$_more" ]; do
    _more=
    for _x in $_all; do
      _y=\${_x#*:}
      case $_kin in
        *" \${_x%%:*} "*) ;;
        *" \${_y%%:*} "*) [ "\${_x%%:*}" = "$2" ] || _kin="$_kin\${_x%%:*} " _more=1 ;;
      esac
    done
  done
  _found=\${_kin#" $1 "}
}

# _kill ROOT SPARED SHELL START: terminate the victims, then kill them; fails if there are none.
_kill() {
  _victims "$@"
  [ "$_found" ] || return 1
  kill -TERM $_found
  for _i in 1 2 3; do
    sleep .1
    _victims "$@"
    [ "$_found" ] || return 0
  done
  for _i in 1 2 3 4 5; do
    kill -KILL $_found
    sleep .02
    _victims "$@"
    [ "$_found" ] || return 0
  done
}

# _abort SHELL [SECONDS]: end another wire shell and all processes of its exchange, after at most this many seconds.
_abort() {
  kill -STOP "$1"
  _processes
  _first=
  for _x in $_all; do
    case $_x in *:"$1":*:*) [ "$_first" ] && [ "$_first" -le "\${_x##*:}" ] || _first=\${_x##*:} ;; esac
  done
  _waits=$((\${2:-0} * 5))
  while [ "$_first" ]; do
    _victims "$1" none "$1" "$_first"
    [ "$_found" ] && [ "$_waits" -gt 0 ] || break
    _waits=$((_waits - 1))
    sleep .2
  done
  [ -z "$_first" ] || _kill "$1" none "$1" "$_first"
  kill -KILL "$1"
}
`;
