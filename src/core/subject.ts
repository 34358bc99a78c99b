import { suggest } from './suggest.ts';

/**
 * All kinds of subjects, and what the name after the colon refers to. Everything that a type is about or blurs has one
 * of these kinds.
 */
const KINDS = {
  path: 'an absolute path and everything below it',
  entry: 'an absolute path, without anything below it',
  data: 'the absolute path of a file; only its content matters',
  inode: 'the absolute path of a file; everything but its content matters',
  listed: 'the absolute path of a directory; only the names in it matter',
  missing: 'an absolute path where nothing exists',
  package: 'a package',
  gem: 'a Ruby gem',
  pipx: 'nothing',
  cargo: 'nothing',
  flatpak: '`system` or `user`, and after another colon a flatpak',
  'flatpak-remotes': '`system` or `user`',
  snap: 'a snap',
  'snap-aliases': 'nothing',
  dconf: 'a key in a dconf database',
  apt: '`lists`: the package lists that apt has fetched',
  debconf: 'a package with debconf questions',
  alternative: 'a generic name such as `editor`',
  diversion: 'a path that dpkg-divert may divert',
  unit: 'a unit, with its suffix',
  supervisor: 'nothing',
  monit: 'a service that monit watches',
  at: 'nothing',
  user: 'a user',
  group: 'a group',
  crontab: 'a user with a crontab',
  dataset: 'a ZFS dataset',
  device: 'the absolute path of a block device; what is on it',
  lvm: 'nothing',
  subvolume: 'nothing',
  mount: 'a mount point',
  database: 'a database server such as `postgresql`, or something in it such as `postgresql/role/bob`',
  broker: 'something in a message broker, such as `rabbitmq/user/bob`',
  swap: 'a swap file or device',
  engine: 'something in a container engine, such as `container/web`',
  kubernetes: 'an object such as `Deployment/shop/web`',
  helm: '`repositories`, or a release such as `shop/web`',
  ct: 'the number of a Proxmox container',
  sysctl: 'a kernel parameter',
  module: 'a kernel module',
  firewall: 'the program of a firewall, such as `ufw`',
  selinux: 'something that SELinux manages, such as `port` or `boolean/NAME`',
  network: 'nothing',
  boot: 'nothing',
  hostname: 'nothing',
  locale: 'nothing',
  manual: 'nothing',
} as const;

const PATHS = /^(?:path|entry|data|inode|listed|missing|mount|device)$/;

/** All kinds of subjects. */
export const subjectKinds: readonly string[] = Object.keys(KINDS);

/**
 * What is wrong with a subject that a person wrote: what was expected, and a hint; undefined if the subject is valid.
 */
export function wrongSubject(text: string): { readonly expected: string; readonly hint?: string } | undefined {
  if (text === 'absent:*') return undefined;
  // `absent:` (something that is not there) and `by:` (what an answer depends on without mentioning it) wrap another
  // subject.
  const [, kind, name = ''] = /^(?:absent:|by:)?([^:]*):(.*)$/s.exec(text) ?? [];
  const examples = 'a subject such as path:/etc/nginx, unit:nginx.service or package:nginx';
  if (kind === undefined || !Object.hasOwn(KINDS, kind)) {
    const near = suggest(kind ?? text, subjectKinds);
    return { expected: examples, ...(near !== undefined && { hint: `did you mean \`${near}:\`?` }) };
  }
  if (PATHS.test(kind) && !name.startsWith('/'))
    return { expected: `an absolute path after \`${kind}:\``, hint: `write \`${kind}:/${name}\`` };
  const of = KINDS[kind as keyof typeof KINDS];
  if (name === '' && of !== 'nothing') return { expected: `${of} after \`${kind}:\`` };
  return undefined;
}
