/** An error from the operating system on this machine. */
interface SystemError extends Error {
  readonly code: string;
  readonly syscall: string;
  readonly path?: string;
  /** The reason, if we refuse something that the system would allow. */
  readonly reason?: string;
}

/** Whether the operating system refused the operation: not a bug in Retrace, but a problem with what was requested. */
export const isSystemError = (error: unknown): error is SystemError =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  /^E[A-Z0-9]+$/.test(error.code) &&
  'syscall' in error;

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOENT: 'no such file or directory',
  ENOTDIR: 'a parent is not a directory',
  EEXIST: 'it exists already',
  EISDIR: 'it is a directory',
  ELOOP: 'too many levels of symbolic links',
  ENAMETOOLONG: 'the name is too long',
  ENOSPC: 'no space left on device',
  EROFS: 'read-only file system',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files in the system',
  ENXIO: 'no such device',
  EIO: 'input/output error',
};

const acts: Readonly<Record<string, string>> = {
  open: 'cannot open',
  read: 'cannot read',
  scandir: 'cannot list',
  mkdir: 'cannot create',
  write: 'cannot write',
  rename: 'cannot rename',
};

/** The error in words, with the path: `cannot open /etc/shadow: permission denied`; undefined for any other error. */
export function systemReason(error: unknown): string | undefined {
  if (!isSystemError(error)) return undefined;
  const { code, syscall, path, message, reason } = error;
  const act = acts[syscall] ?? 'cannot access';
  return path === undefined ? message : `${act} ${path}: ${reason ?? reasons[code] ?? message}`;
}
