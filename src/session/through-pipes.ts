/**
 * The same command line with separate pipes for stdout and stderr, so that it can reopen /dev/stdout and /dev/stderr:
 * Node's sockets cannot be reopened at all, and another user's pipes only by root.
 */
export const throughPipes = (commandLine: string): string =>
  `{ { ${commandLine}; } 2>&1 >&3 3>&- | cat >&2 3>&-; } 3>&1 | cat`;
