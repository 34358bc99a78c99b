// biome-ignore format: a list
const readers: ReadonlySet<string> = new Set(['[', 'arch', 'basename', 'cat', 'cmp', 'df', 'dirname', 'dpkg-query', 'du', 'egrep', 'false', 'fgrep', 'findmnt',
  'getent', 'grep', 'groups', 'head', 'id', 'ls', 'lsblk', 'md5sum', 'nproc', 'readlink', 'realpath', 'sha1sum', 'sha256sum', 'sha512sum', 'stat', 'test',
  'true', 'uname', 'wc', 'which', 'whoami']);

/** The first arguments with which a program only reads. */
const reading: Readonly<Record<string, readonly string[]>> = {
  dpkg: ['-l', '--list', '-L', '--listfiles', '-s', '--status', '-S', '--search', '--print-architecture'],
  pct: ['config', 'list', 'status'],
  qm: ['config', 'list', 'status'],
  systemctl: [
    'cat',
    'is-active',
    'is-enabled',
    'is-failed',
    'list-timers',
    'list-unit-files',
    'list-units',
    'show',
    'status',
  ],
  zfs: ['get', 'list'],
  zpool: ['get', 'list', 'status'],
};

/** Whether a program with these arguments is known to change nothing, so that a check may run it. */
export function readsOnly([program = '', first = '']: readonly string[]): boolean {
  const [, name = ''] = /^(?:\/usr)?(?:\/s?bin\/)?([^/]+)$/.exec(program) ?? [];
  return readers.has(name) || reading[name]?.includes(first) === true;
}
