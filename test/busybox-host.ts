import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bytes } from '../src/core/local-content.ts';
import type { Reply, Session } from '../src/core/session.ts';
import { createConnector } from '../src/session/index.ts';

/** `RETRACE_BUSYBOX` names another static BusyBox, such as one with Alpine's applets; by default, it is Debian's. */
const busybox = process.env['RETRACE_BUSYBOX'] ?? '/bin/busybox';

/** Whether there can be such hosts here: that needs root, and a BusyBox that needs no libraries. */
export const hasBusyboxHosts =
  process.getuid?.() === 0 && existsSync(busybox) && execFileSync(busybox, ['--help'], { encoding: 'utf8' }) !== '';

/** Whether that BusyBox has an applet; Debian's lacks some that Alpine's has. */
export const hasApplet = (name: string): boolean =>
  execFileSync(busybox, ['--list'], { encoding: 'utf8' }).split('\n').includes(name);

/** A host whose only programs are BusyBox's: a root directory of its own, and a session whose shell runs in it. */
export interface BusyboxHost {
  readonly root: string;
  readonly session: Session;
  /** The path here of a file there. */
  at(path: string): string;
  /** Runs a script there; a session that is lost fails the test. */
  sh(script: string, stdin?: Bytes | string): Promise<Reply>;
  /** Another session there, which sees what has become of its programs. */
  again(): Promise<{ readonly session: Session }>;
  /** What a script prints there. */
  said(script: string): Promise<string>;
  /** The command that enters it, like a shell. */
  readonly shell: string;
  close(): Promise<void>;
}

const FILES = {
  'etc/passwd':
    'root:x:0:0:root:/root:/bin/sh\ndaemon:x:2:2:daemon:/sbin:/sbin/nologin\nguest:x:1000:1000::/home/guest:/bin/sh\n',
  'etc/group': 'root:x:0:root\ndaemon:x:2:\nwheel:x:10:root\nguest:x:1000:\n',
  'etc/shadow': 'root:*::0:::::\ndaemon:!::0:::::\nguest:!:19000:0:99999:7:::\n',
  'etc/os-release': 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.22.1\nPRETTY_NAME="Alpine Linux v3.22"\n',
  'etc/alpine-release': '3.22.1\n',
  'etc/hosts': '127.0.0.1 localhost\n',
  'etc/fstab': '',
};

/** Replaces its shell by this machine's dash, which, unlike Debian's BusyBox, looks for programs only in PATH. */
function giveDash(root: string): void {
  const libraries = execFileSync('ldd', ['/bin/dash'], { encoding: 'utf8' }).match(/\/\S+/g) ?? [];
  for (const file of ['/bin/dash', ...libraries]) cpSync(file, join(root, file), { dereference: true });
  rmSync(join(root, 'bin/sh'));
  symlinkSync('dash', join(root, 'bin/sh'));
}

/** Starts such a host. Nothing of this machine is in it but /proc and three devices. */
export async function busyboxHost(options: { readonly dash?: boolean } = {}): Promise<BusyboxHost> {
  const folder = mkdtempSync(join(tmpdir(), 'retrace-busybox-'));
  const root = join(folder, 'root');
  for (const name of [
    'bin',
    'dev',
    'etc',
    'home/guest',
    'proc',
    'root',
    'sbin',
    'tmp',
    'usr/bin',
    'usr/sbin',
    'var/spool/cron/crontabs',
    'run',
  ])
    mkdirSync(join(root, name), { recursive: true });
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(root, name), text);
  chmodSync(join(root, 'etc/shadow'), 0o640);
  chmodSync(join(root, 'tmp'), 0o1777);
  for (const name of ['null', 'zero', 'urandom']) writeFileSync(join(root, 'dev', name), '');
  cpSync(busybox, join(root, 'bin/busybox'), { dereference: true });
  execFileSync('chroot', [root, '/bin/busybox', '--install', '-s']);
  // They are for Debian's own packages; no system with BusyBox as its userland has them.
  for (const name of ['dpkg', 'dpkg-deb', 'rpm']) rmSync(join(root, 'usr/bin', name), { force: true });
  if (options.dash === true) giveDash(root);
  const shell = join(folder, 'enter');
  writeFileSync(
    shell,
    `#!/bin/sh
exec unshare -m sh -c 'root=$1; shift
mount --rbind /proc "$root/proc"
for d in null zero urandom; do mount --bind "/dev/$d" "$root/dev/$d"; done
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
exec chroot "$root" /bin/sh "$@"' sh '${root}' "$@"
`,
  );
  chmodSync(shell, 0o755);
  const connector = createConnector({ env: process.env });
  const open = async (): Promise<{ readonly session: Session }> => {
    const opened = await connector.open({ name: 'box', connection: 'local', shell });
    if (!opened.ok) throw new Error(opened.failure.message);
    return opened;
  };
  const { session } = await open();
  const sh = async (script: string, stdin?: Bytes | string): Promise<Reply> => {
    const exchanged = await session.exchange([
      {
        script,
        deadlineMs: 60_000,
        ...(stdin !== undefined && { stdin: typeof stdin === 'string' ? Buffer.from(stdin) : stdin }),
      },
    ]);
    if (!exchanged.ok) throw new Error(exchanged.failure.message);
    return exchanged.replies[0] as Reply;
  };
  return {
    root,
    session,
    shell,
    again: open,
    at: (path) => join(root, path),
    sh,
    said: async (script) => {
      const { stdout, stderr } = await sh(script);
      return `${stdout}${stderr}`.trim();
    },
    async close() {
      await connector.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** The text of a file there. */
export const textAt = (host: BusyboxHost, path: string): string => readFileSync(host.at(path), 'utf8');
