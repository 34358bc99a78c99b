/** How a shell is recorded. */
interface Recording {
  /** A name that nothing else has; the shell's private directory ends in it. */
  readonly name: string;
  /** The size of the terminal, or undefined if commands come from a file or a pipe. */
  readonly size?: TerminalSize;
}

/** Rows and columns of a terminal. */
export interface TerminalSize {
  readonly rows: number;
  readonly columns: number;
}

/** What stands before and after the record in the output of the shell. */
export const markOf = (name: string): string => `\u001e${name}\n`;

/** Finds the private directory: in /run, which is in memory, for root; else where temporary files are. */
const PLACE = `d=/run; [ -w /run ] || d=\${TMPDIR:-/tmp}`;

/**
 * A script that runs a root shell and then prints its record between two marks. The record is of NUL-separated fields: exit code, directory,
 * command, and the paths below /etc that changed while it ran. It is kept in a directory that only its user may enter, and removed.
 */
export function recordedShell({ name, size }: Recording): string {
  const bash = 'bash --rcfile "$d/rc" --noediting +m -i';
  const terminal = `SHELL=$(command -v bash) script -q -f -c ${'\'exec bash --rcfile "$RETRACE_RECORD/rc" -i\''} /dev/null`;
  return `${PLACE}; d=$d/retrace-${name}
command -v bash >/dev/null || { echo 'bash is not installed' >&2; exit 127; }
${size === undefined ? '' : "command -v script >/dev/null || { echo 'script (bsdutils) is not installed' >&2; exit 127; }\n"}(umask 077; mkdir "$d") || exit 1
cat >"$d/rc" <<'RETRACE_RC'
${rcText(size)}
RETRACE_RC
RETRACE_RECORD=$d; export RETRACE_RECORD
LC_ALL=$_locale; [ -n "$LC_ALL" ] || unset LC_ALL
cd; ${size === undefined ? bash : `TERM=\${RETRACE_TERM:-xterm-256color} ${terminal}`}
printf '\\036%s\\n' ${name}; cat "$d/log" 2>/dev/null; printf '\\036%s\\n' ${name}
rm -rf "$d"; exit 0
`;
}

/** Tells the terminal of a recorded shell its size. */
export const resizeScript = (name: string, { rows, columns }: TerminalSize): string =>
  `${PLACE}; stty -F "$(cat "$d/retrace-${name}/tty")" rows ${rows} cols ${columns}`;

// The history knows a command as it was typed, whatever it has: lines, here-documents, comments. One that begins with a space is
// not kept, as people know it from their own history.
const rcText = (size: TerminalSize | undefined): string => `[ -f /etc/bash.bashrc ] && . /etc/bash.bashrc
[ -f ~/.bashrc ] && . ~/.bashrc
set -o history; shopt -s cmdhist lithist
HISTCONTROL=ignorespace HISTIGNORE= HISTTIMEFORMAT= HISTFILE=
${size === undefined ? 'PS1= PS2=' : `tty >"$RETRACE_RECORD/tty"; stty rows ${size.rows} cols ${size.columns}`}
__retrace_dir=$RETRACE_RECORD; unset RETRACE_RECORD
__retrace_number() { local n; n=$(builtin history 1); n=\${n#"\${n%%[![:space:]]*}"}; echo "\${n%%[!0-9]*}"; }
__retrace_told() {
  local code=\${1:-$?} text number
  # Before the first prompt, the history has the lines of this file.
  if [ -z "$__retrace_at" ]; then builtin history -c; __retrace_last=; fi
  number=$(__retrace_number)
  if [ "$number" != "$__retrace_last" ]; then
    text=$(builtin history 1; echo .); text=\${text%??}
    text=\${text#"\${text%%[![:space:]]*}"}; text=\${text#"\${text%%[!0-9]*}"}; text=\${text#?}; text=\${text# }
    __retrace_last=$number
    { printf '%s\\0%s\\0%s\\0' "$code" "$__retrace_at" "$text"
      find /etc -xdev -path /etc/.git -prune -o -newercm "$__retrace_dir/stamp" -printf '%p\\n' 2>/dev/null
      printf '\\0'; } >>"$__retrace_dir/log"
  fi
  __retrace_at=$PWD
  # A file system's clock ticks a few hundred times a second: what the next command changes is to be newer than this.
  : >"$__retrace_dir/stamp"; sleep 0.02
  return "$code"
}
# What ends the shell has no prompt after it.
trap '__retrace_told $?' EXIT
PROMPT_COMMAND=__retrace_told`;
