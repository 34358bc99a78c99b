import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { contentDir } from './paths.ts';

/** An image that lab hosts are created from. */
export type ImageName = 'base' | 'proxmox' | 'services' | 'web' | 'proxy' | 'python' | 'container';

/** How to build an image: packages and files on top of another image. */
interface Recipe {
  readonly title: string;
  readonly on?: ImageName;
  readonly packages: readonly string[];
  /** A directory below `content` whose files are copied into the image. */
  readonly files?: string;
  /** A script to run in the image at the end, as root. */
  readonly script?: string;
  /** The first user ID of a container whose IDs are shifted. */
  readonly shiftedBy?: number;
}

// No Python: tests on these hosts show that we need none. test/lab/lab.test.ts checks that it is missing.
const basePackages =
  `systemd systemd-sysv dbus openssh-server sudo iproute2 cron ifupdown procps iputils-ping ca-certificates less
  netbase nftables nano locales debconf-utils logrotate libnss-myhostname`.split(/\s+/);

// Units that only slow down the boot, or would change a host behind a test's back.
const masked =
  `apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer
  systemd-networkd.service systemd-networkd.socket systemd-resolved.service console-getty.service getty@.service container-getty@.service
  systemd-timesyncd.service`.split(/\s+/);

/** How to build each image. */
export const recipes: Readonly<Record<ImageName, Recipe>> = {
  base: {
    title: 'the base image',
    packages: basePackages,
    files: 'base',
    script: `rm -f /etc/ssh/ssh_host_* /etc/resolv.conf /etc/hostname
      update-ca-certificates
      : >/etc/machine-id
      ln -sf /dev/null /etc/systemd/network/80-container-host0.network
      systemctl mask ${masked.join(' ')}`,
  },
  proxmox: {
    title: 'the image of the Proxmox hosts',
    on: 'base',
    packages: ['zfs-fuse', 'sanoid', 'systemd-container', 'openssh-client', 'git'],
    files: 'proxmox',
    // Debian's own unit sets the OOM score, which is not allowed here, and then counts as failed; ours is zfs-fuse-lab.
    script:
      'groupadd --system zfs; systemctl mask zfs-fuse.service sanoid.timer machines.target; systemctl enable zfs-fuse-lab.service pve-guests.service',
  },
  services: {
    title: 'the image of the services',
    on: 'base',
    packages: ['git', 'nsd', 'unbound', 'pebble', 'postfix'],
    files: 'services',
    script: 'systemctl mask postfix nsd unbound; systemctl enable lab-nsd@1 lab-nsd@2 lab-unbound lab-pebble lab-mail',
  },
  web: { title: 'the image of the web servers', on: 'base', packages: ['nginx'] },
  proxy: {
    title: 'the image of the reverse proxy',
    on: 'web',
    packages: ['certbot', 'python3-certbot-nginx', 'curl', 'git'],
  },
  python: { title: 'the image with Python', on: 'base', packages: ['python3', 'python3-apt'] },
  container: { title: 'the container template', on: 'base', packages: [], shiftedBy: 100_000 },
};

/** An image's name with a digest of everything it is built from, so that a changed recipe produces a new image. */
export function imageId(name: ImageName): string {
  const digest = createHash('sha256');
  for (let at: ImageName | undefined = name; at; at = recipes[at].on) {
    const recipe: Recipe = recipes[at];
    digest.update(JSON.stringify(recipe));
    if (recipe.files) digestFolder(digest, join(contentDir(), recipe.files));
  }
  return `${name}-${digest.digest('hex').slice(0, 12)}`;
}

/** A digest of everything that the lab puts into hosts, plus another directory if given. */
export function contentId(more?: string): string {
  const digest = createHash('sha256');
  digestFolder(digest, contentDir());
  if (more !== undefined) digestFolder(digest, more);
  return digest.digest('hex').slice(0, 12);
}

/** An image and all those below it, topmost first. */
export function layersOf(name: ImageName): readonly ImageName[] {
  const { on, shiftedBy } = recipes[name];
  return on && shiftedBy === undefined ? [name, ...layersOf(on)] : [name];
}

function digestFolder(digest: ReturnType<typeof createHash>, folder: string): void {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    const stat = lstatSync(path);
    digest.update(`${name} ${stat.mode}\n`);
    if (stat.isDirectory()) digestFolder(digest, path);
    else digest.update(stat.isSymbolicLink() ? readlinkSync(path) : readFileSync(path));
  }
}
