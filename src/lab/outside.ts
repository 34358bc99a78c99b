const outsideMark = 'RETRACE_LAB_OUTSIDE';

/**
 * The words before a command that make it run where this machine's mounts and network are. A program that was started in
 * the lab's network has mounts of its own: what it mounted there, nobody else would see.
 */
export function outside(): readonly string[] {
  const pid = process.env[outsideMark];
  return pid === undefined ? [] : ['nsenter', `--target=${pid}`, '--mount', '--net', '--'];
}

/** What tells a program in the lab's network where it came from: the process that waits for it. */
export const outsideEnvironment = (): Readonly<Record<string, string>> => ({
  [outsideMark]: process.env[outsideMark] ?? String(process.pid),
});
