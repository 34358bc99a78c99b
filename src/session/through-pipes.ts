/**
 * The same command line with pipes of its own for stdout and stderr, so that what runs can open /dev/stdout and /dev/stderr again: Node's
 * sockets cannot be opened at all, and another user's pipes only by root.
 */
export const throughPipes = (commandLine: string): string =>
  `{ { ${commandLine}; } 2>&1 >&3 3>&- | cat >&2 3>&-; } 3>&1 | cat`;
