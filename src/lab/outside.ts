const outsideMark = 'RETRACE_LAB_OUTSIDE';

/**
 * The words to put before a command so that it runs with this machine's mounts and network. A program started in the lab's network has its
 * own mount namespace, so its mounts would be invisible outside.
 */
export function outside(): readonly string[] {
  const pid = process.env[outsideMark];
  return pid === undefined ? [] : ['nsenter', `--target=${pid}`, '--mount', '--net', '--'];
}

/** Tells a program in the lab's network where it came from: the process that is waiting for it. */
export const outsideEnvironment = (): Readonly<Record<string, string>> => ({
  [outsideMark]: process.env[outsideMark] ?? String(process.pid),
});
